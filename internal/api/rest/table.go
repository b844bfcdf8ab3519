package rest

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/reach"
)

// csvType is the media type of tables.
const csvType = "text/csv"

// Tabular lets a list be asked for as a table of all its rows.
type Tabular struct {
	Format string `query:"format" enum:"json,csv" doc:"csv 为表格：全部行，不翻页；也可用 Accept: text/csv，或以 .csv 结尾的地址"`
}

// tabled is a body that may be asked for as a table.
type tabled interface{ rows() *table }

// table is written while it is sent.
type table struct{ write func(w io.Writer) error }

// Written is embedded in bodies that offer a table.
type Written struct{ table *table }

func (b Written) rows() *table { return b.table }

// Streamed is a table that write sends row by row.
func Streamed(write func(w io.Writer) error) Written { return Written{&table{write}} }

// AsTable makes the one of reach a table of ours.
func AsTable(t reach.Table) Written { return Streamed(t.Write) }

// marshalTable writes the table of a body. What fails now fails in the middle: the connection is cut,
// so that nobody takes the part for the whole.
func marshalTable(w io.Writer, body any) error {
	t, ok := body.(tabled)
	if !ok || t.rows() == nil {
		return errors.New("no table")
	}
	if err := t.rows().write(w); err != nil {
		panic(http.ErrAbortHandler)
	}

	return nil
}

// WantsTable tells whether the caller asked for a table. negotiate has settled it.
func WantsTable(ctx context.Context) bool { return Request(ctx).GetHeader("Accept") == csvType }

// metaTable marks an operation that has to do with tables, and how.
const (
	metaTable = "table"
	offered   = "offered" // it gives its list as a table too
	only      = "only"    // it gives nothing else
)

// Tables makes op offer its list as a table: at its own address, and at one that ends in .csv and gives
// nothing else. The two are two operations of the description, each with one type of answer, so that a
// generated client has nothing to tell apart.
func Tables(op huma.Operation) huma.Operation {
	op.Metadata = map[string]any{metaTable: offered}
	return op
}

// tableOf is the operation that gives the list of op as a table.
func tableOf(op huma.Operation) huma.Operation {
	table := huma.Operation{
		Method:      op.Method,
		Path:        op.Path + ".csv",
		OperationID: op.OperationID + "-csv",
		Tags:        op.Tags,
		Summary:     op.Summary,
		Metadata:    map[string]any{metaTable: only},
	}
	table.Responses = map[string]*huma.Response{"200": {
		Description: "OK",
		Content:     map[string]*huma.MediaType{csvType: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}

	return table
}

var errNotAcceptable = fault.Invalid("", "这里没有所要的格式，请用 Accept: application/json").WithCode("not_acceptable")

// negotiate settles the form of the answer: JSON unless only another form is accepted, a table where it
// is asked for and offered. Problems are JSON in any case.
func negotiate(c *gin.Context, op *huma.Operation) error {
	types, tables := answerTypes(op), op.Metadata[metaTable] != nil
	switch {
	case op.Metadata[metaTable] == only, tables && c.Query("format") == "csv":
		c.Request.Header.Set("Accept", csvType)
		return nil
	case c.Query("format") == "json":
		c.Request.Header.Set("Accept", "application/json")
		return nil
	}
	ranges := mediaRanges(c.GetHeader("Accept"))
	if len(ranges) == 0 {
		c.Request.Header.Del("Accept")
		return nil
	}

	for _, r := range ranges {
		switch {
		case r == csvType && tables:
			c.Request.Header.Set("Accept", csvType)
			return nil
		case r == csvType:
		case covered(r, types):
			c.Request.Header.Set("Accept", "application/json")
			return nil
		}
	}

	return errNotAcceptable
}

// answerTypes are the media types op can answer with. Every failure is a problem, so what takes those
// takes anything.
func answerTypes(op *huma.Operation) map[string]bool {
	types := map[string]bool{"application/json": true, problemType: true}

	for _, r := range op.Responses {
		for kind := range r.Content {
			types[kind] = true
		}
	}

	return types
}

// mediaRanges lists the media ranges a caller takes, in the order given; those it refuses (q=0) and
// what cannot be read are left out.
func mediaRanges(header string) []string {
	var all []string

	for part := range strings.SplitSeq(header, ",") {
		kind, params, err := mime.ParseMediaType(part)
		if q, qerr := strconv.ParseFloat(
			params["q"],
			64,
		); err == nil &&
			(params["q"] == "" || qerr == nil && q > 0) {
			all = append(all, kind)
		}
	}

	return all
}

func covered(wanted string, types map[string]bool) bool {
	major, minor, _ := strings.Cut(wanted, "/")
	for kind := range types {
		top, sub, _ := strings.Cut(kind, "/")
		if kind != csvType && (major == "*" || major == top) && (minor == "*" || sub == "*" || minor == sub) {
			return true
		}
	}

	return false
}

// Attachment names the file that a table is saved as.
func Attachment(ctx context.Context, name string) {
	c := Request(ctx)
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Cache-Control", "no-store")
}

// PagesOf is a table of a list that is read page by page: the first is read before anything is sent, so
// that a refusal is still one.
func PagesOf[R any](
	head []string,
	first []R,
	next string,
	more func(cursor string) ([]R, string, error),
	cells func(R) []string,
) Written {
	return AsTable(reach.Table{Head: head, Each: func(write func([]string) error) error {
		rows, next := first, next
		for {
			for _, r := range rows {
				if err := write(cells(r)); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			var err error
			if rows, next, err = more(next); err != nil {
				return err
			}
		}
	}})
}

// WordsOf translates for the request.
func WordsOf(ctx context.Context) reach.Words {
	printer := PrinterOf(Request(ctx))
	return func(text string, args ...any) string { return printer.T(text, args...) }
}
