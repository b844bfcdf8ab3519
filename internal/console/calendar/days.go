package calendar

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// density is how much of a day is shown post by post. A day with more than Day posts shows those of its
// hours that have more than Hour posts as one line each; one with more than Past posts published
// elsewhere shows their number.
type density struct{ Day, Hour, Past int }

// A month is looked over, a week or a day is worked with.
var (
	ofMonth = density{Day: 12, Hour: 1, Past: 3}
	ofDay   = density{Day: 12, Hour: 3, Past: 200}
)

// day is one day of the list.
type day struct {
	Date  time.Time
	Past  bool
	Posts int // all of them
	Lines []line
	Href  string // the day by itself, when it is shortened
	Mark  plan.Mark
}

// Begin is where a post for nine o'clock of the day is begun.
func (d day) Begin() string { return "/posts/new?due=" + d.Date.Format(time.DateOnly) + "T09:00" }

// line is a post, an hour with its number of posts, or what no post of the reader's units stands for.
type line struct {
	Row   *row
	Crowd *crowd
	Other *other
}

// At is the instant by which lines are in order.
func (l line) At() time.Time {
	switch {
	case l.Crowd != nil:
		return l.Crowd.First
	case l.Other != nil:
		return l.Other.At
	}

	return *l.Row.DueAt
}

// row is a post with its state.
type row struct {
	post.Row
	State delivery.PostState
}

// crowd is an hour in which much goes out.
type crowd struct {
	post.Hour
	delivery.Trouble
	Href string // lists its posts
}

// Instant tells whether all of it goes out at once.
func (c crowd) Instant() bool { return c.First.Equal(c.Last) }

// split tells which of the hours are shown as one line, and in which spans the posts are shown one by one.
func (d density) split(in post.Span, hours []post.Hour) (crowded []post.Hour, single []post.Span) {
	perDay := map[string]int{}
	for _, hour := range hours {
		perDay[dayOf(hour.At)] += hour.Posts
	}
	from, any := in.From, false
	cut := func(to time.Time) {
		if any {
			single = append(single, post.Span{From: from, To: to})
		}
	}

	for _, hour := range hours {
		if perDay[dayOf(hour.At)] <= d.Day || hour.Posts <= d.Hour {
			any = true
			continue
		}
		crowded = append(crowded, hour)
		cut(hour.At)
		from, any = hour.Span().To, false
	}
	cut(in.To)

	return crowded, single
}

func dayOf(t time.Time) string { return beijing.Date(t) }

// most bounds what is read of one span. Spans reach over many days only where days are no fuller than
// density.Day.
const most = 62 * 24

// lines reads what is due in the span, by time.
func (h *pages) lines(
	c *gin.Context,
	in post.Span,
	filter post.Filter,
	past bool,
	d density,
) ([]line, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	hours, err := h.Posts.Hours(ctx, actor, in, filter)
	if err != nil {
		return nil, err
	}
	crowded, spans := d.split(in, hours)
	rows, err := h.Posts.DueIn(ctx, actor, spans, filter, most)
	if err != nil {
		return nil, err
	}

	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	states, err := h.Deliveries.PostStates(ctx, ids)
	if err != nil {
		return nil, err
	}
	troubles, err := h.troubles(c, crowded, filter)
	if err != nil {
		return nil, err
	}

	crowds := make([]crowd, len(crowded))
	for i, hour := range crowded {
		crowds[i] = crowd{hour, troubles[hour.At.Unix()], listOf(c, hour.At)}
	}
	others, err := h.others(c, in, filter, past, d)
	if err != nil {
		return nil, err
	}

	out := merge(rows, states, crowds)
	for i := range others {
		out = append(out, line{Other: &others[i]})
	}
	slices.SortStableFunc(out, func(a, b line) int { return a.At().Compare(b.At()) })

	return out, nil
}

// troubles counts what went wrong in crowded hours, by their Unix time. Hours ahead have had no outcome.
func (h *pages) troubles(
	c *gin.Context,
	crowded []post.Hour,
	filter post.Filter,
) (map[int64]delivery.Trouble, error) {
	now := h.kit.Base(c, "").Now
	crowded = slices.DeleteFunc(
		slices.Clone(crowded),
		func(hour post.Hour) bool { return hour.First.After(now) },
	)
	if len(crowded) == 0 {
		return nil, nil
	}
	in := post.Span{From: crowded[0].At, To: crowded[len(crowded)-1].Span().To}

	return h.Deliveries.Troubles(c.Request.Context(), web.Actor(c), in, filter.UnitPath, filter.AccountID)
}

// merge puts posts and crowded hours, each in order of time, into one order.
func merge(rows []post.Row, states map[int64]delivery.PostState, crowded []crowd) []line {
	var out []line

	take := func(until time.Time) {
		for len(crowded) > 0 && crowded[0].At.Before(until) {
			out = append(out, line{Crowd: &crowded[0]})
			crowded = crowded[1:]
		}
	}
	for _, r := range rows {
		take(*r.DueAt)
		out = append(out, line{Row: &row{r, states[r.ID]}})
	}
	take(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))

	return out
}

// listOf is the list of the posts of an hour, with the filters of the calendar.
func listOf(c *gin.Context, hour time.Time) string {
	values := url.Values{"hour": {hour.In(beijing.Zone).Format("2006-01-02T15")}}

	for _, name := range []string{"account", "unit"} {
		if v := c.Query(name); v != "" {
			values.Set(name, v)
		}
	}

	return "/posts?" + values.Encode()
}

// days is the list by day.
func (h *pages) days(c *gin.Context, in post.Span, filter post.Filter, past bool, d density) ([]day, error) {
	lines, err := h.lines(c, in, filter, past, d)

	return byDay(
		lines,
		h.kit.Base(c, "").Now,
		func(date time.Time) string { return web.Link(c, "day", dayOf(date)) },
	), err
}

// byDay groups lines, which are in order of time, by their day in Shanghai. A day with crowded hours
// leads to the day by itself.
func byDay(lines []line, now time.Time, href func(time.Time) string) []day {
	var out []day

	for _, l := range lines {
		date := dayOf(l.At())
		if n := len(out); n == 0 || dayOf(out[n-1].Date) != date {
			out = append(out, day{Date: l.At().In(beijing.Zone), Past: date < dayOf(now)})
		}
		d := &out[len(out)-1]
		d.Lines = append(d.Lines, l)
		if l.Other != nil {
			d.Posts += l.Other.Posts
			continue
		}
		if l.Crowd == nil {
			d.Posts++
			continue
		}
		d.Posts += l.Crowd.Posts
		d.Href = href(d.Date)
	}

	return out
}

// number writes an id.
func number(n int64) string { return strconv.FormatInt(n, 10) }
