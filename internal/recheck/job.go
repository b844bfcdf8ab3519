package recheck

import (
	"context"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// Args looks through what is on its way once more: because the lists of a unit forbid more than
// before, or because two people excepted a word there.
type Args struct {
	UnitPath string `json:"unit_path"`
	Excepted bool   `json:"excepted"`
	By       int64  `json:"by"` // the second person of an exception
}

// Kind names the job; it is never renamed.
func (Args) Kind() string { return "delivery.recheck" }

// InsertOpts puts the job among the urgent ones: what it finds may be due in a minute. Looking twice does no
// harm.
func (Args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Urgent, MaxAttempts: 8}
}

// ListWatch hears of changed word lists, in the transactions that change them.
func ListWatch() lexicon.Told {
	return lexicon.Told{
		Blocks: func(ctx context.Context, tx pg.Tx, unitPath string) error {
			return queue.Insert(ctx, tx, Args{UnitPath: unitPath}, nil)
		},
		Excepted: func(ctx context.Context, tx pg.Tx, e lexicon.Exception) error {
			return queue.Insert(
				ctx,
				tx,
				Args{UnitPath: e.UnitPath, Excepted: true, By: e.DecidedBy},
				nil,
			)
		},
	}
}

type worker struct {
	river.WorkerDefaults[Args]
	service *Service
}

// Work looks.
func (w *worker) Work(ctx context.Context, job *river.Job[Args]) (err error) {
	defer fault.Step(&err, "recheck.worker.Work")

	if job.Args.Excepted {
		return w.service.ReleaseExcepted(ctx, job.Args.UnitPath, job.Args.By)
	}

	return w.service.Recheck(ctx, job.Args.UnitPath)
}

// AddWorkers registers the worker of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, &worker{service: service})
}
