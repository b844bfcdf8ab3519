package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/channel"
	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/faultbook"
	"juzhen/internal/inbox"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/pause"
	"juzhen/internal/plan"
	"juzhen/internal/roster"
	"juzhen/internal/sandbox"
	"juzhen/internal/source"
	"juzhen/internal/template"
)

// placesOf says which pages a role uses; {names} are filled from what newStage prepared.
var placesOf = map[string][]string{
	"xuanchuan": {
		"/",
		"/todo",
		"/notices",
		"/notices?show=all",
		"/notices/settings",
		"/me",
		"/me/password",
		"/views",
		"/posts",
		"/posts?q=没有的词",
		"/posts/many?act=reschedule&q=空气",
		"/posts/many?act=withdraw&state=draft",
		"/posts/many?act=submit&state=draft",
		"/posts/new",
		"/templates",
		"/templates/use?kind=live",
		"/templates/duties",
		"/templates/warnings",
		"/templates/urgent",
		"/templates/use?kind=warning",
		"/templates/edit?kind=ozone",
		"/posts/{draft}/edit",
		"/library",
		"/library?q=空气",
		"/library?on=kept",
		"/library?on=pictures",
		"/library?on=drafts",
		"/library/new?kind=snippet",
		"/library/new?kind=picture",
		"/library/items/{libraryItem}",
		"/posts/{sent}",
		"/posts/{sent}/review-form",
		"/posts/{submitted}",
		"/calendar",
		"/calendar?view=week",
		"/deliveries",
		"/deliveries/{sentDelivery}",
		"/deliveries/{unknown}",
		"/deliveries/{sentDelivery}/certificate",
		"/deliveries/{handoff}",
		"/search?q=空气",
		"/search/past?q=空气",
		"/plan/import",
		"/plan/copy",
		"/plan/move",
		"/plan/series",
		"/plan/series/new?post={draft}",
		"/plan/series/{series}",
		"/plan/import/{planFile}",
		"/reach/posts/{platformPost}",
		"/advances/{advance}",
		"/relays",
		"/relays/{relay}",
		"/relays/{relay}/certificate",
		"/relays/tasks/{relayTask}",
		"/relays/new?post={relayPost}",
		"/relays/standings",
		"/inbox",
		"/inbox?show=all",
		"/inbox/{matter}",
	},
	"shenhe": {
		"/reviews",
		"/reviews/{submitted}",
		"/reviews/series/{series}",
		"/reviews/{sent}",
		"/decisions/{decision}",
		"/takedowns/{batch}",
		"/reach",
		"/reach/accounts/{account}",
		"/reach/budget",
		"/pauses",
		"/reach/falls",
		"/inspection",
		"/inspection?state=soon",
		"/inspection?rule=interaction",
		"/inspection/accounts/{account}",
		"/inspection/runs",
		"/inspection/runs/{inspectionRun}",
		"/faults",
		"/faults?state=all",
		"/faults/new",
		"/faults/{fault}",
	},
	"zhuguan": {
		"/inbox/terms",
		"/inbox/terms/{unit}",
		"/inbox/rates",
		"/inbox/rules",
		"/inbox/rules/new",
		"/inbox/rules/{rule}",
		"/posts/{sent}/takedown",
		"/inspection/accounts/{account}",
		"/reports",
		"/reports?kind=league",
		"/reach/board",
		"/reach/peers",
		"/reach/peers/{peers}",
		"/reach/peers/{peers}/import",
		"/reach/weights",
		"/reach/weights?unit={unit}",
		"/reports/new",
		"/reports/{report}",
		"/pauses/new",
		"/pauses/new?unit={unit}",
		"/pauses/{pause}",
		"/sending",
		"/admin/changes",
		"/admin/changes/{change}",
		"/admin/refusals",
		"/lexicon",
		"/lexicon/new",
		"/lexicon/try",
		"/lexicon/{lexicon}",
		"/lexicon/{lexicon}/entries/new",
		"/lexicon/{lexicon}/entries/{word}",
		"/lexicon/{lexicon}/versions",
		"/lexicon/{lexicon}/import/{wordfile}",
		"/lexicon/changes/{wordchange}",
		"/lexicon/exceptions/{plea}",
		"/lexicon/levels",
		"/lexicon/levels/{level}",
		"/lexicon/domains",
		"/plan",
		"/plan?days=31",
		"/plan/slots?account={account}",
		"/plan/queue?account={account}",
		"/sending",
		"/columns",
		"/chains",
		"/chains/2",
		"/me/stand-ins",
		"/plan/holidays",
		"/incidents",
		"/incidents/new",
		"/incidents/{event}",
		"/incidents/{event}/edit",
		"/incidents/{event}/review",
		"/rebuttals",
		"/rebuttals/new",
		"/rebuttals/{rebuttal}",
		"/rebuttals/{rebuttal}/edit",
		"/roster",
		"/roster/shifts/{shift}",
		"/roster/import",
		"/plan/holidays?year=2031",
		"/admin/changes",
		"/admin/changes/{change}",
		"/admin/refusals",
	},
	"guanli": {
		"/chains/new", "/chains/2/edit",
		"/matrix", "/matrix/accounts/new", "/matrix/accounts/{account}",
		"/matrix/accounts/{account}/edit", "/matrix/imports/{import}", "/admin/units",
		"/admin/units/new", "/admin/units/{unit}", "/admin/units/{unit}/edit",
		"/admin/units/{unit}/move", "/admin/users", "/admin/users/new", "/admin/users/{user}",
		"/admin/users/{user}/edit", "/admin/users/{user}/grant", "/admin/users/{user}/password",
		"/sources", "/sources/new", "/sources/new?kind=live", "/sources/{source}", "/sources/{source}/edit",
		"/site", "/channels", "/channels/new", "/channels/new?kind=dingtalk", "/channels/new?kind=mail",
		"/channels/{channel}", "/channels/{channel}/edit",
	},
	"shenji": {"/admin/audit", "/admin/audit/verify"},
}

// foundFault is a dead link that a unit has to put right.
func foundFault(t *testing.T, w *world.World, accountID int64) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	found, err := w.Faults.Open(t.Context(), boss, faultbook.Entry{
		AccountID: accountID, Code: "link_dead", Description: "点开是空白页", Evidence: "截图存于值班电脑",
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Faults.Do(t.Context(), boss, found.ID, faultbook.Move{
		Act: faultbook.Assign, Revision: found.Revision, Deadline: beijing.Date(time.Now().AddDate(0, 0, 5)),
	})
	if err != nil {
		t.Fatal(err)
	}

	return found.ID
}

// keptInspection is the inspection of this week, which the console keeps.
func keptInspection(t *testing.T, w *world.World) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	must(t, w.Inspect.Keep(t.Context()))
	runs, _, err := w.Inspect.Runs(t.Context(), boss, inspect.RunsAsk{Limit: 1})
	must(t, err)

	return runs[0].ID
}

// heardMatter is what a citizen asked the bureau's own account.
func heardMatter(t *testing.T, w *world.World) (id int64) {
	t.Helper()
	err := w.DB.Pool().QueryRow(t.Context(), `
WITH a AS (SELECT id, unit_id FROM accounts WHERE unit_id = $1 ORDER BY id LIMIT 1),
m AS (
    INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
        waits_since, due_at, updated_at)
    SELECT a.id, '5700000001', '5000000000000001', 'open', 'ask', a.unit_id, now(), now(), now(), now(), now()
    FROM a
    RETURNING id, account_id),
i AS (
    INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
        text, taken_at, keep_until)
    SELECT m.id, m.account_id, 'comment', '5000000000000002', 'comment', 'commercial', now(), '5700000001',
        '市民', '请问明天还限行吗', now(), now() + interval '180 days' FROM m RETURNING matter_id)
SELECT matter_id FROM i`, w.Matrix.Root.ID).Scan(&id)
	must(t, err)

	return id
}

// otherBureaus is a group of two accounts of other bureaus, of one of which something is known.
func otherBureaus(t *testing.T, w *world.World) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	group, err := w.Peers.Create(t.Context(), boss, w.Matrix.Root.ID, "各省生态环境厅")
	must(t, err)
	_, err = w.Peers.Import(t.Context(), boss, group.ID, group.Revision, []byte("微博UID,账号名称,所属单位,日期,粉丝数\n"+
		"5560001,很长很长的省级生态环境官方发布账号,某某省生态环境厅宣传教育中心,"+beijing.Date(time.Now())+
		",12345678\n5560002,乙省环境,,,\n"))
	must(t, err)

	return group.ID
}

// nightRule is a rule of assignment with all that one can ask.
func nightRule(t *testing.T, w *world.World) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	rule, err := w.Inbox.SaveRule(t.Context(), boss, inbox.Rule{
		UnitID: w.Matrix.Root.ID, Name: "夜间的举报和投诉归值班", Position: 10,
		If: inbox.Condition{
			Kinds: []inbox.Kind{inbox.Report, inbox.Complaint}, Words: []string{"黑烟", "异味", "施工扰民"},
			Daily: true, Begin: 18 * time.Hour, End: 8 * time.Hour,
		},
		Then: inbox.Effect{UnitID: w.Matrix.Root.ID, OwnerID: boss.UserID},
	})
	must(t, err)

	return rule.ID
}

// onDuty is a shift of the bureau that is on, with its note; its supervisor leaves.
func onDuty(t *testing.T, w *world.World) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	now := time.Now().Truncate(time.Minute)
	shift, err := w.Roster.Add(t.Context(), boss, boss.Grants[0].UnitID, 0, roster.Entry{
		StartsAt: now.Add(-time.Hour), EndsAt: now.Add(8 * time.Hour), People: []int64{boss.UserID},
	})
	if err == nil {
		_, err = w.Roster.WriteNote(t.Context(), boss, shift.ID, 0, "区局的联动还差两家，已催。")
	}
	if err != nil {
		t.Fatal(err)
	}

	return shift.ID
}

// keptItem is a snippet in the library of the bureau.
func keptItem(t *testing.T, w *world.World) int64 {
	t.Helper()
	officer, _ := w.Actor("xuanchuan")
	item, err := w.Library.Create(t.Context(), officer, w.Matrix.Root.ID, library.Snippet, library.Edit{
		Title: "举报电话", Text: "发现环境违法行为，请拨打 12345。", Source: "办公室",
	})
	must(t, err)

	return item.ID
}

// notPlaces are GET routes that are no page of their own, each with the reason.
var notPlaces = map[string]string{
	"GET /assets/:name":                    "a file",
	"GET /inbox/answers/:id":               "leads on",
	"GET /reach/peers/template.xlsx":       "a file",
	"GET /media/:id":                       "a picture",
	"GET /site/preview":                    "the front page of the public site",
	"GET /site/preview/*path":              "the public site",
	"GET /site/emblem":                     "a picture",
	"GET /media/:id/thumb":                 "a picture",
	"GET /deliveries/:id/pictures/:n":      "a picture",
	"GET /posts/accounts":                  "a part of the form of a post",
	"GET /posts/words":                     "data",
	"GET /posts/library":                   "a part of the form of a post",
	"GET /library/items/:id/picture":       "a picture",
	"GET /posts/own":                       "a part of the form of a post",
	"GET /pauses/accounts":                 "a part of the form of a pause",
	"GET /pauses/preview":                  "a part of the dialog of a stop",
	"GET /posts/:id/review-form.pdf":       "data",
	"GET /reports/:id/file":                "data",
	"GET /takedowns/:id/progress":          "a part of the batch's page",
	"GET /follow":                          "a stream of events",
	"GET /notices/bell":                    "a part of every page",
	"GET /posts/:id/deliveries/:delivery":  "a part of the post's page",
	"GET /matrix/accounts/:id/backfill":    "a part of the account's page",
	"GET /calendar/feed":                   "data",
	"GET /plan/import/template.xlsx":       "data",
	"GET /roster/import/template.xlsx":     "data",
	"GET /lexicon/:id/words.csv":           "data",
	"GET /lexicon/:id/words.xlsx":          "data",
	"GET /inbox/rates.csv":                 "data",
	"GET /reach/matrix.csv":                "data",
	"GET /reach/posts.csv":                 "data",
	"GET /plan/export.xlsx":                "data",
	"GET /faults/export.xlsx":              "data",
	"GET /inspection/runs/:id/export.xlsx": "data",
	"GET /feeds/plan/:file":                "data",
	"GET /reach/accounts/:id/days.csv":     "data",
	"GET /reach/accounts/:id/readings.csv": "data",
	"GET /matrix/imports/:id/progress":     "a part of the import's page",
	"GET /matrix/imports/:id/rejected.csv": "data",
	"GET /reach/accounts/:id/posts.csv":    "data",
	"GET /admin":                           "leads on",
	"GET /oauth/weibo/callback":            "leads on",
	"GET /healthz":                         "for machines",
	"GET /readyz":                          "for machines",

	"GET /inspection/accounts/:id/checks/:check/:question": "a picture",
}

// signedOutPlaces need nobody.
var signedOutPlaces = []string{"/signin", "/first", "/nowhere", "/api/v1/docs"}

// TestEveryPageIsAccessibleAndFits looks at each page as the role that uses it: axe-core with WCAG 2.2
// A and AA, at desk and phone width, light and dark, without horizontal scrolling, without a word on
// the page's console.
func TestEveryPageIsAccessibleAndFits(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	things := prepare(t, w)
	allPlacesAreListed(t, w)

	for user, paths := range placesOf {
		t.Run(user, func(t *testing.T) {
			t.Parallel()

			tab := person(t, w, user)
			for _, path := range paths {
				tab.Go(fill(path, things))
				tab.looksWell()
			}
		})
	}
	t.Run("signed out", func(t *testing.T) {
		t.Parallel()

		tab := browser().Open(t, w.URL)
		for _, path := range signedOutPlaces {
			tab.Go(path)
			tab.FitsWidth()
			// hundreds of the same parts
			tab.Eval(
				`(document.querySelectorAll(".api-call:nth-of-type(n+6)").forEach(e => e.remove()), true)`,
			)
			tab.looksWell()
		}
	})
}

// looksWell examines the page that is open: everything at both widths in light, and in dark what
// depends on the theme.
func (b *Tab) looksWell() {
	b.t.Helper()
	b.Ready()
	if b.Count("main[data-follow]") > 0 {
		b.See("main[data-following=stream]") // what a page names is known to the stream
	}

	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		b.turned(width < 800)
		b.Ready()
		b.FitsWidth()
		b.theme("light")
		b.Axe()
		b.theme("dark")
		b.Contrast()
	}
	b.Size(1440, 900)
}

// turned waits until a calendar that is open fits the window: a list of days on a phone, hours on a desk.
func (b *Tab) turned(phone bool) {
	b.t.Helper()
	if strings.HasPrefix(b.Path(), "/calendar?view=week") {
		value(
			b,
			"the calendar to be drawn again",
			chromedp.Poll[bool](
				fmt.Sprintf(
					`[...document.querySelectorAll(".entry")].some(e => e.matches(".entry-line") === %t)`,
					phone,
				),
			),
		)
	}
}

// theme switches the open page.
func (b *Tab) theme(name string) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`(() => { document.documentElement.dataset.bsTheme = %q; return true })()`, name))
}

// allPlacesAreListed fails for a page that nobody looks at.
func allPlacesAreListed(t *testing.T, w *world.World) {
	var seen []string
	for _, paths := range placesOf {
		seen = append(seen, paths...)
	}
	seen = append(seen, signedOutPlaces...)

	for _, r := range w.Kit().Routes() {
		route := r.Method + " " + r.Path
		if r.Method != "GET" || notPlaces[route] != "" ||
			strings.HasPrefix(r.Path, "/api/v1/") && r.Path != "/api/v1/docs" {
			continue
		}
		pattern := regexp.MustCompile(
			"^" + regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, `[^/?]+`) + `(\?.*)?$`,
		)
		if !slices.ContainsFunc(seen, pattern.MatchString) {
			t.Errorf("%s: no role looks at it", route)
		}
	}
}

// repeated makes a series of a post, most of which waits for a reviewer.
func repeated(t *testing.T, w *world.World, source int64) int64 {
	t.Helper()

	officer, _ := w.Actor("xuanchuan")
	rule, err := plan.ParseRule("FREQ=WEEKLY;BYDAY=MO,FR;COUNT=6")
	if err != nil {
		t.Fatal(err)
	}

	made, err := w.Plan.MakeSeries(t.Context(), officer, plan.SeriesAsk{
		PostID: source, Text: "{日期}（{星期}）空气质量提示", First: *world.In(30 * time.Hour), Rule: rule,
	})
	if err != nil {
		t.Fatal(err)
	}

	var chosen []plan.Chosen
	for _, one := range made.Posts[:4] { // the rest stays drafts
		chosen = append(chosen, plan.Chosen{PostID: one.PostID, Revision: 1})
	}
	if _, err := w.Plan.SubmitSeries(t.Context(), officer, made.ID, chosen); err != nil {
		t.Fatal(err)
	}

	return made.ID
}

// prepare puts something on every page: a draft, a submitted post, one sent, one unknown, a hand-off, a
// pause, a decision.
func prepare(t *testing.T, w *world.World) vars {
	t.Helper()
	v := vars{"account": w.Account("环保北京").ID, "unit": w.Account("朝阳环保示例").UnitID}
	v["draft"] = w.Draft("空气质量提示（草稿）", world.In(26*time.Hour), "环保北京", "京环之声").ID
	v["submitted"] = w.Submit("空气质量周报，请审核", world.In(3*time.Hour), "环保北京", "京环之声", "朝阳环保示例").ID
	sent := w.Approve("空气质量预报：今天白天良，夜间转优", nil, "环保北京", "京环之声")
	d := w.Wait(sent.ID, "环保北京", delivery.Sent)
	v["sent"], v["sentDelivery"] = sent.ID, d.ID
	wrong := w.Approve("空气质量周报（有误）", nil, "环保北京", "京环之声")
	pair := []int64{w.Wait(wrong.ID, "环保北京", delivery.Sent).ID, w.Wait(wrong.ID, "京环之声", delivery.Sent).ID}

	v = v.with(askedOfAll(t, w)) // before posts take an hour to be seen: an unseen one cannot be passed on
	w.Weibo.SetLag(time.Hour)
	w.Weibo.Fault(sandbox.Fault{
		Account: "通州环保示例",
		Call:    sandbox.PostCalls,
		Kind:    sandbox.FaultCut,
		When:    sandbox.After,
		Times:   1,
	})
	v["unknown"] = w.Wait(w.Approve("空气质量实况：二级良", nil, "通州环保示例").ID, "通州环保示例", delivery.Unknown).ID
	v["handoff"] = handedOver(t, w)

	boss, _ := w.Actor("zhuguan")
	paused, err := w.Deliveries.Pause(t.Context(), boss, pause.Stop{UnitID: v["unit"].(int64), Why: "应急演练"})
	if err != nil {
		t.Fatal(err)
	}
	v["pause"] = paused.ID
	v["libraryItem"] = keptItem(t, w)
	v["shift"] = onDuty(t, w)
	v["fault"] = foundFault(t, w, v["account"].(int64))
	v["inspectionRun"] = keptInspection(t, w)
	v["report"] = keptReport(t, w, v["unit"].(int64))
	v["matter"] = heardMatter(t, w)
	v["peers"] = otherBureaus(t, w)
	v["rule"] = nightRule(t, w)
	v["rebuttal"] = writtenRebuttal(t, w)
	v["event"] = openedEvent(t, w)
	listedWords(t, w, boss, v)
	v["source"] = keptSource(t, w)
	v["channel"] = keptChannel(t, w)
	w.Wait(w.Approve("暂停期间的一条", nil, "朝阳环保示例").ID, "朝阳环保示例", delivery.Held)
	decisions, err := w.Deliveries.Takedown(t.Context(), boss, []int64{d.ID}, "配图有误")
	if err != nil {
		t.Fatal(err)
	}
	v["decision"] = decisions[0].ID
	batch, err := w.Deliveries.Takedown(t.Context(), boss, pair, "数字有误")
	if err != nil {
		t.Fatal(err)
	}
	v["batch"] = *batch[0].BatchID
	v["planFile"] = plannedFile(t, w)
	v["series"] = repeated(t, w, v["draft"].(int64))
	v["advance"], v["import"] = askedEarlier(t, w), importedPast(t, w, v["account"].(int64))

	return v.with(reached(t, w))
}

// plannedFile gives a file of posts, one of which has something wrong.
func plannedFile(t *testing.T, w *world.World) int64 {
	t.Helper()
	writer, _ := w.Actor("xuanchuan")
	id, err := w.Plan.KeepFile(t.Context(), writer, plan.File{
		Name: "一周.xlsx", Sheet: planSheet("没有这个号", "一篇"),
	})
	must(t, err)

	return id
}

// askedEarlier gives a request to send before the approved time.
func askedEarlier(t *testing.T, w *world.World) int64 {
	t.Helper()
	writer, _ := w.Actor("xuanchuan")
	post := w.Approve("空气质量提示：有轻度污染", world.In(6*time.Hour), "环保北京")
	moved, err := w.Deliveries.Reschedule(
		t.Context(),
		writer,
		post.ID,
		delivery.DueChoice{At: world.In(3 * time.Hour)},
	)
	must(t, err)

	return moved.Asked.ID
}

// importedPast gives a file of past posts of which one line was good and one was not.
func importedPast(t *testing.T, w *world.World, account int64) int64 {
	t.Helper()
	admin, _ := w.Actor("guanli")
	file := "微博id,发布时间,微博正文\n4242424242424242,2024-05-01 09:00,空气质量良\n4242424242424243,0001-01-01 09:00,没有这样的时间\n"
	started, err := w.Reach.StartImport(t.Context(), admin, account, "往年微博.csv", strings.NewReader(file))
	must(t, err)
	must(t, w.Reach.RunImport(t.Context(), started.ID))

	return started.ID
}

// handedOver gives a delivery that a person posts by hand.
func handedOver(t *testing.T, w *world.World) int64 {
	t.Helper()
	if _, err := w.DB.Pool().Exec(t.Context(), `
		UPDATE accounts SET connector = 'manual' WHERE handle = '延庆环保示例'`); err != nil {
		t.Fatal(err)
	}

	return w.Wait(w.Approve("请人工发布的一条", nil, "延庆环保示例").ID, "延庆环保示例", delivery.Handoff).ID
}

// reached reads reach back and names a post of the platform and a user.
func reached(t *testing.T, w *world.World) vars {
	t.Helper()
	if _, err := w.Reach.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Reach.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var post, user int64
	if err := w.DB.Pool().
		QueryRow(t.Context(), "SELECT min(id) FROM platform_posts").
		Scan(&post); err != nil {
		t.Fatal(err)
	}
	if err := w.DB.Pool().
		QueryRow(t.Context(), "SELECT id FROM users WHERE username = 'chaoyang-xuanchuan'").
		Scan(&user); err != nil {
		t.Fatal(err)
	}
	admin := access.Actor{
		Name:   "系统管理员",
		Grants: []access.Grant{{Role: access.Administrator, UnitID: 1, Path: "/1/"}},
	}
	if err := w.DB.Pool().
		QueryRow(t.Context(), "SELECT id FROM users WHERE username = 'guanli'").
		Scan(&admin.UserID); err != nil {
		t.Fatal(err)
	}
	asked, _, err := w.Identity.AskReset(t.Context(), admin, user, "", "本人忘记密码，电话核实")
	if err != nil {
		t.Fatal(err)
	}

	return vars{"platformPost": post, "user": user, "change": asked.ID}
}

// keptChannel is a channel whose trial has failed.
func keptChannel(t *testing.T, w *world.World) int64 {
	t.Helper()
	admin, _ := w.Actor("guanli")
	made, err := w.Channels.Save(t.Context(), admin, channel.Edit{
		UnitID: admin.Grants[0].UnitID, Kind: channel.DingTalk, Name: "值班群", Secret: "SEC0123",
		Address: "https://127.0.0.1/robot/send?access_token=0123456789abcdef",
	})
	if err == nil {
		_, err = w.Channels.Test(t.Context(), admin, made.ID, "", "zh")
	}
	if err != nil {
		t.Fatal(err)
	}

	return made.ID
}

// keptSource is a data source that has failed once.
func keptSource(t *testing.T, w *world.World) int64 {
	t.Helper()
	admin, _ := w.Actor("guanli")
	writer, _ := w.Actor("xuanchuan")
	made, err := w.Sources.Save(t.Context(), admin, source.Edit{
		UnitID: admin.Grants[0].UnitID,
		Name:   "监测平台的小时浓度",
		Kind:   template.Live,
		URL:    "http://127.0.0.1:1/hourly.json",
		Mapping: source.Mapping{
			"at":            "time",
			"readings":      "rows",
			"readings.zone": "name",
			"readings.pm25": "pm25",
		},
		Every:    60,
		At:       "00:10",
		AuthorID: writer.UserID,
	})
	if err == nil {
		_, err = w.Sources.Pull(t.Context(), admin, made.ID)
	}
	if err != nil {
		t.Fatal(err)
	}

	return made.ID
}

// listedWords is a list with a word, a file with a fault and a change that waits.
func listedWords(t *testing.T, w *world.World, boss access.Actor, v vars) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.Lexicons.Create(t.Context(), boss, lexicon.NewList{
		UnitID: v["unit"].(int64), Kind: lexicon.Typo, Name: "本区的错别字",
	})
	must(err)
	_, err = w.Lexicons.PutEntry(t.Context(), boss, list.ID, lexicon.Put{
		Entry: lexicon.Entry{Word: "秸杆", Suggestion: "秸秆", Exceptions: []string{"《》"}},
	}, "")
	must(err)
	entries, _, err := w.Lexicons.Entries(t.Context(), boss, list.ID, lexicon.EntryFilter{})
	must(err)
	file, err := w.Lexicons.KeepFile(
		t.Context(),
		boss,
		list.ID,
		"words.csv",
		[]byte("word,level\n幅射,很重\n渡假,提示"),
	)
	must(err)
	outcome, err := w.Lexicons.PutEntry(t.Context(), boss, list.ID, lexicon.Put{
		Entry: lexicon.Entry{Word: "攻府", Suggestion: "政府", Level: lexicon.Block},
	}, "网站上出现过")
	must(err)
	e, err := w.Lexicons.Except(t.Context(), boss, lexicon.Plea{
		ListID: list.ID, UnitID: v["unit"].(int64), Word: "秸杆", Text: "“秸杆”应写作“秸秆”。", Why: "讲的就是这个错字",
	})
	must(err)
	v["plea"] = e.ID
	level, err := w.Checks.SetLevel(t.Context(), boss, check.NewLevel{
		UnitID: v["unit"].(int64), Rule: check.Rule(lexicon.Typo), Level: lexicon.Hint, Why: "练习期间",
	})
	must(err)
	v["level"] = level.ID
	v["lexicon"], v["word"], v["wordfile"], v["wordchange"] = list.ID, entries[0].ID, file, outcome.Change.ID
}
