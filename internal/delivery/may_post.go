package delivery

import (
	"juzhen/internal/access"
	"juzhen/internal/post"
)

// PostActs is what a person may do with a post as a whole, as it and its deliveries stand.
type PostActs struct {
	Save, Revise, Withdraw, Reschedule, Delete, Review bool
}

// MayWithPost tells what the actor may do with a post that has so many deliveries in each state, by the
// rules that the use cases ask.
func MayWithPost(actor access.Actor, p post.Post, n map[State]int) PostActs {
	may := func(act post.Act) bool { return p.May(actor, act) == nil }

	total := 0
	for _, k := range n {
		total += k
	}

	return PostActs{
		Save:       may(post.Save),
		Revise:     may(post.Revise) && !outEverywhere(n[Sent], total-n[Sent]),
		Withdraw:   may(post.Withdraw) && !reachOf(n, unmarked).futile(),
		Reschedule: may(post.Reschedule) && !reachOf(n, replaced(p.Phase)).futile(),
		Delete:     may(post.Delete),
		Review:     may(post.Approve),
	}
}

// replaced are the states that another time for the post moves. Without an approval what an older
// version was approved for stays where it is.
func replaced(phase post.Phase) []State {
	states := []State{Planned, Held, Waiting}
	if phase == post.Approved {
		states = append(states, whenApproved...)
	}

	return states
}

// whenApproved are those that another time moves only while the post is approved.
var whenApproved = []State{Preparing, Handoff, Missed}

// outEverywhere tells that there is nothing left to revise.
func outEverywhere(sent, unsent int) bool { return sent > 0 && unsent == 0 }

// futile tells that an act would change nothing, because all that is left of the post is out already.
func (r Reach) futile() bool { return r.Done+r.TooLate == 0 && r.Sent > 0 }

// reachOf is how far an act on those states would come.
func reachOf(n map[State]int, states []State) Reach {
	reach := Reach{Sent: n[Sent]}
	for _, state := range states {
		reach.Done += n[state]
	}

	for _, state := range open {
		reach.TooLate += n[state]
	}

	return reach
}
