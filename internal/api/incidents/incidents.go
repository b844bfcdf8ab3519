package incidents

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/signatures"
	"juzhen/internal/incident"
)

// IncidentFacts are what people say of an event and may change.
type IncidentFacts struct {
	Title    string    `json:"title" maxLength:"60" doc:"发生了什么"`
	Grade    string    `json:"grade" enum:"grave,other" doc:"grave 重大以上突发事件；other 其他政务舆情"`
	T0       time.Time `json:"t0" doc:"时限的起算时间"`
	OwnerID  int64     `json:"owner_id,omitempty" doc:"负责人；不写是启动的人"`
	Keywords []string  `json:"keywords" minItems:"1" maxItems:"10" nullable:"false" doc:"用来找留言和待发稿件"`
	Lead     int64     `json:"lead_account_id,omitempty" doc:"首先发声的账号"`
	Accounts []int64   `json:"account_ids,omitempty" maxItems:"500" nullable:"false" doc:"随后发声的账号"`
}

func (f IncidentFacts) facts() incident.Facts {
	return incident.Facts{
		Title: f.Title, Grade: incident.Grade(f.Grade), T0: f.T0, OwnerID: f.OwnerID, Keywords: f.Keywords,
		Lead: f.Lead, Accounts: f.Accounts,
	}
}

// IncidentClock is one thing to be done, until when.
type IncidentClock struct {
	Due   string     `json:"due" enum:"speak,meet,answer" doc:"做什么：发布权威信息、开发布会、回应"`
	Until time.Time  `json:"until"`
	MetAt *time.Time `json:"met_at,omitempty" doc:"做到的时间"`
	Note  string     `json:"note,omitempty" doc:"在哪里做到的"`
	Late  bool       `json:"late" doc:"过了时限"`
}

// Statement is a version of what is said of an event.
type Statement struct {
	Number   int        `json:"number"`
	Text     string     `json:"text"`
	Why      string     `json:"why,omitempty" doc:"更正已签发的一版的原因"`
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	SignedBy string     `json:"signed_by" doc:"签发人；空为未签发"`
	SignedAt *time.Time `json:"signed_at,omitempty"`
}

func showStatement(s incident.Statement) Statement {
	return Statement{
		Number: s.Number, Text: s.Text, Why: s.Why, By: s.ByName, At: s.At.UTC(), SignedBy: s.SignedBy,
		SignedAt: rest.UTC(s.SignedAt),
	}
}

func showPointed(s *incident.Statement) *Statement {
	if s == nil {
		return nil
	}
	out := showStatement(*s)

	return &out
}

// Incident is a hot event.
type Incident struct {
	ID       int64  `json:"id"`
	UnitID   int64  `json:"unit_id"`
	UnitName string `json:"unit_name"`
	State    string `json:"state" enum:"open,closing,closed"`
	Revision int    `json:"revision" doc:"办理时写所看到的这个数"`
	IncidentFacts
	Owner   string          `json:"owner"`
	Source  string          `json:"source" doc:"由什么启动；空为人工"`
	Clocks  []IncidentClock `json:"clocks" nullable:"false"`
	Stage   string          `json:"stage" enum:"none,draft,signing,signed" doc:"最后一版口径到哪一步"`
	Words   *Statement      `json:"statement,omitempty" doc:"最后一版口径"`
	InForce *Statement      `json:"in_force,omitempty" doc:"签发了的、现在用的口径"`

	Signing *signatures.Signing `json:"signing,omitempty" doc:"最后一版送签以来的签名；没有送签则不出现"`

	NextAt    *time.Time `json:"next_at,omitempty" doc:"下次查看"`
	OpenedBy  string     `json:"opened_by"`
	OpenedAt  time.Time  `json:"opened_at"`
	Summary   string     `json:"summary" doc:"结束小结"`
	EndedBy   string     `json:"ended_by"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	UpdatedAt time.Time  `json:"updated_at"`
	May       []string   `json:"may" nullable:"false" doc:"本人现在可以做的"`
}

func (a *api) show(who access.Actor, i incident.Incident) Incident {
	now := a.Now()

	return Incident{
		ID: i.ID, UnitID: i.UnitID, UnitName: i.UnitName, State: string(i.State), Revision: i.Revision,
		IncidentFacts: IncidentFacts{
			Title: i.Title, Grade: string(i.Grade), T0: i.T0.UTC(), OwnerID: i.OwnerID, Keywords: i.Keywords,
			Lead: i.Lead, Accounts: i.Accounts,
		},
		Owner: i.OwnerName, Source: i.Source, Stage: string(i.Stage),
		Clocks: rest.Each(i.Clocks(), func(c incident.Clock) IncidentClock {
			return IncidentClock{string(c.Due), c.Until.UTC(), rest.UTC(c.MetAt), c.Note, c.Late(now)}
		}),
		Words: showPointed(i.Words), InForce: showPointed(i.InForce), NextAt: rest.UTC(i.NextAt),
		Signing:  signatures.Show(i.Round),
		OpenedBy: i.OpenedName, OpenedAt: i.OpenedAt.UTC(), Summary: i.Summary, EndedBy: i.EndedName,
		EndedAt: rest.UTC(i.EndedAt), UpdatedAt: i.UpdatedAt.UTC(),
		May: rest.Each(i.Acts(who), func(act incident.Act) string { return string(act) }),
	}
}

// IncidentVoice is an account that is to speak, and how far it is.
type IncidentVoice struct {
	AccountID  int64      `json:"account_id"`
	Handle     string     `json:"handle"`
	UnitName   string     `json:"unit_name"`
	Leads      bool       `json:"leads" doc:"首先发声"`
	DeliveryID int64      `json:"delivery_id,omitempty"`
	State      string     `json:"state" doc:"那条发送的状态；空为还没有"`
	SpokeAt    *time.Time `json:"spoke_at,omitempty" doc:"发声的时间"`
	URL        string     `json:"url,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty"`
}

// IncidentPlanned is a delivery that is to go out, or is held for the event.
type IncidentPlanned struct {
	DeliveryID int64      `json:"delivery_id"`
	PostID     int64      `json:"post_id"`
	Handle     string     `json:"handle"`
	Title      string     `json:"title"`
	State      string     `json:"state"`
	DueAt      *time.Time `json:"due_at,omitempty"`
	Mentioned  string     `json:"mentioned" doc:"文中的关键词；空为没有"`
}

func showPlanned(p incident.Planned) IncidentPlanned {
	return IncidentPlanned{p.ID, p.PostID, p.Handle, p.Title, string(p.State), rest.UTC(p.DueAt), p.Mentioned}
}

type incidentWhole struct {
	Incident
	Voices  []IncidentVoice   `json:"voices" nullable:"false" doc:"要发声的账号，首先发声的在前"`
	Planned []IncidentPlanned `json:"planned" nullable:"false" doc:"7 天内将要发出的，有关键词的在前"`
	Held    []IncidentPlanned `json:"held" nullable:"false" doc:"因这个事件暂停的"`
}

type listAsk struct {
	rest.Paging
	UnitID int64  `query:"unit_id" doc:"这个单位和下属单位的"`
	State  string `query:"state" enum:"open,closing,closed" doc:"到哪一步"`
	Text   string `query:"q" maxLength:"100" doc:"名称里的文字"`
}

func (a *api) list(
	ctx context.Context,
	who access.Actor,
	in *listAsk,
) (*rest.Out[rest.List[Incident]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	found, err := a.Incidents.List(ctx, who, incident.Query{
		UnitPath: path, State: incident.State(in.State), Words: in.Text, After: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}

	return rest.Paged(
		found.Rows,
		found.Next,
		func(i incident.Incident) Incident { return a.show(who, i) },
	), nil
}

func (a *api) find(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[incidentWhole], error) {
	found, err := a.Incidents.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	board, err := a.Incidents.Board(ctx, who, found.Incident)
	if err != nil {
		return nil, err
	}

	return &rest.Out[incidentWhole]{Body: incidentWhole{
		Incident: a.show(who, found.Incident),
		Voices: rest.Each(board.Voices, func(v incident.Voice) IncidentVoice {
			return IncidentVoice{
				v.AccountID,
				v.Handle,
				v.UnitName,
				v.Leads,
				v.DeliveryID,
				string(v.State),
				rest.UTC(v.SpokeAt),
				v.URL,
				rest.UTC(v.DueAt),
			}
		}),
		Planned: rest.Each(board.Planned, showPlanned),
		Held:    rest.Each(board.Held, showPlanned),
	}}, nil
}

func (a *api) open(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		UnitID int64 `json:"unit_id" minimum:"1"`
		IncidentFacts
	}
}) (*rest.Out[Incident], error) {
	made, err := a.Incidents.Open(ctx, who, in.Body.UnitID, in.Body.facts(), "")
	if err != nil {
		return nil, err
	}

	return &rest.Out[Incident]{Body: a.show(who, made)}, nil
}

func (a *api) edit(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"改等级或起算时间的原因"`
		IncidentFacts
	}
}) (*rest.Out[Incident], error) {
	return a.moved(ctx, who, in.ID, incident.Move{
		Act: incident.Edit, Revision: in.Body.Revision, Reason: in.Body.Reason, Facts: in.Body.facts(),
	})
}

func (a *api) statements(
	ctx context.Context, who access.Actor, in *rest.ByID,
) (*rest.Out[rest.List[Statement]], error) {
	found, err := a.Incidents.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return rest.Paged(found.Statements, "", showStatement), nil
}

func (a *api) say(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
		Text     string `json:"text" maxLength:"2000" doc:"口径"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"更正已签发的一版的原因"`
	}
}) (*rest.Out[Incident], error) {
	return a.moved(ctx, who, in.ID, incident.Move{
		Act: incident.Say, Revision: in.Body.Revision, Text: in.Body.Text, Reason: in.Body.Reason,
	})
}

type deedAsk struct {
	rest.ByID
	Body struct {
		Revision   int        `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
		Reason     string     `json:"reason,omitempty" maxLength:"1000" doc:"原因；登记时是网址或地点"`
		Text       string     `json:"text,omitempty" maxLength:"2000" doc:"跟踪看到的，结束小结"`
		PostID     int64      `json:"post_id,omitempty" doc:"关联的稿件"`
		Due        string     `json:"due,omitempty" enum:"speak,meet,answer" doc:"登记的是哪一项"`
		At         *time.Time `json:"at,omitempty" doc:"登记的时间"`
		NextAt     *time.Time `json:"next_at,omitempty" doc:"下次查看"`
		Deliveries []int64    `json:"delivery_ids,omitempty" maxItems:"200" nullable:"false" doc:"所选的发送"`
	}
}

// act is the operation of one act.
func (a *api) act(
	act incident.Act,
) func(context.Context, access.Actor, *deedAsk) (*rest.Out[Incident], error) {
	return func(ctx context.Context, who access.Actor, in *deedAsk) (*rest.Out[Incident], error) {
		move := incident.Move{
			Act:        act,
			Revision:   in.Body.Revision,
			Reason:     in.Body.Reason,
			Text:       in.Body.Text,
			PostID:     in.Body.PostID,
			Due:        incident.Due(in.Body.Due),
			NextAt:     in.Body.NextAt,
			Deliveries: in.Body.Deliveries,
		}
		if in.Body.At != nil {
			move.At = *in.Body.At
		}

		return a.moved(ctx, who, in.ID, move)
	}
}

func (a *api) moved(
	ctx context.Context, who access.Actor, id int64, move incident.Move,
) (*rest.Out[Incident], error) {
	after, err := a.Incidents.Do(ctx, who, id, move)
	if err != nil {
		return nil, err
	}

	return &rest.Out[Incident]{Body: a.show(who, after)}, nil
}
