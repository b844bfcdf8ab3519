package inspect

import (
	"context"
	"math"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/rescan"
	"juzhen/internal/todo"
)

// Service is the use cases of inspections. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
	most  int // accounts of a board

	pictures *media.Service // of checklists
	replying Replying       // nil: nobody knows of replies
}

// New makes the service.
func New(db *pg.DB, now func() time.Time) *Service {
	return &Service{db: db, clock: now, most: MaxAccounts}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// MaxAccounts is how many accounts a board looks at; of more, a unit has to be chosen. MaxAway is how far
// from now the instant may lie of which a board is asked.
const (
	MaxAccounts = 20_000
	MaxAway     = 366 * 24 * time.Hour
)

// Ask says what of the board is wanted. The zero value is all of it, as things are now.
type Ask struct {
	UnitPath  string // this unit and all below it
	AccountID int64
	State     State
	Kind      Kind      // "": rules of all kinds
	At        time.Time // zero: now; ahead what is approved counts, before only what was published
	Skip      int
	Limit     int // 0: all

	accounts []int64 // nil: all
}

// Board is what the rules say of accounts: who fails first stands in front.
type Board struct {
	At       time.Time
	Rows     []Finding // those asked for
	Found    int       // rows that are of the state asked for
	Accounts int
	By       map[State]int // accounts, each counted by the worst that was found of it
	Next     []Finding     // who fails next, of those that do not fail yet: all on one day
	Rules    []Rule        // those that were asked

	Looming int // accounts that fail on a day within the days of warning
	Unseen  int // accounts whose interaction was not looked at in time, or is wanting without failing
}

// Failing is how many accounts fail, or will within the days of warning.
func (b Board) Failing() int { return b.By[Fail] + b.By[Soon] }

// Board judges the accounts in the actor's scope by every rule that holds for them, from one statement for
// all of them. Fails with fault.Invalid at "at" for an instant more than MaxAway away, at "unit_id" when
// there are more than MaxAccounts accounts.
func (s *Service) Board(ctx context.Context, actor access.Actor, ask Ask) (_ Board, err error) {
	defer fault.Step(&err, "inspect.Board")

	now := s.now()
	at := ask.At
	if at.IsZero() {
		at = now
	}
	if away := at.Sub(now).Abs(); away > MaxAway {
		return Board{}, fault.Invalid("at", "只能查看一年之内的日期")
	}
	rules, err := selectRules(ctx, s.db, at, ask.Kind)
	if err != nil {
		return Board{}, err
	}
	accounts, err := selectAccounts(ctx, s.db, actor, ask, earlier(at, now), s.most+1)
	if err != nil {
		return Board{}, err
	}
	if len(accounts) > s.most {
		return Board{}, fault.Invalid("unit_id", "账号超过 {.max} 个，请选一个单位", "max", s.most)
	}
	if err := s.readMore(ctx, rules, accounts, earlier(at, now), mostWords); err != nil {
		return Board{}, err
	}
	if at.Before(now) {
		for i := range accounts {
			accounts[i] = accounts[i].published()
		}
	}

	return boardOf(rules, accounts, at).only(ask), nil
}

// everybody is what the rules say now of all accounts, however many there are.
func (s *Service) everybody(ctx context.Context) ([]Finding, error) {
	now := s.now()
	rules, err := selectRules(ctx, s.db, now, "")
	if err != nil {
		return nil, err
	}
	accounts, err := selectAccounts(ctx, s.db, access.System("inspect"), Ask{}, now, math.MaxInt32)
	if err != nil {
		return nil, err
	}

	if err := s.readMore(ctx, rules, accounts, now, math.MaxInt32); err != nil {
		return nil, err
	}

	for i := range accounts {
		accounts[i].Drafts = nil // those are for whoever may read them
	}

	return boardOf(rules, accounts, now).Rows, nil
}

// mostWords is how many words of one account are read for a board: who has more begins with these.
const mostWords = 50

// readMore reads what the rules ask for beside posts and plans.
func (s *Service) readMore(
	ctx context.Context, rules []Rule, accounts []Account, at time.Time, most int,
) error {
	if slices.ContainsFunc(rules, func(r Rule) bool { return r.Kind == Interactive }) {
		if err := s.readLooks(ctx, accounts, at); err != nil {
			return err
		}
	}

	return s.readWords(ctx, accounts, at, most)
}

// readWords reads what the lists take seriously in what the accounts have published, and what is wrong with
// its links.
func (s *Service) readWords(ctx context.Context, accounts []Account, at time.Time, most int) error {
	ids := idsOf(accounts)
	words, all, err := rescan.Standing(ctx, s.db, ids, at, most)
	if err != nil {
		return err
	}
	links, err := rescan.Links(ctx, s.db, ids, at, most)

	for i := range accounts {
		accounts[i].Links = links[accounts[i].ID]
		accounts[i].Words, accounts[i].AllWords = words[accounts[i].ID], all[accounts[i].ID]
	}

	return err
}

// Scanned tells how far what is published is looked through by the word lists.
func (s *Service) Scanned(ctx context.Context) (_ rescan.Status, err error) {
	defer fault.Step(&err, "inspect.Scanned")

	return rescan.StatusOf(ctx, s.db)
}

// Failing is every rule that an account breaks now, of all accounts: what the register of faults goes by.
func (s *Service) Failing(ctx context.Context) (_ []Finding, err error) {
	defer fault.Step(&err, "inspect.Failing")

	rows, err := s.everybody(ctx)

	return slices.DeleteFunc(rows, func(found Finding) bool { return found.State != Fail }), err
}

// published is the account without what is planned today, for a day that is past.
func (a Account) published() Account {
	a.Approved, a.InReview, a.Drafts, a.Held, a.ByHand, a.Unknown = nil, nil, nil, 0, 0, 0
	return a
}

// boardOf judges every account by every rule that holds for it.
func boardOf(rules []Rule, accounts []Account, at time.Time) Board {
	board := Board{At: at, Accounts: len(accounts), By: map[State]int{}}
	day := beijing.Day(at)
	asked := make([]bool, len(rules))

	for _, account := range accounts {
		worst := OK
		looms, unseen := false, false

		for i, rule := range rules {
			if !rule.holds(account.UnitPath, day) {
				continue
			}
			asked[i] = true
			found, tells := judgeBy(rule, account, at)
			if !tells {
				continue
			}
			board.Rows = append(board.Rows, found)
			worst = worse(worst, found.State)
			looms = looms || found.State == Soon && !found.FailsOn.IsZero()
			unseen = unseen || found.State == Soon && rule.Kind == Interactive
		}
		board.By[worst]++
		if looms && worst != Fail {
			board.Looming++
		}
		if unseen {
			board.Unseen++
		}
	}

	for i, rule := range rules {
		if asked[i] {
			board.Rules = append(board.Rules, rule)
		}
	}
	slices.SortStableFunc(board.Rows, byUrgency)
	board.Next = next(board.Rows)

	return board
}

// next are those that fail next, in the order of the board.
func next(rows []Finding) (out []Finding) {
	for _, row := range rows {
		switch {
		case row.State == Fail || row.FailsOn.IsZero():
			continue
		case slices.ContainsFunc(out, func(o Finding) bool { return o.ID == row.ID }):
			continue
		case len(out) > 0 && !row.FailsOn.Equal(out[0].FailsOn):
			return out
		}
		out = append(out, row)
	}

	return out
}

// only cuts the rows that are asked for.
func (b Board) only(ask Ask) Board {
	if ask.State != "" {
		b.Rows = slices.DeleteFunc(b.Rows, func(f Finding) bool { return f.State != ask.State })
	}
	b.Found = len(b.Rows)
	from := min(max(ask.Skip, 0), len(b.Rows))
	to := len(b.Rows)
	if ask.Limit > 0 {
		to = min(from+ask.Limit, to)
	}
	b.Rows = b.Rows[from:to]

	return b
}

// Remind puts every account that is about to fail on the lists of its supervisors, and takes off what has
// been put right. A new day of failing is a new to-do. What fails already is a fault of the register.
func (s *Service) Remind(ctx context.Context) (err error) {
	defer fault.Step(&err, "inspect.Remind")

	rows, err := s.everybody(ctx)
	if err != nil {
		return err
	}
	var items []todo.Item
	wanted := map[string]bool{}

	for _, found := range rows {
		if found.State != Soon || found.Rule.Kind == Interactive && !found.Overdue(s.now()) {
			continue // what was never looked at stands on the board: it is no news
		}
		item := found.todo()
		items, wanted[item.Key] = append(items, item), true
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		open, err := openKeys(ctx, tx)
		if err != nil {
			return err
		}
		over := slices.DeleteFunc(open, func(key string) bool { return wanted[key] })
		if err := todo.ResolveManyTx(ctx, tx, s.now(), over, 0); err != nil {
			return err
		}

		return todo.RaiseManyTx(ctx, tx, s.now(), items)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

// ParseAt reads the instant of which a board is asked: a day (2026-12-15, by its beginning in Shanghai;
// today is now) or an instant by RFC 3339. "" is the zero time. Fails with fault.Invalid at "at".
func ParseAt(asked string, now time.Time) (time.Time, error) {
	if asked == "" || asked == beijing.Date(now) {
		return time.Time{}, nil
	}
	at, ok := instant.Read(asked, now, time.DateOnly, time.RFC3339)
	if !ok {
		return time.Time{}, fault.Invalid("at", "请填写日期，如 2026-12-15")
	}

	return at, nil
}
