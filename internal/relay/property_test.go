package relay

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// TestNoOrderOfActsBreaksAPromise does what people and the sender do with one lead and its relay, in any
// order, and looks after each step: nothing is on its way without an approval of exactly its words, no
// account passes one lead on twice, and nothing is passed on of a lead that is not out.
func TestNoOrderOfActsBreaksAPromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.standing()

	rapid.Check(t, func(r *rapid.T) {
		run := &run{world: w, r: r, p: w.lead()}
		relay, err := w.s.Set(t.Context(), w.officer, run.p.ID, w.request())
		w.must(err)
		run.relay = relay.ID

		for range rapid.IntRange(0, 2).Draw(r, "rounds") { // most orders never get anywhere
			run.submit()
			run.approve()
			w.settle()
			run.confirm(nil)
			run.revise()
			w.settle()
			run.promises("a round")
		}
		run.submit()
		run.approve()
		w.settle()

		acts := map[string]func(){
			"submit":        run.submit,
			"approve":       run.approve,
			"revise":        run.revise,
			"withdraw lead": run.takeLeadBack,
			"jobs":          w.settle,
			"confirm":       func() { run.confirm(nil) },
			"own words":     run.ownWords,
			"own chain":     run.ownChain,
			"decline":       run.decline,
			"time":          run.wait,
			"send":          run.send,
			"withdraw":      run.withdraw,
		}

		for range rapid.IntRange(5, 25).Draw(r, "steps") {
			name := rapid.SampledFrom([]string{
				"submit",
				"approve",
				"jobs",
				"confirm",
				"own words",
				"own chain",
				"time",
				"send",
				"send",
				"jobs",
				"approve",
				"submit",
				"confirm",
				"decline",
				"revise",
				"withdraw lead",
				"withdraw",
			}).Draw(r, "act")
			acts[name]()
			run.promises(name)
		}
	})
}

// run is one lead with its relay; refusals are answers, not failures.
type run struct {
	*world
	r     *rapid.T
	p     post.Post
	relay int64
}

func (run *run) submit() { _ = run.deliveries.Submit(run.Context(), run.officer, run.p.ID, 0) }

func (run *run) approve() { run.decide(run.reviewer, run.p.ID) }

func (run *run) decide(actor access.Actor, postID int64) {
	_, version, err := run.posts.Find(run.Context(), actor, postID)
	run.must(err)
	_, _ = run.deliveries.Review(run.Context(), actor, postID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
		Due: delivery.DueChoice{Now: run.p.DueAt != nil && !run.p.DueAt.After(run.at)},
	})
}

func (run *run) revise() {
	if _, err := run.deliveries.Revise(run.Context(), run.officer, run.p.ID); err != nil {
		return
	}
	due := run.at.Add(time.Hour)
	_, _ = run.deliveries.Reschedule(run.Context(), run.officer, run.p.ID, delivery.DueChoice{At: &due})
	run.p.DueAt = &due
}

func (run *run) takeLeadBack() {
	_, _ = run.deliveries.Withdraw(run.Context(), run.officer, run.p.ID, "不发了")
}

func (run *run) one(name string) Task {
	board := run.board(run.relay)

	return board.Tasks[rapid.IntRange(0, len(board.Tasks)-1).Draw(run.r, name)]
}

func (run *run) confirm(own *string) {
	_, _ = run.s.Confirm(run.Context(), run.officer, run.one("task").ID, Answer{Words: own})
}

func (run *run) ownWords() {
	run.serial++
	own := fmt.Sprintf("自己的话 %d", run.serial)
	run.confirm(&own)
}

func (run *run) ownChain() {
	if task := run.one("task"); task.PostID != nil {
		run.decide(run.reviewer, *task.PostID)
	}
}

func (run *run) decline() {
	_ = run.s.Decline(run.Context(), run.officer, run.one("task").ID, "不参加")
}

func (run *run) withdraw() { _ = run.s.Withdraw(run.Context(), run.boss, run.relay, "不办了") }

func (run *run) wait() {
	run.at = run.at.Add(time.Duration(rapid.IntRange(1, 60).Draw(run.r, "minutes")) * time.Minute)
}

// send does what the engine does, as far as it matters here: one delivery that is due, approved, and
// passes on nothing that is not out.
func (run *run) send() {
	run.serial++
	run.exec(`
UPDATE deliveries SET state = 'sent', remote_id = $2, sent_at = $1, attempts = 1 WHERE id = (
    SELECT d.id FROM deliveries d WHERE d.state = 'waiting' AND d.approved AND d.due_at <= $1
        AND d.not_after >= $1 AND d.payload_hash = d.approved_hash AND `+delivery.LeadOutSQL+` ORDER BY d.id DESC LIMIT 1)`,
		run.at, fmt.Sprint(6_000_000_000_000_000+run.serial))
}

// promises fails on what must never be.
func (run *run) promises(after string) {
	for name, sql := range map[string]string{
		"on its way without an approval": `
SELECT count(*) FROM deliveries d WHERE d.approved AND NOT EXISTS (
    SELECT FROM review_runs r WHERE r.version_id = d.version_id AND r.state = 'approved')`,
		"covered words that nobody approved": `
SELECT count(*) FROM review_runs r JOIN post_versions v ON v.id = r.version_id WHERE r.cover = 'lead'
    AND v.text <> '请本区居民关注'`,
		"covered by a standing approval with other words": `
SELECT count(*) FROM review_runs r JOIN post_versions v ON v.id = r.version_id WHERE r.cover = 'standing'
    AND v.text <> '朝阳区转发预警'`,
		"passed on twice by one account": `
SELECT count(*) FROM (SELECT FROM deliveries WHERE lead_id IS NOT NULL AND state = 'sent'
    GROUP BY account_id, lead_id HAVING count(*) > 1) twice`,
		"two on their way by one account": `
SELECT count(*) FROM (SELECT FROM deliveries WHERE lead_id IS NOT NULL
    AND state IN ('planned', 'waiting', 'sent')
    GROUP BY account_id, lead_id HAVING count(*) > 1) twice`,
		"passed on, and the lead is not out": `
SELECT count(*) FROM deliveries d WHERE d.lead_id IS NOT NULL AND d.state = 'sent' AND NOT ` + delivery.LeadOutSQL,
		"a task without its post": `
SELECT count(*) FROM relay_tasks t 
    LEFT JOIN deliveries d ON d.post_id = t.post_id AND d.account_id = t.account_id
    WHERE t.stage = 'confirmed' AND d.id IS NULL`,
	} {
		if n := run.world.one(sql); n != 0 {
			run.r.Fatalf("after %s: %s (%d)", after, name, n)
		}
	}
}
