// Package queue runs jobs that outlive a request or a process, on River. It decides which queues there
// are, how many work on each and for how long; what a job does is the business of the feature that
// registers it. A job is inserted in the transaction of its cause, so that one never exists without the
// other.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/fault"
)

// The queues. Each has workers of its own, so that a slow pull never delays a post.
const (
	Prepare = "prepare" // deliveries inside their lead
	Urgent  = "urgent"  // deliveries that are due now
	Pull    = "pull"    // readings, histories, looks after unknown outcomes
	Calc    = "calc"    // roll-ups, the audit chain
	Notify  = "notify"  // messages to people
	Look    = "look"    // links of posts, at servers of strangers
)

// Lane says how many jobs of a queue run at once in this process and how long one may take before its
// context ends.
type Lane struct {
	Workers int
	Limit   time.Duration
}

// lanes are the defaults. A prepare job must end well before the instant it prepares, 60 s later.
var lanes = map[string]Lane{
	Prepare: {Workers: 100, Limit: 45 * time.Second},
	Urgent:  {Workers: 50, Limit: 45 * time.Second},
	Pull:    {Workers: 10, Limit: 5 * time.Minute},
	Calc:    {Workers: 2, Limit: 10 * time.Minute},
	Notify:  {Workers: 4, Limit: time.Minute},
	Look:    {Workers: 4, Limit: 30 * time.Second},
}

const (
	fetchCooldown = 50 * time.Millisecond // a free worker waits no longer for the next job of a burst
	hardStop      = 5 * time.Second       // for jobs to return after their contexts were ended
	// after the longest limit, a job of a dead process is given to another
	rescueMargin = time.Minute
)

// Config of a queue that works. The zero value of Lanes keeps the defaults.
type Config struct {
	Log      *slog.Logger    // slog.Default() when nil
	Workers  *river.Workers  // what the features registered
	Lanes    map[string]Lane // overrides by queue name
	Periodic []Periodic
	Reindex  bool // rebuild River's indexes now and then, which only the owner of the tables may
	Test     bool // maintenance starts without its usual random delay
}

// Queue works on jobs between Start and Stop.
type Queue struct {
	client *river.Client[pgx.Tx]
	log    *slog.Logger
}

// New prepares the queue on a pool of its own; nothing runs before Start. The schema must be migrated.
func New(pool *pgxpool.Pool, config Config) (*Queue, error) {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	all, err := mergeLanes(config.Lanes)
	if err != nil {
		return nil, err
	}
	periodic, err := periodicJobs(config.Periodic)
	if err != nil {
		return nil, err
	}
	longest := longestLimit(all)
	var reindex []string // River's own
	if !config.Reindex {
		reindex = []string{}
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Workers:              config.Workers,
		Queues:               queueConfigs(all),
		PeriodicJobs:         periodic,
		FetchCooldown:        fetchCooldown,
		JobTimeout:           longest,
		RescueStuckJobsAfter: longest + rescueMargin,
		ErrorHandler:         failures{log: config.Log},
		Logger:               riverLog(config.Log),
		Middleware:           []rivertype.Middleware{&guard{lanes: all, log: config.Log}},
		TestOnly:             config.Test,
		ReindexerIndexNames:  reindex,
	})
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}

	return &Queue{client: client, log: config.Log}, nil
}

// Start begins to work. Only Stop ends it, not the end of ctx.
func (q *Queue) Start(ctx context.Context) (err error) {
	defer fault.Step(&err, "queue.Start")

	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}

	return nil
}

// Stop takes no new job and waits for the running ones until ctx ends; then their contexts are ended.
// Jobs cut that way run again later. Calling it again, or before Start, does nothing.
func (q *Queue) Stop(ctx context.Context) (err error) {
	defer fault.Step(&err, "queue.Stop")

	err = q.client.Stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	q.log.Warn("jobs are cut: they did not end in time")
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
	defer cancel()
	if err := q.client.StopAndCancel(hard); err != nil {
		return fmt.Errorf("stop queue hard: %w", err)
	}

	return nil
}

// Subscribe tells of finished jobs; cancel ends it. For tests that wait for an event instead of a clock.
func (q *Queue) Subscribe(kinds ...river.EventKind) (events <-chan *river.Event, cancel func()) {
	return q.client.Subscribe(kinds...)
}

func mergeLanes(over map[string]Lane) (map[string]Lane, error) {
	all := make(map[string]Lane, len(lanes))
	for name, lane := range lanes {
		all[name] = lane
	}

	for name, lane := range over {
		if _, ok := lanes[name]; !ok || lane.Workers < 1 || lane.Limit <= 0 {
			return nil, fmt.Errorf("queue: bad lane %q: %+v", name, lane)
		}
		all[name] = lane
	}

	return all, nil
}

func longestLimit(all map[string]Lane) time.Duration {
	var longest time.Duration
	for _, lane := range all {
		longest = max(longest, lane.Limit)
	}

	return longest
}

func queueConfigs(all map[string]Lane) map[string]river.QueueConfig {
	configs := make(map[string]river.QueueConfig, len(all))
	for name, lane := range all {
		configs[name] = river.QueueConfig{MaxWorkers: lane.Workers}
	}

	return configs
}

// Periodic is a job inserted again and again by whichever process leads, once per period however many
// there are.
type Periodic struct {
	Every   time.Duration
	Args    river.JobArgs // its queue comes from the args' own InsertOpts
	OnStart bool          // also at once when a process becomes the leader
}

func periodicJobs(table []Periodic) ([]*river.PeriodicJob, error) {
	jobs := make([]*river.PeriodicJob, 0, len(table))
	for _, periodic := range table {
		if periodic.Every < time.Second {
			return nil, fmt.Errorf(
				"queue: %s would run every %v, the least period is 1s",
				periodic.Args.Kind(),
				periodic.Every,
			)
		}
		if err := checkQueue(periodic.Args, nil); err != nil {
			return nil, err
		}
		args := periodic.Args
		unique := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: periodic.Every}}
		jobs = append(jobs, river.NewPeriodicJob(river.PeriodicInterval(periodic.Every),
			func() (river.JobArgs, *river.InsertOpts) { return args, unique },
			&river.PeriodicJobOpts{ID: args.Kind(), RunOnStart: periodic.OnStart}))
	}

	return jobs, nil
}

// errNoQueue is a defect: such a job would wait for ever.
var errNoQueue = errors.New("job names no queue that anybody works on")

// checkQueue resolves the queue as River does: the call's options before the args' own.
func checkQueue(args river.JobArgs, opts *river.InsertOpts) error {
	name := ""
	if a, ok := args.(river.JobArgsWithInsertOpts); ok {
		name = a.InsertOpts().Queue
	}
	if opts != nil && opts.Queue != "" {
		name = opts.Queue
	}
	if _, ok := lanes[name]; !ok {
		return fmt.Errorf("insert job %s: %w: %q", args.Kind(), errNoQueue, name)
	}

	return nil
}
