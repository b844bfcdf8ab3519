package deliveries

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/roster"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// showPage is one delivery: what goes out, how it stands and what follows, what happened, what can be done.
type showPage struct {
	page.Base
	Delivery  delivery.Delivery
	Outlook   outlook
	Content   content
	Live      *live
	Looks     []page.Event
	Seen      *sighted // what the last undecided look found
	Events    []page.Event
	Decisions []decision.Decision
	Waiting   *decision.Decision // for a second person
	Account   string             // address of the account on the platform
	WeiboURL  string             // address of the post on the platform
	PostHref  string             // empty when the reader may not open the post
	May       acts
	Mine      bool         // the reader holds the hand-off
	Duty      roster.Watch // whom to ask, where nobody knows the outcome
	Act       string
	Form      actForm
}

// content is what goes or went out on this account.
type content struct {
	Text     string
	RepostOf string
	Pictures []picture
}

// live is what was read back from the platform.
type live struct {
	State  delivery.Live
	At     *time.Time
	Chunks []post.Chunk // approved text against the live one, when they differ
}

// acts is what to offer.
type acts struct {
	delivery.Acts
	Down bool // leads to the page of take-downs
}

// Any tells whether the section of acts has anything in it.
func (a acts) Any() bool { return a.Cancel || a.Wish || a.Replan || a.Down }

// Fact is what became of the post later.
func (p showPage) Fact() delivery.Live { return parts.FactOf(p.Delivery) }

func (h *pages) show(c *gin.Context) error {
	page, err := h.showPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "deliveries/show", page)
}

func deliveryPath(id int64) string { return fmt.Sprintf("/deliveries/%d", id) }

func (h *pages) showPage(c *gin.Context) (showPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return showPage{}, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	kit, err := h.Deliveries.HandoffKit(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	delivery := kit.Delivery
	p := showPage{Base: h.kit.Base(c, "发送", page.Crumb{Text: "发送", Href: "/deliveries"}), Delivery: delivery}
	p.Heading = parts.TitleOf(p.Base, kit.Text)
	p.Content = content{Text: kit.Text, RepostOf: kit.RepostOf, Pictures: pictures(delivery.ID, kit.Media)}
	p.Outlook = outlookOf(p.Base, delivery)
	p.Live = liveOf(delivery, kit.Text)
	p.Follow = page.Follow{Of: fmt.Sprintf("delivery/%d", delivery.ID), Every: 30}
	if moving(delivery, p.Now) {
		p.Follow.Every = 5
	}
	if err := h.fillStory(ctx, actor, &p); err != nil {
		return p, err
	}
	if err := h.fillLinks(ctx, actor, &p); err != nil {
		return p, err
	}
	p.Mine = delivery.TakenByActor(actor)
	p.May = offered(p, kit.Phase)
	p.Form.Due = parts.Soon(p.Now)

	return p, h.fillDuty(ctx, &p)
}

// fillDuty says whom to ask where nobody knows the outcome.
func (h *pages) fillDuty(ctx context.Context, p *showPage) (err error) {
	if p.Delivery.State == delivery.Unknown {
		p.Duty, err = h.Roster.OnDuty(ctx, p.Delivery.UnitID)
	}

	return err
}

// moving tells whether the page should look again by itself.
func moving(d delivery.Delivery, now time.Time) bool {
	switch d.State {
	case delivery.Preparing, delivery.Sending, delivery.Unknown:
		return true
	case delivery.Waiting:
		return d.DueAt != nil && d.DueAt.Before(now.Add(2*time.Minute))
	case delivery.Sent:
		return d.Live == nil && d.NextLookAt != nil && d.NextLookAt.Before(now.Add(time.Minute))
	}

	return false
}

func liveOf(d delivery.Delivery, approved string) *live {
	if d.Live == nil {
		return nil
	}
	l := live{State: *d.Live, At: d.LiveAt}
	if *d.Live == delivery.LiveChanged && d.LiveText != nil {
		l.Chunks = post.DiffText(approved, *d.LiveText)
	}

	return &l
}

// fillStory puts together what happened, newest first, and what waits for a second person.
func (h *pages) fillStory(ctx context.Context, actor access.Actor, page *showPage) error {
	events, err := h.Deliveries.Events(ctx, actor, page.Delivery.ID)
	if err != nil {
		return err
	}

	for _, event := range slices.Backward(events) {
		line := parts.Step(page.Base, event)
		page.Events = append(page.Events, line)
		if page.Seen == nil {
			page.Seen = sightedIn(page.Delivery, event)
		}
		if parts.Looked(event.Code) && len(page.Looks) < 8 {
			page.Looks = append(page.Looks, line)
		}
	}
	if page.Decisions, err = h.Decisions.OfDelivery(ctx, actor, page.Delivery.ID); err != nil {
		return err
	}

	for i, one := range page.Decisions {
		if one.Open() {
			page.Waiting = &page.Decisions[i]
		}
	}

	return nil
}

// fillLinks finds where the post and the account can be opened, as far as the reader may.
func (h *pages) fillLinks(ctx context.Context, actor access.Actor, page *showPage) error {
	_, _, err := h.Posts.Find(ctx, actor, page.Delivery.PostID)
	switch {
	case err == nil:
		page.PostHref = fmt.Sprintf("/posts/%d", page.Delivery.PostID)
	case !fault.Is(err, fault.KindNotFound):
		return err
	}
	account, err := h.Accounts.Find(ctx, actor, page.Delivery.AccountID)
	if err == nil {
		page.Account, page.WeiboURL = account.HomeURL(), page.Delivery.URL()
	} else if !fault.Is(err, fault.KindNotFound) && !fault.Is(err, fault.KindForbidden) {
		return err
	}

	return nil
}

// offered is what the page offers of what the reader may do.
func offered(page showPage, phase post.Phase) acts {
	d, asked := page.Delivery, page.Waiting != nil
	against := delivery.AgainstTakedown(page.Actor, d, asked)

	return acts{
		Acts: delivery.May(page.Actor, d, delivery.Standing{Phase: phase, Asked: asked}),
		Down: page.Actor.CanAt(access.Takedown, d.UnitPath) && slices.Contains(worthAsking, against),
	}
}

// worthAsking are the obstacles, and none, for which the page of take-downs is offered: it tells what to
// do instead.
var worthAsking = []delivery.Obstacle{"", delivery.PostedByHand, delivery.IDNotKnown}
