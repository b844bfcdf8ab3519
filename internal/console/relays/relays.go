// Package relays holds the pages of linked publishing: what a post asks of other accounts, the board of
// who carried it, the task of one account, standing approvals, and the page on which a warning goes out.
// Who may do what is package relay's to say.
package relays

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Relays     *relay.Service
	Posts      *post.Service
	Reviews    *review.Service
	Deliveries *delivery.Service
	Accounts   *account.Service
	Columns    *column.Service
	Units      *org.Service
	Roster     *roster.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/posts", "/relays")
	kit.Declare("relays/list", listPage{})
	kit.Declare("relays/board", boardPage{})
	kit.Declare("relays/certificate", certificatePage{})
	kit.Declare("relays/form", formPage{})
	kit.Declare("relays/task", taskPage{})
	kit.Declare("relays/standings", standingsPage{})

	g := kit.Group("/relays")
	kit.Handle(g, "GET", "", access.PostView, h.list)
	kit.Handle(g, "GET", "/new", access.RelayAsk, h.form)
	kit.Handle(g, "POST", "", access.RelayAsk, h.set)
	kit.Handle(g, "GET", "/:id", access.PostView, h.board)
	kit.Handle(g, "GET", "/:id/certificate", access.PostView, h.certificate)
	kit.Handle(g, "POST", "/:id/confirm", access.PostWrite, h.confirmAll)
	kit.Handle(g, "POST", "/:id/remind", access.RelayAsk, h.remind)
	kit.Handle(g, "POST", "/:id/withdraw", access.RelayAsk, h.withdraw)
	kit.Handle(g, "POST", "/:id/close", access.RelayAsk, h.close)

	kit.Handle(g, "GET", "/tasks/:id", access.PostView, h.task)
	kit.Handle(g, "POST", "/tasks/:id/confirm", access.PostWrite, h.confirm)
	kit.Handle(g, "POST", "/tasks/:id/decline", access.PostWrite, h.decline)

	kit.Handle(g, "GET", "/standings", access.PostView, h.standings)
	kit.Handle(g, "POST", "/standings", access.PostWrite, h.askStanding)
	kit.Handle(g, "POST", "/standings/:id/confirm", access.RelayStanding, h.confirmStanding)
	kit.Handle(g, "POST", "/standings/:id/end", access.PostView, h.endStanding)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.
		Page(relay.TodoSubject, "/relays/%d").
		Page(relay.TaskSubject, "/relays/tasks/%d").
		PageOf("relay.standing", "/relays/standings#standing-%d")
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "稿件", Href: "/posts"}, {Text: "联动", Href: "/relays"}}
}

// listPage lists relays, the newest first.
type listPage struct {
	page.Base
	Rows []relay.Board
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "联动", crumbs()[:1]...)}
	p.Follow = page.Follow{Of: "relays", Every: 60}
	var err error
	if p.Rows, err = h.Relays.List(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}

	return h.kit.Show(c, 200, "relays/list", p)
}

// boardPage is one relay: who carried it, when, with what words, who has not.
type boardPage struct {
	page.Base
	relay.Board
	Rows  []boardRow
	Sums  []boardSum
	Waits int // tasks that can be reminded
	Mine  int // tasks that the reader can confirm at once

	// Of an urgent one, for who sees all of it.
	Way    *parts.Way   // who has to approve it; nil for one step
	Course []page.Event // what has happened, the newest first
	Duty   roster.Watch // whom to ask, of an urgent one
}

// boardRow is one account's task.
type boardRow struct {
	relay.Task
	Now     relay.State
	Remind  bool
	Caption delivery.Live
	Note    string // why it stands where it stands, in the reader's language
	Mine    bool   // the reader may answer it
	Trouble bool   // a person has to look at its post
}

// boardSum is how many tasks are in a state.
type boardSum struct {
	State relay.State
	N     int
}

func (h *pages) board(c *gin.Context) error {
	p, err := h.boardPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "relays/board", p)
}

func (h *pages) boardPage(c *gin.Context) (boardPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return boardPage{}, err
	}
	board, err := h.Relays.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return boardPage{}, err
	}
	p := boardPage{Base: h.kit.Base(c, "联动", crumbs()...), Board: board}
	p.Heading = parts.TitleOf(p.Base, board.Text)
	p.Follow = page.Follow{Of: fmt.Sprintf("relay/%d deliveries posts", id), Every: 15}

	for _, state := range relay.States() {
		if n := board.Figures.By[state]; n > 0 {
			p.Sums = append(p.Sums, boardSum{state, n})
		}
	}

	for _, task := range board.Tasks {
		row := boardRow{
			Task:   task,
			Now:    task.State(p.Now, board.Deadline),
			Remind: board.Steers && board.MayRemind(task, p.Now) == nil,
			Mine: p.Actor.CanAt(access.PostWrite, task.UnitPath) &&
				board.MayConfirm(task, p.Now) == nil,
			Note: p.noteOf(board.Relay, task),
		}
		if task.Live != delivery.LiveUp {
			row.Caption = task.Live
		}

		switch row.Now {
		case relay.NotSent, relay.InDoubt, relay.Late, relay.Back:
			row.Trouble = task.PostID != nil
		}
		if row.Remind {
			p.Waits++
		}
		if row.Mine && board.Covered && task.Stage == relay.Asked {
			p.Mine++
		}
		p.Rows = append(p.Rows, row)
	}

	if board.Urgent {
		if p.Duty, err = h.Roster.OnDuty(c.Request.Context(), board.UnitID); err != nil {
			return p, err
		}
	}

	return p, p.fillCourse(c.Request.Context(), web.Actor(c), h)
}

// noteOf says why a task stands where it stands.
func (p boardPage) noteOf(r relay.Relay, task relay.Task) string {
	switch {
	case task.Why != "":
		return task.Why
	case task.Stage == relay.Asked && task.Stuck != nil:
		text, args := task.Stuck.Words()
		return p.T("没有自动确认：{.why}", "why", p.T(text, args...))
	case task.Delivery == delivery.Waiting && r.Kind == relay.Repost && r.LeadState != delivery.Sent:
		return p.T("等首发发出")
	case task.Delivery == delivery.Handoff:
		return p.T(delivery.Handoff.Label())
	case task.Delivery == delivery.Failed, task.Delivery == delivery.Missed, task.Delivery == delivery.Held:
		return p.T(task.Reason.Label())
	}

	return ""
}

func (h *pages) confirmAll(c *gin.Context) error {
	var done, left int
	id, _, _, err := web.Act(c, func(id int64, form leadForm) (_ struct{}, err error) {
		done, left, err = h.Relays.ConfirmAll(c.Request.Context(), web.Actor(c), id, form.shown())
		return struct{}{}, err
	})
	if err != nil {
		return h.refuseBoard(c, err)
	}
	if left > 0 {
		return h.kit.See(c, fmt.Sprintf("/relays/%d", id),
			"已确认 {.n} 个账号；另有 {.left} 个不能照建议的文字发，请逐个查看", "n", done, "left", left)
	}

	return h.kit.See(c, fmt.Sprintf("/relays/%d", id), "已确认 {.n} 个账号，按首发的批准发布", "n", done)
}

// leadForm names the version of the lead that the page showed.
type leadForm struct {
	Lead int64 `form:"lead"`
}

// shown is never 0, which would be any version.
func (f leadForm) shown() int64 {
	if f.Lead == 0 {
		return -1
	}

	return f.Lead
}

// remindForm names one task, or none for all.
type remindForm struct {
	Task int64 `form:"task"`
}

func (h *pages) remind(c *gin.Context) error {
	var n int
	id, _, _, err := web.Act(c, func(id int64, form remindForm) (_ struct{}, err error) {
		n, err = h.Relays.Remind(c.Request.Context(), web.Actor(c), id, form.Task)
		return struct{}{}, err
	})
	if err != nil {
		return h.refuseBoard(c, err)
	}

	return h.kit.See(c, fmt.Sprintf("/relays/%d", id), "已提醒 {.n} 个账号的人员", "n", n)
}

type whyForm struct {
	Reason    string `form:"reason"`
	Statement string `form:"statement"`
}

func (h *pages) withdraw(c *gin.Context) error {
	id, _, _, err := web.Act(c, func(id int64, form whyForm) (struct{}, error) {
		return struct{}{}, h.Relays.Withdraw(c.Request.Context(), web.Actor(c), id, form.Reason)
	})
	if err != nil {
		return h.refuseBoard(c, err)
	}

	return h.kit.See(c, fmt.Sprintf("/relays/%d", id), "已撤回联动，尚未发出的已取消")
}

func (h *pages) close(c *gin.Context) error {
	id, _, _, err := web.Act(c, func(id int64, form whyForm) (struct{}, error) {
		return struct{}{}, h.Relays.Close(c.Request.Context(), web.Actor(c), id, form.Statement)
	})
	if err != nil {
		return h.refuseBoard(c, err)
	}

	return h.kit.See(c, fmt.Sprintf("/relays/%d", id), "联动已结束")
}

func (h *pages) refuseBoard(c *gin.Context, err error) error {
	p, perr := h.boardPage(c)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "relays/board", &p)
}

// certificatePage proves what became of a post on the leading account and on all that carried it.
type certificatePage struct {
	boardPage
	PrintedAt time.Time
	Lead      *proof
	Proofs    []proof
	Hidden    int // accounts whose publications the reader may not see any more
}

// proof is one account's publication, as its own certificate has it in full.
type proof struct {
	delivery.Certificate
	Words    relay.WordsKind
	Approved string // who approved it
}

// VersionHash is the approval hash of what went out.
func (p proof) VersionHash() string { return fmt.Sprintf("%x", p.Version.Hash) }

func (h *pages) certificate(c *gin.Context) error {
	board, err := h.boardPage(c)
	if err != nil {
		return err
	}
	p := certificatePage{boardPage: board, PrintedAt: board.Now}
	p.Base = h.kit.Base(c, "联动发布凭证",
		append(crumbs(), page.Crumb{Text: board.Board.Title(), Href: fmt.Sprintf("/relays/%d", board.ID)})...)
	if board.LeadState == delivery.Sent && board.All {
		lead, err := h.proof(c, board.LeadDeliveryID)
		if err != nil {
			return err
		}
		p.Lead = &lead
	}

	for _, row := range board.Rows {
		if row.Now != relay.Sent {
			continue
		}
		one, err := h.proof(c, row.DeliveryID)
		if fault.Is(err, fault.KindNotFound) { // an account that moved out of the reader's units since
			p.Hidden++
			continue
		}
		if err != nil {
			return err
		}
		one.Words = row.Words
		p.Proofs = append(p.Proofs, one)
	}

	return h.kit.Show(c, 200, "relays/certificate", p)
}

func (h *pages) proof(c *gin.Context, id int64) (proof, error) {
	certificate, err := h.Deliveries.Certificate(c.Request.Context(), web.Actor(c), id)
	one := proof{Certificate: certificate}

	for _, r := range certificate.Reviews {
		if r.DecidedAt == nil || r.Undone {
			continue
		}
		if one.Approved != "" {
			one.Approved = "、" + one.Approved
		}
		one.Approved = r.DecidedName + one.Approved
	}

	return one, err
}
