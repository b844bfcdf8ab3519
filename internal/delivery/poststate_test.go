package delivery

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"juzhen/internal/e2e/stage"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
)

func TestPostStateOf(t *testing.T) {
	t.Parallel()

	cases := []struct {
		phase post.Phase
		n     map[State]int
		want  PostState
	}{
		{post.Draft, nil, PostDraft},
		{post.Draft, map[State]int{Sent: 3, Planned: 1}, PostDraft},
		{post.Submitted, map[State]int{Planned: 2}, PostSubmitted},
		{post.Submitted, map[State]int{Expired: 2}, PostExpired},
		{post.Submitted, map[State]int{Expired: 2, Cancelled: 1}, PostExpired},
		{post.Returned, map[State]int{Planned: 2}, PostReturned},
		{post.Approved, map[State]int{Waiting: 2, Preparing: 1}, PostApproved},
		{post.Approved, map[State]int{Waiting: 2, Sending: 1}, PostSending},
		{post.Approved, map[State]int{Sent: 1, Waiting: 2}, PostSending},
		{post.Approved, map[State]int{Sent: 20}, PostSent},
		{post.Approved, map[State]int{Sent: 19, Cancelled: 1}, PostSent},
		{post.Approved, map[State]int{Sent: 19, Failed: 1}, PostPartly},
		{post.Approved, map[State]int{Sent: 19, Unknown: 1}, PostUndecided},
		{post.Draft, map[State]int{Unknown: 1}, PostUndecided},
		{post.Approved, map[State]int{Failed: 2, Missed: 1}, PostFailed},
		{post.Approved, map[State]int{Missed: 1}, PostMissed},
		{post.Approved, map[State]int{Cancelled: 2}, PostCancelled},
		{post.Withdrawn, map[State]int{Cancelled: 2}, PostWithdrawn},
		{post.Withdrawn, map[State]int{Cancelled: 2, Sent: 1}, PostSent},
		{post.Withdrawn, nil, PostWithdrawn},
	}
	for _, c := range cases {
		if got := PostStateOf(c.phase, c.n); got != c.want {
			t.Errorf("%s %v: got %s, want %s", c.phase, c.n, got, c.want)
		}
	}
}

// TestPostStateInSQLIsTheSame holds the condition of lists against the function of pages, over random
// mixtures.
func TestPostStateInSQLIsTheSame(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	stage.Bureau(t, db, "甲")
	stage.BureauAccounts(t, db)
	random := rand.New(rand.NewPCG(1, 2))
	states, phases := States(), post.Phases()
	var ids []int64

	for i := range 300 {
		id := int64(i + 1)
		ids = append(ids, id)
		exec(`INSERT INTO posts (id, unit_id, author_id, phase, due_now, urgent, revision, created_at,
				updated_by, updated_at) OVERRIDING SYSTEM VALUE
VALUES ($1, 1, 1, $2, false, false, 1, now(), 1, now())`, id, phases[random.IntN(len(phases))])
		exec(`WITH v AS (INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, editors,
				created_at)
VALUES ($1, 1, 'draft', '', 0, '', '{1}', now()) RETURNING id) UPDATE posts SET version_id = v.id FROM v
    WHERE posts.id = $1`, id)

		for account := range random.IntN(5) {
			exec(`INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan,
					urgent, approved, payload_hash, mark_key, created_at, updated_at)
SELECT id, version_id, $2, 'weibo', 'commercial', $3, 1, false, false, '', decode(repeat('00', 16), 'hex'),
    now(), now() FROM posts WHERE id = $1`,
				id, account+1, states[random.IntN(len(states))])
		}
	}
	got, err := New(db, Options{}).PostStates(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[PostState]int{}

	for _, state := range PostStatesList() {
		cond := PostsIn(state)
		var list []int64
		if err := db.Gorm(t.Context()).
			Raw("SELECT p.id FROM posts p WHERE "+cond.SQL, cond.Args...).
			Scan(&list).
			Error; err != nil {
			t.Fatal(err)
		}

		for _, id := range list {
			seen[state]++
			if got[id] != state {
				t.Errorf("post %d: %s in SQL, %s in Go", id, state, got[id])
			}
		}
	}
	if total := fmt.Sprint(len(seen)); len(seen) < 10 {
		t.Errorf("only %s states were seen", total)
	}
}
