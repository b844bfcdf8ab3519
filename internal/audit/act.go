package audit

import (
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/i18n"
)

// Act is a kind of act that is recorded, and the Chinese name under which a person reads it. The
// feature whose act it is declares it.
type Act struct{ Code, Text string } // Code is "noun.verb", such as "post.approve"

// Declared are the acts of one feature.
type Declared struct{ list []Act }

// Declare adds an act and gives it back. It panics where the feature has declared its code before.
func (a *Declared) Declare(code, text string) Act {
	act := Act{code, text}
	a.list = Join(a.list, []Act{act})
	return act
}

// All lists the acts in the order in which they were declared.
func (a *Declared) All() []Act { return slices.Clone(a.list) }

// Join puts the acts of several features together, in the order in which the filter offers them. It
// panics where two have one code: the trail could not tell them apart.
func Join(lists ...[]Act) (all []Act) {
	for _, act := range slices.Concat(lists...) {
		if slices.ContainsFunc(all, func(a Act) bool { return a.Code == act.Code }) {
			panic(fmt.Sprintf("audit: the act %s is declared twice", act.Code))
		}
		all = append(all, act)
	}

	return all
}

// Acts lists the acts that are recorded, for a filter.
func (s *Service) Acts() []Act { return slices.Clone(s.acts) }

// Label is the Chinese name of an act; a code without a name, left by a newer version, is given back as
// it is.
func (s *Service) Label(code string) string {
	if i := slices.IndexFunc(s.acts, func(act Act) bool { return act.Code == code }); i >= 0 {
		return s.acts[i].Text
	}

	return code
}

// Subject is a kind of thing that entries are about. The feature whose thing it is declares it.
type Subject struct {
	Type string // as Entry.Subject begins: "post" of "post/12"
	Text string // the Chinese name of the kind
	// a query of one value: what the thing with the id e.number is called today. None: kind and number
	// are all that is said.
	NameSQL string
	// some come with the program, with names that are texts of the catalogue
	Shipped bool
}

// own are the things of the trail itself: the trail, which is exported.
var own = []Subject{{Type: "audit", Text: i18n.N("审计日志")}}

// Naming lets lists say what the things are called today; without it they say kind and number alone. It
// panics where a kind has no name or is declared twice.
func (s *Service) Naming(lists ...[]Subject) *Service {
	var b strings.Builder

	b.WriteString("CASE e.subject_type")
	s.subjects = nil

	for _, subject := range slices.Concat(slices.Concat(lists...), own) {
		if subject.Text == "" || s.SubjectText(subject.Type) != "" {
			panic(fmt.Sprintf("audit: the subject %s has no name or is declared twice", subject.Type))
		}
		s.subjects = append(s.subjects, subject)
		if subject.NameSQL != "" {
			fmt.Fprintf(&b, "\n\tWHEN '%s' THEN (%s)", subject.Type, subject.NameSQL)
		}
	}
	b.WriteString(" END")
	s.nameSQL = b.String()

	return s
}

// Subjects lists the kinds of things that entries are about, for a filter.
func (s *Service) Subjects() []Subject { return slices.Clone(s.subjects) }

// SubjectText is the Chinese name of a kind of thing; "" for one that nobody declared.
func (s *Service) SubjectText(kind string) string { return s.subject(kind).Text }

// Ships tells whether things of a kind may come with the program. Their names are then said in the language
// of the reader.
func (s *Service) Ships(kind string) bool { return s.subject(kind).Shipped }

func (s *Service) subject(kind string) Subject {
	if i := slices.IndexFunc(s.subjects, func(subject Subject) bool { return subject.Type == kind }); i >= 0 {
		return s.subjects[i]
	}

	return Subject{}
}
