package sandbox

import (
	"strings"
	"testing"
	"time"
)

func TestTheDemonstrationMatrix(t *testing.T) {
	t.Parallel()
	began := time.Now()
	server := New(Options{Frozen: noon, PastPosts: DemoPosts})
	took := time.Since(began)

	posts, fans := 0, 0
	for i, account := range server.all() {
		posts += len(account.posts)
		fans += server.followers(account, noon)
		if account.UID != 5600000001+int64(i) {
			t.Errorf("%s has uid %d", account.Handle, account.UID)
		}
		if i > 2 && !strings.HasSuffix(account.Handle, "示例") {
			t.Errorf("%s does not say that it is made up", account.Handle)
		}
	}
	if len(server.Accounts()) != 20 || posts != DemoPosts || fans != 10_000_000 {
		t.Errorf("%d accounts, %d posts, %d followers", len(server.Accounts()), posts, fans)
	}
	if took > 5*time.Second { // 30 ms without the race detector on an idle machine
		t.Errorf("took %v", took)
	}
}

func TestPastPostsAreInOrderBelievableAndRepeatable(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon, PastPosts: 3000})
	same := New(Options{Frozen: noon, PastPosts: 3000})
	other := New(Options{Frozen: noon, PastPosts: 3000, Seed: 2})
	differ := 0

	for i, account := range server.all() {
		var last *post

		for j, p := range account.posts {
			text := p.read().Raw
			if last != nil && (p.id <= last.id || p.at <= last.at) {
				t.Fatalf("%s: post %d is not after its elder", account.Handle, j)
			}
			if hour := p.time().In(shanghai).Hour(); hour < 6 || hour > 21 {
				t.Errorf("%s wrote at %d o'clock", account.Handle, hour)
			}
			if n := textLength(text); n < 20 || n > shortLimit || strings.Contains(text, "%!") {
				t.Errorf("%d long: %s", n, text)
			}
			if text != same.all()[i].posts[j].read().Raw {
				t.Errorf("the same seed, another text")
			}
			if text != other.all()[i].posts[j].read().Raw {
				differ++
			}
			if server.post(p.id) != p {
				t.Errorf("post %d cannot be found", p.id)
			}
			last = p
		}
	}
	if differ < 2000 {
		t.Errorf("another seed changed %d texts only", differ)
	}
}

func TestPastPostsCanBeReadPagedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.PastPosts = 2000 })
	account := w.must(bureau)
	want, seen, most := len(account.posts), 0, ""

	for {
		pairs := []string{"count", "100"}
		if most != "" {
			pairs = append(pairs, "max_id", most)
		}
		list := w.get("statuses/user_timeline/biz", pairs...).tree(t)["statuses"].([]any)
		if most != "" {
			list = list[1:] // max_id is inclusive
		}
		if len(list) == 0 {
			break
		}
		seen += len(list)
		most = list[len(list)-1].(map[string]any)["idstr"].(string)
	}
	if seen != want || want < 300 {
		t.Errorf("%d of %d past posts paged", seen, want)
	}
	post := account.posts[10]
	if w.reach(post, noon).Reads == 0 {
		t.Error("nobody read a past post")
	}
	w.SetText(post.id, "改过的文字")
	if got := w.get("statuses/show", "id", most).status; got != 200 {
		t.Errorf("status %d", got)
	}
	if post.read().Raw != "改过的文字" || w.Count(bureau) != 0 {
		t.Error("the change was lost")
	}
	w.Remove(post.id)
	if account.total(noon) != want-1 {
		t.Error("the removed post is still counted")
	}
}

func TestIndexOfAirQuality(t *testing.T) {
	t.Parallel()

	for pm, want := range map[int]int{
		0: 0, 35: 50, 58: 79, 68: 92, 75: 100, 115: 150, 161: 211, 310: 360, 623: 500,
	} {
		if got := aqiOf(pm); got != want {
			t.Errorf("aqiOf(%d) = %d, want %d", pm, got, want)
		}
	}
}
