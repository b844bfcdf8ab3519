package parts

import (
	"fmt"
	"strconv"
	"strings"

	"juzhen/internal/account"
	"juzhen/internal/org"
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
