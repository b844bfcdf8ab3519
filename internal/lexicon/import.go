package lexicon

import (
	"context"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// Preview is what a file, or an entry, would do to a list.
type Preview struct {
	List    List
	FileID  int64
	Name    string // of the file
	Rows    int
	Added   int
	Changed int
	Same    int
	Second  bool       // a second person must confirm it
	Faults  []RowFault // while there are some nothing is imported
	Hits    Tried
}

// Tried is what would be found among texts that people wrote.
type Tried struct {
	Known    bool // false: nothing is known of what people write here
	Waiting  int  // texts that are not out yet, with a finding
	Past     int  // texts of the past days, with a finding
	Looked   int  // texts that were looked at
	Examples []Example
}

// Example is a place at which a word would be found.
type Example struct {
	Sample
	Word                  string
	Before, Found, Behind string
}

// Bounds of a trial.
const (
	triedDays     = 30
	triedExamples = 20
	triedTexts    = 20_000
	exampleAround = 18 // letters on each side
	filesKept     = 24 * time.Hour
	fileName      = 200
)

// KeepFile takes a file of words and keeps it for its preview and import, for a day. Fails with
// fault.Invalid at "file" when it cannot be read as a whole.
func (s *Service) KeepFile(
	ctx context.Context,
	actor access.Actor,
	listID int64,
	name string,
	raw []byte,
) (id int64, err error) {
	defer fault.Step(&err, "lexicon.KeepFile %d", listID)

	if _, _, err := readFile(raw); err != nil {
		return 0, err
	}
	letters := []rune(glyph.Clean(name))
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := s.managed(ctx, tx, actor, listID); err != nil {
			return err
		}
		id, err = insertFile(
			ctx,
			tx,
			listID,
			actor.UserID,
			string(letters[:min(len(letters), fileName)]),
			raw,
			s.now(),
		)

		return err
	})

	return id, err
}

// PreviewFile tells what a kept file would do. Only who sent it sees it; else fault.NotFound.
func (s *Service) PreviewFile(
	ctx context.Context,
	actor access.Actor,
	listID, fileID int64,
) (p Preview, err error) {
	defer fault.Step(&err, "lexicon.PreviewFile %d", fileID)

	name, raw, err := s.file(ctx, actor, listID, fileID)
	if err != nil {
		return Preview{}, err
	}
	puts, faults, err := readFile(raw)
	if err != nil {
		return Preview{}, err
	}
	p = Preview{FileID: fileID, Name: name, Rows: len(puts), Faults: faults}

	return p, s.fill(ctx, actor, listID, puts, &p)
}

// PreviewEntry tells what an entry would do, and what it would find. Faults as of PutEntry.
func (s *Service) PreviewEntry(
	ctx context.Context,
	actor access.Actor,
	listID int64,
	put Put,
) (p Preview, err error) {
	defer fault.Step(&err, "lexicon.PreviewEntry %d", listID)

	puts, err := checked([]Put{put})
	if err != nil {
		return Preview{}, err
	}
	p.Rows = 1

	return p, s.fill(ctx, actor, listID, puts, &p)
}

// fill tells what entries would do, when none of them is wrong.
func (s *Service) fill(ctx context.Context, actor access.Actor, listID int64, puts []Put, p *Preview) error {
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		list, err := s.managed(ctx, tx, actor, listID)
		p.List = list
		if err != nil || len(p.Faults) > 0 {
			return err
		}
		plan, err := planTx(ctx, tx, list, puts)
		if err != nil {
			return err
		}
		p.Added, p.Changed, p.Same, p.Second = plan.added, plan.changed, plan.same, plan.second
		puts = plan.puts

		return nil
	})
	if err != nil || len(p.Faults) > 0 {
		return err
	}
	p.Hits, err = s.try(ctx, p.List, puts)

	return err
}

// try looks for entries in what people wrote for the list's unit and all below it.
func (s *Service) try(ctx context.Context, list List, puts []Put) (tried Tried, err error) {
	if s.samples == nil || len(puts) == 0 {
		return Tried{}, nil
	}

	entries := make([]Entry, 0, len(puts))
	for _, put := range puts {
		if put.State == On {
			entries = append(entries, put.Entry)
		}
	}
	now := s.now()
	ready, day := compile(version{list.ID, list.Kind, 0}, entries), now.AddDate(0, 0, -triedDays)
	today := beijing.Date(now)
	tried.Known = true

	err = s.samples(ctx, list.UnitPath, day, func(sample Sample) bool {
		tried.Looked++
		if hits := ready.look(sample.Text, today); len(hits) > 0 {
			tried.add(sample, hits[0])
		}

		return tried.Looked < triedTexts
	})

	return tried, err
}

func (t *Tried) add(sample Sample, hit Hit) {
	if sample.Waiting {
		t.Waiting++
	} else {
		t.Past++
	}
	if len(t.Examples) >= triedExamples {
		return
	}
	letters := []rune(sample.Text)
	sample.Text = ""
	t.Examples = append(t.Examples, Example{
		Sample: sample,
		Word:   hit.Word,
		Before: string(letters[max(0, hit.Start-exampleAround):hit.Start]),
		Found:  string(letters[hit.Start:hit.End]),
		Behind: string(letters[hit.End:min(len(letters), hit.End+exampleAround)]),
	})
}

func (s *Service) file(
	ctx context.Context,
	actor access.Actor,
	listID, fileID int64,
) (name string, raw []byte, err error) {
	if _, err := s.Find(ctx, actor, listID); err != nil {
		return "", nil, err
	}

	return findFile(ctx, s.db.Pool(), listID, fileID, actor.UserID)
}

// ImportFile does what the preview of a kept file told: all of it or nothing.
func (s *Service) ImportFile(
	ctx context.Context,
	actor access.Actor,
	listID, fileID int64,
	why string,
) (_ Outcome, err error) {
	defer fault.Step(&err, "lexicon.ImportFile %d", fileID)

	_, raw, err := s.file(ctx, actor, listID, fileID)
	if err != nil {
		return Outcome{}, err
	}
	outcome, err := s.Import(ctx, actor, listID, raw, why)
	if err != nil {
		return Outcome{}, err
	}

	return outcome, dropFile(ctx, s.db.Pool(), fileID)
}

// Import puts the words of a file into a list, all of them or none. Fails with fault.Fields that name each
// wrong cell as "rows.ROW.FIELD", else as PutEntry does.
func (s *Service) Import(
	ctx context.Context,
	actor access.Actor,
	listID int64,
	raw []byte,
	why string,
) (_ Outcome, err error) {
	defer fault.Step(&err, "lexicon.Import %d", listID)

	puts, faults, err := readFile(raw)
	if err != nil {
		return Outcome{}, err
	}
	if len(faults) > 0 {
		var fields fault.Fields

		for _, one := range faults {
			wrong := *one.Fault
			wrong.Field = fmt.Sprintf("rows.%d.%s", one.Row, one.Field)
			fields.Add(&wrong)
		}

		return Outcome{}, fields
	}

	return s.put(ctx, actor, listID, puts, why, ChangeImport)
}
