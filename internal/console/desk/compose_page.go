package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/show"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// composePage is the form of a post with its previews.
type composePage struct {
	page.Base
	Form      composeForm
	Number    int           // of the version; 0 while nothing is stored
	Units     []page.Option // to choose from, while nothing is stored
	Picker    page.Picker
	Variants  []variantField
	Names     []string // to suggest for a wording of its own; none when they are many
	Pictures  []pictureField
	Previews  []show.Preview
	Findings  []finding // what keeps the post from being submitted
	SavedAt   time.Time // zero: not yet
	Unsaved   bool      // the form was changed without being stored
	Stale     string    // who saved meanwhile
	Original  *post.Post
	Opinion   *review.Review // why the version before was returned, while it is amended
	MaxMedia  int
	MaxLength int
}

// Unseen tells whether the texts hold characters that cannot be seen, which nobody can take out by hand.
func (p composePage) Unseen() bool {
	return slices.ContainsFunc(p.Findings, func(f finding) bool { return f.Code == post.CodeUnseen })
}

// OwnMore is for how many accounts there is a wording without a field.
func (p composePage) OwnMore() int { return len(p.Form.Rest) }

// Source is the address of the accounts to choose from.
func (p composePage) Source() string { return accountsPath(p.Form.Unit) }

// variantField is an account's own wording.
type variantField struct {
	Account account.Account
	Name    string
	Text    string
	Error   string
	Limit   int
}

// pictureField is a picture of the form. Last and First have no further button.
type pictureField struct {
	page.Base
	ID          int64
	Number      int
	Alt         string
	First, Last bool
}

// finding is a problem with the accounts it concerns.
type finding struct {
	Field    string
	Code     string
	Text     string // in the reader's language
	Accounts string
}

// composePage fills the page from the form: the same for a new post, a stored one and a refused one.
func (h *pages) composePage(c *gin.Context, f composeForm) (composePage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	title := "写稿"
	if f.ID != 0 {
		title = "修改稿件"
	}
	p := composePage{Base: h.kit.Base(c, title, page.Crumb{Text: "稿件", Href: "/posts"}), Form: f, MaxMedia: post.MaxMedia}
	units, err := h.Units.Within(ctx, actor, access.PostWrite)
	if err != nil {
		return p, err
	}
	if p.Form.Unit == 0 && len(units) > 0 {
		p.Form.Unit = units[0].ID
	}
	accounts, err := h.choosable(ctx, actor, units, p.Form.Unit)
	if err != nil {
		return p, err
	}
	p.Form.choose(units, accounts)
	p.Picker = picker(units, accounts, p.Form)
	p.Units = unitOptions(units, p.Form)
	p.Variants, p.MaxLength = variants(accounts, p.Form)
	if len(accounts) <= wholeTree {
		p.Names = names(accounts)
	}
	p.Pictures = pictures(p.Base, p.Form)
	return p, h.fillStored(ctx, actor, &p)
}

// fillStored adds what only a stored post has: previews as it is kept, findings, the post it corrects.
func (h *pages) fillStored(ctx context.Context, actor access.Actor, p *composePage) error {
	if p.Form.Corrects != 0 {
		original, _, err := h.Posts.Find(ctx, actor, p.Form.Corrects)
		if err != nil {
			return err
		}
		p.Original = &original
	}
	if p.Form.ID == 0 {
		return nil
	}
	stored, v, err := h.Posts.Find(ctx, actor, p.Form.ID)
	if err != nil {
		return err
	}
	if p.Opinion, err = h.lastReturn(ctx, actor, stored); err != nil {
		return err
	}
	problems := h.Posts.Check(stored, v)
	p.Number, p.SavedAt = v.Number, stored.UpdatedAt
	p.Previews = show.Previews(p.P, v, problems)
	for i := range p.Previews {
		p.Previews[i].When, p.Previews[i].Fold = plannedFor(p.Base, stored), true
	}
	for i := range p.Previews {
		p.Previews[i].Most = mostNames
	}
	p.Findings = findings(p.Base, problems)
	return nil
}

// lastReturn is the decision that returned the version before this one; nil when the last decision was another.
func (h *pages) lastReturn(ctx context.Context, actor access.Actor, p post.Post) (*review.Review, error) {
	reviews, err := h.Reviews.OfPost(ctx, actor, p.ID)
	if err != nil {
		return nil, err
	}
	for i, r := range reviews {
		if r.DecidedAt != nil {
			if r.State != review.Returned {
				return nil, nil
			}
			return &reviews[i], nil
		}
	}
	return nil, nil
}

func findings(b page.Base, problems post.Problems) []finding {
	var out []finding
	for _, pr := range problems {
		f := finding{
			Field: pr.Fault.Field,
			Code:  pr.Fault.Code,
			Text:  b.T(pr.Fault.Text, pr.Fault.Args...),
		}
		if n := len(pr.Accounts); n > 0 {
			var names []string
			for _, a := range pr.Accounts[:min(n, 3)] {
				names = append(names, a.At())
			}
			f.Accounts = strings.Join(names, " ")
			if n > 3 {
				f.Accounts = b.T("{.names} 等 {.n} 个账号", "names", f.Accounts, "n", n)
			}
		}
		out = append(out, f)
	}
	return out
}

// choosable are the accounts at or below the unit that may still post one day.
func (h *pages) choosable(ctx context.Context, actor access.Actor, units []org.Unit, unitID int64) ([]account.Account, error) {
	i := slices.IndexFunc(units, func(u org.Unit) bool { return u.ID == unitID })
	if i < 0 {
		return nil, nil
	}
	return h.Accounts.List(ctx, actor, account.Filter{Permission: access.PostWrite, UnitPath: units[i].Path,
		States: []account.State{account.Live, account.Preparing, account.Suspended}})
}

func unitOptions(units []org.Unit, f composeForm) []page.Option {
	if f.ID != 0 || len(units) < 2 {
		return nil
	}
	var out []page.Option
	for _, u := range units {
		out = append(out, page.Option{Value: fmt.Sprint(u.ID), Text: u.Name, Raw: true, Selected: u.ID == f.Unit})
	}
	return out
}

func pictures(b page.Base, f composeForm) []pictureField {
	var out []pictureField
	for i, id := range f.Media {
		out = append(out, pictureField{Base: b, ID: id, Number: i + 1, Alt: f.Alts[id], First: i == 0, Last: i == len(f.Media)-1})
	}
	return out
}

// plannedFor says when a post goes out, over its preview.
func plannedFor(b page.Base, p post.Post) string {
	switch {
	case p.DueNow:
		return b.T("批准后立即")
	case p.DueAt != nil:
		return page.StampOf(b.P, *p.DueAt, b.Now).Text
	}
	return b.T("未定时间")
}
