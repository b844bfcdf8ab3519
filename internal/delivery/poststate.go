package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// PostState is what became of a post as a whole, read from its phase and its deliveries.
type PostState string

// The states of a post.
const (
	PostDraft     PostState = "draft"
	PostSubmitted PostState = "submitted"
	PostReturned  PostState = "returned"
	PostApproved  PostState = "approved"
	PostWithdrawn PostState = "withdrawn"
	PostSending   PostState = "sending"
	PostSent      PostState = "sent"
	PostPartly    PostState = "partly" // out on some accounts and, as things stand, not on others
	PostFailed    PostState = "failed"
	PostCancelled PostState = "cancelled"
	PostMissed    PostState = "missed"
	PostExpired   PostState = "expired"
	PostUndecided PostState = "undecided" // at least one outcome is not known
)

// PostStatesList lists all states of a post, those that need people first.
func PostStatesList() []PostState {
	return []PostState{
		PostUndecided, PostFailed, PostMissed, PostPartly, PostExpired, PostReturned, PostSubmitted,
		PostDraft, PostApproved, PostSending, PostSent, PostCancelled, PostWithdrawn,
	}
}

// Label is the Chinese word for the state.
func (s PostState) Label() string {
	switch s {
	case PostDraft:
		return "草稿"
	case PostSubmitted:
		return "待审"
	case PostReturned:
		return "退回"
	case PostApproved:
		return "已批准"
	case PostWithdrawn:
		return "已撤回"
	case PostSending:
		return "发送中"
	case PostSent:
		return "已发"
	case PostPartly:
		return "部分发出"
	case PostFailed:
		return "失败"
	case PostCancelled:
		return "已取消"
	case PostMissed:
		return "错过"
	case PostExpired:
		return "过期"
	case PostUndecided:
		return "结果待核"
	}

	return string(s)
}

// NothingOut tells whether the post can still be moved as one: nothing of it has gone out, is going out or
// has stopped.
func (s PostState) NothingOut() bool {
	return slices.Contains([]PostState{PostDraft, PostSubmitted, PostReturned, PostApproved}, s)
}

// PostStateOf reads the state of a post from its phase and how many of its deliveries are in which
// state. An open outcome goes before everything; a text in work goes before what its older version did;
// then what still moves, then the end.
func PostStateOf(phase post.Phase, n map[State]int) PostState {
	total := 0
	for _, k := range n {
		total += k
	}

	live := total - n[Cancelled]
	switch {
	case n[Unknown] > 0:
		return PostUndecided
	case phase == post.Draft || phase == post.Returned || phase == post.Submitted && n[Expired] == 0:
		return PostState(phase)
	case n[Expired] > 0 && n[Expired] == live:
		return PostExpired
	case phase == post.Submitted:
		return PostSubmitted
	case n[Sending] > 0:
		return PostSending
	case total > 0 && live == 0 && phase != post.Withdrawn:
		return PostCancelled
	case n[Sent] == live && live > 0:
		return PostSent
	case n[Planned]+n[Waiting]+n[Preparing]+n[Held]+n[Handoff] > 0:
		if n[Sent] > 0 || n[Preparing] > 0 && n[Failed]+n[Missed] > 0 {
			return PostSending
		}

		return PostApproved
	case n[Sent] > 0:
		return PostPartly
	case phase == post.Withdrawn:
		return PostWithdrawn
	case n[Failed] > 0:
		return PostFailed
	case n[Missed] > 0:
		return PostMissed
	case n[Expired] > 0:
		return PostExpired
	}

	return PostState(phase)
}

// PostStates reads the states of posts in one grouped statement. It checks no right: the ids come from
// a list that did.
func (s *Service) PostStates(ctx context.Context, ids []int64) (_ map[int64]PostState, err error) {
	defer fault.Step(&err, "delivery.PostStates")

	counts, phases, err := countStates(ctx, s.db.Gorm(ctx), ids)

	out := make(map[int64]PostState, len(ids))
	for _, id := range ids {
		if phase, ok := phases[id]; ok {
			out[id] = PostStateOf(phase, counts[id])
		}
	}

	return out, err
}

// PostsIn gives the condition "post p is in this state", for lists of posts: the same reading as
// PostStateOf, in SQL.
func PostsIn(state PostState) post.Condition {
	return post.Condition{SQL: "(" + postStateSQL + ") = ?" + narrow(state), Args: []any{string(state)}}
}

// narrow is what must be so for a post to be in a state that few are in: it spares the database the
// counting for all others.
func narrow(state PostState) string {
	some := func(cond string) string {
		return " AND p.id IN (SELECT f.post_id FROM deliveries f WHERE " + cond + ")"
	}

	switch state {
	case PostDraft, PostReturned, PostSubmitted:
		return " AND p.phase = '" + string(state) + "'"
	case PostUndecided:
		return some("f.state = 'unknown' AND f.troubled")
	case PostFailed, PostMissed:
		return some("f.state = '" + string(state) + "' AND f.troubled")
	case PostExpired:
		return some("f.state = 'expired'")
	}

	return ""
}

// postStateSQL is PostStateOf in SQL over posts p; a test holds the two together.
var postStateSQL = func() string {
	n := func(states ...State) string {
		names := make([]string, len(states))
		for i, s := range states {
			names[i] = "'" + string(s) + "'"
		}

		return fmt.Sprintf("count(*) FILTER (WHERE d.state IN (%s))", strings.Join(names, ", "))
	}
	live := "count(*) FILTER (WHERE d.state <> 'cancelled')"

	return `SELECT CASE
    WHEN ` + n(Unknown) + ` > 0 THEN 'undecided'
    WHEN p.phase IN ('draft', 'returned') OR p.phase = 'submitted' AND ` + n(Expired) + ` = 0 THEN p.phase
    WHEN ` + n(Expired) + ` > 0 AND ` + n(Expired) + ` = ` + live + ` THEN 'expired'
    WHEN p.phase = 'submitted' THEN 'submitted'
    WHEN ` + n(Sending) + ` > 0 THEN 'sending'
    WHEN count(*) > 0 AND ` + live + ` = 0 AND p.phase <> 'withdrawn' THEN 'cancelled'
    WHEN ` + n(Sent) + ` = ` + live + ` AND ` + live + ` > 0 THEN 'sent'
    WHEN ` + n(Planned, Waiting, Preparing, Held, Handoff) + ` > 0 THEN
        CASE WHEN ` + n(Sent) + ` > 0 OR ` + n(Preparing) + ` > 0 AND ` + n(Failed, Missed) + ` > 0 THEN 'sending' ELSE 'approved' END
    WHEN ` + n(Sent) + ` > 0 THEN 'partly'
    WHEN p.phase = 'withdrawn' THEN 'withdrawn'
    WHEN ` + n(Failed) + ` > 0 THEN 'failed'
    WHEN ` + n(Missed) + ` > 0 THEN 'missed'
    WHEN ` + n(Expired) + ` > 0 THEN 'expired'
    ELSE p.phase END
FROM deliveries d WHERE d.post_id = p.id`
}()

// Trouble is how many posts of an hour need somebody. A post can be both.
type Trouble struct {
	Unknown int // outcomes not known
	Failed  int // failed or missed on an account
}

// Troubles counts the posts due in the span that need somebody, by the Unix time of their hour; hours
// without are left out. Path and account narrow it as they do for post.Service.Hours: "" and 0 are all.
func (s *Service) Troubles(
	ctx context.Context,
	actor access.Actor,
	in post.Span,
	path string,
	account int64,
) (_ map[int64]Trouble, err error) {
	defer fault.Step(&err, "delivery.Troubles")

	return troubles(ctx, s.db.Gorm(ctx), actor, in, path, account)
}
