package delivery

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// Options of the service.
type Options struct {
	Now      func() time.Time // UTC; time.Now when nil
	Settings Settings
	Rules    weibo.Rules // what the application's contract allows, for the check at submission
	Wake     func()      // told after a commit that planned something; may be nil

	// Checks looks through wordings at submission and at the last approval; nil: nothing is looked at, as
	// in tests of other matters.
	Checks *check.Service

	// Changed is told when a post was approved, revised, moved or withdrawn, in the transaction of the
	// change. What it fails with keeps the change from being made. May be nil.
	Changed func(ctx context.Context, tx pg.Tx, now time.Time, postID int64) error

	// MostCounted bounds how many open deliveries Counts reads, and how many settled ones: nobody needs
	// to know exactly how many more there are. 2,000 when 0.
	MostCounted int
}

// Service holds the acts of people on deliveries. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
	set   Settings
	rules weibo.Rules
	wake  func()

	checks *check.Service
	pauses *pause.Service

	changed func(ctx context.Context, tx pg.Tx, now time.Time, postID int64) error

	mostCounted int
}

// New makes the service.
func New(db *pg.DB, options Options) *Service {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Wake == nil {
		options.Wake = func() {}
	}
	if options.Changed == nil {
		options.Changed = func(context.Context, pg.Tx, time.Time, int64) error { return nil }
	}
	if options.MostCounted == 0 {
		options.MostCounted = 2000
	}

	return &Service{
		db:          db,
		clock:       options.Now,
		set:         options.Settings.Filled(),
		rules:       options.Rules,
		wake:        options.Wake,
		checks:      options.Checks,
		pauses:      pause.New(db),
		changed:     options.Changed,
		mostCounted: options.MostCounted,
	}
}

// now is the instant of an act, as precise as the database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// act runs one use case in a transaction and wakes the engine of this process once it is committed.
func (s *Service) act(ctx context.Context, do func(tx pg.Tx, now time.Time) error) error {
	err := s.db.InTxRetry(ctx, func(tx pg.Tx) error { return do(tx, s.now()) })
	if err == nil {
		s.wake()
	}

	return err
}

// note writes what a person did into the audit trail.
func note(
	ctx context.Context,
	act access.Act,
	action audit.Act,
	subject, unitPath, why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor: act.Actor, At: act.Now, Action: action, Subject: subject, UnitPath: unitPath, Why: why,
		Detail: detail,
	})
}

// Reach tells how far an act on a post's deliveries came.
type Reach struct {
	Done    int // changed
	TooLate int // past their mark: the wish is kept and followed if nothing went out
	Sent    int // out already
}

// detail is the reach as the audit trail keeps it.
func (r Reach) detail() map[string]any {
	return map[string]any{"done": r.Done, "too_late": r.TooLate, "sent": r.Sent}
}

// DueChoice is when something is to go out. The zero value keeps the time there is.
type DueChoice struct {
	Now bool
	At  *time.Time
}

// resolve gives the instant, which must lie ahead.
func (c DueChoice) resolve(kept *time.Time, now time.Time) (time.Time, error) {
	switch {
	case c.Now:
		return now, nil
	case c.At != nil:
		due := c.At.UTC().Truncate(time.Microsecond)
		if !due.After(now) {
			return due, fault.Invalid("due", "发布时间已过，请改为将来的时间，或选择立即发布")
		}
		if due.Year() > post.LastYear {
			return due, post.TooFar
		}

		return due, nil
	case kept == nil:
		return now, fault.Invalid("due", "请选择立即发布或新的时间")
	case !kept.After(now):
		return *kept, fault.Invalid("due", "原定时间已过，请选择立即发布或新的时间")
	}

	return *kept, nil
}

// because is the reason of a person as an event keeps it; none for an empty one.
func because(why string) Args {
	if why == "" {
		return nil
	}

	return Args{whyArg: why}
}

// reason trims what a person wrote and insists on it.
func reason(field, why string) (string, error) {
	why = strings.TrimSpace(why)
	if why == "" {
		return "", fault.Invalid(field, "请写明原因，将记入审计日志")
	}

	return why, nil
}
