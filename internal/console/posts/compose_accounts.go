package posts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pinyin"
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
	mostAsked  = 20  // accounts listed for a part of a name
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
	Of     int64  `form:"of"`
}

// forAccounts reads the question and what may be chosen.
func (h *pages) forAccounts(
	c *gin.Context,
) (form accountsForm, units []org.Unit, accounts []account.Account, err error) {
	if err = web.Bind(c, &form); err != nil {
		return form, nil, nil, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if units, err = h.Units.Within(ctx, actor, access.PostWrite); err == nil {
		accounts, err = h.choosable(ctx, actor, units, form.Unit)
	}

	return form, units, accounts, err
}

// accounts answers the script: the accounts of one unit, or those a search finds.
func (h *pages) accounts(c *gin.Context) error {
	form, units, accounts, err := h.forAccounts(c)
	if err != nil {
		return err
	}
	tree := newTree(units, accounts, composeForm{})
	if form.Branch != 0 {
		p := branchPart{Base: h.kit.Base(c, "写稿"), Name: "account", Nodes: tree.leaves(form.Branch)}
		p.More = len(tree.of[form.Branch]) - len(p.Nodes)
		return h.kit.Show(c, 200, "posts/edit#branch", p)
	}

	found := foundPart{h.kit.Base(c, "写稿"), *tree.found(form.Find)}

	return h.kit.Show(c, 200, "posts/edit#accounts-found", found)
}

// ownField answers the script with the field for one account's wording.
func (h *pages) ownField(c *gin.Context) error {
	form, _, accounts, err := h.forAccounts(c)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(accounts, func(a account.Account) bool { return a.ID == form.Of }); i >= 0 {
		return h.kit.Show(c, 200, "posts/edit#own", ownPart{h.kit.Base(c, "写稿"), fieldOf(accounts[i], "")})
	}

	return fault.Invalid("own", "没有找到账号，或不在您可选的范围内")
}

// verb takes an act like "open.3" apart.
func (f composeForm) verb() (string, int64) {
	verb, rest, _ := strings.Cut(f.Act, ".")
	id, _ := strconv.ParseInt(rest, 10, 64)
	return verb, id
}

// reshapes tells whether the pressed button changes the form only: what scripts do in the page. Nothing
// is stored then.
func (f composeForm) reshapes() bool {
	verb, _ := f.verb()

	return slices.Contains([]string{
		"open", "all", "none", "find", "close", "pick", "own", "look", "unit",
		"group", "keepgroup", "dropgroup", "last",
	}, verb)
}

// choose does what the buttons of the tree say: "all.ID" and "none.ID" take a unit with everything
// below it, "pick" what was found.
func (f *composeForm) choose(units []org.Unit, accounts []account.Account) {
	verb, id := f.verb()
	tree := newTree(units, accounts, *f)
	var some []account.Account

	switch i := slices.IndexFunc(units, func(unit org.Unit) bool { return unit.ID == id }); {
	case verb == "pick" && f.Find != "":
		some = tree.matching(f.Find)
	case (verb == "all" || verb == "none") && i >= 0:
		for _, a := range accounts {
			if strings.HasPrefix(a.UnitPath, units[i].Path) {
				some = append(some, a)
			}
		}
	}

	in := map[int64]bool{}
	for _, a := range some {
		in[a.ID] = tree.may(a)
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

// reshape shows the form changed by one of those buttons, with all that was typed. A script gets the
// part it asked for.
func (h *pages) reshape(c *gin.Context, form composeForm, err error) error {
	failed := h.takePictures(c, &form)
	if err == nil {
		err = failed
	}

	verb, _ := form.verb()
	if web.IsFragment(c) && (verb == "own" || verb == "look") {
		return h.ownAnswer(c, form, err)
	}

	for _, act := range []func(*gin.Context, *composeForm) error{h.askOwn, h.keepGroup, h.asLast} {
		if err == nil {
			err = act(c, &form)
		}
	}
	page, perr := h.composePage(c, form)
	if perr != nil {
		return perr
	}
	page.Unsaved = true
	part := ""
	if web.IsFragment(c) && slices.Contains(moving, verb) {
		part = "#moved"
	}
	if err != nil {
		h.mark(&page, err)
		return h.kit.Refuse(c, err, "posts/edit"+part, &page)
	}

	return h.kit.Show(c, 200, "posts/edit"+part, page)
}

// ownAnswer answers the script that looks for an account by a part of its name: no more is read than the
// accounts, since it asks at every key.
func (h *pages) ownAnswer(c *gin.Context, form composeForm, err error) error {
	p := composePage{Base: h.kit.Base(c, "写稿"), Form: form}
	_, _, accounts, failed := h.forAccounts(c)
	if failed != nil {
		return failed
	}
	p.Form.settle(accounts)
	if err == nil {
		err = p.Form.ownOf(accounts)
	}
	p.lookForOwn(accounts)
	p.Variants, p.MaxLength = variants(accounts, p.Form)
	if err != nil {
		h.mark(&p, err)
		return h.kit.Refuse(c, err, "posts/edit#own-answer", &p)
	}

	return h.kit.Show(c, 200, "posts/edit#own-answer", p)
}

// moving are the acts that a script answers by taking over what they may change of the form.
var moving = []string{"unit", "group", "keepgroup", "dropgroup", "last"}

// askOwn gives a field of its own to the account whose button was pressed ("own.ID"), or whose name
// holds what was typed ("own"). It must be one of the chosen. "look" only lists them: somebody is
// typing still.
func (h *pages) askOwn(c *gin.Context, form *composeForm) error {
	if verb, _ := form.verb(); verb != "own" && verb != "look" {
		return nil
	}
	_, _, accounts, err := h.forAccounts(c)
	if err != nil {
		return err
	}

	return form.ownOf(accounts)
}

// ownOf gives the field to one of these accounts.
func (f *composeForm) ownOf(accounts []account.Account) (err error) {
	verb, id := f.verb()
	if id == 0 {
		if id, err = f.ownNamed(accounts); err != nil || id == 0 || verb == "look" {
			return err
		}
	}

	i := slices.IndexFunc(accounts, func(a account.Account) bool { return a.ID == id })
	switch {
	case i < 0:
		return fault.Invalid("own", "没有找到账号“{.name}”，请换一部分名称再找", "name", f.Own)
	case !slices.Contains(f.Accounts, id):
		return fault.Invalid("own", "还没有选 {.name}：请先在上面选中它", "name", accounts[i].At())
	}
	f.Variants[id], _ = f.wording(id)
	delete(f.Rest, id)
	f.Own, f.opened = "", id

	return nil
}

// ownNamed finds the one chosen account that is meant by a whole name or any part of it; 0 when several
// are, or when nothing was asked for yet.
func (f composeForm) ownNamed(accounts []account.Account) (int64, error) {
	if strings.TrimSpace(f.Own) == "" {
		if f.Act == "look" {
			return 0, nil
		}

		return 0, fault.Invalid("own", "请填写微博名称，一部分也可以")
	}
	whole := strings.TrimPrefix(strings.TrimSpace(f.Own), "@")
	if i := slices.IndexFunc(
		accounts,
		func(a account.Account) bool { return strings.EqualFold(a.Handle, whole) },
	); i >= 0 {
		return accounts[i].ID, nil
	}
	named := withName(accounts, f.Own)

	chosen := f.chosenOf(named)
	switch {
	case len(chosen) == 1:
		return chosen[0].ID, nil
	case len(chosen) > 1:
		return 0, nil
	case len(named) == 1:
		return 0, fault.Invalid("own", "还没有选 {.name}：请先在上面选中它", "name", named[0].At())
	case len(named) > 1:
		return 0, fault.Invalid(
			"own",
			"名称含“{.name}”的 {.n} 个账号都还没有选，请先在上面选中",
			"name",
			strings.TrimSpace(f.Own),
			"n",
			len(named),
		)
	}
	if a := parts.AccountNamed(accounts, f.Own); a != nil { // its number, where no name has it
		return a.ID, nil
	}

	return 0, fault.Invalid("own", "没有找到账号“{.name}”，请换一部分名称再找", "name", strings.TrimSpace(f.Own))
}

// chosenOf leaves those of the accounts that are chosen.
func (f composeForm) chosenOf(accounts []account.Account) []account.Account {
	chosen := make(map[int64]bool, len(f.Accounts))
	for _, id := range f.Accounts {
		chosen[id] = true
	}

	return slices.DeleteFunc(slices.Clone(accounts), func(a account.Account) bool { return !chosen[a.ID] })
}

// withName are the accounts whose name on the platform or in the console holds the words.
func withName(accounts []account.Account, words string) []account.Account {
	words = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(words), "@"))

	return slices.DeleteFunc(slices.Clone(accounts), func(a account.Account) bool {
		return !strings.Contains(strings.ToLower(a.Handle+"\n"+a.DisplayName), words) &&
			!pinyin.Match(a.DisplayName, words) && !pinyin.Match(a.Handle, words)
	})
}

// lookForOwn lists the chosen accounts that a part of a name may mean.
func (p *composePage) lookForOwn(accounts []account.Account) {
	if verb, _ := p.Form.verb(); verb != "own" && verb != "look" || strings.TrimSpace(p.Form.Own) == "" {
		return
	}
	found := p.Form.chosenOf(withName(accounts, p.Form.Own))
	p.Matching, p.Matches = len(found), found[:min(len(found), mostAsked)]
}

// variants are the fields of the chosen accounts that have a wording of their own, and the strictest
// limit of the common text.
func variants(accounts []account.Account, form composeForm) ([]variantField, int) {
	limit := 0

	chosen := map[int64]bool{}
	for _, id := range form.Accounts {
		chosen[id] = true
	}
	var out []variantField

	for _, a := range accounts {
		if !chosen[a.ID] {
			continue
		}
		own, _ := form.wording(a.ID)
		v := fieldOf(a, own)
		if strings.TrimSpace(own) == "" && (limit == 0 || v.Limit < limit) {
			limit = v.Limit
		}
		if _, ok := form.Variants[a.ID]; ok {
			v.Focus = a.ID == form.opened
			out = append(out, v)
		}
	}
	if limit == 0 {
		limit = post.Ability(account.Commercial).MaxLength
	}

	return out, limit
}

func fieldOf(a account.Account, own string) variantField {
	return variantField{
		Account: a,
		Name:    post.VariantField(a.ID),
		Text:    own,
		Limit:   post.Ability(a.Connector).MaxLength,
	}
}
