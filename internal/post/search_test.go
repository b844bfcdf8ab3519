package post_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"juzhen/internal/post"
)

// many writes n approved posts of unit 1 with this text, the last changed at the given instant, each a
// second before the other.
func (w *world) many(n int, text string, at time.Time) {
	w.t.Helper()
	if _, err := w.db.Pool().Exec(w.t.Context(), `WITH p AS (
    INSERT INTO posts (unit_id, author_id, phase, due_at, due_now, urgent, revision, created_at, updated_by,
        updated_at)
    SELECT 1, 1, 'approved', $3::timestamptz - n * interval '1 second', false, false, 1, now(), 1,
        $3::timestamptz - n * interval '1 second' FROM generate_series(1, $1::int) n RETURNING id),
v AS (INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, editors, created_at)
    SELECT id, 1, 'approved', $2 || id, 0, '', '{1}', now() FROM p RETURNING id, post_id)
SELECT count(*) FROM v`, n, text, at); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.db.Pool().Exec(w.t.Context(), `
		UPDATE posts p SET version_id = v.id FROM post_versions v
			WHERE v.post_id = p.id AND p.version_id IS NULL`); err != nil {
		w.t.Fatal(err)
	}
}

func TestASearchFindsWhatIsRareAndOldAmongMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, title := "朝阳的Own话", "限行Title一稿"
	rare := w.create(post.Content{
		Text:         "重污染天气，100%停驶_请注意",
		Targets:      []post.TargetChoice{{AccountID: 1, Variant: &own}},
		WorkingTitle: &title,
	})
	apart := w.create(post.Content{Text: "重污，又见污染"}) // all pairs of 重污染, but not the words
	w.many(1200, "蓝天保卫战", w.now.Add(time.Hour))
	w.many(3, "上个月的云", w.now.AddDate(0, -2, 0))
	if _, err := w.db.Pool().
		Exec(t.Context(), "UPDATE posts SET updated_at = $1 WHERE id IN ($2, $3)", w.now.AddDate(-1, 0, 0), rare.ID, apart.ID); err != nil {
		t.Fatal(err)
	}

	for query, want := range map[string]int{
		"重污染": 1, "重污": 2, "100%停驶_请": 1, "own话": 1, "OWN": 1, "没有这句": 0, "title一": 1, "蓝天": 50, "个月的云": 3,
		"云": 0, "蓝": 50, "%": 0, "染，又": 0,
	} {
		page, err := w.List(t.Context(), w.writer, post.Filter{Query: query})
		if err != nil || len(page.Rows) != want || (page.Next != "") != (want == 50) {
			t.Errorf("%q: %d posts, next %q, %v; want %d", query, len(page.Rows), page.Next, err, want)
		}
		if page, err = w.List(
			t.Context(),
			w.afar,
			post.Filter{Query: query},
		); err != nil ||
			len(page.Rows) != 0 {
			t.Errorf("%q finds another unit's posts: %d, %v", query, len(page.Rows), err)
		}
	}

	seen, after := map[int64]bool{}, ""
	for range 30 {
		page, err := w.List(t.Context(), w.writer, post.Filter{Query: "保卫战", After: after})
		w.must(err)

		for _, row := range page.Rows {
			seen[row.ID] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 1200 {
		t.Errorf("paging shows %d posts", len(seen))
	}
}

// The plan must not depend on luck: pairs of a whole table are never computed.
func TestTheIndexOfTextsIsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.many(3000, "蓝天保卫战", w.now)
	if _, err := w.db.Pool().Exec(t.Context(), "ANALYZE post_versions, posts"); err != nil {
		t.Fatal(err)
	}
	rows, err := w.db.Pool().Query(t.Context(), `
		EXPLAIN SELECT id FROM post_versions v WHERE text_grams(v.text) @> text_grams('重污染')
			AND strpos(lower(v.text), '重污染') > 0`)
	w.must(err)
	defer rows.Close()
	var plan []string

	for rows.Next() {
		var line string
		w.must(rows.Scan(&line))
		plan = append(plan, line)
	}
	if all := strings.Join(plan, "\n"); !strings.Contains(all, "post_versions_text") {
		t.Error(all)
	}
}

// TestHoursCountedAheadAreThoseThatAreThere does what may happen to posts and compares what was counted
// all along with a count of now, before and after changes are folded in.
func TestHoursCountedAheadAreThoseThatAreThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	day := post.Span{From: w.now.Add(-48 * time.Hour), To: w.now.Add(48 * time.Hour)}
	w.many(5000, "一起发", w.now.Add(time.Hour))

	for _, sql := range []string{
		"SELECT", // nothing yet
		"UPDATE posts SET due_at = due_at + interval '90 minutes' WHERE id % 3 = 0",
		"UPDATE posts SET phase = 'withdrawn' WHERE id % 5 = 0",
		"UPDATE posts SET phase = 'submitted' WHERE id % 7 = 0",
		"UPDATE posts SET due_at = NULL WHERE id % 11 = 0",
		"UPDATE posts SET due_at = now() WHERE id % 33 = 0",
		"UPDATE posts SET unit_id = 2 WHERE id % 13 = 0",
		"UPDATE posts SET revision = revision + 1",
		"UPDATE posts SET version_id = NULL WHERE id % 4 = 0",
		`
			WITH gone AS (DELETE FROM post_versions WHERE post_id % 4 = 0 RETURNING post_id) SELECT count(*)
				FROM gone`,
		"DELETE FROM posts WHERE id % 4 = 0",
	} {
		_, err := w.db.Pool().Exec(t.Context(), sql)
		w.must(err)

		for _, folded := range []bool{false, true} {
			if folded {
				w.must(w.FoldHours(t.Context()))
			}

			for _, path := range []string{"", "/1/", "/1/2/"} {
				of := post.Filter{UnitPath: path}
				counted, err := w.Hours(t.Context(), w.writer, day, of)
				w.must(err)
				// not whole hours
				now, err := w.Hours(
					t.Context(),
					w.writer,
					post.Span{From: day.From.Add(-time.Microsecond), To: day.To},
					of,
				)
				w.must(err)
				if diff := cmp.Diff(now, counted); diff != "" {
					t.Errorf("after %q, folded %v, under %q: %s", sql, folded, path, diff)
				}
			}
		}
	}
	var left int
	w.must(w.db.Pool().QueryRow(t.Context(), "SELECT count(*) FROM post_hour_changes").Scan(&left))
	if left != 0 {
		t.Errorf("%d changes are left", left)
	}
}

func TestHoursAreCountedAndNearPostsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.many(200, "一起发", w.now.Add(time.Hour))                    // from 12:56:40 to 12:59:59 in Shanghai
	w.create(post.Content{Text: "早", DueAt: w.in(time.Minute)}) // 12:01
	day := post.Span{From: w.now.Add(-12 * time.Hour), To: w.now.Add(12 * time.Hour)}
	hours, err := w.Hours(t.Context(), w.writer, day, post.Filter{})
	if err != nil || len(hours) != 1 {
		t.Fatalf("hours %+v, %v", hours, err)
	}
	if hour := hours[0]; hour.Posts != 201 || hour.Unfinished != 1 || hour.InReview != 0 ||
		!hour.At.Equal(w.now) ||
		!hour.First.Equal(*w.in(time.Minute)) ||
		!hour.Last.Equal(w.now.Add(time.Hour-time.Second)) {
		t.Errorf("hour %+v", hour)
	}
	if hours, err = w.Hours(t.Context(), w.afar, day, post.Filter{}); err != nil || len(hours) != 0 {
		t.Errorf("another unit's hours: %+v, %v", hours, err)
	}

	for name, c := range map[string]struct {
		at          time.Time
		first, last time.Duration
	}{
		"before all": {w.now, time.Minute, time.Hour - 192*time.Second},
		"among": {
			w.now.Add(time.Hour - 100*time.Second), time.Hour - 101*time.Second,
			time.Hour - 92*time.Second,
		},
		"behind all": {w.now.Add(2 * time.Hour), time.Hour - 10*time.Second, time.Hour - time.Second},
	} {
		rows, err := w.Near(t.Context(), w.writer, day, c.at, 10)
		if err != nil || len(rows) != 10 || !rows[0].DueAt.Equal(w.now.Add(c.first)) ||
			!rows[9].DueAt.Equal(w.now.Add(c.last)) {
			t.Errorf("%s: %d rows, %v: %v", name, len(rows), err, rows)
		}
	}
	spans := []post.Span{
		{From: w.now, To: w.now.Add(time.Hour - 198*time.Second)},
		{From: w.now.Add(time.Hour - 2*time.Second), To: day.To},
	}
	if rows, err := w.DueIn(
		t.Context(),
		w.writer,
		spans,
		post.Filter{},
		3,
	); err != nil || len(rows) != 5 ||
		rows[0].Title() != "早" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
