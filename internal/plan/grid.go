package plan

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/post"
)

// Bounds of what is shown of the plan at once.
const (
	MaxSpanDays  = 31
	pageAccounts = 50
	maxPages     = 1000
	perCell      = 3   // posts that a cell names; of more it gives the number
	MaxApart     = 720 // minutes within which two posts of an account may be told to be close
	manyAlike    = 20  // accounts with one text at one instant, from which on it is told
)

// Ask is what of the plan is asked for.
type Ask struct {
	From, To time.Time // days, by their beginning in Shanghai; To is not in it
	UnitPath string    // this unit and all below; "": all that the actor sees
	Query    string    // in the name of the account
	Page     int       // from 0
	Limit    int       // accounts a page; 0: 50, at most 200
	Apart    int       // minutes; two posts of an account closer than this are told; 0: none are

	named int // posts of a day of an account that are named; 0: three
}

// check bounds what is asked for.
func (a *Ask) check() error {
	a.Query = strings.TrimPrefix(strings.TrimSpace(a.Query), "@")
	if a.Limit <= 0 || a.Limit > 200 {
		a.Limit = pageAccounts
	}

	switch {
	case !a.To.After(a.From) || daysBetween(a.From, a.To) > MaxSpanDays:
		return fault.Invalid("to", "日期范围要在 1 至 {.max} 天之间", "max", MaxSpanDays)
	case a.Page < 0 || a.Page > maxPages:
		return fault.Invalid("page", "没有这一页")
	case a.Apart < 0 || a.Apart > MaxApart:
		return fault.Invalid("apart", "相隔要在 0 至 {.max} 分钟之间", "max", MaxApart)
	}

	return nil
}

// Grid is accounts by days.
type Grid struct {
	Days []Day
	Rows []Row
	More bool // there is another page of accounts
}

// Day is the head of a column.
type Day struct {
	Date  time.Time // its beginning in Shanghai
	Mark  Mark
	Today bool
}

// Row is one account.
type Row struct {
	AccountID int64
	Handle    string
	UnitID    int64
	UnitName  string
	UnitPath  string
	Last      *time.Time // its latest post that is known, sent from here or seen on the platform
	Outlook   Outlook
	Cells     []Cell // one for each day
}

// Cell is what an account has on one day.
type Cell struct {
	Planned   int // on their way: submitted, approved, held
	Sent      int
	Drafts    int // not written to the end, or returned
	Troubled  int // unknown, failed or missed
	Elsewhere int // on the platform and not from here
	Close     int // of these, how many follow another within the time asked for
	Alike     int // accounts that one of these goes to with one text at one instant, where they are many
	Posts     []Entry
	Missing   bool // the day is past or today, and has nothing
}

// Total is how many posts the cell holds.
func (c Cell) Total() int { return c.Planned + c.Sent + c.Drafts + c.Troubled }

// Rest is how many of them are not named.
func (c Cell) Rest() int { return c.Total() - len(c.Posts) }

// Entry is one post of a cell.
type Entry struct {
	PostID int64
	DueAt  time.Time
	Title  string
	State  delivery.PostState // as far as this account is concerned
	Own    bool               // the actor sees the post, not only that it goes out here
	Moves  bool               // it may be given another time
}

// Grid gives accounts by days: what is planned, sent and missing. Accounts are those that are live or
// suspended where the actor sees posts, in the order of the matrix. Fails with fault.Invalid on "to", "page"
// and "apart".
func (s *Service) Grid(ctx context.Context, actor access.Actor, ask Ask) (_ Grid, err error) {
	defer fault.Step(&err, "plan.Grid")

	if err := ask.check(); err != nil {
		return Grid{}, err
	}
	now := s.now()
	almanac, err := s.Almanac(ctx, ask.From.Year(), ask.To.Year())
	if err != nil {
		return Grid{}, err
	}

	var grid Grid
	for day := ask.From; day.Before(ask.To); day = day.AddDate(0, 0, 1) {
		grid.Days = append(grid.Days, Day{
			Date: day, Mark: almanac.Mark(day), Today: day.Equal(beijing.Day(now)),
		})
	}
	accounts, err := accountsOf(ctx, s.db, actor, ask, now)
	if err != nil {
		return Grid{}, err
	}
	if grid.More = len(accounts) > ask.Limit; grid.More {
		accounts = accounts[:ask.Limit]
	}
	entries, err := entriesOf(ctx, s.db, actor, accounts, ask)
	if err != nil {
		return Grid{}, err
	}
	elsewhere, err := elsewhereOf(ctx, s.db, actor, accounts, ask)
	if err != nil {
		return Grid{}, err
	}

	at := make(map[int64]int, len(accounts))
	for i, account := range accounts {
		at[account.ID] = i
		grid.Rows = append(grid.Rows, account.row(now, len(grid.Days)))
	}

	for _, e := range entries {
		e.into(&grid.Rows[at[e.AccountID]].Cells[e.Day], actor)
	}

	for _, e := range elsewhere {
		grid.Rows[at[e.AccountID]].Cells[e.Day].Elsewhere = e.Posts
	}
	grid.missing(now)

	return grid, nil
}

// missing finds the days on which an account has nothing.
func (g *Grid) missing(now time.Time) {
	for _, row := range g.Rows {
		for i := range row.Cells {
			cell := &row.Cells[i]
			cell.Missing = !g.Days[i].Date.After(now) && cell.Total()+cell.Elsewhere == 0
		}
	}
}

// into adds a post to the cell of its day, with the counts of the day.
func (e entryRow) into(cell *Cell, actor access.Actor) {
	cell.Planned, cell.Sent, cell.Drafts, cell.Troubled = e.Planned, e.Sent, e.Drafts, e.Troubled
	cell.Close, cell.Alike = e.Close, max(cell.Alike, e.Alike)

	cell.Posts = append(cell.Posts, e.entry(actor))
}

// entry is the post for the actor.
func (e entryRow) entry(actor access.Actor) Entry {
	entry := Entry{
		PostID: e.PostID,
		DueAt:  e.DueAt.In(beijing.Zone),
		Title:  glyph.Written(post.Title(e.Text)),
		Own:    actor.CanAt(access.PostView, e.UnitPath),
		State:  e.shown(),
	}
	if entry.Own && e.Working != "" {
		entry.Title = glyph.Written(e.Working)
	}
	entry.Moves = entry.Own && e.AllOpen && entry.State.NothingOut() &&
		(post.Post{UnitPath: e.UnitPath, Phase: e.Phase}).May(actor, post.Reschedule) == nil

	return entry
}

// shown is the state of the post on this account alone.
func (e entryRow) shown() delivery.PostState {
	if e.Kind == kindDraft {
		return delivery.PostState(e.Phase)
	}

	return delivery.PostStateOf(e.Phase, map[delivery.State]int{e.State: 1})
}
