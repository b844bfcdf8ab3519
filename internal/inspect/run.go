package inspect

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
)

// Cycle is how often an inspection of all accounts is kept.
type Cycle string

// The cycles.
const (
	Weekly    Cycle = "week"
	Quarterly Cycle = "quarter"
)

// Cycles lists all cycles.
func Cycles() []Cycle { return []Cycle{Weekly, Quarterly} }

// Valid tells whether c is one of the cycles.
func (c Cycle) Valid() bool { return c == Weekly || c == Quarterly }

// Label is the Chinese name of the cycle.
func (c Cycle) Label() string {
	return map[Cycle]string{Weekly: "每周", Quarterly: "每季度"}[c]
}

// Run is an inspection that was kept as it was: rules, names and results do not follow what changes later.
type Run struct {
	ID    int64
	Cycle Cycle
	Day   time.Time     // Monday of the week; the first day after the quarter
	At    time.Time     // when the accounts were judged
	By    map[State]int // accounts of the reader's, each counted by the worst that was found of it
}

// Accounts is how many of the reader's accounts were judged.
func (r Run) Accounts() (n int) {
	for _, one := range r.By {
		n += one
	}

	return n
}

// Name is what the run is called.
func (r Run) Name() Reason {
	if r.Cycle == Quarterly {
		quarter := r.Day.AddDate(0, 0, -1)

		return reason(saidQuarter, "year", quarter.Format("2006"), "number", (int(quarter.Month())+2)/3)
	}

	return reason(saidWeek, "day", beijing.Date(r.Day))
}

var (
	saidWeek    = i18n.N("{.day} 当周")
	saidQuarter = i18n.N("{.year} 年第 {.number} 季度")
)

// Result is what one rule said of one account when the run was made.
type Result struct {
	Place     int
	AccountID int64
	Handle    string // as all that follows: as it was
	UnitName  string
	Rule      string // its code
	Kind      Kind
	Bound     int // the days that the rule gave; 0: it has none
	Source    string
	State     State
	FailsOn   time.Time // zero: no day was known
	Days      int
	Now       State // what the rule says of the account today; "": it is not asked any more

	leads           bool                // the worst of its account, by which that is counted
	because, remedy map[string][]string // by the language
}

// At is the handle as people write it.
func (r Result) At() string { return "@" + r.Handle }

// Because are the reasons in a language; of what is well there is none.
func (r Result) Because(lang string) []string { return r.because[lang] }

// Remedy is what was to be done, in a language; of what is well "".
func (r Result) Remedy(lang string) string {
	if said := r.remedy[lang]; len(said) > 0 {
		return said[0]
	}

	return ""
}

// RunAsk says which results of a run are wanted. The zero value is all of them.
type RunAsk struct {
	UnitPath string // accounts that are now of this unit, or below it
	State    State
	Skip     int
	Limit    int // 0: all
}

// Kept is a run with those of its results that were asked for.
type Kept struct {
	Run
	Rows  []Result
	Found int // rows that are of the state asked for
}

// MaxExport is how many results one file holds.
const MaxExport = 20_000

// RunsAsk says which runs are wanted.
type RunsAsk struct {
	Cycle    Cycle  // "": of both
	UnitPath string // counted are accounts that are now of this unit, or below it
	Skip     int
	Limit    int
}

// quarterDays is for how many days after a quarter its inspection is still made: later the accounts would be
// judged by what became of them since.
const quarterDays = 7

// dueRuns are the runs that should be there at an instant.
func dueRuns(now time.Time) (due []Run) {
	today := beijing.Day(now)
	sinceMonday := (int(today.Weekday()) + 6) % 7
	due = append(due, Run{Cycle: Weekly, Day: today.AddDate(0, 0, -sinceMonday)})
	quarter := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, beijing.Zone)
	if today.Before(quarter.AddDate(0, 0, quarterDays)) {
		due = append(due, Run{Cycle: Quarterly, Day: quarter})
	}

	return due
}

// Keep makes the inspection of this week, and of the quarter that is over, where they are not there yet.
func (s *Service) Keep(ctx context.Context) (err error) {
	defer fault.Step(&err, "inspect.Keep")

	due, err := missingRuns(ctx, s.db, dueRuns(s.now()))
	if err != nil || len(due) == 0 {
		return err
	}
	at := s.now()
	found, err := s.everybody(ctx)
	if err != nil || len(found) == 0 { // nobody to judge: the week is not over
		return err
	}
	results := resultsOf(found)

	for _, run := range due {
		run.At = at
		err := s.db.InTx(ctx, func(tx pg.Tx) error { return insertRun(ctx, tx, run, results) })
		if err != nil {
			return err
		}
	}

	return nil
}

// resultsOf are the findings of a board as they are kept, in its order.
func resultsOf(found []Finding) []Result {
	worst := map[int64]int{} // the place of the worst result of each account
	results := make([]Result, len(found))

	for i, one := range found {
		results[i] = one.result()
		results[i].Place = i + 1
		before, known := worst[one.ID]
		if !known || worse(found[before].State, one.State) != found[before].State {
			worst[one.ID] = i
		}
	}

	for _, i := range worst {
		results[i].leads = true
	}

	return results
}

func (f Finding) result() Result {
	out := Result{
		AccountID: f.ID, Handle: f.Handle, UnitName: f.UnitName, Rule: f.Rule.Code, Kind: f.Rule.Kind,
		Bound: f.Rule.Days, Source: f.Rule.Source, State: f.State, FailsOn: f.FailsOn, Days: f.Days,
	}
	if f.State == OK {
		return out
	}
	out.because, out.remedy = map[string][]string{}, map[string][]string{}

	for _, lang := range []string{i18n.Chinese, i18n.English} {
		words := i18n.For(lang)
		for _, one := range f.Because {
			out.because[lang] = append(out.because[lang], words.T(one.Text, one.Args...))
		}
		out.remedy[lang] = []string{words.T(f.Remedy.Text, f.Remedy.Args...)}
	}

	return out
}

// Runs lists the inspections that were kept, the latest first, each counted for the accounts that the actor
// sees today; more tells whether there are older ones.
func (s *Service) Runs(
	ctx context.Context, actor access.Actor, ask RunsAsk,
) (runs []Run, more bool, err error) {
	defer fault.Step(&err, "inspect.Runs")

	most := ask.Limit
	ask.Limit++
	runs, err = selectRuns(ctx, s.db, actor, 0, ask)

	return runs[:min(len(runs), most)], len(runs) > most, err
}

// Run reads one of them with what was said of the accounts that the actor sees today, each beside what its
// rule says now. Fails with fault.NotFound.
func (s *Service) Run(ctx context.Context, actor access.Actor, id int64, ask RunAsk) (out Kept, err error) {
	defer fault.Step(&err, "inspect.Run %d", id)

	if out, err = s.run(ctx, actor, id, ask); err != nil {
		return out, err
	}

	return out, s.nowOf(ctx, actor, out.Rows)
}

// run reads a run as it was.
func (s *Service) run(ctx context.Context, actor access.Actor, id int64, ask RunAsk) (out Kept, err error) {
	runs, err := selectRuns(ctx, s.db, actor, id, RunsAsk{UnitPath: ask.UnitPath, Limit: 1})
	if err != nil {
		return out, err
	}
	if len(runs) == 0 {
		return out, fault.NotFound("没有这一次检查")
	}
	out.Run = runs[0]
	out.Rows, out.Found, err = selectResults(ctx, s.db, actor, id, ask)

	return out, err
}

// Export reads all results of a run that are asked for, as they were. Fails with fault.NotFound, with
// fault.Invalid at "state" beyond MaxExport.
func (s *Service) Export(ctx context.Context, actor access.Actor, id int64, ask RunAsk) (_ Kept, err error) {
	defer fault.Step(&err, "inspect.Export %d", id)

	ask.Skip, ask.Limit = 0, MaxExport
	out, err := s.run(ctx, actor, id, ask)
	if err == nil && out.Found > MaxExport {
		err = fault.Invalid("state", "结果超过 {.max} 行，请选一个单位或状态再下载", "max", MaxExport)
	}

	return out, err
}

// nowOf says of each result what its rule says of the account today.
func (s *Service) nowOf(ctx context.Context, actor access.Actor, rows []Result) error {
	if len(rows) == 0 {
		return nil
	}

	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	now := s.now()
	rules, err := selectRules(ctx, s.db, now, "")
	if err != nil {
		return err
	}
	accounts, err := selectAccounts(ctx, s.db, actor, Ask{accounts: ids}, now, len(ids))
	if err != nil {
		return err
	}
	if err := s.readMore(ctx, rules, accounts, now, mostWords); err != nil {
		return err
	}

	type place struct {
		account int64
		rule    string
	}
	states := map[place]State{}

	for _, account := range accounts {
		for _, rule := range rules {
			if !rule.holds(account.UnitPath, beijing.Day(now)) {
				continue
			}
			found, tells := judgeBy(rule, account, now)
			if !tells { // it has a row only where it finds something
				found.State = OK
			}
			states[place{account.ID, rule.Code}] = found.State
		}
	}

	for i, row := range rows {
		rows[i].Now = states[place{row.AccountID, row.Rule}]
	}

	return nil
}
