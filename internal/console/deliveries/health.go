package deliveries

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/delivery"
	"juzhen/internal/org"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// healthPage tells supervisors and administrators how the sending is, and lets it begin again after a
// restore.
type healthPage struct {
	page.Base
	Health   Health
	Stopped  string // Chinese, why nothing is sent
	Figures  []page.Figure
	States   []stateTab
	Tokens   []account.Account // the first of those that need an authorisation soon or now
	MoreBad  int               // how many more there are
	Release  bool
	Why      string
	Measured []fact
}

// fact is a name with a value in the reader's language.
type fact struct{ Name, Value string }

func (h *pages) health(c *gin.Context) error {
	page, err := h.healthPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "deliveries/health", page)
}

// shownTokens is how many accounts without a good token the page lists.
const shownTokens = 50

func (h *pages) healthPage(c *gin.Context) (healthPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := healthPage{Base: h.kit.Base(c, "发送状况", page.Crumb{Text: "发送", Href: "/deliveries"})}
	if !actor.Can(access.PostView) {
		p.Crumbs = nil
	}
	var err error
	if p.Health, err = h.Health(ctx); err != nil {
		return p, err
	}
	p.Stopped = stoppedText(p.Health.Stopped)
	if p.Release, err = h.mayRelease(c, p.Health); err != nil {
		return p, err
	}
	p.Figures = figuresOf(p.Base, p.Health)
	p.Measured = measured(p.Base, p.Health)
	if err := h.fillQueue(c, &p); err != nil {
		return p, err
	}

	list, err := h.Accounts.List(ctx, actor, account.Filter{States: []account.State{account.Live}})
	for _, a := range list {
		if a.Connector.NeedsToken() && a.Token.At(p.Now) != account.TokenValid {
			p.Tokens = append(p.Tokens, a)
		}
	}
	slices.SortStableFunc(
		p.Tokens,
		func(a, b account.Account) int { return a.Token.DaysLeft(p.Now) - b.Token.DaysLeft(p.Now) },
	)
	p.MoreBad = max(0, len(p.Tokens)-shownTokens)
	p.Tokens = p.Tokens[:len(p.Tokens)-p.MoreBad]

	return p, err
}

// mayRelease tells whether the reader may let sending begin again: it was stopped by a restore, and the
// reader rules the root.
func (h *pages) mayRelease(c *gin.Context, now Health) (bool, error) {
	if now.Stopped != "restored" {
		return false, nil
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.Pause)

	return slices.ContainsFunc(units, func(unit org.Unit) bool { return unit.ParentID == 0 }), err
}

// fillQueue counts by state what the reader may see.
func (h *pages) fillQueue(c *gin.Context, page *healthPage) error {
	if !page.Actor.Can(access.PostView) {
		return nil
	}
	tally, err := h.Deliveries.Counts(c.Request.Context(), page.Actor)

	for _, state := range delivery.States() {
		look := badge.Of(state)
		page.States = append(page.States, stateTab{
			State: state,
			Word:  look.Word,
			Icon:  look.Icon,
			Tone:  look.Tone,
			Count: tally.By[state],
			More:  tally.More && !state.Troubled(),
			Href:  "/deliveries?state=" + string(state),
		})
	}

	return err
}

// figuresOf are the figures an officer on duty reads first.
func figuresOf(base page.Base, health Health) []page.Figure {
	num := strconv.Itoa
	overdue := []page.Figure{{
		Label:      "逾期未发",
		Unit:       "条",
		Value:      num(health.Overdue),
		Definition: "过了发布时间一秒以上仍在待发或准备中的发送，平台要求暂歇的除外。",
	}}
	if health.OldestOverdue != nil {
		overdue = append(overdue, page.Figure{
			Label:      "最早一条已逾期",
			Value:      page.Span(base.P, base.Now.Sub(*health.OldestOverdue)),
			Definition: "从它的发布时间算起。",
		})
	}
	last := page.Figure{Label: "最近一次成功", Definition: "本进程最近一次得到微博确认的时间。"}
	if health.LastSuccess != nil {
		last.Value = page.StampOf(base.P, *health.LastSuccess, base.Now).Text
	} else {
		last.Missing = "本进程启动后还没有发出过"
	}

	return append(overdue, last,
		page.Figure{Label: "结果待核", Unit: "条", Value: num(health.Unknown), Definition: "微博没有明确答复、尚未判定的发送。"},
		page.Figure{Label: "一小时内待发", Unit: "条", Value: num(health.DueSoon), Definition: "今后一小时内到时的发送。"},
		page.Figure{Label: "运行中的进程", Value: num(health.Processes), Definition: "按数据库中的租约仍在运行的发送进程。"},
		page.Figure{Label: "授权不可用的账号", Value: num(health.TokensBad), Definition: "运行中、需要授权而没有可用授权的账号。"},
	)
}

// measured are the details for those who operate the machine.
func measured(base page.Base, health Health) []fact {
	clock := base.T("尚未测得")
	if health.ClockKnown {
		clock = milliseconds(base, health.ClockOffset)
	}
	weibo := base.T("尚未测得")
	if health.WeiboOffset != nil {
		weibo = milliseconds(base, *health.WeiboOffset)
	}

	return []fact{
		{"数据库时钟与本机相差", clock},
		{"微博时钟与本机相差（精确到秒）", weibo},
		{"本进程已准备、等候时刻", strconv.Itoa(health.Held)},
		{"正在调用微博", strconv.Itoa(health.Calling)},
		{"等待写入数据库的结果", strconv.Itoa(health.Unrecorded)},
		{"到时至发出首字节：一半不超过", milliseconds(base, health.LateP50)},
		{"到时至发出首字节：百分之九十九不超过", milliseconds(base, health.LateP99)},
		{"到时至发出首字节：最长", milliseconds(base, health.LateMax)},
	}
}

func milliseconds(base page.Base, d time.Duration) string {
	return base.T("{.ms} 毫秒", "ms", d.Milliseconds())
}

// release lets sending begin again after a restore.
func (h *pages) release(c *gin.Context) error {
	var f struct {
		Why string `form:"why"`
	}
	err := web.Bind(c, &f)
	if err == nil {
		err = h.Deliveries.ReleaseSending(c.Request.Context(), web.Actor(c), f.Why)
	}
	if err == nil {
		return h.kit.See(c, "/sending", "发送已恢复")
	}
	page, perr := h.healthPage(c)
	if perr != nil {
		return perr
	}
	page.Why = f.Why

	return h.kit.Refuse(c, err, "deliveries/health", &page)
}
