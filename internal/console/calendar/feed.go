package calendar

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// entry is what the script draws: static/src/ts/calendar.ts reads it. It is a post, or an hour with its
// number of posts.
type entry struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Start string `json:"start"` // RFC 3339
	End   string `json:"end"`   // of an hour with its number of posts; "" for a post
	Posts int    `json:"posts"` // 1, or the number of the hour
	URL   string `json:"url"`
	Tone  string `json:"tone"`
	State string `json:"state"` // in the reader's language
	Move  string `json:"move"`  // where a new time is posted to; empty: it stays
}

// feedForm is the span the script shows, with the filters of the page.
type feedForm struct {
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	Account string    `form:"account"`
	Unit    int64     `form:"unit"`
	Past    bool      `form:"past"`
}

// longest is the widest span given at once; within aWeek more is shown post by post.
const (
	longest = 62 * 24 * time.Hour
	aWeek   = 8 * 24 * time.Hour
)

func (h *pages) feed(c *gin.Context) error {
	var form feedForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	if !form.To.After(form.From) || form.To.Sub(form.From) > longest {
		return fault.Invalid("to", "时间范围无效，请刷新日历")
	}
	filter, err := h.feedFilter(c, form)
	if err != nil {
		return err
	}
	density := ofMonth
	if form.To.Sub(form.From) <= aWeek {
		density = ofDay
	}
	lines, err := h.lines(c, post.Span{From: form.From, To: form.To}, filter, form.Past, density)
	if err != nil {
		return err
	}
	out := make([]entry, len(lines))
	pr, actor := h.kit.Printer(c), web.Actor(c)

	for i, line := range lines {
		switch {
		case line.Crowd != nil:
			out[i] = crowdEntry(pr, line.Crowd)
		case line.Other != nil:
			out[i] = otherEntry(pr, *line.Other)
		default:
			out[i] = postEntry(pr, actor, *line.Row)
		}
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, out)

	return nil
}

func (h *pages) feedFilter(c *gin.Context, form feedForm) (post.Filter, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	units, err := h.Units.Within(ctx, actor, access.PostView)
	if err != nil {
		return post.Filter{}, err
	}
	named, err := h.Accounts.Named(ctx, actor, access.PostView, form.Account)
	if err != nil {
		return post.Filter{}, err
	}
	filter := post.Filter{UnitPath: pathOf(units, form.Unit)}
	filter.AccountID, _ = parts.AccountAsked(named, form.Account)

	return filter, nil
}

func postEntry(pr *i18n.Printer, actor access.Actor, r row) entry {
	state := badge.Of(r.State)
	e := entry{
		ID:    number(r.ID),
		Title: glyph.Written(r.Title()),
		Start: stamp(*r.DueAt),
		Posts: 1,
		URL:   "/posts/" + number(r.ID),
		Tone:  state.Tone,
		State: pr.T(state.Word),
	}
	if e.Title == "" {
		e.Title = pr.T("（尚未填写正文）")
	}
	if r.May(actor, post.Reschedule) == nil && r.State.NothingOut() {
		e.Move = "/calendar/" + number(r.ID) + "/move"
	}

	return e
}

// otherEntry is never moved: its post is not the reader's.
func otherEntry(pr *i18n.Printer, o other) entry {
	e := entry{
		ID: o.ID, Title: o.Title, Start: stamp(o.At), Posts: o.Posts, URL: o.Href, Tone: "grey",
		State: o.Note,
	}
	if e.Title == "" {
		e.Title = pr.T("转发微博")
	}
	if o.State != nil {
		state := badge.Of(o.State)
		e.Tone, e.State = state.Tone, pr.T(state.Word)+" · "+o.Note
	}

	return e
}

// crowdEntry says how many posts an hour has and what needs somebody: outcomes not known, then what
// failed, then what is left to do.
func crowdEntry(pr *i18n.Printer, c *crowd) entry {
	if c == nil {
		return entry{}
	}
	e := entry{
		ID:    "hour-" + c.At.UTC().Format(time.RFC3339),
		Start: stamp(c.First),
		Posts: c.Posts,
		URL:   c.Href,
		Tone:  "grey",
		End:   stamp(c.Span().To),
		Title: pr.T("{.n} 篇", "n", c.Posts),
	}
	if c.Unfinished > 0 {
		e.State = pr.T("{.n} 篇未完稿", "n", c.Unfinished)
	}
	if c.InReview > 0 {
		e.Tone, e.State = "blue", pr.T("{.n} 篇待审", "n", c.InReview)
	}
	if c.Failed > 0 {
		e.Tone, e.State = "red", pr.T("{.n} 篇有失败", "n", c.Failed)
	}
	if c.Unknown > 0 {
		failed := e.State
		if e.Tone, e.State = "purple", pr.T("{.n} 篇结果待核", "n", c.Unknown); c.Failed > 0 {
			e.State += " · " + failed
		}
	}

	return e
}

func stamp(t time.Time) string { return t.In(beijing.Zone).Format(time.RFC3339) }
