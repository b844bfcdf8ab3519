package reviews

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// seriesPage shows what of a series waits for the reader, each exactly as it will go out, to be approved by
// one act.
type seriesPage struct {
	page.Base
	Form   seriesForm
	Series plan.Series
	Rows   []seriesRow // those that are approved together
	Others []seriesRow // those that are not, with the reason
	Items  []page.Option
	Last   bool // the approval lets some of them go out

	Stopped *seriesStop // why nothing was approved; nil when nobody pressed the button
}

// seriesStop is the post because of which nothing was approved.
type seriesStop struct {
	Number int
	Why    string
}

// seriesRow is one of them.
type seriesRow struct {
	plan.PostTurn
	Previews []parts.Preview
	Found    []parts.Found
	Notes    int    // that are open
	Told     string // why it is not approved with the others
}

// seriesForm is what a reviewer says about all of them.
type seriesForm struct {
	Picks   []string `form:"pick"`
	Ticked  []string `form:"ticked"`
	Opinion string   `form:"opinion"`
	Agreed  bool     `form:"agreed"`
	Despite bool     `form:"despite"`
}

// When is its time, in Beijing.
func (r seriesRow) When() string {
	if r.Post.DueAt == nil {
		return ""
	}

	return r.Post.DueAt.In(beijing.Zone).Format("2006-01-02 15:04")
}

// Weekday is the day of the week on which it goes out.
func (r seriesRow) Weekday() string {
	if r.Post.DueAt == nil {
		return ""
	}

	return parts.Weekday(*r.Post.DueAt)
}

// seen is the post as the page shows it.
func (r seriesRow) seen() plan.Seen {
	return plan.Seen{
		PostID: r.PostID, Version: r.Version.Number, Step: r.Run.Open().Number, Hash: r.Run.Hash,
		DueAt: *r.Post.DueAt,
	}
}

// apart tells whether it is not approved with the others.
func (r seriesRow) apart() bool { return r.Why != nil }

// Pick is the post as the form carries it: as that of the queue.
func (r seriesRow) Pick() string {
	return pickOf(
		r.PostID,
		r.Version.Number,
		r.Run.Open().Number,
		r.Run.Hash,
		shownOf(r.Post.DueAt, r.Post.DueNow),
	)
}

// Sum names the list that is approved.
func (p seriesPage) Sum() string {
	var list []plan.Seen
	for _, row := range p.Rows {
		list = append(list, row.seen())
	}

	return plan.SumOf(list)
}

// Agree is how many of the writer's reasons wait for the reviewer's word.
func (p seriesPage) Agree() (n int) {
	for _, row := range p.Rows {
		n += parts.Unagreed(row.Found)
	}

	return n
}

// OpenNotes is how many notes of reviewers are not resolved.
func (p seriesPage) OpenNotes() (n int) {
	for _, row := range p.Rows {
		n += row.Notes
	}

	return n
}

func (h *pages) series(c *gin.Context) error {
	p, err := h.seriesPage(c, seriesForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "reviews/series", p)
}

func (h *pages) seriesPage(c *gin.Context, form seriesForm) (p seriesPage, err error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}
	turn, err := h.Plan.SeriesTurn(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return p, err
	}

	p.Base = h.kit.Base(c, "审核重复发布", page.Crumb{Text: "审核", Href: "/reviews"})
	p.Form, p.Series, p.Last = form, turn.Series, turn.Last()

	for _, item := range turn.ToTick() {
		p.Items = append(p.Items, page.Option{
			Value: item, Text: item, Raw: true, Selected: slices.Contains(form.Ticked, item),
		})
	}

	for _, one := range turn.Posts {
		if err := h.addTurn(c, &p, one); err != nil {
			return p, err
		}
	}

	return p, nil
}

// addTurn puts one post on the page, with what a reviewer of it alone is shown.
func (h *pages) addTurn(c *gin.Context, p *seriesPage, one plan.PostTurn) error {
	row := seriesRow{PostTurn: one}

	if one.Why == nil {
		if err := h.look(c, p, &row); err != nil {
			return err
		}
	}
	if row.apart() {
		row.Told = p.T(row.Why.Text, row.Why.Args...)
		p.Others = append(p.Others, row)

		return nil
	}

	row.Previews = parts.Previews(p.P, one.Version, nil)
	for i := range row.Previews {
		row.Previews[i].When = parts.Planned(p.Base, one.Post)
		row.Previews[i].Large, row.Previews[i].Most = true, namedAccounts
		row.Previews[i].Again = i > 0 || slices.ContainsFunc(p.Rows, func(above seriesRow) bool {
			return samePictures(above.Version, one.Version)
		})
	}
	p.Rows = append(p.Rows, row)

	return nil
}

// samePictures tells whether two versions show the same pictures.
func samePictures(a, b post.Version) bool {
	return slices.EqualFunc(
		a.Media,
		b.Media,
		func(x, y post.VersionMedia) bool { return x.MediaID == y.MediaID },
	)
}

// look adds what was found in the wordings, and leaves a post out that the lists stop as they are now.
func (h *pages) look(c *gin.Context, p *seriesPage, row *seriesRow) error {
	ctx, actor := c.Request.Context(), web.Actor(c)

	kept, err := h.Checks.OfVersion(ctx, row.Version.ID)
	if err != nil {
		return err
	}
	row.Found = parts.FoundIn(p.P, row.Version, kept)

	checked, err := h.Checks.Post(ctx, row.Post, row.Version)
	if err != nil {
		return err
	}
	if stops := parts.StopsIn(p.P, actor, row.Post, row.Version, checked.Findings); len(stops.Lines) > 0 {
		row.Why = fault.Conflict("词表在提交以后有变动，正文现在必须改正，请单独打开")
	}

	notes, _, err := h.Reviews.Notes(ctx, actor, row.PostID)
	if fault.Is(err, fault.KindForbidden) || fault.Is(err, fault.KindConflict) {
		return nil
	}
	row.Notes = review.Unresolved(notes)

	return err
}

// ofAll are the fields that are said once for all posts of a series.
var ofAll = []string{"opinion", "ticked", "agreed", "notes"}

// approveSeries approves what the page showed, all of it or nothing. Where it is refused the page is made
// anew: what changed must be looked at before the button is pressed again.
func (h *pages) approveSeries(c *gin.Context) error {
	var form seriesForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	list, err := seenIn(form.Picks)
	if err != nil {
		return err
	}

	err = h.Plan.ApproveSeries(c.Request.Context(), web.Actor(c), id, list, plan.SeriesWord{
		Opinion: strings.TrimSpace(form.Opinion),
		Ticked:  form.Ticked,
		Agreed:  form.Agreed,
		Despite: form.Despite,
	})
	if err == nil {
		return h.kit.See(c, "/reviews", "已一并批准 {.n} 篇", "n", len(list))
	}
	if fault.Is(err, fault.KindInternal) || fault.Is(err, fault.KindNotFound) {
		return err
	}

	p, perr := h.seriesPage(c, form)
	if perr != nil {
		return perr
	}
	var stopped *plan.ErrSeriesStopped
	if errors.As(err, &stopped) && !slices.Contains(ofAll, fault.Public(err).Field) {
		why := fault.Public(err)
		p.Stopped = &seriesStop{stopped.Post.Number, p.T(why.Text, why.Args...)}
		p.Form.Ticked = nil

		return h.kit.Show(c, http.StatusConflict, "reviews/series", p)
	}

	return h.kit.Refuse(c, err, "reviews/series", &p)
}

// seenIn reads what the form carries of each post.
func seenIn(picks []string) (list []plan.Seen, err error) {
	for _, text := range picks {
		pick, err := readPick(text)
		if err != nil {
			return nil, err
		}
		if pick.verdict.Shown.At == nil {
			return nil, fault.Invalid("", "表单无法读取，请刷新页面后重试")
		}

		list = append(list, plan.Seen{
			PostID: pick.post, Version: pick.verdict.Version, Step: pick.verdict.Step,
			Hash: pick.verdict.Hash, DueAt: *pick.verdict.Shown.At,
		})
	}

	return list, nil
}

// seriesLine is a series of which several posts wait for the reader.
type seriesLine struct {
	plan.SeriesOf
}

// Href is the page on which they are approved together.
func (l seriesLine) Href() string { return fmt.Sprintf("/reviews/series/%d", l.ID) }

// seriesIn finds the series of which several posts wait for the reader.
func (h *pages) seriesIn(c *gin.Context, pending []review.Waiting) (lines []seriesLine, err error) {
	var posts []int64

	for _, waiting := range pending {
		if !waiting.Own && !waiting.Edit {
			posts = append(posts, waiting.PostID)
		}
	}
	if len(posts) < 2 {
		return nil, nil
	}

	found, err := h.Plan.SeriesAmong(c.Request.Context(), web.Actor(c), posts)
	for _, one := range found {
		lines = append(lines, seriesLine{one})
	}

	return lines, err
}
