package report

import (
	"slices"
	"strconv"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/faultbook"
	"juzhen/internal/index"
	"juzhen/internal/inspect"
	"juzhen/internal/reach"
	"juzhen/internal/todo"
)

// shownCount is a figure of another feature as a report shows it.
func shownCount(n *int64) string { return Column{Number: true}.Shown(count(n)) }

// TestEveryFigureIsThePagesOwn: a report says of a period what reach, the board and the register say.
func TestEveryFigureIsThePagesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paper := w.make(w.boss, lastQuarter(Quarter))
	period, err := reach.ParsePeriod("", "2026-07-01", "2026-09-30", w.at)
	w.must(err)
	matrix, err := w.s.from.Reach.Matrix(t.Context(), w.boss, period, reach.View{})
	w.must(err)
	board, err := w.s.from.Inspect.Board(t.Context(), w.boss, inspect.Ask{At: period.To})
	w.must(err)

	rows := w.table(paper, "各账号情况").Shown()
	if len(rows) != 4 || len(matrix.Rows) != 4 {
		t.Fatalf("%d and %d accounts", len(rows), len(matrix.Rows))
	}

	for i, row := range matrix.Rows {
		found := slices.IndexFunc(board.Rows, func(f inspect.Finding) bool { return f.ID == row.AccountID })
		each, known := row.PerPost()
		want := []string{
			row.Handle, row.UnitName, shownCount(row.Posts.Now),
			Column{Number: true}.Shown(originals(row)), shownCount(row.Interacted.Now),
			Column{Number: true}.Shown(decimal(each, known, 1)), shownCount(row.Followers),
			shownCount(row.Gained.Now), board.Rows[found].State.Label(),
		}
		if !slices.Equal(rows[i], want) {
			t.Errorf("%v, want %v", rows[i], want)
		}
	}

	sums := map[string][]string{}
	for _, row := range w.table(paper, "总体情况").Shown() {
		sums[row[0]] = row[1:]
	}
	if *matrix.Total.Posts.Now != 90 || sums["发布数"][0] != "90" ||
		sums["发布数"][1] != shownCount(matrix.Total.Posts.Before) ||
		sums["互动数"][0] != shownCount(matrix.Total.Interacted.Now) || sums["账号数"][0] != "4" ||
		sums["期末粉丝数"][0] != shownCount(matrix.Total.Followers) || sums["阅读数"][0] != none {
		t.Errorf("%v, total %+v", sums, matrix.Total)
	}

	states := w.table(paper, "检查结论").Shown()
	for i, state := range inspect.States() {
		if states[i][1] != strconv.Itoa(board.By[state]) {
			t.Errorf("%v, the board says %v", states, board.By)
		}
	}

	faults, err := w.s.from.Faults.List(t.Context(), w.boss, faultbook.Query{
		Closed: true, OpenedFrom: period.From, OpenedTo: period.To,
	})
	w.must(err)

	listed := w.table(paper, "问题台账").Shown()
	if len(listed) != 2 || len(faults.Rows) != 2 || listed[0][1] != "错别字、敏感词" ||
		listed[1][2] != "2026-09-30" {
		t.Errorf("%v", listed)
	}
	if all := w.table(paper, "问题分类").Shown(); !slices.Equal(all[len(all)-1], []string{"合计", "2", "1", "1"}) {
		t.Errorf("%v", all)
	}
}

// TestAWarningWithoutADaySaysNone: a checklist that is wanting has neither days of silence nor a day on which
// it fails, in the table as on the board.
func TestAWarningWithoutADaySaysNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("UPDATE inspection_rules SET from_day = '2019-04-01' WHERE kind = 'interaction'")
	paper := w.make(w.boss, lastQuarter(Inspection))

	var looked, silent int

	for _, row := range w.table(paper, "各账号检查结果").Shown() {
		switch row[2] {
		case inspect.Interactive.Label():
			looked++
			if row[4] != none || row[5] != "" || row[6] != "互动功能还没有检查过" {
				t.Errorf("%q", row)
			}
		case inspect.Silence.Label():
			silent++
			if row[4] == none || row[5] == "" {
				t.Errorf("%q", row)
			}
		}
	}
	if looked != 4 || silent != 4 {
		t.Errorf("%d rows of checklists, %d of silence", looked, silent)
	}
}

func TestTheLeagueRanksByTheIndexOfThePosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := lastQuarter(League)
	ask.From, ask.To = "2026-09-01", "2026-09-30"
	paper := w.make(w.boss, ask)
	period, err := reach.ParsePeriod("", ask.From, ask.To, w.at)
	w.must(err)

	rows := w.table(paper, "账号榜").Rows
	for i, id := range []int64{3, 2, 1} {
		spread, err := w.s.from.Reach.Spread(t.Context(), w.boss, id, period)
		w.must(err)

		if mark := rows[i][10].Number; mark == nil || *mark != *spread.Index(index.BCI7) ||
			*rows[i][0].Number != float64(i+1) {
			t.Errorf("row %d: %v", i, rows[i])
		}
	}
	if last := rows[3]; last[10].Number != nil || last[0].Text != "—" || last[3].Number != nil {
		t.Errorf("an account of which nothing is known is ranked: %v", last)
	}
	if paper.Title != "北京市环境保护局微博账号榜（2026年9月，内部参考）" && paper.Edition.Title != paper.Title {
		t.Errorf("title %q", paper.Title)
	}
}

func TestAnAccountsReportIsItsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := Ask{Kind: Account, AccountID: 2, From: "2026-07-01", To: "2026-09-30"}
	paper := w.make(w.boss, ask)
	period, err := reach.ParsePeriod("", ask.From, ask.To, w.at)
	w.must(err)
	series, err := w.s.from.Reach.Series(t.Context(), w.boss, 2, period)
	w.must(err)

	days := w.table(paper, "每日数据").Shown()
	if len(days) != 92 {
		t.Fatalf("%d days", len(days))
	}

	for i, point := range series.Points {
		if days[i][0] != beijing.Date(point.Day) || days[i][2] != shownCount(point.Posts) ||
			days[i][7] != shownCount(point.Interactions()) || days[i][1] != shownCount(point.Followers) {
			t.Errorf("%v, the page has %+v", days[i], point)
		}
	}
	if best := w.table(paper, "互动最多的微博").Shown(); len(best) != 10 || best[0][5] != "165" {
		t.Errorf("best %v", best)
	}
	if paper.Subtree || paper.UnitID != 2 {
		t.Errorf("it lies at %d, with all below %v", paper.UnitID, paper.Subtree)
	}
}

func TestWhatWasCountedStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paper := w.make(w.boss, lastQuarter(Quarter))
	w.exec("UPDATE account_days SET posts = posts + 5, reposts = 0")
	w.exec("UPDATE accounts SET handle = handle || '新'")

	again, err := w.s.Find(t.Context(), w.boss, paper.ID)
	w.must(err)
	body, hash, err := again.Figures.kept()
	w.must(err)

	if before, _, _ := paper.Figures.kept(); body != before || string(hash) != string(paper.Hash) {
		t.Error("figures changed")
	}
	if _, err := w.db.Pool().Exec(t.Context(), "UPDATE reports SET figures = '{}'"); err == nil {
		t.Error("the database lets figures be changed")
	}
	// Whoever gets round that is found out.
	w.exec("ALTER TABLE reports DISABLE TRIGGER reports_stay")
	w.exec("UPDATE reports SET figures = replace(figures, '90', '92')")
	_, err = w.s.Find(t.Context(), w.boss, paper.ID)
	w.wantKind("figures that were changed", err, fault.KindConflict)
	_, err = w.s.Sign(t.Context(), w.boss, paper.ID, 1)
	w.wantKind("signing them", err, fault.KindConflict)
}

func TestTwoPeopleSignAndThenNothingChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	paper := w.make(w.officer, Ask{Kind: Quarter, UnitID: 1, From: "2026-07-01", To: "2026-09-30"})
	id := paper.ID
	words := Words{Overview: "改过的概况", "elsewhere": "没有的地方"}

	_, err := w.s.Write(ctx, w.officer, id, 7, "标题", words)
	w.wantKind("words for another revision", err, fault.KindConflict)
	_, err = w.s.Write(ctx, w.officer, id, 1, "  ", words)
	w.wantKind("no title", err, fault.KindInvalid)
	after, err := w.s.Write(ctx, w.officer, id, 1, "标题", words)
	w.must(err)
	_, err = w.s.Sign(ctx, w.officer, id, after.Revision)
	w.wantKind("signing without the right", err, fault.KindForbidden)
	_, err = w.s.Sign(ctx, access.System("x"), id, after.Revision)
	w.wantKind("the machine signs", err, fault.KindForbidden)
	_, err = w.s.Sign(ctx, w.boss, id, 1)
	w.wantKind("signing what was shown before", err, fault.KindConflict)
	after, err = w.s.Sign(ctx, w.boss, id, after.Revision)
	w.must(err)
	_, err = w.s.Sign(ctx, w.boss, id, after.Revision)
	w.wantKind("signing twice", err, fault.KindForbidden)
	_, err = w.s.Write(ctx, w.officer, id, after.Revision, "标题", words)
	w.wantKind("words below a signature", err, fault.KindConflict)
	_, err = w.s.Return(ctx, w.deputy, id, after.Revision, "")
	w.wantKind("returning without a reason", err, fault.KindInvalid)
	after, err = w.s.Return(ctx, w.deputy, id, after.Revision, "漏了一句")
	w.must(err)
	if after.State != Draft || after.FirstBy != nil || after.ReturnedWhy != "漏了一句" {
		t.Errorf("returned: %+v", after)
	}
	after, err = w.s.Sign(ctx, w.deputy, id, after.Revision)
	w.must(err)
	if n := w.one("SELECT count(*) FROM " + todo.OpenSQL(TodoSubject) + " t"); n != 1 {
		t.Errorf("%d to-dos", n)
	}
	after, err = w.s.Sign(ctx, w.boss, id, after.Revision)
	w.must(err)

	if after.State != Signed || after.Number == nil || *after.Number != "自查〔2026〕1号" {
		t.Errorf("signed: %+v", after)
	}
	if n := w.one("SELECT count(*) FROM " + todo.OpenSQL(TodoSubject) + " t"); n != 0 {
		t.Errorf("%d to-dos are left", n)
	}

	for _, act := range []Act{Edit, Sign, Return} {
		w.wantKind(string(act), after.May(w.boss, act), fault.KindConflict)
	}
	if _, err := w.db.Pool().Exec(ctx, "UPDATE reports SET title = 'x'"); err == nil {
		t.Error("the database lets a signed report be changed")
	}

	editions, err := w.s.Editions(ctx, w.auditor, id)
	w.must(err)
	if len(editions) != 2 || editions[0].Words[Overview] != "改过的概况" || len(editions[0].Words) != 3 {
		t.Errorf("editions %+v", editions)
	}
	if n := w.one("SELECT count(*) FROM audit_entries WHERE action LIKE 'report.%'"); n != 6 {
		t.Errorf("%d entries", n)
	}
	second := w.make(w.boss, lastQuarter(Quarter))
	second.Report, err = w.s.Sign(ctx, w.boss, second.ID, 1)
	w.must(err)
	second.Report, err = w.s.Sign(ctx, w.deputy, second.ID, 2)
	w.must(err)
	if *second.Number != "自查〔2026〕2号" {
		t.Errorf("number %s", *second.Number)
	}
}

// TestAReportIsSeenByWhoSeesAllOfIt: one on a subtree is not for those who see its unit alone.
func TestAReportIsSeenByWhoSeesAllOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	whole := w.make(w.boss, lastQuarter(Quarter))
	alone := w.make(w.officer, lastQuarter(Quarter))
	below := lastQuarter(Inspection)
	below.UnitID = 3
	district := w.make(w.districtBoss, below)

	if n := len(w.table(whole, "各账号情况").Rows); n != 4 || !whole.Subtree {
		t.Errorf("%d accounts of the whole", n)
	}
	if n := len(w.table(alone, "各账号情况").Rows); n != 1 || alone.Subtree {
		t.Errorf("%d accounts of the unit alone", n)
	}

	sees := func(who string, actor access.Actor, papers ...Paper) {
		t.Helper()

		var want, got []int64
		for _, paper := range papers {
			want = append(want, paper.ID)
		}
		list, err := w.s.List(ctx, actor, Query{})
		w.must(err)

		for _, row := range list.Rows {
			got = append(got, row.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", who, got, want)
		}

		for _, paper := range []Paper{whole, alone, district} {
			_, err := w.s.Find(ctx, actor, paper.ID)
			if listed := slices.Contains(want, paper.ID); listed != (err == nil) {
				t.Errorf("%s and %d: %v", who, paper.ID, err)
			}
		}
	}
	sees("the supervisor", w.boss, whole, alone, district)
	sees("the officer", w.officer, alone)
	sees("the auditor", w.auditor, whole, alone, district)
	sees("the district's supervisor", w.districtBoss, district)
	sees("the district's officer", w.district)

	_, err := w.s.Make(ctx, w.reviewer, lastQuarter(Quarter))
	w.wantKind("a reviewer", err, fault.KindForbidden)
	_, err = w.s.Make(ctx, w.districtBoss, lastQuarter(Quarter))
	w.wantKind("a supervisor from elsewhere", err, fault.KindNotFound)
	_, err = w.s.Make(ctx, w.officer, Ask{Kind: Account, AccountID: 4, From: "2026-07-01", To: "2026-07-02"})
	w.wantKind("an account of elsewhere", err, fault.KindNotFound)
	_, err = w.s.Sign(ctx, w.districtBoss, whole.ID, 1)
	w.wantKind("signing what is not seen", err, fault.KindNotFound)
}

func TestWhatCannotBeAskedIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for name, ask := range map[string]Ask{
		"kind":    {UnitID: 1, From: "2026-07-01", To: "2026-09-30"},
		"days":    {Kind: Quarter, UnitID: 1, From: "2026-07-01"},
		"ahead":   {Kind: League, UnitID: 1, From: "2026-10-01", To: "2026-10-31"},
		"long":    {Kind: League, UnitID: 1, From: "2024-01-01", To: "2026-09-30"},
		"old":     {Kind: Quarter, UnitID: 1, From: "2025-01-01", To: "2025-03-31"},
		"unit":    {Kind: Quarter, From: "2026-07-01", To: "2026-09-30"},
		"account": {Kind: Account, From: "2026-07-01", To: "2026-09-30"},
	} {
		_, err := w.s.Make(t.Context(), w.boss, ask)
		w.wantKind(name, err, fault.KindInvalid)
	}
	if n := w.one("SELECT count(*) FROM reports"); n != 0 {
		t.Errorf("%d reports", n)
	}
}

func TestAPeriodIsCalledByItsName(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ from, to, want string }{
		{"2026-07-01", "2026-09-30", "2026年第三季度"},
		{"2026-01-01", "2026-03-31", "2026年第一季度"},
		{"2026-02-01", "2026-02-28", "2026年2月"},
		{"2026-01-01", "2026-12-31", "2026年"},
		{"2026-07-02", "2026-09-30", "2026-07-02至2026-09-30"},
		{"2026-07-01", "2026-09-29", "2026-07-01至2026-09-29"},
	} {
		if got := (Figures{From: c.from, To: c.to}).span(); got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	t.Parallel()

	for value, want := range map[float64]string{
		0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", -12: "-12",
	} {
		if got := (Column{Number: true}).Shown(Cell{Number: &value}); got != want {
			t.Errorf("%v: %s", value, got)
		}
	}
	value := 12345.678
	if got := (Column{Number: true}).Shown(Cell{Number: &value, Decimals: 2}); got != "12,345.68" {
		t.Error(got)
	}
}
