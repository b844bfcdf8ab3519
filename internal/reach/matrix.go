package reach

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
)

// Row is one account of the matrix over a period, or the sum of all. Nil figures are not available.
type Row struct {
	AccountID   int64
	Handle      string
	DisplayName string
	UnitName    string
	Seat        account.Seat
	State       account.State
	Connector   account.Connector
	Followers   *int64 // last reading up to the end of the period
	Gained      Change // followers gained in the period, and in the one before
	Posts       Change
	Originals   int64
	Interacted  Change // reposts, comments and likes of the period's posts
	Reposts     int64
	Comments    int64
	Likes       int64
	Reads       *int64 // nil: the contract does not return them
	ReadPosts   int64  // how many of the posts Reads is the sum of
	LastPost    *time.Time
	Known       bool    // something was read of the account in the period
	Daily       []int64 // interactions per day of the period, for the sparkline
	Noticed     int64   // posts noticed on the platform that nobody took note of
}

// PerPost is interactions per post; false without posts.
func (r Row) PerPost() (float64, bool) { return perPost(r.Interacted.Now, r.Posts.Now) }

func perPost(interactions, posts *int64) (float64, bool) {
	if interactions == nil || posts == nil || *posts == 0 {
		return 0, false
	}
	return float64(*interactions) / float64(*posts), true
}

// Matrix is the matrix page: the accounts of a period and their sums.
type Matrix struct {
	Period Period
	Rows   []Row
	Total  Row
}

// Sort is the column and direction by which a matrix is ordered.
type Sort struct {
	By   string // a key of sorts; "" is the order of the matrix
	Down bool
}

// sorts are the columns a matrix can be sorted by.
var sorts = map[string]func(a, b Row) int{
	"handle":       func(a, b Row) int { return strings.Compare(a.Handle, b.Handle) },
	"followers":    func(a, b Row) int { return compareKnown(a.Followers, b.Followers) },
	"gained":       func(a, b Row) int { return compareKnown(a.Gained.Now, b.Gained.Now) },
	"posts":        func(a, b Row) int { return compareKnown(a.Posts.Now, b.Posts.Now) },
	"interactions": func(a, b Row) int { return compareKnown(a.Interacted.Now, b.Interacted.Now) },
	"perpost":      comparePerPost,
	"reads":        func(a, b Row) int { return compareKnown(a.Reads, b.Reads) },
	"last":         func(a, b Row) int { return compareKnown(unix(a.LastPost), unix(b.LastPost)) },
}

func unix(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	n := t.Unix()
	return &n
}

// compareKnown orders what is not available before everything else.
func compareKnown(a, b *int64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Compare(*a, *b)
}

func comparePerPost(a, b Row) int {
	x, okA := a.PerPost()
	y, okB := b.PerPost()
	if okA != okB {
		return map[bool]int{true: 1, false: -1}[okA]
	}
	return cmp.Compare(x, y)
}

// order sorts rows; equal ones keep the order of the matrix.
func order(list []Row, s Sort) error {
	if s.By == "" {
		return nil
	}
	compare, ok := sorts[s.By]
	if !ok {
		return fault.Invalid("sort", "不能按这一列排序")
	}
	slices.SortStableFunc(list, func(a, b Row) int {
		if s.Down {
			a, b = b, a
		}
		return compare(a, b)
	})
	return nil
}

// Matrix gives all accounts in the actor's scope over a period, sorted. It reads prepared days in one statement.
func (s *Service) Matrix(ctx context.Context, actor access.Actor, p Period, by Sort) (Matrix, error) {
	list, err := selectMatrix(ctx, s.db.Pool(), actor, p)
	if err != nil {
		return Matrix{}, err
	}
	m := Matrix{Period: p, Rows: list, Total: total(list, p.Days())}
	return m, order(m.Rows, by)
}

// total is the sum of the rows; what no account has stays missing.
func total(list []Row, days int) Row {
	t := Row{Daily: make([]int64, days)}
	for _, r := range list {
		t.Followers = plus(t.Followers, r.Followers)
		t.Gained, t.Posts, t.Interacted = t.Gained.plus(r.Gained), t.Posts.plus(r.Posts), t.Interacted.plus(r.Interacted)
		t.Originals, t.Reposts, t.Comments, t.Likes = t.Originals+r.Originals, t.Reposts+r.Reposts, t.Comments+r.Comments, t.Likes+r.Likes
		t.Reads, t.ReadPosts, t.Noticed = plus(t.Reads, r.Reads), t.ReadPosts+r.ReadPosts, t.Noticed+r.Noticed
		t.Known = t.Known || r.Known
		for i := range r.Daily {
			t.Daily[i] += r.Daily[i]
		}
		if r.LastPost != nil && (t.LastPost == nil || r.LastPost.After(*t.LastPost)) {
			t.LastPost = r.LastPost
		}
	}
	return t
}

func (c Change) plus(d Change) Change {
	return Change{Now: plus(c.Now, d.Now), Before: plus(c.Before, d.Before)}
}

// plus adds two figures of which either may be missing.
func plus(a, b *int64) *int64 {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	sum := *a + *b
	return &sum
}

func minus(a, b *int64) *int64 {
	if a == nil || b == nil {
		return nil
	}
	d := *a - *b
	return &d
}
