package e2e

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"juzhen/internal/beijing"
	"juzhen/internal/chain"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
)

// takes puts a chain that comes with the program in force for one column; it gives the column's id.
func takes(t *testing.T, w *world.World, shipped, column string) (id int64) {
	t.Helper()
	admin, _ := w.Actor("guanli")
	boss, _ := w.Actor("zhuguan")
	must(t, w.DB.Pool().QueryRow(t.Context(), "SELECT id FROM columns WHERE name = $1", column).Scan(&id))
	list, err := w.Chains.List(t.Context(), admin)
	must(t, err)
	one := list[slices.IndexFunc(list, func(c chain.Chain) bool { return c.Shipped == shipped })]
	asked, err := w.Chains.Ask(t.Context(), admin, one.ID, chain.Draft{
		Version: one.Last, Name: one.Now.Name, Active: true, When: chain.When{Columns: []int64{id}},
		Steps: one.Now.Steps,
	})
	must(t, err)
	_, err = w.Chains.Confirm(t.Context(), boss, one.ID, asked.Asked.Number)
	must(t, err)

	return id
}

// press clicks what stands behind something else, or is too small for a mouse of the test.
func (b *Tab) press(selector string) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`(() => { document.querySelector(%q).click(); return true })()`, selector))
}

// tick ticks every item of the open step.
func (b *Tab) tick() {
	b.t.Helper()
	b.Eval(
		`(() => { document.querySelectorAll("input[name=ticked]").forEach((i) => { i.checked = true })
		return true })()`,
	)
}

// compose has the account and the column chosen in the composer, to go out as soon as approved.
func (b *Tab) compose(account, column int64) {
	b.t.Helper()
	b.press(fmt.Sprintf("input[name=account][value='%d']", account))
	b.Eval(fmt.Sprintf(`(() => { const c = document.querySelector("select[name=column]"); c.value = "%d";
		c.dispatchEvent(new Event("change", { bubbles: true })); return c.value === "%d" })()`, column, column))
	b.press("#f-when-now")
}

// readings are what is pasted from a spreadsheet.
const readings = "区域\tPM2.5\tPM10\tSO2\tNO2\tCO\tO3\n全市\t36\t50\t5\t20\t0.5\t60\n城六区\t36\t50\t5\t20\t0.5\t60\n" +
	"西北部\t20\t50\t5\t20\t0.5\t60\n东北部\t20\t50\t5\t20\t0.5\t60\n" +
	"东南部\t20\t50\t5\t20\t0.5\t60\n西南部\t20\t50\t5\t20\t0.5\t60"

// TestAWordIsMendedAndThreePeopleApprove is 三审三校 as a bureau works by it: numbers become a text by a
// template, the wrong word in it is mended by a key, three people decide one step each, the second on a phone
// from the to-do, the last asked about an open note; the form is printed, and the post is out once.
func TestAWordIsMendedAndThreePeopleApprove(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	column := takes(t, w, "three", "空气质量")
	must(t, w.Lexicons.Seed(t.Context()))

	tab := person(t, w, "xuanchuan")
	tab.Go("/templates/use?kind=live")
	tab.Eval(fmt.Sprintf(`(() => { const a = document.querySelector("#f-readings"); a.value = %q;
		a.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, readings))
	tab.SeeText("#written .boxed", "空气质量二级（良），首要污染物PM2.5")
	tab.Follow("button[value=draft]")
	tab.compose(w.Account("环保北京").ID, column)
	tab.Eval(`(() => { const a = document.querySelector("#f-text"); a.value += "请勿焚烧秸杆。";
		a.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)
	tab.SeeText(".marks .mark-second", "秸杆")
	tab.Eval(
		`(() => { const a = document.querySelector("#f-text"); a.focus(); a.setSelectionRange(0, 0); return true })()`,
	)

	for _, key := range []string{`key: "F8"`, `key: "Enter", altKey: true`} {
		tab.Eval(`!document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ` + key +
			`, bubbles: true, cancelable: true }))`)
	}
	tab.Eval(`document.querySelector("#f-text").value.endsWith("请勿焚烧秸秆。")`)
	tab.SeeText("#preview .ready", "可以提交")
	tab.Follow("button[value=submit]")
	tab.SeeText(".banner-good", "已提交审核")

	var id int64
	if _, err := fmt.Sscanf(tab.Path(), "/posts/%d", &id); err != nil {
		t.Fatalf("after submitting at %s", tab.Path())
	}

	first := person(t, w, "chushen")
	first.Go(fmt.Sprintf("/reviews/%d", id))
	first.Type("#f-quoted", "秸秆")
	first.Type("#f-note", "@值班审核员 出处核对过吗")
	first.Follow("form[data-notes] button")
	first.SeeText("#notes-list", "出处核对过吗")
	first.Axe()
	first.tick()
	first.Follow("button[value=approve]")
	first.SeeText(".banner-good", "已转下一步审核")

	phone := person(t, w, "shenhe")
	phone.Size(390, 844)
	phone.Go("/todo")
	phone.SeeText("main", "科室审核员在审核批注里问您")
	phone.Follow(fmt.Sprintf("main a[href='/reviews/%d']", id))
	phone.SeeText("#notes-list", "出处核对过吗")
	phone.FitsWidth()
	phone.Follow("button[value=approve]")
	phone.SeeText("#ticked-error", "请先核对")
	phone.tick()
	phone.Follow("button[value=approve]")
	phone.SeeText(".banner-good", "已转下一步审核")

	boss := person(t, w, "zhuguan")
	boss.Go(fmt.Sprintf("/reviews/%d", id))
	boss.tick()
	boss.Follow("button[value=approve]")
	boss.SeeText("#notes-error", "还有 1 条批注没有解决")
	boss.Go(fmt.Sprintf("/reviews/%d", id))
	boss.Follow("#notes-list form button")
	boss.SeeText("#notes-list", "值班主管 标为已解决")
	boss.tick()
	boss.Follow("button[value=approve]")
	boss.SeeText(".banner-good", "已批准")

	w.Wait(id, "环保北京", delivery.Sent)
	if got := w.Weibo.Posts("环保北京"); len(got) == 0 ||
		!regexp.MustCompile(`^【空气质量实况】.*请勿焚烧秸秆。$`).MatchString(got[len(got)-1].Text) {
		t.Errorf("Weibo holds %+v", got)
	}
	printsOnOnePage(t, tab, fmt.Sprintf("/posts/%d/review-form", id), "值班主管")
}

// printsOnOnePage has a page printed to PDF by the browser, as a person would.
func printsOnOnePage(t *testing.T, tab *Tab, path, words string) {
	t.Helper()
	tab.Go(path)
	tab.SeeText("main", words)
	tab.Step("print", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		printed, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
		if err != nil {
			return err
		}
		if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(printed.Data, -1)); n != 1 {
			t.Errorf("%s prints on %d pages", path, n)
		}

		return nil
	}))
}

// TestAWarningTakesTheFastLane: from the template to both approvals, two people; how long it takes by the
// test's clock is told, not judged.
func TestAWarningTakesTheFastLane(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	column := takes(t, w, "warning", "预警")
	tab, first, boss := person(t, w, "xuanchuan"), person(t, w, "shenhe"), person(t, w, "zhuguan")

	begun := time.Now()
	from := beijing.Day(begun).AddDate(0, 0, 1)
	tab.Go("/templates/use?kind=warning")
	tab.Eval(
		fmt.Sprintf(
			`(() => { const set = (name, value) => { const f = document.querySelector("[name='v." + name + "']");
		f.value = value; f.dispatchEvent(new Event("input", { bubbles: true })) };
		set("colour", "橙"); set("from", %q); set("until", %q); set("cause", "受静稳天气影响"); return true })()`,
			from.Format("2006-01-02T15:04"),
			from.AddDate(0, 0, 2).Format("2006-01-02T15:04"),
		),
	)
	tab.SeeText("#written .boxed", "橙色预警")
	tab.Follow("button[value=draft]")
	tab.compose(w.Account("环保北京").ID, column)
	tab.SeeText("#preview .ready", "可以提交")
	tab.Follow("button[value=submit]")
	tab.SeeText(".banner-good", "已提交审核")
	var id int64
	if _, err := fmt.Sscanf(tab.Path(), "/posts/%d", &id); err != nil {
		t.Fatalf("after submitting at %s", tab.Path())
	}

	for _, reviewer := range []*Tab{first, boss} {
		reviewer.Go(fmt.Sprintf("/reviews/%d", id))
		reviewer.tick()
		reviewer.Follow("button[value=approve]")
		reviewer.SeeText(".banner-good", "已")
	}
	t.Logf("from the template to both approvals: %s", time.Since(begun).Round(100*time.Millisecond))
	w.Wait(id, "环保北京", delivery.Sent)
}
