// Package incident keeps hot events: what happened, how grave it is and since when its clocks run, who owns
// it, what is said of it in which version, which accounts are to speak, which planned posts wait until it
// is over, and how it was closed. It publishes nothing: what is said goes out as posts like any other.
package incident

import (
	"slices"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/signing"
)

// State is where a hot event stands.
type State string

// The states.
const (
	Open    State = "open"
	Closing State = "closing" // somebody asked to close it and waits for a second person
	Closed  State = "closed"
)

// States lists all states in the order in which they need people.
func States() []State { return []State{Closing, Open, Closed} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{
		Open:    i18n.N("处置中"),
		Closing: i18n.N("待结束确认"),
		Closed:  i18n.N("已结束|事件"),
	}[s]
}

// Stage is where the last version of what is said of an event stands.
type Stage string

// The stages.
const (
	NoWords Stage = "none"
	Draft   Stage = "draft"
	Signing Stage = "signing"
	Signed  Stage = "signed"
)

// Label is the Chinese word for the stage.
func (s Stage) Label() string {
	return map[Stage]string{
		NoWords: i18n.N("没有口径"),
		Draft:   i18n.N("口径草稿"),
		Signing: i18n.N("口径待签发"),
		Signed:  i18n.N("口径已签发"),
	}[s]
}

// Act is what people do with a hot event.
type Act string

// The acts.
const (
	Edit    Act = "edit"    // its facts; a changed grade or T0 needs a reason
	Say     Act = "say"     // a next version of what is said
	Ask     Act = "ask"     // for a signature
	Sign    Act = "sign"    // that version
	Return  Act = "return"  // that version
	Link    Act = "link"    // a post by which somebody speaks
	Record  Act = "record"  // that a clock was met outside of the console
	Follow  Act = "follow"  // what was seen, and when to look again
	Hold    Act = "hold"    // planned posts
	Release Act = "release" // them
	AskEnd  Act = "ask_end"
	End     Act = "end"
	Resume  Act = "resume" // instead of ending
	Reopen  Act = "reopen"
)

// Label is the Chinese word for the act.
func (a Act) Label() string {
	return map[Act]string{
		Edit:    i18n.N("修改"),
		Say:     i18n.N("写口径"),
		Ask:     i18n.N("送签|动词"),
		Sign:    i18n.N("签发"),
		Return:  i18n.N("退回"),
		Link:    i18n.N("关联稿件"),
		Record:  i18n.N("登记回应"),
		Follow:  i18n.N("跟踪"),
		Hold:    i18n.N("暂停稿件"),
		Release: i18n.N("恢复稿件"),
		AskEnd:  i18n.N("申请结束"),
		End:     i18n.N("确认结束"),
		Resume:  i18n.N("不同意结束"),
		Reopen:  i18n.N("重新启动"),
	}[a]
}

// Acts lists all acts.
func Acts() []Act {
	return []Act{
		Edit,
		Say,
		Ask,
		Sign,
		Return,
		Link,
		Record,
		Follow,
		Hold,
		Release,
		AskEnd,
		End,
		Resume,
		Reopen,
	}
}

// rule is who may do an act, in which states, and at which stages of what is said; no stages are all.
type rule struct {
	needs  access.Permission
	states []State
	stages []Stage
}

// rules is the whole of who may do what with a hot event.
var rules = map[Act]rule{
	Edit:    {access.IncidentManage, []State{Open, Closing}, nil},
	Say:     {access.IncidentManage, []State{Open, Closing}, nil},
	Ask:     {access.IncidentManage, []State{Open, Closing}, []Stage{Draft}},
	Sign:    {access.PostReview, []State{Open, Closing}, []Stage{Signing}},
	Return:  {access.PostReview, []State{Open, Closing}, []Stage{Signing}},
	Link:    {access.IncidentManage, []State{Open, Closing}, nil},
	Record:  {access.IncidentManage, []State{Open, Closing}, nil},
	Follow:  {access.IncidentManage, []State{Open, Closing}, nil},
	Hold:    {access.IncidentManage, []State{Open, Closing}, nil},
	Release: {access.IncidentManage, []State{Open, Closing}, nil},
	AskEnd:  {access.IncidentManage, []State{Open}, nil},
	End:     {access.IncidentClose, []State{Closing}, nil},
	Resume:  {access.IncidentClose, []State{Closing}, nil},
	Reopen:  {access.IncidentClose, []State{Closed}, nil},
}

// Facts are what people say of an event and may change.
type Facts struct {
	Title    string
	Grade    Grade
	T0       time.Time // since when its clocks run
	OwnerID  int64     // who answers for it; 0: whoever opened it
	Keywords []string  // by which comments and planned posts are found
	Lead     int64     // the account that speaks first; 0: none was chosen
	Accounts []int64   // those that speak after it
}

// Incident is a hot event with the last version of what is said of it.
type Incident struct {
	ID        int64
	UnitID    int64
	UnitName  string
	UnitPath  string
	State     State
	Revision  int
	Facts     `gorm:"-"`
	OwnerName string
	Source    string // what it was opened from, in words; "": by hand

	Stage         Stage
	Words         *Statement    `gorm:"-"` // the last version; nil: nothing was written yet
	InForce       *Statement    `gorm:"-"` // the last that was signed; nil: none was
	Round         signing.Round `gorm:"-"` // signatures of the last version that was put up for them
	ReturnedWhy   string
	NextAt        *time.Time // when somebody is to look again
	OpenedBy      int64
	OpenedName    string
	OpenedAt      time.Time
	EndAskedBy    int64
	EndAskedName  string
	EndAskedAt    *time.Time
	Summary       string // what is left to learn from it
	EndedName     string
	EndedAt       *time.Time
	UpdatedAt     time.Time
	Marks         []Mark `gorm:"-"` // what met its clocks
	FirstSpokenAt *time.Time
}

// Statement is a version of what is said of an event.
type Statement struct {
	Number   int
	Text     string
	Why      string // of a version that takes the place of a signed one
	By       int64
	ByName   string
	At       time.Time
	AskedBy  int64
	SignedBy string
	SignedAt *time.Time
}

// Ref names the event in the audit trail and as the cause for which deliveries are held.
func (i Incident) Ref() string { return ref(i.ID) }

func ref(id int64) string { return "incident/" + strconv.FormatInt(id, 10) }

// May tells whether the actor may do an act with the event as it stands: nil, or fault.Conflict where the
// act is not to be done now, or fault.Forbidden with the reason. Who signs or returns a version is the
// round's to say; who asked to end the event does not end it.
func (i Incident) May(actor access.Actor, act Act) error {
	rule, known := rules[act]
	if !known || !slices.Contains(rule.states, i.State) {
		return fault.Conflict("这个事件现在是“{.state}”，不能{.act}",
			"state", i18n.Text(i.State.Label()), "act", i18n.Text(act.Label()))
	}
	if len(rule.stages) > 0 && !slices.Contains(rule.stages, i.Stage) {
		return fault.Conflict("这个事件现在是“{.state}”，不能{.act}",
			"state", i18n.Text(i.Stage.Label()), "act", i18n.Text(act.Label()))
	}
	if act == Sign || act == Return {
		if no := i.Round.May(actor); no != nil {
			return no
		}

		return nil
	}
	if !actor.CanAt(rule.needs, i.UnitPath) {
		return fault.Forbidden("这个事件属于{.unit}，您没有{.act}的权限",
			"unit", i.UnitName, "act", i18n.Text(act.Label()))
	}
	if act == End && actor.UserID == i.EndAskedBy {
		return fault.Forbidden("申请结束的人不能确认，请另一人确认").WithCode("same_person")
	}

	return nil
}

// Acts lists what the actor may do with the event.
func (i Incident) Acts(actor access.Actor) (all []Act) {
	for _, act := range Acts() {
		if i.May(actor, act) == nil {
			all = append(all, act)
		}
	}

	return all
}
