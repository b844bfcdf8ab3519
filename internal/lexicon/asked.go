package lexicon

import (
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
)

// Asked is what one person asks and another one confirms, within 72 hours: a change of a list, an exception
// for a text, a level of a rule. Whose it is says which unit it belongs to.
type Asked struct {
	State       ChangeState
	Why         string
	AskedBy     int64
	AskedByName string
	AskedAt     time.Time
	Expires     time.Time // while it is asked for
	DecidedBy   int64     // 0: nobody
	DecidedName string
	DecidedAt   *time.Time
	DecideWhy   string
}

// askedLife is how long a second person may wait.
const askedLife = 72 * time.Hour

// Ask begins what waits for a second person.
func Ask(actor access.Actor, why string, now time.Time) Asked {
	return Asked{
		State:       ChangeAsked,
		Why:         why,
		AskedBy:     actor.UserID,
		AskedByName: actor.Name,
		AskedAt:     now,
		Expires:     now.Add(askedLife),
	}
}

// AsOf gives it as it stands at an instant: what nobody swept yet may have expired.
func (a Asked) AsOf(now time.Time) Asked {
	if a.State == ChangeAsked && !now.Before(a.Expires) {
		a.State = ChangeExpired
	}

	return a
}

// MayConfirmAt tells why somebody may not be the second person for a unit; nil when he or she may.
func (a Asked) MayConfirmAt(actor access.Actor, unitPath string) error {
	if actor.UserID == a.AskedBy {
		return fault.Forbidden("须由另一人确认：第二人不能是申请人").WithCode("same_person")
	}

	return access.Require(actor, access.LexiconConfirm, unitPath)
}

// MayStopAt tells why somebody may not stop it in a unit; nil when he or she may. The asker may withdraw it.
func (a Asked) MayStopAt(actor access.Actor, unitPath string) error {
	if actor.UserID == a.AskedBy {
		return nil
	}

	return access.Require(actor, access.LexiconConfirm, unitPath)
}

// Open fails with fault.Conflict when it was decided or has expired.
func (a Asked) Open() error {
	if a.State != ChangeAsked {
		return fault.Conflict("这项申请{.state}，不能再处理", "state", a.State.Label()).WithCode("decided")
	}

	return nil
}

// Decide says who ends it, how, and when.
func (a *Asked) Decide(actor access.Actor, state ChangeState, now time.Time) {
	a.State, a.DecidedBy, a.DecidedName, a.DecidedAt = state, actor.UserID, actor.Name, &now
}

// Reason keeps why it is stopped. Who refuses says why, who withdraws need not. Fails with fault.Invalid at
// "reason".
func (a *Asked) Reason(actor access.Actor, why string) error {
	why = glyph.Clean(why)

	switch n := len([]rune(why)); {
	case n == 0 && actor.UserID != a.AskedBy:
		return fault.Invalid("reason", "请填写原因")
	case n > whyLimit:
		return fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
	}
	a.DecideWhy = why

	return nil
}

// AskedSQL are its columns of a table, called by its short name, that has users joined as a, who asked, and
// as d, who decided.
func AskedSQL(table string) string {
	return table + `.state, ` + table + `.why, ` + table + `.asked_by, a.display_name AS asked_by_name,
	` + table + `.asked_at, ` + table + `.expires_at AS expires, coalesce(` + table + `.decided_by, 0) AS decided_by,
	coalesce(d.display_name, '') AS decided_name, ` + table + `.decided_at, ` + table + `.decide_why`
}

// UTC gives it with the instants of the database as everybody holds them.
func (a Asked) UTC() Asked {
	a.AskedAt, a.Expires = a.AskedAt.UTC(), a.Expires.UTC()

	return a
}
