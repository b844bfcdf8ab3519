package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/e2e/world"
)

// TestARebuttalAgainstAWarningAndAWarningAgainstIt in a browser, as in December 2016: a rebuttal shows the
// warning that is planned already, an expert signs it on the phone and the supervisor after that, and
// whoever then writes a warning is told before it is submitted.
func TestARebuttalAgainstAWarningAndAWarningAgainstIt(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	signedByTwo(t, w)
	planned := w.Approve("【空气重污染预警】明日20时启动红色预警。", world.In(20*time.Hour), "环保北京")

	tab := person(t, w, "xuanchuan")
	tab.Go("/rebuttals/new")
	tab.Type("#f-claim", "本市明天启动红色预警")
	tab.Type("#f-truth", "没有发布任何级别的预警。")
	tab.Type("#f-evidence", "https://example.org/forecast 会商结论")
	tab.Type("#f-expert", "首席预报员，会商单签字")
	tab.Type("#f-area", "全市")
	tab.Type("#f-keywords", "红色预警")
	tab.Follow("form[action='/rebuttals'] .btn-primary")
	tab.SeeText("#planned", "1 篇待发的稿件与这条辟谣不一致")
	tab.Axe()
	lookAt(tab, "rebuttal-planned")
	rebuttal := tab.Path()
	tab.Follow("form[action$='/ask'] .btn-primary")

	phone := person(t, w, "shenhe")
	phone.Size(390, 844)
	phone.Go("/todo")
	phone.Follow("a[href='" + rebuttal + "']")
	phone.SeeText(".signing [aria-current=step]", "专家签字")
	phone.FitsWidth()
	phone.Axe()
	lookAt(phone, "rebuttal-390")
	phone.Follow("form[action$='/sign'] .btn-primary")
	phone.SeeText(".signing [aria-current=step]", "局领导签发")
	phone.Gone("form[action$='/sign']")

	boss := person(t, w, "zhuguan")
	boss.Go(rebuttal)
	boss.SeeText(".signing", "值班审核员")
	boss.Follow("form[action$='/sign'] .btn-primary")
	boss.SeeText("main", "有效期内")
	boss.SeeText("main", "签发前后市民说到的")
	boss.Axe()
	lookAt(boss, "rebuttal-signed")

	tab.Go("/posts/new")
	tab.press(fmt.Sprintf("input[name=account][value='%d']", w.Account("京环之声").ID))
	tab.Type("#f-text", "明日20时启动红色预警，请做好防护。")
	tab.SeeText(".marks .mark-second", "红色预警")

	// What was planned before is dealt with by a person.
	w.Wait(planned.ID, "环保北京", "waiting")
}

// signedByTwo has rebuttals of the bureau signed by a reviewer and then by a supervisor.
func signedByTwo(t *testing.T, w *world.World) {
	t.Helper()
	admin, _ := w.Actor("guanli")
	boss, _ := w.Actor("zhuguan")
	list, err := w.Chains.List(t.Context(), admin)
	must(t, err)
	one := list[slices.IndexFunc(list, func(c chain.Chain) bool { return c.Shipped == "affairs" })]
	asked, err := w.Chains.Ask(t.Context(), admin, one.ID, chain.Draft{
		Version: one.Last, Name: "辟谣签发", Active: true, When: chain.When{Risks: []chain.Risk{chain.Rebuttal}},
		Steps: []chain.Step{
			{Name: "专家签字", Relation: chain.Unit, Role: access.Reviewer, Items: []string{"与会商结论一致"}},
			{Name: "局领导签发", Relation: chain.Unit, Role: access.Supervisor},
		},
	})
	must(t, err)
	_, err = w.Chains.Confirm(t.Context(), boss, one.ID, asked.Asked.Number)
	must(t, err)
}
