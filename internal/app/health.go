package app

import (
	"context"

	"juzhen/internal/api"
	"juzhen/internal/console/sending"
	"juzhen/internal/pg"
)

// sendingHealth is the engine's own view, as the pages show it.
func (a *App) sendingHealth(ctx context.Context) (sending.Health, error) {
	h, err := a.Engine.Health(ctx)
	return sending.Health{
		Stopped: h.Stopped, ClockOffset: h.ClockOffset, ClockKnown: h.ClockKnown, ClockWarn: h.ClockWarn, WeiboOffset: h.WeiboOffset,
		Held: h.Held, Calling: h.Calling, Unrecorded: h.Unrecorded, LastSuccess: h.LastSuccess, LateP50: h.LateP50, LateP99: h.LateP99,
		LateMax: h.LateMax, OldestOverdue: h.OldestOverdue, Overdue: h.Overdue, Unknown: h.Unknown, DueSoon: h.DueSoon,
		TokensBad: h.TokensBad, Processes: h.Processes, OwnsTables: a.owner,
	}, err
}

// sendingReport is the same and the backlog of all processes, as programs read it.
func (a *App) sendingReport(ctx context.Context) (api.Sending, error) {
	h, err := a.Engine.Health(ctx)
	if err != nil {
		return api.Sending{}, err
	}
	b, err := a.Engine.Backlog(ctx)
	return api.Sending{
		Healthy: h.Stopped == "" && h.Overdue == 0 && h.Processes > 0, Stopped: h.Stopped, Overdue: h.Overdue, OldestOverdue: h.OldestOverdue,
		LastSuccess: b.LastSent, NextDue: b.NextDue, Queue: b.Queue, Unknown: h.Unknown, Paused: b.Paused,
		Tokens:    api.TokenHealth{Expiring: b.TokensEnding, Unusable: h.TokensBad, NextEnds: b.NextTokenEnds},
		Processes: h.Processes, ClockOffsetMS: h.ClockOffset.Milliseconds(),
	}, err
}

// ready means database and migrations alone: a late post is no reason to take the pause button off the network.
func (a *App) ready(ctx context.Context) error { return pg.MigrationsCurrent(ctx, a.pages) }
