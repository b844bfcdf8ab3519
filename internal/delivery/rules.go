package delivery

import (
	"time"

	"juzhen/internal/instant"
	"juzhen/internal/weibo"
)

// AfterCall is what the end of a call does to the delivery that was marked for it. It is only asked while the row still
// shows the attempt of that call; AfterLateCall is for the rest.
func AfterCall(d Delivery, o weibo.Outcome, s Settings, now time.Time) Change {
	c := Change{Attempt: o.Written, CallEnded: ended(o, now), Turn: TurnFreed}
	switch o.Result {
	case weibo.Published:
		c.publish(o, s, now)
	case weibo.PublishedNoID:
		c.To, c.Code, c.SentAt = Sent, PublishedSlow, c.CallEnded
		if o.Code == 20053 {
			c.Code = PublishedReview
		}
		c.NextLook, c.DropWish = at(now, s.FirstLook), true
	case weibo.NotPublished:
		refuse(&c, d, o, s, now)
	case weibo.Unknown:
		c.To, c.Code, c.Turn, c.NextLook = Unknown, OutcomeOpen, TurnKept, at(now, s.FirstLook)
	}
	return c
}

func ended(o weibo.Outcome, now time.Time) *time.Time {
	if o.Ended.IsZero() {
		return &now
	}
	return &o.Ended
}

func (c *Change) publish(o weibo.Outcome, s Settings, now time.Time) {
	c.To, c.Code, c.RemoteID, c.SentAt = Sent, Published, o.ID, c.CallEnded
	if o.Post != nil && !o.Post.CreatedAt.IsZero() {
		c.SentAt = &o.Post.CreatedAt
	}
	c.NextLook, c.DropWish = at(now, s.ReadBack), true
}

// refuse decides about a call that surely published nothing.
func refuse(c *Change, d Delivery, o weibo.Outcome, s Settings, now time.Time) {
	e := o.Err
	if e == nil {
		e = &weibo.Error{Class: weibo.ClassRetry}
	}
	c.Args = Args{"code": e.Code, "text": e.Text}
	switch e.Class {
	case weibo.ClassSlow:
		c.rest(d, e, now)
	case weibo.ClassToken:
		c.Attempt, c.TokenRefused = false, true
		c.again(d, TokenRefused, nil, now)
		c.Raise = TodoProblem
	case weibo.ClassRetry, weibo.ClassPublished:
		c.Args = nil
		c.again(d, NoConnection, at(now, s.RetryWait), now)
	default:
		if e.Repeat && (d.Attempts > 0 || d.Doubted) { // an earlier call of ours may be what it repeats, or somebody else's post
			c.To, c.Code, c.NextLook, c.Turn = Unknown, Repeated, at(now, s.FirstLook), TurnKept
			return
		}
		c.To, c.Code, c.Raise = Failed, Refused, TodoProblem
		c.followWish(d)
	}
}

// rest lets the account, or all that share the address, leave the platform alone for as long as it asks.
func (c *Change) rest(d Delivery, e *weibo.Error, now time.Time) {
	until := e.RestUntil(now)
	c.Attempt, c.RestCode, c.Raise = false, e.Code, TodoProblem
	c.Args = Args{"code": e.Code, "until": ClockTime(until)}
	code := RestAccount
	switch e.Scope {
	case weibo.ScopeIP:
		code, c.SharedRest = RestShared, &until
	case weibo.ScopeBehaviour:
		code, c.AccountRest = RestBehaviour, &until
	default:
		c.AccountRest = &until
	}
	c.again(d, code, &until, now)
}

// again sends a delivery that surely is not out back to wait, unless a person wanted otherwise or its time is over.
func (c *Change) again(d Delivery, code Reason, notBefore *time.Time, now time.Time) {
	c.To, c.Code, c.NotBefore = Waiting, code, notBefore
	if d.NotAfter != nil && now.After(*d.NotAfter) && (d.Wish == nil || *d.Wish != WishReplan) {
		c.To, c.Code, c.Raise, c.Args = Missed, TooLate, TodoMissed, nil
	}
	c.followWish(d)
}

// followWish does what a person wanted while the outcome was open, now that nothing went out.
func (c *Change) followWish(d Delivery) {
	if d.Wish == nil {
		return
	}
	wish := *d.Wish
	c.DropWish, c.Raise = true, ""
	switch wish {
	case WishCancel:
		c.To, c.Code = Cancelled, WasWithdrawn
	case WishHold:
		c.To, c.Code = Held, WasPaused
		if d.PauseID == nil { // no end of a pause releases it: a person does
			c.Raise = TodoProblem
		}
	case WishRevise:
		c.To, c.Code, c.Raise = Held, Superseded, TodoProblem
	case WishReplan:
		c.To, c.Code, c.DueAt, c.NotBefore = Waiting, WasRescheduled, d.WishDueAt, nil
	}
}

// AfterLateCall is what an answer does that comes when the row has moved on: ok is false when it says nothing new.
// sameAttempt tells that no newer mark was made meanwhile.
func AfterLateCall(d Delivery, o weibo.Outcome, sameAttempt bool, s Settings, now time.Time) (c Change, ok bool) {
	out := o.Result == weibo.Published || o.Result == weibo.PublishedNoID
	switch {
	case d.State == Unknown && sameAttempt && o.Result == weibo.Unknown && d.CallEndedAt == nil:
		// The end is news: from now on no byte of the attempt can leave, and looks may decide what absence means.
		return Change{To: Unknown, Code: OutcomeOpen, Attempt: o.Written, CallEnded: ended(o, now), NextLook: at(now, s.FirstLook)}, true
	case d.State == Unknown && sameAttempt && o.Result != weibo.Unknown:
		c = AfterCall(d, o, s, now)
		if out {
			c.Code = LateAnswer
		}
		if c.To == Unknown { // a refusal of what may stand there already: the doubt stays, and the answer is kept
			return c, true
		}
		c.Turn, c.Resolve = TurnSettled, TodoUnknown
		return c, true
	case !out:
		return Change{}, false
	case d.State == Sent && (o.ID == "" || d.RemoteID == nil || *d.RemoteID == o.ID):
		return Change{}, false
	case !sameAttempt || d.State == Sent:
		return Change{To: d.State, Code: Twice, Args: Args{"id": o.ID}, Raise: TodoTwice}, true
	}
	c = AfterCall(d, o, s, now)
	c.Code = LateAnswer
	if d.State != Waiting && d.State != Preparing {
		c.Code, c.Raise = LateConfirmation, TodoLive
	}
	return c, true
}

// ClockTime is an instant as a text shows it; with the day when it is not near.
func ClockTime(t time.Time) string { return t.In(instant.Zone).Format("01-02 15:04") }
