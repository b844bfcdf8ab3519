package plan

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/plan"
	"juzhen/internal/sheet"
	"juzhen/internal/web"
)

// export gives what the table shows as an Excel file, of all accounts that are filtered by.
func (h *pages) export(c *gin.Context) error {
	var form gridForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p := gridPage{Base: h.kit.Base(c, "账号与日期", crumb), Form: form}
	ask, err := h.ask(c, &p)
	if err != nil {
		return err
	}
	rows, err := h.Plan.Export(c.Request.Context(), web.Actor(c), ask)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := sheet.WriteExcel(&file, p.T("发布计划"), []sheet.Head{
		{Text: p.T("日期"), Width: 12}, {Text: p.T("时间（北京时间）"), Width: 18}, {Text: p.T("账号"), Width: 24},
		{Text: p.T("单位"), Width: 24}, {Text: p.T("状态"), Width: 12}, {Text: p.T("稿件"), Width: 60},
		{Text: p.T("编号"), Width: 10},
	}, func(yield func([]string) bool) {
		for _, one := range rows {
			if !yield(p.exported(one)) {
				return
			}
		}
	}); err != nil {
		return err
	}
	c.Header("Content-Disposition",
		`attachment; filename="plan-`+beijing.Date(ask.From)+`.xlsx"`)
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file.Bytes())

	return nil
}

func (p *gridPage) exported(one plan.Exported) []string {
	at := one.DueAt.In(beijing.Zone)

	return []string{
		beijing.Date(at), at.Format("15:04"), one.Handle, one.UnitName, p.T(one.State.Label()), one.Title,
		strconv.FormatInt(one.PostID, 10),
	}
}
