package inbox

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// TestWhatCountsInWhichRate: each row is a matter with what it adds to the three rates.
func TestWhatCountsInWhichRate(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 12, 10, 2, 0, 0, 0, time.UTC)
	due, before, after := now.Add(-time.Hour), now.Add(-2*time.Hour), now.Add(-time.Minute)
	ahead := now.Add(time.Hour)
	clock := func(stopped *time.Time) *Clock { return &Clock{First: true, Since: before, Stopped: stopped} }

	for what, c := range map[string]struct {
		matter                      begunMatter
		clock                       *Clock
		due                         *time.Time
		response, solution, content Share
	}{
		"answered in time":           {begunMatter{State: Answered}, clock(&before), &due, Share{1, 1}, Share{}, Share{}},
		"answered at the last":       {begunMatter{State: Answered}, clock(&due), &due, Share{1, 1}, Share{}, Share{}},
		"answered late":              {begunMatter{State: Answered}, clock(&after), &due, Share{0, 1}, Share{}, Share{}},
		"past its limit":             {begunMatter{State: Open}, clock(nil), &due, Share{0, 1}, Share{}, Share{}},
		"not yet past it":            {begunMatter{State: Open}, clock(nil), &ahead, Share{}, Share{}, Share{}},
		"answered well before":       {begunMatter{State: Answered}, clock(&before), &ahead, Share{1, 1}, Share{}, Share{}},
		"the clock stands":           {begunMatter{State: Referred}, clock(nil), nil, Share{}, Share{}, Share{}},
		"nothing but our own":        {begunMatter{State: Answered}, nil, nil, Share{}, Share{}, Share{}},
		"closed as solved":           {begunMatter{State: Closed, Result: Solved}, nil, nil, Share{}, Share{1, 1}, Share{}},
		"closed as explained":        {begunMatter{State: Closed, Result: OnlyAnswered}, nil, nil, Share{}, Share{0, 1}, Share{}},
		"solved, but opened again":   {begunMatter{State: Reopened, Result: Solved}, nil, nil, Share{}, Share{}, Share{}},
		"rated as good":              {begunMatter{Rating: Pleased}, nil, nil, Share{}, Share{}, Share{1, 1}},
		"rated as fair":              {begunMatter{Rating: Fair}, nil, nil, Share{}, Share{}, Share{1, 1}},
		"rated as bad":               {begunMatter{Rating: Displeased}, nil, nil, Share{}, Share{}, Share{0, 1}},
		"neither answered nor rated": {begunMatter{}, nil, nil, Share{}, Share{}, Share{}},
	} {
		var got Rates
		got.add(c.matter, c.clock, c.due, now)
		if got != (Rates{Matters: 1, Response: c.response, Solution: c.solution, Content: c.content}) {
			t.Errorf("%s: %+v", what, got)
		}
	}

	for _, none := range []begunMatter{
		{Kind: Praise}, {Kind: NoMatter}, {Kind: Ask, Result: Unneeded}, {Kind: Ask, Result: Merged},
	} {
		if none.counts() {
			t.Errorf("%+v counts", none)
		}
	}
	if !(begunMatter{Kind: Ask, Result: PassedOn}).counts() {
		t.Error("what is passed on counts")
	}
}

// TestTheRatesOfAMonth over the life of some matters: by the month in Beijing in which each began, by the
// accounts' units, only what the reader sees; a rating is of the last end alone.
func TestTheRatesOfAMonth(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	w.connect(below, "朝阳区", account.Commercial)
	above, under := w.post(main, "今日空气质量良"), w.post(below, "朝阳今日空气质量良")
	w.Weibo.Comment(above, "市民甲", "请问明天限行吗")
	w.Weibo.Comment(above, "市民乙", "请问后天限行吗")
	w.Weibo.Comment(above, "市民丙", "谢谢提醒")
	w.Weibo.Comment(under, "市民丁", "楼下夜里噪音扰民")
	w.poll()
	november := time.Date(2026, 11, 1, 0, 0, 0, 0, beijing.Zone)
	want := func(actor access.Actor, month time.Time, units int, sum Rates) {
		t.Helper()
		all, got, err := w.s.Monthly(t.Context(), actor, month)
		w.must(err)
		if len(all) != units || got != sum {
			t.Errorf("%d units, %+v; want %d, %+v", len(all), got, units, sum)
		}
	}
	want(w.boss, november, 2, Rates{Matters: 3}) // nothing is due yet

	find := func(words string) Matter { return w.list(w.boss, Query{Show: ShowAll, Text: words})[0] }
	first := w.do(w.boss, find("明天"), Move{Act: Answer, Way: ByPhone, Note: "不限行"})
	first = w.do(w.boss, first, Move{Act: Close, Result: Solved})
	_, err := w.s.Do(t.Context(), w.boss, first.ID, Move{Act: Rate, Revision: first.Revision, Note: "说谢谢"})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a rating that is none: %v", err)
	}
	_, err = w.s.Do(t.Context(), w.boss, first.ID, Move{Act: Rate, Revision: first.Revision, Rating: Pleased})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a rating without the citizen's word: %v", err)
	}
	first = w.do(w.boss, first, Move{Act: Rate, Rating: Pleased, Note: "在评论里说谢谢"})
	w.Advance(14*time.Hour + 30*time.Minute) // half past midnight in Beijing, the first of December
	w.Weibo.Comment(above, "市民戊", "请问停暖了吗")
	w.later(48 * time.Hour)
	second := w.do(w.boss, find("后天"), Move{Act: Answer, Way: ByPhone, Note: "不限行"})
	second = w.do(w.boss, second, Move{Act: Close, Result: OnlyAnswered})
	w.do(w.boss, second, Move{Act: Rate, Rating: Displeased, Note: "说太晚了"})
	want(
		w.boss,
		november,
		2,
		Rates{Matters: 3, Response: Share{1, 3}, Solution: Share{1, 2}, Content: Share{1, 2}},
	)
	want(w.boss, november.AddDate(0, 1, 0), 1, Rates{Matters: 1, Response: Share{0, 1}})
	want(w.boss, november.AddDate(0, -1, 0), 0, Rates{})
	want(w.district, november, 1, Rates{Matters: 1, Response: Share{0, 1}})
	want(w.admin, november, 0, Rates{})

	if w.do(w.boss, first, Move{Act: Reopen, Note: "又问了"}).Rating != "" {
		t.Error("the rating outlives the end that it was of")
	}
	w.Advance(time.Minute) // what is said at the instant of an end is ended with it
	w.Weibo.Comment(above, "市民乙", "还是没有说清楚后天的事")
	w.later(time.Hour)
	want(w.boss, november, 2, Rates{Matters: 3, Response: Share{1, 3}})
}

// TestTheTableOfRatesSaysWhatTheyAre, the sum and the definition below the units.
func TestTheTableOfRatesSaysWhatTheyAre(t *testing.T) {
	t.Parallel()

	unit := Rates{UnitName: "市局", Matters: 3, Response: Share{1, 3}}
	var file strings.Builder
	err := RatesTable([]Rates{unit}, unit, func(text string, _ ...any) string { return text }).Write(&file)
	if err != nil {
		t.Fatal(err)
	}

	for _, part := range []string{"市局,3,1,3,33.3%,0,0,不可用", "合计,3,1,3,33.3%", "不是 12345 的三率"} {
		if !strings.Contains(file.String(), part) {
			t.Errorf("%q is not in %s", part, file.String())
		}
	}
}
