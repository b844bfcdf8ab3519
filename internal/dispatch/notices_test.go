package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/pause"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// TestEveryChangeOfTimeAndEveryCancellationIsTold: the story of a delivery and that of its post name
// both times of each change and the reason of each cancellation, whichever way it came about.
func TestEveryChangeOfTimeAndEveryCancellationIsTold(t *testing.T) {
	t.Parallel()
	const why = "口径有变"
	type told struct {
		code     delivery.Reason
		from, to time.Duration // after the beginning; 0 both: no time is told
		why      string
	}
	const first, later, earlier = 10 * time.Hour, 20 * time.Hour, 5 * time.Hour

	for name, tc := range map[string]struct {
		do   func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice)
		want told
	}{
		"approved for later": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, at(later))
			},
			told{delivery.WasApproved, first, later, ""},
		},

		"rescheduled before the approval": {
			func(w *world, p post.Post, _ post.Version, at func(time.Duration) delivery.DueChoice) {
				_, err := w.s.Reschedule(w.Context(), w.writer, p.ID, at(later))
				w.must(err)
			},
			told{delivery.WasRescheduled, first, later, ""},
		},

		"rescheduled": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				_, err := w.s.Reschedule(w.Context(), w.writer, p.ID, at(later))
				w.must(err)
			},
			told{delivery.WasRescheduled, first, later, ""},
		},

		"rescheduled while the call is out": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.calling()
				_, err := w.s.Reschedule(w.Context(), w.writer, p.ID, at(later))
				w.must(err)
			},
			told{delivery.WishKept, first, later, ""},
		},

		"earlier asked for": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				out, err := w.s.Reschedule(w.Context(), w.writer, p.ID, at(earlier))
				w.must(err)
				if out.Asked == nil {
					w.Fatal("nothing was asked")
				}
			},
			told{delivery.EarlierAsked, first, earlier, ""},
		},

		"earlier agreed": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				out, err := w.s.Reschedule(w.Context(), w.writer, p.ID, at(earlier))
				w.must(err)
				_, err = w.s.AgreeAdvance(w.Context(), w.second, out.Asked.ID)
				w.must(err)
			},
			told{delivery.EarlierAgreed, first, earlier, ""},
		},

		"planned again": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.exec("UPDATE deliveries SET state = 'missed'")
				_, err := w.s.Replan(w.Context(), w.writer, w.only(p).ID, at(later), why)
				w.must(err)
			},
			told{delivery.WasReplanned, first, later, ""},
		},

		"resumed for another time": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.resume(p, delivery.Choice{Action: delivery.ActReschedule, DueAt: at(later).At})
			},
			told{delivery.WasResumed, first, later, ""},
		},

		"cancelled at the end of a pause": {
			func(w *world, p post.Post, version post.Version, _ func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.resume(p, delivery.Choice{Action: delivery.ActCancel})
			},
			told{delivery.WasCancelled, 0, 0, "重大活动"},
		},

		"cancelled": {
			func(w *world, p post.Post, version post.Version, _ func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.must(w.s.Cancel(w.Context(), w.writer, w.only(p).ID, why))
			},
			told{delivery.WasCancelled, 0, 0, why},
		},

		"cancelled while the call is out": {
			func(w *world, p post.Post, version post.Version, _ func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.calling()
				if err := w.s.Cancel(w.Context(), w.writer, w.only(p).ID, why); err == nil {
					w.Error("a call that is out was cancelled")
				}
			},
			told{delivery.WishKept, 0, 0, why},
		},

		"withdrawn": {
			func(w *world, p post.Post, version post.Version, _ func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				_, err := w.s.Withdraw(w.Context(), w.writer, p.ID, why)
				w.must(err)
			},
			told{delivery.WasWithdrawn, 0, 0, why},
		},

		"withdrawn while the call is out": {
			func(w *world, p post.Post, version post.Version, _ func(time.Duration) delivery.DueChoice) {
				w.approve(p, version, delivery.DueChoice{})
				w.calling()
				_, err := w.s.Withdraw(w.Context(), w.writer, p.ID, why)
				w.must(err)
			},
			told{delivery.WishKept, 0, 0, why},
		},

		"returned and submitted for another time": {
			func(w *world, p post.Post, version post.Version, at func(time.Duration) delivery.DueChoice) {
				_, err := w.s.Review(w.Context(), w.reviewer, p.ID, delivery.Verdict{
					Version: version.Number, Hash: version.Hash, Decision: review.Return,
					Opinion: "换个时间",
				})
				w.must(err)
				_, err = w.s.Revise(w.Context(), w.writer, p.ID)
				w.must(err)
				p, version, err = w.posts.Find(w.Context(), w.writer, p.ID)
				w.must(err)
				content := post.Content{
					Text:    "空气质量良。",
					DueAt:   at(later).At,
					Targets: []post.TargetChoice{{AccountID: w.ids["环保北京"]}},
				}
				p, err = w.posts.Save(w.Context(), w.writer, p.ID, p.Revision, content)
				w.must(err)
				w.must(w.s.Submit(w.Context(), w.writer, p.ID, 0))
			},
			told{delivery.WasReplanned, first, later, ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("环保北京", 1, account.Commercial)
			begin := w.now().UTC().Truncate(time.Second)
			at := func(after time.Duration) delivery.DueChoice {
				due := begin.Add(after)
				return delivery.DueChoice{At: &due}
			}
			p, version := w.submit("空气质量良。", at(first).At, "环保北京")
			tc.do(w, p, version, at)

			match := func(event delivery.Event) bool {
				from, to, ok := event.Times()
				timed := tc.want.to != 0

				return event.Code == tc.want.code && event.Why() == tc.want.why && ok == timed &&
					(!timed || from != nil && to != nil && from.Equal(begin.Add(tc.want.from)) &&
						to.Equal(begin.Add(tc.want.to)))
			}
			events, err := w.s.Events(t.Context(), w.writer, w.only(p).ID)
			w.must(err)
			acts, err := w.s.Acts(t.Context(), w.writer, p.ID)
			w.must(err)
			found, shown := 0, 0

			for _, event := range events {
				if match(event) {
					found++
				}
			}

			for i, act := range acts {
				if match(act.Event) && act.Accounts == 1 {
					shown++
				}
				if i > 0 && act.At.After(acts[i-1].At) {
					t.Error("the acts are not told the newest first")
				}
			}
			if found != 1 || shown != 1 {
				t.Errorf(
					"told %d times with the delivery, %d with the post, want %+v\n%s",
					found,
					shown,
					tc.want,
					w.story(),
				)
			}
		})
	}
}

// calling makes the only delivery one whose call is out.
func (w *world) calling() {
	w.Helper()
	w.exec(`
		UPDATE deliveries
			SET state = 'sending', attempts = 1, marked_at = now(), attempt_id = gen_random_uuid()`)
}

// resume pauses the matrix and ends that with one choice for the only delivery.
func (w *world) resume(p post.Post, choice delivery.Choice) {
	w.Helper()
	paused, err := w.s.Pause(w.Context(), w.supervisor, pause.Stop{UnitID: 1, Why: "重大活动"})
	w.must(err)
	choice.DeliveryID = w.only(p).ID
	_, err = w.s.Resume(w.Context(), w.supervisor, paused.ID, []delivery.Choice{choice})
	w.must(err)
}
