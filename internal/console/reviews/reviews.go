// Package reviews holds the pages of reviewers: the queue, and the page that shows exactly what goes out
// on each account and takes the decision. Who may decide, and about what, is the use cases' to say.
package reviews

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Posts      *post.Service
	Reviews    *review.Service
	Checks     *check.Service
	Links      *link.Service
	Plan       *plan.Service
	Relays     *relay.Service
	Deliveries *delivery.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes. The id of a review page is the post's.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Duty(page.NavEntry{
		Text: "审核", Href: "/reviews", Icon: "clipboard-check", Phone: true,
		Needs: []access.Permission{access.PostReview}, Waits: []string{todo.KindReview},
	})
	kit.Declare("reviews/list", listPage{})
	kit.Declare("reviews/show", reviewPage{})
	kit.Declare("reviews/series", seriesPage{})
	kit.Declare("reviews/decided", decidedPage{})
	g := kit.Group("/reviews")
	kit.Handle(g, "GET", "", access.PostReview, h.list)
	kit.Handle(g, "POST", "", access.PostReview, h.several)
	kit.Handle(g, "GET", "/series/:id", access.PostReview, h.series)
	kit.Handle(g, "POST", "/series/:id", access.PostReview, h.approveSeries)
	kit.Handle(g, "GET", "/:id", access.PostReview, h.show)
	kit.Handle(g, "POST", "/:id", access.PostReview, h.decide)
	kit.Handle(g, "POST", "/:id/edit", access.PostReview, h.edit, web.MaxBody(maxEdit))
	kit.Handle(g, "POST", "/:id/notes", access.PostReview, h.note)
	kit.Handle(g, "POST", "/:id/notes/:note/resolve", access.PostReview, h.resolveNote)
}

// namedAccounts is how many accounts are named under a wording.
const namedAccounts = 200

// listPage is the queue.
type listPage struct {
	page.Base
	Rows    []waiting
	Series  []seriesLine // of which several wait
	Done    int          // of several: approved just now
	Refused []refusal    // of several: not approved
}

// Several tells whether anything in the queue may be approved together with others.
func (p listPage) Several() bool {
	return slices.ContainsFunc(p.Rows, waiting.AtOnce)
}

// waiting is a row of the queue.
type waiting struct {
	review.Waiting
	Passed bool // its time has come or gone
}

// Title is the beginning of the text.
func (w waiting) Title() string { return post.Title(w.Text) }

// StepLine is the step that waits, of how many.
func (w waiting) StepLine() string { return fmt.Sprintf("%s %d/%d", w.Step, w.Level, w.Steps) }

func (h *pages) list(c *gin.Context) error {
	p, err := h.queue(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "reviews/list", p)
}

// queue is the page of what waits for the reader.
func (h *pages) queue(c *gin.Context) (listPage, error) {
	p := listPage{Base: h.kit.Base(c, "审核")}
	p.Follow = page.Follow{Of: "posts todos", Every: 30}
	rows, err := h.Reviews.Pending(c.Request.Context(), web.Actor(c))
	if err != nil {
		return p, err
	}

	for _, r := range rows {
		p.Rows = append(p.Rows, waiting{r, r.DueAt != nil && !r.DueAt.After(p.Now)})
	}
	p.Series, err = h.seriesIn(c, rows)

	return p, err
}

// reviewPage shows one version exactly as it will go out.
type reviewPage struct {
	page.Base
	Form     reviewForm
	Post     post.Post
	Version  post.Version
	Previews []parts.Preview
	Since    *post.Difference
	SinceN   int
	Earlier  []review.Review // decided ones, the newest first
	Late     bool            // its time has gone by: the reviewer chooses
	Own      bool            // the reader worked on it
	Standing review.Standing // the steps, and whether one is the reader's
	Refused  string          // why the reader may not decide now; "" where he or she may
	Beyond   bool            // the reader sees this version only because the step names him or her
	Place    int             // in the queue of what the reader may decide; 0: not in it
	Of       int
	Next     int64  // the post behind it; 0: none
	Repeated string // the same text goes out on its accounts within a day
	Found    []parts.Found
	Stops    parts.Stops // by the lists as they are now
	Notes    notesOf
	Words    words    // of the version, while its step is one of editing
	Typed    []string // what an editor had written, when it could not be kept
	Links    parts.LinkList
	Relay    *relay.Board // what its approval covers beside it
	Series   *seriesLine  // of which others wait beside it
}

// Agree is how many of the writer's reasons wait for the reviewer's word.
func (p reviewPage) Agree() int { return parts.Unagreed(p.Found) }

// opinionsAtHand are what reviewers write most often.
var opinionsAtHand = []string{
	"内容属实，同意发布",
	"数据已核对",
	"请核对数据和时间",
	"请核对错别字和标点",
	"配图与内容不符，请更换",
	"请写明信息来源",
	"表述不够准确，请修改",
}

// Opinions are the opinions at hand, to choose from. They are kept as they are, in Chinese.
func (p reviewPage) Opinions() []page.Option {
	var out []page.Option
	for _, o := range opinionsAtHand {
		out = append(out, page.Option{Value: o, Text: o, Raw: true, Selected: o == p.Form.Pick})
	}

	return out
}

// DueLocal is the new time as a datetime-local control writes it.
func (p reviewPage) DueLocal() string { return page.FieldTime(p.Form.Due) }

func (h *pages) show(c *gin.Context) error {
	page, err := h.page(c, reviewForm{})
	if err != nil {
		return err
	}
	if page.Post.Phase != post.Submitted {
		return h.showDecided(c, 200, page, "")
	}
	if !page.Beyond {
		page.Follow.Of, page.Follow.Every = fmt.Sprintf("post/%d", page.Post.ID), 60
	}

	return h.kit.Show(c, 200, "reviews/show", page)
}

func (h *pages) page(c *gin.Context, form reviewForm) (reviewPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return reviewPage{}, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := reviewPage{Base: h.kit.Base(c, "审核稿件", page.Crumb{Text: "审核", Href: "/reviews"}), Form: form}
	if p.Post, p.Version, p.Beyond, err = h.Posts.UnderReview(ctx, actor, id); err != nil {
		return p, err
	}
	if p.Version.Title() != "" {
		p.Heading = p.Version.Title()
	}
	if form.Version == 0 {
		p.Form.Version, p.Form.Hash, p.Form.Shown = p.Version.Number, hex.EncodeToString(
			p.Version.Hash,
		), shownOf(p.Post.DueAt, p.Post.DueNow)
	}

	p.Previews = parts.Previews(p.P, p.Version, nil)
	for i := range p.Previews {
		p.Previews[i].When = parts.Planned(p.Base, p.Post)
		p.Previews[i].Large, p.Previews[i].Again, p.Previews[i].Most = true, i > 0, namedAccounts
	}
	var begun bool
	if p.Standing, begun, err = h.Reviews.Standing(ctx, actor, id); err != nil {
		return p, err
	}
	if begun && p.Standing.Why != nil {
		pub := fault.Public(p.Standing.Why)
		p.Refused = p.T(pub.Text, pub.Args...)
	}
	if form.Version == 0 {
		p.Form.Step = p.Standing.Open
	}
	if p.Editing() {
		p.Words = wordsOf(p.Version, nil)
	}
	p.Late = p.Post.DueAt != nil && !p.Post.DueAt.After(p.Now)
	if p.Form.Due.IsZero() {
		p.Form.Due = p.Now.Add(30 * time.Minute).Truncate(5 * time.Minute)
	}

	return p, h.fillHistory(c, &p)
}

// fillHistory adds earlier decisions, the difference to the version approved last, and whether the
// reader worked on this one.
func (h *pages) fillHistory(c *gin.Context, page *reviewPage) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	if !page.Beyond {
		if err := h.fillEarlier(c, page); err != nil {
			return err
		}
	}
	pending, err := h.Reviews.Pending(ctx, actor)
	if err != nil {
		return err
	}
	page.takePlace(pending)
	series, err := h.seriesIn(c, pending)
	if err != nil {
		return err
	}

	for i, one := range series {
		if slices.Contains(one.Posts, page.Post.ID) {
			page.Series = &series[i]
		}
	}

	kept, err := h.Checks.OfVersion(ctx, page.Version.ID)
	if err != nil {
		return err
	}
	page.Found = parts.FoundIn(page.P, page.Version, kept)
	checked, err := h.Checks.Post(ctx, page.Post, page.Version)
	if err != nil {
		return err
	}
	page.Stops = parts.StopsIn(page.P, actor, page.Post, page.Version, checked.Findings)
	page.Stops.Back = "review"
	links, err := h.Links.OfTexts(ctx, page.Version.Texts()...)
	if err != nil {
		return err
	}
	page.Links = parts.Links(page.Base, page.Post, links)
	page.Links.Back = "review"
	if len(page.Version.Relay) > 0 {
		found, err := h.Relays.OfPost(ctx, web.Actor(c), page.Post.ID)
		if err != nil {
			return err
		}
		if found != nil && found.Live() { // later versions keep the digest of one that is over
			page.Relay = found
		}
	}

	return h.fillNotes(c, page)
}

// fillEarlier adds what was decided about other versions, the difference to the one approved last, and what
// else goes out soon with the same text.
func (h *pages) fillEarlier(c *gin.Context, page *reviewPage) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	reviews, err := h.Reviews.OfPost(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}

	for _, review := range reviews {
		if review.DecidedAt != nil &&
			(review.VersionID != page.Version.ID || page.Post.Phase != post.Submitted) {
			page.Earlier = append(page.Earlier, review)
		}
	}
	versions, err := h.Posts.Versions(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}
	if version, ok := before(versions, page.Version, page.Standing.Run.EditedStep > 0); ok {
		difference := post.Diff(version, page.Version)
		page.Since, page.SinceN = &difference, version.Number
	}
	repeats, err := h.Deliveries.Repeats(ctx, actor, page.Post)
	if err != nil {
		return err
	}
	page.Repeated = parts.Repeated(page.P, repeats, page.Now)

	return nil
}

// Way is the steps of the review as the page shows them; nil for a chain of one.
func (p reviewPage) Way() *parts.Way { return parts.WayOf(p.Standing) }

// Items are what is ticked before the open step is approved.
func (p reviewPage) Items() []page.Option {
	var out []page.Option

	for _, item := range p.Standing.Run.ToTick() {
		out = append(out, page.Option{
			Value:    item,
			Text:     item,
			Raw:      true,
			Selected: slices.Contains(p.Form.Ticked, item),
		})
	}

	return out
}

// Back are the steps to which the reader may return the version, before the author.
func (p reviewPage) Back() []review.Step {
	if p.Standing.Open < 2 {
		return nil
	}

	return p.Standing.Run.Steps[:p.Standing.Open-1]
}

// Last tells whether an approval of the reader lets the post go out.
func (p reviewPage) Last() bool { return p.Standing.Open == len(p.Standing.Run.Steps) }

// AtOnce tells whether the last step may send at once.
func (p reviewPage) AtOnce() bool {
	steps := p.Standing.Run.Steps
	return len(steps) == 0 || steps[len(steps)-1].AtOnce
}

// takePlace finds the post in the queue of what the reader may decide, and the one behind it.
func (p *reviewPage) takePlace(pending []review.Waiting) {
	var queue []int64

	for _, waiting := range pending {
		if waiting.PostID == p.Post.ID && waiting.Own {
			p.Own = true
		}
		if !waiting.Own {
			queue = append(queue, waiting.PostID)
		}
	}
	p.Of, p.Place = len(queue), slices.Index(queue, p.Post.ID)+1
	if p.Place > 0 && p.Of > 1 {
		p.Next = queue[p.Place%p.Of]
	}
}

// before is what the reviewer compares with: of an edition the version it was made of, else the version
// approved last, else the one returned last.
func before(versions []post.Version, now post.Version, edition bool) (post.Version, bool) {
	for _, version := range versions {
		if edition && version.Number == now.Number-1 {
			return version, true
		}
	}

	for _, state := range []post.VersionState{post.VersionApproved, post.VersionReturned} {
		for _, version := range versions {
			if version.State == state && version.ID != now.ID {
				return version, true
			}
		}
	}

	return post.Version{}, false
}

// TodoPages say where what waits is dealt with: what waits for a reviewer is the post in its review.
func TodoPages() todo.Pages {
	pages := todo.Pages{}
	for _, matter := range review.TodoMatters() {
		pages.PageOf(matter.Code, "/reviews/%d")
	}

	return pages
}
