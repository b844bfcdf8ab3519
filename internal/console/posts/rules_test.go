package posts

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/org"
	"juzhen/internal/post"
)

// TestWhatIsOfferedOnAPostsPage types out by hand what a person sees: a row per phase and role.
func TestWhatIsOfferedOnAPostsPage(t *testing.T) {
	t.Parallel()
	const want = `
phase      who       offered
draft      officer   edit delete
draft      reviewer  -
draft      auditor   -
submitted  officer   revise withdraw reschedule
submitted  reviewer  review
submitted  auditor   -
returned   officer   revise withdraw
returned   reviewer  -
returned   auditor   -
approved   officer   revise withdraw reschedule
approved   reviewer  -
approved   auditor   -
withdrawn  officer   revise
withdrawn  reviewer  -
withdrawn  auditor   -`
	roles := map[string]access.Role{
		"officer":  access.PressOfficer,
		"reviewer": access.Reviewer,
		"auditor":  access.Auditor,
	}

	for _, line := range strings.Split(strings.TrimSpace(want), "\n")[1:] {
		cells := strings.Fields(line)
		page := postPage{
			Open:   2,
			states: map[delivery.State]int{delivery.Planned: 2},
			Post:   post.Post{Phase: post.Phase(cells[0]), UnitPath: "/1/2/", VersionNumber: 1},
		}
		page.Actor = access.Actor{UserID: 1, Grants: []access.Grant{{Role: roles[cells[1]], Path: "/1/"}}}
		if got, want := names(offered(page)), strings.Join(cells[2:], " "); got != want {
			t.Errorf("%s for %s: %s, want %s", cells[0], cells[1], got, want)
		}
		page.Post.UnitPath = "/3/"
		if got := names(offered(page)); got != "-" {
			t.Errorf("%s for %s of another unit: %s", cells[0], cells[1], got)
		}
	}
}

func names(a acts) string {
	var out []string

	for name, on := range map[string]bool{
		"1edit":       a.Edit,
		"2revise":     a.Revise,
		"3withdraw":   a.Withdraw,
		"4reschedule": a.Reschedule,
		"5delete":     a.Delete,
		"6review":     a.Review,
		"7correct":    a.Correct,
	} {
		if on {
			out = append(out, name)
		}
	}
	if out == nil {
		return "-"
	}
	slices.Sort(out)

	for i := range out {
		out[i] = out[i][1:]
	}

	return strings.Join(out, " ")
}

func TestWhatIsOutIsCorrectedAndNotTakenBack(t *testing.T) {
	t.Parallel()
	page := postPage{
		Post:   post.Post{Phase: post.Approved, UnitPath: "/1/"},
		Sent:   2,
		states: map[delivery.State]int{delivery.Sent: 2},
	}
	page.Actor = access.Actor{Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}
	if got := names(offered(page)); got != "correct" {
		t.Errorf("all sent: %s", got)
	}
	page.Sent, page.Open = 1, 1
	page.states = map[delivery.State]int{delivery.Sent: 1, delivery.Waiting: 1}
	if got := names(offered(page)); got != "revise withdraw reschedule correct" {
		t.Errorf("half sent: %s", got)
	}
	page.Open, page.states = 0, map[delivery.State]int{delivery.Sent: 1, delivery.Failed: 1}
	if got := names(offered(page)); got != "revise correct" {
		t.Errorf("half sent, the rest failed: %s", got)
	}
	page = postPage{Post: post.Post{Phase: post.Draft, UnitPath: "/1/", VersionNumber: 2}}
	page.Actor = access.Actor{Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}
	if got := names(offered(page)); got != "edit withdraw" {
		t.Errorf("a draft that was submitted before: %s", got)
	}
}

func TestTheLineUnderTheTitleSaysWhoIsNext(t *testing.T) {
	t.Parallel()

	with := func(open int, states ...delivery.State) postPage {
		page := postPage{Post: post.Post{Phase: post.Approved}, Open: open}
		for _, state := range states {
			page.Deliveries = append(page.Deliveries, deliveryLine{Delivery: delivery.Delivery{State: state}})
		}

		return page
	}
	for want, page := range map[string]postPage{
		"尚未提交":   {Post: post.Post{Phase: post.Draft}},
		"等审核员":   {Post: post.Post{Phase: post.Submitted}},
		"等作者":    {Post: post.Post{Phase: post.Returned}},
		"不再发布":   {Post: post.Post{Phase: post.Withdrawn}},
		"请勿手动重发": with(1, delivery.Waiting, delivery.Unknown),
		"值班人员":   with(1, delivery.Handoff),
		"已暂停":    with(1, delivery.Held),
		"自动发送":   with(1, delivery.Waiting, delivery.Failed),
		"请处理":    with(0, delivery.Sent, delivery.Failed),
		"已结束":    with(0, delivery.Sent, delivery.Cancelled),
	} {
		if got := nextStep(page); !strings.Contains(got, want) {
			t.Errorf("got %q, want a line with %q", got, want)
		}
	}
}

func TestPicturesMoveWithoutScripts(t *testing.T) {
	t.Parallel()

	for act, want := range map[string]string{
		"up.8":    "[8 7 9] true",
		"up.7":    "[7 8 9] true",
		"down.8":  "[7 9 8] true",
		"down.9":  "[7 8 9] true",
		"drop.8":  "[7 9] true",
		"drop.99": "[7 8 9] false",
		"up.x":    "[7 8 9] false",
		"save":    "[7 8 9] false",
		"turn.8":  "[7 8 9] false",
		"":        "[7 8 9] false",
	} {
		form := composeForm{Act: act, Media: []int64{7, 8, 9}}
		did := form.arrange()
		if got := fmt.Sprint(form.Media, did); got != want {
			t.Errorf("%q: %s, want %s", act, got, want)
		}
	}
}

func TestTheFormGivesBackWhatIsStored(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	own, corrects := "单独", int64(3)
	p := post.Post{ID: 4, Revision: 5, UnitID: 6, DueAt: &due, Urgent: true, Corrects: &corrects}
	version := post.Version{
		Text:     "甲",
		Visible:  1,
		RepostOf: "9",
		Targets:  []post.Target{{AccountID: 1}, {AccountID: 2, Variant: &own}},
		Media:    []post.VersionMedia{{MediaID: 7, Alt: "图"}},
	}
	form := formOf(p, version)
	if form.DueLocal() != "2026-11-23T18:00" || form.ID != 4 || form.Revision != 5 || form.Unit != 6 ||
		form.Corrects != 3 {
		t.Errorf("form %+v", form)
	}
	content := form.content()
	if content.Text != "甲" || content.Visible != 1 || content.RepostOf != "9" || !content.Urgent ||
		content.DueNow ||
		!content.DueAt.Equal(due) ||
		*content.Corrects != 3 ||
		len(content.Targets) != 2 ||
		content.Targets[0].Variant != nil ||
		*content.Targets[1].Variant != "单独" ||
		content.Media[0].Alt != "图" {
		t.Errorf("content %+v", content)
	}
	p.DueAt, p.DueNow = nil, true
	if f := formOf(p, version); f.When != "now" || f.DueLocal() != "" || !f.content().DueNow {
		t.Errorf("form %+v", f)
	}
}

func TestTheTreeOfAccountsFollowsTheTreeOfUnits(t *testing.T) {
	t.Parallel()
	units := []org.Unit{
		{ID: 1, Name: "市局", Path: "/1/"},
		{ID: 2, ParentID: 1, Name: "宣传中心", Path: "/1/2/"},
		{ID: 3, ParentID: 2, Name: "空科", Path: "/1/2/3/"},
		{ID: 9, ParentID: 8, Name: "另一支", Path: "/8/9/"},
	}
	accounts := []account.Account{
		{ID: 1, UnitID: 1, Handle: "甲", State: account.Live, Connector: account.Commercial},
		{ID: 2, UnitID: 2, Handle: "乙", State: account.Suspended, Connector: account.Public},
		{ID: 3, UnitID: 2, Handle: "丙", State: account.Suspended, Connector: account.Public},
		{ID: 4, UnitID: 9, Handle: "丁", State: account.Live, Connector: account.Manual},
	}
	p := picker(units, accounts, composeForm{Accounts: []int64{3}})
	if len(p.Roots) != 2 || p.Roots[0].Name != "市局" || p.Roots[1].Name != "另一支" || p.Roots[0].Count() != 3 {
		t.Fatalf("roots %+v", p.Roots)
	}
	centre := p.Roots[0].Children[1]
	if centre.Name != "宣传中心" || len(centre.Children) != 2 || !centre.Open {
		t.Fatalf("centre %+v", centre)
	}
	if off, chosen := centre.Children[0], centre.Children[1]; off.Disabled == "" || chosen.Disabled != "" ||
		!chosen.Checked ||
		chosen.Value != "3" {
		t.Errorf("a suspended account cannot be chosen, a chosen one can be taken out: %+v, %+v", off, chosen)
	}
}

func TestTheCommonTextHasTheStrictestLimitOfThoseWhoUseIt(t *testing.T) {
	t.Parallel()

	accounts := []account.Account{{ID: 1, Connector: account.Commercial}, {ID: 2, Connector: account.Public}}
	for _, c := range []struct {
		form composeForm
		want int
	}{
		{composeForm{}, 2000},
		{composeForm{Accounts: []int64{1}}, 2000},
		{composeForm{Accounts: []int64{1, 2}}, 140},
		{composeForm{Accounts: []int64{1, 2}, Variants: map[int64]string{2: "单独"}}, 2000},
		{composeForm{Accounts: []int64{1, 2}, Variants: map[int64]string{2: " "}}, 140},
	} {
		if fields, got := variants(accounts, c.form); got != c.want || len(fields) != len(c.form.Variants) {
			t.Errorf("%+v: limit %d, %d fields", c.form, got, len(fields))
		}
	}
}

func TestTheFormForAnotherTimeBeginsWithATimeAhead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 34, 0, 0, beijing.Zone)

	ahead, gone := now.Add(time.Hour), now.Add(-time.Hour)
	for want, due := range map[string]*time.Time{"13:34": &ahead, "13:30": &gone} {
		if got := dueField(post.Post{DueAt: due}, now).In(beijing.Zone).Format("15:04"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestADayOfTheFilterCountsWhole(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, beijing.Zone)
	form := listForm{From: day, To: day, Unit: 2, State: "sent"}
	got := form.filter([]org.Unit{{ID: 2, Path: "/1/2/"}}, day)
	if !got.From.Equal(day) || !got.To.Equal(day.AddDate(0, 0, 1)) || got.UnitPath != "/1/2/" ||
		got.Where == nil ||
		form.FromDay() != "2026-11-23" ||
		form.ToDay() != "2026-11-23" {
		t.Errorf("filter %+v", got)
	}
	if empty := (listForm{}).filter(
		nil,
		day,
	); empty.From != nil || empty.Where != nil ||
		(listForm{}).FromDay() != "" {
		t.Errorf("filter %+v", empty)
	}
}
