// Package view keeps filters of the console's lists under a name, for a person or for a unit. It knows which
// lists there are and what each can be filtered by only from the faces that declare them, and it opens no
// right: what a view shows is what the reader's own rights allow at the list.
package view

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// maxValue bounds what one field of a filter holds, in code points.
const maxValue = 100

// List is a list of the console whose filter can be kept. The face that shows it declares it.
type List struct {
	Key   string // "posts"
	Name  string // Chinese source text
	Path  string // of its page
	Needs access.Permission
	Form  any // what the page reads its address into
	Keeps []Param
}

// Param is a field of a filter, by its name in the address.
type Param struct {
	Name  string
	kind  string
	among []string
}

// The kinds of values that a field may have.
const (
	kindText  = "text"
	kindID    = "id"
	kindDay   = "day"
	kindFlag  = "flag"
	kindAmong = "among"
)

// Text is a field of words.
func Text(name string) Param { return Param{Name: name, kind: kindText} }

// ID is a field that names one of the things by its number.
func ID(name string) Param { return Param{Name: name, kind: kindID} }

// Day is a field with a day, such as 2026-11-30.
func Day(name string) Param { return Param{Name: name, kind: kindDay} }

// Flag is a field that is there or not.
func Flag(name string) Param { return Param{Name: name, kind: kindFlag} }

// Among is a field with one of several values, such as a state.
func Among[V ~string](name string, values ...V) Param {
	param := Param{Name: name, kind: kindAmong}

	for _, value := range values {
		param.among = append(param.among, string(value))
	}

	return param
}

// holds tells whether the field may have the value.
func (p Param) holds(value string) bool {
	switch p.kind {
	case kindID:
		id, err := strconv.ParseInt(value, 10, 64)
		return err == nil && id > 0
	case kindDay:
		_, err := instant.Parse(value, time.DateOnly)
		return err == nil
	case kindFlag:
		return value == "1"
	case kindAmong:
		return slices.Contains(p.among, value)
	}

	return utf8.ValidString(value) && utf8.RuneCountInString(value) <= maxValue &&
		!slices.ContainsFunc([]rune(value), unicode.IsControl)
}

// Lists are all lists whose filter can be kept.
type Lists []List

// Join puts the lists of several faces together. It panics where two have one key or one address, and for a
// field that the page of the list does not read.
func Join(declared ...[]List) (all Lists) {
	for _, list := range slices.Concat(declared...) {
		if slices.ContainsFunc(all, func(l List) bool { return l.Key == list.Key || l.Path == list.Path }) {
			panic(fmt.Sprintf("view: the list %s at %s is declared twice", list.Key, list.Path))
		}
		if list.Key == "" || list.Name == "" || list.Path == "" || list.Needs == "" || len(list.Keeps) == 0 {
			panic(fmt.Sprintf("view: the list %q is not whole", list.Key))
		}

		for _, param := range list.Keeps {
			if !reads(list.Form, param.Name) {
				panic(fmt.Sprintf("view: the page of %s reads no %q", list.Key, param.Name))
			}
		}
		all = append(all, list)
	}

	return all
}

// reads tells whether a form has a field with the name in an address.
func reads(form any, name string) bool {
	fields := reflect.TypeOf(form)

	for i := range fields.NumField() {
		if fields.Field(i).Tag.Get("form") == name {
			return true
		}
	}

	return false
}

// Of finds a list by its key.
func (l Lists) Of(key string) (List, bool) {
	return l.find(func(list List) bool { return list.Key == key })
}

// At finds a list by the address of its page.
func (l Lists) At(path string) (List, bool) {
	return l.find(func(list List) bool { return list.Path == path })
}

func (l Lists) find(is func(List) bool) (List, bool) {
	if i := slices.IndexFunc(l, is); i >= 0 {
		return l[i], true
	}

	return List{}, false
}

// Filter is what a query narrows the list by: what else an address may hold, such as the page of the list, is
// no part of it, and neither is a value that the list does not know.
func (l List) Filter(query url.Values) url.Values {
	filter := url.Values{}

	for _, param := range l.Keeps {
		if value := query.Get(param.Name); value != "" && param.holds(value) {
			filter.Set(param.Name, value)
		}
	}

	return filter
}

// check fails for a filter that the list could not have.
func (l List) check(filter url.Values) error {
	if len(filter) == 0 {
		return fault.Invalid("filter", "请先按条件筛选，再保存")
	}

	for name, values := range filter {
		i := slices.IndexFunc(l.Keeps, func(param Param) bool { return param.Name == name })
		if i < 0 || len(values) != 1 || values[0] == "" || !l.Keeps[i].holds(values[0]) {
			return fault.Invalid("filter", "这个列表没有“{.name}”这样的条件，或条件的值不对", "name", shown(name))
		}
	}

	return nil
}

// shown is a name that somebody else made up, as it may stand in a sentence.
func shown(name string) string {
	if !utf8.ValidString(name) {
		return "?"
	}
	letters := []rune(name)

	return string(letters[:min(len(letters), 20)])
}

// Address is where the list shows what the filter leaves.
func (l List) Address(filter url.Values) string { return l.Path + "?" + filter.Encode() }
