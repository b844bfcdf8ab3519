package parts

import (
	"slices"
	"strconv"

	"juzhen/internal/account"
	"juzhen/internal/org"
	"juzhen/internal/web/page"
)

// AccountPicker is the tree of units with accounts to choose under the field "account", whole in the
// page; those that are not live cannot be chosen.
func AccountPicker(label string, units []org.Unit, accounts []account.Account, chosen []int64) page.Picker {
	p := page.Picker{Name: "account", Label: label}
	leaves := map[int64][]page.Node{}

	for _, one := range accounts {
		node := page.Node{
			Name: one.DisplayName, Note: one.At(), Value: strconv.FormatInt(one.ID, 10),
			Checked: slices.Contains(chosen, one.ID),
		}
		if one.State != account.Live {
			node.Disabled = "账号不在运行中"
		}
		if node.Checked {
			p.Chosen++
		}
		leaves[one.UnitID] = append(leaves[one.UnitID], node)
	}
	below, known := map[int64][]org.Unit{}, map[int64]bool{}

	for _, unit := range units {
		below[unit.ParentID] = append(below[unit.ParentID], unit)
		known[unit.ID] = true
	}
	var branch func(unit org.Unit) page.Node

	branch = func(unit org.Unit) page.Node {
		node := page.Node{Name: unit.Name, ID: unit.ID, Open: true, Children: leaves[unit.ID]}

		for _, child := range below[unit.ID] {
			if inside := branch(child); inside.IsBranch() {
				node.Children = append(node.Children, inside)
			}
		}

		return node
	}

	for _, unit := range units {
		if known[unit.ParentID] {
			continue
		}
		if root := branch(unit); root.IsBranch() {
			p.Roots = append(p.Roots, root)
		}
	}

	return p
}
