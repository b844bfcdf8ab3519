package delivery

import (
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/weibo"
)

// AfterCall is what the end of a call does to the delivery that was marked for it. It is only asked
// while the row still shows the attempt of that call; AfterLateCall is for the rest.
func AfterCall(delivery Delivery, outcome weibo.Outcome, settings Settings, now time.Time) Change {
	change := Change{Attempt: outcome.Written, CallEnded: ended(outcome, now), Turn: TurnFreed}
	switch outcome.Result {
	case weibo.Published:
		change.publish(outcome, settings, now)
	case weibo.PublishedNoID:
		change.To, change.Code, change.SentAt = Sent, PublishedSlow, change.CallEnded
		if outcome.InReview() {
			change.Code = PublishedReview
		}
		change.NextLook, change.DropWish = at(now, settings.FirstLook), true
	case weibo.NotPublished:
		refuse(&change, delivery, outcome, settings, now)
	case weibo.Unknown:
		change.To = Unknown
		change.Code = OutcomeOpen
		change.Turn = TurnKept
		change.NextLook = at(now, settings.FirstLook)
	}

	return change
}

func ended(outcome weibo.Outcome, now time.Time) *time.Time {
	if outcome.Ended.IsZero() {
		return &now
	}

	return &outcome.Ended
}

func (c *Change) publish(outcome weibo.Outcome, settings Settings, now time.Time) {
	c.To, c.Code, c.RemoteID, c.SentAt = Sent, Published, outcome.ID, c.CallEnded
	if outcome.Post != nil && !outcome.Post.CreatedAt.IsZero() {
		c.SentAt = &outcome.Post.CreatedAt
	}
	c.NextLook, c.DropWish = at(now, settings.ReadBack), true
}

// refuse decides about a call that surely published nothing.
func refuse(change *Change, delivery Delivery, outcome weibo.Outcome, settings Settings, now time.Time) {
	e := outcome.Err
	if e == nil {
		e = &weibo.Error{Class: weibo.ClassRetry}
	}

	change.Args = Args{"code": e.Code, "text": e.Text}
	switch e.Class {
	case weibo.ClassSlow:
		change.rest(delivery, e, now)
	case weibo.ClassToken:
		change.Attempt, change.TokenRefused = false, true
		change.again(delivery, TokenRefused, nil, now)
		change.Raise = TodoProblem
	case weibo.ClassRetry, weibo.ClassPublished:
		change.Args = nil
		change.again(delivery, NoConnection, at(now, settings.RetryWait), now)
	default:
		// an earlier call of ours may be what it repeats, or somebody else's post
		if e.Repeat && (delivery.Attempts > 0 || delivery.Doubted) {
			change.To = Unknown
			change.Code = Repeated
			change.NextLook = at(now, settings.FirstLook)
			change.Turn = TurnKept

			return
		}
		change.To, change.Code, change.Raise = Failed, Refused, TodoProblem
		change.followWish(delivery)
	}
}

// rest lets the account, or all that share the address, leave the platform alone for as long as it asks.
func (c *Change) rest(delivery Delivery, e *weibo.Error, now time.Time) {
	until := e.RestUntil(now)
	c.Attempt, c.RestCode, c.Raise = false, e.Code, TodoProblem
	c.Args = Args{"code": e.Code, "until": beijing.ClockTime(until)}
	code := RestAccount

	switch e.Scope {
	case weibo.ScopeIP:
		code, c.SharedRest = RestShared, &until
	case weibo.ScopeBehaviour:
		code, c.AccountRest = RestBehaviour, &until
	default:
		c.AccountRest = &until
	}
	c.again(delivery, code, &until, now)
}

// again sends a delivery that surely is not out back to wait, unless a person wanted otherwise or its
// time is over.
func (c *Change) again(delivery Delivery, code Reason, notBefore *time.Time, now time.Time) {
	c.To, c.Code, c.NotBefore = Waiting, code, notBefore
	if delivery.NotAfter != nil && now.After(*delivery.NotAfter) &&
		(delivery.Wish == nil || *delivery.Wish != WishReplan) {
		c.To, c.Code, c.Raise, c.Args = Missed, TooLate, TodoMissed, nil
	}
	c.followWish(delivery)
}

// followWish does what a person wanted while the outcome was open, now that nothing went out.
func (c *Change) followWish(delivery Delivery) {
	if delivery.Wish == nil {
		return
	}
	wish := *delivery.Wish
	c.DropWish, c.Raise = true, ""

	switch wish {
	case WishCancel:
		c.To, c.Code = Cancelled, WasWithdrawn
	case WishHold:
		c.To, c.Code = Held, WasPaused
		if delivery.PauseID == nil { // no end of a pause releases it: a person does
			c.Raise = TodoProblem
		}
	case WishRevise:
		c.To, c.Code, c.Raise = Held, Superseded, TodoProblem
	case WishReplan:
		c.To, c.Code, c.DueAt, c.NotBefore = Waiting, WasRescheduled, delivery.WishDueAt, nil
	}
}

// AfterLateCall is what an answer does that comes when the row has moved on: ok is false when it says
// nothing new. sameAttempt tells that no newer mark was made meanwhile.
func AfterLateCall(
	delivery Delivery,
	outcome weibo.Outcome,
	sameAttempt bool,
	settings Settings,
	now time.Time,
) (change Change, ok bool) {
	out := outcome.Result == weibo.Published || outcome.Result == weibo.PublishedNoID
	switch {
	case delivery.State == Unknown && sameAttempt && outcome.Result == weibo.Unknown &&
		delivery.CallEndedAt == nil:
		// The end is news: from now on no byte of the attempt can leave, and looks may decide what
		// absence means.
		return Change{
			To:        Unknown,
			Code:      OutcomeOpen,
			Attempt:   outcome.Written,
			CallEnded: ended(outcome, now),
			NextLook:  at(now, settings.FirstLook),
		}, true
	case delivery.State == Unknown && sameAttempt && outcome.Result != weibo.Unknown:
		change = AfterCall(delivery, outcome, settings, now)
		if out {
			change.Code = LateAnswer
		}
		// a refusal of what may stand there already: the doubt stays, and the answer is kept
		if change.To == Unknown {
			return change, true
		}
		change.Turn, change.Resolve = TurnSettled, TodoUnknown

		return change, true
	case !out:
		return Change{}, false
	case delivery.State == Sent && (outcome.ID == "" || delivery.RemoteID == nil ||
		*delivery.RemoteID == outcome.ID):
		return Change{}, false
	case !sameAttempt || delivery.State == Sent:
		return Change{To: delivery.State, Code: Twice, Args: Args{"id": outcome.ID}, Raise: TodoTwice}, true
	}
	change = AfterCall(delivery, outcome, settings, now)
	change.Code = LateAnswer
	if delivery.State != Waiting && delivery.State != Preparing {
		change.Code, change.Raise = LateConfirmation, TodoLive
	}

	return change, true
}
