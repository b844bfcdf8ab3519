package faults

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/faultbook"
	"juzhen/internal/sheet"
	"juzhen/internal/web"
)

// export gives all faults that the address filters by as an Excel file.
func (h *pages) export(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "问题台账")}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	query, err := h.query(c, &p)
	if err != nil {
		return err
	}
	found, err := h.Faults.Export(c.Request.Context(), web.Actor(c), query)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := sheet.WriteExcel(&file, p.T("问题台账"), []sheet.Head{
		{Text: p.T("编号"), Width: 8}, {Text: p.T("账号"), Width: 24}, {Text: p.T("问题"), Width: 28},
		{Text: p.T("单项否决"), Width: 10}, {Text: p.T("对象"), Width: 20}, {Text: p.T("来源"), Width: 8},
		{Text: p.T("状态"), Width: 10}, {Text: p.T("整改单位"), Width: 24}, {Text: p.T("期限"), Width: 12},
		{Text: p.T("逾期"), Width: 8}, {Text: p.T("是什么问题"), Width: 60}, {Text: p.T("证据"), Width: 40},
		{Text: p.T("整改"), Width: 40}, {Text: p.T("记入（北京时间）"), Width: 18},
		{Text: p.T("销号（北京时间）"), Width: 18},
	}, func(yield func([]string) bool) {
		for _, one := range found {
			if !yield(p.exported(one)) {
				return
			}
		}
	}); err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="faults-`+beijing.Date(p.Now)+`.xlsx"`)
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file.Bytes())

	return nil
}

func (p *listPage) exported(one faultbook.Fault) []string {
	yes := func(is bool) string {
		if is {
			return p.T("是")
		}

		return ""
	}
	closed := ""
	if one.ClosedAt != nil {
		closed = one.ClosedAt.In(beijing.Zone).Format("2006-01-02 15:04")
	}

	return []string{
		strconv.FormatInt(one.ID, 10), one.At(), p.T(one.Kind().Text), yes(one.Kind().Veto), one.Subject,
		p.T(one.Source.Label()), p.T(one.State.Label()), one.UnitName, one.Due(), yes(one.Overdue(p.Now)),
		one.Description, one.Evidence, one.Correction,
		one.OpenedAt.In(beijing.Zone).Format("2006-01-02 15:04"), closed,
	}
}
