package posts

import (
	"encoding/hex"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// formPage is the review form (信息发布审核表) of the version that was submitted last, on one sheet to print.
type formPage struct {
	page.Base
	Post     post.Post
	Version  post.Version
	Run      review.Run
	Versions []post.Version
	Found    []parts.Found
	Wordings []wordingLine
	Accounts int
	Hash     string
	State    delivery.PostState
}

// wordingLine is one text with the accounts it goes to.
type wordingLine struct {
	Text     string
	Accounts []string
}

// Exact is an instant of the form, to the second, in Beijing time.
func (formPage) Exact(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04:05") }

// MadeAt are the decisions about a step, the oldest first.
func (p formPage) MadeAt(number int) (list []review.Made) {
	for _, made := range p.Run.Made {
		if made.Number == number {
			list = append(list, made)
		}
	}

	return list
}

// Undone tells whether an approval was overtaken by a return.
func (p formPage) Undone(made review.Made) bool { return !p.Run.Counts(made) }

// reviewForm shows the form. There is none before something was submitted.
func (h *pages) reviewForm(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	stored, _, err := h.Posts.Find(ctx, actor, id)
	if err != nil {
		return err
	}
	standing, begun, err := h.Reviews.Standing(ctx, actor, id)
	if err != nil {
		return err
	}
	if !begun {
		return fault.Conflict("稿件还没有提交审核")
	}
	p := formPage{
		Base: h.kit.Base(c, "信息发布审核表", page.Crumb{Text: "稿件", Href: "/posts"}),
		Post: stored, Run: standing.Run, Hash: hex.EncodeToString(standing.Run.Hash),
	}
	if p.Versions, err = h.Posts.Versions(ctx, actor, id); err != nil {
		return err
	}

	for _, version := range p.Versions {
		if version.ID == p.Run.VersionID {
			p.Version = version
		}
	}
	states, err := h.Deliveries.PostStates(ctx, []int64{id})
	if err != nil {
		return err
	}
	p.State = states[id]
	kept, err := h.Checks.OfVersion(ctx, p.Version.ID)
	if err != nil {
		return err
	}
	p.Found = parts.FoundIn(p.P, p.Version, kept)
	p.Accounts = len(p.Version.Targets)
	p.Wordings = wordingsOf(p.Version)

	return h.kit.Show(c, 200, "posts/review_form", p)
}

// wordingsOf are the texts of a version, each once, with the accounts it goes to.
func wordingsOf(version post.Version) (lines []wordingLine) {
	at := map[string]int{}

	for _, target := range version.Targets {
		text := target.TextOf(version)
		i, ok := at[text]
		if !ok {
			i = len(lines)
			at[text] = i
			lines = append(lines, wordingLine{Text: text})
		}
		lines[i].Accounts = append(lines[i].Accounts, target.Account.At())
	}

	return lines
}
