package reach

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/reach"
)

type importForm struct {
	File huma.FormFile `form:"file" required:"true" doc:"历史微博的 CSV 或 JSON 文件"`
}

// oneImport is a file of past posts: while it is worked through, and after.
type oneImport struct {
	ID        int64       `json:"id"`
	AccountID int64       `json:"account_id"`
	State     string      `json:"state" enum:"waiting,running,done,failed,undone"`
	FileName  string      `json:"file_name"`
	Rows      int         `json:"rows" doc:"读到的行数"`
	Done      int         `json:"done" doc:"已处理的行数，不含没有收录的"`
	New       int         `json:"new" doc:"新收录的微博数"`
	Rejected  []importRow `json:"rejected"`
	Kept      int         `json:"kept,omitempty" doc:"撤销后仍留下的微博数：平台已另外显示过"`
	CreatedBy string      `json:"created_by,omitempty"`
	CreatedAt time.Time   `json:"created_at"`
	EndedAt   *time.Time  `json:"ended_at,omitempty"`
	Location  string      `json:"location" doc:"查询进度的地址"`
}

type importRow struct {
	Line   int    `json:"line" doc:"文件中的行号；JSON 为第几条"`
	Reason string `json:"reason" doc:"固定的原因代码"`
	Text   string `json:"text" doc:"没有收录的原因"`
}

// importAnswer is 200 when the file was worked through, 202 when that goes on.
type importAnswer struct {
	Status   int
	Location string `header:"Location" doc:"查询进度的地址"`
	Applied  string `header:"Preference-Applied"`
	Body     oneImport
}

// importing documents the answer of a file that takes longer.
func importing(op huma.Operation) huma.Operation {
	op.MaxBodyBytes = reach.MaxImportBytes + 64<<10 // and the form around it
	op.Responses = map[string]*huma.Response{
		"202": {
			Description: i18n.N("正在导入，到 Location 查询进度"),
			Content: map[string]*huma.MediaType{
				"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/OneImport"}},
			},
		},
	}

	return op
}

func importPath(id int64) string { return rest.Prefix + "/imports/" + rest.Number(id) }

func showImport(ctx context.Context, i reach.Import, rejects []reach.Rejected) oneImport {
	words := rest.PrinterOf(rest.Request(ctx))

	return oneImport{
		ID:        i.ID,
		AccountID: i.AccountID,
		State:     string(i.State),
		FileName:  i.FileName,
		Rows:      i.Rows,
		Done:      i.Done,
		New:       i.Added,
		Kept:      i.Kept,
		CreatedBy: i.UserName,
		CreatedAt: i.CreatedAt.UTC(),
		EndedAt:   rest.UTC(i.EndedAt),
		Location:  importPath(i.ID),
		Rejected: rest.Each(rejects, func(rejected reach.Rejected) importRow {
			return importRow{rejected.Line, string(rejected.Reason), words.T(rejected.Reason.Label())}
		}),
	}
}

// importHistory takes a file. It does the work itself while the caller waits, so that nobody waits for
// a job; what is not done by then a job goes on with.
func (a *api) importHistory(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Prefer  string `header:"Prefer" maxLength:"200" doc:"respond-async：不等导入完成，立即答复 202"`
	RawBody huma.MultipartFormFiles[importForm]
}) (*importAnswer, error) {
	file := in.RawBody.Data().File
	if !file.IsSet {
		return nil, rest.ErrNoFile
	}
	if !rest.CleanText(file.Filename) {
		return nil, rest.ErrMalformed
	}

	started, err := a.Reach.StartImport(ctx, who, in.ID, file.Filename, file)
	if err != nil {
		return nil, err
	}
	if prefersAsync(in.Prefer) {
		answer, err := a.importState(ctx, who, started.ID, http.StatusAccepted)
		if err == nil {
			answer.Applied = "respond-async"
		}

		return answer, err
	}

	wait, cancel := context.WithTimeout(ctx, a.ImportTime)
	defer cancel()

	err = a.Reach.RunImport(wait, started.ID)
	switch {
	case err != nil && errors.Is(wait.Err(), context.DeadlineExceeded):
		return a.importState(ctx, who, started.ID, http.StatusAccepted)
	case err != nil:
		return nil, err
	}

	return a.importState(ctx, who, started.ID, http.StatusOK)
}

func prefersAsync(header string) bool {
	for wish := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(wish, ";")
		if strings.EqualFold(strings.TrimSpace(name), "respond-async") {
			return true
		}
	}

	return false
}

func (a *api) importState(
	ctx context.Context,
	who access.Actor,
	id int64,
	status int,
) (*importAnswer, error) {
	importReport, err := a.Reach.ImportReport(ctx, who, id)
	if err != nil {
		return nil, err
	}

	return &importAnswer{
		Status:   status,
		Location: importPath(id),
		Body:     showImport(ctx, importReport.Import, importReport.Rejects),
	}, nil
}

func (a *api) getImport(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[oneImport], error) {
	importReport, err := a.Reach.ImportReport(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[oneImport]{Body: showImport(ctx, importReport.Import, importReport.Rejects)}, nil
}

func (a *api) listImports(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[oneImport]], error) {
	if _, err := a.Accounts.Find(ctx, who, in.ID); err != nil {
		return nil, err
	}
	rows, err := a.Reach.Imports(ctx, who, in.ID)

	return rest.Whole(rows, func(i reach.Import) oneImport { return showImport(ctx, i, nil) }), err
}

func (a *api) undoImport(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[oneImport], error) {
	if _, err := a.Reach.UndoImport(ctx, who, in.ID); err != nil {
		return nil, err
	}

	return a.getImport(ctx, who, in)
}
