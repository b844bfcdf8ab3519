package lexicon

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// The lists that come with the program. docs/words.md tells where their words are from.
//
//go:embed shipped/*.tsv
var shippedFiles embed.FS

// shippedList is a list that comes with the program. Whoever adds words to its file counts version up, and
// bureaus that have the list are offered them.
type shippedList struct {
	key     string // of the file, and of the list for ever
	version int
	kind    Kind
	name    string
}

func shippedLists() []shippedList {
	return []shippedList{
		{"grave", 1, Grave, i18n.N("随程序提供：严重错误")},
		{"typo", 1, Typo, i18n.N("随程序提供：错别字")},
		{"environment", 1, Environment, i18n.N("随程序提供：环境用语与机构名称")},
		{"sensitive", 1, Sensitive, i18n.N("随程序提供：慎用词")},
		{"links", 1, Links, i18n.N("随程序提供：短网址")},
	}
}

// sources are the classes of sources that docs/words.md explains.
const sources = "ABCDE"

// entries reads the file of the list: word, suggestion, class of source, level, exceptions by blanks, first
// day, note.
func (l shippedList) entries() ([]Entry, error) {
	text, err := shippedFiles.ReadFile("shipped/" + l.key + ".tsv")
	if err != nil {
		return nil, err
	}
	var entries []Entry

	for number, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := append(strings.Split(line, "\t"), make([]string, 7)...)
		entry := Entry{
			Word:       cells[0],
			Suggestion: cells[1],
			Level:      Level(cells[3]),
			Exceptions: strings.Fields(cells[4]),
			From:       cells[5],
			Note:       cells[6],
		}.clean()
		if err := entry.check(); err != nil {
			return nil, fmt.Errorf("%s.tsv, line %d: %w", l.key, number+1, err)
		}
		if len(cells[2]) != 1 || !strings.Contains(sources, cells[2]) {
			return nil, fmt.Errorf("%s.tsv, line %d: %w", l.key, number+1, errNoSource)
		}
		entries = append(entries, entry)
	}

	return entries, nil
}

var errNoSource = errors.New("no class of source")

// Seed gives the topmost unit the lists that come with the program and are not there yet. It does nothing
// before there is a unit; several processes may do it at once.
func (s *Service) Seed(ctx context.Context) (err error) {
	defer fault.Step(&err, "lexicon.Seed")

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		path, err := org.RootPathTx(ctx, tx)
		if err != nil || path == "/" {
			return err
		}
		unit, err := org.IDOf(path)
		if err != nil {
			return err
		}
		there, err := shippedThere(ctx, tx)
		if err != nil {
			return err
		}

		for _, list := range shippedLists() {
			if there[list.key] == 0 {
				if err := s.seedTx(ctx, tx, unit, list); err != nil {
					return err
				}
			}
		}

		return nil
	})
}

func (s *Service) seedTx(ctx context.Context, tx pg.Tx, unit int64, shipped shippedList) error {
	entries, err := shipped.entries()
	if err != nil {
		return err
	}
	machine := access.System("lexicon")
	made, err := s.createTx(
		ctx,
		tx,
		machine,
		NewList{
			UnitID: unit,
			Kind:   shipped.kind,
			Name:   shipped.name,
		},
		shippedAs{shipped.key, shipped.version},
	)
	if err != nil {
		return err
	}

	puts := make([]Put, len(entries))
	for i, entry := range entries {
		puts[i] = Put{Entry: entry}
	}
	plan, err := planTx(ctx, tx, made, puts)
	if err != nil {
		return err
	}
	_, err = s.applyTx(ctx, tx, made, plan, step{what: "shipped", by: machine})

	return err
}

// Offer gives the words of a newer version of the program that the list never had. What a bureau changed or
// switched off is its own and is not offered again.
func (s *Service) Offer(ctx context.Context, actor access.Actor, id int64) (_ []Entry, err error) {
	defer fault.Step(&err, "lexicon.Offer %d", id)

	list, err := s.Find(ctx, actor, id)
	if err != nil {
		return nil, err
	}

	for _, shipped := range shippedLists() {
		if shipped.key == list.Shipped && shipped.version > list.ShippedVersion {
			entries, err := shipped.entries()
			if err != nil {
				return nil, err
			}

			return neverHad(ctx, s.db.Pool(), id, entries)
		}
	}

	return nil, nil
}

// TakeOffer puts the offered words in, as PutEntry does: what forbids a word waits for a second person.
func (s *Service) TakeOffer(ctx context.Context, actor access.Actor, id int64) (_ Outcome, err error) {
	defer fault.Step(&err, "lexicon.TakeOffer %d", id)

	entries, err := s.Offer(ctx, actor, id)
	if err != nil {
		return Outcome{}, err
	}

	puts := make([]Put, len(entries))
	for i, entry := range entries {
		puts[i] = Put{Entry: entry}
	}

	return s.put(ctx, actor, id, puts, "", ChangeImport)
}
