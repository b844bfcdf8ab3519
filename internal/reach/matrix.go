package reach

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
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
	Reads       *int64     // nil: the contract does not return them
	ReadPosts   int64      // how many of the posts Reads is the sum of
	LastPost    *time.Time // not of the sums on a page
	Known       bool       // something was read of the account in the period
	Daily       []int64    // interactions per day of the period, for the sparkline
	Noticed     int64      // posts noticed on the platform that nobody took note of
}

// PerPost is interactions per post; false without posts.
func (r Row) PerPost() (float64, bool) { return perPost(r.Interacted.Now, r.Posts.Now) }

func perPost(interactions, posts *int64) (float64, bool) {
	if interactions == nil || posts == nil || *posts == 0 {
		return 0, false
	}

	return float64(*interactions) / float64(*posts), true
}

// PerTenThousand is interactions per ten thousand followers, by which large and small accounts compare;
// false without followers.
func (r Row) PerTenThousand() (float64, bool) {
	if r.Interacted.Now == nil || r.Followers == nil || *r.Followers <= 0 {
		return 0, false
	}

	return float64(*r.Interacted.Now) * 10_000 / float64(*r.Followers), true
}

// Silent is how many days ago, in Shanghai, the last known post was published; false when none is known.
func (r Row) Silent(now time.Time) (days int, known bool) {
	if r.LastPost == nil {
		return 0, false
	}

	return max(0, int(beijing.Day(now).Sub(beijing.Day(*r.LastPost))/day)), true
}

// Matrix is the matrix page: some accounts of a period, and the sums of all in scope.
type Matrix struct {
	Period Period
	Rows   []Row   // those asked for, sorted
	All    int     // accounts in scope
	Total  Row     // sums of all in scope
	Days   []Point // sums of all in scope per day

	SummedTo time.Time // every day written by then is counted
}

// Sort is the column and direction by which a matrix is ordered. What is not available counts as less
// than everything else; equal accounts keep the order of the matrix.
type Sort struct {
	By   string // a key of keys; "" is the order of the matrix
	Down bool
}

// View says which rows of a matrix to read. The zero value reads all in the order of the matrix.
type View struct {
	Sort     Sort
	UnitPath string // this unit and all below it; "" is all in scope
	Skip     int
	Limit    int // 0: all
}

// Matrix gives the accounts in the actor's scope over a period, and their sums. It reads prepared days:
// the sums of all of them, but the rows only of the accounts the view asks for. Fails with
// fault.Invalid on a column that does not sort.
func (s *Service) Matrix(
	ctx context.Context,
	actor access.Actor,
	period Period,
	view View,
) (_ Matrix, err error) {
	defer fault.Step(&err, "reach.Matrix")

	all, err := scopeOf(ctx, s.db.Pool(), actor, view.UnitPath, period)
	if err != nil {
		return Matrix{}, err
	}
	matrix := Matrix{Period: period, All: len(all.ids)}
	if matrix.SummedTo, err = s.SummedTo(ctx); err != nil {
		return matrix, err
	}
	some, err := selectOrder(ctx, s.db.Pool(), all.ids, period, view)
	if err != nil {
		return matrix, err
	}
	if matrix.Rows, err = selectRows(ctx, s.db.Pool(), period, some); err != nil {
		return matrix, err
	}
	totals, err := selectTotals(ctx, s.db.Pool(), all, period)
	matrix.Total, matrix.Days = totals.row, totals.days

	return matrix, err
}

// chunk is how many rows of a matrix are read at once when all of them are asked for one after the other.
const chunk = 500

// EachRow hands the rows of a matrix to fn in order, reading some hundred at a time, and gives the sums
// of all. It ends with the first error, which may be fn's.
func (s *Service) EachRow(
	ctx context.Context,
	actor access.Actor,
	period Period,
	view View,
	fn func(Row) error,
) (_ Row, err error) {
	defer fault.Step(&err, "reach.EachRow")

	all, err := scopeOf(ctx, s.db.Pool(), actor, view.UnitPath, period)
	if err != nil {
		return Row{}, err
	}
	sorted, err := selectOrder(ctx, s.db.Pool(), all.ids, period, View{Sort: view.Sort})
	if err != nil {
		return Row{}, err
	}
	var last *time.Time

	for some := range slices.Chunk(sorted, chunk) {
		list, err := selectRows(ctx, s.db.Pool(), period, some)
		if err != nil {
			return Row{}, err
		}

		for _, row := range list {
			last = later(last, row.LastPost)
			if err := fn(row); err != nil {
				return Row{}, err
			}
		}
	}
	totals, err := selectTotals(ctx, s.db.Pool(), all, period)
	totals.row.LastPost = last

	return totals.row, err
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
