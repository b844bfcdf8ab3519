package notice_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)

// world is a bureau (1) with a district (2) and a station (3) of it, and a district apart (4).
type world struct {
	*testing.T
	db  *pg.DB
	s   *notice.Service
	now time.Time
}

// The people of the world: two reviewers of the district, one of the bureau, a supervisor of the bureau, a
// writer of the station, an administrator of the bureau, a reviewer of the district apart.
const (
	first, second, above, head, writer, admin, apart = 1, 2, 3, 4, 5, 6, 7
)

var held = map[int64]access.Grant{
	first:  {Role: access.Reviewer, UnitID: 2, Path: "/1/2/"},
	second: {Role: access.Reviewer, UnitID: 2, Path: "/1/2/"},
	above:  {Role: access.Reviewer, UnitID: 1, Path: "/1/"},
	head:   {Role: access.Supervisor, UnitID: 1, Path: "/1/"},
	writer: {Role: access.PressOfficer, UnitID: 3, Path: "/1/2/3/"},
	admin:  {Role: access.Administrator, UnitID: 1, Path: "/1/"},
	apart:  {Role: access.Reviewer, UnitID: 4, Path: "/1/4/"},
}

func actor(id int64) access.Actor {
	return access.Actor{UserID: id, Name: "有人", SessionID: id, Grants: []access.Grant{held[id]}}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: noon}
	w.s = notice.New(w.db, notice.Options{
		Now:   func() time.Time { return w.now },
		Words: []notice.Word{{Code: "review.waiting", Text: "待审：{.title}", Act: "审核"}},
		Page:  func(_, subject string, id int64) string { return fmt.Sprintf("/%ss/%d", subject, id) },
		After: 15 * time.Minute,
	})
	w.exec(`INSERT INTO units (id, parent_id, path, name, kind, created_at) OVERRIDING SYSTEM VALUE VALUES
		(1, NULL, '/1/', '市局', 'bureau', now()), (2, 1, '/1/2/', '东城', 'district', now()),
		(3, 2, '/1/2/3/', '监测站', 'department', now()), (4, 1, '/1/4/', '西城', 'district', now())`)

	for id := int64(first); id <= apart; id++ {
		w.exec(`INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change,
			password_changed_at, lang, theme, created_at) OVERRIDING SYSTEM VALUE
			VALUES ($1, $2, $2, $3, '', false, now(), 'zh', 'auto', now())`, id, fmt.Sprint("u", id), held[id].UnitID)
		w.exec("INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, now())",
			id, string(held[id].Role), held[id].UnitID)
	}

	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) tell(events ...notice.Event) {
	w.Helper()
	w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
		return notice.TellTx(w.Context(), tx, w.now, events...)
	}))
}

// review is somebody asked to review a post of the station.
func review(key string) notice.Event {
	return notice.Event{
		Key: key, Kind: notice.Review, Code: "review.waiting", Args: map[string]any{"title": "空气质量"},
		UnitPath: "/1/2/3/", Permission: access.PostReview, Subject: "post", SubjectID: 4,
	}
}

// told is who has which notices, "1:a 2:a".
func (w *world) told() string {
	w.Helper()
	var text *string
	w.must(w.db.Pool().QueryRow(w.Context(), `
		SELECT string_agg(n.user_id || ':' || e.key, ' ' ORDER BY n.user_id, e.key)
		FROM notices n JOIN notice_events e ON e.id = n.event_id`).Scan(&text))
	if text == nil {
		return ""
	}

	return *text
}

// noticeOf is the number of a person's notice of an event.
func (w *world) noticeOf(user int64, key string) (id int64) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), `
		SELECT n.id FROM notices n JOIN notice_events e ON e.id = n.event_id WHERE n.user_id = $1 AND e.key = $2`,
		user, key).Scan(&id))

	return id
}

func (w *world) count(id int64) (all, urgent int) {
	w.Helper()
	all, urgent, err := w.s.Count(w.Context(), actor(id))
	w.must(err)

	return all, urgent
}

func (w *world) list(id int64, filter notice.Filter) string {
	w.Helper()
	page, err := w.s.List(w.Context(), actor(id), filter)
	w.must(err)

	var words []string
	for _, n := range page.Rows {
		words = append(words, fmt.Sprintf("%d %s", n.EventID, n.Path))
	}

	return strings.Join(words, ", ")
}

// TestWhoHears types out who is told of an event.
func TestWhoHears(t *testing.T) {
	t.Parallel()
	any, supervisor := access.Role(""), access.Supervisor

	for name, c := range map[string]struct {
		change func(*notice.Event)
		want   string
	}{
		"those closest to the unit":        {func(*notice.Event) {}, "1:a 2:a"},
		"without who may not":              {func(e *notice.Event) { e.NotUsers = []int64{first} }, "2:a"},
		"above, where nobody is left":      {func(e *notice.Event) { e.NotUsers = []int64{first, second} }, "3:a 4:a"},
		"the named alone, wherever":        {func(e *notice.Event) { e.OnlyUsers = []int64{second, above} }, "2:a 3:a"},
		"the named who may not, no more":   {func(e *notice.Event) { e.OnlyUsers = []int64{writer} }, ""},
		"nobody named":                     {func(e *notice.Event) { e.OnlyUsers = []int64{} }, ""},
		"of a role":                        {func(e *notice.Event) { e.Role = &supervisor }, "4:a"},
		"of any role, at the unit itself":  {func(e *notice.Event) { e.Role, e.Here = &any, true }, ""},
		"of any role, at the unit, bureau": {func(e *notice.Event) { e.Role, e.Here, e.UnitPath = &any, true, "/1/" }, "3:a 4:a"},
		"the bureau's own":                 {func(e *notice.Event) { e.UnitPath = "/1/" }, "3:a 4:a"},
		"another permission":               {func(e *notice.Event) { e.Permission = access.AccountManage }, "6:a"},
		"one's own matter":                 {func(e *notice.Event) { e.To = []int64{writer} }, "5:a"},
		"nobody's own matter":              {func(e *notice.Event) { e.To = []int64{} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			event := review("a")
			c.change(&event)
			w.tell(event)
			if got := w.told(); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhoLeftHearsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("UPDATE users SET disabled_at = now() WHERE id = $1", first)
	w.exec("UPDATE grants SET revoked_at = now() WHERE user_id = $1", second)
	w.exec("UPDATE grants SET valid_until = $2 WHERE user_id = $1", above, noon)
	own := review("own")
	own.To = []int64{first, writer}
	w.tell(review("a"), own)
	if got := w.told(); got != "4:a 5:own" {
		t.Errorf("told %q", got)
	}
}

// TestTheOwnMatterIsHeardOnce: who deals with a matter does not hear of it again because it is about the own
// post.
func TestTheOwnMatterIsHeardOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := review("a")
	event.TodoID = 9
	w.tell(event)
	own := review("own")
	own.TodoID, own.Kind, own.To = 9, notice.Trouble, []int64{first, writer}
	w.tell(own)
	if got := w.told(); got != "1:a 2:a 5:own" {
		t.Errorf("told %q", got)
	}
}

// TestANoticeOnce: whatever is told again, by whom and however often, and whatever the jobs repeat, a person
// has each event once.
func TestANoticeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := 0

	rapid.Check(t, func(rt *rapid.T) {
		run++
		keys := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 12).Draw(rt, "told")
		var all sync.WaitGroup

		for _, key := range keys {
			all.Go(func() { w.tell(review(fmt.Sprintf("%d/%d", run, key))) })
		}
		all.Wait()

		for range rapid.IntRange(0, 2).Draw(rt, "runs of the job") {
			w.must(w.s.PassOn(w.Context()))
		}
		var events, copies, most int
		w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT count(DISTINCT e.id), count(n.id), coalesce(max(n.of), 0) FROM notice_events e
LEFT JOIN (SELECT *, count(*) OVER (PARTITION BY event_id, user_id) AS of FROM notices) n ON n.event_id = e.id
WHERE e.key LIKE $1`, fmt.Sprintf("%d/%%", run)).Scan(&events, &copies, &most))

		distinct := map[int]bool{}
		for _, key := range keys {
			distinct[key] = true
		}
		if events != len(distinct) || copies != 2*events || most != 1 {
			rt.Fatalf("%d events with %d copies for %d keys, %d of one", events, copies, len(distinct), most)
		}
	})
}

func TestReadingAndOpening(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	urgent := review("urgent")
	urgent.Urgent = true
	w.tell(review("a"), review("b"), urgent)
	if all, loud := w.count(first); all != 3 || loud != 1 {
		t.Fatalf("%d, %d urgent", all, loud)
	}
	n, err := w.s.Open(t.Context(), actor(first), 1)
	if err != nil || n.Path != "/posts/4" || n.Word.Text != "待审：{.title}" {
		t.Errorf("%+v, %v", n, err)
	}
	if _, err := w.s.Open(t.Context(), actor(above), 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another's notice: %v", err)
	}
	shown, err := w.s.List(t.Context(), actor(first), notice.Filter{})
	w.must(err)
	w.tell(review("later")) // at the same instant, but not shown
	if n, err := w.s.ReadAll(
		t.Context(),
		actor(first),
		notice.Mention,
		shown.Rows[0].ID,
	); err != nil ||
		n != 0 {
		t.Errorf("%d of another kind read, %v", n, err)
	}
	if n, err := w.s.ReadAll(t.Context(), actor(first), "", shown.Rows[0].ID); err != nil || n != 1 {
		t.Errorf("%d read, %v", n, err)
	}
	if all, loud := w.count(first); all != 2 || loud != 1 {
		t.Errorf("all that was shown is read: %d, %d urgent", all, loud)
	}
	w.must(w.s.Read(t.Context(), actor(first), w.noticeOf(first, "later")))
	if all, loud := w.count(first); all != 1 || loud != 1 {
		t.Errorf("all read: %d, %d urgent", all, loud)
	}
	page, err := w.s.List(t.Context(), actor(first), notice.Filter{Unread: true})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if err := w.s.Read(t.Context(), actor(second), page.Rows[0].ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another's notice: %v", err)
	}
	w.must(w.s.Read(t.Context(), actor(first), page.Rows[0].ID))
	w.must(w.s.Read(t.Context(), actor(first), page.Rows[0].ID))
	if all, _ := w.count(first); all != 0 {
		t.Errorf("%d at the bell", all)
	}
	if all, _ := w.count(second); all != 4 {
		t.Errorf("%d at the other's bell", all)
	}
}

// TestWhatIsDealtWithWaitsForNobody: with its matter a notice is over for all who heard of it.
func TestWhatIsDealtWithWaitsForNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := review("a")
	event.TodoID, event.Urgent = 9, true
	w.tell(event, review("b"))
	w.must(w.db.InTx(t.Context(), func(tx pg.Tx) error {
		if err := notice.SettleTx(t.Context(), tx, w.now, []int64{9}); err != nil {
			return err
		}

		return notice.EndTx(t.Context(), tx, w.now, "b", "nothing")
	}))

	for _, id := range []int64{first, second} {
		if all, _ := w.count(id); all != 0 {
			t.Errorf("%d still waits for %d", all, id)
		}
	}
	if got := w.list(first, notice.Filter{}); got != "2 /posts/4, 1 /posts/4" {
		t.Errorf("list %q", got)
	}
	w.now = w.now.Add(time.Hour)
	w.must(w.s.PassOn(t.Context()))
	if got := w.told(); got != "1:a 1:b 2:a 2:b" {
		t.Errorf("passed on all the same: %q", got)
	}
}

// TestDealtWithWhileItGoesUp: who deals with a matter while a job passes it on ends the notices that the job
// wrote as well.
func TestDealtWithWhileItGoesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := review("a")
	event.TodoID, event.Urgent = 9, true
	w.tell(event)
	passing, err := w.db.Pool().Begin(t.Context())
	w.must(err)
	// what the job does, one step after the other
	_, err = passing.Exec(t.Context(), "SELECT FROM notice_events FOR UPDATE")
	w.must(err)
	_, err = passing.Exec(t.Context(), `
INSERT INTO notices (event_id, user_id, kind, counts, raised_at) VALUES (1, $1, 'review', true, $2)`, above, noon)
	w.must(err)

	settled := make(chan error, 1)
	go func() {
		settled <- w.db.InTx(w.Context(), func(tx pg.Tx) error {
			return notice.SettleTx(w.Context(), tx, w.now, []int64{9})
		})
	}()
	w.untilOneWaits()
	w.must(passing.Commit(t.Context()))
	w.must(<-settled)

	for _, id := range []int64{first, second, above} {
		if all, _ := w.count(id); all != 0 {
			t.Errorf("%d still waits for %d", all, id)
		}
	}
}

// TestOpeningAndDealingWithDoNotBlockEachOther: both lock the event first, whichever notices they hold.
func TestOpeningAndDealingWithDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := review("a")
	event.TodoID, event.Urgent = 9, true
	w.tell(event)
	dealing, err := w.db.Pool().Begin(t.Context())
	w.must(err)
	_, err = dealing.Exec(t.Context(), "SELECT FROM notice_events FOR UPDATE")
	w.must(err)

	opened := make(chan error, 1)
	go func() { opened <- w.s.Read(w.Context(), actor(first), w.noticeOf(first, "a")) }()
	w.untilOneWaits()
	_, err = dealing.Exec(t.Context(), "UPDATE notices SET settled_at = $1", noon)
	w.must(err)
	w.must(dealing.Commit(t.Context()))
	w.must(<-opened)
}

// untilOneWaits waits until a transaction waits for a lock of another one.
func (w *world) untilOneWaits() {
	w.Helper()

	for waiting := false; !waiting; {
		w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_stat_activity WHERE datname = current_database()))`).Scan(&waiting))
	}
}

// TestAMatterOpenedElsewhereGoesNoFurther: on the list of to-dos, by who was told or by another who may deal
// with it.
func TestAMatterOpenedElsewhereGoesNoFurther(t *testing.T) {
	t.Parallel()

	for _, by := range []int64{first, head} {
		w := newWorld(t)
		event := review("a")
		event.TodoID, event.Urgent = 9, true
		other := review("b")
		other.Urgent = true
		w.tell(event, other)
		w.must(w.db.InTx(t.Context(), func(tx pg.Tx) error {
			return notice.OpenedTx(t.Context(), tx, w.now, by, 9)
		}))
		w.now = w.now.Add(time.Hour)
		w.must(w.s.PassOn(t.Context()))
		if got := w.told(); got != "1:a 1:b 2:a 2:b 3:b 4:b" {
			t.Errorf("opened by %d: %q", by, got)
		}
		if all, _ := w.count(first); all != 2 && by != first || all != 1 && by == first {
			t.Errorf("opened by %d: %d wait for the first", by, all)
		}
	}
}

// TestWhoHeardOfTheOwnHearsNoSecondTime: a matter that goes up does not reach its author again.
func TestWhoHeardOfTheOwnHearsNoSecondTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := review("a")
	event.TodoID, event.Urgent = 9, true
	w.tell(event)
	own := review("own")
	own.TodoID, own.Kind, own.To = 9, notice.Trouble, []int64{head}
	w.tell(own)
	w.now = w.now.Add(time.Hour)
	w.must(w.s.PassOn(t.Context()))
	if got := w.told(); got != "1:a 2:a 3:a 4:own" {
		t.Errorf("told %q", got)
	}
}

// TestWhoLosesTheRightReadsNoMore: a notice holds the title of a post.
func TestWhoLosesTheRightReadsNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tell(review("a"))
	lost := actor(first)
	lost.Grants = []access.Grant{{Role: access.Reviewer, UnitID: 4, Path: "/1/4/"}}
	page, err := w.s.List(t.Context(), lost, notice.Filter{})
	all, _, cerr := w.s.Count(t.Context(), lost)
	if err != nil || cerr != nil || len(page.Rows) != 0 || all != 0 {
		t.Errorf("%+v, %d, %v, %v", page, all, err, cerr)
	}
	if _, err := w.s.Open(t.Context(), lost, 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("opened: %v", err)
	}
}

// TestUnopenedGoesUp: rung by rung, until somebody opens it or nobody is left, each with an entry in the
// trail.
func TestUnopenedGoesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	urgent := review("a")
	urgent.Urgent = true
	w.tell(urgent, review("calm"))

	pass := func(after time.Duration) string {
		t.Helper()
		w.now = w.now.Add(after)
		w.must(w.s.PassOn(t.Context()))

		return w.told()
	}
	const district, bureau = "1:a 1:calm 2:a 2:calm", "1:a 1:calm 2:a 2:calm 3:a 4:a"
	if got := pass(15*time.Minute - time.Second); got != district {
		t.Errorf("before its time: %q", got)
	}
	if got := pass(time.Second); got != bureau {
		t.Errorf("at its time: %q", got)
	}
	if got := pass(time.Hour); got != bureau {
		t.Errorf("nobody is left: %q", got)
	}
	var entries int
	w.must(
		w.db.Pool().
			QueryRow(t.Context(), "SELECT count(*) FROM audit_entries WHERE action = 'notice.pass_on'").
			Scan(&entries),
	)
	if entries != 1 {
		t.Errorf("%d entries in the trail", entries)
	}

	opened := review("b")
	opened.Urgent = true
	w.tell(opened)
	if _, err := w.s.Open(t.Context(), actor(second), 3); err != nil {
		t.Fatal(err)
	}
	if got := pass(time.Hour); strings.Contains(got, "3:b") {
		t.Errorf("opened, and passed on: %q", got)
	}
}

func TestSettingsAreKeptByVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	edit, err := w.s.Settings(t.Context(), actor(first))
	if err != nil || edit.Version != 0 || !edit.Counts(notice.Review, false) {
		t.Fatalf("%+v, %v", edit, err)
	}
	edit.Silent = []notice.Kind{notice.Review}
	saved, err := w.s.Save(t.Context(), actor(first), edit)
	if err != nil || saved.Version != 1 || saved.Counts(notice.Review, false) {
		t.Fatalf("%+v, %v", saved, err)
	}
	if _, err := w.s.Save(t.Context(), actor(first), edit); !fault.Is(err, fault.KindConflict) {
		t.Errorf("saved over another's change: %v", err)
	}
	w.tell(review("a"))
	if all, _ := w.count(first); all != 0 {
		t.Errorf("%d at a bell that is off for this kind", all)
	}
	if got := w.list(first, notice.Filter{Unread: true}); got != "1 /posts/4" {
		t.Errorf("list %q", got)
	}

	wrong := notice.Settings{Silent: []notice.Kind{"nothing"}, Version: 1}
	if _, err := w.s.Save(t.Context(), actor(first), wrong); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("%+v: %v", wrong, err)
	}
}

func TestOldNoticesAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tell(review("old"))
	w.now = w.now.Add(90*24*time.Hour + time.Minute)
	w.tell(review("new"))
	if got := w.list(first, notice.Filter{}); got != "2 /posts/4" {
		t.Errorf("list %q", got)
	}
	w.must(w.s.Forget(t.Context()))
	if got := w.told(); got != "1:new 2:new" {
		t.Errorf("kept %q", got)
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 120 {
		w.now = noon.Add(time.Duration(i/7) * time.Second)
		w.tell(review(fmt.Sprint(i)))
	}
	seen, after := map[int64]bool{}, ""

	for range 3 {
		page, err := w.s.List(t.Context(), actor(first), notice.Filter{After: after})
		w.must(err)

		for _, n := range page.Rows {
			seen[n.ID] = true
		}
		after = page.Next
	}
	if len(seen) != 120 || after != "" {
		t.Errorf("%d seen, then %q", len(seen), after)
	}
	if all, _ := w.count(first); all != notice.Most {
		t.Errorf("%d at the bell", all)
	}
}

// TestNoneIsLostAndNoneComesTwice: transactions that end in another order than they began, and readings at
// any moment in between, give each notice once.
func TestNoneIsLostAndNoneComesTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := 0

	rapid.Check(t, func(rt *rapid.T) {
		run++
		_, place, _, err := w.s.Since(t.Context(), actor(first), "")
		w.must(err)
		n := rapid.IntRange(1, 4).Draw(rt, "transactions")
		steps := rapid.Permutation([]int{0, 0, 1, 1, 2, 2, 3, 3}).Draw(rt, "begin and end")
		open := map[int]func(){}
		defer func() {
			for _, end := range open {
				end()
			}
		}()
		got := map[int64]int{}
		read := func() {
			list, next, _, err := w.s.Since(t.Context(), actor(first), place)
			w.must(err)
			place = next

			for _, one := range list {
				got[one.ID]++
			}
		}

		for _, step := range steps {
			if step >= n {
				continue
			}
			if end, ok := open[step]; ok {
				end()
				delete(open, step)
			} else {
				open[step] = w.telling(fmt.Sprintf("%d/%d", run, step))
			}
			if rapid.Bool().Draw(rt, "read") {
				read()
			}
		}
		read()
		if len(got) != n {
			rt.Fatalf("%d of %d came", len(got), n)
		}

		for id, times := range got {
			if times != 1 {
				rt.Fatalf("notice %d came %d times", id, times)
			}
		}
	})
}

// telling tells in a transaction that ends when the returned function is called.
func (w *world) telling(key string) (end func()) {
	told, over, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- w.db.InTx(w.Context(), func(tx pg.Tx) error {
			err := notice.TellTx(w.Context(), tx, w.now, review(key))
			close(told)
			<-over

			return err
		})
	}()
	<-told

	return func() { close(over); w.must(<-done) }
}

func TestAStreamThatWasAwayTooLongIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, place, _, err := w.s.Since(t.Context(), actor(first), "")
	w.must(err)

	events := make([]notice.Event, notice.MostSince+1)
	for i := range events {
		events[i] = review(fmt.Sprint(i))
	}
	w.tell(events...)
	list, next, over, err := w.s.Since(t.Context(), actor(first), place)
	if err != nil || !over || len(list) != 0 || next == place {
		t.Errorf("%d, %v, %v", len(list), over, err)
	}
	if list, _, over, err := w.s.Since(
		t.Context(),
		actor(first),
		next,
	); err != nil || over ||
		len(list) != 0 {
		t.Errorf("behind it: %d, %v, %v", len(list), over, err)
	}
}

func TestOfWhatIsUrgentThoseOnDutyHearFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("INSERT INTO rosters (unit_id, revision) VALUES (1, 1), (2, 1)")
	w.exec(`INSERT INTO duty_shifts (id, unit_id, starts_at, ends_at) OVERRIDING SYSTEM VALUE VALUES
		(1, 2, $1, $2), (2, 1, $1, $2), (3, 2, $2, $3)`, noon.Add(-time.Hour), noon.Add(time.Hour), noon.Add(2*time.Hour))
	// the second of the district, the supervisor of the bureau; somebody who may not deal with it; later
	w.exec(`INSERT INTO duty_people (shift_id, user_id) VALUES (1, 2), (1, 5), (2, 4), (3, 1)`)

	urgent := review("a")
	urgent.Urgent = true
	w.tell(urgent, review("calm"))

	for i, want := range []string{
		"1:calm 2:a 2:calm", "1:a 1:calm 2:a 2:calm", "1:a 1:calm 2:a 2:calm 4:a",
		"1:a 1:calm 2:a 2:calm 3:a 4:a",
	} {
		if i > 0 {
			w.now = w.now.Add(20 * time.Minute)
			w.must(w.s.PassOn(t.Context()))
		}
		if got := w.told(); got != want {
			t.Errorf("rung %d: %q", i, got)
		}
	}
}
