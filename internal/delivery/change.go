package delivery

import "time"

// Change is what a rule wants done to one delivery: the next state with its reason, and what goes with
// it. A Change whose To equals the present state is a note: facts are recorded, the state stays.
type Change struct {
	To        State
	Code      Reason
	Args      Args
	Attempt   bool       // the call wrote a byte: it counts
	CallEnded *time.Time // the owner's own record that the call is over
	NotBefore *time.Time
	DueAt     *time.Time // a new plan, by a wish
	NextLook  *time.Time
	Looked    bool   // a look that could read
	RemoteID  string // the platform's
	SentAt    *time.Time
	Live      Live
	LiveText  *string
	Sightings []Sighting // the posts between which a look could not decide
	DropWish  bool

	Raise   TodoKind // a to-do about this delivery
	Resolve TodoKind
	Turn    Turn

	AccountRest, SharedRest *time.Time // a rest the platform asked for
	RestCode                int
	TokenRefused            bool // the account's token must be marked bad
}

// TodoKind is the kind of a to-do that a delivery raises.
type TodoKind string

// The kinds. The key of a to-do is "delivery/<id>/<kind>".
const (
	TodoProblem TodoKind = "problem"
	TodoUnknown TodoKind = "unknown"
	TodoMissed  TodoKind = "missed"
	TodoHandoff TodoKind = "handoff"
	TodoLive    TodoKind = "live"
	TodoTwice   TodoKind = "twice"
)

// Turn says what becomes of the account's turn.
type Turn int

// What may become of a turn.
const (
	TurnKept    Turn = iota
	TurnFreed        // the next post of the account may go
	TurnBounded      // it may go, but only some may while this unknown is open
	TurnSettled      // an unknown is decided: no bound any more
)

func at(t time.Time, d time.Duration) *time.Time {
	u := t.Add(d)
	return &u
}
