package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/show"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// How much of a large matrix the form shows at once.
const (
	wholeTree  = 200 // up to so many accounts stand in the tree; beyond it a unit is filled when it is opened
	mostLeaves = 200 // of one unit
	mostFound  = 50  // of a search
	mostOwn    = 50  // fields of own wordings
	mostNames  = 20  // names under a preview
)

func accountsPath(unit int64) string { return fmt.Sprintf("/posts/accounts?unit=%d", unit) }

// branchPart is what stands in a unit that was opened.
type branchPart struct {
	page.Base
	Name  string // of the field
	Nodes []page.Node
	More  int // not shown
}

// foundPart is what a search gave.
type foundPart struct {
	page.Base
	page.PickerFound
}

// ownPart is the field of one account's wording.
type ownPart struct {
	page.Base
	variantField
}

// accountsForm asks for a part of the accounts a post of the unit may go to.
type accountsForm struct {
	Unit   int64  `form:"unit"`
	Branch int64  `form:"branch"`
	Find   string `form:"find"`
	Name   string `form:"name"`
}

// forAccounts reads the question and what may be chosen.
func (h *pages) forAccounts(c *gin.Context) (f accountsForm, units []org.Unit, accounts []account.Account, err error) {
	if err = web.Bind(c, &f); err != nil {
		return f, nil, nil, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if units, err = h.Units.Within(ctx, actor, access.PostWrite); err == nil {
		accounts, err = h.choosable(ctx, actor, units, f.Unit)
	}
	return f, units, accounts, err
}

// accounts answers the script: the accounts of one unit, or those a search finds.
func (h *pages) accounts(c *gin.Context) error {
	f, units, accounts, err := h.forAccounts(c)
	if err != nil {
		return err
	}
	t := newTree(units, accounts, composeForm{})
	if f.Branch != 0 {
		p := branchPart{Base: h.kit.Base(c, "写稿"), Name: "account", Nodes: t.leaves(f.Branch)}
		p.More = len(t.of[f.Branch]) - len(p.Nodes)
		return h.kit.Show(c, 200, "posts/edit#branch", p)
	}
	return h.kit.Show(c, 200, "posts/edit#found", foundPart{h.kit.Base(c, "写稿"), *t.found(f.Find)})
}

// ownField answers the script with the field for one account's wording.
func (h *pages) ownField(c *gin.Context) error {
	f, _, accounts, err := h.forAccounts(c)
	if err != nil {
		return err
	}
	a, err := accountNamed(accounts, f.Name)
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "posts/edit#own", ownPart{h.kit.Base(c, "写稿"), fieldOf(a, "")})
}

// accountNamed finds the account that a person typed.
func accountNamed(accounts []account.Account, name string) (account.Account, error) {
	if strings.TrimSpace(name) == "" {
		return account.Account{}, fault.Invalid("own", "请填写微博名称")
	}
	if a := show.AccountNamed(accounts, name); a != nil {
		return *a, nil
	}
	return account.Account{}, fault.Invalid("own", "没有找到账号“{.name}”，请写全名", "name", name)
}

// verb takes an act like "open.3" apart.
func (f composeForm) verb() (string, int64) {
	verb, rest, _ := strings.Cut(f.Act, ".")
	id, _ := strconv.ParseInt(rest, 10, 64)
	return verb, id
}

// reshapes tells whether the pressed button changes the form only: what scripts do in the page. Nothing is stored then.
func (f composeForm) reshapes() bool {
	verb, _ := f.verb()
	return slices.Contains([]string{"open", "all", "none", "find", "close", "pick", "own"}, verb)
}

// choose does what the buttons of the tree say: "all.ID" and "none.ID" take a unit with everything below it, "pick" what was found.
func (f *composeForm) choose(units []org.Unit, accounts []account.Account) {
	verb, id := f.verb()
	t := newTree(units, accounts, *f)
	var some []account.Account
	switch i := slices.IndexFunc(units, func(u org.Unit) bool { return u.ID == id }); {
	case verb == "pick" && f.Find != "":
		some = t.matching(f.Find)
	case (verb == "all" || verb == "none") && i >= 0:
		for _, a := range accounts {
			if strings.HasPrefix(a.UnitPath, units[i].Path) {
				some = append(some, a)
			}
		}
	}
	in := map[int64]bool{}
	for _, a := range some {
		in[a.ID] = t.may(a)
	}
	f.Accounts = slices.DeleteFunc(f.Accounts, func(id int64) bool { return in[id] })
	if verb == "none" {
		return
	}
	for _, a := range some {
		if in[a.ID] {
			f.Accounts = append(f.Accounts, a.ID)
		}
	}
}

// reshape shows the form changed by one of those buttons, with all that was typed.
func (h *pages) reshape(c *gin.Context, f composeForm, err error) error {
	failed := h.takePictures(c, &f)
	if err == nil {
		err = failed
	}
	if err == nil && f.Act == "own" {
		err = h.addOwn(c, &f)
	}
	p, perr := h.composePage(c, f)
	if perr != nil {
		return perr
	}
	p.Unsaved = true
	if err != nil {
		h.mark(&p, err)
		return h.kit.Refuse(c, err, "posts/edit", &p)
	}
	return h.kit.Show(c, 200, "posts/edit", p)
}

// addOwn gives the named account a field of its own. It must be one of the chosen.
func (h *pages) addOwn(c *gin.Context, f *composeForm) error {
	_, _, accounts, err := h.forAccounts(c)
	if err != nil {
		return err
	}
	a, err := accountNamed(accounts, f.Own)
	if err != nil {
		return err
	}
	if !slices.Contains(f.Accounts, a.ID) {
		return fault.Invalid("own", "还没有选 {.name}：请先在上面选中它", "name", a.At())
	}
	f.Variants[a.ID], _ = f.wording(a.ID)
	delete(f.Rest, a.ID)
	f.Own = ""
	return nil
}

func names(accounts []account.Account) []string {
	var out []string
	for _, a := range accounts {
		out = append(out, a.At())
	}
	return out
}

// variants are the fields of the chosen accounts that have a wording of their own, and the strictest limit of the common text.
func variants(accounts []account.Account, f composeForm) ([]variantField, int) {
	limit := 0
	chosen := map[int64]bool{}
	for _, id := range f.Accounts {
		chosen[id] = true
	}
	var out []variantField
	for _, a := range accounts {
		if !chosen[a.ID] {
			continue
		}
		own, _ := f.wording(a.ID)
		v := fieldOf(a, own)
		if strings.TrimSpace(own) == "" && (limit == 0 || v.Limit < limit) {
			limit = v.Limit
		}
		if _, ok := f.Variants[a.ID]; ok {
			out = append(out, v)
		}
	}
	if limit == 0 {
		limit = post.Ability(account.Commercial).MaxLength
	}
	return out, limit
}

func fieldOf(a account.Account, own string) variantField {
	return variantField{Account: a, Name: post.VariantField(a.ID), Text: own, Limit: post.Ability(a.Connector).MaxLength}
}
