package dispatch

import (
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/delivery"
	"juzhen/internal/post"
)

func collectIDs(rows pgx.Rows) ([]int64, error) { return pgx.CollectRows(rows, pgx.RowTo[int64]) }

func collectStandings(rows pgx.Rows) ([]standing, error) {
	return pgx.CollectRows(rows, pgx.RowToStructByPos[standing])
}

func idsOf(moved []delivery.Moved) []int64 {
	ids := make([]int64, len(moved))
	for i, m := range moved {
		ids[i] = m.ID
	}

	return ids
}

// doubts remembers attempts whose mark was not acknowledged and whose call never began, for as long as
// a statement left behind at the server could still take effect.
type doubts struct {
	mu   sync.Mutex
	open map[string]doubt
}

type doubt struct {
	id int64
	at time.Time
}

// doubtFor is longer than any statement may run at the server.
const doubtFor = time.Minute

func newDoubts() *doubts { return &doubts{open: map[string]doubt{}} }

func (d *doubts) add(items []*item, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()

	for _, it := range items {
		d.open[it.attempt] = doubt{it.id, now}
	}
}

func (d *doubts) list(now time.Time) (ids []int64, attempts []string) {
	d.mu.Lock()
	defer d.mu.Unlock()

	for attempt, doubt := range d.open {
		if now.Sub(doubt.at) > doubtFor {
			delete(d.open, attempt)
			continue
		}
		ids, attempts = append(ids, doubt.id), append(attempts, attempt)
	}

	return ids, attempts
}

// versions keeps the frozen versions that deliveries in hand belong to: a version never changes once it
// was submitted.
type versions struct {
	mu   sync.Mutex
	byID map[int64]post.Version
	used []int64
}

// keepVersions bounds the memory of versions.
const keepVersions = 256

func newVersions() *versions { return &versions{byID: map[int64]post.Version{}} }

func (v *versions) get(id int64) (post.Version, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	version, ok := v.byID[id]

	return version, ok
}

func (v *versions) put(version post.Version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.byID[version.ID]; ok {
		return
	}
	v.byID[version.ID], v.used = version, append(v.used, version.ID)
	if len(v.used) > keepVersions {
		delete(v.byID, v.used[0])
		v.used = v.used[1:]
	}
}

// stats are the figures of this process.
type stats struct {
	mu       sync.Mutex
	lastSent time.Time
	lateness []time.Duration // of the last starts, from due time to first byte
	at       int

	clockWrong *bool // what people were told last; nil: nothing since the start
}

// keepLateness is how many starts the figures cover.
const keepLateness = 10_000

func (s *stats) success(now time.Time) {
	s.mu.Lock()
	s.lastSent = now
	s.mu.Unlock()
}

func (s *stats) started(late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.lateness) < keepLateness {
		s.lateness = append(s.lateness, late)
		return
	}
	s.lateness[s.at%keepLateness] = late
	s.at++
}

// figures gives the last success and percentiles of the lateness of starts.
func (s *stats) figures() (last time.Time, p50, p99, worst time.Duration) {
	s.mu.Lock()
	sorted := slices.Clone(s.lateness)
	last = s.lastSent
	s.mu.Unlock()
	if len(sorted) == 0 {
		return last, 0, 0, 0
	}
	slices.Sort(sorted)

	return last, sorted[len(sorted)/2], sorted[len(sorted)*99/100], sorted[len(sorted)-1]
}

func collectTexts(rows pgx.Rows) ([]string, error) { return pgx.CollectRows(rows, pgx.RowTo[string]) }
