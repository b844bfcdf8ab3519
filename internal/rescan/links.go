package rescan

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// Address is a link in what was published, with what became of it.
type Address struct {
	PostID    int64 // of the platform's posts
	AccountID int64
	PostedAt  time.Time
	Link      link.Link
	DeadAt    *time.Time // when a second look, a day after the first or more, found it dead; nil: it is not
}

// Prober looks at an address now, as link.Service does.
type Prober interface {
	Probe(ctx context.Context, known link.Link) (link.Link, error)
}

// Links of posts of linkDays are looked at: each a week after the last look, one that did not open a day
// after. A round, every hour, asks for mostLooks: less than 500 a day.
const (
	linkDays  = 90
	lookEvery = 7 * 24 * time.Hour
	deadApart = 24 * time.Hour
	mostLooks = 20
)

// PlanLinks leaves a job for each address that is due, the longest due first, as many as a round may; none
// while much is about to be sent.
func (s *Service) PlanLinks(ctx context.Context) (err error) {
	defer fault.Step(&err, "rescan.PlanLinks")

	if yields, err := s.yields(ctx); err != nil || yields {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		ids, err := dueAddresses(ctx, tx, s.now(), mostLooks)
		if err != nil || len(ids) == 0 {
			return err
		}

		jobs := make([]river.InsertManyParams, len(ids))
		for i, id := range ids {
			jobs[i] = river.InsertManyParams{Args: LinkArgs{AddressID: id}}
		}

		return queue.InsertMany(ctx, tx, jobs)
	})
}

// yields tells whether so much is about to be sent that everything else waits.
func (s *Service) yields(ctx context.Context) (bool, error) {
	n, err := s.busy(ctx, near, crowd)

	return n >= crowd, err
}

// LookAt looks at one address, if it is due still, and keeps what was found. While much is about to be sent
// it leaves the address to the next plan.
func (s *Service) LookAt(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "rescan.LookAt %d", id)

	if yields, err := s.yields(ctx); err != nil || yields {
		return err
	}
	before, due, err := dueAddress(ctx, s.db, id, s.now())
	if err != nil || !due {
		return err
	}
	seen, err := s.links.Probe(ctx, before.known)
	if err != nil {
		return err
	}

	return keepLook(ctx, s.db, before.after(seen, s.now()))
}

// looked is an address as it is kept.
type looked struct {
	id        int64
	known     link.Link
	nextAt    time.Time
	firstDead *time.Time
	deadAt    *time.Time
}

// after is the address after a look: dead only where a look a day before or more found it so too, and none
// since found anything else. Of a look that learnt nothing the address stays what it was.
func (l looked) after(seen link.Link, at time.Time) looked {
	l.known, l.nextAt = seen, at.Add(lookEvery)

	switch {
	case seen.State == link.Unclear:
	case seen.State != link.Dead:
		l.firstDead, l.deadAt = nil, nil
	case l.firstDead == nil:
		l.firstDead, l.nextAt = &at, at.Add(deadApart)
	case l.deadAt == nil && at.Sub(*l.firstDead) < deadApart:
		l.nextAt = l.firstDead.Add(deadApart)
	case l.deadAt == nil:
		l.deadAt = &at
	}

	return l
}

// Links gives what is wrong with links of accounts at an instant: dead ones, and those whose certificate is
// not right or that lead elsewhere. Of each account at most shown, the dead ones first. It checks no right:
// the accounts were found before.
func Links(
	ctx context.Context,
	db *pg.DB,
	accounts []int64,
	at time.Time,
	shown int,
) (_ map[int64][]Address, err error) {
	defer fault.Step(&err, "rescan.Links")

	return wrongLinks(ctx, db, accounts, at, shown)
}

// PlanArgs asks which links are due.
type PlanArgs struct{}

// Kind names the job; it is never renamed.
func (PlanArgs) Kind() string { return "rescan.links" }

// InsertOpts gives the queue.
func (PlanArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Look, MaxAttempts: 1}
}

// LinkArgs asks for a look at one address.
type LinkArgs struct {
	AddressID int64 `json:"address_id"`
}

// Kind names the job; it is never renamed.
func (LinkArgs) Kind() string { return "rescan.link" }

// InsertOpts gives the queue; an address is looked at by one job at a time. What fails is looked at again by
// the plan and not by the queue.
func (LinkArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Look, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{
		ByArgs: true,
		ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		},
	}}
}

type linkLooker struct {
	river.WorkerDefaults[LinkArgs]
	service *Service
}

// Work looks at one address.
func (w linkLooker) Work(ctx context.Context, job *river.Job[LinkArgs]) (err error) {
	defer fault.Step(&err, "rescan.linkLooker.Work")

	return w.service.LookAt(ctx, job.Args.AddressID)
}
