package parts

import (
	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/web/page"
)

// request is what one person asks and another one confirms; whose it is says who may.
type request interface {
	MayConfirm(actor access.Actor) error
	MayStop(actor access.Actor) error
}

// Second is what the reader may do about a request that lies at an address: nothing of one that waits no
// more.
func Second(base page.Base, asked request, waits bool, askedBy int64, at string) page.Second {
	second := page.Second{At: at, Asked: waits, Own: askedBy == base.Actor.UserID}
	if !waits {
		return second
	}

	err := asked.MayConfirm(base.Actor)
	second.MayConfirm, second.MayStop = err == nil, asked.MayStop(base.Actor) == nil
	if err != nil {
		told := fault.Public(err)
		second.Why = base.Told(page.Banner{Text: told.Text, Args: told.Args})
	}

	return second
}
