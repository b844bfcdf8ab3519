package reach

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// ImportArgs asks for an import to be worked through.
type ImportArgs struct {
	ImportID int64 `json:"import_id"`
}

// Kind names the job.
func (ImportArgs) Kind() string { return "reach_import" }

// importAttempts is how often an import is tried before it has failed.
const importAttempts = 5

// InsertOpts gives the queue.
func (ImportArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: importAttempts}
}

type importWorker struct {
	river.WorkerDefaults[ImportArgs]
	s *Service
}

// Timeout is longer than a full file takes beside other work.
func (importWorker) Timeout(*river.Job[ImportArgs]) time.Duration { return 5 * time.Minute }

// Work puts the posts in, unless the request that brought the file does so itself. After the last
// attempt the import has failed, which its page says.
func (w importWorker) Work(ctx context.Context, job *river.Job[ImportArgs]) (err error) {
	defer fault.Step(&err, "reach.importWorker.Work")

	quiet, err := importIsQuiet(ctx, w.s.db.Pool(), job.Args.ImportID, w.s.now().Add(-importQuiet))
	if err != nil {
		return err
	}
	if !quiet {
		return river.JobSnooze(importQuiet)
	}
	if err := w.s.giveWay(ctx); err != nil {
		return err
	}

	err = w.s.RunImport(ctx, job.Args.ImportID)
	if err != nil && job.Attempt >= importAttempts {
		_ = failImport(context.WithoutCancel(ctx), w.s.db.Pool(), job.Args.ImportID, w.s.now())
	}

	return err
}
