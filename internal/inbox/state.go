package inbox

import "slices"

// State is where a matter stands.
type State string

// The states.
const (
	Open     State = "open"     // it came, and is nobody's yet
	Assigned State = "assigned" // a unit or a person has it
	Referred State = "referred" // somebody outside has it, with its number; the clock stands
	Answered State = "answered" // the account spoke last
	Closed   State = "closed"
	Reopened State = "reopened" // the citizen wrote again, or a person opened it
)

// States lists all states in the order in which they need people.
func States() []State { return []State{Reopened, Open, Assigned, Referred, Answered, Closed} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{
		Open:     "待分派|互动",
		Assigned: "办理中|互动",
		Referred: "外单位办理中",
		Answered: "已答复",
		Closed:   "已办结|互动",
		Reopened: "追问",
	}[s]
}

// Waits tells whether the citizen waits for an answer.
func (s State) Waits() bool { return s == Open || s == Assigned || s == Referred || s == Reopened }

// Act is what is done with a matter: by people, or by what is read.
type Act string

// The acts.
const (
	Assign Act = "assign" // to a unit or a person, also to another one
	Return Act = "return" // give it back to be assigned
	Refer  Act = "refer"  // to somebody outside, with a number
	Back   Act = "back"   // it came back from there
	Send   Act = "send"   // answer from here
	Answer Act = "answer" // record what was answered elsewhere
	Close  Act = "close"
	Reopen Act = "reopen"
	Snooze Act = "snooze"
	Sort   Act = "sort" // say of which kind it is
	Note   Act = "note"
	Rate   Act = "rate"  // record what the citizen said of how it was dealt with
	Merge  Act = "merge" // deal with it in another one of the same citizen

	Took  Act = "took"  // another one was merged into it
	Asked Act = "asked" // the citizen wrote again
	Found Act = "found" // the answer was read on the platform

	// of an answer that is sent from here; they leave the matter where it is
	Decided Act = "decided" // a person says what became of it
	Unsent  Act = "unsent"  // it did not go out
)

// Label is the Chinese word for the act.
func (a Act) Label() string {
	return map[Act]string{
		Assign:  "分派",
		Return:  "退回分派",
		Refer:   "转外单位",
		Back:    "收回办理",
		Send:    "发出答复",
		Answer:  "登记答复",
		Close:   "办结",
		Reopen:  "重新打开",
		Snooze:  "稍后处理",
		Sort:    "改类别",
		Note:    "备注|动词",
		Rate:    "登记评价",
		Merge:   "并入另一件",
		Took:    "另一件并入这里",
		Asked:   "市民再次来信",
		Found:   "读到答复",
		Decided: "核对答复",
		Unsent:  "答复没有发出",
	}[a]
}

// arrows is the whole of what may be done in which state, and where it leads. What leads to the same state
// changes something else about the matter.
var arrows = map[State]map[Act]State{
	Open: {
		Assign: Assigned,
		Refer:  Referred,
		Send:   Open,
		Answer: Answered,
		Close:  Closed,
		Snooze: Open,
		Sort:   Open,
		Note:   Open,
		Merge:  Closed,
		Took:   Open,
		Asked:  Open,
		Found:  Answered,
	},
	Assigned: {
		Assign: Assigned, Return: Open, Refer: Referred, Send: Assigned, Answer: Answered, Close: Closed,
		Snooze: Assigned,
		Sort:   Assigned, Note: Assigned, Merge: Closed, Took: Assigned, Asked: Assigned, Found: Answered,
	},
	Referred: {
		Back:   Assigned,
		Send:   Referred,
		Answer: Answered,
		Close:  Closed,
		Sort:   Referred,
		Note:   Referred,
		Took:   Referred,
		Asked:  Referred,
		Found:  Answered,
	},
	Answered: {
		Send:   Answered,
		Close:  Closed,
		Reopen: Reopened,
		Sort:   Answered,
		Note:   Answered,
		Rate:   Answered,
		Merge:  Closed,
		Took:   Answered,
		Asked:  Reopened,
		Found:  Answered,
	},
	Closed: {Reopen: Reopened, Note: Closed, Rate: Closed, Asked: Reopened, Found: Closed},
	Reopened: {
		Assign: Assigned, Return: Open, Refer: Referred, Send: Reopened, Answer: Answered, Close: Closed,
		Snooze: Reopened,
		Sort:   Reopened, Note: Reopened, Merge: Closed, Took: Reopened, Asked: Reopened, Found: Answered,
	},
}

// After is the state that an act leads to; false where it is not to be done.
func (s State) After(act Act) (State, bool) {
	to, ok := arrows[s][act]
	return to, ok
}
