package roster

import (
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/instant"
	"juzhen/internal/roster"
)

// DutyPerson is somebody on duty.
type DutyPerson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Gone bool   `json:"gone" doc:"已停用，或不再看得到这个单位的稿件"`
}

// DutyRead is an acknowledgement of a note.
type DutyRead struct {
	UserID  int64     `json:"user_id"`
	Name    string    `json:"name"`
	Version int       `json:"version" doc:"所看的那一版交班说明"`
	At      time.Time `json:"at"`
}

// Shift is a line of a roster.
type Shift struct {
	ID          int64        `json:"id"`
	UnitID      int64        `json:"unit_id"`
	StartsAt    time.Time    `json:"starts_at"`
	EndsAt      time.Time    `json:"ends_at"`
	People      []DutyPerson `json:"people" nullable:"false"`
	Next        []DutyPerson `json:"next" nullable:"false" doc:"接班的人"`
	Note        string       `json:"note" doc:"交班说明"`
	NoteVersion int          `json:"note_version" doc:"写和确认时写所看到的这个数；0 为还没有写"`
	NoteBy      string       `json:"note_by,omitempty"`
	NoteAt      *time.Time   `json:"note_at,omitempty"`
	Handover    string       `json:"handover" enum:"not_yet,missing,waits,taken"`
	Reads       []DutyRead   `json:"reads" nullable:"false"`
	May         []string     `json:"may" doc:"本人现在可以做的"`
}

type dutyGap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type dutyWatch struct {
	UnitID   int64        `json:"unit_id,omitempty" doc:"有人值班的最近一级单位"`
	UnitName string       `json:"unit_name,omitempty"`
	Until    *time.Time   `json:"until,omitempty"`
	People   []DutyPerson `json:"people" nullable:"false" doc:"空为现在没有人值班"`
}

// CoverTimes are between which times of a day somebody is to be on duty.
type CoverTimes struct {
	From string `json:"from" maxLength:"5" doc:"北京时间，如 00:00"`
	To   string `json:"to" maxLength:"5" doc:"北京时间，最晚 24:00"`
}

type rosterShown struct {
	UnitID   int64      `json:"unit_id"`
	Revision int        `json:"revision" doc:"改动时写所看到的这个数；0 为还没有值班表"`
	Cover    CoverTimes `json:"cover" doc:"每天哪段时间要有人值班"`
	OnDuty   dutyWatch  `json:"on_duty"`
	Shifts   []Shift    `json:"shifts" nullable:"false"`
	Gaps     []dutyGap  `json:"gaps" nullable:"false" doc:"从现在起没有人值班的时间"`
}

func people(list []roster.Person) []DutyPerson {
	return rest.Each(list, func(p roster.Person) DutyPerson { return DutyPerson{p.ID, p.Name, p.Gone} })
}

func (a *api) show(who access.Actor, s roster.Shift) Shift {
	return Shift{
		ID: s.ID, UnitID: s.UnitID, StartsAt: s.StartsAt.UTC(), EndsAt: s.EndsAt.UTC(),
		People: people(s.People), Next: people(s.Next), Note: s.Note, NoteVersion: s.NoteVersion,
		NoteBy: s.NoteByName, NoteAt: rest.UTC(s.NoteAt), Handover: string(s.Handover(a.Now())),
		Reads: rest.Each(s.Reads, func(r roster.Read) DutyRead {
			return DutyRead{r.UserID, r.Name, r.Version, r.At.UTC()}
		}),
		May: rest.Each(s.Acts(who, a.Now()), func(act roster.Act) string { return string(act) }),
	}
}

func showWatch(w roster.Watch) dutyWatch {
	shown := dutyWatch{UnitID: w.UnitID, UnitName: w.UnitName, People: people(w.People)}
	if len(w.People) > 0 {
		until := w.Until.UTC()
		shown.Until = &until
	}

	return shown
}

func (a *api) get(ctx context.Context, who access.Actor, in *struct {
	UnitID int64     `query:"unit_id" required:"true" minimum:"1"`
	From   time.Time `query:"from" doc:"默认为现在"`
	To     time.Time `query:"to" doc:"默认为 31 天以后；一次最多 62 天"`
}) (*rest.Out[rosterShown], error) {
	from, to := in.From, in.To
	if from.IsZero() {
		from = a.Now()
	}
	if to.IsZero() {
		to = from.AddDate(0, 0, 31)
	}
	found, err := a.Roster.Of(ctx, who, in.UnitID, from, to)
	if err != nil {
		return nil, err
	}

	return &rest.Out[rosterShown]{Body: rosterShown{
		UnitID:   found.Unit.ID,
		Revision: found.Revision,
		Cover:    CoverTimes{found.Cover.Clock(found.Cover.From), found.Cover.Clock(found.Cover.To)},
		OnDuty:   showWatch(found.OnDuty),
		Shifts:   rest.Each(found.Shifts, func(s roster.Shift) Shift { return a.show(who, s) }),
		Gaps: rest.Each(
			found.Gaps,
			func(g roster.Gap) dutyGap { return dutyGap{g.From.UTC(), g.To.UTC()} },
		),
	}}, nil
}

func (a *api) find(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[Shift], error) {
	found, err := a.Roster.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[Shift]{Body: a.show(who, found)}, nil
}

// shown answers an act with the shift as it is then.
func (a *api) shown(who access.Actor, shift roster.Shift, err error) (*rest.Out[Shift], error) {
	if err != nil {
		return nil, err
	}

	return &rest.Out[Shift]{Body: a.show(who, shift)}, nil
}

// ShiftWish is a shift as somebody wants it.
type ShiftWish struct {
	Revision int       `json:"revision" minimum:"0" maximum:"2147483647" doc:"所看到的值班表的 revision"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	People   []int64   `json:"people" minItems:"1" maxItems:"10" nullable:"false" doc:"值班人的用户编号"`
}

func (w ShiftWish) entry() roster.Entry {
	return roster.Entry{StartsAt: w.StartsAt, EndsAt: w.EndsAt, People: w.People}
}

func (a *api) add(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		UnitID int64 `json:"unit_id" minimum:"1"`
		ShiftWish
	}
}) (*rest.Out[Shift], error) {
	made, err := a.Roster.Add(ctx, who, in.Body.UnitID, in.Body.Revision, in.Body.entry())
	return a.shown(who, made, err)
}

func (a *api) change(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body ShiftWish
}) (*rest.Out[Shift], error) {
	after, err := a.Roster.Change(ctx, who, in.ID, in.Body.Revision, in.Body.entry())
	return a.shown(who, after, err)
}

func (a *api) remove(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Revision int `query:"revision" required:"true" minimum:"1" doc:"所看到的值班表的 revision"`
}) (*rest.None, error) {
	return &rest.None{}, a.Roster.Remove(ctx, who, in.ID, in.Revision)
}

func (a *api) note(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Version int    `json:"version" minimum:"0" maximum:"2147483647" doc:"所看到的 note_version"`
		Note    string `json:"note" maxLength:"4000"`
	}
}) (*rest.Out[Shift], error) {
	after, err := a.Roster.WriteNote(ctx, who, in.ID, in.Body.Version, in.Body.Note)
	return a.shown(who, after, err)
}

func (a *api) read(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Version int `json:"version" minimum:"1" maximum:"2147483647" doc:"所看到的 note_version"`
	}
}) (*rest.Out[Shift], error) {
	after, err := a.Roster.Confirm(ctx, who, in.ID, in.Body.Version)
	return a.shown(who, after, err)
}

func (a *api) cover(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		UnitID   int64 `json:"unit_id" minimum:"1"`
		Revision int   `json:"revision" minimum:"0" maximum:"2147483647" doc:"所看到的值班表的 revision"`
		CoverTimes
	}
}) (*rest.Out[rosterShown], error) {
	from, ok := roster.Minute(in.Body.From)
	to, fine := roster.Minute(in.Body.To)
	if !ok || !fine {
		return nil, rest.ErrMalformed
	}
	err := a.Roster.SetCover(
		ctx, who, in.Body.UnitID, in.Body.Revision, roster.Cover{From: from, To: to},
	)
	if err != nil {
		return nil, err
	}
	found, err := a.Roster.Of(ctx, who, in.Body.UnitID, a.Now(), a.Now().AddDate(0, 0, 31))
	if err != nil {
		return nil, err
	}

	return &rest.Out[rosterShown]{Body: rosterShown{
		UnitID:   found.Unit.ID,
		Revision: found.Revision,
		Cover:    CoverTimes{in.Body.From, in.Body.To},
		OnDuty:   showWatch(found.OnDuty),
		Shifts:   rest.Each(found.Shifts, func(s roster.Shift) Shift { return a.show(who, s) }),
		Gaps: rest.Each(
			found.Gaps,
			func(g roster.Gap) dutyGap { return dutyGap{g.From.UTC(), g.To.UTC()} },
		),
	}}, nil
}

type rosterFile struct {
	File huma.FormFile `form:"file" required:"true" doc:"Excel（.xlsx）或 CSV，第一行是列名：日期、开始、结束、值班人"`
}

type rosterImported struct {
	Shifts   int           `json:"shifts" doc:"写成的班数，dry_run 时为能写成的"`
	Over     int           `json:"over" doc:"已经结束、没有导入的行数"`
	Replaced int           `json:"replaced" doc:"删除的、还没有开始的班数"`
	Faults   []rosterWrong `json:"faults" nullable:"false" doc:"dry_run 时写出每个不对的单元格；有一处就一班也不导入"`
}

type rosterWrong struct {
	Row     int    `json:"row" doc:"文件中的行号"`
	Column  string `json:"column"`
	Message string `json:"message"`
}

func (a *api) take(ctx context.Context, who access.Actor, in *struct {
	UnitID   int64  `query:"unit_id" required:"true" minimum:"1"`
	Month    string `query:"month" required:"true" maxLength:"7" doc:"如 2026-12"`
	Revision int    `query:"revision" minimum:"0" maximum:"2147483647" doc:"所看到的值班表的 revision"`
	Replace  bool   `query:"replace" doc:"这个月还没有开始的班删除，换成文件里的"`
	DryRun   bool   `query:"dry_run" doc:"只看结果，什么也不导入"`
	RawBody  huma.MultipartFormFiles[rosterFile]
}) (*rest.Out[rosterImported], error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, rest.ErrNoFile
	}
	month, err := instant.Parse(in.Month, "2006-01")
	if err != nil {
		return nil, rest.ErrMalformed
	}
	raw, err := io.ReadAll(io.LimitReader(form.File, roster.MaxFile+1))
	if err != nil {
		return nil, err
	}
	made, err := a.Roster.Import(ctx, who, in.UnitID, in.Revision, roster.File{
		Month: time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, beijing.Zone),
		Sheet: raw, Replace: in.Replace, Dry: in.DryRun,
	})
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[rosterImported]{Body: rosterImported{
		Shifts: made.Shifts, Over: made.Over, Replaced: made.Replaced,
		Faults: rest.Each(made.Faults, func(one roster.RowFault) rosterWrong {
			return rosterWrong{one.Row, words.T(one.Column), words.T(one.Fault.Text, one.Fault.Args...)}
		}),
	}}, nil
}
