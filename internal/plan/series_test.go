package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func (w *world) rule(text string) Rule {
	w.Helper()
	rule, err := ParseRule(text)
	w.must(err)

	return rule
}

// ask repeats a post of the bureau at nine o'clock from Tuesday, 1 December 2026 on.
func (w *world) ask(rule, text string) SeriesAsk {
	w.Helper()
	source := w.write(w.officer, 1, "11-23T09:00", "原来的话", 1, 2)

	return SeriesAsk{
		PostID: source.ID, Text: text, Rule: w.rule(rule),
		First: dayAt("2026-12-01").Add(9 * time.Hour),
	}
}

func (p SeriesPlan) told() (told string) {
	for _, one := range p.Occurrences {
		told += fmt.Sprintf("%d %s %s|", one.Number, beijing.Date(one.DueAt)[5:], one.Skip)
	}

	return told
}

// TestASeriesSaysWhatItWouldMake: with what is left out, and why.
func TestASeriesSaysWhatItWouldMake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	w.write(w.officer, 1, "12-03T09:20", "已经有的", 2)

	ask := w.ask("FREQ=DAILY;COUNT=7", PlaceDate+"（"+PlaceWeekday+"）空气质量")
	ask.Workdays, ask.Except = true, []time.Time{dayAt("2026-12-04").Add(time.Hour)}

	planned, err := w.s.LookSeries(t.Context(), w.officer, ask)
	w.must(err)

	want := "1 12-01 |2 12-02 |3 12-03 |0 12-04 excepted|0 12-05 off|0 12-06 off|4 12-07 |"
	if got := planned.told(); got != want {
		t.Errorf("%s, want %s", got, want)
	}

	if got := planned.Occurrences[1].Text; got != "12月2日（星期三）空气质量" {
		t.Errorf("the second says %q", got)
	}

	if planned.Occurrences[2].Near == nil || planned.Occurrences[1].Near != nil {
		t.Error("what an account has within half an hour is told there and nowhere else")
	}

	ask.First = dayAt("2026-11-29").Add(9 * time.Hour)
	if planned, err = w.s.LookSeries(t.Context(), w.officer, ask); err != nil ||
		!strings.HasPrefix(planned.told(), "0 11-29 past|") {
		t.Errorf("what is over: %s %v", planned.told(), err)
	}
}

// TestASeriesThatCannotBe says so at its field, and makes nothing.
func TestASeriesThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)

	usual := w.ask("FREQ=DAILY;COUNT=3", PlaceDate)
	before := w.drafts()

	for what, c := range map[string]struct {
		change func(*SeriesAsk)
		field  string
	}{
		"the same text twice":    {func(ask *SeriesAsk) { ask.Text = "天天一样" }, "text"},
		"the same weekday twice": {func(ask *SeriesAsk) { ask.Rule, ask.Text = w.rule("FREQ=DAILY;COUNT=8"), PlaceWeekday }, "text"},
		"no text":                {func(ask *SeriesAsk) { ask.Text = " " }, "text"},
		"no time":                {func(ask *SeriesAsk) { ask.First = time.Time{} }, "first"},
		"no such year":           {func(ask *SeriesAsk) { ask.First = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }, "first"},
		"more than 62":           {func(ask *SeriesAsk) { ask.Rule = w.rule("FREQ=DAILY;COUNT=63") }, "rule"},
		"a rule of nothing":      {func(ask *SeriesAsk) { ask.Rule = Rule{} }, "rule"},
		"all of it over":         {func(ask *SeriesAsk) { ask.First = dayAt("2026-11-01") }, "rule"},
		"too many left out":      {func(ask *SeriesAsk) { ask.Except = make([]time.Time, MaxExcept+1) }, "except"},
	} {
		ask := usual
		c.change(&ask)

		if _, err := w.s.MakeSeries(
			t.Context(),
			w.officer,
			ask,
		); fault.Public(err).Field != c.field ||
			err == nil {
			t.Errorf("%s: %v, want it at %q", what, err, c.field)
		}
	}

	if _, err := w.s.MakeSeries(t.Context(), w.district, usual); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody of a district: %v", err)
	}

	if got := w.drafts(); got != before {
		t.Errorf("%d drafts, before %d", got, before)
	}
}

// TestASeriesIsMadeSubmittedAndStopped: each post by itself, what somebody wrote in stays.
func TestASeriesIsMadeSubmittedAndStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)

	made, err := w.s.MakeSeries(t.Context(), w.officer, w.ask("FREQ=DAILY;COUNT=5", PlaceDate+"空气质量"))
	w.must(err)

	found, err := w.s.FindSeries(t.Context(), w.officer, made.ID)
	w.must(err)

	if len(found.Posts) != 5 || found.Posts[4].Text != "12月5日空气质量" || found.Posts[0].Phase != post.Draft ||
		w.dueOf(found.Posts[4].PostID) != "12-05T09:00" || found.Count != 5 {
		t.Fatalf("the series: %+v", found)
	}

	if _, err := w.s.FindSeries(t.Context(), w.district, made.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district sees it: %v", err)
	}

	second, fourth := found.Posts[1], found.Posts[3]
	_, err = w.db.Pool().Exec(t.Context(), "UPDATE posts SET revision = 2 WHERE id = $1", fourth.PostID)
	w.must(err)

	done, err := w.s.SubmitSeries(t.Context(), w.officer, made.ID, []Chosen{
		{second.PostID, second.Revision}, {fourth.PostID, fourth.Revision}, {999_999, 1},
	})
	w.must(err)

	if len(done) != 2 || done[0].Refused != nil || done[1].Refused == nil {
		t.Fatalf("submitted: %+v: one as it was shown, one that was changed since", done)
	}

	stop := Stop{From: 2, Revision: found.Revision, Why: "换一种写法"}
	for what, wrong := range map[string]Stop{
		"without a reason":     {From: 2, Revision: found.Revision},
		"from nowhere":         {From: 9, Revision: found.Revision, Why: "换"},
		"not as it was shown":  {From: 2, Revision: found.Revision + 1, Why: "换"},
		"with a long reason":   {From: 2, Revision: found.Revision, Why: strings.Repeat("长", maxWhy+1)},
		"not even one of them": {From: 0, Only: true, Revision: found.Revision, Why: "换"},
	} {
		if done, err := w.s.StopSeries(t.Context(), w.officer, made.ID, wrong); err == nil {
			t.Errorf("stopped %s: %+v", what, done)
		}
	}

	done, err = w.s.StopSeries(t.Context(), w.officer, made.ID, stop)
	w.must(err)

	if len(done) != 4 || done[0].Refused != nil || done[1].Refused != nil || done[2].Refused == nil ||
		done[3].Refused != nil {
		t.Fatalf("stopped: %+v: all but the one that was changed", done)
	}

	found, err = w.s.FindSeries(t.Context(), w.officer, made.ID)
	w.must(err)

	phases := ""
	for _, one := range found.Posts {
		phases += fmt.Sprintf("%d %s|", one.Number, one.Phase)
	}

	if phases != "1 draft|2 withdrawn|4 draft|" || found.EndedFrom != 2 || found.EndedWhy != "换一种写法" {
		t.Errorf("left: %s, %+v", phases, found)
	}
}

// TestWorkdaysOfAYearThatNobodyEnteredStayDrafts: nobody knows yet whether they are worked.
func TestWorkdaysOfAYearThatNobodyEnteredStayDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)

	ask := w.ask("FREQ=DAILY;COUNT=2", PlaceDate)
	ask.First, ask.Workdays = dayAt("2026-12-31").Add(9*time.Hour), true

	made, err := w.s.MakeSeries(t.Context(), w.officer, ask)
	w.must(err)

	var all []Chosen
	for _, one := range made.Posts {
		all = append(all, Chosen{one.PostID, 1})
	}

	done, err := w.s.SubmitSeries(t.Context(), w.officer, made.ID, all)
	w.must(err)

	if len(done) != 2 || done[0].Refused != nil || done[1].Refused == nil {
		t.Errorf("%+v: 2027 is not entered, its day stays a draft", done)
	}
}

// TestASeriesIsReplaced: the new one is there before the old one is taken back.
func TestASeriesIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)

	ask := w.ask("FREQ=DAILY;COUNT=3", PlaceDate+"旧的话")
	old, err := w.s.MakeSeries(t.Context(), w.officer, ask)
	w.must(err)

	ask.Text, ask.Rule = PlaceDate+"新的话", w.rule("FREQ=DAILY;COUNT=2")
	ask.First = dayAt("2026-12-02").Add(10 * time.Hour)
	replace := func(stop Stop) (Series, []Outcome, error) {
		return w.s.ReplaceSeries(t.Context(), w.officer, ask, old.ID, stop)
	}

	before := w.drafts()

	for what, stop := range map[string]Stop{
		"as it was not shown": {From: 2, Revision: 7, Why: "改写"},
		"without a reason":    {From: 2, Revision: 1},
		"from nowhere":        {From: 9, Revision: 1, Why: "改写"},
	} {
		if made, _, err := replace(stop); err == nil || made.ID != 0 {
			t.Errorf("replaced %s: %+v, %v", what, made, err)
		}
	}

	if got := w.drafts(); got != before {
		t.Errorf("%d drafts, before %d: a refused series lies beside the old one", got, before)
	}

	made, back, err := replace(Stop{From: 2, Revision: 1, Why: "改写"})
	w.must(err)

	all, err := w.s.AllSeries(t.Context(), w.officer)
	w.must(err)

	if len(made.Posts) != 2 || len(back) != 2 || len(all) != 2 || all[0].ID != made.ID || all[1].Count != 1 {
		t.Errorf("made %+v, back %+v, all %+v", made, back, all)
	}
}

// TestWhatIsLeftOfARule: of a rule that counts, what its first times took is gone, days left out among them.
func TestWhatIsLeftOfARule(t *testing.T) {
	t.Parallel()

	first := dayAt("2026-12-01").Add(9 * time.Hour) // a Tuesday

	for _, c := range []struct{ rule, from, want string }{
		{"FREQ=DAILY;COUNT=5", "2026-12-01", "FREQ=DAILY;COUNT=5"},
		{"FREQ=DAILY;COUNT=5", "2026-12-04", "FREQ=DAILY;COUNT=2"},
		{"FREQ=WEEKLY;BYDAY=MO,FR;COUNT=6", "2026-12-11", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4"},
		{"FREQ=DAILY;COUNT=5", "2027-12-01", "FREQ=DAILY;COUNT=1"},
		{"FREQ=DAILY;UNTIL=20261205", "2026-12-04", "FREQ=DAILY;UNTIL=20261205"},
	} {
		rule, err := Series{RuleText: c.rule, First: first}.RuleFrom(dayAt(c.from).Add(9 * time.Hour))
		if err != nil || rule.String() != c.want {
			t.Errorf("%s from %s: %s, %v, want %s", c.rule, c.from, rule, err, c.want)
		}
	}
}
