package posts

import (
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/account"
	"juzhen/internal/org"
	"juzhen/internal/pinyin"
	"juzhen/internal/web/page"
)

// tree is the units with their accounts, and what is chosen of them.
type tree struct {
	units  []org.Unit
	below  map[int64][]org.Unit
	of     map[int64][]account.Account
	all    []account.Account
	chosen map[int64]bool
	shown  map[int64]bool // stand in the page as boxes
	own    map[int64]bool // have a wording of their own
	long   bool
	open   int64 // a unit that is opened without scripts
}

func newTree(units []org.Unit, accounts []account.Account, form composeForm) *tree {
	t := &tree{
		units:  units,
		below:  map[int64][]org.Unit{},
		of:     map[int64][]account.Account{},
		all:    accounts,
		chosen: map[int64]bool{},
		shown:  map[int64]bool{},
		own:    map[int64]bool{},
		long:   len(accounts) > wholeTree,
	}
	for _, unit := range units {
		t.below[unit.ParentID] = append(t.below[unit.ParentID], unit)
	}

	wanted := map[int64]bool{}
	for _, id := range form.Accounts {
		wanted[id] = true
	}

	for _, a := range accounts {
		t.of[a.UnitID] = append(t.of[a.UnitID], a)
		if wanted[a.ID] {
			t.chosen[a.ID] = true
		}
		if words, _ := form.wording(a.ID); strings.TrimSpace(words) != "" {
			t.own[a.ID] = true
		}
	}
	if verb, id := form.verb(); verb == "open" {
		t.open = id
	}

	return t
}

// picker is the tree of units with their accounts. A unit without accounts below is left out.
func picker(units []org.Unit, accounts []account.Account, form composeForm) page.Picker {
	p := page.Picker{Name: "account", Label: "发布账号", Help: "公开接口的账号只能带一张图片，正文须有安全域名内的链接；人工发布的账号到时由值班人员发布。"}
	tree := newTree(units, accounts, form)

	inTree := map[int64]bool{}
	for _, unit := range units {
		inTree[unit.ID] = true
	}
	if tree.long {
		p.Source, p.Find = accountsPath(form.Unit), form.Find
	}
	if verb, _ := form.verb(); tree.long && form.Find != "" && (verb == "find" || verb == "pick") {
		p.Found = tree.found(form.Find)
	}

	for _, unit := range units {
		if !inTree[unit.ParentID] {
			if node, ok := tree.branch(unit, p.Found != nil); ok {
				node.Open = true
				p.Roots = append(p.Roots, node)
			}
		}
	}
	p.Chosen = len(tree.chosen)
	p.Picked = tree.hidden()

	return p
}

// hidden are the chosen accounts without a box.
func (t *tree) hidden() string {
	var ids []int64

	for id := range t.chosen {
		if !t.shown[id] {
			ids = append(ids, id)
		}
	}

	return page.WriteIDs(ids)
}

// branch is a unit with what is below it. closed keeps the accounts out of the page: they are in what
// was found.
func (t *tree) branch(unit org.Unit, closed bool) (page.Node, bool) {
	node := page.Node{Name: unit.Name, ID: unit.ID}
	here := t.of[unit.ID]
	if t.long {
		node.IDs = t.ids(here)
	}
	if !t.long || unit.ID == t.open && !closed {
		node.Children = t.leaves(unit.ID)
	}
	node.Leaves = len(here) - len(node.Children)
	node.Later = node.Leaves > 0 && len(node.Children) == 0

	for _, account := range here {
		if t.chosen[account.ID] {
			node.On++
		}
	}

	for _, child := range t.below[unit.ID] {
		if below, ok := t.branch(child, closed); ok {
			node.Children, node.On = append(node.Children, below), node.On+below.On
		}
	}
	node.Open = unit.ID == t.open ||
		slices.ContainsFunc(node.Children, func(c page.Node) bool { return c.Open || c.Checked && !t.long })

	return node, node.IsBranch()
}

// leaves are the boxes of a unit's own accounts.
func (t *tree) leaves(unit int64) []page.Node {
	var out []page.Node
	for _, account := range t.of[unit] {
		if t.long && len(out) == mostLeaves {
			break
		}
		out = append(out, t.leaf(account))
	}

	return out
}

func (t *tree) leaf(a account.Account) page.Node {
	t.shown[a.ID] = true
	node := page.Node{
		Name:    a.At(),
		Note:    a.Connector.Label(),
		Value:   fmt.Sprint(a.ID),
		Checked: t.chosen[a.ID],
	}
	if !t.may(a) {
		node.Disabled = a.State.Label()
		return node
	}
	if !t.long {
		node.Keys = pinyin.Keys(a.Handle)
	}
	node.Own, node.Worded = fmt.Sprint(a.ID), t.own[a.ID]

	return node
}

// may tells whether the account can be chosen, or dropped again.
func (t *tree) may(a account.Account) bool { return a.State == account.Live || t.chosen[a.ID] }

// ids are those that can be chosen of some accounts.
func (t *tree) ids(accounts []account.Account) string {
	var out []int64

	for _, a := range accounts {
		if t.may(a) {
			out = append(out, a.ID)
		}
	}

	return page.WriteIDs(out)
}

// found searches names and units.
func (t *tree) found(words string) *page.PickerFound {
	match := t.matching(words)

	out := &page.PickerFound{Name: "account", Find: words, All: len(match), IDs: t.ids(match)}
	for _, account := range match[:min(len(match), mostFound)] {
		node := t.leaf(account)
		node.Note = account.UnitName
		out.Nodes = append(out.Nodes, node)
	}

	return out
}

func (t *tree) matching(words string) []account.Account {
	words = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(words), "@"))
	var out []account.Account

	for _, a := range t.all {
		if strings.Contains(strings.ToLower(a.Handle+"\n"+a.DisplayName+"\n"+a.UnitName), words) ||
			pinyin.Match(a.DisplayName, words) || pinyin.Match(a.Handle, words) {
			out = append(out, a)
		}
	}

	return out
}
