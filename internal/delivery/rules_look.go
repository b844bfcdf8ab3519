package delivery

import (
	"time"

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

	Repeated bool         // the platform called a call of this plan repeated content: a resend would only be a probe
	Rival    bool         // somebody else's post of the same text went out since the attempt began
	Alike    []weibo.Post // posts that read the same and are not ours, for the person who decides
}

// AfterLook is what a look does to an unknown delivery.
func AfterLook(d Delivery, l Seen, s Settings, now time.Time) Change {
	c := Change{To: d.State, Looked: true}
	switch {
	case l.Err != nil:
		c.Looked, c.Code, c.NextLook = false, LookFailed, at(now, s.LookRetry)
		if now.After(begun(d).Add(s.AbsentAfter)) { // people know by now
			c.NextLook = at(now, max(s.LookRetry, s.LookAgain))
		}
		c.Args = Args{"next": ClockTime(*c.NextLook)}
		c.askPerson(d, l, s, now)
	case l.Finding == weibo.FoundOne && l.Post != nil:
		c.To, c.Code, c.RemoteID, c.SentAt = Sent, LookFound, l.Post.ID, &l.Post.CreatedAt
		c.NextLook, c.Turn, c.Resolve, c.DropWish = at(now, s.ReadBack), TurnSettled, TodoUnknown, true
	case l.Finding == weibo.FoundTwice:
		c.Code, c.Raise, c.Args, c.Turn = LookTwo, TodoTwice, Args{"n": len(l.Candidates)}, TurnFreed
		c.Sightings = sightings(l.Candidates)
	case l.Finding != weibo.FoundNone:
		c.Code, c.Raise, c.Args = LookTwo, TodoUnknown, Args{"n": len(l.Candidates)}
		c.Sightings = sightings(l.Candidates)
		c.bound(l)
		c.lookOn(d, s, now)
	default:
		absent(&c, d, l, s, now)
	}
	return c
}

// absent weighs that the post was not there. It means "not published" only after two looks, the later of them after the
// longest lag the platform is known to have, and only where the interface gives our mark back.
func absent(c *Change, d Delivery, l Seen, s Settings, now time.Time) {
	c.bound(l)
	settled := lastByte(d).Add(s.AbsentAfter)
	if now.Before(settled) || d.Looks < 1 {
		next := settled
		if soon := now.Add(s.FirstLook); soon.After(next) {
			next = soon
		}
		c.Code, c.NextLook, c.Args = LookAbsent, &next, Args{"next": ClockTime(next)}
		return
	}
	if l.Annotated && l.Complete && decideAbsent(c, d, l, now) {
		return
	}
	c.Code, c.Raise, c.Sightings = LookPerson, TodoUnknown, sightings(l.Alike)
	switch {
	case l.Repeated:
		c.Code = LookRepeat
	case !l.Complete:
		c.Code = LookWindow
	case l.Rival:
		c.Code = LookRival
	}
	c.lookOn(d, s, now)
}

// decideAbsent settles a trusted absence; false when a person must: always, once the platform has said that the text stands there
// already or somebody else's post shows that it does. Nothing is sent again to find out.
func decideAbsent(c *Change, d Delivery, l Seen, now time.Time) bool {
	if l.Repeated || l.Rival {
		return false
	}
	mayResend := l.AutoResend && l.CallOver && !l.Reviewed
	if d.Wish != nil && (*d.Wish != WishReplan || mayResend) && !l.Reviewed {
		c.followWish(d)
		c.Turn, c.Resolve = TurnSettled, TodoUnknown
		c.Args = Args{"wish": string(*d.Wish)}
		return true
	}
	if d.Wish != nil || !mayResend {
		return false
	}
	c.Turn, c.Resolve = TurnSettled, TodoUnknown
	c.again(d, Resend, nil, now)
	return true
}

// bound frees the account's turn after the first look. Where only the newest posts are shown, few may follow, or the one that
// is looked for would be pushed out of sight.
func (c *Change) bound(l Seen) {
	c.Turn = TurnFreed
	if l.Windowed {
		c.Turn = TurnBounded
	}
}

// askPerson raises the to-do once looking alone has had its time.
func (c *Change) askPerson(d Delivery, l Seen, s Settings, now time.Time) {
	if now.After(begun(d).Add(s.AbsentAfter)) {
		c.Raise = TodoUnknown
		c.bound(l)
	}
}

// lookOn keeps looking while a person decides: a post in review may still appear.
func (c *Change) lookOn(d Delivery, s Settings, now time.Time) {
	if next := at(now, s.LookAgain); next.Before(begun(d).Add(s.LookFor)) {
		c.NextLook = next
	}
}

// begun is when the attempt began. After a restore, which may have forgotten a mark, it is the instant of the restored state.
func begun(d Delivery) time.Time {
	switch {
	case d.MarkedAt != nil:
		return *d.MarkedAt
	case d.DueAt != nil:
		return *d.DueAt
	}
	return d.UpdatedAt
}

// lastByte is the latest instant at which a byte of the attempt can have left: the end of the call where its owner recorded it,
// else the call's hard end.
func lastByte(d Delivery) time.Time {
	switch {
	case d.CallEndedAt != nil:
		return *d.CallEndedAt
	case d.HardEnd != nil:
		return *d.HardEnd
	}
	return begun(d)
}

// LookFrom is the instant back to which a look must reach.
func (d Delivery) LookFrom() time.Time { return begun(d).Add(-2 * time.Minute) }

// AfterIDLook is what a look does to a sent delivery whose id is not known yet (20053, 20032).
func AfterIDLook(d Delivery, l Seen, s Settings, now time.Time) Change {
	c := Change{To: d.State, Looked: l.Err == nil, NextLook: at(now, s.LookRetry)}
	switch {
	case l.Err != nil:
		c.Code, c.Args = LookFailed, Args{"next": ClockTime(*c.NextLook)}
	case l.Finding == weibo.FoundOne && l.Post != nil:
		c.Code, c.RemoteID, c.SentAt, c.NextLook = LookFound, l.Post.ID, &l.Post.CreatedAt, at(now, s.ReadBack)
	case l.Finding == weibo.FoundTwice:
		c.Code, c.Raise, c.Args, c.NextLook = LookTwo, TodoTwice, Args{"n": len(l.Candidates)}, nil
		c.Sightings = sightings(l.Candidates)
	case l.Finding != weibo.FoundNone:
		c.Code, c.Raise, c.Args, c.NextLook = LookTwo, TodoLive, Args{"n": len(l.Candidates)}, nil
		c.Sightings = sightings(l.Candidates)
	case now.Before(begun(d).Add(s.AbsentAfter)):
		c.Code, c.Args = LookAbsent, Args{"next": ClockTime(*c.NextLook)}
	default: // confirmed by the platform and not to be seen: in review longer than usual, or refused by it
		c.Code, c.Live, c.Raise, c.NextLook = ReadBackHidden, LiveHidden, TodoLive, nil
		c.lookOn(d, s, now)
	}
	return c
}

// ReadBack is what reading a sent post again does: the live text and pictures against the approved ones.
func ReadBack(d Delivery, p weibo.Payload, live *weibo.Post, gone bool, s Settings, now time.Time) Change {
	c := Change{To: d.State, Live: LiveUp, Code: ReadBackSame}
	switch {
	case gone || live == nil || live.Deleted:
		c.Live, c.Code = LiveRemoved, ReadBackRemoved
		if now.Before(begun(d).Add(s.AbsentAfter)) { // too early to tell "removed" from "not shown yet"
			c.Live, c.Code = LiveHidden, ReadBackHidden
			c.NextLook = at(begun(d), s.AbsentAfter)
			return c
		}
		c.Raise = TodoLive
	case !sameAs(p, *live):
		c.Live, c.Code, c.Raise, c.LiveText = LiveChanged, ReadBackChanged, TodoLive, &live.Text
	}
	return c
}

// sameAs compares what is live with what was approved: text, number of pictures, reposted post.
func sameAs(p weibo.Payload, live weibo.Post) bool {
	live.Annotations = nil // the comparison is about what people read
	v := weibo.Match(weibo.Sent{Payload: p}, []weibo.Post{live})
	return v.Finding == weibo.FoundOne || v.Finding == weibo.FoundWeak
}
