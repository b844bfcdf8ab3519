package lexicon

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau (unit 1) with its centre (2) and its district (3), and people of the bureau.
type world struct {
	*testing.T
	db  *pg.DB
	s   *Service
	now time.Time

	supervisor, second, district access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T:   t,
		db:  pgtest.New(t),
		now: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC),
	}
	stage.Bureau(t, w.db, "主管", "审核员", "朝阳主管")
	w.s = New(w.db, func() time.Time { return w.now }, nil, Told{})
	w.supervisor = person(1, "主管", access.Supervisor, 1, "/1/")
	w.second = person(2, "审核员", access.Reviewer, 1, "/1/")
	w.district = person(3, "朝阳主管", access.Supervisor, 3, "/1/3/")

	return w
}

func person(id int64, name string, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{
		UserID: id,
		Name:   name,
		Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

func (w *world) list(unit int64, kind Kind, name string, words ...Entry) List {
	w.Helper()
	list, err := w.s.Create(w.Context(), access.System("test"), NewList{unit, kind, name})
	if err != nil {
		w.Fatal(err)
	}

	puts := make([]Put, len(words))
	for i, entry := range words {
		puts[i] = Put{Entry: entry}
	}
	if _, err := w.s.put(w.Context(), access.System("test"), list.ID, puts, "", ChangeImport); err != nil {
		w.Fatal(err)
	}

	return list
}

// look gives what is found, as "word:found:level".
func (w *world) look(text string, units ...int64) (found []string) {
	w.Helper()
	hits, err := w.s.Look(w.Context(), units, text, w.now)
	if err != nil {
		w.Fatal(err)
	}

	letters := []rune(text)
	for _, hit := range hits {
		found = append(found, hit.Word+":"+string(letters[hit.Start:hit.End])+":"+string(hit.Level))
	}

	return found
}

func (w *world) put(actor access.Actor, list List, put Put) Outcome {
	w.Helper()
	outcome, err := w.s.PutEntry(w.Context(), actor, list.ID, put, "")
	if err != nil {
		w.Fatal(err)
	}

	return outcome
}

func (w *world) exec(sql string) error {
	_, err := w.db.Pool().Exec(w.Context(), sql)
	return err
}
