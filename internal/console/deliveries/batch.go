package deliveries

import (
	"fmt"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// batchPage lets a second person answer take-downs that were asked for together, and follows how they
// are carried out.
type batchPage struct {
	page.Base
	Batch   decision.Batch
	What    string // title of the post
	Rows    []decision.Decision
	Match   int
	Count   map[string]int // by state
	Mine    int            // that the reader may answer
	Own     bool           // the reader asked
	Waiting int
	Form    batchForm
	Prev    string
	Next    string
	Act     string
	Answer  actForm
}

// batchForm filters and pages the accounts.
type batchForm struct {
	Q     string `form:"q"`
	State string `form:"state"`
	Page  int    `form:"page"`
}

// Moving tells that some are being taken down now.
func (p batchPage) Moving() bool { return p.Count[string(decision.Confirmed)] > 0 }

// Others is how many wait for somebody else.
func (p batchPage) Others() int { return p.Waiting - p.Mine }

// Agreed is how many a second person agreed on.
func (p batchPage) Agreed() int {
	return p.Count[string(decision.Confirmed)] + p.Ended()
}

// Ended is how many of them are carried out or could not be.
func (p batchPage) Ended() int {
	return p.Count[string(decision.Done)] + p.Count[string(decision.Undone)]
}

// From is the number of the first row.
func (p batchPage) From() int { return (p.Form.Page-1)*shownAtOnce + 1 }

// To is the number of the last row.
func (p batchPage) To() int { return p.From() + len(p.Rows) - 1 }

// States are the choices of the filter.
func (p batchPage) States() []page.Option {
	out := []page.Option{{Text: "全部"}}

	for _, decisionState := range []decision.State{
		decision.Awaiting, decision.Confirmed, decision.Done, decision.Undone, decision.Declined,
	} {
		if p.Count[string(decisionState)] > 0 || p.Form.State == string(decisionState) {
			out = append(out, page.Option{
				Value:    string(decisionState),
				Text:     decisionState.Label(),
				Selected: p.Form.State == string(decisionState),
			})
		}
	}

	return out
}

// At gives the form of one act.
func (p batchPage) At(act string) formPart {
	if p.Act == act {
		return formPart{Open: true, ID: act, Form: p.Answer, errors: p.Errors}
	}

	return formPart{ID: act}
}

func batchPath(id int64) string { return fmt.Sprintf("/takedowns/%d", id) }

func (h *pages) batch(c *gin.Context) error {
	page, err := h.batchPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "takedowns/show", page)
}

// batchProgress is the part of the page that changes by itself.
func (h *pages) batchProgress(c *gin.Context) error {
	page, err := h.batchPage(c)
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		return h.kit.See(c, batchPath(page.Batch.ID), "")
	}

	return h.kit.Show(c, 200, "takedowns/show#progress-part", page)
}

func (h *pages) batchPage(c *gin.Context) (batchPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return batchPage{}, err
	}
	p := batchPage{
		Base:  h.kit.Base(c, "第二人确认", page.Crumb{Text: "待办", Href: "/todo"}),
		Count: map[string]int{},
	}
	if err := web.Bind(c, &p.Form); err != nil {
		return p, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if p.Batch, err = h.Decisions.FindBatch(ctx, actor, id); err != nil {
		return p, err
	}
	first, err := h.Deliveries.Find(ctx, actor, p.Batch.Items[0].DeliveryID)
	if err != nil {
		return p, err
	}
	titled, err := parts.WithTitles(ctx, h.Deliveries, actor, p.Base, []delivery.Delivery{first})
	if err != nil {
		return p, err
	}
	p.What = titled[0].Title
	p.Heading = p.T("从 {.n} 个账号下架", "n", len(p.Batch.Items))
	p.fill(actor)
	p.page(c)

	return p, nil
}

// fill counts what the reader may do.
func (p *batchPage) fill(actor access.Actor) {
	p.Own, p.Waiting = p.Batch.AskedBy == actor.UserID, p.Batch.Waiting()

	words := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(p.Form.Q), "@"))
	for _, one := range p.Batch.Items {
		p.Count[string(one.State)]++
		if one.MayAnswer(actor) == nil {
			p.Mine++
		}
		if strings.Contains(strings.ToLower(one.AccountHandle), words) &&
			(p.Form.State == "" || p.Form.State == string(one.State)) {
			p.Rows = append(p.Rows, one)
		}
	}
}

// page cuts the rows and links to those before and after.
func (p *batchPage) page(c *gin.Context) {
	p.Match = len(p.Rows)
	pages := max(1, (p.Match+shownAtOnce-1)/shownAtOnce)
	p.Form.Page = min(max(p.Form.Page, 1), pages)
	from := (p.Form.Page - 1) * shownAtOnce
	p.Rows = p.Rows[from:min(from+shownAtOnce, p.Match)]
	if p.Form.Page > 1 {
		p.Prev = web.Link(c, "page", fmt.Sprint(p.Form.Page-1))
	}
	if p.Form.Page < pages {
		p.Next = web.Link(c, "page", fmt.Sprint(p.Form.Page+1))
	}
}

func (h *pages) confirmBatch(c *gin.Context) error {
	return h.answerBatch(
		c,
		"confirm",
		"已同意从 {.n} 个账号下架，正在从微博删除",
		func(id int64, _ actForm) (delivery.Answered, error) {
			return h.Deliveries.ConfirmBatch(c.Request.Context(), web.Actor(c), id)
		},
	)
}

func (h *pages) refuseBatch(c *gin.Context) error {
	return h.answerBatch(
		c,
		"refuse",
		"已记录不同意 {.n} 个账号的下架，申请人会看到",
		func(id int64, form actForm) (delivery.Answered, error) {
			return h.Deliveries.RefuseBatch(c.Request.Context(), web.Actor(c), id, form.Reason)
		},
	)
}

// answerBatch runs the second person's act and says how far it came.
func (h *pages) answerBatch(
	c *gin.Context,
	name, done string,
	do func(id int64, form actForm) (delivery.Answered, error),
) error {
	id, f, got, err := web.Act(c, do)
	if err == nil {
		return h.kit.See(c, batchPath(id), done, "n", got.Done)
	}
	if fault.Is(err, fault.KindNotFound) {
		return err
	}
	page, perr := h.batchPage(c)
	if perr != nil {
		return perr
	}
	page.Act, page.Answer = name, f

	return h.kit.Refuse(c, err, "takedowns/show", &page)
}
