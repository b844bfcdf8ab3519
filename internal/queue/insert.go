package queue

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// insertBatch bounds one statement of InsertMany.
const insertBatch = 5000

// inserter has no pool and no state: it only writes on the transaction it is given.
var inserter = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(nil), &river.Config{})
})

// Insert writes a job in the caller's transaction: it exists when that commits. The queue comes from
// opts or from the args' own InsertOpts and must be one of this package's. A job that is unique and
// there already is no error. A program that only inserts needs no Queue.
func Insert(ctx context.Context, tx pg.Tx, args river.JobArgs, opts *river.InsertOpts) (err error) {
	defer fault.Step(&err, "queue.Insert")

	if err := checkQueue(args, opts); err != nil {
		return err
	}
	c, err := inserter()
	if err != nil {
		return fmt.Errorf("insert job: %w", err)
	}
	if _, err := c.InsertTx(ctx, tx.Pgx, args, opts); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}

	return nil
}

// InsertMany is Insert for many jobs in few statements, some hundred times quicker than one by one.
func InsertMany(ctx context.Context, tx pg.Tx, jobs []river.InsertManyParams) (err error) {
	defer fault.Step(&err, "queue.InsertMany")

	for _, j := range jobs {
		if err := checkQueue(j.Args, j.InsertOpts); err != nil {
			return err
		}
	}
	c, err := inserter()
	if err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}

	for len(jobs) > 0 {
		n := min(len(jobs), insertBatch)
		if _, err := c.InsertManyTx(ctx, tx.Pgx, jobs[:n]); err != nil {
			return fmt.Errorf("insert jobs: %w", err)
		}
		jobs = jobs[n:]
	}

	return nil
}
