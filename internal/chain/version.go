package chain

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// State is what became of a version of a chain.
type State string

// The states of a version.
const (
	Asked   State = "asked"    // waits for a second person
	InForce State = "in_force" // is taken, where it is active
	Past    State = "past"     // a later one is in force
	Stopped State = "stopped"  // refused, or withdrawn by who asked
)

// Label is the Chinese name of the state.
func (s State) Label() string {
	return map[State]string{
		Asked:   i18n.N("待第二人确认"),
		InForce: i18n.N("使用中"),
		Past:    i18n.N("已被取代"),
		Stopped: i18n.N("未生效"),
	}[s]
}

// Risk is something about a version for which another chain may be taken.
type Risk string

// The risks.
const (
	Explained Risk = "second"    // a finding of the check that the writer explained instead of mending it
	Generated Risk = "generated" // the writer declares that a machine made the text or pictures
	Statement Risk = "statement" // it is no post, but what is said of a hot event
	Rebuttal  Risk = "rebuttal"  // it is no post, but a rebuttal
)

// Risks lists the risks in the order in which a form offers them.
func Risks() []Risk { return []Risk{Explained, Generated, Statement, Rebuttal} }

// Label is the Chinese name of the risk.
func (r Risk) Label() string {
	return map[Risk]string{
		Explained: i18n.N("正文检查有说明理由的发现"),
		Generated: i18n.N("含AI生成内容"),
		Statement: i18n.N("热点事件的口径"),
		Rebuttal:  i18n.N("权威辟谣"),
	}[r]
}

// When says for which posts a chain is taken. Empty columns: whatever the column. No risk and no account:
// whatever the risk; else one of them is enough.
type When struct {
	Columns  []int64
	Risks    []Risk
	Accounts []int64
}

// Matter is what a chain is chosen by.
type Matter struct {
	Column   int64
	Risks    []Risk
	Accounts []int64
}

// Fits tells whether a chain is for such a post.
func (w When) Fits(m Matter) bool {
	if len(w.Columns) > 0 && !slices.Contains(w.Columns, m.Column) {
		return false
	}
	if len(w.Risks) == 0 && len(w.Accounts) == 0 {
		return true
	}

	return slices.ContainsFunc(w.Risks, func(risk Risk) bool { return slices.Contains(m.Risks, risk) }) ||
		slices.ContainsFunc(w.Accounts, func(id int64) bool { return slices.Contains(m.Accounts, id) })
}

// narrow is how narrowly posts are described: of two chains of one unit the narrower is taken.
func (w When) narrow() int {
	n := 0
	if len(w.Risks)+len(w.Accounts) > 0 {
		n += 2 // a risk outweighs a column
	}
	if len(w.Columns) > 0 {
		n++
	}

	return n
}

// Version is one wording of a chain. A run keeps the one it began with.
type Version struct {
	ID          int64
	ChainID     int64
	Number      int
	Name        string
	Active      bool // it is taken for posts
	When        When
	Steps       []Step
	State       State
	AskedBy     int64 // 0: shipped
	AskedByName string
	AskedAt     time.Time
	DecidedBy   string
	DecidedAt   *time.Time
	Why         string // it was stopped
}

// Chain is a chain of a unit with the version in force and the one that waits for a second person.
type Chain struct {
	ID       int64
	UnitID   int64 // the root's where it was shipped
	UnitName string
	UnitPath string
	Shipped  string   // its name among those that came with the program; "" for another
	Now      *Version // in force; nil while the first was not confirmed
	Asked    *Version // nil: nothing waits
	Last     int      // number of the newest version
}

// Fixed tells whether the chain is the one of one step, for which no other can be put.
func (c Chain) Fixed() bool { return c.Shipped == "single" }

// Name is what the chain is called.
func (c Chain) Name() string {
	switch {
	case c.Now != nil:
		return c.Now.Name
	case c.Asked != nil:
		return c.Asked.Name
	}

	return ""
}

// Ref names the chain in the audit trail.
func (c Chain) Ref() string { return "chain/" + strconv.FormatInt(c.ID, 10) }

func (c Chain) key() string { return c.Ref() + "/asked" }

// MayConfirm tells why somebody may not be the second person; nil when he or she may.
func (c Chain) MayConfirm(actor access.Actor) error {
	switch {
	case c.Asked == nil:
		return fault.Conflict("没有等待确认的修改").WithCode("decided")
	case actor.UserID == c.Asked.AskedBy:
		return fault.Forbidden("须由另一人确认：第二人不能是申请人").WithCode("same_person")
	}

	return access.Require(actor, access.ChainConfirm, c.UnitPath)
}

// MayStop tells why somebody may not stop a change; nil when he or she may. The asker may withdraw it.
func (c Chain) MayStop(actor access.Actor) error {
	if c.Asked != nil && actor.UserID == c.Asked.AskedBy && actor.UserID != 0 {
		return nil
	}
	if c.Asked == nil {
		return fault.Conflict("没有等待确认的修改").WithCode("decided")
	}

	return access.Require(actor, access.ChainConfirm, c.UnitPath)
}

// Draft is a chain as somebody types it.
type Draft struct {
	UnitID  int64 // of a new one
	Version int   // of a change: the newest that was shown
	Name    string
	Active  bool
	When    When
	Steps   []Step
}

const (
	maxWhen = 200 // columns or accounts of one chain
	maxOwn  = 50  // chains of one unit
)

func (d *Draft) check() error {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "" || utf8.RuneCountInString(d.Name) > MaxName || len(glyph.Find(d.Name)) > 0 ||
		strings.ContainsAny(d.Name, "\n\r\t"):
		return fault.Invalid("name", "请填写流程名称，最多 {.max} 字", "max", MaxName)
	case len(d.When.Columns) > maxWhen || len(d.When.Accounts) > maxWhen:
		return fault.Invalid("columns", "最多选 {.max} 个", "max", maxWhen)
	}

	for _, risk := range d.When.Risks {
		if !slices.Contains(Risks(), risk) {
			return fault.Invalid("risks", "没有这种情况，请重新选择")
		}
	}

	for i := range d.Steps {
		step := &d.Steps[i]

		step.Name = strings.TrimSpace(step.Name)
		for n := range step.Items {
			step.Items[n] = strings.TrimSpace(step.Items[n])
		}
	}

	return checkSteps(d.Steps)
}
