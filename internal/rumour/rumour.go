// Package rumour keeps rebuttals: what is said of the city, what is true, how anybody knows, where and
// until when that holds, and which two people stand for it. It says which texts contradict one that is in
// force. It sends nothing: a rebuttal goes out as a post like any other.
package rumour

import (
	"slices"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/signing"
)

// State is where a rebuttal stands.
type State string

// The states. A rebuttal expires by itself: no row is changed for it.
const (
	Draft     State = "draft"
	Signing   State = "signing"
	Valid     State = "valid"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
)

// signed is what the database calls valid and expired: which of both it is the clock says.
const signed State = "signed"

// States lists all states in the order in which they need people.
func States() []State { return []State{Signing, Draft, Valid, Expired, Withdrawn} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{
		Draft:     i18n.N("草稿"),
		Signing:   i18n.N("待签发"),
		Valid:     i18n.N("有效|辟谣"),
		Expired:   i18n.N("已过期|辟谣"),
		Withdrawn: i18n.N("已撤回"),
	}[s]
}

// Act is what people do with a rebuttal.
type Act string

// The acts.
const (
	Edit     Act = "edit" // a next version of the words
	Ask      Act = "ask"  // for a signature
	Sign     Act = "sign"
	Return   Act = "return"
	Review   Act = "review"   // say that it still holds, or may end
	Withdraw Act = "withdraw" // it is not true, or not any more
	Correct  Act = "correct"  // say where the public was told
)

// Label is the Chinese word for the act.
func (a Act) Label() string {
	return map[Act]string{
		Edit:     i18n.N("修改"),
		Ask:      i18n.N("送签|动词"),
		Sign:     i18n.N("签发"),
		Return:   i18n.N("退回"),
		Review:   i18n.N("复查|动词"),
		Withdraw: i18n.N("撤回"),
		Correct:  i18n.N("登记公开更正"),
	}[a]
}

// Acts lists the acts in the order in which a page offers them.
func Acts() []Act { return []Act{Sign, Return, Ask, Edit, Review, Correct, Withdraw} }

// allowed is in which states an act may be done.
var allowed = map[Act][]State{
	Edit:     {Draft, Signing, Valid, Expired},
	Ask:      {Draft},
	Sign:     {Signing},
	Return:   {Signing},
	Review:   {Valid, Expired},
	Withdraw: {Draft, Signing, Valid, Expired},
	Correct:  {Withdrawn},
}

// Evidence is how anybody knows: a link or the name of a file, and what stands there.
type Evidence struct {
	Source string `json:"source"`
	Note   string `json:"note"`
}

// Link tells whether the source is an address that a page may lead to.
func (e Evidence) Link() bool { return isLink(e.Source) }

// Words are what a version of a rebuttal says.
type Words struct {
	Claim    string
	Truth    string
	Area     string
	Expert   string
	Evidence []Evidence
	Keywords [][]string // words that stand together in one sentence
	From     time.Time
	Until    time.Time
}

// Version is a version of the words, as it was written.
type Version struct {
	Words
	Number int
	By     int64
	ByName string
	At     time.Time
}

// Rebuttal is a rebuttal with its last words and those that were signed last.
type Rebuttal struct {
	ID            int64
	UnitID        int64
	UnitName      string
	UnitPath      string
	State         State // at the instant at which it was read
	Revision      int
	Last          Version       `gorm:"-"`
	Signed        *Version      `gorm:"-"` // nil: none was signed yet
	Round         signing.Round `gorm:"-"` // signatures of the last words that were put up for them
	SignedVersion int
	AskedBy       int64
	AskedByName   string
	SignedBy      int64
	SignedByName  string
	SignedAt      *time.Time
	ReturnedWhy   string
	ReviewAt      *time.Time
	LetEnd        *time.Time
	WithdrawnName string
	WithdrawnAt   *time.Time
	WithdrawnWhy  string
	Correction    string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Ref names the rebuttal in the audit trail.
func (r Rebuttal) Ref() string { return "rebuttal/" + strconv.FormatInt(r.ID, 10) }

// CorrectionDue tells whether the public is still to hear that the rebuttal does not hold.
func (r Rebuttal) CorrectionDue() bool {
	return r.State == Withdrawn && r.SignedVersion > 0 && r.Correction == ""
}

// Holds tells whether words of the rebuttal are in force at an instant, whatever is written next.
func (r Rebuttal) Holds(now time.Time) bool {
	return r.Signed != nil && r.State != Withdrawn && !now.Before(r.Signed.From) && now.Before(r.Signed.Until)
}

// mayEnd tells whether somebody said that what was signed need not hold longer.
func (r Rebuttal) mayEnd() bool { return r.LetEnd != nil && r.LetEnd.Equal(r.Signed.Until) }

// Next tells whether words wait to take the place of those that were signed.
func (r Rebuttal) Next() bool {
	return r.Signed != nil && r.State != Withdrawn && r.Signed.Number != r.Last.Number
}

// forReader leaves to whoever reads from below what was signed, and not what is being written.
func (r Rebuttal) forReader(actor access.Actor, now time.Time) Rebuttal {
	if actor.CanAt(access.PostView, r.UnitPath) || actor.IsSystem() || r.Round.Sees(actor) ||
		r.Signed == nil {
		return r
	}
	r.Last, r.ReturnedWhy, r.Round = *r.Signed, "", signing.Round{}
	if r.State != Withdrawn {
		r.State = stateAt(signed, r.Signed.Until, now)
	}

	return r
}

// stateAt is the state of a row at an instant.
func stateAt(kept State, until, now time.Time) State {
	switch {
	case kept != signed:
		return kept
	case now.Before(until):
		return Valid
	}

	return Expired
}

// May tells whether the actor may do an act with the rebuttal as it stands: nil, or fault.Forbidden with
// the reason, or fault.Conflict where the act is not to be done in this state. Who signs or returns it is
// the round's to say.
func (r Rebuttal) May(actor access.Actor, act Act) error {
	done := act == Correct && (r.Correction != "" || r.SignedVersion == 0) ||
		act == Review && r.State == Expired && r.mayEnd()
	if done || !slices.Contains(allowed[act], r.State) {
		return fault.Conflict("这条辟谣现在是“{.state}”，不能{.act}",
			"state", i18n.Text(r.State.Label()), "act", i18n.Text(act.Label()))
	}
	if act == Sign || act == Return {
		if no := r.Round.May(actor); no != nil {
			return no
		}

		return nil
	}
	if !actor.CanAt(access.RebuttalManage, r.UnitPath) {
		return fault.Forbidden("这条辟谣属于{.unit}，您没有{.act}的权限",
			"unit", r.UnitName, "act", i18n.Text(act.Label()))
	}

	return nil
}

// Acts lists what the actor may do with the rebuttal.
func (r Rebuttal) Acts(actor access.Actor) (all []Act) {
	for _, act := range Acts() {
		if r.May(actor, act) == nil {
			all = append(all, act)
		}
	}

	return all
}
