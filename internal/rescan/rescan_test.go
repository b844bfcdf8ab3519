package rescan

import (
	"context"
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau (unit 1, account 1) with its centre (2, accounts 2 and 3) and its district (3, account
// 4).
type world struct {
	*testing.T
	db     *pg.DB
	lists  *lexicon.Service
	s      *Service
	now    time.Time
	toSend int
	states map[string]link.State // what a look at an address finds

	boss, second access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "主管", "审核员")
	stage.BureauAccounts(t, w.db)
	clock := func() time.Time { return w.now }
	w.lists = lexicon.New(w.db, clock, nil, lexicon.Told{})
	busy := func(context.Context, time.Duration, int) (int, error) { return w.toSend, nil }
	w.states = map[string]link.State{}
	w.s = New(w.db, check.New(w.db, w.lists, nil, clock), w, busy, clock)
	w.boss = person(1, access.Supervisor)
	w.second = person(2, access.Reviewer)

	return w
}

// Probe finds what the test says of an address.
func (w *world) Probe(_ context.Context, known link.Link) (link.Link, error) {
	at := w.now
	known.State, known.LookedAt = w.states[known.Address], &at

	return known, nil
}

func person(id int64, role access.Role) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: 1, Path: "/1/"}}}
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

func (w *world) one(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

// shown is a post that the platform shows.
func (w *world) shown(account int64, text string) int64 {
	w.Helper()

	return w.one(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', md5(random()::text), 'past', $2, $3, true, 0, 'live', $2, 0, 0, 0) RETURNING id`,
		account, w.now.AddDate(0, 0, -40), text)
}

// list makes a list of a unit.
func (w *world) list(unit int64, kind lexicon.Kind, entries ...lexicon.Entry) lexicon.List {
	w.Helper()
	list, err := w.lists.Create(w.Context(), access.System("test"), lexicon.NewList{
		UnitID: unit, Kind: kind, Name: fmt.Sprint(kind, unit),
	})
	w.must(err)

	for _, entry := range entries {
		w.put(list, lexicon.Put{Entry: entry})
	}

	return list
}

func (w *world) put(list lexicon.List, put lexicon.Put) {
	w.Helper()
	_, err := w.lists.PutEntry(w.Context(), access.System("test"), list.ID, put, "")
	w.must(err)
}

func (w *world) round() {
	w.Helper()
	w.must(w.s.Round(w.Context()))
}

// stands is what stands of an account: "level:found" of each.
func (w *world) stands(account int64) (words []string) {
	w.Helper()
	by, all, err := Standing(w.Context(), w.db, []int64{account}, w.now, 10)
	w.must(err)
	if all[account] != len(by[account]) {
		w.Fatalf("%d of %d are shown", len(by[account]), all[account])
	}

	for _, f := range by[account] {
		words = append(words, string(f.Level)+":"+f.Found)
	}

	return words
}

func (w *world) wantStands(account int64, want ...string) {
	w.Helper()
	if got := w.stands(account); fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("of account %d stands %v, want %v", account, got, want)
	}
}

// mark writes into what is kept of each look, so that a second look can be told from none.
func (w *world) mark() { w.exec("UPDATE wording_scans SET excepted = 77") }

func (w *world) marked(account int64) bool {
	return w.one(`SELECT count(*) FROM wording_scans s JOIN platform_posts p ON p.id = s.platform_post_id
		WHERE p.account_id = $1 AND s.excepted = 77`, account) > 0
}

// TestAListThatChangesLooksThroughWhatWasPublished, of the units it holds for, once.
func TestAListThatChangesLooksThroughWhatWasPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shown(1, "今日空气质量良，甲词在此，请市民留意")
	w.shown(4, "朝阳区今日空气质量良")
	w.round()
	w.wantStands(1)

	list := w.list(1, lexicon.Grave, lexicon.Entry{Word: "甲词"})
	w.now = w.now.Add(time.Hour)
	w.round()
	w.wantStands(1, "block:甲词")
	status, err := StatusOf(t.Context(), w.db)
	if err != nil || status.Left != 0 || status.EndedAt == nil || !status.EndedAt.Equal(w.now) {
		t.Errorf("%+v, %v", status, err)
	}

	// Where something is found, the mark itself would ask for another look.
	w.exec("UPDATE wording_findings SET ended_at = $1", w.now)
	w.mark()
	w.round()
	if !w.marked(1) || !w.marked(4) {
		t.Error("looked through twice by the same lists")
	}
	w.list(3, lexicon.Typo, lexicon.Entry{Word: "空气质量良"})
	w.round()
	if !w.marked(1) || w.marked(4) {
		t.Error("a list of the district is for the district alone")
	}
	w.wantStands(4, "second:空气质量良")

	// The topmost list no longer has the word.
	w.put(list, lexicon.Put{Entry: lexicon.Entry{Word: "乙词"}})
	w.round()
	w.wantStands(1, "block:甲词")
	w.exec("UPDATE lexicons SET state = 'off', version = version + 1 WHERE id = $1", list.ID)
	w.round()
	w.wantStands(1)
}

// TestWhatComesOrChangesIsLookedThroughOnce, whether or not a list changes; what is removed does not stand.
func TestWhatComesOrChangesIsLookedThroughOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Grave, lexicon.Entry{Word: "甲词"}, lexicon.Entry{Word: "新名", From: "2026-11-01"})
	w.round()

	id := w.shown(2, "没有什么")
	w.shown(1, "那时的新名不算错") // the entry holds only from a day after it was published
	if status, err := StatusOf(t.Context(), w.db); err != nil || status.Left != 2 {
		t.Errorf("%+v, %v", status, err)
	}
	w.round()
	w.wantStands(1)
	w.exec("UPDATE platform_posts SET text = '改成了甲词' WHERE id = $1", id)
	w.round()
	w.wantStands(2, "block:甲词")
	w.exec("UPDATE platform_posts SET state = 'removed', state_at = $2 WHERE id = $1", id, w.now)
	w.wantStands(2)
}

// TestAnExceptionOfTwoPeopleEndsAFinding without another change of a list.
func TestAnExceptionOfTwoPeopleEndsAFinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, lexicon.Grave, lexicon.Entry{Word: "甲词"})
	w.shown(1, "此处可以有甲词")
	w.shown(1, "此处不可以有甲词")
	w.round()
	w.wantStands(1, "block:甲词", "block:甲词")

	asked, err := w.lists.Except(t.Context(), w.boss, lexicon.Plea{
		UnitID: 1, ListID: list.ID, Word: "甲词", Text: "此处可以有甲词", Why: "引用文件名",
	})
	w.must(err)
	w.round()
	w.wantStands(1, "block:甲词", "block:甲词")
	_, err = w.lists.ConfirmException(t.Context(), w.second, asked.ID)
	w.must(err)
	w.round()
	w.wantStands(1, "block:甲词")
}

// TestWhatIsToBeSentGoesFirst: a round does nothing, and the next goes on where the last one ended.
func TestWhatIsToBeSentGoesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Grave, lexicon.Entry{Word: "甲词"})
	w.shown(1, "甲词")
	w.toSend = crowd
	w.round()
	w.wantStands(1)
	w.toSend = crowd - 1
	w.round()
	w.wantStands(1, "block:甲词")
}
