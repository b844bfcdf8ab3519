package bench

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/pg"
)

// What is checked, and how often.
const (
	lettersChecked = 2000
	checksMade     = 100
)

// checking measures what a press of a key costs the server while somebody writes: a text of 2,000 letters
// through the service that the page asks, with its lists built before. Beside it, in the same round, the same
// text by the lists that come with the program alone: what stands in the lists should cost next to nothing.
func checking(ctx context.Context, f *field) (values, error) {
	got := values{}
	random := rand.New(rand.NewPCG(5, 6))
	sentences := strings.Fields(prose)
	entries := wordsOf(random, sentences)
	text := string([]rune(proseOf(random, sentences, entries))[:lettersChecked])

	for name, entries := range map[string][]string{"shipped_only": nil, "check": entries} {
		db, err := f.checked(ctx, name, entries)
		if err != nil {
			return nil, err
		}
		took, found, err := checkTimes(ctx, db, text)
		if err != nil {
			return nil, err
		}
		got[name+"_ms"] = milliseconds(took[len(took)/2])
		got[name+"_p99_ms"] = milliseconds(took[len(took)*99/100])
		got[name+"_found"] = float64(found)
	}

	return got, nil
}

// checkTimes gives how long each check of a text took, the shortest first, and what one of them found. Each
// is of another text, as while somebody writes.
func checkTimes(ctx context.Context, db *pg.DB, text string) (took []time.Duration, found int, err error) {
	lists := lexicon.New(db, time.Now, check.Samples(db), lexicon.Told{})
	if err := lists.Keep(ctx); err != nil {
		return nil, 0, err
	}
	service := check.New(db, lists, link.New(db, nil, link.Options{}, time.Now), time.Now)
	writer := access.Actor{
		UserID: 1,
		Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}},
	}
	letters := []rune(text)

	for n := range checksMade {
		question := check.Question{UnitID: 1, Text: string(letters[n:]) + string(letters[:n])}
		began := time.Now()
		findings, err := service.Text(ctx, writer, question)
		if err != nil {
			return nil, 0, err
		}
		took, found = append(took, time.Since(began)), len(findings)
	}
	slices.Sort(took)

	return took, found, nil
}

// checked is a database whose topmost unit has a list of words, made once.
func (f *field) checked(ctx context.Context, name string, entries []string) (*pg.DB, error) {
	if db := f.checks[name]; db != nil {
		return db, nil
	}
	_, db, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	if f.checks == nil {
		f.checks = map[string]*pg.DB{}
	}
	f.checks[name] = db

	return db, forbidWords(ctx, db, entries)
}

// forbidWords writes a list of wrong words as an import leaves it.
func forbidWords(ctx context.Context, db *pg.DB, entries []string) error {
	if len(entries) == 0 {
		return nil
	}
	var list int64
	err := db.Pool().QueryRow(ctx, `
INSERT INTO lexicons (unit_id, kind, name, state, version, entries, created_at)
VALUES (1, 'typo', '十万词', 'on', 1, $1, now()) RETURNING id`, len(entries)).Scan(&list)
	if err != nil {
		return err
	}
	_, err = db.Pool().CopyFrom(ctx, pgx.Identifier{"lexicon_entries"},
		[]string{"lexicon_id", "word", "level", "suggestion", "note", "exceptions", "state", "since"},
		pgx.CopyFromSlice(len(entries), func(i int) ([]any, error) {
			return []any{list, entries[i], "", "", "", []string{}, "on", 1}, nil
		}))

	return err
}
