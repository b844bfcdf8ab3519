package reach

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/score"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// boardPage is the league table of our accounts by house score.
type boardPage struct {
	page.Base
	Form   periodForm
	Period Period
	Units  []page.Option
	Board  score.Board
	Max    int
	Rows   []boardRow
}

// boardRow is an account of it as it is shown.
type boardRow struct {
	score.Line
	Value      string // "" where nothing is known
	Percentile string // "" where there is none
	PlaceText  string
}

func (h *pages) board(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := boardPage{Base: h.kit.Base(c, "账号榜", crumb), Max: score.MaxBoard}
	err := web.Bind(c, &p.Form)
	if err != nil {
		return err
	}
	if p.Period, err = h.period(c, p.Form, p.Base); err != nil {
		return err
	}
	units, err := h.units.Within(ctx, actor, access.ReachView)
	if err != nil {
		return err
	}
	p.Units = parts.UnitOptions(units)
	path := ""

	for _, unit := range units {
		if unit.ID == p.Form.Unit {
			path = unit.Path
		}
	}
	if p.Board, err = h.scores.Board(ctx, actor, p.Period.Period, path); err != nil {
		return err
	}

	for _, line := range p.Board.Lines {
		row := boardRow{Line: line, Percentile: percentile(line.Place), PlaceText: placeText(line.Place)}
		if line.Score.Known() {
			row.Value = tenths(*line.Score.House.Value)
		}
		p.Rows = append(p.Rows, row)
	}

	return h.kit.Show(c, http.StatusOK, "reach/board", p)
}
