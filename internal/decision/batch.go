package decision

import (
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Batch is take-downs that were asked for together: one matter to the second person.
type Batch struct {
	ID        int64
	PostID    int64 // of the first; a program may ask for several posts at once
	Posts     int
	Reason    string
	AskedBy   int64
	AskedName string
	AskedAt   time.Time
	Items     []Decision // those the reader may see, in the order in which they were asked for
}

// Waiting is how many still wait for a second person.
func (b Batch) Waiting() int { return len(waiting(b.Items)) }

func waiting(items []Decision) []Decision {
	return slices.DeleteFunc(slices.Clone(items), func(decision Decision) bool {
		return decision.State != Awaiting
	})
}

// batchOf puts the decisions of a batch together; there is one at least.
func batchOf(id int64, items []Decision) Batch {
	posts := map[int64]bool{}
	for _, decision := range items {
		posts[decision.PostID] = true
	}
	first := items[0]

	return Batch{
		ID:        id,
		PostID:    first.PostID,
		Posts:     len(posts),
		Reason:    first.Reason,
		AskedBy:   first.AskedBy,
		AskedName: first.AskedName,
		AskedAt:   first.AskedAt,
		Items:     items,
	}
}

// Answerable are the decisions of a batch that wait where the actor may be the second person. It fails with
// fault.Forbidden for who asked, with fault.Conflict of code "decided" when nothing waits any more.
func (b Batch) Answerable(actor access.Actor) ([]Decision, error) {
	if b.AskedBy == actor.UserID {
		return nil, errAsker()
	}
	open := waiting(b.Items)
	if len(open) == 0 {
		return nil, fault.Conflict("这批申请都已处理").WithCode("decided")
	}
	var mine []Decision
	var denied error

	for _, decision := range open {
		if err := decision.MayAnswer(actor); err != nil {
			denied = err
			continue
		}
		mine = append(mine, decision)
	}
	if len(mine) == 0 {
		return nil, denied
	}

	return mine, nil
}

// commonPath is the unit below which all of them lie: who answers for it can answer for each.
func commonPath(list []Subject) string {
	path := list[0].UnitPath
	for _, subject := range list[1:] {
		for len(path) > 1 && (len(subject.UnitPath) < len(path) || subject.UnitPath[:len(path)] != path) {
			path = path[:lastSlash(path[:len(path)-1])+1]
		}
	}

	return path
}

func lastSlash(s string) int {
	for i := len(s) - 1; i > 0; i-- {
		if s[i] == '/' {
			return i
		}
	}

	return 0
}
