package access

import (
	"time"

	"juzhen/internal/pg"
)

// Act is one thing that somebody does: in Tx, as a part of it or not at all; at Now, the instant that all its
// rows and entries carry; by Actor, whose rights are asked.
type Act struct {
	Tx    pg.Tx
	Now   time.Time
	Actor Actor
}

// NewAct is an act of somebody in a transaction, at an instant.
func NewAct(tx pg.Tx, now time.Time, actor Actor) Act { return Act{Tx: tx, Now: now, Actor: actor} }
