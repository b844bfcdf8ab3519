package delivery

import (
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/weibo"
)

// Seen is what a look found out and what else the rule must know.
type Seen struct {
	Finding    weibo.Finding
	Post       *weibo.Post
	Candidates []weibo.Post
	Complete   bool  // everything back to the attempt's start was seen
	Err        error // could not read: says nothing about the post

	Annotated  bool // the interface gives our mark back, so that absence can be believed
	AutoResend bool // the account's setting
	CallOver   bool // the old owner's lock is gone, or its own record says the call ended
	Reviewed   bool // the platform reviewed or delayed a post of this account lately
	Windowed   bool // only the newest posts are shown

	// the platform called a call of this plan repeated content: a resend would only be a probe
	Repeated bool
	Rival    bool         // somebody else's post of the same text went out since the attempt began
	Alike    []weibo.Post // posts that read the same and are not ours, for the person who decides
}

// AfterLook is what a look does to an unknown delivery.
func AfterLook(delivery Delivery, seen Seen, settings Settings, now time.Time) Change {
	change := Change{To: delivery.State, Looked: true}

	switch {
	case seen.Err != nil:
		change.Looked, change.Code, change.NextLook = false, LookFailed, at(now, settings.LookRetry)
		if now.After(begun(delivery).Add(settings.AbsentAfter)) { // people know by now
			change.NextLook = at(now, max(settings.LookRetry, settings.LookAgain))
		}
		change.Args = Args{"next": beijing.ClockTime(*change.NextLook)}
		change.askPerson(delivery, seen, settings, now)
	case seen.Finding == weibo.FoundOne && seen.Post != nil:
		change.To = Sent
		change.Code = LookFound
		change.RemoteID = seen.Post.ID
		change.SentAt = &seen.Post.CreatedAt
		change.NextLook = at(now, settings.ReadBack)
		change.Turn = TurnSettled
		change.Resolve = TodoUnknown
		change.DropWish = true
	case seen.Finding == weibo.FoundTwice:
		change.Code = LookTwo
		change.Raise = TodoTwice
		change.Args = Args{"n": len(seen.Candidates)}
		change.Turn = TurnFreed
		change.Sightings = sightings(seen.Candidates)
	case seen.Finding != weibo.FoundNone:
		change.Code, change.Raise, change.Args = LookTwo, TodoUnknown, Args{"n": len(seen.Candidates)}
		change.Sightings = sightings(seen.Candidates)
		change.bound(seen)
		change.lookOn(delivery, settings, now)
	default:
		absent(&change, delivery, seen, settings, now)
	}

	return change
}

// absent weighs that the post was not there. It means "not published" only after two looks, the later
// of them after the longest lag the platform is known to have, and only where the interface gives our
// mark back.
func absent(change *Change, delivery Delivery, seen Seen, settings Settings, now time.Time) {
	change.bound(seen)
	settled := lastByte(delivery).Add(settings.AbsentAfter)
	if now.Before(settled) || delivery.Looks < 1 {
		next := settled
		if soon := now.Add(settings.FirstLook); soon.After(next) {
			next = soon
		}
		change.Code, change.NextLook, change.Args = LookAbsent, &next, Args{"next": beijing.ClockTime(next)}

		return
	}
	if seen.Annotated && seen.Complete && decideAbsent(change, delivery, seen, now) {
		return
	}

	change.Code, change.Raise, change.Sightings = LookPerson, TodoUnknown, sightings(seen.Alike)
	switch {
	case seen.Repeated:
		change.Code = LookRepeat
	case !seen.Complete:
		change.Code = LookWindow
	case seen.Rival:
		change.Code = LookRival
	}
	change.lookOn(delivery, settings, now)
}

// decideAbsent settles a trusted absence; false when a person must: always, once the platform has said
// that the text stands there already or somebody else's post shows that it does. Nothing is sent again
// to find out.
func decideAbsent(change *Change, delivery Delivery, seen Seen, now time.Time) bool {
	if seen.Repeated || seen.Rival {
		return false
	}
	mayResend := seen.AutoResend && seen.CallOver && !seen.Reviewed
	if delivery.Wish != nil && (*delivery.Wish != WishReplan || mayResend) && !seen.Reviewed {
		change.followWish(delivery)
		change.Turn, change.Resolve = TurnSettled, TodoUnknown
		change.Args = Args{"wish": string(*delivery.Wish)}

		return true
	}
	if delivery.Wish != nil || !mayResend {
		return false
	}
	change.Turn, change.Resolve = TurnSettled, TodoUnknown
	change.again(delivery, Resend, nil, now)

	return true
}

// bound frees the account's turn after the first look. Where only the newest posts are shown, few may
// follow, or the one that is looked for would be pushed out of sight.
func (c *Change) bound(seen Seen) {
	c.Turn = TurnFreed
	if seen.Windowed {
		c.Turn = TurnBounded
	}
}

// askPerson raises the to-do once looking alone has had its time.
func (c *Change) askPerson(delivery Delivery, seen Seen, settings Settings, now time.Time) {
	if now.After(begun(delivery).Add(settings.AbsentAfter)) {
		c.Raise = TodoUnknown
		c.bound(seen)
	}
}

// lookOn keeps looking while a person decides: a post in review may still appear.
func (c *Change) lookOn(delivery Delivery, settings Settings, now time.Time) {
	if next := at(now, settings.LookAgain); next.Before(begun(delivery).Add(settings.LookFor)) {
		c.NextLook = next
	}
}

// begun is when the attempt began. After a restore, which may have forgotten a mark, it is the instant
// of the restored state.
func begun(delivery Delivery) time.Time {
	switch {
	case delivery.MarkedAt != nil:
		return *delivery.MarkedAt
	case delivery.DueAt != nil:
		return *delivery.DueAt
	}

	return delivery.UpdatedAt
}

// lastByte is the latest instant at which a byte of the attempt can have left: the end of the call
// where its owner recorded it, else the call's hard end.
func lastByte(delivery Delivery) time.Time {
	switch {
	case delivery.CallEndedAt != nil:
		return *delivery.CallEndedAt
	case delivery.HardEnd != nil:
		return *delivery.HardEnd
	}

	return begun(delivery)
}

// LookFrom is the instant back to which a look must reach.
func (d Delivery) LookFrom() time.Time { return begun(d).Add(-2 * time.Minute) }

// AfterIDLook is what a look does to a sent delivery whose id is not known yet: one in review, or shown
// later.
func AfterIDLook(delivery Delivery, seen Seen, settings Settings, now time.Time) Change {
	change := Change{To: delivery.State, Looked: seen.Err == nil, NextLook: at(now, settings.LookRetry)}
	switch {
	case seen.Err != nil:
		change.Code, change.Args = LookFailed, Args{"next": beijing.ClockTime(*change.NextLook)}
	case seen.Finding == weibo.FoundOne && seen.Post != nil:
		change.Code = LookFound
		change.RemoteID = seen.Post.ID
		change.SentAt = &seen.Post.CreatedAt
		change.NextLook = at(now, settings.ReadBack)
	case seen.Finding == weibo.FoundTwice:
		change.Code = LookTwo
		change.Raise = TodoTwice
		change.Args = Args{"n": len(seen.Candidates)}
		change.NextLook = nil
		change.Sightings = sightings(seen.Candidates)
	case seen.Finding != weibo.FoundNone:
		change.Code = LookTwo
		change.Raise = TodoLive
		change.Args = Args{"n": len(seen.Candidates)}
		change.NextLook = nil
		change.Sightings = sightings(seen.Candidates)
	case now.Before(begun(delivery).Add(settings.AbsentAfter)):
		change.Code, change.Args = LookAbsent, Args{"next": beijing.ClockTime(*change.NextLook)}
	default: // confirmed by the platform and not to be seen: in review longer than usual, or refused by it
		change.Code, change.Live, change.Raise, change.NextLook = ReadBackHidden, LiveHidden, TodoLive, nil
		change.lookOn(delivery, settings, now)
	}

	return change
}

// ReadBack is what reading a sent post again does: the live text and pictures against the approved ones.
func ReadBack(
	delivery Delivery,
	payload weibo.Payload,
	live *weibo.Post,
	gone bool,
	settings Settings,
	now time.Time,
) Change {
	change := Change{To: delivery.State, Live: LiveUp, Code: ReadBackSame}

	switch {
	case gone || live == nil || live.Deleted:
		change.Live, change.Code = LiveRemoved, ReadBackRemoved
		// too early to tell "removed" from "not shown yet"
		if now.Before(begun(delivery).Add(settings.AbsentAfter)) {
			change.Live, change.Code = LiveHidden, ReadBackHidden
			change.NextLook = at(begun(delivery), settings.AbsentAfter)
			return change
		}
		change.Raise = TodoLive
	case !sameAs(payload, *live):
		change.Live = LiveChanged
		change.Code = ReadBackChanged
		change.Raise = TodoLive
		change.LiveText = &live.Text
	}

	return change
}

// sameAs compares what is live with what was approved: text, number of pictures, reposted post.
func sameAs(payload weibo.Payload, live weibo.Post) bool {
	live.Annotations = nil // the comparison is about what people read
	verdict := weibo.Match(weibo.Sent{Payload: payload}, []weibo.Post{live})
	return verdict.Finding == weibo.FoundOne || verdict.Finding == weibo.FoundWeak
}
