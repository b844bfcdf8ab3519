package inbox

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/weibo"
)

// TestNextPollByTheHour of Shanghai: by night the public interface is asked rarely.
func TestNextPollByTheHour(t *testing.T) {
	t.Parallel()
	day, night := 90*time.Minute, 3*time.Hour

	for hour, want := range []time.Duration{
		night, // 0
		night,
		night,
		night,
		night,
		night,
		night,
		day, // 7
		day,
		day,
		day,
		day,
		day, // 12
		day,
		day,
		day,
		day,
		day,
		day, // 18
		day,
		day,
		day,
		day,
		night, // 23
	} {
		now := at("2026-11-30 00:00").Add(time.Duration(hour) * time.Hour)
		if got := nextPoll(weibo.Public, now).Sub(now); got != want {
			t.Errorf("at %d: after %v, want %v", hour, got, want)
		}
		if got := nextPoll(weibo.Commercial, now).Sub(now); got != 10*time.Minute {
			t.Errorf("commercial at %d: after %v", hour, got)
		}
	}
}

// TestListsDue by what the counters said the last time and say now, and by how long ago a list was read.
func TestListsDue(t *testing.T) {
	t.Parallel()
	now := at("2026-11-30 12:00")

	for name, c := range map[string]struct {
		mode          weibo.Mode
		before, after weibo.Unread
		ago           time.Duration // since all lists were read; 0: never
		want          string
	}{
		"the first time": {
			mode: weibo.Public,
			want: "comments mentions comment_mentions",
		},
		"commercial, always": {
			mode: weibo.Commercial,
			ago:  time.Minute,
			want: "comments mentions comment_mentions",
		},
		"nothing, lately read": {
			mode: weibo.Public,
			ago:  time.Hour,
			want: "",
		},
		"a comment more": {
			mode:   weibo.Public,
			before: weibo.Unread{Comments: 2},
			after:  weibo.Unread{Comments: 3},
			ago:    time.Hour,
			want:   "comments",
		},
		"fewer than before": {
			mode:   weibo.Public,
			before: weibo.Unread{Comments: 5},
			after:  weibo.Unread{Comments: 1},
			ago:    time.Hour,
			want:   "comments",
		},
		"the same, lately read": {
			mode:   weibo.Public,
			before: weibo.Unread{Comments: 3},
			after:  weibo.Unread{Comments: 3},
			ago:    time.Hour,
			want:   "",
		},
		"the same, read long ago": {
			mode:   weibo.Public,
			before: weibo.Unread{Comments: 3},
			after:  weibo.Unread{Comments: 3},
			ago:    3 * time.Hour,
			want:   "comments",
		},
		"a mention": {
			mode:  weibo.Public,
			after: weibo.Unread{Mentions: 1},
			ago:   time.Hour,
			want:  "mentions",
		},
		"a comment that names": {
			mode:  weibo.Public,
			after: weibo.Unread{CommentMentions: 1},
			ago:   time.Hour,
			want:  "comment_mentions",
		},
		"messages are in no list": {
			mode:  weibo.Public,
			after: weibo.Unread{Messages: 9},
			ago:   time.Hour,
			want:  "",
		},
		"nothing for four hours": {
			mode: weibo.Public,
			ago:  4 * time.Hour,
			want: "comments",
		},
		"nothing for half a day": {
			mode: weibo.Public,
			ago:  12 * time.Hour,
			want: "comments mentions comment_mentions",
		},
	} {
		w := watch{
			Comments: c.before.Comments,
			Mentions: c.before.Mentions,
			Naming:   c.before.CommentMentions,
		}
		read := map[weibo.Feed]feedState{}

		for _, feed := range weibo.Feeds() {
			if c.ago > 0 {
				read[feed] = feedState{Feed: feed, ReadAt: now.Add(-c.ago)}
			}
		}

		var got []string
		for _, feed := range w.listsDue(c.mode, read, c.after, now) {
			got = append(got, string(feed))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
}

// TestWhatGoesAlongIsChecked at its field.
func TestWhatGoesAlongIsChecked(t *testing.T) {
	t.Parallel()
	now := at("2026-11-30 12:00")

	for name, c := range map[string]struct {
		move Move
		want string // the fields that are wrong
	}{
		"an assignment":         {Move{Act: Assign}, ""},
		"a return":              {Move{Act: Return, Note: " "}, "note"},
		"a note":                {Move{Act: Note}, "note"},
		"a long note":           {Move{Act: Note, Note: strings.Repeat("长", MaxText+1)}, "note"},
		"a note of full length": {Move{Act: Note, Note: strings.Repeat("长", MaxText)}, ""},
		"a referral":            {Move{Act: Refer}, "number"},
		"a long number":         {Move{Act: Refer, Number: strings.Repeat("1", MaxNumber+1)}, "number"},
		"a numbered referral":   {Move{Act: Refer, Number: "12345-7"}, ""},
		"an answer":             {Move{Act: Answer}, "note way"},
		"an answer by phone":    {Move{Act: Answer, Way: ByPhone, Note: "答了"}, ""},
		"a kind":                {Move{Act: Sort}, "kind"},
		"an unknown kind":       {Move{Act: Sort, Kind: "nope"}, "kind"},
		"a report":              {Move{Act: Sort, Kind: Report}, ""},
		"until yesterday":       {Move{Act: Snooze, Until: now.AddDate(0, 0, -1)}, "until"},
		"until now":             {Move{Act: Snooze, Until: now}, "until"},
		"until tomorrow":        {Move{Act: Snooze, Until: now.AddDate(0, 0, 1)}, ""},
		"until next year":       {Move{Act: Snooze, Until: now.AddDate(1, 0, 0)}, "until"},
		"not put off any more":  {Move{Act: Snooze}, ""},
		"an end":                {Move{Act: Close}, "result"},
		"a solution":            {Move{Act: Close, Result: Solved}, ""},
		"a reopening":           {Move{Act: Reopen}, "note"},
	} {
		_, err := c.move.clean(now)
		if got := strings.Join(wrongFields(err), " "); got != c.want {
			t.Errorf("%s: wrong at %q, want %q", name, got, c.want)
		}
	}
}

// TestNobodysAnswerIsMadeUp by an end.
func TestNobodysAnswerIsMadeUp(t *testing.T) {
	t.Parallel()
	then := at("2026-11-30 12:00")

	for name, c := range map[string]struct {
		matter Matter
		move   Move
		want   string
	}{
		"answered":                      {Matter{State: Answered, AnsweredAt: &then}, Move{Act: Close, Result: Solved}, ""},
		"never answered, solved":        {Matter{State: Open}, Move{Act: Close, Result: Solved, Note: "x"}, "result"},
		"never answered, said answered": {Matter{State: Open}, Move{Act: Close, Result: OnlyAnswered, Note: "x"}, "result"},
		"never answered, needs none":    {Matter{State: Open}, Move{Act: Close, Result: Unneeded, Note: "x"}, ""},
		"never answered, no word":       {Matter{State: Open}, Move{Act: Close, Result: Unneeded}, "note"},
		"asked again, no word":          {Matter{State: Reopened, AnsweredAt: &then}, Move{Act: Close, Result: Solved}, "note"},
		"asked again":                   {Matter{State: Reopened, AnsweredAt: &then}, Move{Act: Close, Result: Solved, Note: "x"}, ""},
	} {
		got := ""
		if bad := c.matter.closes(c.move); bad != nil {
			got = bad.Field
		}
		if got != c.want {
			t.Errorf("%s: wrong at %q, want %q", name, got, c.want)
		}
	}
}

// TestAnAddressIsThatOfTheAnswer as those of hand-offs are checked.
func TestAnAddressIsThatOfTheAnswer(t *testing.T) {
	t.Parallel()

	m := Matter{Handle: "环保北京", AccountUID: "5600000001", Thread: "5370892410421248", ThreadUID: "5600000001"}
	other := Matter{Thread: "5370892410421249", ThreadUID: "5600000001"}
	foreign := Matter{Thread: "5370892410421250", ThreadUID: "5700000009"}

	for name, c := range map[string]struct {
		way  Way
		link string
		ok   bool
	}{
		"the post of the matter":            {ByComment, m.URL(), true},
		"the same on a phone":               {ByComment, "https://m.weibo.cn/status/" + m.Thread, true},
		"another post":                      {ByComment, other.URL(), false},
		"a post of the account":             {ByPost, other.URL(), true},
		"somebody else's post":              {ByPost, foreign.URL(), false},
		"a post that does not say whose":    {ByPost, "https://m.weibo.cn/status/" + other.Thread, false},
		"no address":                        {ByComment, "", false},
		"something else":                    {ByPost, "https://example.com/1", false},
		"a message needs none":              {ByMessage, "", true},
		"a call needs none":                 {ByPhone, "whatever was typed", true},
		"an address of a scheme that is no": {ByComment, "javascript:alert(1)", false},
	} {
		move, bad := m.linked(Move{Act: Answer, Way: c.way, Link: c.link})
		if (bad == nil) != c.ok {
			t.Errorf("%s: %v", name, bad)
		}
		if bad == nil && !c.way.public() && move.Link != "" {
			t.Errorf("%s keeps %q", name, move.Link)
		}
	}
}

// TestEverythingHasItsWord on pages.
func TestEverythingHasItsWord(t *testing.T) {
	t.Parallel()
	var labels []string

	for _, kind := range Kinds() {
		labels = append(labels, kind.Label())
		if limit := UsualTerms().Limits[kind]; (limit.First == 0) != (limit.Next == 0) {
			t.Errorf("%s has half a limit", kind)
		}
	}

	for _, way := range Ways() {
		labels = append(labels, way.Label())
	}

	for _, result := range Results() {
		labels = append(labels, result.Label())
	}

	for _, source := range append(Sources(), FromAnswer, FromHand) {
		labels = append(labels, source.Label())
	}
	if slices.Contains(labels, "") {
		t.Errorf("one has no word: %q", labels)
	}
}

// wrongFields are the fields that an error is about, in order.
func wrongFields(err error) (fields []string) {
	var all fault.Fields
	if errors.As(err, &all) {
		for _, one := range all {
			fields = append(fields, one.Field)
		}
	}
	slices.Sort(fields)

	return fields
}
