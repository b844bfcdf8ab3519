package faultbook

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/faultbook"
)

// Fault is a line of the register.
type Fault struct {
	ID          int64      `json:"id"`
	AccountID   int64      `json:"account_id"`
	Handle      string     `json:"handle"`
	UnitID      int64      `json:"unit_id" doc:"整改单位；分派之前是账号的单位"`
	UnitName    string     `json:"unit_name"`
	Code        string     `json:"code" doc:"哪一类问题的代码，见 docs/inspection.md"`
	CodeText    string     `json:"code_text" doc:"用 Accept-Language 的语言"`
	Veto        bool       `json:"veto" doc:"单项否决"`
	Subject     string     `json:"subject" doc:"具体对象，如 post/41；空为整个账号"`
	Source      string     `json:"source" enum:"rule,post,person"`
	Description string     `json:"description"`
	Evidence    string     `json:"evidence"`
	State       string     `json:"state" enum:"open,assigned,corrected,checked,closed,reopened"`
	Deadline    *string    `json:"deadline,omitempty" format:"date" doc:"最后一天"`
	Overdue     bool       `json:"overdue"`
	Correction  string     `json:"correction"`
	CorrectedBy *int64     `json:"corrected_by,omitempty"`
	CheckedBy   *int64     `json:"checked_by,omitempty"`
	OpenedBy    *int64     `json:"opened_by,omitempty" doc:"没有的是规则记入的"`
	OpenedAt    time.Time  `json:"opened_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	ClosedAt    *time.Time `json:"closed_at,omitempty"`
	Revision    int        `json:"revision" doc:"办理时写所看到的这个数"`
	May         []string   `json:"may" doc:"本人现在可以做的"`
}

// Step is one step of a fault.
type Step struct {
	Act  string    `json:"act" doc:"空为记入台账"`
	From string    `json:"from"`
	To   string    `json:"to"`
	Note string    `json:"note"`
	By   string    `json:"by" doc:"空为规则"`
	At   time.Time `json:"at"`
}

type faultWithSteps struct {
	rest.Written
	Fault
	Steps []Step `json:"steps" nullable:"false"`
}

func (a *api) show(ctx context.Context, who access.Actor, f faultbook.Fault) Fault {
	shown := Fault{
		ID: f.ID, AccountID: f.AccountID, Handle: f.Handle, UnitID: f.UnitID, UnitName: f.UnitName,
		Code: f.Code, CodeText: rest.PrinterOf(rest.Request(ctx)).T(f.Kind().Text), Veto: f.Kind().Veto,
		Subject: f.Subject, Source: string(f.Source), Description: f.Description, Evidence: f.Evidence,
		State: string(f.State), Overdue: f.Overdue(a.Now()), Correction: f.Correction,
		CorrectedBy: f.CorrectedBy, CheckedBy: f.CheckedBy, OpenedBy: f.OpenedBy, OpenedAt: f.OpenedAt.UTC(),
		UpdatedAt: f.UpdatedAt.UTC(), ClosedAt: rest.UTC(f.ClosedAt), Revision: f.Revision,
		May: rest.Each(f.Acts(who), func(act faultbook.Act) string { return string(act) }),
	}
	if due := f.Due(); due != "" {
		shown.Deadline = &due
	}

	return shown
}

type listAsk struct {
	rest.Paging
	UnitID    int64  `query:"unit_id" doc:"账号的单位或整改单位，连同下属单位"`
	State     string `query:"state" enum:"open,assigned,corrected,checked,closed,reopened" doc:"不填为未销号的"`
	Code      string `query:"code" maxLength:"40" doc:"哪一类问题的代码，见 docs/inspection.md"`
	AccountID int64  `query:"account_id"`
	Overdue   bool   `query:"overdue" doc:"只要逾期未整改的"`
}

func (a *api) list(ctx context.Context, who access.Actor, in *listAsk) (*rest.Out[rest.List[Fault]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	found, err := a.Faults.List(ctx, who, faultbook.Query{
		UnitPath: path, State: faultbook.State(in.State), Code: in.Code, AccountID: in.AccountID,
		Overdue: in.Overdue, After: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}

	return rest.Paged(
		found.Rows,
		found.Next,
		func(f faultbook.Fault) Fault { return a.show(ctx, who, f) },
	), nil
}

func (a *api) find(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[faultWithSteps], error) {
	found, err := a.Faults.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	steps, err := a.Faults.Steps(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[faultWithSteps]{Body: faultWithSteps{
		Fault: a.show(ctx, who, found),
		Steps: rest.Each(steps, func(s faultbook.Step) Step {
			return Step{string(s.Act), string(s.From), string(s.To), s.Note, s.By, s.At.UTC()}
		}),
	}}, nil
}

func (a *api) open(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		AccountID   int64  `json:"account_id" minimum:"1"`
		Code        string `json:"code" maxLength:"40" doc:"哪一类问题的代码，见 docs/inspection.md"`
		Subject     string `json:"subject,omitempty" maxLength:"200" doc:"具体对象，如 post/41；空为整个账号"`
		Description string `json:"description" maxLength:"2000"`
		Evidence    string `json:"evidence,omitempty" maxLength:"2000" doc:"网址、截图存放处、文号"`
	}
}) (*rest.Out[Fault], error) {
	made, err := a.Faults.Open(ctx, who, faultbook.Entry{
		AccountID: in.Body.AccountID, Code: in.Body.Code, Subject: in.Body.Subject,
		Description: in.Body.Description, Evidence: in.Body.Evidence,
	})
	if err != nil {
		return nil, err
	}

	return &rest.Out[Fault]{Body: a.show(ctx, who, made)}, nil
}

// do does an act and shows the fault as it is then.
func (a *api) do(
	ctx context.Context,
	who access.Actor,
	id int64,
	move faultbook.Move,
) (*rest.Out[Fault], error) {
	after, err := a.Faults.Do(ctx, who, id, move)
	if err != nil {
		return nil, err
	}

	return &rest.Out[Fault]{Body: a.show(ctx, who, after)}, nil
}

func (a *api) assign(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		UnitID   int64  `json:"unit_id,omitempty" doc:"整改单位；不填为现在的"`
		Deadline string `json:"deadline" format:"date" doc:"最后一天"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}) (*rest.Out[Fault], error) {
	return a.do(ctx, who, in.ID, faultbook.Move{
		Act: faultbook.Assign, Revision: in.Body.Revision, UnitID: in.Body.UnitID, Deadline: in.Body.Deadline,
		Note: in.Body.Note,
	})
}

func (a *api) correct(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Note     string `json:"note" maxLength:"2000" doc:"做了什么整改"`
		Evidence string `json:"evidence,omitempty" maxLength:"2000" doc:"网址、截图存放处、文号"`
	}
}) (*rest.Out[Fault], error) {
	return a.do(ctx, who, in.ID, faultbook.Move{
		Act: faultbook.Correct, Revision: in.Body.Revision, Note: in.Body.Note, Evidence: in.Body.Evidence,
	})
}

func (a *api) check(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Passed   bool   `json:"passed" doc:"false 为退回整改"`
		Note     string `json:"note" maxLength:"2000" doc:"怎样复核的，看到什么"`
	}
}) (*rest.Out[Fault], error) {
	act := faultbook.Pass
	if !in.Body.Passed {
		act = faultbook.Return
	}

	return a.do(ctx, who, in.ID, faultbook.Move{Act: act, Revision: in.Body.Revision, Note: in.Body.Note})
}

// ended is a fault that is closed or opened again.
type ended struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Note     string `json:"note,omitempty" maxLength:"2000" doc:"重新打开时必须写明为什么"`
	}
}

func (a *api) close(ctx context.Context, who access.Actor, in *ended) (*rest.Out[Fault], error) {
	return a.do(ctx, who, in.ID, faultbook.Move{
		Act: faultbook.Close, Revision: in.Body.Revision, Note: in.Body.Note,
	})
}

func (a *api) reopen(ctx context.Context, who access.Actor, in *ended) (*rest.Out[Fault], error) {
	return a.do(ctx, who, in.ID, faultbook.Move{
		Act: faultbook.Reopen, Revision: in.Body.Revision, Note: in.Body.Note,
	})
}
