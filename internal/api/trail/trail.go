package trail

import (
	"context"
	"io"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

type openTodo struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind"`
	Code        string     `json:"code"`
	Text        string     `json:"text" doc:"用 Accept-Language 的语言"`
	SubjectType string     `json:"subject_type"`
	SubjectID   int64      `json:"subject_id"`
	UnitName    string     `json:"unit_name"`
	Path        string     `json:"path" doc:"在页面上办理的地址"`
	DueAt       *time.Time `json:"due_at,omitempty"`
	RaisedAt    time.Time  `json:"raised_at"`
}

func (a *api) todos() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/todos", "list-todos",
		"todos", i18n.N("本人的待办，最急的在前"),
	), access.Self, a.listTodos)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/todos/{id}/read", "read-todo",
		"todos", i18n.N("告知已阅，从本人的待办中去掉"),
	), access.Self, a.readTodo)
}

func (a *api) listTodos(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[openTodo]], error) {
	rows, err := a.Todos.List(ctx, who)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Sliced(
		rows,
		*in,
		func(open todo.Open) int64 { return open.ID },
		func(open todo.Open) openTodo {
			return openTodo{
				open.ID, open.Kind, open.Code, words.T(open.Text(), open.Pairs()...),
				string(open.Subject), open.SubjectID, open.UnitName, open.Path, rest.UTC(open.DueAt),
				open.RaisedAt.UTC(),
			}
		},
	)
}

func (a *api) readTodo(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Todos.Read(ctx, who, in.ID)
}

type auditEntry struct {
	ID          int64          `json:"id"`
	At          time.Time      `json:"at"`
	ActorID     int64          `json:"actor_id"`
	ActorName   string         `json:"actor_name"`
	Action      string         `json:"action"`
	Label       string         `json:"label" doc:"用 Accept-Language 的语言"`
	SubjectType string         `json:"subject_type"`
	SubjectID   string         `json:"subject_id"`
	UnitName    string         `json:"unit_name"`
	IP          string         `json:"ip,omitempty"`
	Reason      string         `json:"reason,omitempty"`
	Detail      map[string]any `json:"detail,omitempty"`
	Seq         int64          `json:"seq,omitempty" doc:"在审计链中的序号；刚写入时没有"`
	Hash        string         `json:"hash,omitempty"`
}

type auditFilter struct {
	rest.Paging
	rest.Tabular
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
	ActorID int64     `query:"actor_id"`
	Actor   string    `query:"actor" maxLength:"200" doc:"人名的一部分"`
	Action  string    `query:"action" maxLength:"100"`
	Subject string    `query:"subject" maxLength:"100" doc:"如 post/41；只写 post 为全部稿件"`
	UnitID  int64     `query:"unit_id" doc:"该单位和下属单位"`
}

type chainReport struct {
	Intact    bool       `json:"intact" doc:"整条审计链完好"`
	Checked   int64      `json:"checked"`
	HeadSeq   int64      `json:"head_seq"`
	HeadHash  string     `json:"head_hash"`
	Days      int        `json:"days"`
	Unchained int64      `json:"unchained" doc:"已写入、还没有连入链的条数"`
	Oldest    *time.Time `json:"oldest_unchained,omitempty"`
	BrokenID  int64      `json:"broken_id,omitempty" doc:"第一条对不上的记录"`
	Broken    string     `json:"broken,omitempty"`
	Vouched   int64      `json:"vouched" doc:"主密钥逐条担保的条数"`
	Forged    int64      `json:"forged" doc:"没有密钥担保的条数"`
	ClosedSeq int64      `json:"closed_seq" doc:"到这一条为止由封存担保"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
}

func (a *api) audits() {
	rest.Register(a.API, rest.Tables(rest.Op(http.MethodGet,
		"/audit", "list-audit",
		"audit", i18n.N("审计记录，最新的在前"),
	)), access.AuditView, a.listAudit)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/audit/verify", "verify-audit",
		"audit", i18n.N("核验审计链"),
	), access.AuditView, a.verifyAudit)
}

func (a *api) listAudit(
	ctx context.Context,
	who access.Actor,
	in *auditFilter,
) (*rest.Out[rest.List[auditEntry]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	if err := rest.Ordered(in.From, in.To); err != nil {
		return nil, err
	}
	filter := audit.Filter{
		From: in.From.UTC(), To: in.To.UTC(), ActorID: in.ActorID, Actor: in.Actor,
		Action: in.Action, Subject: in.Subject, UnitPath: path, After: in.Cursor, Limit: in.Limit,
	}
	if rest.WantsTable(ctx) {
		rest.Attachment(ctx, "audit.csv")

		table := rest.Streamed(func(w io.Writer) error { return a.Audit.Export(ctx, who, filter, w) })

		return &rest.Out[rest.List[auditEntry]]{Body: rest.List[auditEntry]{Written: table}}, nil
	}
	page, err := a.Audit.List(ctx, who, filter)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Paged(page.Rows, page.Next, func(row audit.Row) auditEntry {
		facts := row.Facts()

		return auditEntry{
			row.ID, row.At.UTC(), row.ActorID, row.ActorName, row.Action,
			words.T(a.Audit.Label(row.Action)), row.SubjectType, row.SubjectID, row.UnitName,
			row.IP, facts.Why, facts.Detail, row.Seq, rest.HexOf(row.Hash),
		}
	}), nil
}

func (a *api) verifyAudit(ctx context.Context, _ access.Actor, _ *struct{}) (*rest.Out[chainReport], error) {
	report, err := a.Audit.Verify(ctx)
	if err != nil {
		return nil, err
	}
	shown := chainReport{
		Intact:    report.Broken == nil,
		Checked:   report.Checked,
		HeadSeq:   report.HeadSeq,
		HeadHash:  rest.HexOf(report.HeadHash),
		Days:      report.Days,
		Unchained: report.Unchained,
	}
	shown.Vouched, shown.Forged, shown.ClosedSeq = report.Vouched, report.Forged, report.ClosedSeq
	if !report.ClosedAt.IsZero() {
		shown.ClosedAt = rest.UTC(&report.ClosedAt)
	}
	if !report.Oldest.IsZero() {
		shown.Oldest = rest.UTC(&report.Oldest)
	}
	if report.Broken != nil {
		shown.BrokenID, shown.Broken = report.Broken.ID, report.Broken.Code
	}

	return &rest.Out[chainReport]{Body: shown}, nil
}
