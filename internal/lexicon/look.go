package lexicon

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// Hit is a place in a text at which a word of a list stands. Start and End are code points of the text, End
// exclusive.
type Hit struct {
	ListID     int64
	EntryID    int64
	Kind       Kind
	Level      Level
	Own        bool // the entry has a level of its own, not its kind's
	Word       string
	Suggestion string
	Note       string
	Start, End int
}

// TextLimit is how long a text may be that is looked through, in bytes.
const TextLimit = 10 << 20

// Look finds the words of all lists in force for the units: their own and those of all above. Entries hold on
// the Beijing day of on; the level of an entry that has none is its kind's. Hits are in the order of the
// text. Fails with fault.Invalid at "text" beyond TextLimit.
func (s *Service) Look(ctx context.Context, unitIDs []int64, text string, on time.Time) (_ []Hit, err error) {
	defer fault.Step(&err, "lexicon.Look")

	lists, err := s.InForce(ctx, unitIDs)
	if err != nil {
		return nil, err
	}

	return s.LookIn(ctx, lists, text, on)
}

// Lists are lists in force, each at the version it had when they were asked for.
type Lists struct{ versions []version }

// InForce gives the lists that hold for units: their own and those of all above. Who looks through many texts
// asks once.
func (s *Service) InForce(ctx context.Context, unitIDs []int64) (_ Lists, err error) {
	defer fault.Step(&err, "lexicon.InForce")

	versions, err := inForce(ctx, s.db.Pool(), unitIDs)

	return Lists{versions}, err
}

// LookIn finds the words of lists, as Look does. Where a list cannot be read it fails, and gives what the
// others found.
func (s *Service) LookIn(ctx context.Context, lists Lists, text string, on time.Time) (_ []Hit, err error) {
	defer fault.Step(&err, "lexicon.LookIn")

	if len(text) > TextLimit {
		return nil, fault.Invalid("text", "文字超过 10 MB，请分开检查")
	}

	var hits []Hit

	for _, list := range lists.versions {
		ready, unread := s.ready(ctx, list)
		if unread != nil {
			err = errors.Join(err, unread)
			continue
		}
		hits = append(hits, ready.look(text, beijing.Date(on))...)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(
			cmp.Compare(a.Start, b.Start),
			cmp.Compare(a.End, b.End),
			cmp.Compare(a.EntryID, b.EntryID),
		)
	})

	return hits, err
}

// version names the entries of a list at one time.
type version struct {
	ID      int64
	Kind    Kind
	Version int
}

// compiled is a list that is ready to be looked for.
type compiled struct {
	version
	entries []Entry
	matcher *Matcher
	// of each pattern behind those of the entries: the entry of which it is an exception
	exceptionOf []int32
	named       []bool // per entry: it has an exception that is a word
}

func compile(list version, entries []Entry) *compiled {
	ready := &compiled{version: list, entries: entries, named: make([]bool, len(entries))}
	words := make([]Word, 0, len(entries))

	for _, entry := range entries {
		word := Word{entry.Word, Folded}
		if list.Kind.bridged() || entry.LevelIn(list.Kind) == Block {
			word.Through = Bridged
		}
		words = append(words, word)
	}

	for i, entry := range entries {
		for _, exception := range entry.contexts() {
			words = append(words, Word{exception, Folded})
			ready.exceptionOf = append(ready.exceptionOf, int32(i))
			ready.named[i] = true
		}
	}
	ready.matcher = Build(words)

	return ready
}

// contexts are the words in which the entry is no finding: its exceptions, and what it suggests itself where
// that holds the word.
func (e Entry) contexts() (words []string) {
	for _, exception := range e.Exceptions {
		if exception != inBookMarks && exception != inQuotes {
			words = append(words, exception)
		}
	}
	word, right := theFolding().text(e.Word), theFolding().text(e.Suggestion)
	if len(right) > len(word) && strings.Contains(right, word) {
		words = append(words, e.Suggestion)
	}

	return words
}

// look finds the entries that hold on a day.
func (c *compiled) look(text, day string) (hits []Hit) {
	var found []Match
	excepted := map[int32][]Match{}

	c.matcher.Find(text, func(match Match) bool {
		if behind := match.Pattern - len(c.entries); behind >= 0 {
			of := c.exceptionOf[behind]
			excepted[of] = append(excepted[of], match)
		} else if c.entries[match.Pattern].inForce(day) {
			found = append(found, match)
		}

		return len(found) < hitsLimit
	})
	if len(found) == 0 {
		return nil
	}
	marks := quoted{letters: []rune(text)}

	for _, match := range found {
		entry := c.entries[match.Pattern]
		if entry.Suggestion != "" && string(marks.letters[match.Start:match.End]) == entry.Suggestion ||
			covered(match, excepted[int32(match.Pattern)]) || marks.excepts(entry, match) {
			continue
		}

		hits = append(hits, Hit{
			ListID:     c.ID,
			EntryID:    entry.ID,
			Kind:       c.Kind,
			Level:      entry.LevelIn(c.Kind),
			Own:        entry.Level != "",
			Word:       entry.Word,
			Suggestion: entry.Suggestion,
			Note:       entry.Note,
			Start:      match.Start,
			End:        match.End,
		})
	}

	return hits
}

// hitsLimit bounds what one list finds in one text: nobody reads more.
const hitsLimit = 100_000

func covered(match Match, exceptions []Match) bool {
	return slices.ContainsFunc(exceptions, func(exception Match) bool {
		return exception.Start <= match.Start && match.End <= exception.End
	})
}

// quoted knows what of a text lies between marks. It looks when it is asked first.
type quoted struct {
	letters []rune
	inside  map[string][]Match
}

func (q *quoted) excepts(entry Entry, match Match) bool {
	for _, marks := range []string{inBookMarks, inQuotes} {
		if slices.Contains(entry.Exceptions, marks) && covered(match, q.between(marks)) {
			return true
		}
	}

	return false
}

// between finds what lies between marks; one that is not closed opens nothing, nested ones count as one.
func (q *quoted) between(marks string) []Match {
	if spans, ok := q.inside[marks]; ok {
		return spans
	}
	pair := []rune(marks)
	spans, open, deep := []Match{}, 0, 0

	for i, r := range q.letters {
		switch {
		case r == pair[0]:
			if deep == 0 {
				open = i
			}
			deep++
		case r == pair[1] && deep > 0:
			if deep--; deep == 0 {
				spans = append(spans, Match{Start: open, End: i + 1})
			}
		case r == '\n':
			deep = 0
		}
	}
	if q.inside == nil {
		q.inside = map[string][]Match{}
	}
	q.inside[marks] = spans

	return spans
}

// cache holds lists that are ready, the latest used ones, and builds each version once.
type cache struct {
	mu       sync.Mutex
	lists    map[int64]*cached
	building map[version]*building
	clock    uint64
}

type cached struct {
	ready *compiled
	used  uint64
}

type building struct {
	done  chan struct{}
	ready *compiled
	err   error
}

// cacheEntries bounds what is held, in entries of all lists; a hundred thousand take about 40 MB.
const cacheEntries = 1_000_000

// get gives a list that is ready, or builds it with load. Who asks for a version that somebody else is
// building waits for that.
func (c *cache) get(
	ctx context.Context,
	list version,
	load func(context.Context) ([]Entry, error),
) (*compiled, error) {
	c.mu.Lock()
	c.clock++
	if held, ok := c.lists[list.ID]; ok && held.ready.version == list {
		held.used = c.clock
		c.mu.Unlock()

		return held.ready, nil
	}

	work, busy := c.building[list]
	if !busy {
		work = &building{done: make(chan struct{})}
		c.building[list] = work
		// It is finished for the others even when this request goes away.
		go c.build(context.WithoutCancel(ctx), list, work, load)
	}
	c.mu.Unlock()

	select {
	case <-work.done:
		return work.ready, work.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// buildLimit is how long reading and building of a list may take.
const buildLimit = 30 * time.Second

func (c *cache) build(
	ctx context.Context,
	list version,
	work *building,
	load func(context.Context) ([]Entry, error),
) {
	ctx, cancel := context.WithTimeout(ctx, buildLimit)
	defer cancel()

	entries, err := load(ctx)
	if err == nil {
		work.ready = compile(list, entries)
	}
	work.err = err

	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.building, list)
	if err == nil {
		if held, ok := c.lists[list.ID]; !ok || held.ready.Version <= list.Version {
			c.clock++
			c.lists[list.ID] = &cached{work.ready, c.clock}
		}
		c.shrink()
	}
	close(work.done)
}

// shrink drops the lists that were not used for longest until the rest is small enough; one always stays.
func (c *cache) shrink() {
	for len(c.lists) > 1 {
		sum, oldest := 0, int64(0)
		for id, held := range c.lists {
			sum += len(held.ready.entries)
			if oldest == 0 || held.used < c.lists[oldest].used {
				oldest = id
			}
		}
		if sum <= cacheEntries {
			return
		}
		delete(c.lists, oldest)
	}
}
