package check_test

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
)

// known writes down what a look at an address found.
func (w *world) known(address string, state link.State, why string, status int) {
	w.Helper()
	w.exec(`
INSERT INTO links (address, state, why, status, made_at, looked_at, next_at)
VALUES ($1, $2, $3, $4, $5, $5, $5)`, address, state, why, status, w.now)
}

func (w *world) domains(unit int64, text string) {
	w.Helper()
	list, err := w.links.Domains(w.Context(), w.supervisor, unit)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.links.SetDomains(w.Context(), w.supervisor, link.NewDomains{
		UnitID: unit, Text: text, Version: list.Version,
	}); err != nil {
		w.Fatal(err)
	}
}

// TestWhatIsKnownOfLinksIsFound: at its place, in each wording, as a hint.
func TestWhatIsKnownOfLinksIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known("http://a.example/x", link.Dead, "timeout", 0)
	w.known("https://b.example/", link.Certificate, "certificate", 0)
	w.known("https://c.example/", link.Open, "", 200)
	w.known("http://10.0.0.1/", link.Dead, "private", 0)
	q := check.Question{
		UnitID: 1,
		Text:   "详见 ＨＴＴＰ://A.example/x，和 https://c.example/ 。",
		Own:    map[int64]string{3: "详见 https://b.example", 2: "见 http://10.0.0.1/"},
	}

	want := []string{
		"0 link_state hint ＨＴＴＰ://A.example/x",
		"2 link hint http://10.0.0.1/",
		"3 link_state hint https://b.example",
	}
	if got := w.text(w.writer, q); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	found, err := w.s.Text(t.Context(), w.writer, q)
	if err != nil || found[0].Start != 3 || found[0].End != 21 || found[0].Text != "链接 {.at} 打不开：连接超时" ||
		found[0].Args[1] != "10:00" {
		t.Errorf("%+v, %v", found[0], err)
	}
}

// TestWhatALookFoundKeepsNobody: nor can a unit make it ask for a reason.
func TestWhatALookFoundKeepsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known("http://a.example/", link.Dead, "no_host", 0)

	found, err := w.s.Text(t.Context(), w.writer, check.Question{UnitID: 1, Text: "见 http://a.example"})
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	if _, err := check.Settle(found, nil); err != nil {
		t.Errorf("a dead link keeps a post: %v", err)
	}
	if _, err := w.s.SetLevel(t.Context(), w.supervisor, check.NewLevel{
		UnitID: 1, Rule: check.LinkState, Level: lexicon.Second,
	}); err == nil {
		t.Error("a unit makes dead links ask for a reason")
	}
}

// TestDomainsAreAskedForOnlyWhereAListIs: that of the unit and those above it count together; each unit that
// a text is for counts.
func TestDomainsAreAskedForOnlyWhereAListIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := check.Question{UnitID: 3, Text: "见 http://a.gov.example/1 http://b.example http://x.app.example/"}

	ask := func(when string, want ...string) {
		t.Helper()
		if got := w.text(w.supervisor, q); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	ask("without a list")
	w.domains(1, "gov.example")
	ask("with the list of the bureau", "0 link_domain second http://b.example")
	w.domains(3, "b.example")
	ask("with the district's own beside it")
	q.UnitID = 1
	ask("for the bureau", "0 link_domain second http://b.example")
	w.domains(1, "")
	ask("for the bureau, when its list is gone")
	q.AccountIDs = []int64{4}
	ask("for an account of the district", "0 link_domain second http://a.gov.example/1")

	asked, err := w.s.SetLevel(t.Context(), w.supervisor, check.NewLevel{
		UnitID: 3, Rule: check.LinkDomain, Level: lexicon.Hint,
	})
	if err != nil || asked == nil {
		t.Errorf("one person lowers it: %+v, %v", asked, err)
	}
}

func TestDomainsBelongToPersonAndVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()

	for name, c := range map[string]struct {
		actor  access.Actor
		wanted link.NewDomains
	}{
		"a writer":          {w.writer, link.NewDomains{UnitID: 1, Text: "a.example"}},
		"of another's unit": {w.district, link.NewDomains{UnitID: 1, Text: "a.example"}},
		"a version ahead":   {w.supervisor, link.NewDomains{UnitID: 1, Text: "a.example", Version: 1}},
	} {
		if _, err := w.links.SetDomains(ctx, c.actor, c.wanted); err == nil {
			t.Errorf("%s sets the list", name)
		}
	}
	w.domains(1, "a.example\nb.example")
	if _, err := w.links.SetDomains(
		ctx,
		w.supervisor,
		link.NewDomains{UnitID: 1, Text: "c.example"},
	); err == nil {
		t.Error("a list that nobody saw is overwritten")
	}
	w.now = w.now.Add(time.Minute)
	w.domains(1, "b.example\nc.example")
	list, err := w.links.Domains(ctx, w.writer, 1)
	if err != nil || !slices.Equal(list.Hosts, []string{"b.example", "c.example"}) || list.Version != 2 ||
		list.ChangedBy != "主管" || !list.ChangedAt.Equal(w.now) {
		t.Errorf("%+v, %v", list, err)
	}
	var added, removed string
	if err := w.db.Pool().QueryRow(ctx, `
SELECT convert_from(body, 'UTF8')::jsonb->'detail'->>'added',
    convert_from(body, 'UTF8')::jsonb->'detail'->>'removed'
FROM audit_entries WHERE action = 'link.domains' ORDER BY id DESC LIMIT 1`).Scan(&added, &removed); err != nil ||
		added != `["c.example"]` || removed != `["a.example"]` {
		t.Errorf("the trail has %s, %s: %v", added, removed, err)
	}
}
