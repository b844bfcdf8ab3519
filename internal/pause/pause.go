// Package pause holds the pauses of sending: of a unit with everything below it, or of one account. It keeps
// which places are paused, by whom and why; what a pause does to deliveries is theirs to know.
package pause

import (
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// Pause stops the sending of one unit's subtree, or of one account.
type Pause struct {
	ID            int64
	UnitID        int64
	UnitName      string
	UnitPath      string
	AccountID     *int64
	AccountHandle string
	SparesUrgent  bool // what is marked urgent goes on
	Reason        string
	PausedBy      int64
	PausedName    string
	PausedAt      time.Time
	ResumedName   string
	ResumedAt     *time.Time
}

// Ended tells who comes too late to end the pause who was first; nil while it is open.
func (p Pause) Ended() error {
	if p.ResumedAt == nil {
		return nil
	}

	return fault.Conflict("{.name} 已于 {.time} 结束这次暂停",
		"name", p.ResumedName,
		"time", beijing.ClockTime(*p.ResumedAt),
	).WithCode("resumed")
}

// Lasted is how long an ended pause was in force, in whole seconds.
func (p Pause) Lasted() time.Duration {
	if p.ResumedAt == nil {
		return 0
	}

	return p.ResumedAt.Sub(p.PausedAt).Round(time.Second)
}

// Stop is what a person wants paused: a unit with all below it, or one account.
type Stop struct {
	UnitID       int64
	AccountID    *int64
	SparesUrgent bool // what is marked urgent goes on: a warning, with its changes and its lifting
	Why          string
}
