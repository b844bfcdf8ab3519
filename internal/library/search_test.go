package library_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
)

// sent is one publication as the plain scan knows it.
type sent struct {
	account int64
	at      time.Time
	text    string
}

// plain is what a search should give: each text once, by its last publication, if any one publication of it
// passes the filters and the folded text has all the words.
func plain(all []sent, query library.Query) (texts []string) {
	last, passes := map[string]time.Time{}, map[string]bool{}

	for _, s := range all {
		if s.at.After(last[s.text]) {
			last[s.text] = s.at
		}

		ok := query.AccountID == 0 || query.AccountID == s.account
		ok = ok && (query.From == nil || !s.at.Before(*query.From)) &&
			(query.To == nil || s.at.Before(*query.To))

		for term := range strings.FieldsSeq(lexicon.Fold(query.Words)) {
			ok = ok && strings.Contains(lexicon.Fold(s.text), term)
		}
		passes[s.text] = passes[s.text] || ok
	}

	for text := range passes {
		if passes[text] {
			texts = append(texts, text)
		}
	}
	slices.SortFunc(
		texts,
		func(a, b string) int { return cmp.Or(last[b].Compare(last[a]), cmp.Compare(a, b)) },
	)

	return texts
}

// TestASearchIsAPlainScan over texts of few letters, so that words of every frequency and pairs that stand
// apart occur; some texts go out several times, years apart.
func TestASearchIsAPlainScan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	random := rand.New(rand.NewPCG(7, 11))
	letters := []rune("空气质量良ＡqＩ52優环境的。")
	word := func(least, most int) string {
		out := make([]rune, least+random.IntN(most-least+1))
		for i := range out {
			out[i] = letters[min(random.IntN(len(letters)), random.IntN(len(letters)))]
		}

		return string(out)
	}
	var all []sent

	for range 1500 {
		s := sent{
			account: int64(1 + random.IntN(4)),
			at:      noon.Add(-time.Duration(random.IntN(6*365*24*3600)) * time.Second),
			text:    word(2, 25),
		}
		if len(all) > 0 && random.IntN(5) == 0 {
			s.text = all[random.IntN(len(all))].text
		}
		all = append(all, s)
		w.published(s.account, s.at, s.text)
	}
	w.fill()

	for i := range 400 {
		// The fewer texts are read one by one, and the fewer the index may give at once, the more is
		// looked up block by block.
		library.Effort(w.library, []int{1, 20, 200, 4000}[i%4], []int{1, 30, 3000}[i%3])
		query := library.Query{Words: word(1, 3), Limit: 1 + random.IntN(50)}
		if random.IntN(3) == 0 {
			query.Words += " " + word(1, 2)
		}
		if random.IntN(3) == 0 {
			query.AccountID = int64(1 + random.IntN(4))
		}
		if random.IntN(3) == 0 {
			from := noon.AddDate(0, 0, -random.IntN(2000))
			to := from.AddDate(0, random.IntN(30), 1)
			query.From, query.To = &from, &to
		}
		if i < 5 {
			query.Words = ""
		}
		want := plain(all, query)
		got, first := w.texts(query)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v: %s", query, diff)
		}
		if count := min(len(want), library.MostCounted); first.Count != count ||
			first.Over != (len(want) > library.MostCounted) {
			t.Errorf("%+v: counted %d, %v, want %d", query, first.Count, first.Over, len(want))
		}
	}
}

func TestATextIsFoundOnceAndSaysHowOftenItWentOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for i := range int64(4) {
		w.published(1+i, noon.AddDate(0, 0, -int(i)), "减少扬尘污染")
	}
	w.published(1, noon.AddDate(-3, 0, 0), "减少扬尘污染")
	other := w.published(2, noon.AddDate(0, 0, -9), "減少揚塵，從我做起")
	if found := w.search(library.Query{Words: "扬尘"}); len(found.Rows) != 0 || found.Waiting != 6 {
		t.Errorf("before it was taken in: %+v", found)
	}
	w.fill()
	found := w.search(library.Query{Words: "扬尘"})
	if len(found.Rows) != 2 || found.Count != 2 || found.Over || found.Waiting != 0 {
		t.Fatalf("%+v", found)
	}
	if first := found.Rows[0]; first.Times != 5 || first.Accounts != 4 || !first.LastAt.Equal(noon) {
		t.Errorf("%+v", first)
	}

	// What is changed on the platform, and what it turns out not to be ours, is followed.
	w.exec("UPDATE platform_posts SET text = '减少扬尘污染' WHERE id = $1", other)
	w.fill()
	if found := w.search(library.Query{Words: "扬尘"}); len(found.Rows) != 1 || found.Rows[0].Times != 6 {
		t.Errorf("after a change: %+v", found.Rows)
	}
	if found := w.search(library.Query{Words: "从我做起"}); len(found.Rows) != 0 {
		t.Errorf("a text that stands nowhere: %+v", found.Rows)
	}
	w.exec("UPDATE platform_posts SET origin = 'unsure'")
	w.fill()
	if found := w.search(
		library.Query{},
	); len(found.Rows) != 0 ||
		one[int](w, "SELECT count(*) FROM library_texts") != 0 {
		t.Errorf("of unknown origin: %+v", found.Rows)
	}
}

func TestFillingGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for i := range 1200 {
		account := int64(1)
		if i == 900 {
			account = 2
		}
		w.published(account, noon.Add(-time.Duration(i)*time.Hour), fmt.Sprintf("第%d条通报", i%700))
	}
	held, err := w.db.Pool().
		Begin(t.Context())
		// the second batch waits for an account that another one holds
	w.must(err)
	_, err = held.Exec(t.Context(), "SELECT FROM accounts WHERE id = 2 FOR UPDATE")
	w.must(err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.library.Fill(ctx) }()

	for one[int](w, "SELECT count(*) FROM library_unread") != 700 { // the first batch is in
		runtime.Gosched()
	}
	stop()
	if err := <-done; err == nil {
		t.Error("it did not stop")
	}
	w.must(held.Rollback(t.Context()))
	if n := one[int](w, "SELECT count(*) FROM library_unread"); n != 700 {
		t.Errorf("%d wait after it was stopped: a batch was torn", n)
	}

	for one[int](w, "SELECT count(*) FROM library_unread") > 0 { // once the lock of the first one is free
		w.fill()
	}
	if texts, sum := one[int](w, "SELECT count(*) FROM library_texts"), one[int](
		w, "SELECT sum(times)::int FROM library_texts"); texts != 700 || sum != 1200 {
		t.Errorf("%d texts that went out %d times", texts, sum)
	}
}

// TestWhatIsDeletedLeavesTheLibrary: undoing an import takes away publications of texts that went out
// elsewhere as well, and texts that went out nowhere else.
func TestWhatIsDeletedLeavesTheLibrary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published(1, noon.AddDate(0, 0, -2), "减少扬尘污染")
	last := w.published(2, noon, "减少扬尘污染")
	alone := w.published(2, noon, "从我做起")
	w.fill()
	w.exec("DELETE FROM platform_posts WHERE id IN ($1, $2)", last, alone)
	w.fill()
	found := w.search(library.Query{})
	if len(found.Rows) != 1 || found.Count != 1 || found.Waiting != 0 {
		t.Fatalf("%+v", found)
	}
	if one := found.Rows[0]; one.Times != 1 || one.Accounts != 1 ||
		!one.LastAt.Equal(noon.AddDate(0, 0, -2)) {
		t.Errorf("%+v", one)
	}
	if found := w.search(library.Query{AccountID: 2}); len(found.Rows) != 0 {
		t.Errorf("found under an account it is not on: %+v", found.Rows)
	}
}

// TestAChangeBehindTheReadingIsNotLost: a post that waits already is changed by a transaction that ends
// after the job has read it.
func TestAChangeBehindTheReadingIsNotLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.published(1, noon, "减少扬尘")
	change, err := w.db.Pool().Begin(t.Context())
	w.must(err)
	_, err = change.Exec(t.Context(), "UPDATE platform_posts SET text = '减少噪声' WHERE id = $1", id)
	w.must(err)
	w.fill()
	w.must(change.Commit(t.Context()))
	w.fill()
	if all, _ := w.texts(library.Query{}); len(all) != 1 || all[0] != "减少噪声" {
		t.Errorf("%q", all)
	}
	if n := len(w.search(library.Query{Words: "噪声"}).Rows); n != 1 {
		t.Errorf("the new words are found %d times", n)
	}
}

// TestWhatWasTakenAwayIsSaid: before somebody uses a text again.
func TestWhatWasTakenAwayIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published(1, noon, "从我做起")
	w.published(1, noon.Add(-time.Hour), "减少扬尘污染")
	gone := w.published(2, noon.Add(-2*time.Hour), "减少扬尘污染")
	w.fill()
	w.exec("UPDATE platform_posts SET state = 'removed' WHERE id = $1", gone)
	found := w.search(library.Query{}).Rows
	if found[0].Removed != 0 || found[1].Removed != 1 || found[1].Down != 0 {
		t.Errorf("%+v", found)
	}
}

func TestWhoReadsNoPostsSearchesNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := as(2, access.Administrator, "/1/")
	if _, err := w.library.Search(t.Context(), admin, library.Query{}); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("an administrator: %v", err)
	}

	for name, query := range map[string]library.Query{
		"too many words":   {Words: strings.Repeat("字 ", 9)},
		"too long":         {Words: strings.Repeat("字", 101)},
		"an unread cursor": {After: "x"},
	} {
		if _, err := w.library.Search(t.Context(), officer, query); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhatASearchElsewhereAsks: a text has the letters of all that it is found by, and a search is bounded.
func TestWhatASearchElsewhereAsks(t *testing.T) {
	t.Parallel()
	folded, letters := library.Letters("空氣質量優")
	if folded != "空气质量优" {
		t.Errorf("folded to %q", folded)
	}

	for words, want := range map[string]bool{
		"空气": true, "優 质量": true, "空": true, "气空": false, "好": false,
	} {
		_, asked, ok := library.Asked(words)
		has := !slices.ContainsFunc(asked, func(n int32) bool { return !slices.Contains(letters, n) })
		if !ok || has != want {
			t.Errorf("%q: %v, %v; want %v", words, has, ok, want)
		}
	}

	for _, words := range []string{strings.Repeat("空", 101), strings.Repeat("空 ", 9)} {
		if _, _, ok := library.Asked(words); ok {
			t.Errorf("%.20q is let through", words)
		}
	}
}
