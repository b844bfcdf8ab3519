package reach

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Bounds of an import file.
const (
	maxImportBytes = 32 << 20
	maxImportRows  = 50_000
	importBatch    = 2000
)

// ImportReport is what an import file brought.
type ImportReport struct {
	Rows     int // read
	New      int // posts that were not known
	Rejected []RowError
}

// RowError says why a line of the file was left out.
type RowError struct {
	Line int
	Text string // Chinese source text
}

// importRow is one past post in a file.
type importRow struct {
	ID       string `json:"id"`
	PostedAt string `json:"posted_at"`
	Text     string `json:"text"`
	Original *bool  `json:"original"`
	Pictures int    `json:"pictures"`
	Reposts  int64  `json:"reposts"`
	Comments int64  `json:"comments"`
	Likes    int64  `json:"likes"`
	Reads    *int64 `json:"reads"`
}

// ImportPast takes past posts of an account from a CSV or JSON file: docs/reach.md names the columns. Lines that cannot be understood are
// reported and left out, posts that are known already are left alone. Fails with fault.Invalid at "file" when nothing can be read.
func (s *Service) ImportPast(ctx context.Context, actor access.Actor, accountID int64, name string, file io.Reader) (ImportReport, error) {
	a, err := s.accounts.Find(ctx, actor, accountID)
	if err != nil {
		return ImportReport{}, err
	}
	if err := access.Require(actor, access.AccountManage, a.UnitPath); err != nil {
		return ImportReport{}, err
	}
	list, report, err := parseImport(name, file)
	if err != nil {
		return report, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		for len(list) > 0 {
			n := min(len(list), importBatch)
			added, err := s.keepPast(ctx, tx, a, list[:n])
			if err != nil {
				return err
			}
			list, report.New = list[n:], report.New+added
		}
		return audit.Write(ctx, tx, audit.Entry{Actor: actor, At: s.now(), Action: "account.backfill", Subject: "account/" + strconv.FormatInt(a.ID, 10),
			UnitPath: a.UnitPath, Detail: map[string]any{"from": "file", "file": name, "rows": report.Rows, "new": report.New}})
	})
	return report, err
}

func (s *Service) keepPast(ctx context.Context, tx pg.Tx, a account.Account, list []fresh) (int, error) {
	for i := range list {
		list[i].NextRead = orNil(NextRead(a.Connector, list[i].PostedAt, s.now()))
	}
	ids, err := insertPosts(ctx, tx.Pgx, a.ID, list, s.now())
	if err != nil {
		return 0, err
	}
	return len(ids), rollDays(ctx, tx.Pgx, a.ID, daysOf(instants(list)))
}

// parseImport reads a file by its content: JSON when it begins with a bracket, else CSV with a head.
func parseImport(name string, file io.Reader) ([]fresh, ImportReport, error) {
	raw, err := io.ReadAll(io.LimitReader(file, maxImportBytes+1))
	if err != nil {
		return nil, ImportReport{}, err
	}
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte(bom)))
	switch {
	case len(raw) > maxImportBytes:
		return nil, ImportReport{}, fault.Invalid("file", "文件超过 32 MB，请分成几个文件导入")
	case len(raw) == 0:
		return nil, ImportReport{}, fault.Invalid("file", "文件是空的")
	case raw[0] == '[':
		return parseJSON(raw)
	}
	return parseCSV(raw)
}

func parseJSON(raw []byte) ([]fresh, ImportReport, error) {
	var list []importRow
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, ImportReport{}, fault.Invalid("file", "文件不是可读的 JSON 数组").With(err)
	}
	var out []fresh
	report := ImportReport{}
	for i, r := range list {
		if err := collect(&out, &report, r, i+1); err != nil {
			return nil, report, err
		}
	}
	return out, report, nil
}

// columns are the names a head may use, Chinese or English.
var columns = map[string]string{
	"id": "id", "微博id": "id", "mid": "id", "posted_at": "posted_at", "发布时间": "posted_at", "text": "text", "正文": "text", "微博正文": "text",
	"original": "original", "是否原创": "original", "pictures": "pictures", "图片数": "pictures", "reposts": "reposts", "转发数": "reposts",
	"comments": "comments", "评论数": "comments", "likes": "likes", "点赞数": "likes", "reads": "reads", "阅读数": "reads",
}

func parseCSV(raw []byte) ([]fresh, ImportReport, error) {
	in := csv.NewReader(bufio.NewReader(bytes.NewReader(raw)))
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		return nil, ImportReport{}, fault.Invalid("file", "文件不是可读的 CSV").With(err)
	}
	place := map[string]int{}
	for i, h := range head {
		if c, ok := columns[strings.ToLower(strings.TrimSpace(h))]; ok {
			place[c] = i
		}
	}
	for _, needed := range []string{"id", "posted_at", "text"} {
		if _, ok := place[needed]; !ok {
			return nil, ImportReport{}, fault.Invalid("file", "首行缺少列：{.column}", "column", needed)
		}
	}
	return csvRows(in, place)
}

func csvRows(in *csv.Reader, place map[string]int) ([]fresh, ImportReport, error) {
	var out []fresh
	report := ImportReport{}
	for line := 2; ; line++ {
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, report, nil
		}
		if err != nil {
			report.Rows++
			report.Rejected = append(report.Rejected, RowError{line, badRow})
			continue
		}
		row, err := csvRow(rec, place)
		if err != nil {
			report.Rows++
			report.Rejected = append(report.Rejected, RowError{line, badNumber})
			continue
		}
		if err := collect(&out, &report, row, line); err != nil {
			return nil, report, err
		}
	}
}

// csvRow reads one line. Empty figures are zero, but for reads, which are then not available.
func csvRow(rec []string, place map[string]int) (importRow, error) {
	cell := func(name string) string {
		if i, ok := place[name]; ok && i < len(rec) {
			return strings.TrimPrefix(strings.TrimSpace(rec[i]), "'")
		}
		return ""
	}
	var wrong error
	number := func(name string) int64 {
		n, err := strconv.ParseInt(strings.ReplaceAll(cell(name), ",", ""), 10, 64)
		if cell(name) != "" && err != nil {
			wrong = fmt.Errorf("column %s: %w", name, err)
		}
		return n
	}
	row := importRow{ID: cell("id"), PostedAt: cell("posted_at"), Text: cell("text"), Pictures: int(number("pictures")),
		Reposts: number("reposts"), Comments: number("comments"), Likes: number("likes")}
	if cell("reads") != "" {
		n := number("reads")
		row.Reads = &n
	}
	if c := strings.ToLower(cell("original")); c != "" {
		own := c == "1" || c == "true" || c == "是"
		row.Original = &own
	}
	return row, wrong
}

// Why a line is left out.
const (
	badRow    = "这一行的格式不对"
	badNumber = "数字一栏不是数字"
	badID     = "微博 ID 应只由数字组成"
	badTime   = "发布时间应写成 2026-11-01 08:30 这样"
	badCount  = "数字不能小于 0"
)

// Label is the Chinese text of the reason, as the catalogue knows it.
func (e RowError) Label() string {
	return map[string]string{badRow: "这一行的格式不对", badNumber: "数字一栏不是数字", badID: "微博 ID 应只由数字组成",
		badTime: "发布时间应写成 2026-11-01 08:30 这样", badCount: "数字不能小于 0"}[e.Text]
}

// collect checks one row and keeps it or its fault; the error is only for a file that is too long.
func collect(out *[]fresh, report *ImportReport, r importRow, line int) error {
	if report.Rows++; report.Rows > maxImportRows {
		return fault.Invalid("file", "文件超过 {.max} 行，请分成几个文件导入", "max", maxImportRows)
	}
	f, why := r.fresh()
	if why != "" {
		report.Rejected = append(report.Rejected, RowError{line, why})
		return nil
	}
	*out = append(*out, f)
	return nil
}

func (r importRow) fresh() (fresh, string) {
	if n, err := strconv.ParseInt(r.ID, 10, 64); err != nil || n <= 0 {
		return fresh{}, badID
	}
	at, err := importTime(r.PostedAt)
	if err != nil {
		return fresh{}, badTime
	}
	if r.Reposts < 0 || r.Comments < 0 || r.Likes < 0 || r.Pictures < 0 || r.Reads != nil && *r.Reads < 0 {
		return fresh{}, badCount
	}
	return fresh{RemoteID: r.ID, Origin: Past, PostedAt: at, Text: r.Text, Original: r.Original == nil || *r.Original, Pictures: r.Pictures,
		State: Shown, Counted: true, Counts: Counts{r.Reposts, r.Comments, r.Likes, r.Reads}}, ""
}

// importTime takes an instant as the platform, Excel or JSON writes it; without a zone it is Shanghai's.
func importTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.RubyDate} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("unknown form of an instant")
}
