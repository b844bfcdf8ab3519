package todo

import (
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
)

// Tone is the weight of a matter, for icon and colour beside its words.
type Tone string

// The tones.
const (
	Danger  Tone = "danger"  // harm is done or near
	Warning Tone = "warning" // it will go wrong unless somebody acts
	Notice  Tone = "notice"  // work as usual
)

// Subject is the kind of thing that a matter is about, such as "delivery". Its owner names it.
type Subject string

// Matter is a reason for which something waits for a person: declared by the feature whose it is, in
// Chinese source texts. "{.name}" in Text is filled from the item's Args.
type Matter struct {
	Code       string // "noun.reason"; stored, and so never changed
	Kind       string // under which heading it stands
	Subject    Subject
	Permission access.Permission // who may deal with it
	Text       string
	Tone       Tone
	Act        string // what the person does next: the words of the link

	Notice notice.Kind // under which people are told of it; that of its heading when empty
}

// Declared are the matters of one feature.
type Declared struct{ list []Matter }

// Declare adds a matter and gives it back. It panics where it is not whole, or its code was declared before.
func (d *Declared) Declare(matter Matter) Matter {
	switch {
	case matter.Code == "" || matter.Subject == "" || matter.Text == "" || matter.Tone == "" ||
		matter.Act == "":
		panic(fmt.Sprintf("todo: the matter %q is not whole", matter.Code))
	case !matter.Permission.Valid() || !isKind(matter.Kind):
		panic(fmt.Sprintf("todo: the matter %s has no permission or kind", matter.Code))
	}
	d.list = Join(d.list, []Matter{matter})

	return matter
}

// All lists the matters in the order in which they were declared.
func (d *Declared) All() []Matter { return slices.Clone(d.list) }

// Join puts the matters of several features together. It panics where two have one code.
func Join(lists ...[]Matter) (all []Matter) {
	for _, matter := range slices.Concat(lists...) {
		if slices.ContainsFunc(all, func(o Matter) bool { return o.Code == matter.Code }) {
			panic(fmt.Sprintf("todo: the matter %s is declared twice", matter.Code))
		}
		all = append(all, matter)
	}

	return all
}

// Pages say where matters are dealt with, as addresses within the console in which "%d" is the
// subject's number: by the code of a matter, else by its subject. The faces declare them.
type Pages map[string]string

// Page says where what is about a subject is dealt with.
func (p Pages) Page(subject Subject, address string) Pages { return p.add(string(subject), address) }

// PageOf says where one matter is dealt with, when that is not the page of its subject.
func (p Pages) PageOf(code, address string) Pages { return p.add(code, address) }

func (p Pages) add(key, address string) Pages {
	if _, twice := p[key]; twice {
		panic(fmt.Sprintf("todo: two pages for %s", key))
	}
	p[key] = address

	return p
}

// JoinPages puts the pages of several faces together. It panics where two deal with one thing.
func JoinPages(lists ...Pages) Pages {
	all := Pages{}

	for _, list := range lists {
		for key, address := range list {
			all.add(key, address)
		}
	}

	return all
}

// of is the address at which a matter is dealt with; the list itself where no face deals with it.
func (p Pages) of(code string, subject Subject, id int64) string {
	address, ok := p[code]
	if !ok {
		address, ok = p[string(subject)]
	}

	switch {
	case !ok:
		return "/todo"
	case strings.Contains(address, "%d"):
		return fmt.Sprintf(address, id)
	}

	return address
}

// general stands for a reason this version has no words for, such as one left by a newer one.
var general = Matter{Text: i18n.N("有一件事需要处理（{.code}）"), Tone: Warning, Act: i18n.N("查看|动词")}

// matterOf finds the words of a code: its own, else those of the longest prefix, so that
// "delivery.problem.token" reads like "delivery.problem" until it gets words of its own.
func (s *Service) matterOf(code string) Matter {
	for c := code; c != ""; {
		if i := slices.IndexFunc(s.matters, func(matter Matter) bool { return matter.Code == c }); i >= 0 {
			return s.matters[i]
		}
		i := strings.LastIndexByte(c, '.')
		if i < 0 {
			break
		}
		c = c[:i]
	}

	return general
}

// Text is the Chinese source text of the matter, to be translated with Pairs.
func (o Open) Text() string { return o.Matter.Text }

// Tone is the weight of the matter.
func (o Open) Tone() Tone { return o.Matter.Tone }

// Act names what the person does next: the words of the link.
func (o Open) Act() string { return o.Matter.Act }

// Pairs gives Args as names and values in turn, as a printer takes them; the reason and what is asked
// are source texts with parameters of their own.
func (o Open) Pairs() []any {
	return append([]any{"code", o.Code}, i18n.Pairs(o.Args, "reason", "what", "role")...)
}
