package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// guard ends a job's context after its lane's limit, and takes secrets out of its error before River
// stores the text.
type guard struct {
	river.WorkerMiddlewareDefaults
	lanes map[string]Lane
	log   *slog.Logger
}

// Work runs the job.
func (g *guard) Work(ctx context.Context, job *rivertype.JobRow, next func(context.Context) error) error {
	if lane, ok := g.lanes[job.Queue]; ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(
			ctx,
			lane.Limit,
			fmt.Errorf("job %s ran into the limit of its queue, %v", job.Kind, lane.Limit),
		)
		defer cancel()
	}
	err := redact(next(ctx))
	var cancelled *river.JobCancelError
	if errors.As(err, &cancelled) { // River does not show these to the error handler
		g.log.ErrorContext(ctx, "job given up",
			"kind", job.Kind,
			"job", job.ID,
			"queue", job.Queue,
			"err", err,
		)
	}

	return err
}

// secrets are the parameters of Weibo's addresses and bodies, and of database addresses, that nobody
// may read.
var secrets = regexp.MustCompile(
	`(?i)((?:[?&]code|token|secret|password)["']?\s*[=:]\s*["']?)[^\s&"',;}]+|(://[^:/@\s]+:)[^@\s]+@`,
)

// redacted is an error whose text lost its secrets and whose chain is whole.
type redacted struct {
	text string
	err  error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.err }

func redact(err error) error {
	if err == nil {
		return nil
	}
	text := redactText(err.Error())
	if text == err.Error() {
		return err
	}

	return &redacted{text: text, err: err}
}

func redactText(s string) string {
	return secrets.ReplaceAllStringFunc(s, func(m string) string {
		sub := secrets.FindStringSubmatch(m)
		if sub[2] != "" {
			return sub[2] + "***@"
		}

		return sub[1] + "***"
	})
}

// failures logs what went wrong with a job: never its args. The last attempt is an error, an earlier
// one a warning.
type failures struct{ log *slog.Logger }

// HandleError leaves River's decision as it is.
func (f failures) HandleError(
	ctx context.Context,
	job *rivertype.JobRow,
	err error,
) *river.ErrorHandlerResult {
	level := slog.LevelWarn
	if job.Attempt >= job.MaxAttempts {
		level = slog.LevelError
	}
	f.log.Log(ctx, level, "job failed", "kind", job.Kind, "job", job.ID, "queue", job.Queue,
		"attempt", job.Attempt, "of", job.MaxAttempts, "err", redactText(err.Error()))

	return nil
}

// HandlePanic leaves River's decision as it is.
func (f failures) HandlePanic(
	ctx context.Context,
	job *rivertype.JobRow,
	panicked any,
	trace string,
) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "job", job.ID, "queue", job.Queue,
		"attempt", job.Attempt, "panic", redactText(fmt.Sprint(panicked)), "trace", trace)
	return nil
}

// riverLog lets River's own words through from warnings on; failed jobs are told by failures.
func riverLog(log *slog.Logger) *slog.Logger {
	return slog.New(atLeast{log.Handler()})
}

type atLeast struct{ slog.Handler }

func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}
func (h atLeast) WithAttrs(a []slog.Attr) slog.Handler { return atLeast{h.Handler.WithAttrs(a)} }
func (h atLeast) WithGroup(n string) slog.Handler      { return atLeast{h.Handler.WithGroup(n)} }
