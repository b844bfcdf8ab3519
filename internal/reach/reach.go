// Package reach reads back what became of posts: the past posts of each account, their reposts,
// comments, likes and, where the contract returns them, reads, and the followers of the accounts; it
// rolls them up per day and answers the pages of figures. It does not post, and a figure the platform
// does not return stays missing: it is never shown as zero.
package reach

import (
	"time"

	"juzhen/internal/account"
)

// Origin says where a post on the platform came from.
type Origin string

// The origins.
const (
	FromConsole Origin = "console"   // sent by a delivery of this console
	Past        Origin = "past"      // written before the console began to watch the account
	Elsewhere   Origin = "elsewhere" // written since, but not by this console
	Unsure      Origin = "unsure"    // perhaps ours: a delivery of the account is not decided yet
)

// Label is the Chinese name of the origin.
func (o Origin) Label() string {
	return map[Origin]string{FromConsole: "本台发出", Past: "接入前发布", Elsewhere: "非本台发出", Unsure: "来源待核"}[o]
}

// Live is what is seen of a post on the platform.
type Live string

// The conditions of a post.
const (
	Shown   Live = "live"
	Changed Live = "changed" // the text or the pictures are not what they were when first seen
	Hidden  Live = "hidden"  // there, but not for everybody
	Removed Live = "removed"
)

// Label is the Chinese name of the condition.
func (l Live) Label() string {
	return map[Live]string{Shown: "可见", Changed: "内容有变", Hidden: "被隐藏", Removed: "平台已删"}[l]
}

// Counts are the figures of one post. Reads is nil where the contract does not return them.
type Counts struct {
	Reposts  int64
	Comments int64
	Likes    int64
	Reads    *int64
}

// Interactions is reposts, comments and likes together.
func (c Counts) Interactions() int64 { return c.Reposts + c.Comments + c.Likes }

// step says how often the counts of posts younger than an age are read.
type step struct {
	under time.Duration
	every time.Duration
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// schedules is how often counts are read by the age of the post: often when young, rarely when old,
// never after the last row. The open interface allows 100 calls a day and account, so its steps are
// wider. docs/reach.md prints this table.
var schedules = map[account.Connector][]step{
	account.Commercial: {
		{15 * time.Minute, 5 * time.Minute},
		{hour, 15 * time.Minute},
		{6 * hour, hour},
		{day, 3 * hour},
		{7 * day, day},
		{30 * day, 7 * day},
		{90 * day, 30 * day},
	},
	account.Public: {
		{hour, 20 * time.Minute},
		{6 * hour, 2 * hour},
		{day, 6 * hour},
		{7 * day, day},
		{30 * day, 7 * day},
	},
}

// grid is the raster on which reads of old posts are gathered, so that a hundred of them share a call.
const grid = 5 * time.Minute

// NextRead is when the counts of a post are read again; zero when never.
func NextRead(connector account.Connector, posted, now time.Time) time.Time {
	age := now.Sub(posted)
	for _, step := range schedules[connector] {
		if age >= step.under {
			continue
		}
		next := posted.Add((max(age, 0)/step.every + 1) * step.every)
		if step.every >= hour {
			next = next.Truncate(grid).Add(grid)
		}

		return next
	}

	return time.Time{}
}

// WatchEvery is how often the newest posts of an account are looked at, for posts of others, changes
// and removals.
func WatchEvery(connector account.Connector) time.Duration {
	return map[account.Connector]time.Duration{
		account.Commercial: 10 * time.Minute,
		account.Public:     hour,
	}[connector]
}

// FollowersEvery is how often followers and posts of the accounts are counted, a hundred accounts a call.
const FollowersEvery = hour
