package inbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
)

// TestArrows types out what may be done in which state: every pair that is not here is refused.
func TestArrows(t *testing.T) {
	t.Parallel()

	want := map[State]string{
		Open: "answer:answered asked:open assign:assigned close:closed found:answered merge:closed " +
			"note:open refer:referred send:open snooze:open sort:open took:open",
		Assigned: "answer:answered asked:assigned assign:assigned close:closed found:answered " +
			"merge:closed note:assigned refer:referred return:open send:assigned snooze:assigned " +
			"sort:assigned took:assigned",
		Referred: "answer:answered asked:referred back:assigned close:closed found:answered " +
			"note:referred send:referred sort:referred took:referred",
		Answered: "asked:reopened close:closed found:answered merge:closed note:answered " +
			"rate:answered reopen:reopened send:answered sort:answered took:answered",
		Closed: "asked:reopened found:closed note:closed rate:closed reopen:reopened",
		Reopened: "answer:answered asked:reopened assign:assigned close:closed found:answered " +
			"merge:closed note:reopened refer:referred return:open send:reopened snooze:reopened " +
			"sort:reopened took:reopened",
	}

	for _, state := range States() {
		var got []string

		for _, act := range []Act{
			Answer, Asked, Assign, Back, Close, Found, Merge, Note, Rate, Refer, Reopen, Return, Send, Snooze,
			Sort, Decided, Unsent, Took,
		} {
			if to, ok := state.After(act); ok {
				got = append(got, string(act)+":"+string(to))
			}
			if act.Label() == "" {
				t.Errorf("%s has no name", act)
			}
		}
		if text := strings.Join(got, " "); text != want[state] {
			t.Errorf("%s: %s\nwant %s", state, text, want[state])
		}
		if state.Label() == "" || !state.Valid() {
			t.Errorf("%s has no name", state)
		}
	}
	if len(arrows) != len(States()) || len(slices.Collect(maps.Keys(recorded))) != 13 {
		t.Error("a state or an act is not here")
	}
}

func TestKindsByWords(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]Kind{
		"我要举报楼下工地夜里偷排": Report, "夜里噪音扰民没人管": Complaint, "明天限行吗": Ask, "网传明天停暖是不是真的": Rumour,
		"建议多种树": Proposal, "谢谢，辛苦了": Praise, "[微笑][微笑]": NoMatter, "转发微博": NoMatter,
		"今天出门看到西山上有很大一片烟": Ask, "我要舉報樓下工地": Report,
	} {
		if got := KindOf(text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}

	for text, want := range map[string]string{
		"电话 13800138000，谢谢":         "电话 ＊＊＊，谢谢",
		"身份证11010119900307561X":     "身份证＊＊＊",
		"打 010-6871 7269 找我":        "打 ＊＊＊ 找我",
		"PM2.5 是 75，2026 年第 12 次":   "PM2.5 是 75，2026 年第 12 次",
		"写信到 lao.zhang@example.com": "写信到 ＊＊＊",
	} {
		if got := MaskNumbers(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if MaskName("通州老张") != "通＊＊" || MaskName("") != "" {
		t.Error("a name is not masked")
	}
}

// talk is a world with one question of a citizen.
func talk(t *testing.T) (*world, Matter, int64) {
	t.Helper()
	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	post := w.post(main, "今日空气质量良")
	w.Weibo.Comment(post, "通州老张", "请问明天限行吗，电话 13800138000")
	w.poll()

	return w, w.only(), post
}

// TestAMatterFromItsBeginningToItsEnd by hand: assigned, put off, referred, answered, closed, opened again.
func TestAMatterFromItsBeginningToItsEnd(t *testing.T) {
	t.Parallel()

	w, m, post := talk(t)
	if m.Kind != Ask || m.DueAt == nil || !m.DueAt.Equal(w.Now().Add(24*time.Hour)) {
		t.Fatalf("it came as %+v, due %v", m, m.DueAt) // seven hours of this day, and one of the next
	}
	m = w.do(w.boss, m, Move{Act: Assign, OwnerID: w.officer.UserID})
	if m.State != Assigned || m.Owner != "专员" || w.OpenTodos() != "inbox.assigned" {
		t.Fatalf("assigned: %+v, waits for %s", m, w.OpenTodos())
	}
	m = w.do(w.officer, m, Move{Act: Snooze, Until: w.Now().Add(time.Hour)})
	if n := len(w.list(w.officer, Query{})); n != 0 || len(w.list(w.officer, Query{Show: ShowSnoozed})) != 1 {
		t.Errorf("put off, %d wait", n)
	}
	w.Advance(time.Hour)
	m = w.do(w.officer, m, Move{Act: Refer, Number: "12345 热线 2026-778"})
	if m.State != Referred || m.DueAt != nil {
		t.Errorf("outside the clock runs: %+v", m)
	}
	w.Advance(3 * time.Hour)
	m = w.do(w.officer, m, Move{Act: Back})
	if m.DueAt == nil || !m.DueAt.Equal(at("2026-12-01 13:00")) {
		t.Errorf("back after three hours it is due %v", m.DueAt)
	}
	m = w.do(w.officer, m, Move{Act: Sort, Kind: Proposal})
	if m.DueAt == nil || m.DueAt.Before(at("2026-12-04 00:00")) {
		t.Errorf("a proposal is due %v", m.DueAt)
	}

	refused(
		w,
		w.officer,
		m,
		Move{Act: Answer, Way: ByComment, Note: "不限行", Link: "https://weibo.com/5800000003/NxYz8k3Qp"},
	)
	refused(
		w,
		w.officer,
		m,
		Move{Act: Answer, Way: ByPost, Note: "不限行", Link: "https://weibo.com/5800000003/NxYz8k3Qp"},
	)
	refused(w, w.officer, m, Move{Act: Close, Result: Solved, Note: "答了"})
	m = w.do(w.officer, m, Move{Act: Answer, Way: ByComment, Note: "明天不限行", Link: m.URL()})
	if m.State != Answered || m.DueAt != nil || w.OpenTodos() != "" {
		t.Errorf("answered: %+v, waits for %s", m, w.OpenTodos())
	}
	m = w.do(w.officer, m, Move{Act: Close, Result: OnlyAnswered})
	if m.State != Closed || len(w.list(w.boss, Query{})) != 0 {
		t.Errorf("closed: %+v", m)
	}
	w.Advance(time.Minute)
	w.Weibo.Comment(post, "通州老张", "那后天呢？")
	w.later(time.Hour)
	m = w.only()
	if m.State != Reopened || m.Items != 3 || m.DueAt == nil {
		t.Errorf("asked again: %+v", m)
	}
	steps, err := w.s.Steps(t.Context(), w.auditor, m.ID)
	w.must(err)
	if len(steps) != 8 || steps[0].Act != Asked || steps[7].Act != Assign {
		t.Errorf("%d steps: %+v", len(steps), steps)
	}
	if n := stage.One[int](w.Stage, `SELECT count(*) FROM audit_entries
		WHERE convert_from(body, 'UTF8') LIKE '%限行%' OR convert_from(body, 'UTF8') LIKE '%老张%' OR convert_from(body, 'UTF8') LIKE '%778%'`); n != 0 {
		t.Errorf("%d entries tell what was said", n)
	}
}

// refused tries an act that must be refused and change nothing.
func refused(w *world, actor access.Actor, m Matter, move Move) {
	w.Helper()
	move.Revision = m.Revision
	if _, err := w.s.Do(w.Context(), actor, m.ID, move); err == nil {
		w.Errorf("%+v was done", move)
	}
	if n := stage.One[int](
		w.Stage,
		"SELECT revision FROM inbox_matters WHERE id = $1",
		m.ID,
	); n != m.Revision {
		w.Errorf("%+v was refused and changed the matter", move)
	}
}

// TestWhatTheCitizenWritesMeanwhileIsSeenFirst so that nobody answers or closes past it.
func TestWhatTheCitizenWritesMeanwhileIsSeenFirst(t *testing.T) {
	t.Parallel()

	w, m, post := talk(t)
	w.Advance(time.Minute)
	w.Weibo.Comment(post, "通州老张", "还有后天")
	w.later(time.Hour)
	_, err := w.s.Do(t.Context(), w.officer, m.ID, Move{
		Act: Answer, Revision: m.Revision, Way: ByPhone, Note: "不限行",
	})
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("answered past it: %v", err)
	}
}

// TestOfManyAtOnceOneAnswers and the others are told.
func TestOfManyAtOnceOneAnswers(t *testing.T) {
	t.Parallel()

	w, m, _ := talk(t)
	var done sync.WaitGroup
	results := make(chan error, 8)

	for range 8 {
		done.Go(func() {
			_, err := w.s.Do(t.Context(), w.officer, m.ID, Move{
				Act: Answer, Revision: m.Revision, Way: ByPhone, Note: "不限行",
			})
			results <- err
		})
	}
	done.Wait()
	close(results)
	won := 0

	for err := range results {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.KindConflict):
			t.Errorf("refused by %v", err)
		}
	}
	if n := stage.One[int](
		w.Stage,
		"SELECT count(*) FROM inbox_items WHERE thing = 'hand'",
	); won != 1 ||
		n != 1 {
		t.Errorf("%d answered, %d answers", won, n)
	}
}

// TestWhoSeesAndDoes by role, inside and outside.
func TestWhoSeesAndDoes(t *testing.T) {
	t.Parallel()

	w, m, _ := talk(t)
	letters := func(actor access.Actor) string {
		_, found := w.s.Find(t.Context(), actor, m.ID)
		_, _, revealed := w.s.Reveal(t.Context(), actor, m.ID)
		_, noted := w.s.Do(t.Context(), actor, m.ID, Move{Act: Assign, Revision: 99})
		if fault.Is(noted, fault.KindConflict) {
			noted = nil
		}

		return stage.Answer(found) + stage.Answer(revealed) + stage.Answer(noted)
	}

	for name, c := range map[string]struct {
		actor access.Actor
		want  string
	}{
		"officer": {w.officer, "YYY"}, "reviewer": {w.reviewer, "YFF"}, "boss": {w.boss, "YYY"},
		"district": {w.district, "NNN"}, "auditor": {w.auditor, "YFF"}, "administrator": {w.admin, "NNN"},
	} {
		if got := letters(c.actor); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	revealed, items, err := w.s.Reveal(t.Context(), w.officer, m.ID)
	w.must(err)
	if revealed.Name != "通州老张" || !strings.Contains(items[0].Text, "13800138000") {
		t.Errorf("revealed: %+v", revealed)
	}
	if n := stage.One[int](
		w.Stage,
		"SELECT count(*) FROM audit_entries WHERE action = 'inbox.reveal'",
	); n != 3 {
		t.Errorf("%d entries of it", n)
	}

	m = w.do(w.boss, m, Move{
		Act: Assign, UnitID: w.Units["朝阳区"].UnitID, OwnerID: w.district.UserID,
	})
	if got := letters(w.district); got != "YYY" {
		t.Errorf("who has it: %s", got)
	}
	w.do(w.district, m, Move{Act: Return, Note: "不是本区的"})
	if got := letters(w.district); got != "NNN" {
		t.Errorf("who gave it back: %s", got)
	}
	refused(w, w.boss, w.only(), Move{Act: Assign, OwnerID: w.auditor.UserID})
}

// TestWhatIsOverdueIsTold once for an account, until nothing of it is.
func TestWhatIsOverdueIsTold(t *testing.T) {
	t.Parallel()

	w, m, _ := talk(t)
	w.must(w.s.Sweep(t.Context()))
	if got := w.OpenTodos(); got != "" {
		t.Fatalf("waits for %q", got)
	}
	w.Advance(48 * time.Hour)
	w.must(w.s.Sweep(t.Context()))
	w.must(w.s.Sweep(t.Context()))
	if got := w.OpenTodos(); got != "inbox.overdue" {
		t.Fatalf("waits for %q", got)
	}
	counts, err := w.s.Count(t.Context(), w.boss)
	w.must(err)
	if counts.Overdue != 1 || counts.By[Open] != 1 || len(w.list(w.boss, Query{Overdue: true})) != 1 {
		t.Errorf("counts %+v", counts)
	}
	w.do(w.officer, m, Move{Act: Close, Result: Unneeded, Note: "已过时"})
	w.must(w.s.Sweep(t.Context()))
	if got := w.OpenTodos(); got != "" {
		t.Errorf("waits for %q", got)
	}
}

// TestTheListFiltersAndGoesOn behind each page without a gap.
func TestTheListFiltersAndGoesOn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	post := w.post(main, "今日空气质量良")

	for _, said := range []string{"请问限行吗", "举报有人偷排", "谢谢提醒", "建议多种树", "网传停暖是不是真的", "噪音扰民"} {
		w.Weibo.Comment(post, "市民"+said, said)
	}
	w.poll()
	var seen []Kind
	query := Query{Limit: 2}

	for {
		page, err := w.s.List(t.Context(), w.boss, query)
		w.must(err)

		for _, m := range page.Rows {
			seen = append(seen, m.Kind)
		}
		if page.Next == "" {
			break
		}
		query.After = page.Next
	}
	if !slices.Equal(seen, []Kind{Rumour, Report, Complaint, Ask, Proposal, Praise}) {
		t.Errorf("in the order %v", seen)
	}

	for _, c := range []struct {
		query Query
		want  int
	}{
		{Query{Kind: Report}, 1}, {Query{Source: FromMention}, 0}, {Query{Source: FromComment}, 6},
		{Query{Text: "限行"}, 1}, {Query{Text: "%"}, 0}, {Query{State: Answered}, 0}, {Query{Show: ShowMine}, 0},
		{Query{AccountID: 99}, 0}, {Query{Text: "限行 请问"}, 1}, {Query{Text: "限行 停暖"}, 0},
		{Query{UnitID: w.Units["市局"].UnitID}, 6}, {Query{Source: FromMessage}, 0}, {Query{UnitID: w.Units["朝阳区"].UnitID}, 0},
	} {
		if n := len(w.list(w.boss, c.query)); n != c.want {
			t.Errorf("%+v gives %d, want %d", c.query, n, c.want)
		}
	}
}

// TestASourceIsFoundHoweverManyCameByIt: by the index of what is rare, along the list where much came by it.
func TestASourceIsFoundHoweverManyCameByIt(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	// of mentions there are as many as are looked up, of comments elsewhere one more, among other things
	w.Exec(`
WITH made AS (
    INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
        updated_at, waits_since, due_at)
    SELECT $1, n::text, '7', 'open', 'ask', $2, now(), now(), now(), now(),
        $3::timestamptz + n * interval '1 s'
    FROM generate_series(1, 2 * $4::int + 1) AS n RETURNING id, citizen::int AS n)
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, taken_at, keep_until)
SELECT id, $1, 'comment', n || '/' || x.source, x.source, 'commercial', now(), n, '', '', now(), now()
FROM made, LATERAL (VALUES ('comment'), (CASE WHEN n <= $4 THEN 'mention' ELSE 'naming' END)) AS x (source)`,
		a.ID, w.Units["市局"].UnitID, w.Now(), mostOfSource)

	for source, first := range map[Source]int{
		FromComment: 1, FromMention: 1, FromNaming: mostOfSource + 1, FromMessage: 0,
	} {
		found := w.list(w.boss, Query{Source: source, Limit: 2})
		if first == 0 && len(found) == 0 {
			continue
		}
		if len(found) != 2 || found[0].Citizen != strconv.Itoa(first) ||
			!found[0].DueAt.Before(*found[1].DueAt) {
			t.Errorf("%s: %+v", source, found)
		}
		second := w.list(w.boss, Query{Source: source, AccountID: 99})
		if len(second) != 0 {
			t.Errorf("%s of another account: %d", source, len(second))
		}
	}
}

// TestWordsAreFoundHoweverManySayThem: behind what is looked through first, by the index of letters where few
// say them, along the list where many do, and always in the order of the list.
func TestWordsAreFoundHoweverManySayThem(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	const silent = nearest + 10 // matters before the first that says something
	w.Exec(`
WITH made AS (
    INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
        updated_at, waits_since, due_at)
    SELECT $1, n::text, '7', 'open', 'ask', $2, now(), now(), now(), now(),
        $3::timestamptz + n * interval '1 s'
    FROM generate_series(1, $4::int) AS n RETURNING id, citizen::int AS n)
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, taken_at, keep_until)
SELECT id, $1, 'comment', n, 'comment', 'commercial', now(), n, '',
    CASE WHEN n <= $5 THEN '沉默' ELSE '空气质量 PM' || n END, now(), now()
FROM made`, a.ID, w.Units["市局"].UnitID, w.Now(), silent+mostSaid+10, silent)

	for _, c := range []struct {
		text  string
		first int // the number of the first that is found
		n     int
	}{
		{"空气质量", silent + 1, 3}, {"质量 空气", silent + 1, 3}, {"气", silent + 1, 3},
		{"pm500 空气", 500, 3}, {"质量 pm5001", 5001, 1}, {"量气", 0, 0}, {"沉默", 1, 3},
	} {
		found := w.list(w.boss, Query{Text: c.text, Limit: 3})
		if len(found) != c.n || c.n > 0 && found[0].Citizen != strconv.Itoa(c.first) {
			t.Errorf("%s: %d found, the first %+v", c.text, len(found), found)
		}
		if !slices.IsSortedFunc(found, func(a, b Matter) int { return a.DueAt.Compare(*b.DueAt) }) {
			t.Errorf("%s: not in the order of the list", c.text)
		}
	}

	counts, err := w.s.Count(t.Context(), w.boss)
	w.must(err)
	if counts.By[Open] != MostCounted {
		t.Errorf("%d are counted", counts.By[Open])
	}
	_, err = w.s.List(t.Context(), w.boss, Query{Text: strings.Repeat("词 ", maxTerms+1)})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("many words: %v", err)
	}
}
