package desk

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/show"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// postPage is one post: what is published, what became of it on each account, what happened, what can be done.
type postPage struct {
	page.Base
	Post       post.Post
	Version    post.Version
	State      delivery.PostState
	Next       string // who acts next; Chinese source text
	Deliveries []deliveryLine
	Previews   []show.Preview
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
	slices.SortStableFunc(list, func(a, b deliveryLine) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
	return list[:shownDeliveries]
}

// Folded is how many accounts are not listed.
func (p postPage) Folded() int {
	if p.All {
		return 0
	}
	return max(0, len(p.Deliveries)-shownDeliveries)
}

// DueLocal is the time the form for another one begins with.
func (p postPage) DueLocal() string { return page.FieldTime(p.DueField) }

// acts is what to show. Whether an act is allowed is decided by its use case.
type acts struct {
	Edit, Revise, Withdraw, Reschedule, Delete, Review, Correct bool
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
	p, err := h.postPage(c)
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "posts/show", p)
}

func (h *pages) postPage(c *gin.Context) (postPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return postPage{}, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	stored, v, err := h.Posts.Find(ctx, actor, id)
	if err != nil {
		return postPage{}, err
	}
	p := postPage{Base: h.kit.Base(c, "稿件", page.Crumb{Text: "稿件", Href: "/posts"}), Post: stored, Version: v, All: c.Query("all") != ""}
	p.Heading = headingOf(p.Base, v)
	if err := h.fillDeliveries(ctx, actor, &p); err != nil {
		return p, err
	}
	if err := h.fillStory(ctx, actor, &p); err != nil {
		return p, err
	}
	var problems post.Problems
	if stored.Phase == post.Draft {
		problems = h.Posts.Check(stored, v)
	}
	p.Previews = show.Previews(p.P, v, problems)
	for i := range p.Previews {
		p.Previews[i].When = show.Planned(p.Base, stored)
		if !p.All {
			p.Previews[i].Most = shownDeliveries
		}
	}
	p.May = mayDo(p)
	if err := h.fillAdvance(ctx, actor, &p); err != nil {
		return p, err
	}
	p.Next = p.T(nextStep(p))
	p.DueField = dueField(p.Post, p.Now)
	p.Follow = page.Follow{Of: "post/" + strconv.FormatInt(id, 10), Every: 30}
	if p.Moving {
		p.Follow.Every = 3
	}
	return p, nil
}

// fillAdvance finds what waits for a second person, and what another day would make wrong.
func (h *pages) fillAdvance(ctx context.Context, actor access.Actor, p *postPage) error {
	if p.Post.Phase == post.Draft || p.Post.Phase == post.Submitted {
		repeats, err := h.Deliveries.Repeats(ctx, actor, p.Post)
		if err != nil {
			return err
		}
		p.Repeated = show.Repeated(p.P, repeats, p.Now)
	}
	if p.Post.Phase != post.Approved {
		return nil
	}
	list, err := h.Deliveries.Advances(ctx, actor, p.Post.ID)
	if err != nil {
		return err
	}
	for i, x := range list {
		if x.State == delivery.AdvanceAsked {
			p.Asked = &list[i]
		}
	}
	words := post.DayWords(p.Version.Text)
	for _, t := range p.Version.Targets {
		for _, w := range post.DayWords(t.TextOf(p.Version)) {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	if len(words) > 0 {
		p.DayWords = delivery.Quoted(words)
	}
	return nil
}

func headingOf(b page.Base, v post.Version) string {
	switch {
	case v.Title() != "":
		return v.Title()
	case v.RepostOf != "":
		return b.T("转发微博")
	}
	return b.T("（尚未填写正文）")
}

// dueField is what the form for another time begins with.
func dueField(p post.Post, now time.Time) time.Time {
	if p.DueAt != nil && p.DueAt.After(now) {
		return *p.DueAt
	}
	return now.Add(time.Hour).Truncate(10 * time.Minute)
}

func (h *pages) fillDeliveries(ctx context.Context, actor access.Actor, p *postPage) error {
	list, err := h.Deliveries.OfPost(ctx, actor, p.Post.ID)
	if err != nil {
		return err
	}
	counts := map[delivery.State]int{}
	soon := p.Now.Add(2 * time.Minute)
	for _, d := range list {
		counts[d.State]++
		p.Deliveries = append(p.Deliveries, h.lineOf(p, d))
		near := d.State == delivery.Waiting && d.DueAt != nil && d.DueAt.Before(soon)
		p.Moving = p.Moving || near || d.State == delivery.Preparing || d.State == delivery.Sending || d.State == delivery.Unknown
		if d.State.Unmarked() && !d.State.Final() {
			p.Open++
		}
	}
	p.Sent = counts[delivery.Sent]
	p.State = delivery.PostStateOf(p.Post.Phase, counts)
	return nil
}

func (h *pages) lineOf(p *postPage, d delivery.Delivery) deliveryLine {
	text, args := d.ReasonText()
	l := deliveryLine{Delivery: d}
	if text != "" {
		l.Reason = p.T(text, args...)
	}
	write, decide := p.Actor.CanAt(access.PostWrite, p.Post.UnitPath), p.Actor.CanAt(access.DeliveryDecide, d.UnitPath)
	l.Cancel = write && d.State.Unmarked() && !d.State.Final() && d.State != delivery.Planned
	l.Replan = decide && (d.State == delivery.Failed || d.State == delivery.Missed) && p.Post.Phase == post.Approved
	if d.Live != nil && *d.Live != delivery.LiveUp {
		l.Caption = *d.Live
	}
	return l
}

// mayDo shows what the phase allows and the actor's role may do here.
func mayDo(p postPage) acts {
	write := p.Actor.CanAt(access.PostWrite, p.Post.UnitPath)
	phase := p.Post.Phase
	return acts{
		Edit:       write && phase.Allows(post.Save),
		Revise:     write && phase.Allows(post.Revise) && !allSent(p),
		Withdraw:   write && phase.Allows(post.Withdraw) && !allSent(p) && (phase != post.Draft || p.Post.VersionNumber > 1),
		Reschedule: write && (phase == post.Submitted || phase == post.Approved && p.Open > 0),
		Delete:     write && phase.Allows(post.Delete) && p.Post.VersionNumber == 1,
		Review:     phase == post.Submitted && p.Actor.CanAt(access.PostReview, p.Post.UnitPath),
		Correct:    write && p.Sent > 0,
	}
}

func allSent(p postPage) bool { return p.Sent > 0 && p.Sent == len(p.Deliveries) }

// nextStep says who acts next, the line under the title.
func nextStep(p postPage) string {
	switch p.Post.Phase {
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
	case slices.ContainsFunc(p.Deliveries, func(d deliveryLine) bool { return d.State == delivery.Unknown }):
		return "有账号结果待核，请勿手动重发"
	case slices.ContainsFunc(p.Deliveries, func(d deliveryLine) bool { return d.State == delivery.Handoff }):
		return "等值班人员人工发布"
	case slices.ContainsFunc(p.Deliveries, func(d deliveryLine) bool { return d.State == delivery.Held }):
		return heldStep(p)
	case p.Open > 0:
		return "到时自动发送"
	case slices.ContainsFunc(p.Deliveries, func(d deliveryLine) bool { return d.State == delivery.Failed || d.State == delivery.Missed }):
		return "有账号没有发出，请处理"
	}
	return "发送已结束"
}

// heldStep says what becomes of deliveries that stopped, beside those that go on.
func heldStep(p postPage) string {
	held, selfMade := 0, 0
	for _, d := range p.Deliveries {
		if d.State != delivery.Held {
			continue
		}
		held++
		if d.Delivery.Reason == delivery.AccountStopped || d.Delivery.Reason == delivery.TokenWithdrawn {
			selfMade++
		}
	}
	switch {
	case held < p.Open:
		return "有账号的发送已停下，其余到时自动发送"
	case selfMade == held:
		return "账号可以发布后自动继续"
	}
	return "发送已暂停，恢复后由人选择"
}

// fillStory puts together what people did, and what changed since the last approval.
func (h *pages) fillStory(ctx context.Context, actor access.Actor, p *postPage) error {
	versions, err := h.Posts.Versions(ctx, actor, p.Post.ID)
	if err != nil {
		return err
	}
	reviews, err := h.Reviews.OfPost(ctx, actor, p.Post.ID)
	if err != nil {
		return err
	}
	p.Hash = hex.EncodeToString(p.Version.Hash)
	for i, r := range reviews {
		if r.VersionID == p.Version.ID {
			p.Review = &reviews[i]
		}
	}
	for _, v := range versions {
		if v.State == post.VersionApproved && v.ID != p.Version.ID {
			d := post.Diff(v, p.Version)
			p.Since, p.SinceN = &d, v.Number
			break
		}
	}
	acts, err := h.Deliveries.Acts(ctx, actor, p.Post.ID)
	if err != nil {
		return err
	}
	p.Events = events(p.Base, p.Post, versions, reviews, acts)
	return nil
}

// events is the time line of what people did, the newest first.
func events(b page.Base, p post.Post, versions []post.Version, reviews []review.Review, acts []delivery.Act) []page.Event {
	type dated struct {
		at time.Time
		page.Event
	}
	list := []dated{{p.CreatedAt, page.Event{Who: p.AuthorName, Icon: "pencil", Tone: "grey", Text: b.T("新建稿件")}}}
	for _, v := range slices.Backward(versions) {
		if v.SubmittedAt != nil {
			list = append(list, dated{*v.SubmittedAt, page.Event{Who: v.SubmittedName, Icon: "send", Tone: "blue", Text: b.T("提交第 {.n} 版", "n", v.Number)}})
		}
	}
	for _, r := range slices.Backward(reviews) {
		if r.DecidedAt == nil {
			continue
		}
		e := page.Event{Who: r.DecidedName, Icon: "check", Tone: "teal", Text: b.T("批准第 {.n} 版", "n", r.VersionNumber), Note: r.Opinion}
		if r.State == review.Returned {
			e.Icon, e.Tone, e.Text = "arrow-back-up", "orange", b.T("退回第 {.n} 版", "n", r.VersionNumber)
		}
		list = append(list, dated{*r.DecidedAt, e})
	}
	for _, a := range slices.Backward(acts) {
		list = append(list, dated{a.At, actEvent(b, a)})
	}
	slices.SortStableFunc(list, func(a, c dated) int { return a.at.Compare(c.at) })
	slices.Reverse(list)
	out := make([]page.Event, len(list))
	for i, d := range list {
		out[i] = d.Event
		out[i].Stamp = page.StampOf(b.P, d.at, b.Now)
	}
	return out
}

// actEvent is one act on the times of a post, or one that took it back, with how many accounts it reached.
func actEvent(b page.Base, a delivery.Act) page.Event {
	text, args := a.Text()
	e := page.Event{
		Who:  a.ByName,
		Icon: "calendar-event",
		Tone: "blue",
		Text: b.T(text, args...),
		Note: show.StepNote(b.P, a.Event, b.Now),
	}
	switch a.Code {
	case delivery.WasCancelled, delivery.WasWithdrawn:
		e.Icon, e.Tone = "ban", "grey"
	case delivery.EarlierAsked, delivery.EarlierAgreed, delivery.EarlierRefused:
		e.Icon, e.Tone = "user-check", "orange"
	}
	reached := b.T("{.n} 个账号", "n", a.Accounts)
	if e.Note != "" {
		reached = e.Note + " · " + reached
	}
	e.Note = reached
	return e
}

// storyPart is the time line of one delivery.
type storyPart struct {
	page.Base
	Delivery delivery.Delivery
	Events   []page.Event
}

// story answers with the steps of one delivery; without scripts the link leads to the delivery's own page.
func (h *pages) story(c *gin.Context) error {
	id, err := strconv.ParseInt(c.Param("delivery"), 10, 64)
	if err != nil {
		return h.kit.See(c, "/posts", "")
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	d, err := h.Deliveries.Find(ctx, actor, id)
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		return h.kit.See(c, "/deliveries/"+strconv.FormatInt(id, 10), "")
	}
	steps, err := h.Deliveries.Events(ctx, actor, id)
	if err != nil {
		return err
	}
	p := storyPart{Base: h.kit.Base(c, "稿件"), Delivery: d}
	for _, e := range slices.Backward(steps) {
		p.Events = append(p.Events, show.Step(p.Base, e))
	}
	return h.kit.Show(c, 200, "posts/show#story", p)
}
