package identity

import (
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
)

// Nobody makes people, or carries off units, alone. What gives somebody a way in, a role or another
// place is asked by one administrator and done when a second person confirms it: an administrator or
// supervisor of all the units it is about. Those above and the auditors are told and can stop it,
// afterwards too. What takes away (revoking, disabling, ending sessions) is done at once. The machine
// itself (command line, demonstration) acts at once: who can run commands there needs no console.

// ChangeKind says what is asked.
type ChangeKind string

// The kinds of changes that need a second person.
const (
	ChangeCreate ChangeKind = "create" // a new user, with the first grants
	ChangeUpdate ChangeKind = "update" // another name or unit
	ChangeGrant  ChangeKind = "grant"  // one more role
	ChangeReset  ChangeKind = "reset"  // another initial password
	ChangeEnable ChangeKind = "enable" // back after being disabled
	// a unit goes below another, with its people, accounts and all that is below it
	ChangeMove ChangeKind = "move"
)

// ChangeKinds lists the kinds in the order of a filter.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{ChangeCreate, ChangeGrant, ChangeReset, ChangeEnable, ChangeUpdate, ChangeMove}
}

// Label is the Chinese name of the kind, as what is asked for.
func (k ChangeKind) Label() string {
	return map[ChangeKind]string{
		ChangeCreate: i18n.N("新建用户"),
		ChangeUpdate: i18n.N("修改用户"),
		ChangeGrant:  i18n.N("授予角色"),
		ChangeReset:  i18n.N("重置密码"),
		ChangeEnable: i18n.N("启用用户"),
		ChangeMove:   i18n.N("移动单位"),
	}[k]
}

// ChangeState is how far a change has come.
type ChangeState string

// The states. All but Asked and Confirmed are ends.
const (
	ChangeAsked     ChangeState = "asked"     // waits for a second person; nothing is different yet
	ChangeConfirmed ChangeState = "confirmed" // done
	ChangeStopped   ChangeState = "stopped"   // refused or withdrawn before anything was done
	ChangeExpired   ChangeState = "expired"   // nobody confirmed it in time
	ChangeUndone    ChangeState = "undone"    // stopped after it was done: what it gave was taken away again
)

// ChangeStates lists the states in the order of a filter.
func ChangeStates() []ChangeState {
	return []ChangeState{ChangeAsked, ChangeConfirmed, ChangeStopped, ChangeExpired, ChangeUndone}
}

// Label is the Chinese name of the state.
func (s ChangeState) Label() string {
	return map[ChangeState]string{
		ChangeAsked:     i18n.N("待第二人确认"),
		ChangeConfirmed: i18n.N("已确认"),
		ChangeStopped:   i18n.N("已阻止"),
		ChangeExpired:   i18n.N("已过期"),
		ChangeUndone:    i18n.N("已撤回"),
	}[s]
}

// changeStep is what moves a change on.
type changeStep string

const (
	stepConfirm changeStep = "confirm" // a second person lets it happen
	stepStop    changeStep = "stop"    // somebody refuses it, or takes it back
	stepExpire  changeStep = "expire"  // its time is over
)

// changeSteps is the whole of the states: what is not here cannot happen.
var changeSteps = map[ChangeState]map[changeStep]ChangeState{
	ChangeAsked:     {stepConfirm: ChangeConfirmed, stepStop: ChangeStopped, stepExpire: ChangeExpired},
	ChangeConfirmed: {stepStop: ChangeUndone},
}

// after gives the state that a step leads to. Fails with fault.Conflict when the step is not possible
// any more.
func (s ChangeState) after(step changeStep) (ChangeState, error) {
	to, ok := changeSteps[s][step]
	if !ok {
		return s, fault.Conflict("这项申请{.state}，不能再处理", "state", s.Label()).WithCode("decided")
	}

	return to, nil
}

// Times of a change.
const (
	changeLife = 72 * time.Hour     // asked and not confirmed: it expires
	undoWithin = 7 * 24 * time.Hour // confirmed: those above are told that long, and can take it back
	firstLife  = 72 * time.Hour     // the one-time code of a first sign-in
)

// Order is what exactly is asked, as it was read when it was asked. Zero fields are not part of the change.
type Order struct {
	Username    string `json:"username,omitempty"` // of a new user
	DisplayName string `json:"display_name,omitempty"`
	UnitID      int64  `json:"unit_id,omitempty"`
	UnitName    string `json:"unit_name,omitempty"`
	OldName     string `json:"old_name,omitempty"` // what an update changes
	OldUnitID   int64  `json:"old_unit_id,omitempty"`
	OldUnitName string `json:"old_unit_name,omitempty"`
	// the unit that goes from the old unit to the other, from the old name to the display name
	MovedID   int64        `json:"moved_id,omitempty"`
	MovedKind org.Kind     `json:"moved_kind,omitempty"`
	OldKind   org.Kind     `json:"old_kind,omitempty"`
	Along     *Along       `json:"along,omitempty"`
	Grants    []OrderGrant `json:"grants,omitempty"`
}

// Along counts what goes along with a unit that is moved, as it was when that was asked.
type Along struct {
	Units    int `json:"units"` // below it
	Users    int `json:"users"`
	Accounts int `json:"accounts"`
}

// OrderGrant is a role that is asked for, with the name of its unit.
type OrderGrant struct {
	NewGrant
	UnitName string `json:"unit_name"`
}

// Change is something asked about a user, or about the place of a unit.
type Change struct {
	ID          int64
	Kind        ChangeKind
	State       ChangeState
	UserID      int64  // 0: a user who is not there yet, or a unit
	Username    string // of the user, or of the one to be made
	DisplayName string // or the name of the unit
	// the lowest unit above all that the change is about: who stands there or above may confirm
	UnitID      int64
	UnitName    string
	UnitPath    string
	What        Order
	Why         string
	AskedBy     int64
	AskedByName string
	AskedAt     time.Time
	Expires     time.Time
	ConfirmedBy string // display name; empty with ConfirmedAt: on the machine
	ConfirmedAt *time.Time
	StoppedBy   string
	StoppedAt   *time.Time
	StopWhy     string

	hash string // of the initial password
}

// at gives the change as it stands at an instant: one that nobody swept yet may have expired.
func (c Change) at(now time.Time) Change {
	if c.State == ChangeAsked && !now.Before(c.Expires) {
		c.State = ChangeExpired
	}

	return c
}

// CanUndo tells whether the change was done lately enough to be taken back by stopping it.
func (c Change) CanUndo(now time.Time) bool {
	return c.State == ChangeConfirmed && c.ConfirmedAt != nil && now.Before(c.ConfirmedAt.Add(undoWithin))
}

// MayConfirm tells why somebody may not be the second person, as far as the change itself says; nil
// when he or she may.
func (c Change) MayConfirm(actor access.Actor) error {
	switch {
	case actor.IsSystem():
		return nil
	case actor.UserID == c.AskedBy:
		return fault.Forbidden("须由另一人确认：第二人不能是申请人").WithCode("same_person")
	case actor.UserID == c.UserID:
		return fault.Forbidden("须由另一人确认：本人不能确认关于自己的申请").WithCode("same_person")
	}

	return access.Require(actor, access.UserConfirm, c.UnitPath)
}

// MayStop tells why somebody may not stop the change; nil when he or she may. The asker may withdraw it.
func (c Change) MayStop(actor access.Actor) error {
	if c.State == ChangeAsked && actor.UserID == c.AskedBy {
		return nil
	}

	return access.Require(actor, access.UserStop, c.UnitPath)
}

// common gives the longest unit path that all the paths begin with: the lowest unit above them all, or
// itself.
func common(paths []string) string {
	if len(paths) == 0 {
		return "/"
	}

	shared := paths[0]
	for _, p := range paths[1:] {
		for !strings.HasPrefix(p, shared) {
			shared = shared[:strings.LastIndexByte(shared[:len(shared)-1], '/')+1]
		}
	}

	return shared
}
