package weibo

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// Sent is what a look searches for.
type Sent struct {
	Payload    Payload
	DeliveryID string               // what went into annotations, "" if nothing did
	From       time.Time            // start of the attempt less 2 min; older posts do not count
	Source     string               // name of our application as Weibo shows it; "" is not compared
	Recorded   func(id string) bool // ids that belong to other deliveries never count; nil: none
}

// Finding says what a look means.
type Finding string

// The findings.
const (
	FoundOne   Finding = "found" // this is the post
	FoundNone  Finding = "none"  // not among what was seen; whether that means absent is the caller's rule
	FoundMany  Finding = "many"  // several could be it: a person decides
	FoundWeak  Finding = "weak"  // something resembles it but proves nothing: a person decides
	FoundTwice Finding = "twice" // two posts carry this delivery id: an incident
)

// Verdict is the result of Match.
type Verdict struct {
	Finding    Finding
	Post       *Post  // FoundOne only
	Candidates []Post // what was considered, for the page on which a person decides
	ByID       bool   // the delivery id decided, not the fingerprint
}

// Match searches seen for the post of one delivery: by the delivery id where the interface gives
// annotations back, else by source, time, number of pictures, reposted id and text. It never guesses.
func Match(sent Sent, seen []Post) Verdict {
	var own, like, faint []Post

	for _, post := range seen {
		switch {
		case sent.Recorded != nil && sent.Recorded(post.ID), post.Deleted:
		case sent.DeliveryID != "" && post.DeliveryID() == sent.DeliveryID:
			own = append(own, post)
		case post.DeliveryID() != "": // another delivery's
		default:
			switch sent.resembles(post) {
			case same:
				like = append(like, post)
			case weak:
				faint = append(faint, post)
			case different:
			}
		}
	}

	switch {
	case len(own) > 1:
		return Verdict{Finding: FoundTwice, Candidates: own, ByID: true}
	case len(own) == 1:
		return Verdict{Finding: FoundOne, Post: &own[0], Candidates: own, ByID: true}
	}

	return sent.byFingerprint(like, faint)
}

func (s Sent) byFingerprint(like, faint []Post) Verdict {
	all := append(append([]Post(nil), like...), faint...)

	annotated := s.DeliveryID != "" && s.Payload.Annotated()
	switch {
	case len(all) == 0:
		return Verdict{Finding: FoundNone, ByID: annotated}
	case annotated: // should carry the id and does not: no proof either way
		return Verdict{Finding: FoundWeak, Candidates: all}
	case len(like) == 1 && len(faint) == 0:
		return Verdict{Finding: FoundOne, Post: &like[0], Candidates: all}
	case len(like) == 0:
		return Verdict{Finding: FoundWeak, Candidates: all}
	default:
		return Verdict{Finding: FoundMany, Candidates: all}
	}
}

// resembles compares everything but the delivery id.
func (s Sent) resembles(post Post) likeness {
	if s.Payload.Replies() {
		return s.resemblesReply(post)
	}

	draft := s.Payload.draft
	switch {
	case post.CreatedAt.Before(s.From),
		s.Source != "" && post.Source != s.Source,
		post.Pics != len(draft.Pictures):
		return different
	case draft.RepostID != "" && post.RepostOf != draft.RepostID, draft.RepostID == "" && post.RepostOf != "":
		return different
	}

	return compare(s.Payload.Text(), post.Text, post.Cut)
}

// Alike gives the posts that read like the payload, whoever wrote them, when and with which pictures:
// what a person needs to see where the platform calls the text repeated content.
func (p Payload) Alike(seen []Post) []Post {
	return slices.DeleteFunc(
		slices.Clone(seen),
		func(post Post) bool { return post.Deleted || compare(p.Text(), post.Text, post.Cut) != same },
	)
}

// Sight is what a look at a timeline saw.
type Sight struct {
	Posts []Post
	// everything back to the asked instant was seen; false: the window of the interface is too small
	Complete bool
}

// lookPages bounds a look: 20 pages of 100 posts since an attempt minutes ago are more than any account
// writes.
const lookPages = 20

// Look reads the account's own timeline back to from. On the public interface that is the newest five,
// whatever their age. An error or a malformed page says nothing about any post.
func (c *Client) Look(
	ctx context.Context,
	mode Mode,
	token Token,
	uid string,
	from time.Time,
) (Sight, error) {
	if mode != Commercial {
		tl, err := c.UserTimeline(ctx, mode, token, TimelineQuery{})
		if err != nil {
			return Sight{}, err
		}
		window := Capabilities(mode).Window

		return Sight{Posts: tl.Posts, Complete: len(tl.Posts) < window || reaches(tl.Posts, from)}, nil
	}
	var sight Sight

	timelineQuery := TimelineQuery{UID: uid, Count: 100}
	for range lookPages {
		tl, err := c.UserTimeline(ctx, mode, token, timelineQuery)
		if err != nil {
			return Sight{}, err
		}
		sight.Posts = append(sight.Posts, tl.Posts...)
		if len(tl.Posts) == 0 || reaches(tl.Posts, from) {
			sight.Complete = true
			return sight, nil
		}
		if timelineQuery.MaxID = below(tl.Posts); timelineQuery.MaxID == "" {
			return sight, nil
		}
	}

	return sight, nil
}

// reaches tells whether the last post of a page is older than from. The first may be a pinned one of any age.
func reaches(posts []Post, from time.Time) bool {
	if len(posts) == 0 {
		return false
	}
	last := posts[len(posts)-1]

	return !last.CreatedAt.IsZero() && last.CreatedAt.Before(from)
}

// below is the id just under the last of a page, where the next one begins.
func below(posts []Post) string {
	n, err := strconv.ParseInt(posts[len(posts)-1].ID, 10, 64)
	if err != nil || n <= 1 {
		return ""
	}

	return strconv.FormatInt(n-1, 10)
}
