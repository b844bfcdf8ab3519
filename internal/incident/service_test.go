package incident

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/signing"
	"juzhen/internal/weibo"
)

// world is a bureau (unit 1) with its centre (2) and its district (3) and their accounts, an hour after
// something happened at night.
type world struct {
	*testing.T
	db *pg.DB
	s  *Service
	at time.Time

	officer, reviewer, boss, deputy, district, auditor access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), at: t0.Add(time.Hour)}
	stage.Bureau(t, w.db, "专员", "审核员", "主管", "副主管", "朝阳专员", "审计员")
	stage.BureauAccounts(t, w.db)
	w.s = New(w.db, func() time.Time { return w.at })
	w.officer = w.person(1, access.PressOfficer, 1, "/1/")
	w.reviewer = w.person(2, access.Reviewer, 1, "/1/")
	w.boss = w.person(3, access.Supervisor, 1, "/1/")
	w.deputy = w.person(4, access.Supervisor, 1, "/1/")
	w.district = w.person(5, access.PressOfficer, 3, "/1/3/")
	w.auditor = w.person(6, access.Auditor, 1, "/1/")

	return w
}

func (w *world) person(id int64, role access.Role, unit int64, path string) access.Actor {
	w.exec(`INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, $4)`,
		id, string(role), unit, t0.AddDate(0, 0, -1))

	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

func facts() Facts {
	return Facts{
		Title:    "自来水异味",
		Grade:    Grave,
		T0:       t0,
		Keywords: []string{"异味", "自来水"},
		Lead:     1,
		Accounts: []int64{4, 2, 1},
	}
}

func (w *world) open() Incident {
	w.Helper()
	i, err := w.s.Open(w.Context(), w.boss, 1, facts(), "")
	w.must(err)

	return i
}

func (w *world) do(actor access.Actor, i Incident, move Move) Incident {
	w.Helper()
	move.Revision = i.Revision
	i, err := w.s.Do(w.Context(), actor, i.ID, move)
	if err != nil {
		w.Fatalf("%s: %v", move.Act, err)
	}

	return i
}

func (w *world) refused(kind fault.Kind, actor access.Actor, i Incident, move Move) {
	w.Helper()
	if move.Revision == 0 {
		move.Revision = i.Revision
	}
	if _, err := w.s.Do(w.Context(), actor, i.ID, move); !fault.Is(err, kind) {
		w.Errorf("%s of what is %s, %s: %v", move.Act, i.State, i.Stage, err)
	}
}

// wait asks which to-dos are open, by their codes.
func (w *world) wait(want string) {
	w.Helper()
	var codes string
	w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT coalesce(string_agg(code, ' ' ORDER BY code, id), '') FROM todos
WHERE resolved_at IS NULL AND subject_type LIKE 'incident%'`).Scan(&codes))
	if codes != want {
		w.Errorf("%q waits, want %q", codes, want)
	}
}

// delivered is a post of the bureau with a delivery from an account, due some minutes from now.
func (w *world) delivered(
	text string,
	accountID int64,
	minutes int,
	state delivery.State,
) (postID, id int64) {
	w.Helper()
	due := w.at.Add(time.Duration(minutes) * time.Minute)
	made, err := post.New(w.db, weibo.Rules{}, func() time.Time { return w.at }).
		Create(w.Context(), w.officer, 1, post.Content{
			Text: text, DueAt: &due, Targets: []post.TargetChoice{{AccountID: accountID}},
		})
	w.must(err)
	w.must(w.db.Pool().QueryRow(w.Context(), `
INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, due_at,
    not_after, sent_at, approved, payload_hash, mark_key, created_at, updated_at)
SELECT p.id, p.version_id, $2, 'weibo', 'commercial', $3, 1, false, p.due_at, p.due_at + interval '30 min',
    CASE WHEN $3 = 'sent' THEN p.due_at END, $3 <> 'planned', '\x00', uuid_send(gen_random_uuid()), $4, $4
FROM posts p WHERE p.id = $1 RETURNING id`, made.ID, accountID, string(state), w.at).Scan(&id))
	w.exec("UPDATE posts SET phase = $2 WHERE id = $1", made.ID,
		map[bool]post.Phase{true: post.Submitted, false: post.Approved}[state == delivery.Planned])

	return made.ID, id
}

func (w *world) state(delivery int64) (state, reason string) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), "SELECT state, reason FROM deliveries WHERE id = $1", delivery).
		Scan(&state, &reason))

	return state, reason
}

func (w *world) board(actor access.Actor, id int64) Board {
	w.Helper()
	whole, err := w.s.Find(w.Context(), actor, id)
	w.must(err)
	board, err := w.s.Board(w.Context(), actor, whole.Incident)
	w.must(err)

	return board
}

// TestWhatIsSaidPassesTheStepsOfItsChain: nothing is in force before the last signature, and each is kept.
func TestWhatIsSaidPassesTheStepsOfItsChain(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.exec(`
UPDATE chain_versions SET active = true, risks = '{statement}', steps = '[
    {"name":"宣传中心审核","relation":"unit","role":"reviewer"},{"name":"局领导签发","relation":"unit","role":"supervisor"}]'
WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'affairs')`)
	i := w.do(w.boss, w.open(), Move{Act: Say, Text: "正在检测"})
	i = w.do(w.boss, i, Move{Act: Ask})
	w.refused(fault.KindForbidden, w.deputy, i, Move{Act: Sign})
	i = w.do(w.reviewer, i, Move{Act: Sign})
	if i.Stage != Signing || i.InForce != nil {
		t.Fatalf("the first of two signatures put it in force: %+v", i)
	}
	w.refused(fault.KindForbidden, w.reviewer, i, Move{Act: Sign})
	w.refused(fault.KindForbidden, w.boss, i, Move{Act: Sign}) // wrote it
	i = w.do(w.deputy, i, Move{Act: Sign})
	if i.Stage != Signed || i.InForce == nil || i.InForce.SignedBy != "副主管" || !i.Round.Passed() {
		t.Errorf("signed by both: %+v", i)
	}
	var kept string
	w.must(w.db.Pool().QueryRow(t.Context(), `
SELECT string_agg(step || ':' || by_user || ':' || final, ' ' ORDER BY id) FROM incident_signatures`).Scan(&kept))
	if kept != "1:2:false 2:4:true" {
		t.Errorf("kept %s", kept)
	}
}

// TestWhoMayDoWhat is the whole of the rights, by hand.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()

	for state, want := range map[State]string{
		Open: `
officer  -
reviewer sign return
boss     edit say sign return link record follow hold release ask_end
auditor  -`,
		Closing: `
officer  -
reviewer sign return
boss     edit say sign return link record follow hold release end resume
auditor  -`,
		Closed: `
officer  -
reviewer -
boss     reopen
auditor  -`,
	} {
		i := Incident{
			UnitPath:   "/1/",
			State:      state,
			Stage:      Signing,
			Words:      &Statement{By: 9, AskedBy: 9},
			Round:      signing.Single(org.Unit{ID: 1, Path: "/1/"}, 9),
			EndAskedBy: 9,
		}
		var got strings.Builder

		for _, role := range []struct {
			name string
			role access.Role
		}{
			{"officer ", access.PressOfficer}, {"reviewer", access.Reviewer}, {"boss    ", access.Supervisor},
			{"auditor ", access.Auditor},
		} {
			actor := access.Actor{
				UserID: 1,
				Grants: []access.Grant{{Role: role.role, UnitID: 3, Path: "/1/"}},
			}
			if role.role == access.PressOfficer {
				actor.Grants[0].Path = "/1/3/" // of a district: the event is the bureau's
			}
			line := "-"
			if acts := i.Acts(actor); len(acts) > 0 {
				line = strings.Trim(strings.Join(strings.Fields(strings.Trim(sprint(acts), "[]")), " "), " ")
			}
			got.WriteString("\n" + role.name + " " + line)
		}
		if got.String() != want {
			t.Errorf("%s:%s\nwant%s", state, got.String(), want)
		}
	}
}

func sprint(acts []Act) string {
	names := make([]string, len(acts))
	for n, act := range acts {
		names[n] = string(act)
	}

	return strings.Join(names, " ")
}

func TestAnEventIsOpenedWithItsClocks(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	w.wait("incident.due incident.due")
	if i.State != Open || i.Stage != NoWords || i.OwnerID != 3 || i.Lead != 1 || len(i.Accounts) != 2 ||
		len(i.Clocks()) != 2 {
		t.Errorf("opened: %+v", i)
	}

	bad := facts()
	bad.Title, bad.Grade, bad.T0, bad.Keywords = " ", "x", w.at.Add(time.Minute), []string{"水"}

	bad.Accounts = make([]int64, maxVoices+1)
	for n := range bad.Accounts {
		bad.Accounts[n] = int64(n + 10)
	}
	_, err := w.s.Open(w.Context(), w.boss, 1, bad, "")
	if fields := fault.FieldErrors(err); len(fields) != 5 {
		t.Errorf("%d wrong: %v", len(fields), err)
	}

	for name, change := range map[string]func(*Facts){
		"an owner without the right":     func(f *Facts) { f.OwnerID = 2 },
		"an account that is not there":   func(f *Facts) { f.Accounts = []int64{99} },
		"a lead that is not there":       func(f *Facts) { f.Lead = 99 },
		"longer ago than a month":        func(f *Facts) { f.T0 = w.at.AddDate(0, 0, -31) },
		"a title with hidden characters": func(f *Facts) { f.Title = "自来水\u202e异味" },
	} {
		wrong := facts()
		change(&wrong)
		if _, err := w.s.Open(w.Context(), w.boss, 1, wrong, ""); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := strings.Repeat("长", MaxReason+1)
	if _, err := w.s.Open(w.Context(), w.boss, 1, facts(), long); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("opened from a whole book: %v", err)
	}
	if _, err := w.s.Open(w.Context(), w.auditor, 1, facts(), ""); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("an auditor opens: %v", err)
	}
	if _, err := w.s.Open(w.Context(), w.district, 1, facts(), ""); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district opens at the bureau: %v", err)
	}
}

func TestWhatIsSaidIsSignedByAnotherAndCorrectedInTheOpen(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	w.refused(fault.KindConflict, w.boss, i, Move{Act: Ask})
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Say})
	i = w.do(w.boss, i, Move{Act: Say, Text: "正在检测，一小时内公布结果。"})
	i = w.do(w.boss, i, Move{Act: Ask})
	w.wait("incident.due incident.due incident.sign")
	w.refused(fault.KindForbidden, w.boss, i, Move{Act: Sign})
	w.refused(fault.KindInvalid, w.reviewer, i, Move{Act: Return})
	below, err := w.s.Find(w.Context(), w.district, i.ID)
	w.must(err)
	if below.Words != nil || below.Stage != NoWords || len(below.Steps) != 0 {
		t.Errorf("a district reads a draft: %+v", below)
	}

	i = w.do(w.reviewer, i, Move{Act: Return, Reason: "没有写检测点位"})
	w.wait("incident.due incident.due incident.returned")
	i = w.do(w.boss, i, Move{Act: Say, Text: "三个点位正在检测，一小时内公布结果。"})
	i = w.do(w.boss, i, Move{Act: Ask})
	i = w.do(w.reviewer, i, Move{Act: Sign})
	if i.Stage != Signed || i.InForce.Number != 2 || i.InForce.SignedBy != "审核员" ||
		i.Words.Number != 2 {
		t.Errorf("signed: %+v %+v", i, i.InForce)
	}
	w.refused(fault.KindConflict, w.reviewer, i, Move{Act: Sign})

	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Say, Text: "是藻类引起的。"})
	i = w.do(w.boss, i, Move{Act: Say, Text: "是藻类引起的，煮沸后可以饮用。", Reason: "检测结果出来了"})
	if i.Stage != Draft || i.Words.Number != 3 || i.InForce.Number != 2 {
		t.Errorf("the correction before its signature: %+v", i)
	}
	below, err = w.s.Find(w.Context(), w.district, i.ID)
	w.must(err)
	if below.Words.Number != 2 || len(below.Statements) != 1 {
		t.Errorf("a district reads: %+v", below.Words)
	}
	i = w.do(w.reviewer, w.do(w.boss, i, Move{Act: Ask}), Move{Act: Sign})
	i = w.do(w.boss, i, Move{Act: Record, Due: Speak, At: w.at, Reason: "值班电话"})
	whole, err := w.s.Find(w.Context(), w.boss, i.ID)
	w.must(err)
	if len(whole.Statements) != 3 || whole.Statements[0].Why != "检测结果出来了" ||
		whole.Statements[1].SignedBy == "" {
		t.Errorf("versions: %+v", whole.Statements)
	}

	for _, sql := range []string{
		"UPDATE incident_statements SET text = 'x'", "DELETE FROM incident_signatures",
		"UPDATE incident_steps SET note = 'x'", "DELETE FROM incident_marks",
	} {
		if _, err := w.db.Pool().Exec(w.Context(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

func TestTheBoardSaysWhoHasSpokenAndClocksAreMet(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	if board := w.board(w.boss, i.ID); board.Silent() != 3 || !board.Voices[0].Leads {
		t.Errorf("at first: %+v", board)
	}
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Link, PostID: 99})
	postID, _ := w.delivered("自来水正在检测", 1, -10, delivery.Sent)
	waiting, _ := w.delivered("朝阳区正在检测", 4, 30, delivery.Waiting)
	i = w.do(w.boss, i, Move{Act: Link, PostID: postID})
	i = w.do(w.boss, i, Move{Act: Link, PostID: waiting})
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Link, PostID: postID})
	w.wait("incident.due") // the press conference

	board := w.board(w.boss, i.ID)
	if board.Silent() != 2 || !board.Voices[0].Spoke() || board.Voices[0].Handle != "环保北京" {
		t.Errorf("one has spoken: %+v", board.Voices)
	}

	for _, voice := range board.Voices {
		if voice.Handle == "朝阳环保示例" && (voice.State != delivery.Waiting || voice.DueAt == nil) {
			t.Errorf("the district: %+v", voice)
		}
	}
	if len(board.Posts) != 2 || board.Posts[0].Sent != 1 || len(board.Planned) != 0 {
		t.Errorf("its posts: %+v, planned %+v", board.Posts, board.Planned)
	}

	w.refused(
		fault.KindInvalid,
		w.boss,
		i,
		Move{Act: Record, Due: Meet, At: w.at.Add(time.Hour), Reason: "市府新闻办"},
	)
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Record, Due: Answer, At: w.at, Reason: "市府新闻办"})
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Record, Due: Meet, At: w.at})
	i = w.do(w.boss, i, Move{Act: Record, Due: Meet, At: w.at, Reason: "市府新闻办"})
	w.wait("")
	if _, any := i.NextDue(); any {
		t.Errorf("clocks: %+v", i.Clocks())
	}
}

func TestAChangedStartNeedsItsReasonAndMovesTheClocks(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	later := facts()
	later.T0 = t0.Add(30 * time.Minute)
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Edit, Facts: later})
	i = w.do(w.boss, i, Move{Act: Edit, Facts: later, Reason: "第一次报告在 22:30"})
	if clock := i.Clocks()[0]; !clock.Until.Equal(later.T0.Add(5 * time.Hour)) {
		t.Errorf("until %v", clock.Until)
	}
	w.wait("incident.due incident.due")
	later.Grade = Other
	i = w.do(w.boss, i, Move{Act: Edit, Facts: later, Reason: "没有人不适"})
	w.wait("incident.due")
	later.Title = "自来水异味（部分小区）"
	i = w.do(w.boss, i, Move{Act: Edit, Facts: later})
	w.refused(fault.KindConflict, w.boss, i, Move{Act: Edit, Facts: later, Revision: i.Revision - 1})

	whole, err := w.s.Find(w.Context(), w.boss, i.ID)
	w.must(err)
	first := whole.Steps[2] // the last is in front
	if first.Detail["t0_from"] != "12-01 22:00" || first.Detail["t0"] != "12-01 22:30" || first.Note == "" ||
		len(first.Told()) != 1 {
		t.Errorf("the story: %+v", whole.Steps)
	}

	w.at = later.T0.Add(49 * time.Hour)
	w.must(w.s.Sweep(w.Context()))
	w.wait("incident.late")
	w.must(w.s.Sweep(w.Context()))
	w.wait("incident.late")
	w.at = w.at.AddDate(0, 0, 40) // T0 may stay as it is, however long ago that was
	later.Title = "自来水异味（全部解决）"
	i = w.do(w.boss, i, Move{Act: Edit, Facts: later})
	w.wait("incident.late")
	i = w.do(w.boss, i, Move{Act: Record, Due: Answer, At: w.at.Add(-time.Hour), Reason: "12345 通报"})
	w.wait("")
}

// TestPlannedPostsWaitUntilTheEventIsOver, those that somebody chose and no others.
func TestPlannedPostsWaitUntilTheEventIsOver(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	_, quiz := w.delivered("节水知识竞赛：自来水里的秘密", 1, 60, delivery.Waiting)
	_, long := w.delivered("周末自然课堂报名", 4, 6*60, delivery.Waiting)
	_, other := w.delivered("明天空气质量预报", 1, 120, delivery.Waiting)
	_, planned := w.delivered("还没有批准的自来水科普", 2, 120, delivery.Planned)
	_, gone := w.delivered("刚刚发出", 1, -1, delivery.Sent)

	board := w.board(w.boss, i.ID)
	if len(board.Planned) != 4 || board.Planned[0].ID != quiz || board.Planned[0].Mentioned != "自来水" ||
		board.Planned[1].ID != planned || board.Planned[1].Holdable() || board.Planned[3].Mentioned != "" {
		t.Errorf("planned: %+v", board.Planned)
	}
	if board := w.board(
		w.district,
		i.ID,
	); len(board.Planned)+len(board.Posts) != 0 ||
		len(board.Voices) != 3 {
		t.Errorf("a district's board: %+v", board)
	}

	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Hold})
	w.refused(fault.KindConflict, w.boss, i, Move{Act: Hold, Deliveries: []int64{gone, planned}})
	i = w.do(w.boss, i, Move{Act: Hold, Deliveries: []int64{quiz, long, gone}})
	if state, reason := w.state(quiz); state != "held" || reason != "held_for" {
		t.Errorf("the quiz: %s %s", state, reason)
	}
	if state, _ := w.state(other); state != "waiting" {
		t.Errorf("what nobody chose: %s", state)
	}
	if board := w.board(w.boss, i.ID); len(board.Held) != 2 || len(board.Planned) != 2 {
		t.Errorf("held: %+v, planned %+v", board.Held, board.Planned)
	}

	w.at = w.at.Add(2 * time.Hour) // the quiz is past its limit
	i = w.do(w.boss, i, Move{Act: AskEnd, Text: "藻类引起，已处置；通报晚了半小时。"})
	w.wait("incident.due incident.due incident.end")
	w.refused(fault.KindForbidden, w.boss, i, Move{Act: End})
	w.refused(fault.KindForbidden, w.officer, i, Move{Act: End})
	w.refused(fault.KindInvalid, w.deputy, i, Move{Act: Resume})
	i = w.do(w.deputy, i, Move{Act: Resume, Reason: "还有一个区没有回应"})
	i = w.do(w.boss, i, Move{Act: AskEnd, Text: "藻类引起，已处置；通报晚了半小时。"})
	i = w.do(w.deputy, i, Move{Act: End})
	w.wait("")
	if state, reason := w.state(quiz); state != "missed" || reason != "too_late" {
		t.Errorf("the quiz after its limit: %s %s", state, reason)
	}
	if state, reason := w.state(long); state != "waiting" || reason != "released_for" {
		t.Errorf("what has time: %s %s", state, reason)
	}

	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Reopen})
	i = w.do(w.boss, i, Move{Act: Reopen, Reason: "又有三个小区"})
	if i.State != Open || i.EndedAt != nil || !i.T0.Equal(t0) {
		t.Errorf("opened again: %+v", i)
	}
	i = w.do(w.boss, i, Move{Act: Hold, Deliveries: []int64{long}})
	i = w.do(w.boss, i, Move{Act: Release, Deliveries: []int64{long}})
	if state, _ := w.state(long); state != "waiting" {
		t.Errorf("released by a person: %s", state)
	}
	w.refused(fault.KindConflict, w.boss, i, Move{Act: Release, Deliveries: []int64{long}})
}

// TestNothingGoesOutFromAnotherUserWhenAnEventEnds: an account that was made another user of the platform
// while its posts were held needs a person.
func TestNothingGoesOutFromAnotherUserWhenAnEventEnds(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	_, id := w.delivered("周末自然课堂报名", 1, 600, delivery.Waiting)
	i = w.do(w.boss, i, Move{Act: Hold, Deliveries: []int64{id}})
	w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
		one := account.Account{ID: 1}
		return delivery.AccountChangedTx(w.Context(), tx, w.at, 3, one, account.UserChanged)
	}))
	i = w.do(w.boss, i, Move{Act: AskEnd, Text: "没事了。"})
	w.do(w.deputy, i, Move{Act: End})
	if state, reason := w.state(id); state != "held" || reason != "user_changed" {
		t.Errorf("of another user: %s %s", state, reason)
	}
}

// TestWhoHandlesEventsOfOneUnitHoldsNothingBelow: the right that a press officer is given ends at the unit.
func TestWhoHandlesEventsOfOneUnitHoldsNothingBelow(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	_, own := w.delivered("周末自然课堂报名", 1, 600, delivery.Waiting)
	_, below := w.delivered("朝阳自然课堂", 4, 600, delivery.Waiting)
	w.refused(fault.KindConflict, w.officer, i, Move{Act: Hold, Deliveries: []int64{below}})
	w.do(w.officer, i, Move{Act: Hold, Deliveries: []int64{own, below}})
	if state, _ := w.state(below); state != "waiting" {
		t.Errorf("below: %s", state)
	}
	if state, _ := w.state(own); state != "held" {
		t.Errorf("of the unit: %s", state)
	}
}

// TestWhatStaysOpenIsToldOnce however much is done about the event meanwhile.
func TestWhatStaysOpenIsToldOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	told := func() (n int) {
		w.must(w.db.Pool().QueryRow(w.Context(), `
			SELECT (SELECT count(*) FROM todos) + (SELECT count(*) FROM notice_events)`).Scan(&n))
		return n
	}
	before := told()
	i = w.do(w.boss, i, Move{Act: Follow, Text: "居民开始取水"})
	w.do(w.boss, i, Move{Act: Say, Text: "正在检测。"})
	w.must(w.s.Sweep(w.Context()))
	if after := told(); before == 0 || after != before {
		t.Errorf("%d to-dos and notices, then %d", before, after)
	}
}

// TestWhatAPauseCoversIsThePauses when the event is over.
func TestWhatAPauseCoversIsThePauses(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	_, id := w.delivered("周末自然课堂报名", 1, 600, delivery.Waiting)
	i = w.do(w.boss, i, Move{Act: Hold, Deliveries: []int64{id}})
	w.exec(`INSERT INTO pauses (unit_id, reason, paused_by, paused_at) VALUES (1, '全市暂停', 3, $1)`, w.at)
	i = w.do(w.boss, i, Move{Act: AskEnd, Text: "没事了。"})
	w.do(w.deputy, i, Move{Act: End})
	if state, reason := w.state(id); state != "held" || reason != "paused" {
		t.Errorf("under a pause: %s %s", state, reason)
	}
}

// listening is what citizens said, by when.
type listening []inbox.Voice

func (l listening) Voices(_ context.Context, from, to time.Time, _ int) (all []inbox.Voice, _ error) {
	for _, voice := range l {
		if !voice.At.Before(from) && voice.At.Before(to) {
			all = append(all, voice)
		}
	}

	return all, nil
}

func TestManyAlikeCommentsAskForAnEvent(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	var heard listening
	for n, said := range many(30, "/1/", "自来水有异味") {
		heard = append(heard, inbox.Voice{
			UnitPath: said.UnitPath,
			Author:   said.Author,
			Text:     said.Text,
			At:       w.at.Add(-time.Duration(n) * time.Minute),
		})
	}
	w.must(w.s.Listen(w.Context(), heard[:9]))
	w.wait("")
	w.must(w.s.Listen(w.Context(), heard))
	w.must(w.s.Listen(w.Context(), heard))
	w.wait("incident.crowd")
	w.open()
	w.wait("incident.due incident.due")
	w.must(w.s.Listen(w.Context(), heard))
	w.wait("incident.due incident.due")

	for n := range 12 { // another matter, in the district, beside the one that is known
		heard = append(heard, inbox.Voice{
			UnitPath: "/1/3/", Author: fmt.Sprint("z", n), Text: "工地夜里施工太吵",
			At: w.at.Add(-time.Minute),
		})
	}
	w.must(w.s.Listen(w.Context(), heard))
	w.wait("incident.crowd incident.due incident.due")
	w.at = w.at.Add(5 * time.Hour)
	w.must(w.s.Listen(w.Context(), listening{}))
	w.wait("incident.crowd incident.due incident.due")
	w.at = w.at.Add(2 * time.Hour)
	w.must(w.s.Listen(w.Context(), listening{}))
	w.wait("incident.due incident.due")
}

// TestAnEventAnswersWhatIsAskedBelow its unit.
func TestAnEventAnswersWhatIsAskedBelow(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	var heard listening
	for n := range 12 {
		heard = append(heard, inbox.Voice{
			UnitPath: "/1/3/", Handle: "朝阳环保示例", Author: fmt.Sprint(n),
			Text: "@朝阳环保示例自来水有异味",
			At:   w.at.Add(-time.Duration(n) * time.Minute),
		})
	}
	w.must(w.s.Listen(w.Context(), heard))
	w.wait("incident.crowd")
	suggestion, found, err := w.s.Suggest(w.Context(), heard, "/1/")
	w.must(err)
	if !found || suggestion.Words != "自来水有异味" || !suggestion.Since.Equal(w.at.Add(-11*time.Minute)) {
		t.Errorf("suggested: %v %+v", found, suggestion)
	}
	w.open()
	w.wait("incident.due incident.due")
}

func TestWhatIsFollowedIsLookedAtAgain(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	i := w.open()
	past, soon := w.at.Add(-time.Minute), w.at.Add(3*time.Hour)
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Follow, Text: "居民开始取水", NextAt: &past})
	w.refused(fault.KindInvalid, w.boss, i, Move{Act: Follow, NextAt: &soon})
	i = w.do(w.boss, i, Move{Act: Follow, Text: "居民开始取水", NextAt: &soon})
	w.wait("incident.due incident.due incident.follow")
	i = w.do(w.boss, i, Move{Act: Follow, Text: "已恢复供水"})
	w.wait("incident.due incident.due")
	list, err := w.s.List(w.Context(), w.auditor, Query{State: Open, Words: "异味", UnitPath: "/1/"})
	w.must(err)
	if len(list.Rows) != 1 || list.Rows[0].ID != i.ID {
		t.Errorf("listed: %+v", list.Rows)
	}
	if list, err = w.s.List(w.Context(), w.auditor, Query{State: Closed}); err != nil || len(list.Rows) != 0 {
		t.Errorf("closed: %+v, %v", list.Rows, err)
	}
}
