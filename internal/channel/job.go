package channel

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/queue"
)

// sendAttempts are for what fails on our side; how often the other side is tried the message itself counts.
const sendAttempts = 10

// SendArgs asks for one message to be sent.
type SendArgs struct {
	MessageID int64 `json:"message_id"`
}

// Kind names the job.
func (SendArgs) Kind() string { return "channel_send" }

// InsertOpts gives the queue.
func (SendArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue: queue.Notify, MaxAttempts: sendAttempts,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStatePending, rivertype.JobStateScheduled, rivertype.JobStateAvailable,
			rivertype.JobStateRunning, rivertype.JobStateRetryable,
		}},
	}
}

// sendAt lets a job wait until a message is due.
func sendAt(due time.Time) *river.InsertOpts { return &river.InsertOpts{ScheduledAt: due} }

// RecallArgs asks for what should have left to be looked at once more.
type RecallArgs struct{ queue.Round }

// Kind names the job.
func (RecallArgs) Kind() string { return "channel_recall" }

// InsertOpts gives the queue.
func (RecallArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 1}
}

// ForgetArgs asks for old messages to be deleted.
type ForgetArgs struct{ queue.Round }

// Kind names the job.
func (ForgetArgs) Kind() string { return "channel_forget" }

type spreader struct {
	river.WorkerDefaults[notice.LeaveArgs]
	s *Service
}

// Work writes what leaves.
func (w spreader) Work(ctx context.Context, job *river.Job[notice.LeaveArgs]) (err error) {
	defer fault.Step(&err, "channel.spreader.Work")

	return w.s.Spread(ctx, job.Args)
}

type sender struct {
	river.WorkerDefaults[SendArgs]
	s *Service
}

// Work tries one message and comes again when it says so.
func (w sender) Work(ctx context.Context, job *river.Job[SendArgs]) (err error) {
	defer fault.Step(&err, "channel.sender.Work")

	again, err := w.s.Send(ctx, job.Args.MessageID)
	if err != nil || again <= 0 {
		return err
	}

	return river.JobSnooze(again)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return errors.Join(
		river.AddWorkerSafely(workers, spreader{s: service}),
		river.AddWorkerSafely(workers, sender{s: service}),
		queue.AddRound[RecallArgs](workers, service.Recall),
		queue.AddRound[ForgetArgs](workers, service.forget),
	)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: 15 * time.Minute, Args: RecallArgs{}, OnStart: true},
		{Every: 24 * time.Hour, Args: ForgetArgs{}, OnStart: true},
	}
}
