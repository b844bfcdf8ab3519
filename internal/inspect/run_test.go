package inspect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// TestWhichRunsAreDue: the week of the day, and the quarter for seven days after its end.
func TestWhichRunsAreDue(t *testing.T) {
	t.Parallel()

	for now, want := range map[string]string{
		"2026-11-30 00:00": "week 2026-11-30", // Monday
		"2026-12-06 23:59": "week 2026-11-30", // the Sunday of it
		"2026-12-31 23:59": "week 2026-12-28",
		"2027-01-01 00:00": "week 2026-12-28, quarter 2027-01-01",
		"2027-01-07 23:59": "week 2027-01-04, quarter 2027-01-01",
		"2027-01-08 00:00": "week 2027-01-04",
		"2026-10-01 00:05": "week 2026-09-28, quarter 2026-10-01",
	} {
		var got []string
		for _, run := range dueRuns(at(now)[0]) {
			got = append(got, string(run.Cycle)+" "+beijing.Date(run.Day))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %v, want %s", now, got, want)
		}
	}
}

// TestARunIsCalledByItsTime in words that people use.
func TestARunIsCalledByItsTime(t *testing.T) {
	t.Parallel()
	words := i18n.For(i18n.Chinese)

	for day0, want := range map[string]string{
		"2027-01-01": "2026 年第 4 季度", "2026-10-01": "2026 年第 3 季度", "2026-04-01": "2026 年第 1 季度",
	} {
		name := Run{Cycle: Quarterly, Day: day(day0)}.Name()
		if got := words.T(name.Text, name.Args...); got != want {
			t.Errorf("%s: %s, want %s", day0, got, want)
		}
	}
	name := Run{Cycle: Weekly, Day: day("2026-11-30")}.Name()
	if got := words.T(name.Text, name.Args...); got != "2026-11-30 当周" {
		t.Errorf("a week: %s", got)
	}
}

// TestAnAccountCountsByItsWorstResult, the first of them in the order of the board.
func TestAnAccountCountsByItsWorstResult(t *testing.T) {
	t.Parallel()
	found := []Finding{
		{Account: Account{ID: 7}, Rule: Rule{Code: "a"}, State: OK},
		{Account: Account{ID: 8}, Rule: Rule{Code: "a"}, State: Soon, Because: []Reason{reason("某因")}},
		{Account: Account{ID: 7}, Rule: Rule{Code: "b"}, State: Fail, Because: []Reason{reason("某因")}},
		{Account: Account{ID: 7}, Rule: Rule{Code: "c"}, State: Fail},
		{Account: Account{ID: 8}, Rule: Rule{Code: "b"}, State: OK, Because: []Reason{reason("不记")}},
	}
	results := resultsOf(found)

	var leads []string

	for i, one := range results {
		if one.Place != i+1 {
			t.Errorf("result %d has place %d", i, one.Place)
		}
		if one.leads {
			leads = append(leads, one.Rule+string(one.State))
		}
	}
	if !slices.Equal(leads, []string{"asoon", "bfail"}) {
		t.Errorf("counted by %v", leads)
	}
	if said := results[4].Because(i18n.Chinese); len(said) != 0 {
		t.Errorf("of what is well: %v", said)
	}
}

// runs are the inspections that were kept, as the boss sees them.
func (w *world) runs() []Run {
	w.Helper()
	list, more, err := w.s.Runs(w.Context(), w.boss, RunsAsk{Limit: 20})
	w.must(err)
	if more && len(list) != 20 {
		w.Errorf("more behind %d", len(list))
	}

	return list
}

func (w *world) kept(id int64, ask RunAsk) Kept {
	w.Helper()
	kept, err := w.s.Run(w.Context(), w.boss, id, ask)
	w.must(err)

	return kept
}

// TestAnInspectionIsKeptOncePerWeekAndQuarter, and not before there is an account to judge.
func TestAnInspectionIsKeptOncePerWeekAndQuarter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.at = at("2026-12-30 08:00")[0] // Wednesday
	w.exec("UPDATE accounts SET state = 'preparing'")
	keep := func() int {
		w.must(w.s.Keep(t.Context()))
		return len(w.runs())
	}

	if n := keep(); n != 0 {
		t.Fatalf("%d runs of nobody", n)
	}
	w.exec("UPDATE accounts SET state = 'live'")

	for range 2 {
		if keep() != 1 {
			t.Fatalf("%+v", w.runs())
		}
	}
	w.at = at("2027-01-01 00:10")[0]

	for range 2 {
		if keep() != 2 {
			t.Fatalf("%+v", w.runs())
		}
	}
	w.at = at("2027-01-04 00:10")[0]
	list := w.runs()
	if keep() != 3 || list[0].Cycle != Quarterly || list[0].Accounts() != 4 ||
		!list[0].At.Equal(at("2027-01-01 00:10")[0]) {
		t.Errorf("%+v", list)
	}
	weeks, more, err := w.s.Runs(t.Context(), w.boss, RunsAsk{Cycle: Weekly, Limit: 2})
	w.must(err)
	if len(weeks) != 2 || more || weeks[0].Day.Before(weeks[1].Day) {
		t.Errorf("%+v", weeks)
	}
	first, more, err := w.s.Runs(t.Context(), w.boss, RunsAsk{Limit: 2})
	w.must(err)
	rest, over, err := w.s.Runs(t.Context(), w.boss, RunsAsk{Skip: 2, Limit: 2})
	w.must(err)
	if len(first) != 2 || !more || len(rest) != 1 || over || rest[0].ID != weeks[1].ID {
		t.Errorf("%+v, then %+v", first, rest)
	}
}

// TestWhatWasKeptDoesNotFollow a later rule, name, unit or post; what the rule says today stands beside it.
func TestWhatWasKeptDoesNotFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-29")
	w.published(4, "2026-11-29")
	w.exec("DELETE FROM platform_posts WHERE account_id = 4")
	w.must(w.s.Keep(t.Context()))
	run := w.runs()[0]
	before := w.kept(run.ID, RunAsk{})

	if run.By[Fail] != 1 || run.By[OK] != 3 || run.Accounts() != 4 || before.Found != 4 {
		t.Fatalf("%+v, %d rows", run.By, before.Found)
	}
	first := before.Rows[0]
	if first.AccountID != 4 || first.State != Fail || first.Now != Fail || first.Bound != 14 ||
		beijing.Date(first.FailsOn) != "2026-01-16" ||
		!slices.Equal(first.Because(i18n.Chinese), []string{"没有见到发布过；从登记之日 2026-01-01 起算，已 333 天"}) ||
		first.Remedy(i18n.Chinese) != "尽快发布一条" && !strings.Contains(first.Remedy(i18n.Chinese), "发布") ||
		!strings.Contains(first.Because(i18n.English)[0], "2026-01-01") {
		t.Fatalf("%+v", first)
	}

	// The account is renamed, moved and posts; the rule ends, and a milder one takes its place.
	w.exec("UPDATE accounts SET handle = '改名', unit_id = 2 WHERE id = 4")
	w.published(4, "2026-11-30")
	w.exec("UPDATE inspection_rules SET until_day = '2026-11-30' WHERE kind = 'silence'")
	w.at = at("2026-12-01 09:00")[0]
	w.exec(`
INSERT INTO inspection_rules (code, kind, days, warn_days, source, from_day, created_at)
VALUES ('mild', 'silence', 90, 7, '新规', '2026-12-01', now())`)

	after := w.kept(run.ID, RunAsk{})
	same := func(a, b Result) bool {
		return a.Handle == b.Handle && a.UnitName == b.UnitName && a.Rule == b.Rule && a.Bound == b.Bound &&
			a.State == b.State && a.FailsOn.Equal(b.FailsOn) &&
			slices.Equal(a.Because(i18n.Chinese), b.Because(i18n.Chinese))
	}
	if after.By[Fail] != 1 || !slices.EqualFunc(before.Rows, after.Rows, same) {
		t.Errorf("was %+v, is %+v", before, after)
	}
	if after.Rows[0].Now != "" {
		t.Errorf("of a rule that ended: %s", after.Rows[0].Now)
	}

	for _, change := range []string{
		"UPDATE inspection_results SET state = 'ok'", "DELETE FROM inspection_results",
		"UPDATE inspection_runs SET at = now()", "DELETE FROM inspection_runs",
	} {
		if _, err := w.db.Pool().Exec(t.Context(), change); err == nil {
			t.Errorf("%s went through", change)
		}
	}
}

// TestARunIsReadByWhomTheAccountIsNow, in pages and by state; drafts are named to nobody.
func TestARunIsReadByWhomTheAccountIsNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-20")
	w.draft("2026-12-02 09:00")
	w.must(w.s.Keep(t.Context()))
	run := w.runs()[0]

	whole := w.kept(run.ID, RunAsk{})
	if whole.Found != 4 || whole.By[Soon] != 4 {
		t.Fatalf("%d rows, %v", whole.Found, whole.By)
	}

	for _, row := range whole.Rows {
		if strings.Contains(strings.Join(row.Because(i18n.Chinese), ""), "草稿") {
			t.Errorf("a draft is named: %v", row.Because(i18n.Chinese))
		}
	}

	theirs, err := w.s.Run(t.Context(), w.districtBoss, run.ID, RunAsk{})
	w.must(err)
	if theirs.Found != 1 || theirs.Accounts() != 1 || theirs.Rows[0].AccountID != 4 {
		t.Errorf("the district reads %+v", theirs)
	}
	if none := w.kept(run.ID, RunAsk{State: Fail}); none.Found != 0 || len(none.Rows) != 0 {
		t.Errorf("of those that fail: %+v", none)
	}
	second := w.kept(run.ID, RunAsk{Skip: 2, Limit: 1, State: Soon})
	if second.Found != 4 || len(second.Rows) != 1 || second.Rows[0].Place != 3 {
		t.Errorf("the third row: %+v", second)
	}
	if unit := w.kept(run.ID, RunAsk{UnitPath: "/1/2/"}); unit.Found != 2 || unit.Accounts() != 2 {
		t.Errorf("the centre: %d rows", unit.Found)
	}

	w.published(4, "2026-11-30")
	w.at = w.at.Add(24 * time.Hour)
	if now := w.kept(run.ID, RunAsk{UnitPath: "/1/3/"}); now.Rows[0].Now != OK || now.Rows[0].State != Soon {
		t.Errorf("put right since: %+v", now.Rows[0])
	}
	file, err := w.s.Export(t.Context(), w.boss, run.ID, RunAsk{Skip: 3, Limit: 1})
	w.must(err)
	if len(file.Rows) != 4 {
		t.Errorf("%d rows in the file", len(file.Rows))
	}
	if _, err := w.s.Run(t.Context(), w.boss, run.ID+1, RunAsk{}); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a run that is not there: %v", err)
	}
}

// BenchmarkRuns lists twenty weeks of 2,000 accounts, of sixty.
func BenchmarkRuns(b *testing.B) {
	w := newWorld(b)
	w.crowd(2000)
	w.exec(`
INSERT INTO inspection_runs (cycle, day, at) SELECT 'week', date '2025-01-06' + 7 * n, now() FROM generate_series(1, 60) n`)
	w.exec(`
INSERT INTO inspection_results (run_id, place, account_id, handle, unit_name, rule, kind, bound, source,
state, leads, days)
SELECT r.id, a.id, a.id, a.handle, '', 'silence', 'silence', 14, '', 'ok', true, 1 FROM inspection_runs r, accounts a`)
	w.exec("ANALYZE")

	for b.Loop() {
		if len(w.runs()) != 20 {
			b.Fatal("not all")
		}
	}
}
