package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/plan"
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

// TestASeriesIsApprovedOnOnePage: a reviewer finds it in the queue, sees each text with its time, and
// approves all of it at once; what was moved while the page was open refuses the whole.
func TestASeriesIsApprovedOnOnePage(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	officer, _ := w.Actor("xuanchuan")
	posts, first := submittedSeries(t, w, officer)

	tab := person(t, w, "shenhe")
	tab.Go("/reviews")
	tab.SeeText("#queue .banner", "有 3 篇等您审核")
	tab.Follow("#queue .banner a")

	for i, text := range []string{"1日提示", "2日提示", "3日提示"} {
		tab.SeeText(fmt.Sprintf(".review-turn:nth-of-type(%d) .weibo-text", i+1), text)
	}
	seenAtAllWidths(tab, "series-turn")

	later := first.AddDate(0, 0, 1).Add(time.Hour)
	if _, err := w.Deliveries.Reschedule(
		t.Context(), officer, posts[1], delivery.DueChoice{At: &later},
	); err != nil {
		t.Fatal(err)
	}
	tab.Follow(".decision button")
	tab.SeeText(".banner-warn", "一篇也没有批准。第 2 次：发布时间在您审核期间被改动")
	if got := phasesOf(t, w, posts); got != "submitted submitted submitted" {
		t.Errorf("after a refusal: %s", got)
	}
	seenAtAllWidths(tab, "series-stopped")

	tab.Follow(".decision button")
	tab.SeeText(".banner", "已一并批准 3 篇")
	if got := phasesOf(t, w, posts); got != "approved approved approved" {
		t.Errorf("after the approval: %s", got)
	}
}

// submittedSeries makes a series of three posts, a day after another, and submits it.
func submittedSeries(
	t *testing.T,
	w *world.World,
	officer access.Actor,
) (posts []int64, first time.Time) {
	t.Helper()
	source := w.Draft("空气质量提示", nil, "环保北京", "京环之声")
	rule, err := plan.ParseRule("FREQ=MONTHLY;BYMONTHDAY=1,2,3;COUNT=3")
	if err != nil {
		t.Fatal(err)
	}
	next := beijing.Day(time.Now()).AddDate(0, 1, 0)
	first = time.Date(next.Year(), next.Month(), 1, 9, 0, 0, 0, beijing.Zone)
	made, err := w.Plan.MakeSeries(t.Context(), officer, plan.SeriesAsk{
		PostID: source.ID, Text: "{日期}提示", First: first, Rule: rule,
	})
	if err != nil {
		t.Fatal(err)
	}

	var chosen []plan.Chosen

	for _, one := range made.Posts {
		posts = append(posts, one.PostID)
		chosen = append(chosen, plan.Chosen{PostID: one.PostID, Revision: 1})
	}
	if _, err := w.Plan.SubmitSeries(t.Context(), officer, made.ID, chosen); err != nil {
		t.Fatal(err)
	}

	return posts, first
}

func phasesOf(t *testing.T, w *world.World, posts []int64) string {
	t.Helper()
	var phases string
	if err := w.DB.Pool().QueryRow(t.Context(),
		"SELECT string_agg(phase::text, ' ' ORDER BY id) FROM posts WHERE id = ANY ($1)", posts).
		Scan(&phases); err != nil {
		t.Fatal(err)
	}

	return phases
}
