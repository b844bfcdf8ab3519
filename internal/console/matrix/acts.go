package matrix

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/web"
)

// refuse shows the account's page again with what was wrong.
func (h *pages) refuse(c *gin.Context, id int64, cause error) error {
	page, err := h.accountPage(c, id)
	if err != nil {
		return err
	}

	return h.kit.Refuse(c, cause, "matrix/account", &page)
}

type stateForm struct {
	To     string `form:"to"`
	Reason string `form:"reason"`
}

func (h *pages) setState(c *gin.Context) error {
	a, err := h.managed(c)
	if err != nil {
		return err
	}
	var form stateForm
	if err = web.Bind(c, &form); err == nil {
		_, err = h.Accounts.SetState(
			c.Request.Context(),
			web.Actor(c),
			a.ID,
			account.State(form.To),
			form.Reason,
		)
	}
	if err != nil {
		return h.refuse(c, a.ID, err)
	}
	text := map[account.State]string{
		account.Live:      "账号已启用，可以发布",
		account.Suspended: "账号已停用，待发的微博不会发出",
		account.Closed:    "账号已关停，令牌已销毁",
	}

	return h.back(c, a.ID, text[account.State(form.To)])
}

// authorise leads to Weibo's page, where the holder of the account agrees.
func (h *pages) authorise(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	address, err := h.Accounts.StartOAuth(c.Request.Context(), web.Actor(c), account.ID)
	if err != nil {
		return h.refuse(c, account.ID, err)
	}

	return h.kit.See(c, address, "")
}

type callbackForm struct {
	State string `form:"state"`
	Code  string `form:"code"`
}

// callback is where Weibo sends the browser back to.
func (h *pages) callback(c *gin.Context) error {
	var form callbackForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	account, err := h.Accounts.FinishOAuth(c.Request.Context(), web.Actor(c), form.State, form.Code)
	if err != nil && account.ID != 0 {
		return h.refuse(c, account.ID, err)
	}
	if err != nil {
		return err
	}

	return h.afterToken(c, account, "授权成功")
}

// afterToken leads back and names the next step.
func (h *pages) afterToken(c *gin.Context, a account.Account, done string) error {
	if a.State == account.Live {
		return h.back(c, a.ID, done)
	}

	return h.back(c, a.ID, map[string]string{"授权成功": "授权成功，下一步：测试接口", "令牌已导入": "令牌已导入，下一步：测试接口"}[done])
}

func (h *pages) importToken(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	id := account.ID
	var form tokenForm
	if err = web.Bind(c, &form); err == nil {
		account, err = h.Accounts.ImportToken(c.Request.Context(), web.Actor(c), id, form.Token)
	}
	if err != nil {
		return h.refuse(c, id, err)
	}

	return h.afterToken(c, account, "令牌已导入")
}

func (h *pages) revoke(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	var form stateForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}

	told, err := h.Accounts.RevokeToken(c.Request.Context(), web.Actor(c), account.ID, form.Reason)
	switch {
	case err != nil:
		return h.refuse(c, account.ID, err)
	case told:
		return h.back(c, account.ID, "授权已撤销，微博已确认，令牌已销毁")
	}

	return h.back(c, account.ID, "令牌已在本台销毁，但微博没有确认撤销；请在微博的授权管理中再核对一次")
}

// test makes the connection test. What passed is told on the page it leads back to; what did not is
// shown step by step.
func (h *pages) test(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}

	report, err := h.Accounts.Test(c.Request.Context(), web.Actor(c), account.ID)
	switch {
	case err != nil:
		return h.refuse(c, account.ID, err)
	case report.Passed && report.Unproven:
		return h.back(c, account.ID, "令牌和读取正常。公开接口无法试发，第一次发布才能证明")
	case report.Passed:
		return h.back(c, account.ID, "接口测试通过：已发出一条仅自己可见的微博并删除")
	}
	page, err := h.accountPage(c, account.ID)
	if err != nil {
		return err
	}
	page.Report = &report

	return h.kit.Show(c, http.StatusConflict, "matrix/account", page)
}

func (h *pages) backfill(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	if err := h.Reach.StartBackfill(c.Request.Context(), web.Actor(c), account.ID); err != nil {
		return h.refuse(c, account.ID, err)
	}

	return h.back(c, account.ID, "已开始回填，可以离开本页")
}

// Steps lists the steps of a test that did not pass, in the reader's language.
func (p accountPage) Steps() []step {
	var out []step

	for _, stepResult := range p.Report.Steps {
		s := step{Name: p.T(stepResult.Step.Label()), OK: stepResult.Err == nil}
		if stepResult.Err != nil {
			failure := fault.Public(stepResult.Err)
			s.Why = p.T(failure.Text, failure.Args...)
		}
		out = append(out, s)
	}

	return out
}

type step struct {
	Name string
	OK   bool
	Why  string
}
