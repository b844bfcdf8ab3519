package parts

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/reach"
)

// CSV answers with a table that a spreadsheet opens, row by row as the table gives it. What fails
// before the first row is an answer of its own; after that the file ends early, and the connection is
// cut so that nobody takes it for whole.
func CSV(c *gin.Context, name string, table reach.Table) error {
	var out *reach.CSV
	begin := func() {
		c.Header("Content-Type", "text/csv; charset=utf-8")
		c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
		c.Header("Cache-Control", "no-store")
		c.Status(http.StatusOK)
		out = reach.NewCSV(c.Writer, table.Head)
	}

	err := table.Each(func(cells []string) error {
		if out == nil {
			begin()
		}

		return out.Write(cells)
	})
	switch {
	case err != nil && out != nil:
		panic(http.ErrAbortHandler)
	case err != nil:
		return err
	case out == nil:
		begin()
	}

	return out.Close()
}
