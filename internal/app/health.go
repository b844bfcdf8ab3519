package app

import (
	"context"

	"juzhen/internal/api"
	"juzhen/internal/console/deliveries"
	"juzhen/internal/pg"
)

// sendingHealth is the engine's own view, as the pages show it.
func (a *App) sendingHealth(ctx context.Context) (deliveries.Health, error) {
	health, err := a.Engine.Health(ctx)

	return deliveries.Health{
		Stopped:       health.Stopped,
		ClockOffset:   health.ClockOffset,
		ClockKnown:    health.ClockKnown,
		ClockWarn:     health.ClockWarn,
		WeiboOffset:   health.WeiboOffset,
		Held:          health.Held,
		Calling:       health.Calling,
		Unrecorded:    health.Unrecorded,
		LastSuccess:   health.LastSuccess,
		LateP50:       health.LateP50,
		LateP99:       health.LateP99,
		LateMax:       health.LateMax,
		OldestOverdue: health.OldestOverdue,
		Overdue:       health.Overdue,
		Unknown:       health.Unknown,
		DueSoon:       health.DueSoon,
		TokensBad:     health.TokensBad,
		Processes:     health.Processes,
		OwnsTables:    a.owner,
	}, err
}

// sendingReport is the same and the backlog of all processes, as programs read it.
func (a *App) sendingReport(ctx context.Context) (api.Sending, error) {
	health, err := a.Engine.Health(ctx)
	if err != nil {
		return api.Sending{}, err
	}
	backlog, err := a.Engine.Backlog(ctx)

	return api.Sending{
		Healthy:       health.Stopped == "" && health.Overdue == 0 && health.Processes > 0,
		Stopped:       health.Stopped,
		Overdue:       health.Overdue,
		OldestOverdue: health.OldestOverdue,
		LastSuccess:   backlog.LastSent,
		NextDue:       backlog.NextDue,
		Queue:         backlog.Queue,
		Unknown:       health.Unknown,
		Paused:        backlog.Paused,
		Tokens: api.TokenHealth{
			Expiring: backlog.TokensEnding,
			Unusable: health.TokensBad,
			NextEnds: backlog.NextTokenEnds,
		},
		Processes:     health.Processes,
		ClockOffsetMS: health.ClockOffset.Milliseconds(),
	}, err
}

// ready means database and migrations alone: a late post is no reason to take the pause button off the
// network.
func (a *App) ready(ctx context.Context) error { return pg.MigrationsCurrent(ctx, a.pages) }
