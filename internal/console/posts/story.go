package posts

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// fillStory puts together what people did, and what changed since the last approval.
func (h *pages) fillStory(ctx context.Context, actor access.Actor, page *postPage) error {
	versions, err := h.Posts.Versions(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}
	reviews, err := h.Reviews.OfPost(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}

	page.Hash = hex.EncodeToString(page.Version.Hash)
	for i, review := range reviews {
		if review.VersionID == page.Version.ID {
			page.Review = &reviews[i]
			break
		}
	}

	for _, version := range versions {
		if version.State == post.VersionApproved && version.ID != page.Version.ID {
			difference := post.Diff(version, page.Version)
			page.Since, page.SinceN = &difference, version.Number
			break
		}
	}
	acts, err := h.Deliveries.Acts(ctx, actor, page.Post.ID)
	if err != nil {
		return err
	}
	page.Events = events(page.Base, page.Post, versions, reviews, acts)

	return nil
}

// events is the time line of what people did, the newest first.
func events(
	base page.Base,
	p post.Post,
	versions []post.Version,
	reviews []review.Review,
	acts []delivery.Act,
) []page.Event {
	type dated struct {
		at time.Time
		page.Event
	}
	list := []dated{{
		p.CreatedAt,
		page.Event{Who: p.AuthorName, Icon: "pencil", Tone: "grey", Text: base.T("新建稿件")},
	}}

	for _, version := range slices.Backward(versions) {
		if version.SubmittedAt != nil {
			list = append(list, dated{
				*version.SubmittedAt,
				page.Event{
					Who:  version.SubmittedName,
					Icon: "send",
					Tone: "blue",
					Text: base.T("提交第 {.n} 版", "n", version.Number),
				},
			})
		}
	}

	for _, r := range slices.Backward(reviews) {
		if r.DecidedAt == nil {
			continue
		}
		event := page.Event{
			Who:  r.DecidedName,
			Icon: "check",
			Tone: "teal",
			Text: base.T("批准第 {.n} 版", "n", r.VersionNumber),
			Note: r.Opinion,
		}
		if r.Steps > 1 {
			event.Text = base.T("通过第 {.n} 版的“{.step}”", "n", r.VersionNumber, "step", r.Step)
		}
		if r.State == review.Returned {
			event.Icon = "arrow-back-up"
			event.Tone = "orange"
			event.Text = base.T("退回第 {.n} 版", "n", r.VersionNumber)
		}
		list = append(list, dated{*r.DecidedAt, event})
	}

	for _, act := range slices.Backward(acts) {
		list = append(list, dated{act.At, actEvent(base, act)})
	}
	slices.SortStableFunc(list, func(a, c dated) int { return a.at.Compare(c.at) })
	slices.Reverse(list)

	out := make([]page.Event, len(list))
	for i, d := range list {
		out[i] = d.Event
		out[i].Stamp = page.StampOf(base.P, d.at, base.Now)
	}

	return out
}

// actEvent is one act on the times of a post, or one that took it back, with how many accounts it reached.
func actEvent(base page.Base, act delivery.Act) page.Event {
	text, args := act.Text()

	event := page.Event{
		Who:  act.ByName,
		Icon: "calendar-event",
		Tone: "blue",
		Text: base.T(text, args...),
		Note: parts.StepNote(base.P, act.Event, base.Now),
	}
	switch act.Code {
	case delivery.WasCancelled, delivery.WasWithdrawn:
		event.Icon, event.Tone = "ban", "grey"
	case delivery.EarlierAsked, delivery.EarlierAgreed, delivery.EarlierRefused:
		event.Icon, event.Tone = "user-check", "orange"
	}
	reached := base.T("{.n} 个账号", "n", act.Accounts)
	if event.Note != "" {
		reached = event.Note + " · " + reached
	}
	event.Note = reached

	return event
}

// story answers with the steps of one delivery; without scripts the link leads to the delivery's own page.
func (h *pages) story(c *gin.Context) error {
	id, err := strconv.ParseInt(c.Param("delivery"), 10, 64)
	if err != nil {
		return h.kit.See(c, "/posts", "")
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	delivery, err := h.Deliveries.Find(ctx, actor, id)
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

	p := storyPart{Base: h.kit.Base(c, "稿件"), Delivery: delivery}
	for _, event := range slices.Backward(steps) {
		p.Events = append(p.Events, parts.Step(p.Base, event))
	}

	return h.kit.Show(c, 200, "posts/show#story", p)
}
