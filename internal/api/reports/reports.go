package reports

import (
	"context"
	"encoding/hex"
	"mime"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/report"
)

// Report is a report without what stands in it.
type Report struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind" enum:"quarter,league,inspection,account"`
	Title       string     `json:"title"`
	UnitID      int64      `json:"unit_id"`
	UnitName    string     `json:"unit_name"`
	Subtree     bool       `json:"subtree" doc:"含下属单位"`
	AccountID   *int64     `json:"account_id,omitempty"`
	From        string     `json:"from" format:"date" doc:"第一天"`
	To          string     `json:"to" format:"date" doc:"最后一天"`
	State       string     `json:"state" enum:"draft,signing,signed"`
	Number      *string    `json:"number,omitempty" doc:"第二人签发时编的号"`
	Hash        string     `json:"hash" doc:"数据的 SHA-256"`
	Revision    int        `json:"revision" doc:"办理时写所看到的这个数"`
	MadeBy      *int64     `json:"made_by,omitempty" doc:"没有的是机器生成的"`
	MadeAt      time.Time  `json:"made_at"`
	FirstBy     *int64     `json:"first_by,omitempty" doc:"第一签发人"`
	FirstAt     *time.Time `json:"first_at,omitempty"`
	SecondBy    *int64     `json:"second_by,omitempty" doc:"第二签发人"`
	SecondAt    *time.Time `json:"second_at,omitempty"`
	ReturnedWhy string     `json:"returned_why" doc:"为什么退回；空为没有退回"`
	UpdatedAt   time.Time  `json:"updated_at"`
	May         []string   `json:"may" doc:"本人现在可以做的"`
}

func show(who access.Actor, r report.Report) Report {
	return Report{
		ID: r.ID, Kind: string(r.Kind), Title: r.Title, UnitID: r.UnitID, UnitName: r.UnitName,
		Subtree: r.Subtree, AccountID: r.AccountID, From: r.From(), To: r.To(), State: string(r.State),
		Number: r.Number, Hash: hex.EncodeToString(r.Hash), Revision: r.Revision, MadeBy: r.MadeBy,
		MadeAt: r.MadeAt.UTC(), FirstBy: r.FirstBy, FirstAt: rest.UTC(r.FirstAt), SecondBy: r.SecondBy,
		SecondAt: rest.UTC(r.SecondAt), ReturnedWhy: r.ReturnedWhy, UpdatedAt: r.UpdatedAt.UTC(),
		May: rest.Each(r.Acts(who), func(act report.Act) string { return string(act) }),
	}
}

// Section is a part of a report with its words and its tables.
type Section struct {
	Heading string  `json:"heading"`
	Place   string  `json:"place" doc:"文字的位置：overview、problems、measures；空为没有文字"`
	Words   string  `json:"words"`
	Tables  []Table `json:"tables" nullable:"false"`
}

// Table is a table of figures.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns" nullable:"false"`
	Rows    [][]any  `json:"rows" nullable:"false" doc:"数字或文字；null 为不可用"`
	Note    string   `json:"note"`
}

type paper struct {
	Report
	Version  int       `json:"version" doc:"文字第几版"`
	At       time.Time `json:"at" doc:"数据截至"`
	Sources  []string  `json:"sources" nullable:"false" doc:"数据从哪里来、新旧如何"`
	Sections []Section `json:"sections" nullable:"false"`
}

func tableOf(t report.Table) Table {
	shown := Table{Name: t.Name, Note: t.Note, Rows: [][]any{}}
	for _, column := range t.Columns {
		shown.Columns = append(shown.Columns, column.Text)
	}

	for _, cells := range t.Rows {
		row := make([]any, len(cells))
		for i, cell := range cells {
			switch {
			case cell.Number != nil:
				row[i] = *cell.Number
			case !t.Columns[i].Number || cell.Text != "":
				row[i] = cell.Text
			}
		}
		shown.Rows = append(shown.Rows, row)
	}

	return shown
}

type listAsk struct {
	rest.Paging
	UnitID int64  `query:"unit_id" doc:"这个单位和下属单位的"`
	Kind   string `query:"kind" enum:"quarter,league,inspection,account" doc:"哪一种报告"`
	State  string `query:"state" enum:"draft,signing,signed" doc:"到哪一步"`
}

func (a *api) list(ctx context.Context, who access.Actor, in *listAsk) (*rest.Out[rest.List[Report]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	found, err := a.Reports.List(ctx, who, report.Query{
		UnitPath: path,
		Kind:     report.Kind(in.Kind),
		State:    report.State(in.State),
		After:    in.Cursor,
		Limit:    in.Limit,
	})
	if err != nil {
		return nil, err
	}

	return rest.Paged(found.Rows, found.Next, func(r report.Report) Report { return show(who, r) }), nil
}

func (a *api) find(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[paper], error) {
	found, err := a.Reports.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[paper]{Body: paper{
		Report: show(who, found.Report), Version: found.Edition.Number, At: found.Figures.At.UTC(),
		Sources: found.Figures.Sources,
		Sections: rest.Each(found.Figures.Sections, func(s report.Section) Section {
			return Section{
				s.Heading,
				string(s.Words),
				found.Edition.Words[s.Words],
				rest.Each(s.Tables, tableOf),
			}
		}),
	}}, nil
}

// file is an answer that is not JSON.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *api) file(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Format string `query:"format" enum:"docx,xlsx,pdf" required:"true" doc:"哪一种文件"`
}) (*file, error) {
	made, err := a.Reports.File(ctx, who, in.ID, report.Format(in.Format))
	if err != nil {
		return nil, err
	}

	return &file{
		ContentType: made.Type, Body: made.Body,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": made.Name}),
	}, nil
}

func (a *api) make(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		Kind      string `json:"kind" enum:"quarter,league,inspection,account"`
		UnitID    int64  `json:"unit_id,omitempty" doc:"单位，连同本人管辖的下属单位；账号报告不填"`
		AccountID int64  `json:"account_id,omitempty" doc:"账号报告的账号"`
		From      string `json:"from" format:"date" doc:"第一天"`
		To        string `json:"to" format:"date" doc:"最后一天"`
	}
}) (*rest.Out[Report], error) {
	made, err := a.Reports.Make(ctx, who, report.Ask{
		Kind: report.Kind(in.Body.Kind), UnitID: in.Body.UnitID, AccountID: in.Body.AccountID,
		From: in.Body.From, To: in.Body.To,
	})

	return shown(who, made, err)
}

func shown(who access.Actor, r report.Report, err error) (*rest.Out[Report], error) {
	if err != nil {
		return nil, err
	}

	return &rest.Out[Report]{Body: show(who, r)}, nil
}

func (a *api) write(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Title    string `json:"title" maxLength:"80"`
		Overview string `json:"overview,omitempty" maxLength:"4000" doc:"概况；没有写的文字变为空"`
		Problems string `json:"problems,omitempty" maxLength:"4000" doc:"问题与整改"`
		Measures string `json:"measures,omitempty" maxLength:"4000" doc:"下一步措施"`
	}
}) (*rest.Out[Report], error) {
	after, err := a.Reports.Write(ctx, who, in.ID, in.Body.Revision, in.Body.Title, report.Words{
		report.Overview: in.Body.Overview,
		report.Problems: in.Body.Problems,
		report.Measures: in.Body.Measures,
	})

	return shown(who, after, err)
}

func (a *api) sign(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int `json:"revision" minimum:"1"`
	}
}) (*rest.Out[Report], error) {
	after, err := a.Reports.Sign(ctx, who, in.ID, in.Body.Revision)
	return shown(who, after, err)
}

func (a *api) giveBack(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Reason   string `json:"reason" maxLength:"2000" doc:"为什么退回"`
	}
}) (*rest.Out[Report], error) {
	after, err := a.Reports.Return(ctx, who, in.ID, in.Body.Revision, in.Body.Reason)
	return shown(who, after, err)
}
