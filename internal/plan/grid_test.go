package plan

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// write makes a draft of a unit for accounts, due at an instant of Beijing as 12-01T09:00.
func (w *world) write(who access.Actor, unit int64, due, text string, accounts ...int64) post.Post {
	w.Helper()
	at := dayAt("2026-" + due[:5])
	var hour, minute int
	_, err := fmt.Sscanf(due[6:], "%d:%d", &hour, &minute)
	w.must(err)
	at = at.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)

	content := post.Content{Text: text, DueAt: &at}
	for _, id := range accounts {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: id})
	}
	made, err := post.New(w.db, weibo.Rules{}, func() time.Time { return w.now }).
		Create(w.Context(), who, unit, content)
	w.must(err)

	return made
}

// deliver turns a draft into deliveries in a state.
func (w *world) deliver(p post.Post, phase post.Phase, state delivery.State) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), `
INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, due_at,
    approved, payload_hash, mark_key, created_at, updated_at)
SELECT p.id, p.version_id, t.account_id, 'weibo', 'commercial', $2, 1, false, p.due_at, $2 <> 'planned',
    '\x00', uuid_send(gen_random_uuid()), now(), now()
FROM posts p JOIN version_targets t ON t.version_id = p.version_id WHERE p.id = $1`, p.ID, state)
	w.must(err)
	_, err = w.db.Pool().Exec(w.Context(), "UPDATE posts SET phase = $2 WHERE id = $1", p.ID, phase)
	w.must(err)
}

func TestAccountsByDaysSayWhatIsPlannedSentAndMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	w.deliver(w.write(w.officer, 1, "11-30T08:00", "早上的", 1), post.Approved, delivery.Sent)
	w.deliver(w.write(w.officer, 1, "12-01T09:00", "两个账号的", 1, 2), post.Approved, delivery.Waiting)
	w.deliver(w.write(w.officer, 1, "12-01T09:20", "太近的", 1), post.Submitted, delivery.Planned)
	w.deliver(w.write(w.officer, 1, "12-02T09:00", "不发了", 1), post.Withdrawn, delivery.Cancelled)
	w.write(w.officer, 1, "12-01T10:00", "没写完", 1)
	w.write(w.officer, 1, "12-01T11:00", "也没写完", 1)
	_, err := w.db.Pool().Exec(t.Context(), `
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES (4, 'weibo', '5300', 'elsewhere', '2026-11-15T01:00:00Z', '手机上发的', true, 0, 'live', now(), 0, 0, 0)`)
	w.must(err)

	ask := Ask{From: dayAt("2026-11-30"), To: dayAt("2026-12-03"), Apart: 30}
	grid, err := w.s.Grid(t.Context(), w.officer, ask)
	w.must(err)
	if len(grid.Days) != 3 || len(grid.Rows) != 4 || grid.More || !grid.Days[0].Today {
		t.Fatalf("%d days, %d rows: %+v", len(grid.Days), len(grid.Rows), grid.Days)
	}
	first := grid.Rows[0].Cells
	if c := first[0]; c.Sent != 1 || c.Missing || c.Posts[0].Moves || c.Posts[0].State != delivery.PostSent {
		t.Errorf("today: %+v", c)
	}
	if c := first[1]; c.Planned != 2 || c.Drafts != 2 || c.Close != 1 || c.Rest() != 1 || len(c.Posts) != 3 ||
		!c.Posts[0].Moves || c.Posts[0].Title != "两个账号的" || c.Posts[1].State != delivery.PostSubmitted {
		t.Errorf("tomorrow: %+v", c)
	}
	if c := first[2]; c.Total() != 0 || c.Missing {
		t.Errorf("the day after: %+v", c)
	}
	if c := grid.Rows[1].Cells[0]; !c.Missing {
		t.Errorf("account 2 has nothing today: %+v", c)
	}
	if got := grid.Rows[0].Outlook; got.Left != 14 || !got.Kept {
		t.Errorf("account 1: %+v", got)
	}
	if got := grid.Rows[3].Outlook; got.State() != Overdue || got.Silent != 15 {
		t.Errorf("account 4: %+v", got)
	}

	// A supervisor looks; a district's officer sees its own account and posts alone.
	if grid, err = w.s.Grid(
		t.Context(),
		w.supervisor,
		ask,
	); err != nil ||
		grid.Rows[0].Cells[1].Posts[0].Moves {
		t.Errorf("%v: a supervisor moves", err)
	}
	grid, err = w.s.Grid(t.Context(), w.district, ask)
	if err != nil || len(grid.Rows) != 1 || grid.Rows[0].AccountID != 4 {
		t.Errorf("%v: %+v", err, grid.Rows)
	}
}

func TestAccountsByDaysComeInPagesAndWithinBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	from := dayAt("2026-11-30")
	var seen []int64

	for page := range 2 {
		grid, err := w.s.Grid(
			t.Context(),
			w.officer,
			Ask{From: from, To: from.AddDate(0, 0, 7), Limit: 3, Page: page},
		)
		w.must(err)
		if grid.More != (page == 0) {
			t.Errorf("page %d: more %t", page, grid.More)
		}

		for _, row := range grid.Rows {
			seen = append(seen, row.AccountID)
		}
	}
	if fmt.Sprint(seen) != "[1 2 3 4]" {
		t.Errorf("%v", seen)
	}
	grid, err := w.s.Grid(
		t.Context(),
		w.officer,
		Ask{From: from, To: from.AddDate(0, 0, 1), UnitPath: "/1/2/", Query: "@京"},
	)
	w.must(err)
	if len(grid.Rows) != 1 || grid.Rows[0].AccountID != 2 {
		t.Errorf("%+v", grid.Rows)
	}

	for field, ask := range map[string]Ask{
		"to":    {From: from, To: from.AddDate(0, 0, 32)},
		"page":  {From: from, To: from.AddDate(0, 0, 1), Page: 100_000},
		"apart": {From: from, To: from.AddDate(0, 0, 1), Apart: -1},
	} {
		if _, err := w.s.Grid(
			t.Context(),
			w.officer,
			ask,
		); !fault.Is(err, fault.KindInvalid) ||
			fault.Public(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
