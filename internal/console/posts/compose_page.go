package posts

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/media"
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
	Units     []page.Option // to choose from; none for who writes in one unit
	MayMove   bool          // the unit can be chosen still
	Columns   []page.Option // none where the unit has none
	UnitName  string
	Aside     string // names of accounts that the unit may not use
	Picker    page.Picker
	Groups    groupsPart
	Variants  []variantField
	Matches   []account.Account // chosen accounts whose name has what was asked for
	Matching  int               // how many there are, listed or not
	Pictures  []pictureField
	Previews  []parts.Preview
	Check     checkPart // what the check of the wordings says of what is stored
	Findings  []finding // what keeps the post from being submitted
	SavedAt   time.Time // zero: not yet
	Unsaved   bool      // the form was changed without being stored
	Stale     string    // who saved meanwhile
	Going     string    // when it goes out, in the reader's language
	Targets   int       // accounts of what is stored
	Original  *post.Post
	Opinions  []review.Review // why versions were returned since the last approval, the newest first
	MaxMedia  int
	MaxLength int
	files     map[int64]media.Media // of the stored version
}

// Phase is where what is written stands: only a draft is written.
func (p composePage) Phase() post.Phase { return post.Draft }

// Unseen tells whether the texts hold characters that cannot be seen, which nobody can take out by hand.
func (p composePage) Unseen() bool {
	return slices.ContainsFunc(p.Findings, func(f finding) bool { return f.Code == post.CodeUnseen })
}

// MaxBytes and MaxMegabytes bound a picture as it is sent.
func (p composePage) MaxBytes() int     { return media.MaxUpload }
func (p composePage) MaxMegabytes() int { return media.MaxUpload >> 20 }

// OwnMore is for how many chosen accounts there is a wording without a field.
func (p composePage) OwnMore() int {
	n := 0

	for _, id := range p.Form.Accounts {
		if _, ok := p.Form.Rest[id]; ok {
			n++
		}
	}

	return n
}

// Source is the address of the accounts to choose from.
func (p composePage) Source() string { return accountsPath(p.Form.Unit) }

// variantField is an account's own wording.
type variantField struct {
	Account account.Account
	Name    string
	Text    string
	Error   string
	Limit   int
	Focus   bool // it was asked for just now
}

// pictureField is a picture of the form. Last and First have no further button.
type pictureField struct {
	page.Base
	ID          int64
	Number      int
	Alt         string
	First, Last bool
	Label       string // what it says of its making; "": nothing
	Unread      bool   // it says something that could not be read
	Shrunk      string // what it was, and what it is now; "": it was not made smaller
}

// says tells of a picture what its file says of its making, and how it had to be made smaller.
func (f *pictureField) says(m media.Media) {
	made := m.Made()
	f.Label, f.Unread = made.Label, made.Unread

	if m.Shrunk() {
		f.Shrunk = f.T("原图 {.w}×{.h}、{.mb} MB，超过微博的上限，已缩小为 {.nw}×{.nh}、{.nmb} MB",
			"w", m.WasWidth, "h", m.WasHeight, "mb", inMB(m.WasBytes),
			"nw", m.Width, "nh", m.Height, "nmb", inMB(m.Bytes))
	}
}

// inMB is a size in MB, with one digit behind the point.
func inMB(bytes int64) string { return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) }

// finding is a problem with the accounts it concerns.
type finding struct {
	Field    string
	Code     string
	Text     string // in the reader's language
	Accounts string
}

// storedPage begins the page with what is stored of the form's post.
func (h *pages) storedPage(c *gin.Context, form composeForm) (composePage, error) {
	title := "写稿"
	if form.ID != 0 {
		title = "修改稿件"
	}
	p := composePage{
		Base:     h.kit.Base(c, title, page.Crumb{Text: "稿件", Href: "/posts"}),
		Form:     form,
		MaxMedia: post.MaxMedia,
		MayMove:  true,
	}

	return p, h.fillStored(c.Request.Context(), web.Actor(c), &p)
}

// savedPage is as much of the page as a save changes. What there is to choose from is read when the page
// opens, and where a button asks for it.
func (h *pages) savedPage(c *gin.Context, form composeForm) (composePage, error) {
	p, err := h.storedPage(c, form)
	if err != nil {
		return p, err
	}
	var chosen []account.Account
	if len(form.Accounts) > 0 {
		chosen, err = h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{
			Permission: access.PostWrite, IDs: form.Accounts,
		})
		if err != nil {
			return p, err
		}
	}
	_, p.MaxLength = variants(chosen, form)

	return p, h.fillCheck(c, &p)
}

// fillCheck adds what the check says of a stored post.
func (h *pages) fillCheck(c *gin.Context, p *composePage) (err error) {
	if p.Form.ID == 0 {
		return nil
	}
	p.Check, err = h.lookThrough(c, p.Form)
	if fault.FieldErrors(err) != nil {
		err = nil // what is wrong in the form is told at its field
	}

	return err
}

// composePage fills the page from the form: the same for a new post, a stored one and a refused one.
func (h *pages) composePage(c *gin.Context, form composeForm) (composePage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p, err := h.storedPage(c, form)
	if err != nil {
		return p, err
	}
	units, err := h.Units.Within(ctx, actor, access.PostWrite)
	if err != nil {
		return p, err
	}
	if p.Form.Unit == 0 && len(units) > 0 {
		p.Form.Unit = units[0].ID
	}

	if err := h.fillChoice(ctx, actor, units, &p); err != nil {
		return p, err
	}

	return p, h.fillCheck(c, &p)
}

// fillChoice adds the accounts to choose from, those that were chosen and that the unit may not use,
// and what the buttons of the tree say.
func (h *pages) fillChoice(
	ctx context.Context,
	actor access.Actor,
	units []org.Unit,
	page *composePage,
) error {
	accounts, err := h.choosable(ctx, actor, units, page.Form.Unit)
	if err != nil {
		return err
	}
	page.Form.settle(accounts)
	if page.Aside, err = h.namesAside(ctx, actor, page); err != nil {
		return err
	}
	page.Form.choose(units, accounts)
	kept, err := h.groups(ctx, actor, page, accounts)
	if err != nil {
		return err
	}
	page.chooseGroup(kept, accounts)
	page.lookForOwn(accounts)

	page.Picker = picker(units, accounts, page.Form)

	if page.Columns, err = h.columnOptions(ctx, actor, page.Form); err != nil {
		return err
	}

	page.Units = unitOptions(units, page.Form)
	for _, unit := range units {
		if unit.ID == page.Form.Unit {
			page.UnitName = unit.Name
			page.Groups.MayShare = actor.CanAt(access.LibraryManage, unit.Path)
		}
	}
	page.Variants, page.MaxLength = variants(accounts, page.Form)

	page.Pictures = pictures(page.Base, page.Form)
	for i, field := range page.Pictures {
		page.Pictures[i].says(page.files[field.ID])
	}

	return nil
}

// columnOptions are the columns that a post of the form's unit may have, and the one it has.
func (h *pages) columnOptions(
	ctx context.Context,
	actor access.Actor,
	form composeForm,
) ([]page.Option, error) {
	if form.Unit == 0 {
		return nil, nil
	}
	columns, err := h.Columns.For(ctx, actor, form.Unit)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return nil, err
	}
	out := []page.Option{{Value: "0", Text: "不归入栏目"}}

	for _, column := range columns {
		if column.Active || column.ID == form.Column {
			out = append(out, page.Option{
				Value:    fmt.Sprint(column.ID),
				Text:     column.Name,
				Raw:      true,
				Selected: column.ID == form.Column,
			})
		}
	}

	return out, nil
}

// namesAside names the accounts that were kept out, those the actor may know of.
func (h *pages) namesAside(ctx context.Context, actor access.Actor, page *composePage) (string, error) {
	if len(page.Form.Aside) == 0 {
		return "", nil
	}
	known, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostWrite,
		IDs:        page.Form.Aside,
	})
	if err != nil {
		return "", err
	}

	return someNames(page.Base, known, len(page.Form.Aside)), nil
}

// someNames names the first few of n accounts.
func someNames(base page.Base, known []account.Account, n int) string {
	var names []string
	for _, a := range known[:min(len(known), 3)] {
		names = append(names, a.At())
	}

	switch {
	case len(names) == 0:
		return base.T("{.n} 个账号", "n", n)
	case len(names) < n:
		return base.T("{.names} 等 {.n} 个账号", "names", strings.Join(names, " "), "n", n)
	}

	return strings.Join(names, " ")
}

// fillStored adds what only a stored post has: previews as it is kept, findings, the post it corrects.
func (h *pages) fillStored(ctx context.Context, actor access.Actor, page *composePage) error {
	if page.Form.Corrects != 0 {
		original, _, err := h.Posts.Find(ctx, actor, page.Form.Corrects)
		if err != nil {
			return err
		}
		page.Original = &original
	}
	if page.Form.ID == 0 {
		return nil
	}
	stored, version, err := h.Posts.Find(ctx, actor, page.Form.ID)
	if err != nil {
		return err
	}
	if page.MayMove = stored.MayMove(); !page.MayMove || page.Form.Unit == 0 {
		page.Form.Unit = stored.UnitID
	}
	reviews, err := h.Reviews.OfPost(ctx, actor, stored.ID)
	if err != nil {
		return err
	}
	page.Opinions = returns(reviews)

	page.files = map[int64]media.Media{}
	for _, versionMedia := range version.Media {
		page.files[versionMedia.MediaID] = versionMedia.Media
	}
	problems := h.Posts.Check(stored, version)
	page.Number, page.SavedAt = version.Number, stored.UpdatedAt
	page.Going, page.Targets = parts.Planned(page.Base, stored), len(version.Targets)

	page.Previews = parts.Previews(page.P, version, problems)
	for i := range page.Previews {
		page.Previews[i].When, page.Previews[i].Fold, page.Previews[i].Most = page.Going, true, mostNames
	}
	page.Findings = findings(page.Base, problems)

	return nil
}

// returns are the decisions that gave the post back since it was approved last, the newest first: what
// is to be mended while it is amended. A version that was taken back before anybody decided says
// nothing, and takes nothing away.
func returns(reviews []review.Review) []review.Review {
	var out []review.Review

	for _, r := range reviews {
		if r.State == review.Approved {
			break
		}
		if r.State == review.Returned {
			out = append(out, r)
		}
	}

	return out
}

func findings(base page.Base, problems post.Problems) []finding {
	var out []finding

	for _, pr := range problems {
		f := finding{
			Field: pr.Fault.Field,
			Code:  pr.Fault.Code,
			Text:  base.T(pr.Fault.Text, pr.Fault.Args...),
		}
		if n := len(pr.Accounts); n > 0 {
			f.Accounts = someNames(base, pr.Accounts, n)
		}
		out = append(out, f)
	}

	return out
}

// choosable are the accounts at or below the unit that may still post one day.
func (h *pages) choosable(
	ctx context.Context,
	actor access.Actor,
	units []org.Unit,
	unitID int64,
) ([]account.Account, error) {
	i := slices.IndexFunc(units, func(unit org.Unit) bool { return unit.ID == unitID })
	if i < 0 {
		return nil, nil
	}

	return h.Accounts.List(ctx, actor, account.Filter{Permission: access.PostWrite, UnitPath: units[i].Path,
		States: []account.State{account.Live, account.Preparing, account.Suspended}})
}

func unitOptions(units []org.Unit, form composeForm) []page.Option {
	if len(units) < 2 {
		return nil
	}

	var out []page.Option
	for _, unit := range units {
		out = append(out, page.Option{
			Value:    fmt.Sprint(unit.ID),
			Text:     unit.Name,
			Raw:      true,
			Selected: unit.ID == form.Unit,
		})
	}

	return out
}

func pictures(base page.Base, form composeForm) []pictureField {
	var out []pictureField
	for i, id := range form.Media {
		out = append(out, pictureField{
			Base:   base,
			ID:     id,
			Number: i + 1,
			Alt:    form.Alts[id],
			First:  i == 0,
			Last:   i == len(form.Media)-1,
		})
	}

	return out
}
