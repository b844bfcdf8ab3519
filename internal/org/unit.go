// Package org holds the tree of units: bureau, centres, districts, departments. It does not know who
// belongs to a unit or what a unit owns; others point at it.
package org

import (
	"fmt"
	"strconv"
	"strings"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// Kind says what sort of body a unit is. It has no effect on rights.
type Kind string

// The kinds of units.
const (
	Bureau     Kind = "bureau"
	Centre     Kind = "centre"
	District   Kind = "district"
	Zone       Kind = "zone"
	Department Kind = "department"
)

// Kinds lists the kinds in the order in which a form offers them.
func Kinds() []Kind { return []Kind{Bureau, Centre, District, Zone, Department} }

// Label is the Chinese name of the kind, empty for an unknown one.
func (k Kind) Label() string {
	return map[Kind]string{
		Bureau:     i18n.N("局机关"),
		Centre:     i18n.N("直属单位"),
		District:   i18n.N("区局"),
		Zone:       i18n.N("开发区"),
		Department: i18n.N("处室"),
	}[k]
}

// Unit is one node of the tree. Path is the way from the root by number, such as "/1/4/": a subtree is
// one prefix.
type Unit struct {
	ID       int64
	ParentID int64 // 0: the root
	Name     string
	Kind     Kind
	Path     string
	Position int
}

// Depth is the number of units above.
func (u Unit) Depth() int { return strings.Count(u.Path, "/") - 2 }

// Ref is the unit as the audit trail names it.
func (u Unit) Ref() string { return fmt.Sprintf("unit/%d", u.ID) }

// IDOf gives the number of the unit a path ends in. It fails on anything that is not a path.
func IDOf(path string) (int64, error) {
	trimmed, ok := strings.CutSuffix(path, "/")
	i := strings.LastIndexByte(trimmed, '/')
	if !ok || i < 0 {
		return 0, fmt.Errorf("unit path %q is malformed", path)
	}
	id, err := strconv.ParseInt(trimmed[i+1:], 10, 64)
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("unit path %q is malformed", path)
	}

	return id, nil
}

// nameLimit is in characters: longer names do not fit the navigation.
const nameLimit = 40

// check tells what is wrong with a name and a kind, as faults at the fields of a form.
func check(name string, kind Kind) error {
	var fields fault.Fields

	switch n := glyph.Count(name); {
	case n == 0:
		fields.Add(fault.Invalid("name", "请填写单位名称"))
	case n > nameLimit:
		fields.Add(fault.Invalid("name", "单位名称不能超过 {.max} 个字", "max", nameLimit))
	}
	if kind.Label() == "" {
		fields.Add(fault.Invalid("kind", "请选择单位类别"))
	}

	return fields.Err()
}

// canMove tells whether u may be put below parent.
func canMove(u, parent Unit) error {
	switch {
	case strings.HasPrefix(parent.Path, u.Path):
		return fault.Invalid("parent", "不能移到本单位自己或其下级之下")
	case u.ParentID == parent.ID:
		return fault.Invalid("parent", "该单位已在此上级之下")
	}

	return nil
}
