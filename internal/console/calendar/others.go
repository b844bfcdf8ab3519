package calendar

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/web"
)

// other is what no post of the reader's units stands for: what others send from an own account, or what
// was published elsewhere or before. Where a day has much of a kind it is one line with its number.
type other struct {
	ID    string
	At    time.Time
	Title string
	Note  string         // account, and where it comes from; in the reader's language
	State badge.Labelled // nil: none
	Past  bool           // published outside of this console
	Posts int            // 1, or how many the line stands for
	Href  string
}

// mostOthers bounds what is read of one kind in a span.
const mostOthers = 2000

// others reads both kinds. A day with more than d.Day of a kind shows their number.
func (h *pages) others(
	c *gin.Context,
	in post.Span,
	filter post.Filter,
	past bool,
	d density,
) ([]other, error) {
	ctx, actor, pr := c.Request.Context(), web.Actor(c), h.kit.Printer(c)
	foreign, err := h.Deliveries.ForeignIn(ctx, actor, in, filter.UnitPath, filter.AccountID, mostOthers)
	if err != nil {
		return nil, err
	}

	var sent []other
	for _, o := range foreign {
		sent = append(sent, other{
			ID:    "delivery-" + number(o.ID),
			At:    o.DueAt,
			Title: o.Title(),
			State: o.State,
			Posts: 1,
			Href:  "/deliveries/" + number(o.ID),
			Note:  "@" + o.AccountHandle + " · " + pr.T("由 {.unit} 发布", "unit", o.From),
		})
	}
	out := folded(sent, d.Day, func(o other) other {
		day := dayOf(o.At)
		o.Title = pr.T("其他单位代发 {.n} 条", "n", o.Posts)
		o.Href = "/deliveries?" + url.Values{"foreign": {"1"}, "from": {day}, "to": {day}}.Encode()

		return o
	})
	if !past || !actor.Can(access.ReachView) {
		return out, nil
	}
	posts, err := h.Reach.PastIn(ctx, actor, reach.PastFilter{
		From:      in.From,
		To:        in.To,
		UnitPath:  filter.UnitPath,
		AccountID: filter.AccountID,
		Limit:     mostOthers,
	})
	if err != nil {
		return nil, err
	}

	var before []other
	for _, p := range posts {
		before = append(before, other{
			ID:    "past-" + number(p.ID),
			At:    p.PostedAt,
			Title: post.Title(p.Text),
			Past:  true,
			Posts: 1,
			Note:  "@" + p.Handle + " · " + pr.T(p.Origin.Label()),
			Href:  "/reach/posts/" + number(p.ID),
		})
	}

	return append(out, folded(before, d.Past, func(o other) other {
		o.Title, o.Href = pr.T("以往微博 {.n} 条", "n", o.Posts), web.Link(c,
			"day", dayOf(o.At),
			"month", o.At.In(beijing.Zone).Format("2006-01"),
		)
		if c.Query("from") != "" { // the feed's own address is none to be opened
			o.Href = "/calendar?" + url.Values{
				"view":    {"list"},
				"date":    {dayOf(o.At)},
				"past":    {"1"},
				"account": {c.Query("account")},
				"unit":    {c.Query("unit")},
			}.Encode()
		}

		return o
	})...), nil
}

// folded puts the lines of a day with more than most into one.
func folded(list []other, most int, one func(other) other) []other {
	perDay := map[string]int{}
	for _, o := range list {
		perDay[dayOf(o.At)]++
	}
	var out []other
	done := map[string]bool{}

	for _, o := range list {
		day := dayOf(o.At)
		switch {
		case perDay[day] <= most:
			out = append(out, o)
		case !done[day]:
			done[day] = true
			out = append(out, one(other{
				ID:    o.ID + "-" + strconv.Itoa(perDay[day]),
				At:    o.At,
				Past:  o.Past,
				Posts: perDay[day],
			}))
		}
	}

	return out
}
