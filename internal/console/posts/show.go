package posts

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// postPage is one post: what is published, what became of it on each account, what happened, what can
// be done.
type postPage struct {
	page.Base
	Post       post.Post
	Version    post.Version
	State      delivery.PostState
	Next       string // who acts next; Chinese source text
	Deliveries []deliveryLine
	Previews   []parts.Preview
	Review     *review.Review   // of the current version
	Since      *post.Difference // to the version approved last, when there is one
	SinceN     int
	Events     []page.Event
	Hash       string // of what was approved, in hexadecimal
	Moving     bool   // something is about to change by itself
	Sent       int
	Open       int // deliveries that can still be stopped
	May        acts
	Asked      *delivery.Advance // to send earlier: waits for a second person
	Repeated   string            // the same text goes out on its accounts within a day
	DayWords   string            // words of the text that name a day, for whoever changes the time
	DueField   time.Time
	All        bool // every account is listed, however many
	CopyKey    string
	Found      []parts.Found
	Stops      parts.Stops
	Links      parts.LinkList
	Relay      *relay.Board // what it asks of other accounts

	states map[delivery.State]int // how many deliveries are in each
}

// shownDeliveries is how many accounts are listed, and named under a preview, unless all are asked for.
const shownDeliveries = 50

// Shown are the accounts that are listed: of many only the first, those that need people before the others.
func (p postPage) Shown() []deliveryLine {
	if p.Folded() == 0 {
		return p.Deliveries
	}
	order := delivery.States()
	list := slices.Clone(p.Deliveries)
	slices.SortStableFunc(
		list,
		func(a, b deliveryLine) int { return slices.Index(order, a.State) - slices.Index(order, b.State) },
	)

	return list[:shownDeliveries]
}

// Folded is how many accounts are not listed.
func (p postPage) Folded() int {
	if p.All {
		return 0
	}

	return max(0, len(p.Deliveries)-shownDeliveries)
}

// MayAsk tells whether the post may ask other accounts to carry it.
func (p postPage) MayAsk() bool {
	return p.Actor.CanAt(access.RelayAsk, p.Post.UnitPath) && (p.Relay == nil || p.Relay.MayBeSet()) &&
		p.Post.Phase != post.Submitted && p.Post.Phase != post.Withdrawn
}

// DueLocal is the time the form for another one begins with.
func (p postPage) DueLocal() string { return page.FieldTime(p.DueField) }

// acts is what to show.
type acts struct {
	Edit, Revise, Withdraw, Reschedule, Delete, Review, Correct, Copy bool
}

// deliveryLine is one account's delivery.
type deliveryLine struct {
	delivery.Delivery
	Reason  string // in the reader's language
	Cancel  bool
	Replan  bool
	Caption delivery.Live // a later fact, such as removed; "" while it stands as it was sent
}

func (h *pages) show(c *gin.Context) error {
	page, err := h.postPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "posts/show", page)
}

func (h *pages) postPage(c *gin.Context) (postPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return postPage{}, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	stored, version, err := h.Posts.Find(ctx, actor, id)
	if err != nil {
		return postPage{}, err
	}
	p := postPage{
		Base:    h.kit.Base(c, "稿件", page.Crumb{Text: "稿件", Href: "/posts"}),
		Post:    stored,
		Version: version,
		All:     c.Query("all") != "",
		CopyKey: rand.Text(),
	}
	p.Heading = cmp.Or(stored.WorkingTitle, headingOf(p.Base, version))
	if err := h.fillDeliveries(ctx, actor, &p); err != nil {
		return p, err
	}
	if err := h.fillStory(ctx, actor, &p); err != nil {
		return p, err
	}
	if p.Relay, err = h.Relays.OfPost(ctx, actor, id); err != nil {
		return p, err
	}
	var problems post.Problems
	if stored.Phase == post.Draft {
		problems = h.Posts.Check(stored, version)
	}

	p.Previews = parts.Previews(p.P, version, problems)
	for i := range p.Previews {
		p.Previews[i].When = parts.Planned(p.Base, stored)
		if !p.All {
			p.Previews[i].Most = shownDeliveries
		}
	}
	p.May = offered(p)
	if err := h.fillAdvance(ctx, actor, &p); err != nil {
		return p, err
	}
	kept, err := h.Checks.OfVersion(ctx, p.Version.ID)
	if err != nil {
		return p, err
	}
	p.Found = parts.FoundIn(p.P, p.Version, kept)
	if p.Stops, err = h.stopsOf(ctx, p); err != nil {
		return p, err
	}
	links, err := h.Links.OfTexts(ctx, p.Version.Texts()...)
	if err != nil {
		return p, err
	}
	p.Links = parts.Links(p.Base, stored, links)
	p.Next = p.T(nextStep(p))
	p.DueField = dueField(p.Post, p.Now)
	p.Follow = page.Follow{Of: "post/" + strconv.FormatInt(id, 10), Every: 30}
	if p.Moving {
		p.Follow.Every = 3
	}

	return p, nil
}

// fillAdvance finds what waits for a second person, and what another day would make wrong.
func (h *pages) fillAdvance(ctx context.Context, actor access.Actor, page *postPage) error {
	if page.Post.Phase == post.Draft || page.Post.Phase == post.Submitted {
		repeats, err := h.Deliveries.Repeats(ctx, actor, page.Post)
		if err != nil {
			return err
		}
		page.Repeated = parts.Repeated(page.P, repeats, page.Now)
	}
	if page.Post.Phase != post.Approved {
		return nil
	}
	list, err := h.Deliveries.Advances(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}

	for i, advance := range list {
		if advance.State == delivery.AdvanceAsked {
			page.Asked = &list[i]
		}
	}

	words := post.DayWords(page.Version.Text)
	for _, target := range page.Version.Targets {
		for _, w := range post.DayWords(target.TextOf(page.Version)) {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	if len(words) > 0 {
		page.DayWords = delivery.Quoted(words)
	}

	return nil
}

// stopsOf finds the words because of which the post cannot go on as it stands now; nothing of one that is
// out or given up.
func (h *pages) stopsOf(ctx context.Context, p postPage) (parts.Stops, error) {
	if p.Open == 0 && p.Post.Phase != post.Draft && p.Post.Phase != post.Returned {
		return parts.Stops{}, nil
	}
	checked, err := h.Checks.Post(ctx, p.Post, p.Version)

	return parts.StopsIn(p.P, p.Actor, p.Post, p.Version, checked.Findings), err
}

func headingOf(base page.Base, version post.Version) string {
	switch {
	case version.Title() != "":
		return version.Title()
	case version.RepostOf != "":
		return base.T("转发微博")
	}

	return base.T("（尚未填写正文）")
}

// dueField is what the form for another time begins with.
func dueField(p post.Post, now time.Time) time.Time {
	if p.DueAt != nil && p.DueAt.After(now) {
		return *p.DueAt
	}

	return now.Add(time.Hour).Truncate(10 * time.Minute)
}

func (h *pages) fillDeliveries(ctx context.Context, actor access.Actor, page *postPage) error {
	list, err := h.Deliveries.OfPost(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}
	page.states = map[delivery.State]int{}
	soon := page.Now.Add(2 * time.Minute)

	for _, d := range list {
		page.states[d.State]++
		page.Deliveries = append(page.Deliveries, h.lineOf(page, d))
		near := d.State == delivery.Waiting && d.DueAt != nil && d.DueAt.Before(soon)
		page.Moving = page.Moving || near || d.State == delivery.Preparing || d.State == delivery.Sending ||
			d.State == delivery.Unknown
		if d.State.Stoppable() {
			page.Open++
		}
	}
	page.Sent = page.states[delivery.Sent]
	page.State = delivery.PostStateOf(page.Post.Phase, page.states)

	return nil
}

func (h *pages) lineOf(page *postPage, d delivery.Delivery) deliveryLine {
	text, args := d.ReasonText()
	l := deliveryLine{Delivery: d}
	if text != "" {
		l.Reason = page.T(text, args...)
	}
	// In a row stands what concerns a plan that is on its way, or is over; the rest is on the
	// delivery's page.
	may := delivery.May(page.Actor, d, delivery.Standing{Phase: page.Post.Phase})
	l.Cancel = may.Cancel && d.State.OnItsWay()
	l.Replan = may.Replan && d.State.Final()
	if d.Live != nil && *d.Live != delivery.LiveUp {
		l.Caption = *d.Live
	}

	return l
}

// offered is what the page offers of what the reader may do with the post.
func offered(page postPage) acts {
	may := delivery.MayWithPost(page.Actor, page.Post, page.states)

	return acts{
		Edit:       may.Save,
		Revise:     may.Revise,
		Withdraw:   may.Withdraw && !may.Delete, // what nobody was asked about is deleted rather
		Reschedule: may.Reschedule && timeOnPage(page),
		Delete:     may.Delete,
		Review:     may.Review,
		Copy:       page.Actor.CanAt(access.PostWrite, page.Post.UnitPath),
		Correct:    page.Sent > 0 && page.Actor.CanAt(access.PostWrite, page.Post.UnitPath),
	}
}

// timeOnPage tells whether the time is changed here: that of a draft is in its form, and what stopped for
// good is planned again account by account.
func timeOnPage(page postPage) bool {
	return page.Post.Phase == post.Submitted || page.Post.Phase == post.Approved && page.Open > 0
}

// nextStep says who acts next, the line under the title.
func nextStep(page postPage) string {
	switch page.Post.Phase {
	case post.Draft:
		return "尚未提交，作者写好后提交审核"
	case post.Submitted:
		return "等审核员审核"
	case post.Returned:
		return "等作者按意见修改"
	case post.Withdrawn:
		return "已撤回，不再发布"
	}

	switch {
	case slices.ContainsFunc(page.Deliveries,
		func(d deliveryLine) bool { return d.State == delivery.Unknown }):
		return "有账号结果待核，请勿手动重发"
	case slices.ContainsFunc(page.Deliveries,
		func(d deliveryLine) bool { return d.State == delivery.Handoff }):
		return "等值班人员人工发布"
	case slices.ContainsFunc(page.Deliveries, func(d deliveryLine) bool { return d.State == delivery.Held }):
		return heldStep(page)
	case page.Open > 0:
		return "到时自动发送"
	case slices.ContainsFunc(page.Deliveries,
		func(d deliveryLine) bool { return d.State == delivery.Failed || d.State == delivery.Missed }):
		return "有账号没有发出，请处理"
	}

	return "发送已结束"
}

// heldStep says what becomes of deliveries that stopped, beside those that go on.
func heldStep(page postPage) string {
	held, selfMade := 0, 0

	for _, deliveryLine := range page.Deliveries {
		if deliveryLine.State != delivery.Held {
			continue
		}
		held++
		if deliveryLine.Delivery.Reason == delivery.AccountStopped ||
			deliveryLine.Delivery.Reason == delivery.TokenWithdrawn {
			selfMade++
		}
	}

	switch {
	case held < page.Open:
		return "有账号的发送已停下，其余到时自动发送"
	case selfMade == held:
		return "账号可以发布后自动继续"
	}

	return "发送已暂停，恢复后由人选择"
}

// storyPart is the time line of one delivery.
type storyPart struct {
	page.Base
	Delivery delivery.Delivery
	Events   []page.Event
}
