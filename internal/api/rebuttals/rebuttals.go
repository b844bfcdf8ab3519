package rebuttals

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/signatures"
	"juzhen/internal/check"
	"juzhen/internal/rumour"
)

// RebuttalEvidence is how anybody knows.
type RebuttalEvidence struct {
	Source string `json:"source" maxLength:"500" doc:"网址（http、https）或文件名"`
	Note   string `json:"note,omitempty" maxLength:"500" doc:"说明"`
}

// RebuttalWords are what a version of a rebuttal says.
type RebuttalWords struct {
	Claim      string             `json:"claim" maxLength:"300" doc:"传言说了什么"`
	Truth      string             `json:"truth" maxLength:"2000" doc:"事实是什么"`
	Area       string             `json:"area" maxLength:"200" doc:"适用地区"`
	Expert     string             `json:"expert" maxLength:"200" doc:"确认的预报员或专家，怎样确认的"`
	Evidence   []RebuttalEvidence `json:"evidence" minItems:"1" maxItems:"10" nullable:"false" doc:"依据"`
	Keywords   [][]string         `json:"keywords" minItems:"1" maxItems:"20" nullable:"false" doc:"每组的词都在一句话里，就是与辟谣不一致"`
	ValidFrom  time.Time          `json:"valid_from"`
	ValidUntil time.Time          `json:"valid_until"`
}

func (w RebuttalWords) words() rumour.Words {
	return rumour.Words{
		Claim: w.Claim, Truth: w.Truth, Area: w.Area, Expert: w.Expert, Keywords: w.Keywords,
		Evidence: rest.Each(w.Evidence, func(e RebuttalEvidence) rumour.Evidence {
			return rumour.Evidence{Source: e.Source, Note: e.Note}
		}),
		From: w.ValidFrom, Until: w.ValidUntil,
	}
}

func showWords(w rumour.Words) RebuttalWords {
	return RebuttalWords{
		Claim: w.Claim, Truth: w.Truth, Area: w.Area, Expert: w.Expert, Keywords: w.Keywords,
		Evidence: rest.Each(w.Evidence, func(e rumour.Evidence) RebuttalEvidence {
			return RebuttalEvidence{Source: e.Source, Note: e.Note}
		}),
		ValidFrom: w.From.UTC(), ValidUntil: w.Until.UTC(),
	}
}

// Rebuttal is a rebuttal with its last words.
type Rebuttal struct {
	ID            int64         `json:"id"`
	UnitID        int64         `json:"unit_id"`
	UnitName      string        `json:"unit_name"`
	State         string        `json:"state" enum:"draft,signing,valid,expired,withdrawn"`
	Revision      int           `json:"revision" doc:"办理时写所看到的这个数"`
	Version       int           `json:"version" doc:"文字第几版"`
	SignedVersion int           `json:"signed_version" doc:"签发的是第几版；0 为还没有签发"`
	Words         RebuttalWords `json:"words" doc:"最后一版文字"`
	SignedBy      string        `json:"signed_by" doc:"签发人；空为未签发"`

	Signing *signatures.Signing `json:"signing,omitempty" doc:"最后一版送签以来的签名；没有送签则不出现"`

	SignedAt      *time.Time `json:"signed_at,omitempty"`
	ReviewAt      *time.Time `json:"review_at,omitempty" doc:"下次复查"`
	WithdrawnWhy  string     `json:"withdrawn_why"`
	Correction    string     `json:"correction" doc:"撤回后在哪里公开更正的"`
	CorrectionDue bool       `json:"correction_due" doc:"须公开更正"`
	UpdatedAt     time.Time  `json:"updated_at"`
	May           []string   `json:"may" doc:"本人现在可以做的"`
}

func show(who access.Actor, r rumour.Rebuttal) Rebuttal {
	return Rebuttal{
		ID:            r.ID,
		UnitID:        r.UnitID,
		UnitName:      r.UnitName,
		State:         string(r.State),
		Revision:      r.Revision,
		Version:       r.Last.Number,
		SignedVersion: r.SignedVersion,
		Words:         showWords(r.Last.Words),
		Signing: signatures.Show(
			r.Round,
		),
		SignedBy:      r.SignedByName,
		SignedAt:      rest.UTC(r.SignedAt),
		ReviewAt:      rest.UTC(r.ReviewAt),
		WithdrawnWhy:  r.WithdrawnWhy,
		Correction:    r.Correction,
		CorrectionDue: r.CorrectionDue(),
		UpdatedAt:     r.UpdatedAt.UTC(),
		May:           rest.Each(r.Acts(who), func(act rumour.Act) string { return string(act) }),
	}
}

// RebuttalVersion is a version of the words.
type RebuttalVersion struct {
	Number int           `json:"number"`
	By     string        `json:"by"`
	At     time.Time     `json:"at"`
	Words  RebuttalWords `json:"words"`
}

// RebuttalConflict is a post that is to go out and says what the rebuttal denies.
type RebuttalConflict struct {
	PostID int64      `json:"post_id"`
	Title  string     `json:"title"`
	Phase  string     `json:"phase"`
	DueAt  *time.Time `json:"due_at,omitempty" doc:"没有的是批准后立即发布"`
	Found  string     `json:"found" doc:"稿件里与辟谣不一致的词"`
}

type rebuttalWhole struct {
	Rebuttal
	Versions  []RebuttalVersion  `json:"versions" nullable:"false" doc:"最后一版在前"`
	Conflicts []RebuttalConflict `json:"conflicts" nullable:"false" doc:"与它不一致的待发稿件"`
}

type listAsk struct {
	rest.Paging
	UnitID int64  `query:"unit_id" doc:"这个单位和下属单位的"`
	State  string `query:"state" enum:"draft,signing,valid,expired,withdrawn" doc:"到哪一步"`
	Text   string `query:"q" maxLength:"100" doc:"传言或事实里的文字"`
}

func (a *api) list(
	ctx context.Context,
	who access.Actor,
	in *listAsk,
) (*rest.Out[rest.List[Rebuttal]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	found, err := a.Rumours.List(ctx, who, rumour.Query{
		UnitPath: path, State: rumour.State(in.State), Words: in.Text, After: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}

	return rest.Paged(found.Rows, found.Next, func(r rumour.Rebuttal) Rebuttal { return show(who, r) }), nil
}

func (a *api) find(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[rebuttalWhole], error) {
	found, err := a.Rumours.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	var planned []check.Planned
	if found.State != rumour.Expired && found.State != rumour.Withdrawn {
		planned, err = a.Checks.Contradicting(ctx, who, rumour.Rule{
			ID: found.ID, Claim: found.Last.Claim, UnitPath: found.UnitPath, Keywords: found.Last.Keywords,
			From: found.Last.From, Until: found.Last.Until,
		})
		if err != nil {
			return nil, err
		}
	}

	return &rest.Out[rebuttalWhole]{Body: rebuttalWhole{
		Rebuttal: show(who, found.Rebuttal),
		Versions: rest.Each(found.Versions, func(v rumour.Version) RebuttalVersion {
			return RebuttalVersion{v.Number, v.ByName, v.At.UTC(), showWords(v.Words)}
		}),
		Conflicts: rest.Each(planned, func(p check.Planned) RebuttalConflict {
			return RebuttalConflict{p.PostID, p.Title, string(p.Phase), rest.UTC(p.DueAt), p.Found}
		}),
	}}, nil
}

func (a *api) write(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		UnitID int64 `json:"unit_id" minimum:"1"`
		RebuttalWords
	}
}) (*rest.Out[Rebuttal], error) {
	made, err := a.Rumours.Write(ctx, who, in.Body.UnitID, in.Body.words())
	if err != nil {
		return nil, err
	}

	return &rest.Out[Rebuttal]{Body: show(who, made)}, nil
}

func (a *api) edit(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
		RebuttalWords
	}
}) (*rest.Out[Rebuttal], error) {
	return a.moved(ctx, who, in.ID, rumour.Move{
		Act: rumour.Edit, Revision: in.Body.Revision, Words: in.Body.words(),
	})
}

type actAsk struct {
	rest.ByID
	Body struct {
		Revision int        `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
		Reason   string     `json:"reason,omitempty" maxLength:"1000" doc:"退回、撤回的原因；更正的网址或稿件编号"`
		ReviewAt *time.Time `json:"review_at,omitempty" doc:"签发、复查时定的下次复查"`
	}
}

// act is the operation of one act.
func (a *api) act(act rumour.Act) func(context.Context, access.Actor, *actAsk) (*rest.Out[Rebuttal], error) {
	return func(ctx context.Context, who access.Actor, in *actAsk) (*rest.Out[Rebuttal], error) {
		return a.moved(ctx, who, in.ID, rumour.Move{
			Act: act, Revision: in.Body.Revision, Reason: in.Body.Reason, ReviewAt: in.Body.ReviewAt,
		})
	}
}

func (a *api) moved(
	ctx context.Context, who access.Actor, id int64, move rumour.Move,
) (*rest.Out[Rebuttal], error) {
	after, err := a.Rumours.Do(ctx, who, id, move)
	if err != nil {
		return nil, err
	}

	return &rest.Out[Rebuttal]{Body: show(who, after)}, nil
}
