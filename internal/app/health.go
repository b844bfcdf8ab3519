package app

import (
	"context"

	"juzhen/internal/console/sending"
)

// sendingHealth is the engine's own view, as the pages show it.
func (a *App) sendingHealth(ctx context.Context) (sending.Health, error) {
	h, err := a.Engine.Health(ctx)
	return sending.Health{
		Stopped: h.Stopped, ClockOffset: h.ClockOffset, ClockKnown: h.ClockKnown, ClockWarn: h.ClockWarn, WeiboOffset: h.WeiboOffset,
		Held: h.Held, Calling: h.Calling, Unrecorded: h.Unrecorded, LastSuccess: h.LastSuccess, LateP50: h.LateP50, LateP99: h.LateP99,
		LateMax: h.LateMax, OldestOverdue: h.OldestOverdue, Overdue: h.Overdue, Unknown: h.Unknown, DueSoon: h.DueSoon,
		TokensBad: h.TokensBad, Processes: h.Processes,
	}, err
}
