package audit

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// exportLimit bounds one file; a spreadsheet takes no more rows.
const exportLimit = 1_000_000

// Facts are the parts of an entry that only its body holds.
type Facts struct {
	Why    string
	Detail map[string]any
}

// Facts reads the body. An unreadable one, which Verify reports, gives no facts.
func (r Row) Facts() Facts {
	var b body
	if json.Unmarshal(r.Body, &b) != nil {
		return Facts{}
	}

	return Facts{Why: b.Why, Detail: b.Detail}
}

// header is in Chinese only: the file goes into a Chinese file.
var header = []string{
	"序号", "时间（北京）", "操作人", "操作人编号", "操作", "操作代码", "对象", "单位", "来源地址", "理由", "详情", "链上序号", "哈希",
}

// Export writes the entries that List would show as CSV with a byte order mark, newest first, and
// records that it was done. Cells that a spreadsheet would take for a formula are disarmed.
func (s *Service) Export(ctx context.Context, actor access.Actor, filter Filter, w io.Writer) (err error) {
	defer fault.Step(&err, "audit.Export")

	if err := s.recordExport(ctx, actor, filter); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}

	filter.After, filter.Limit = "", 1000
	for n := 0; n < exportLimit; n += filter.Limit {
		page, err := s.List(ctx, actor, filter)
		if err != nil {
			return err
		}

		for _, row := range page.Rows {
			if err := out.Write(s.cells(row)); err != nil {
				return err
			}
		}
		if filter.After = page.Next; filter.After == "" {
			break
		}
	}
	out.Flush()

	return out.Error()
}

// recordExport notes at the reader's own topmost unit that the trail was taken out.
func (s *Service) recordExport(ctx context.Context, actor access.Actor, filter Filter) error {
	at := ""
	for _, grant := range actor.Grants {
		if access.ExtentOf(grant.Role, access.AuditView) != access.Nowhere &&
			(at == "" || len(grant.Path) < len(at)) {
			at = grant.Path
		}
	}
	if err := access.Require(actor, access.AuditView, at); err != nil {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		return Write(ctx, tx, Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   actExport,
			Subject:  "audit/trail",
			UnitPath: at,
			Detail: map[string]any{
				"action":  filter.Action,
				"subject": filter.Subject,
				"unit":    filter.UnitPath,
				"actor":   filter.Actor,
			},
		})
	})
}

func (s *Service) cells(row Row) []string {
	facts := row.Facts()
	detail, _ := encode(facts.Detail) // it was decoded from JSON just now
	seq := ""
	if row.Seq > 0 {
		seq = fmt.Sprint(row.Seq)
	}

	cells := []string{
		fmt.Sprint(row.ID), row.At.In(beijing.Zone).Format("2006-01-02 15:04:05.000000"),
		row.ActorName, fmt.Sprint(row.ActorID), s.Label(row.Action), row.Action,
		row.SubjectType + "/" + row.SubjectID, row.UnitName, row.IP, facts.Why, string(detail), seq,
		hex.EncodeToString(row.Hash),
	}
	for i := range cells {
		cells[i] = SafeCell(cells[i])
	}

	return cells
}

// SafeCell disarms a cell that a spreadsheet would run as a formula or take for another number than it
// is, by an apostrophe before it.
func SafeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) || ReadAsNumber(s) {
		return "'" + s
	}

	return s
}

// asNumber is what a spreadsheet shows as another number: it keeps fifteen digits, drops zeros in front
// and reads powers of ten. Ids of posts have sixteen digits, and a number of a house or a hash may look
// like the others.
var asNumber = regexp.MustCompile(`^(\d{16,}|0\d+|\d+(\.\d+)?[eE][+-]?\d+)$`)

// ReadAsNumber tells whether s is an id, a code or a hash that a spreadsheet would read as a number and
// change.
func ReadAsNumber(s string) bool { return len(s) < 200 && asNumber.MatchString(s) }
