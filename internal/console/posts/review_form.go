package posts

import (
	"encoding/hex"
	"fmt"
	"net/http"
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
	File     bool // can be had as PDF
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

// reviewForm shows the form.
func (h *pages) reviewForm(c *gin.Context) error {
	p, err := h.formPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "posts/review_form", p)
}

// reviewFile gives the form as a PDF file.
func (h *pages) reviewFile(c *gin.Context) error {
	p, err := h.formPage(c)
	if err != nil {
		return err
	}

	p.Theme, p.ThemeChoice = "light", "light" // paper is

	alone, err := h.kit.Alone(c, "posts/review_form", p)
	if err != nil {
		return err
	}

	file, err := h.PDF.Make(c.Request.Context(), alone, p.document(time.Now()))
	if err != nil {
		return err
	}

	web.File(c, "application/pdf", fmt.Sprintf("shenhebiao-%d-%d.pdf", p.Post.ID, p.Version.Number), file)

	return nil
}

// formPage reads what the form says. There is none before something was submitted.
func (h *pages) formPage(c *gin.Context) (p formPage, err error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	stored, _, err := h.Posts.Find(ctx, actor, id)
	if err != nil {
		return p, err
	}
	standing, begun, err := h.Reviews.Standing(ctx, actor, id)
	if err != nil {
		return p, err
	}
	if !begun {
		return p, fault.Conflict("稿件还没有提交审核")
	}
	p = formPage{
		Base: h.kit.Base(c, "信息发布审核表", page.Crumb{Text: "稿件", Href: "/posts"}),
		Post: stored, Run: standing.Run, Hash: hex.EncodeToString(standing.Run.Hash),
	}
	if p.Versions, err = h.Posts.Versions(ctx, actor, id); err != nil {
		return p, err
	}

	for _, version := range p.Versions {
		if version.ID == p.Run.VersionID {
			p.Version = version
		}
	}
	states, err := h.Deliveries.PostStates(ctx, []int64{id})
	if err != nil {
		return p, err
	}
	p.State = states[id]
	kept, err := h.Checks.OfVersion(ctx, p.Version.ID)
	if err != nil {
		return p, err
	}
	p.Found = parts.FoundIn(p.P, p.Version, kept)
	p.Accounts = len(p.Version.Targets)
	p.Wordings = wordingsOf(p.Version)

	p.File = h.PDF.Ready()

	return p, nil
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
