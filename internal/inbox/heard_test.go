package inbox

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
)

// TestTalkIsCountedForWhoReadsTheInbox: what is said to a district is counted for its own people and for
// those whose right reaches below, and for nobody else.
func TestTalkIsCountedForWhoReadsTheInbox(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	w.connect(below, "朝阳区", account.Commercial)
	w.Weibo.Comment(w.post(main, "今日良"), "市民甲", "自来水有异味")
	w.Weibo.Comment(w.post(main, "明日良"), "市民乙", "请问限行吗")
	post := w.post(below, "本区今日良")
	w.Weibo.Comment(post, "市民丙", "我们这里自来水也有味")
	w.Weibo.Comment(post, "市民丙", "还是有异味")
	w.later(time.Minute)

	for name, c := range map[string]struct {
		actor                    access.Actor
		items, citizens, waiting int
	}{
		"boss":     {w.boss, 3, 2, 2},
		"auditor":  {w.auditor, 3, 2, 2},
		"officer":  {w.officer, 1, 1, 1},
		"district": {w.district, 2, 1, 1},
		"admin":    {w.admin, 0, 0, 0},
	} {
		from, to := w.Now().Add(-24*time.Hour), w.Now().Add(24*time.Hour)
		talk, err := w.s.TalkOf(
			t.Context(),
			c.actor,
			w.boss.Grants[0].Path,
			AnyOf([]string{"异味", "自来水"}),
			from,
			to,
		)
		w.must(err)

		var items, citizens int
		for _, hour := range talk.Hours {
			items, citizens = items+hour.Items, citizens+hour.Citizens
		}
		if items != c.items || citizens != c.citizens || talk.Waiting != c.waiting {
			t.Errorf("%s: %d items of %d, %d wait; want %d of %d, %d",
				name, items, citizens, talk.Waiting, c.items, c.citizens, c.waiting)
		}
	}

	voices, err := w.s.Voices(t.Context(), w.Now().Add(-24*time.Hour), w.Now().Add(24*time.Hour), 3)
	w.must(err)
	if len(voices) != 3 || voices[0].At.Before(voices[2].At) || voices[0].Handle == "" {
		t.Errorf("voices: %+v", voices)
	}
}
