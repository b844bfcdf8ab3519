package page

import "html/template"

// Field is one control of a form with its label above, help below and error beside it. Value is printed
// as it is; Checked and Options serve checkboxes and choices. Templates make it with {{field . "name"
// "label" value …}}.
type Field struct {
	ID, Name, Label, Help, Error string
	// text, password, number, datetime-local, date, email, url, search, textarea, select, checkbox, file
	Type                        string
	Value                       string
	Values                      []string
	Required, Checked, Multiple bool
	Rows, Max                   int
	Autocomplete, Placeholder   string
	Accept, Unit, Class         string
	Options                     []Option
	Counter                     bool // live length by the rule of Weibo
	Autofocus                   bool
	Readonly                    bool
}

// Described lists the ids that describe the control, for aria-describedby.
func (f Field) Described() string {
	s := ""
	if f.Error != "" {
		s = f.ID + "-error"
	}
	if f.Help != "" {
		if s != "" {
			s += " "
		}
		s += f.ID + "-help"
	}

	return s
}

// PasswordHelp stands beside the field of a new password: the rules, ticked as one types, a generated
// one, and a button that shows what is typed.
type PasswordHelp struct {
	For      string // id of the field
	Also     string // id of the field that repeats it; empty when there is none
	Offer    string // a generated password; empty when none is offered
	Username string // must not be in it; empty when it is typed into the field "username"
}

// Option is one choice. Text is a Chinese source text unless Raw.
type Option struct {
	Value, Text string
	Raw         bool // Text is data, such as a name, and is not translated
	Selected    bool
}

// Chip says one filter in force and how to drop it.
type Chip struct {
	Name  string // Chinese source text, such as "状态"
	Value string // in the reader's language
	Href  string // the same list without this filter
}

// Pager leads through a list by cursor. Empty addresses have no button.
type Pager struct {
	First, Next string
	Shown       int
	Total       int // 0 when it is not counted
}

// Empty says why there is nothing and what to do next.
type Empty struct {
	Icon, Title, Text string // Chinese source texts
	Href, Action      string // next step; may be empty
}

// Person is somebody named by post.
type Person struct{ Name, Post string }

// Account is an account of the matrix as a chip: platform, handle, unit.
type Account struct {
	ID       int64
	Platform string // "weibo"
	Handle   string
	Unit     string
	Href     string
}

// Progress is work under way.
type Progress struct {
	Done, All int
	Label     string // Chinese source text
	Note      string
}

// Percent is between 0 and 100.
func (p Progress) Percent() int {
	if p.All <= 0 {
		return 0
	}

	return min(100, max(0, p.Done*100/p.All))
}

// Confirm is a dangerous act at the end of a page: the consequence in words and number, and the act itself.
type Confirm struct {
	ID      string
	Open    string // text of what opens it
	Title   string
	Text    string // the consequence, in the reader's language
	Action  string // form address
	Submit  string // Chinese, the act
	Reason  string // label of a reason to be given; empty when none is needed
	Error   string
	Hidden  []Pair
	Danger  bool
	Waiting string // why it cannot be done now; empty when it can
}

// Second is what a reader may do about something that one person asked and another one confirms.
type Second struct {
	At         string // address of the thing; its acts lie below it
	Asked      bool   // it still waits
	MayConfirm bool
	MayStop    bool
	Own        bool   // the reader asked
	Why        string // the reader may not confirm; in his or her language
	Before     string // what to do before one confirms, and what it brings; Chinese source text
	Confirm    string // the button, in the reader's language
	Note       string // below why one may not confirm, in the reader's language
	Error      string // at the reason of who stops it
}

// Wrong is it with an error at the reason of who stops it.
func (s Second) Wrong(text string) Second {
	s.Error = text
	return s
}

// WhenChoice asks for an instant or for at once. Due is how a datetime-local control writes what stands
// there at first.
type WhenChoice struct{ ID, Due, Error string }

// Pair is a name with a value.
type Pair struct{ Name, Value string }

// Figure is a number with unit, change and definition. Missing says in Chinese why there is none; it is
// never shown as 0.
type Figure struct {
	Label, Unit, Definition string
	Value                   string
	Change                  string // such as "12.5%"; empty when there is nothing to compare
	Direction               int    // -1, 0, 1
	Period                  string // Chinese, what is compared with
	Missing                 string
	Picture                 template.HTML
}

// Event is one line of the time line of a thing: people, machine, platform.
type Event struct {
	Who   string // already in the reader's language
	Icon  string
	Tone  string
	Text  string // in the reader's language
	Note  string
	Stamp Stamp
}
