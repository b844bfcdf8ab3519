// Package peer keeps accounts of other bureaus (同行) in groups and sets the accounts of the matrix beside
// them: by what the platform counts of them in public, a hundred accounts a call within the budget of the
// readings, and by what is imported from a file. It ranks accounts, never persons, for internal use; what
// is not known stays missing.
package peer

import (
	"regexp"
	"strconv"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/index"
	"juzhen/internal/reach"
)

// Bounds.
const (
	MaxGroups = 50   // of a unit
	MaxPeers  = 500  // of a group
	KeepDays  = 1100 // for so long the days of peers are kept
	nameLimit = 60
)

// Group are accounts of other bureaus with which a unit compares its own.
type Group struct {
	ID        int64
	UnitID    int64
	UnitPath  string
	UnitName  string
	Name      string
	Revision  int // one higher with each change; a form that holds an older one is stale
	Peers     int
	RetiredAt *time.Time
}

// Ref names the group in the audit trail.
func (g Group) Ref() string { return "peers/" + strconv.FormatInt(g.ID, 10) }

// Peer is an account of another bureau.
type Peer struct {
	UID    string // the platform's number of it
	Name   string
	Bureau string // whose it is; "" where nobody wrote it down
}

var uidForm = regexp.MustCompile(`^[0-9]{5,20}$`)

func (p Peer) check() error {
	var wrong fault.Fields
	if !uidForm.MatchString(p.UID) {
		wrong.Add(fault.Invalid("uid", "微博 UID 是 5 到 20 位数字"))
	}

	switch n := glyph.Count(p.Name); {
	case n == 0:
		wrong.Add(fault.Invalid("name", "请填写账号名称"))
	case n > nameLimit:
		wrong.Add(fault.Invalid("name", "最多 {.max} 个字", "max", nameLimit))
	}
	if glyph.Count(p.Bureau) > nameLimit {
		wrong.Add(fault.Invalid("bureau", "最多 {.max} 个字", "max", nameLimit))
	}

	return wrong.Err()
}

// Measure is what accounts are compared by. Only what is counted in public of everybody is one.
type Measure string

// The measures.
const (
	Followers Measure = "followers" // as last read up to the end of the period
	Growth    Measure = "growth"    // of followers over the period
	Posts     Measure = "posts"     // more than at the beginning of the period
)

// Measures are all, in the order in which they are offered.
func Measures() []Measure { return []Measure{Followers, Growth, Posts} }

// Label is the Chinese name of the measure.
func (m Measure) Label() string {
	return map[Measure]string{
		Followers: i18n.N("粉丝"), Growth: i18n.N("粉丝增长"), Posts: i18n.N("发博"),
	}[m]
}

// measured checks what somebody asks for; followers where nothing is.
func measured(m Measure) (Measure, error) {
	switch {
	case m == "":
		return Followers, nil
	case m.Label() == "":
		return "", fault.Invalid("measure", "没有这种指标")
	}

	return m, nil
}

// Line is an account in a league table.
type Line struct {
	AccountID int64 // of ours; 0 for a peer
	PeerID    int64
	Name      string
	Of        string // its unit or bureau
	Value     *int64 // nil: not known
	Place     index.Place
	AsOf      string // day of the last count that is known of a peer; "": none
	FromFile  bool   // that count was imported
}

// League are accounts of the matrix among a group, by one measure over a period. Each of ours is placed among
// the peers alone, the peers among themselves; the best stand first, those of whom nothing is known last.
type League struct {
	Group   Group
	Measure Measure
	Period  reach.Period
	Own     []Line
	All     int // how many of ours there are; Own has no more than MaxOwn
	Peers   []Line
}

// MaxOwn is how many of our accounts a league table has.
const MaxOwn = 100

// figures are what is known of a peer over a period.
type figures struct {
	ID             int64
	UID            string
	Name           string
	Bureau         string
	Followers      *int64 // last known before the end of the period
	FollowersDay   string
	FollowersIn    bool   // that day lies in the period
	FollowersFirst *int64 // last known before the period
	Posts          *int64
	PostsDay       string
	PostsIn        bool
	PostsFirst     *int64
	FromFile       bool
}

// value is the figure of a measure. A difference needs a count in the period and one before it: with one of
// them missing it is not known, whatever the other says.
func (f figures) value(m Measure) *int64 {
	switch m {
	case Growth:
		return difference(f.Followers, f.FollowersFirst, f.FollowersIn)
	case Posts:
		return difference(f.Posts, f.PostsFirst, f.PostsIn)
	}

	return f.Followers
}

func (f figures) asOf(m Measure) string {
	if m == Posts {
		return f.PostsDay
	}

	return f.FollowersDay
}

func difference(last, first *int64, in bool) *int64 {
	if last == nil || first == nil || !in {
		return nil
	}
	more := *last - *first

	return &more
}

// ownValue is the same figure of an account of ours.
func ownValue(row reach.Row, m Measure) *int64 {
	switch m {
	case Growth:
		return row.Gained.Now
	case Posts:
		return row.Posts.Now
	}

	return row.Followers
}
