// Package rescan looks through what was published, again whenever a word list, a level or an exception
// changes: posts of this console by the wording that went out, others as the platform shows them. It keeps
// what the lists take seriously, for inspections to judge, and looks once a week at the links of what was
// published (links.go). It changes nothing that is sent or published.
package rescan

import (
	"context"
	"time"

	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// Finding is a word that the lists take seriously, in a post that the platform shows.
type Finding struct {
	PostID    int64 // of the platform's posts
	AccountID int64
	PostedAt  time.Time
	Rule      check.Rule // the kind of the list
	Level     lexicon.Level
	Found     string    // what stands there
	Passage   string    // and around it
	ListedAt  time.Time // when the version of the list was made that has it
	FoundAt   time.Time
}

// Busy counts what is to be sent within some time, up to a number.
type Busy func(ctx context.Context, within time.Duration, atMost int) (int, error)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	db     *pg.DB
	checks *check.Service
	links  Prober
	busy   Busy
	clock  func() time.Time
}

// New makes the service. links looks at addresses, in jobs alone. busy is asked before each batch, because
// what is to be sent goes first; nil: nothing is.
func New(db *pg.DB, checks *check.Service, links Prober, busy Busy, now func() time.Time) *Service {
	if busy == nil {
		busy = func(context.Context, time.Duration, int) (int, error) { return 0, nil }
	}

	return &Service{db: db, checks: checks, links: links, busy: busy, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// A round looks at no more than batches of batchSize posts, and stops where as many as crowd are to be sent
// within near.
const (
	batchSize = 300
	batches   = 40
	near      = 2 * time.Minute
	crowd     = 20
)

// Round goes on with what is to be looked through: what came or changed first, then the pass through all
// posts, which begins anew when a list has changed. The next round goes on where this one ends.
func (s *Service) Round(ctx context.Context) (err error) {
	defer fault.Step(&err, "rescan.Round")

	force, err := s.checks.Force(ctx)
	if err != nil {
		return err
	}
	print, err := printOf(ctx, s.db, force)
	if err != nil {
		return err
	}
	pass := s.checks.Pass()

	for range batches {
		if yields, err := s.yields(ctx); err != nil || yields {
			return err
		}
		done := false
		err := s.db.InTxRetry(ctx, func(tx pg.Tx) (err error) {
			done, err = s.batch(ctx, tx, print, force, pass)
			return err
		})
		if err != nil || done {
			return err
		}
	}

	return nil
}

// batch looks through some posts. It is done where nothing is left, or another process is at it.
func (s *Service) batch(
	ctx context.Context, tx pg.Tx, print string, force check.Force, pass *check.Pass,
) (bool, error) {
	walk, free, err := lockWalk(ctx, tx)
	if err != nil || !free {
		return true, err
	}
	if walk.Print != print {
		if walk, err = beginWalk(ctx, tx, print); err != nil {
			return true, err
		}
	}

	ids, err := takeUnread(ctx, tx, batchSize)
	if err != nil {
		return true, err
	}
	if len(ids) == 0 && walk.Going {
		if ids, err = walkOn(ctx, tx, walk, s.now()); err != nil {
			return true, err
		}
	}
	if len(ids) == 0 {
		return true, nil
	}

	return false, s.look(ctx, tx, force, pass, ids)
}

// look looks through posts, but for those that were looked through by the same lists.
func (s *Service) look(
	ctx context.Context,
	tx pg.Tx,
	force check.Force,
	pass *check.Pass,
	ids []int64,
) error {
	posts, err := selectPosts(ctx, tx, ids)
	if err != nil {
		return err
	}
	var scans []scan

	for _, post := range posts {
		print := post.printBy(force)
		if post.Print == print && (post.Open == 0 || post.Excepted == force.Excepted) {
			continue
		}
		found, err := pass.Serious(ctx, check.Published{
			Home: post.Home, Unit: post.UnitID, Version: post.VersionID, Text: post.Text, At: post.PostedAt,
		})
		if err != nil {
			return err
		}
		scans = append(scans, scan{post: post, print: print, found: found})
	}
	if len(scans) == 0 {
		return nil
	}

	if err := keepLinks(ctx, tx, scans, s.now()); err != nil {
		return err
	}

	return s.keep(ctx, tx, force.Excepted, scans)
}

// scan is what was found in one post.
type scan struct {
	post  publishedPost
	print string
	found []check.Finding
}

// around is how much of a text is kept beside a word, in code points on each side.
const around = 20

// passage is a word with what stands around it.
func passage(text string, start, end int) string {
	runes := []rune(text)
	from, to := max(start-around, 0), min(end+around, len(runes))
	out := string(runes[from:to])
	if from > 0 {
		out = "…" + out
	}
	if to < len(runes) {
		out += "…"
	}

	return out
}

// Status is how far the posts are looked through.
type Status struct {
	Left    int        // posts that are not looked through by the lists of now
	EndedAt *time.Time // when all were, last; nil: not yet
}

// Standing gives what stands of accounts at an instant, and how many of each; of each at most shown, the
// latest posts first. What was removed from the platform does not stand. It checks no right: the accounts
// were found before.
func Standing(
	ctx context.Context,
	db *pg.DB,
	accounts []int64,
	at time.Time,
	shown int,
) (_ map[int64][]Finding, all map[int64]int, err error) {
	defer fault.Step(&err, "rescan.Standing")

	return standing(ctx, db, accounts, at, shown)
}

// StatusOf tells how far the posts are looked through. A change of a list counts from the next round on.
func StatusOf(ctx context.Context, db *pg.DB) (_ Status, err error) {
	defer fault.Step(&err, "rescan.StatusOf")

	return status(ctx, db)
}
