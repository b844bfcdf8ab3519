package plan

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/plan"
)

type planFile struct {
	File     huma.FormFile `form:"file" required:"true" doc:"Excel 文件（.xlsx），第一行是列名"`
	Pictures huma.FormFile `form:"pictures" required:"false" doc:"图片压缩包（.zip），“图片”一列写其中的文件名"`
}

type planImported struct {
	ID     int64             `json:"id,omitempty" doc:"导入的编号，dry_run 时没有"`
	Rows   int               `json:"rows" doc:"读到的行数"`
	Faults []planImportWrong `json:"faults" nullable:"false" doc:"dry_run 时写出每个不对的单元格；有一处就一篇也不导入"`
	Again  bool              `json:"again" doc:"同一个文件您已经导入过"`
}

type planImportWrong struct {
	Row     int    `json:"row" doc:"文件中的行号"`
	Column  string `json:"column"`
	Message string `json:"message"`
}

func (a *api) importPlan(ctx context.Context, who access.Actor, in *struct {
	DryRun  bool `query:"dry_run" doc:"只看结果，什么也不导入"`
	Again   bool `query:"again" doc:"知道同一个文件已经导入过，再导入一次"`
	RawBody huma.MultipartFormFiles[planFile]
}) (*rest.Out[planImported], error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, rest.ErrNoFile
	}
	file := plan.File{Name: form.File.Filename}
	var err error
	if file.Sheet, err = io.ReadAll(io.LimitReader(form.File, plan.MaxSheetBytes+1)); err != nil {
		return nil, err
	}
	if form.Pictures.IsSet {
		if file.Pictures, err = io.ReadAll(io.LimitReader(form.Pictures, plan.MaxZipBytes+1)); err != nil {
			return nil, err
		}
	}
	if !in.DryRun {
		made, err := a.Plan.Import(ctx, who, file, in.Again)

		return &rest.Out[planImported]{
			Body: planImported{ID: made.ID, Rows: made.Posts, Again: in.Again},
		}, err
	}
	draft, err := a.Plan.Look(ctx, who, file)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[planImported]{Body: planImported{
		Rows:  draft.Read,
		Again: draft.Earlier != nil,
		Faults: rest.Each(draft.Faults, func(one plan.RowFault) planImportWrong {
			return planImportWrong{one.Row, words.T(one.Column), words.T(one.Fault.Text, one.Fault.Args...)}
		}),
	}}, nil
}

func (a *api) undoPlanImport(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[planImported], error) {
	undone, err := a.Plan.Undo(ctx, who, in.ID)
	return &rest.Out[planImported]{Body: planImported{ID: undone.ID, Rows: undone.Posts}}, err
}
