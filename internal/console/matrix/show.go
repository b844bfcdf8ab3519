package matrix

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/push"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// accountPage is one account: what it is, its authorisation, its past posts, and what can be done.
type accountPage struct {
	page.Base
	Account    account.Account
	TokenState account.TokenState
	DaysLeft   int
	Names      []account.Name
	Latest     reach.Latest
	Backfill   reach.Backfill
	Manage     bool
	SeesReach  bool
	Report     *account.TestReport // of a test that did not pass, just made
	Imports    []reach.Import      // the latest files of past posts
	TokenForm  tokenForm
	Push       push.Address // where the platform pushes to; only who manages the account sees it
	PushForm   pushForm
	Pushed     *push.Addresses // those that were just made: they are shown once
	Listens    bool
}

type tokenForm struct {
	Token string `form:"token,raw"`
}

// accountPage builds the page of an account the person may see.
func (h *pages) accountPage(c *gin.Context, id int64) (accountPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	account, err := h.Accounts.Find(ctx, actor, id)
	if err != nil {
		return accountPage{}, err
	}
	page := accountPage{
		Base:      h.kit.Base(c, "账号", crumb),
		Account:   account,
		Manage:    actor.CanAt(access.AccountManage, account.UnitPath),
		SeesReach: actor.CanAt(access.ReachView, account.UnitPath),
	}
	page.Heading, page.TokenState, page.DaysLeft = account.At(), account.Token.At(
		page.Now,
	), account.Token.DaysLeft(
		page.Now,
	)
	if page.Names, err = h.Accounts.Names(ctx, actor, id); err != nil {
		return page, err
	}
	latest, err := h.Reach.Latest(ctx, actor)
	if err != nil {
		return page, err
	}
	page.Latest = latest[id]
	past, err := h.Reach.Backfills(ctx, actor)
	page.Backfill = reach.Backfill{AccountID: id, State: reach.BackfillNone}
	if backfill, ok := past[id]; ok {
		page.Backfill = backfill
	}
	if err != nil {
		return page, err
	}

	if page.Imports, err = h.Reach.Imports(ctx, actor, id); err != nil || !page.Manage {
		return page, err
	}
	page.Listens = h.Push.Listens()
	page.Push, err = h.Push.Find(ctx, actor, id)

	return page, err
}

func (h *pages) show(c *gin.Context) error { return h.shown(c, "matrix/account") }

// progress is the part about past posts alone, asked again while they are being fetched.
func (h *pages) progress(c *gin.Context) error { return h.shown(c, "matrix/account#backfill") }

func (h *pages) shown(c *gin.Context, name string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	page, err := h.accountPage(c, id)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, name, page)
}

// Next is who does what next, the line under the title.
func (p accountPage) Next() string {
	a := p.Account
	switch {
	case a.State == account.Closed:
		return "账号已关停，只保留记录"
	case a.Connector.NeedsToken() && !p.TokenState.Usable():
		return "下一步：管理员授权，授权前不能发布"
	case p.TokenState == account.TokenExpiring:
		return "授权即将到期，请管理员在到期前重新授权"
	case a.Connector.NeedsToken() && a.FailedAt != nil:
		return "接口测试没有通过，请管理员处理后再测"
	case a.State == account.Live:
		return "可以发布"
	case a.Connector.NeedsToken() && a.TestedAt == nil:
		return "下一步：管理员测试接口"
	}

	return "下一步：管理员启用账号"
}

// MayTest tells whether a connection test can be made.
func (p accountPage) MayTest() bool {
	return p.Manage && p.Account.State != account.Closed && p.Account.Connector.NeedsToken() &&
		p.TokenState.Usable()
}

// MayGoLive tells whether the account could go live, and lacks nothing for it.
func (p accountPage) MayGoLive() bool {
	a := p.Account
	ready := !a.Connector.NeedsToken() || p.TokenState.Usable() && a.TestedAt != nil
	return p.Manage && a.State.May(account.Live) && ready
}

// MaySuspend tells whether the account can be suspended.
func (p accountPage) MaySuspend() bool { return p.Manage && p.Account.State.May(account.Suspended) }

// MayClose tells whether the account can be closed.
func (p accountPage) MayClose() bool { return p.Manage && p.Account.State.May(account.Closed) }

// MayConnect tells whether the account can be authorised.
func (p accountPage) MayConnect() bool {
	return p.Manage && p.Account.State != account.Closed && p.Account.Connector.NeedsToken()
}

// Running tells whether past posts are being fetched.
func (p accountPage) Running() bool { return p.Backfill.State == reach.BackfillRunning }

// Progress is how far the fetching is.
func (p accountPage) Progress() page.Progress {
	return page.Progress{
		Done:  p.Backfill.Found,
		All:   max(p.Backfill.Total, p.Backfill.Found, 1),
		Label: "已取回的微博",
	}
}

// BackfillTone is the colour and icon of the state of the past posts.
func (p accountPage) BackfillTone() string {
	return map[reach.BackfillState]string{
		reach.BackfillDone:    "green",
		reach.BackfillRunning: "blue",
		reach.BackfillPartial: "orange",
		reach.BackfillFailed:  "red",
	}[p.Backfill.State]
}

// Rules is what the interface of the account allows, in one sentence.
func (p accountPage) Rules() string {
	return map[account.Connector]string{
		account.Commercial: "文字最多 2000 字，图片最多 9 张，可转发、下架，可读取全部历史",
		account.Public:     "正文须带本应用安全域名的链接，不能有 #话题#，最多 1 张图片，只能读取最新 5 条",
		account.Manual:     "到时由值班人员人工发布，再把链接记回本台",
	}[p.Account.Connector]
}
