package relays

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// taskPage is what one account is asked to do: from the to-do it takes one press more.
type taskPage struct {
	page.Base
	Form    taskForm
	Task    relay.Task
	Relay   relay.Relay
	State   relay.State
	May     bool // the reader may answer it
	Refused string
	Share   bool // the account cannot repost: it shares the address
	Limit   int
	Open    []parts.Open // what the check found in own words
}

type taskForm struct {
	Lead   int64  `form:"lead"`
	Words  string `form:"words"`
	Use    string `form:"use"` // "own": the words of the field, else the suggested ones
	Reason string `form:"reason"`
}

func (h *pages) task(c *gin.Context) error {
	p, err := h.taskPage(c)
	if err != nil {
		return err
	}
	p.Form.Words = p.Relay.Words

	return h.kit.Show(c, 200, "relays/task", p)
}

func (h *pages) taskPage(c *gin.Context) (taskPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return taskPage{}, err
	}
	task, r, err := h.Relays.TaskOf(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return taskPage{}, err
	}
	p := taskPage{
		Base: h.kit.Base(c, "联动任务", append(crumbs(),
			page.Crumb{Text: r.Title(), Href: fmt.Sprintf("/relays/%d", r.ID)})...),
		Task:  task,
		Relay: r,
		Limit: relay.MaxWords,
	}
	p.Heading = p.T("@{.account} 的联动任务", "account", task.Handle)
	p.State = task.State(p.Now, r.Deadline)
	ability := post.Ability(task.Connector)
	p.Share = r.Kind == relay.Repost && ability.Posts && !ability.Repost
	p.May = p.Actor.CanAt(access.PostWrite, task.UnitPath)
	if refused := r.MayConfirm(task, p.Now); refused != nil {
		told := fault.Public(refused)
		p.May, p.Refused = false, p.T(told.Text, told.Args...)
	}

	return p, nil
}

func (h *pages) confirm(c *gin.Context) error {
	id, form, task, err := web.Act(c, func(id int64, form taskForm) (relay.Task, error) {
		answer := relay.Answer{LeadVersion: leadForm{form.Lead}.shown()}
		if form.Use == "own" {
			answer.Words = &form.Words
			answer.Reasons = parts.Reasons(web.Keyed(c, parts.ReasonField))
		}

		return h.Relays.Confirm(c.Request.Context(), web.Actor(c), id, answer)
	})
	if err != nil {
		return h.refuseTask(c, err, form)
	}
	said := "已确认，按首发的批准发布"
	if task.Phase == post.Submitted {
		said = "已提交本单位审核"
	}

	return h.kit.See(c, fmt.Sprintf("/relays/tasks/%d", id), said)
}

func (h *pages) decline(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form taskForm) (struct{}, error) {
		return struct{}{}, h.Relays.Decline(c.Request.Context(), web.Actor(c), id, form.Reason)
	})
	if err != nil {
		return h.refuseTask(c, err, form)
	}

	return h.kit.See(c, fmt.Sprintf("/relays/tasks/%d", id), "已记下不参加的原因")
}

// refuseTask shows the task again with what was typed. A fault of the post stands at the words.
func (h *pages) refuseTask(c *gin.Context, err error, form taskForm) error {
	p, perr := h.taskPage(c)
	if perr != nil {
		return perr
	}
	p.Form = form
	p.Open = parts.OpenOf(p.Base, err, web.Keyed(c, parts.ReasonField))
	if p.Form.Words == "" {
		p.Form.Words = p.Relay.Words
	}
	if fields := fault.FieldErrors(err); len(fields) > 0 && fields[0].Field != "reason" {
		told := *fields[0]
		told.Field, err = "words", &told
	}

	return h.kit.Refuse(c, err, "relays/task", &p)
}
