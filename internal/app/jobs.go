package app

import (
	"slices"

	"github.com/riverqueue/river"

	"juzhen/internal/account"
	"juzhen/internal/channel"
	"juzhen/internal/delivery"
	"juzhen/internal/faultbook"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/inspect"
	"juzhen/internal/link"
	"juzhen/internal/notice"
	"juzhen/internal/peer"
	"juzhen/internal/push"
	"juzhen/internal/queue"
	"juzhen/internal/reach"
	"juzhen/internal/recheck"
	"juzhen/internal/relay"
	"juzhen/internal/rescan"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/rumour"
	"juzhen/internal/source"
	"juzhen/internal/template"
)

// buildQueue registers every feature's jobs. Jobs reach the database through the pages' pool, River
// through its own.
func (a *App) buildQueue() error {
	workers := river.NewWorkers()
	if err := notice.AddWorkers(workers, a.Notices); err != nil {
		return err
	}
	if err := account.AddWorkers(workers, a.Accounts); err != nil {
		return err
	}
	if err := review.AddWorkers(workers, a.Reviews); err != nil {
		return err
	}
	if err := delivery.AddWorkers(workers, a.Engine); err != nil {
		return err
	}
	if err := recheck.AddWorkers(workers, a.Recheck); err != nil {
		return err
	}
	if err := reach.AddWorkers(workers, a.Reach); err != nil {
		return err
	}
	if err := template.AddWorkers(workers, a.Templates); err != nil {
		return err
	}
	if err := source.AddWorkers(workers, a.Sources); err != nil {
		return err
	}
	if err := link.AddWorkers(workers, a.Links); err != nil {
		return err
	}
	if err := relay.AddWorkers(workers, a.Relays); err != nil {
		return err
	}
	if err := rescan.AddWorkers(workers, a.Rescan); err != nil {
		return err
	}
	if err := inspect.AddWorkers(workers, a.Inspect); err != nil {
		return err
	}
	if err := faultbook.AddWorkers(workers, a.Faults); err != nil {
		return err
	}
	if err := inbox.AddWorkers(workers, a.Inbox); err != nil {
		return err
	}
	if err := push.AddWorkers(workers, a.Push); err != nil {
		return err
	}
	if err := roster.AddWorkers(workers, a.Roster); err != nil {
		return err
	}
	if err := peer.AddWorkers(workers, a.Peers); err != nil {
		return err
	}
	if err := channel.AddWorkers(workers, a.Channels); err != nil {
		return err
	}
	if err := rumour.AddWorkers(workers, a.Rumours); err != nil {
		return err
	}
	if err := incident.AddWorkers(workers, a.Incidents, a.Inbox); err != nil {
		return err
	}
	var err error
	a.queue, err = queue.New(a.jobs.Pool(), queue.Config{
		Log:     a.log,
		Workers: workers,
		Reindex: a.owner,
		Periodic: slices.Concat(
			account.Periodic(), review.Periodic(), reach.Periodic(), template.Periodic(), source.Periodic(),
			link.Periodic(), relay.Periodic(), notice.Periodic(), inspect.Periodic(), faultbook.Periodic(),
			inbox.Periodic(), push.Periodic(), peer.Periodic(), rescan.Periodic(),
			roster.Periodic(), channel.Periodic(), rumour.Periodic(), incident.Periodic(),
		),
	})

	return err
}
