package lexicon

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/todo"
)

func TestNeedsSecond(t *testing.T) {
	t.Parallel()

	on := func(level Level) Entry { return Entry{Word: "词", Level: level, State: On} }
	with := func(e Entry, change func(*Entry)) Entry { change(&e); return e }
	until := func(day string) func(*Entry) { return func(e *Entry) { e.Until = day } }
	from := func(day string) func(*Entry) { return func(e *Entry) { e.From = day } }
	off := func(e *Entry) { e.State = Off }
	excepts := func(words ...string) func(*Entry) { return func(e *Entry) { e.Exceptions = words } }

	for name, tc := range map[string]struct {
		kind   Kind
		before *Entry
		after  Entry
		want   bool
	}{
		"a new word":                  {Typo, nil, on(""), false},
		"a new hint":                  {Grave, nil, on(Hint), false},
		"a new block":                 {Typo, nil, on(Block), true},
		"a new grave word":            {Grave, nil, on(""), true},
		"a new block that is off":     {Typo, nil, with(on(Block), off), false},
		"raised":                      {Typo, new(on(Hint)), on(Second), false},
		"raised to a block":           {Typo, new(on(Hint)), on(Block), true},
		"lowered":                     {Typo, new(on("")), on(Hint), true},
		"the same by name":            {Typo, new(on("")), on(Second), false},
		"switched off":                {Links, new(on("")), with(on(""), off), true},
		"switched on":                 {Typo, new(with(on(""), off)), on(""), false},
		"a block switched on":         {Grave, new(with(on(""), off)), on(""), true},
		"another exception":           {Typo, new(on("")), with(on(""), excepts("词语")), true},
		"an exception less":           {Typo, new(with(on(""), excepts("词语"))), on(""), false},
		"begins later":                {Typo, new(on("")), with(on(""), from("2026-01-01")), true},
		"begins earlier":              {Typo, new(with(on(""), from("2026-01-01"))), on(""), false},
		"ends":                        {Typo, new(on("")), with(on(""), until("2026-01-01")), true},
		"ends earlier":                {Typo, new(with(on(""), until("2026-02-01"))), with(on(""), until("2026-01-01")), true},
		"ends later":                  {Typo, new(with(on(""), until("2026-01-01"))), with(on(""), until("2026-02-01")), false},
		"ends no more":                {Typo, new(with(on(""), until("2026-01-01"))), on(""), false},
		"a block with another remark": {Grave, new(on("")), with(on(""), func(e *Entry) { e.Note = "注" }), false},
	} {
		if got := needsSecond(tc.kind, tc.before, tc.after); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// TestABlockNeedsTwoPeople: nothing is different until another person confirms.
func TestABlockNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Grave, "严重错误")

	outcome := w.put(w.supervisor, list, Put{Entry: Entry{Word: "攻府", Suggestion: "政府"}})
	if outcome.Change == nil || len(w.look("攻府", 1)) != 0 {
		t.Fatalf("it was done alone: %+v", outcome)
	}
	id := outcome.Change.ID

	open, err := todo.New(w.db, TodoMatters(), todo.Pages{}, time.Now).List(t.Context(), w.second)
	if err != nil || len(open) != 1 || open[0].SubjectID != id {
		t.Errorf("the second person is asked: %v %v", open, err)
	}
	if _, err := w.s.Confirm(t.Context(), w.supervisor, id); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("the asker confirmed: %v", err)
	}
	if _, err := w.s.Confirm(t.Context(), w.district, id); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody of a district confirmed: %v", err)
	}
	if _, err := w.s.Confirm(t.Context(), w.second, id); err != nil {
		t.Fatal(err)
	}
	if got := w.look("人民攻 府", 3); !slices.Equal(got, []string{"攻府:攻 府:block"}) {
		t.Errorf("found %q", got)
	}
	if _, err := w.s.Confirm(t.Context(), w.second, id); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed twice: %v", err)
	}

	versions, err := w.s.Versions(t.Context(), w.second, list.ID)
	if err != nil || len(versions) != 2 || versions[0].By != "主管" || versions[0].ConfirmedBy != "审核员" {
		t.Errorf("versions %+v %v", versions, err)
	}
}

func TestAChangeExpiresAndCanBeStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Typo, "错别字", Entry{Word: "旧词"})

	outcome, err := w.s.Switch(t.Context(), w.supervisor, list.ID, Off, "不用了")
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(askedLife)
	if _, err := w.s.Confirm(t.Context(), w.second, outcome.Change.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed after its time: %v", err)
	}
	if err := w.s.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}

	outcome, err = w.s.Switch(t.Context(), w.supervisor, list.ID, Off, "不用了")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Stop(t.Context(), w.second, outcome.Change.ID, ""); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("refused without a reason: %v", err)
	}
	if _, err := w.s.Stop(t.Context(), w.second, outcome.Change.ID, "还要用"); err != nil {
		t.Fatal(err)
	}
	if len(w.look("旧词", 1)) != 1 {
		t.Error("the list is off")
	}
	changes, err := w.s.Changes(t.Context(), w.supervisor, list.ID)
	if err != nil || len(changes) != 2 || changes[0].State != ChangeStopped ||
		changes[1].State != ChangeExpired {
		t.Errorf("changes %+v %v", changes, err)
	}
}

// TestAnEntryBelongsToTheOneThatWasShown: the later save overwrites nothing silently.
func TestAnEntryBelongsToTheOneThatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Typo, "错别字", Entry{Word: "按装"})
	entries, total, err := w.s.Entries(t.Context(), w.supervisor, list.ID, EntryFilter{Query: "装"})
	if err != nil || total != 1 {
		t.Fatal(entries, err)
	}
	was := entries[0]

	w.put(w.supervisor, list, Put{Was: was.ID, Entry: Entry{Word: "按装", Suggestion: "安装"}})
	_, err = w.s.PutEntry(t.Context(), w.supervisor, list.ID, Put{Was: was.ID, Entry: Entry{Word: "按装"}}, "")
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("an old one was taken: %v", err)
	}
	_, err = w.s.PutEntry(t.Context(), w.supervisor, list.ID, Put{Entry: Entry{Word: "按装"}}, "")
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("it was added twice: %v", err)
	}
	_, err = w.s.PutEntry(t.Context(), w.district, list.ID, Put{Entry: Entry{Word: "渡假"}}, "")
	if !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a district changed the bureau's list: %v", err)
	}

	differences, all, err := w.s.Compare(t.Context(), w.second, list.ID, 2, 3)
	if err != nil || all != 1 || differences[0].Before == nil || differences[0].After.Suggestion != "安装" {
		t.Errorf("differences %+v %v", differences, err)
	}
}

func TestTwoHundredThousandEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Typo, "很多")

	puts := make([]Put, 200_000)
	for i := range puts {
		puts[i] = Put{Replace: true, Entry: Entry{Word: string([]rune{
			rune(0x4e00 + i%5003), rune(0x4e00 + i/7%3001), rune(0x4e00 + i/11%4001), rune(0x4e00 + i/5003),
		})}}
	}

	began := time.Now()
	if _, err := w.s.put(t.Context(), access.System("test"), list.ID, puts, "", ChangeImport); err != nil {
		t.Fatal(err)
	}
	t.Logf("kept in %v", time.Since(began))
	began = time.Now()
	if got := w.look(puts[199_999].Word, 2); len(got) != 1 {
		t.Errorf("found %q", got)
	}
	t.Logf("read and built in %v", time.Since(began))
}
