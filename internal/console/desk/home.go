package desk

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
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
	Today    []listRow
	AllToday int
	Drafts   []listRow     // the reader's own drafts and returned posts
	Accounts []accountLine // the first of those that need somebody
	MoreBad  int           // how many more there are
	Fine     int           // accounts that need nothing
	All      int
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
	Show any // the state to be shown: the account's own or its token's
}

// How much of each list the page shows; the rest is a press away.
const (
	shownTodos    = 8
	shownToday    = 12
	shownAccounts = 12
)

func (h *pages) home(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := homePage{Base: h.kit.Base(c, "工作台")}
	p.Follow = page.Follow{Of: followed(actor), Every: 60}
	list, err := h.Todos.First(ctx, actor, shownTodos)
	if err != nil {
		return err
	}
	for _, o := range list[:min(len(list), shownTodos)] {
		p.Todos = append(p.Todos, lineOf(p.Base, o))
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
	return h.kit.Show(c, 200, "desk/home", p)
}

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

func lineOf(b page.Base, o todo.Open) todoLine {
	l := todoLine{Open: o, Line: b.T(o.Text(), o.Pairs()...), Tint: "blue", Icon: "inbox"}
	switch o.Tone() {
	case todo.Danger:
		l.Tint, l.Icon = "red", "alert-triangle"
	case todo.Warning:
		l.Tint, l.Icon = "orange", "alert-circle"
	}
	return l
}

func (h *pages) fillPosts(ctx context.Context, actor access.Actor, p *homePage) error {
	y, m, d := p.Now.Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, page.Zone)
	today := post.Span{From: from, To: from.AddDate(0, 0, 1)}
	due, err := h.Posts.Near(ctx, actor, today, p.Now, shownToday)
	if err != nil {
		return err
	}
	p.AllToday = len(due)
	if len(due) == shownToday {
		hours, err := h.Posts.Hours(ctx, actor, today, post.Filter{})
		if err != nil {
			return err
		}
		p.AllToday = 0
		for _, hour := range hours {
			p.AllToday += hour.Posts
		}
	}
	if p.Today, err = h.withStates(ctx, due); err != nil {
		return err
	}
	if !actor.Can(access.PostWrite) {
		return nil
	}
	own, err := h.Posts.List(ctx, actor, post.Filter{AuthorID: actor.UserID, Phases: []post.Phase{post.Draft, post.Returned}, Limit: 5})
	if err != nil {
		return err
	}
	p.Drafts, err = h.withStates(ctx, own.Rows)
	return err
}

func (h *pages) fillAccounts(ctx context.Context, actor access.Actor, p *homePage) error {
	o, err := h.Accounts.Overview(ctx, actor, shownAccounts)
	if err != nil {
		return err
	}
	for _, a := range o.First {
		p.Accounts = append(p.Accounts, lineOfAccount(a, p.Now))
	}
	p.All, p.Fine, p.MoreBad = o.All, o.All-o.Needing, o.Needing-len(p.Accounts)
	return nil
}

// lineOfAccount names the state that says why somebody must look after the account: its own, or its token's.
func lineOfAccount(a account.Account, now time.Time) accountLine {
	if a.State != account.Live {
		return accountLine{a, a.State}
	}
	return accountLine{a, a.Token.At(now)}
}
