// Package report keeps the reports that people file: figures of a period and a subtree as they were when the
// report was made, words that are edited until two people have signed, a number, and files of all that.
// A report is a Chinese document whatever language its reader uses the console in. It computes no figure of
// its own: reach, inspect and faultbook say what they say on their pages.
package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// Kind is what a report is about.
type Kind string

// The kinds.
const (
	Quarter    Kind = "quarter"    // what a unit reports of its own accounts
	League     Kind = "league"     // accounts by a figure, for internal use
	Inspection Kind = "inspection" // what the rules of inspections say
	Account    Kind = "account"    // one account
)

// Kinds lists the kinds in the order in which they are offered.
func Kinds() []Kind { return []Kind{Quarter, League, Inspection, Account} }

// Valid tells whether k is one of the kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Label is the Chinese name of the kind.
func (k Kind) Label() string {
	return map[Kind]string{
		Quarter:    "季度自查报告",
		League:     "账号月度榜（内部参考）",
		Inspection: "检查结果",
		Account:    "账号报告",
	}[k]
}

// sign begins the numbers of a kind.
func (k Kind) sign() string {
	return map[Kind]string{Quarter: "自查", League: "月榜", Inspection: "检查", Account: "账号"}[k]
}

// State is where a report stands.
type State string

// The states.
const (
	Draft   State = "draft"   // its words are edited
	Signing State = "signing" // one person has signed
	Signed  State = "signed"  // two have: nothing changes any more
)

// States lists the states in the order of a report's life.
func States() []State { return []State{Draft, Signing, Signed} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{Draft: "起草中", Signing: "待第二人签发", Signed: "已签发"}[s]
}

// Bounds of a report.
const (
	MaxAccounts = 2000 // accounts of one
	MaxTitle    = 80   // signs
	MaxWords    = 4000 // signs of one place
)

// Report is a report without its figures.
type Report struct {
	ID          int64
	Kind        Kind
	UnitID      int64
	UnitName    string
	UnitPath    string
	Subtree     bool // the unit with all below it
	AccountID   *int64
	Handle      string
	FromDay     time.Time
	ToDay       time.Time // the last day
	Hash        []byte    // SHA-256 of the figures as they are kept
	Title       string
	State       State
	Number      *string // with the second signature
	Revision    int
	MadeBy      *int64
	MadeAt      time.Time
	FirstBy     *int64
	FirstAt     *time.Time
	SecondBy    *int64
	SecondAt    *time.Time
	ReturnedWhy string
	UpdatedAt   time.Time

	Maker, FirstSigner, SecondSigner, Returner string // names
}

// Ref names the report in the audit trail.
func (r Report) Ref() string { return "report/" + strconv.FormatInt(r.ID, 10) }

// From and To are the first and the last day.
func (r Report) From() string { return r.FromDay.Format(time.DateOnly) }

// To is the last day.
func (r Report) To() string { return r.ToDay.Format(time.DateOnly) }

// place is where the report lies for rights: one on a subtree is for those alone who see all of it.
func (r Report) place() string { return placeOf(r.UnitPath, r.Subtree) }

// below is a place under a unit at which no unit is: it is within the reach of those whose right goes below
// that unit, and of nobody whose right is the unit alone.
const below = "0/"

func placeOf(path string, subtree bool) string {
	if subtree {
		return path + below
	}

	return path
}

// Words are what people write in a report, by the places where it stands.
type Words map[Place]string

// Place is where words stand.
type Place string

// The places. Which of them a report has its figures say.
const (
	Overview Place = "overview" // what the report is about
	Problems Place = "problems" // what was found, and what became of it
	Measures Place = "measures" // what is to be done
)

// Label is the Chinese name of the place, as the form shows it.
func (p Place) Label() string {
	return map[Place]string{
		Overview: i18n.N("概况"),
		Problems: i18n.N("问题与整改"),
		Measures: i18n.N("下一步措施"),
	}[p]
}

// Edition is a version of the words.
type Edition struct {
	Number int
	Title  string
	Words  Words
	By     string // "" : the machine
	At     time.Time
}

// Paper is a whole report: what stands in it.
type Paper struct {
	Report
	Edition Edition // the last one
	Figures Figures
}

// Places are where words stand in the report, in its order.
func (f Figures) Places() (places []Place) {
	for _, section := range f.Sections {
		if section.Words != "" {
			places = append(places, section.Words)
		}
	}

	return places
}

// clean takes the words that there is a place for, and refuses what is too long.
func clean(title string, words Words, places []Place) (string, Words, error) {
	title = strings.TrimSpace(title)
	kept := Words{}

	var wrong fault.Fields

	if title == "" {
		wrong.Add(fault.Invalid("title", "请写标题"))
	}
	if glyph.Count(title) > MaxTitle {
		wrong.Add(fault.Invalid("title", "至多 {.max} 字", "max", MaxTitle))
	}

	for _, place := range places {
		text := strings.TrimSpace(words[place])
		kept[place] = text

		if glyph.Count(text) > MaxWords {
			wrong.Add(fault.Invalid(string(place), "至多 {.max} 字", "max", MaxWords))
		}
	}

	return title, kept, wrong.Err()
}
