package check_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
)

// TestTheListsOfThePostsUnitAndOfItsAccountsCount: each wording is looked through by the lists of the post's
// unit and those of the accounts that it goes to, and by no others.
func TestTheListsOfThePostsUnitAndOfItsAccountsCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Grave, "甲词")
	w.list(2, lexicon.Grave, "乙词")
	w.list(3, lexicon.Grave, "丙词")
	text := "甲词、乙词、丙词"

	for name, c := range map[string]struct {
		q    check.Question
		want string
	}{
		"the bureau's own":        {check.Question{UnitID: 1, Text: text}, "甲词"},
		"below it":                {check.Question{UnitID: 2, Text: text}, "甲词 乙词"},
		"an account of another":   {check.Question{UnitID: 2, Text: text, AccountIDs: []int64{4}}, "甲词 乙词 丙词"},
		"where one has duties":    {check.Question{Text: text}, "甲词"},
		"duties and an account":   {check.Question{Text: text, AccountIDs: []int64{2}}, "甲词 乙词"},
		"an account of its own":   {check.Question{UnitID: 1, Text: "无", Own: map[int64]string{4: text}}, "甲词 丙词"},
		"an account there is not": {check.Question{UnitID: 1, Text: text, AccountIDs: []int64{99}}, "甲词"},
	} {
		var words []string

		for _, told := range w.text(w.writer, c.q) {
			words = append(words, told[strings.LastIndex(told, " ")+1:])
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}

	// Units that one does not see count for nothing; those above one's own do.
	if told := w.text(w.district, check.Question{UnitID: 2, Text: text}); len(told) > 0 {
		t.Errorf("a foreign unit: %q", told)
	}
	want := []string{"0 grave block 甲词", "0 grave block 丙词"}
	if told := w.text(
		w.district,
		check.Question{Text: text, AccountIDs: []int64{2}},
	); !slices.Equal(
		told,
		want,
	) {
		t.Errorf("a foreign account: %q", told)
	}
}

// TestTheSameTextLately: on the same account, within seven days on both sides, five of them at most, and
// each told of its wording.
func TestTheSameTextLately(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	day := 24 * time.Hour
	w.sent(1, "sent", "今日空气质量良", "", w.now.Add(-6*day), 1, 2)
	w.sent(2, "sent", "今日空气质量良", "", w.now.Add(-8*day), 1)
	w.sent(3, "waiting", "今日空气质量良", "朝阳今日良", w.now.Add(6*day), 1, 4)
	w.sent(4, "cancelled", "今日空气质量良", "", w.now.Add(day), 2)
	repeats := func(q check.Question) (told []string) {
		found, err := w.s.Text(t.Context(), w.writer, q)
		if err != nil {
			t.Fatal(err)
		}

		for _, f := range found {
			if f.Rule == check.Repeat {
				told = append(told, strings.Join([]string{f.Args[1].(string), f.Args[3].(string)}, " "))
			}
		}

		return told
	}
	base := check.Question{Text: "今日空气质量良", AccountIDs: []int64{1, 2, 3}}

	want := []string{"环保北京 11月24日 10:00", "环保北京 12月6日 10:00", "京环之声 11月24日 10:00"}
	if told := repeats(base); !slices.Equal(told, want) {
		t.Errorf("found %q", told)
	}
	itself := base
	itself.Except = 1
	if told := repeats(itself); !slices.Equal(told, want[1:2]) {
		t.Errorf("beside itself %q", told)
	}

	own := check.Question{Text: "别的", AccountIDs: []int64{1}, Own: map[int64]string{4: "朝阳今日良", 2: "别的"}}
	found, err := w.s.Text(t.Context(), w.writer, own)
	if err != nil || len(found) != 1 || found[0].AccountID != 4 {
		t.Errorf("own wordings: %+v, %v", found, err)
	}

	for id := range int64(7) {
		w.sent(10+id, "sent", "每日提醒", "", w.now.Add(-time.Duration(id)*time.Hour), 1)
	}
	if told := repeats(check.Question{Text: "每日提醒", AccountIDs: []int64{1}}); len(told) != 5 {
		t.Errorf("%d shown", len(told))
	}
}

func TestAQuestionIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("长", check.MaxText+1)

	for field, q := range map[string]check.Question{
		"text":        {Text: long},
		"variant.4":   {Own: map[int64]string{4: long}},
		"account_ids": {AccountIDs: make([]int64, 5001)},
	} {
		_, err := w.s.Text(t.Context(), w.writer, q)
		if failure := fault.Public(err); err == nil || failure.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
