package home

import (
	"context"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// homePage is what a person sees first: what needs them, what goes out today, how the accounts are.
type homePage struct {
	page.Base
	Todos    []todoLine
	MoreTodo int
	Days     []deskDay       // today and tomorrow
	Drafts   []parts.PostRow // the reader's own drafts and returned posts
	Mine     []parts.PostRow // what the reader submitted
	Accounts []accountLine   // the first of those that need somebody
	MoreBad  int             // how many more there are
	Fine     int             // accounts that need nothing
	All      int
	Answers  *answers  // nil: the reader does not answer for inspections, or there is no account
	Stop     *org.Unit // the highest unit whose sending the reader may stop
}

// deskDay is what goes out on one day.
type deskDay struct {
	ID    string // "today" or "tomorrow"
	Name  string // Chinese source text
	Date  time.Time
	All   int // how many go out
	Lines []deskLine
	Href  string // the day in the calendar
}

// deskLine is a post, or what others send from an own account.
type deskLine struct {
	At    time.Time
	Row   *parts.PostRow
	Other *delivery.Foreign // nil for a post
}

// Fresh tells whether there is nothing to work with yet, and the reader is the one to set it up.
func (p homePage) Fresh() bool { return p.All == 0 && p.Can(string(access.AccountManage)) }

// todoLine is a matter in the reader's language.
type todoLine struct {
	todo.Open
	Line       string
	Tint, Icon string
}

// accountLine is an account that needs somebody.
type accountLine struct {
	account.Account
	Show badge.Labelled // the state to be shown: the account's own or its token's
}

// How much of each list the page shows; the rest is a press away.
const (
	shownTodos    = 8
	shownToday    = 12
	shownAccounts = 12
	shownMine     = 5
	shownOthers   = 50 // of one day, of what others send from own accounts
)

func (h *pages) home(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := homePage{Base: h.kit.Base(c, "工作台")}
	p.Follow = page.Follow{Of: followed(actor), Every: 60}
	list, err := h.Todos.First(ctx, actor, shownTodos)
	if err != nil {
		return err
	}

	for _, open := range list[:min(len(list), shownTodos)] {
		p.Todos = append(p.Todos, lineOf(p.Base, open))
	}
	p.MoreTodo = max(p.Todo, len(list)) - len(p.Todos)
	if actor.Can(access.PostView) {
		if err := h.fillPosts(ctx, actor, &p); err != nil {
			return err
		}
	}
	if actor.Can(access.AccountView) {
		if err := h.fillAccounts(ctx, actor, &p); err != nil {
			return err
		}
	}
	if actor.Can(access.InspectManage) && actor.Can(access.ReachView) {
		if err := h.fillAnswers(ctx, actor, &p); err != nil {
			return err
		}
	}
	// who answers for the sending, not for accounts alone
	if actor.Can(access.Pause) && actor.Can(access.DeliveryDecide) {
		if err := h.fillStop(ctx, actor, &p); err != nil {
			return err
		}
	}

	return h.kit.Show(c, 200, "home/home", p)
}

// More is how many of the day's posts are not listed.
func (d deskDay) More() int { return max(0, d.All-len(d.Lines)) }

// followed is what changes the desk of an actor.
func followed(actor access.Actor) string {
	of := "todos pauses"
	if actor.Can(access.PostView) {
		of += " posts deliveries"
	}
	if actor.Can(access.AccountView) {
		of += " accounts"
	}

	return of
}

func lineOf(base page.Base, open todo.Open) todoLine {
	l := todoLine{Open: open, Line: base.T(open.Text(), open.Pairs()...), Tint: "blue", Icon: "inbox"}
	switch open.Tone() {
	case todo.Danger:
		l.Tint, l.Icon = "red", "alert-triangle"
	case todo.Warning:
		l.Tint, l.Icon = "orange", "alert-circle"
	}

	return l
}

func (h *pages) fillPosts(ctx context.Context, actor access.Actor, p *homePage) error {
	today := beijing.Day(p.Now)
	for i, name := range []string{"今天", "明天"} {
		from := today.AddDate(0, 0, i)
		day, err := h.day(ctx, actor, post.Span{From: from, To: from.AddDate(0, 0, 1)}, p.Now)
		if err != nil {
			return err
		}
		day.ID, day.Name = []string{"today", "tomorrow"}[i], name
		p.Days = append(p.Days, day)
	}
	if !actor.Can(access.PostWrite) {
		return nil
	}
	own, err := h.Posts.List(ctx, actor, post.Filter{
		AuthorID: actor.UserID,
		Phases:   []post.Phase{post.Draft, post.Returned},
		Limit:    5,
	})
	if err != nil {
		return err
	}
	if p.Drafts, err = parts.WithStates(ctx, h.Deliveries, own.Rows); err != nil {
		return err
	}
	mine, err := h.Posts.List(ctx, actor, post.Filter{
		Submitter: actor.UserID,
		Phases:    []post.Phase{post.Submitted, post.Approved, post.Withdrawn},
		Limit:     shownMine,
	})
	if err != nil {
		return err
	}
	p.Mine, err = parts.WithStates(ctx, h.Deliveries, mine.Rows)

	return err
}

// day reads what goes out in a span of one day, around the instant when there is more than is shown.
func (h *pages) day(ctx context.Context, actor access.Actor, in post.Span, now time.Time) (deskDay, error) {
	out := deskDay{Date: in.From, Href: "/calendar?view=list&date=" + in.From.Format(time.DateOnly)}
	if now.Before(in.From) {
		now = in.From.Add(-time.Microsecond) // the whole day lies ahead
	}
	due, err := h.Posts.Near(ctx, actor, in, now, shownToday)
	if err != nil {
		return out, err
	}
	out.All = len(due)
	if len(due) == shownToday {
		hours, err := h.Posts.Hours(ctx, actor, in, post.Filter{})
		if err != nil {
			return out, err
		}

		out.All = 0
		for _, hour := range hours {
			out.All += hour.Posts
		}
	}
	rows, err := parts.WithStates(ctx, h.Deliveries, due)
	if err != nil {
		return out, err
	}

	for i := range rows {
		out.Lines = append(out.Lines, deskLine{At: *rows[i].DueAt, Row: &rows[i]})
	}
	others, err := h.Deliveries.ForeignIn(ctx, actor, in, "", 0, shownOthers)
	if err != nil {
		return out, err
	}

	out.All += len(others)
	for i := range others {
		out.Lines = append(out.Lines, deskLine{At: others[i].DueAt, Other: &others[i]})
	}
	slices.SortStableFunc(out.Lines, func(a, b deskLine) int { return a.At.Compare(b.At) })

	return out, nil
}

// fillStop finds the unit whose sending the reader may stop at once: the highest of those.
func (h *pages) fillStop(ctx context.Context, actor access.Actor, page *homePage) error {
	units, err := h.Units.Within(ctx, actor, access.Pause)
	if err != nil || len(units) == 0 {
		return err
	}
	highest := slices.MinFunc(units, func(a, b org.Unit) int { return len(a.Path) - len(b.Path) })
	page.Stop = &highest

	return nil
}

func (h *pages) fillAccounts(ctx context.Context, actor access.Actor, page *homePage) error {
	overview, err := h.Accounts.Overview(ctx, actor, shownAccounts)
	if err != nil {
		return err
	}

	for _, account := range overview.First {
		page.Accounts = append(page.Accounts, lineOfAccount(account, page.Now))
	}
	page.All, page.Fine, page.MoreBad = overview.All, overview.All-overview.Needing, overview.Needing-len(
		page.Accounts,
	)

	return nil
}

// lineOfAccount names the state that says why somebody must look after the account: its own, or its token's.
func lineOfAccount(a account.Account, now time.Time) accountLine {
	if a.State != account.Live {
		return accountLine{a, a.State}
	}

	return accountLine{a, a.Token.At(now)}
}
