package inbox

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/inbox"
)

// AnswerLimit is within which running time a kind is answered.
type AnswerLimit struct {
	Kind   string `json:"kind" enum:"report,complaint,ask,rumour,proposal,praise,none"`
	First  int    `json:"first_minutes" minimum:"0" maximum:"14400" doc:"从市民的第一句话起，0 为不计时"`
	Next   int    `json:"next_minutes" minimum:"0" maximum:"14400" doc:"从答复之后的第一句话起，0 为不计时"`
	Urgent bool   `json:"urgent" doc:"昼夜都走"`
}

// AnswerTerms are until when a unit answers, and when it serves.
type AnswerTerms struct {
	Begin  string        `json:"begin" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"每天从几点起，北京时间"`
	End    string        `json:"end" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"到几点；半夜为 24:00"`
	Days   []int         `json:"days" maxItems:"7" nullable:"false" doc:"服务日：0 周日，1 周一，到 6 周六"`
	Works  bool          `json:"works" doc:"按放假与调休"`
	Limits []AnswerLimit `json:"limits" maxItems:"7" nullable:"false" doc:"各类别的时限；没有写的不计时"`
}

// AnswerLap is a stretch in which the same terms hold.
type AnswerLap struct {
	Since    *time.Time `json:"since,omitempty" doc:"从什么时候起；缺省的没有"`
	UnitID   int64      `json:"unit_id,omitempty" doc:"谁设置的；没有的是缺省"`
	UnitName string     `json:"unit_name"`
	AnswerTerms
}

// UnitAnswerTerms are the terms of a unit.
type UnitAnswerTerms struct {
	UnitID   int64       `json:"unit_id"`
	UnitName string      `json:"unit_name"`
	Revision int         `json:"revision" doc:"修改时写所看到的这个数；0 为从未自设"`
	Now      AnswerLap   `json:"now" doc:"现在的"`
	Later    []AnswerLap `json:"later" nullable:"false" doc:"以后的"`
}

func showLap(lap inbox.Lap) AnswerLap {
	hours := lap.Terms.Hours
	out := AnswerLap{AnswerTerms: AnswerTerms{
		Begin: inbox.Minute(hours.Begin), End: inbox.Minute(hours.End), Days: []int{}, Works: hours.Works,
	}}
	if lap.From != nil {
		since := lap.Since.UTC()
		out.Since, out.UnitID, out.UnitName = &since, lap.From.UnitID, lap.From.UnitName
	}

	for day, works := range hours.Days {
		if works {
			out.Days = append(out.Days, day)
		}
	}

	for _, kind := range inbox.Kinds() {
		limit := lap.Terms.Limits[kind]
		out.Limits = append(out.Limits, AnswerLimit{
			string(kind), int(limit.First.Minutes()), int(limit.Next.Minutes()), limit.Urgent,
		})
	}

	return out
}

func showTerms(u inbox.UnitTerms) UnitAnswerTerms {
	return UnitAnswerTerms{
		UnitID: u.Unit.ID, UnitName: u.Unit.Name, Revision: u.Revision, Now: showLap(u.Current),
		Later: rest.Each(u.Later, showLap),
	}
}

func (a *api) terms(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[UnitAnswerTerms]], error) {
	rows, err := a.Inbox.Terms(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(u inbox.UnitTerms) int64 { return u.Unit.ID }, showTerms)
}

func (a *api) termsOf(
	ctx context.Context, who access.Actor, in *rest.ByID,
) (*rest.Out[UnitAnswerTerms], error) {
	found, err := a.Inbox.TermsOf(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[UnitAnswerTerms]{Body: showTerms(found)}, nil
}

func (a *api) setTerms(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int          `json:"revision" minimum:"0" maximum:"2147483647"`
		Since    *time.Time   `json:"since,omitempty" doc:"从什么时候起，一年以内；不填为现在起"`
		Terms    *AnswerTerms `json:"terms,omitempty" doc:"不填为不再自设，按上级单位的"`
	}
}) (*rest.Out[UnitAnswerTerms], error) {
	draft := inbox.Draft{UnitID: in.ID, Revision: in.Body.Revision, Inherits: in.Body.Terms == nil}
	rest.Set(&draft.Since, in.Body.Since)
	if terms := in.Body.Terms; terms != nil {
		draft.Terms = readTerms(*terms)
	}
	set, err := a.Inbox.SetTerms(ctx, who, draft)
	if err != nil {
		return nil, err
	}

	return &rest.Out[UnitAnswerTerms]{Body: showTerms(set)}, nil
}

func readTerms(terms AnswerTerms) inbox.Terms {
	hours := inbox.Hours{
		Begin: inbox.ReadMinute(terms.Begin), End: inbox.ReadMinute(terms.End), Works: terms.Works,
	}

	for _, day := range terms.Days {
		if day >= 0 && day < len(hours.Days) {
			hours.Days[day] = true
		}
	}
	limits := map[inbox.Kind]inbox.Limit{}

	for _, limit := range terms.Limits {
		limits[inbox.Kind(limit.Kind)] = inbox.Limit{
			First: time.Duration(limit.First) * time.Minute, Next: time.Duration(limit.Next) * time.Minute,
			Urgent: limit.Urgent,
		}
	}

	return inbox.Terms{Hours: hours, Limits: limits}
}
