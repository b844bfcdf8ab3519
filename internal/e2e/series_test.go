package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
	"juzhen/internal/post"
)

// TestAPostIsRepeated: from its page to drafts, submitted together, the rest of them stopped.
func TestAPostIsRepeated(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := person(t, w, "xuanchuan")
	source := w.Draft("空气质量提示", nil, "环保北京", "京环之声")

	tab.Go(fmt.Sprintf("/posts/%d", source.ID))
	tab.Follow(fmt.Sprintf("a[href='/plan/series/new?post=%d']", source.ID))
	tab.Eval(
		`(() => { const set = (name, value) => { document.querySelector("[name='" + name + "']").value = value };
		set("freq", "DAILY"); set("count", "4"); return true })()`,
	)
	tab.Follow("button[value=look]")
	tab.SeeText(".field-error", "有两次的文字会完全相同")

	first := beijing.Day(time.Now()).AddDate(0, 0, 2)
	tab.Eval(
		fmt.Sprintf(
			`(() => { const set = (name, value) => { document.querySelector("[name='" + name + "']").value = value };
		set("text", "{日期}空气质量提示"); set("except", %q); return true })()`,
			beijing.Date(first),
		),
	)
	tab.Follow("button[value=look]")
	tab.SeeText("main", "已除去")
	tab.FitsWidth()

	// what is made is what was listed
	tab.Eval(`(() => { document.querySelector("[name=text]").value = "{日期}（{星期}）空气质量提示"; return true })()`)
	tab.Follow("button[value=make]")
	tab.SeeText("main", "各次与刚才列出的不同")
	tab.Follow("button[value=make]")
	tab.SeeText("main", "已写成 3 篇草稿")

	tab.Follow("form[action$='/submit'] button[type=submit]")
	tab.SeeText("main", "办成 3 篇")

	tab.Eval(`(() => { const form = document.querySelector("form[action$='/stop']");
		form.querySelector("[name=from]").value = "2"; form.querySelector("[name=reason]").value = "活动提前结束"; return true })()`)
	tab.Follow("form[action$='/stop'] button")
	tab.SeeText("main", "从第 2 次起停止：活动提前结束")

	officer, _ := w.Actor("xuanchuan")
	all, err := w.Plan.AllSeries(t.Context(), officer)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}

	found, err := w.Plan.FindSeries(t.Context(), officer, all[0].ID)
	if err != nil {
		t.Fatal(err)
	}

	var phases []string
	for _, one := range found.Posts {
		phases = append(phases, string(one.Phase))
	}

	want := strings.Join(
		[]string{string(post.Submitted), string(post.Withdrawn), string(post.Withdrawn)},
		" ",
	)
	if got := strings.Join(phases, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
