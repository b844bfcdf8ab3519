// Package column keeps the columns (栏目) to which posts belong: a list that each unit may lengthen for
// itself and all below it. It knows no post and no review.
package column

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
)

// Limits of the list: letters of a name, and columns that one unit keeps.
const (
	MaxName = 20
	maxOwn  = 100
)

// Column is one entry of the list. It holds for the unit at UnitPath and for all below.
type Column struct {
	ID       int64
	UnitID   int64 // the root's where the column was shipped
	UnitName string
	UnitPath string
	Name     string
	Active   bool // may be chosen for what is written
	Position int
}

// Ref names the column in the audit trail.
func (c Column) Ref() string { return "column/" + strconv.FormatInt(c.ID, 10) }

// HoldsFor tells whether posts of the unit at path may have this column.
func (c Column) HoldsFor(path string) bool { return strings.HasPrefix(path, c.UnitPath) }

// Change is what is to become of a column. Nil: as it is.
type Change struct {
	Name   *string
	Active *bool
}

// checkName looks at a name as it is typed.
func checkName(name string) error {
	switch {
	case name == "":
		return fault.Invalid("name", "请填写栏目名称")
	case utf8.RuneCountInString(name) > MaxName:
		return fault.Invalid("name", "栏目名称最多 {.max} 字", "max", MaxName)
	case len(glyph.Find(name)) > 0 || strings.ContainsAny(name, "\n\r\t#"):
		return fault.Invalid("name", "栏目名称中有看不见的字符、换行或 #，请去掉")
	}

	return nil
}

// checkFree refuses a name that nobody could tell from that of another column in the same line of
// units: both would stand in one list.
func checkFree(others []Column, self int64, name string) error {
	for _, other := range others {
		if other.ID != self && glyph.Fold(other.Name) == glyph.Fold(name) {
			return fault.Invalid("name", "{.unit}已有同名栏目", "unit", other.UnitName)
		}
	}

	return nil
}
