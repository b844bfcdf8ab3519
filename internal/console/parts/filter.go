package parts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/account"
	"juzhen/internal/org"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Choosable is up to how many accounts a filter offers as a list. Beyond it the name is typed: who
// lists accounts for a filter need read only one more.
const Choosable = 100

// AccountOptions are the choices of a filter by account, none when they are too many to choose from.
func AccountOptions(accounts []account.Account) []page.Option {
	if len(accounts) > Choosable {
		return nil
	}

	out := []page.Option{{Text: "全部"}}
	for _, a := range accounts {
		out = append(out, page.Option{Value: fmt.Sprint(a.ID), Text: a.At(), Raw: true})
	}

	return out
}

// nobody is the id that no account has: what is filtered by it is empty.
const nobody = -1

// AccountAsked finds the account that a filter names by id, by its name on the platform with or without
// @, or by a part of it that no other account has. The id is 0 when nothing was asked, and one that no
// account has when it was not found; name is what the chip of the filter says.
func AccountAsked(accounts []account.Account, asked string) (id int64, name string) {
	asked = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(asked), "@"))
	if asked == "" {
		return 0, ""
	}
	wanted, _ := strconv.ParseInt(asked, 10, 64)
	var parts []account.Account

	for _, a := range accounts {
		handle := strings.ToLower(a.Handle)
		if a.ID == wanted || handle == asked {
			return a.ID, a.At()
		}
		if strings.Contains(handle, asked) {
			parts = append(parts, a)
		}
	}
	if len(parts) == 1 {
		return parts[0].ID, parts[0].At()
	}

	return nobody, asked
}

// AccountNamed finds the account that an act is about by its whole name on the platform with or without
// @, or by its id; nil when there is none. A part of a name is not enough: what is done to an account
// must not depend on which others there are.
func AccountNamed(accounts []account.Account, name string) *account.Account {
	name = strings.TrimPrefix(strings.TrimSpace(name), "@")
	for i, a := range accounts {
		if strings.EqualFold(a.Handle, name) {
			return &accounts[i]
		}
	}

	id, err := strconv.ParseInt(name, 10, 64)
	for i, a := range accounts {
		if err == nil && a.ID == id {
			return &accounts[i]
		}
	}

	return nil
}

// UnitOptions are units to choose from.
func UnitOptions(units []org.Unit) []page.Option {
	var out []page.Option
	for _, unit := range units {
		out = append(out, page.Option{Value: fmt.Sprint(unit.ID), Text: unit.Name, Raw: true})
	}

	return out
}

// UnitFilter is the choice of one of the units with all below it, or of all: the options, and the unit that
// is
// chosen. The zero unit is all, and where what is chosen is not among them.
func UnitFilter(units []org.Unit, chosen int64) (options []page.Option, unit org.Unit) {
	options = append([]page.Option{{Text: "全部"}}, UnitOptions(units)...)
	if i := slices.IndexFunc(units, func(one org.Unit) bool { return one.ID == chosen }); i >= 0 {
		unit = units[i]
	}

	return options, unit
}

// Labelled is a state, a kind or the like with its Chinese word.
type Labelled interface {
	~string
	Label() string
}

// LabelOptions are states or kinds to choose from.
func LabelOptions[L Labelled](all []L) (options []page.Option) {
	for _, one := range all {
		options = append(options, page.Option{Value: string(one), Text: one.Label()})
	}

	return options
}

// LabelFilter is LabelOptions with the choice of all of them first.
func LabelFilter[L Labelled](all []L) []page.Option {
	return append([]page.Option{{Text: "全部"}}, LabelOptions(all)...)
}

// Narrowing is what a list is narrowed to: it fills the query from the form of the filter and keeps a chip
// for each choice that is made.
type Narrowing struct {
	Chips []page.Chip
	c     *gin.Context
	base  page.Base
}

// Narrow begins with a list that is not narrowed.
func Narrow(c *gin.Context, base page.Base) *Narrowing { return &Narrowing{c: c, base: base} }

// Chip shows what was chosen under a key of the address.
func (n *Narrowing) Chip(name, value, key string) {
	n.Chips = append(n.Chips, page.Chip{Name: name, Value: value, Href: web.Link(n.c, key, "")})
}

// Unit narrows to one of the units with all below it, and gives the choice and the path; "" is all.
func (n *Narrowing) Unit(units []org.Unit, chosen int64) (options []page.Option, path string) {
	options, unit := UnitFilter(units, chosen)
	if unit.ID != 0 {
		n.Chip("单位", unit.Name, "unit")
	}

	return options, unit.Path
}

// Text narrows to what holds the words.
func (n *Narrowing) Text(words string) string {
	if words != "" {
		n.Chip("文字", words, "q")
	}

	return words
}

// Stated is a state or a kind that an address names.
type Stated interface {
	Labelled
	Valid() bool
}

// NarrowTo narrows to one of the states or kinds, and gives the choice and what was chosen; "" is all, and
// for what is none of them.
func NarrowTo[S Stated](n *Narrowing, name, key string, all []S, chosen S) (options []page.Option, one S) {
	if chosen.Valid() {
		n.Chip(name, n.base.T(chosen.Label()), key)
		one = chosen
	}

	return LabelFilter(all), one
}
