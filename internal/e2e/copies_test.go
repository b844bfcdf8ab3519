package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
	"juzhen/internal/post"
)

// TestAPostAndAWeekAreWrittenAgain in a browser: a post becomes a draft without a time; the posts of a
// week are listed, copied to the week behind it, and taken back.
func TestAPostAndAWeekAreWrittenAgain(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	officer, _ := w.Actor("xuanchuan")
	due := beijing.Day(time.Now()).AddDate(0, 0, 3).Add(9 * time.Hour)
	p, err := w.Posts.Create(t.Context(), officer, w.Matrix.Root.ID, post.Content{
		Text: "每周都要说的话", DueAt: &due,
		Targets: []post.TargetChoice{{AccountID: w.Account("环保北京").ID}},
	})
	must(t, err)

	tab := person(t, w, "xuanchuan")
	tab.Go(fmt.Sprintf("/posts/%d", p.ID))
	tab.Follow(fmt.Sprintf("form[action='/posts/%d/copy'] button", p.ID))
	tab.SeeText("main", "每周都要说的话")
	var copied int64
	if _, err := fmt.Sscanf(tab.Path(), "/posts/%d", &copied); err != nil || copied == p.ID {
		t.Errorf("after copying at %s", tab.Path())
	}
	if again, _, err := w.Posts.Find(t.Context(), officer, copied); err != nil || again.DueAt != nil {
		t.Errorf("the copy has a time: %v, %v", again.DueAt, err)
	}

	monday := due.AddDate(0, 0, -(int(due.In(beijing.Zone).Weekday())+6)%7)
	tab.Go(fmt.Sprintf("/plan/copy?from=%s&to=%s", monday.In(beijing.Zone).Format(time.DateOnly),
		monday.AddDate(0, 0, 7).In(beijing.Zone).Format(time.DateOnly)))
	tab.SeeText(".plan-part", "每周都要说的话")
	tab.Axe()
	tab.Size(390, 844)
	tab.FitsWidth()
	tab.Size(1440, 900)
	tab.Follow("form[method=post][action='/plan/copy'] button")
	drafts := func() (n int) {
		must(
			t,
			w.DB.Pool().
				QueryRow(t.Context(), "SELECT count(*) FROM posts WHERE phase = 'draft' AND due_at = $1",
					due.AddDate(0, 0, 7)).
				Scan(&n),
		)

		return n
	}
	if n := drafts(); n != 1 {
		t.Errorf("%d copies a week later", n)
	}
	tab.Go("/plan/copy")
	tab.Follow("#made form button")
	if n := drafts(); n != 0 {
		t.Errorf("%d copies are left", n)
	}
}

// TestAFeedIsReadByItsAddressAlone: no session, no cookie, kept by nobody on the way; a revoked address, a
// wrong one and that of a disabled person say nothing.
func TestAFeedIsReadByItsAddressAlone(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	officer, _ := w.Actor("xuanchuan")
	feed, token, err := w.Plan.MakeFeed(t.Context(), officer, "手机")
	must(t, err)
	due := time.Now().Add(48 * time.Hour)
	_, err = w.Posts.Create(t.Context(), officer, w.Matrix.Root.ID, post.Content{
		Text: "还不能让别人知道的话", DueAt: &due,
		Targets: []post.TargetChoice{{AccountID: w.Account("环保北京").ID}},
	})
	must(t, err)

	read := func(token string) (*http.Response, string) {
		answer, err := http.Get(w.URL + "/feeds/plan/" + token + ".ics")
		must(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		must(t, err)

		return answer, string(text)
	}
	answer, text := read(token)
	if answer.StatusCode != 200 || !strings.Contains(text, "环保北京") || strings.Contains(text, "还不能让别人知道") {
		t.Errorf("%d: %s", answer.StatusCode, text)
	}
	if kept := answer.Header.Get("Cache-Control"); !strings.HasPrefix(kept, "private") {
		t.Errorf("kept as %q", kept)
	}
	if set := answer.Header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("cookies: %q", set)
	}

	if answer, _ := read(strings.Repeat("A", len(token))); answer.StatusCode != 404 {
		t.Errorf("a wrong address answers %d", answer.StatusCode)
	}
	_, err = w.DB.Pool().
		Exec(t.Context(), "UPDATE grants SET revoked_at = now() WHERE user_id = $1", officer.UserID)
	must(t, err)
	if answer, text := read(token); answer.StatusCode == 200 && strings.Contains(text, "VEVENT") {
		t.Errorf("without rights it tells %s", text)
	}
	must(t, w.Plan.RevokeFeed(t.Context(), officer, feed.ID))
	if answer, _ := read(token); answer.StatusCode != 404 {
		t.Errorf("a revoked address answers %d", answer.StatusCode)
	}
}
