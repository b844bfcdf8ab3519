package reach

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"juzhen/internal/account"
)

// elsewhere writes a post of an account that this console did not send.
func (w *world) elsewhere(accountID int64, remote, at, text string) {
	w.Helper()
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at,
		reposts, comments, likes) VALUES ($1, 'weibo', $2, 'past', $3, $4, true, 0, 'live', $3, 0, 0, 0)`,
		accountID, remote, at, text)
}

func (w *world) search(words, after string, limit int) (texts []string, next string) {
	w.Helper()
	found, err := w.s.Search(w.Context(), w.boss, words, after, limit)
	if err != nil {
		w.Fatal(err)
	}

	for _, post := range found.Rows {
		texts = append(texts, post.Text)
	}

	return texts, found.Next
}

func TestPostsOfThePlatformAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Commercial)
	w.elsewhere(a.ID, "1", "2020-05-01", "淘汰老旧车的补贴从五月起发放")
	w.elsewhere(a.ID, "2", "2021-05-01", "老旧车PM2.5排放占比")
	w.elsewhere(a.ID, "3", "2022-05-01", "老车旧闻") // has the pairs of neither word

	want := []string{"老旧车PM2.5排放占比", "淘汰老旧车的补贴从五月起发放"}
	for _, state := range []string{"waiting", "findable"} {
		if got, _ := w.search("老旧车", "", 0); !slices.Equal(got, want) {
			t.Errorf("%s: found %q, want %q", state, got, want)
		}
		if got, _ := w.search("pm2.5", "", 0); len(got) != 1 {
			t.Errorf("%s: the case of letters matters: %q", state, got)
		}
		if err := w.s.MakeFindable(w.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := one[int](w, `SELECT count(*) FROM platform_post_unfound`); n != 0 {
		t.Errorf("%d posts still wait", n)
	}

	w.Exec(`UPDATE platform_posts SET text = '改为新能源车' WHERE remote_id = '1'`)
	if got, _ := w.search("新能源", "", 0); len(got) != 1 {
		t.Errorf("a changed text is not found: %q", got)
	}
	w.Exec(`UPDATE platform_posts SET likes = 5`)
	if n := one[int](w, `SELECT count(*) FROM platform_post_unfound`); n != 1 {
		t.Errorf("%d posts wait, want the changed one alone: counts are no text", n)
	}

	first, next := w.search("车", "", 1)
	if len(first) != 0 || next != "" {
		t.Errorf("one character found %q, though all is older than 31 days", first)
	}
}

func TestASearchGoesOnPageByPageAndStaysInItsScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)

	a := w.connect("朝阳环保示例", "朝阳区", account.Commercial)
	for i := range 5 {
		w.elsewhere(a.ID, fmt.Sprint(i), fmt.Sprintf("2020-05-0%d", i+1), fmt.Sprintf("空气质量第 %d 报", i))
	}

	var all []string

	for after := ""; ; {
		texts, next := w.search("空气质量", after, 2)
		all = append(all, texts...)
		if after = next; after == "" {
			break
		}
	}
	if len(all) != 5 || !strings.Contains(all[0], "4") {
		t.Errorf("walked %q", all)
	}

	stranger := w.boss
	stranger.Grants = nil
	if found, err := w.s.Search(t.Context(), stranger, "空气质量", "", 0); err != nil || len(found.Rows) != 0 {
		t.Errorf("somebody without a grant found %d, %v", len(found.Rows), err)
	}
}
