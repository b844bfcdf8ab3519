package relays

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/relay"
)

type newStanding struct {
	AccountID int64     `json:"account_id" minimum:"1"`
	Words     string    `json:"words" minLength:"1" maxLength:"500" doc:"转发时的文字"`
	Until     time.Time `json:"until" doc:"最长一年"`
}

type shownStanding struct {
	ID          int64     `json:"id"`
	AccountID   int64     `json:"account_id"`
	Account     string    `json:"account"`
	State       string    `json:"state" enum:"asked,holds,over,ended"`
	Column      string    `json:"column"`
	Words       string    `json:"words"`
	Until       time.Time `json:"until"`
	AskedBy     string    `json:"asked_by"`
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
}

func (a *api) standings() {
	rest.Register(a.API, rest.Op(http.MethodGet, "/relays/standings", "list-standings", "relays",
		i18n.N("常设批准：看得到的账号的")), access.PostView, a.listStandings)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost, "/relays/standings", "ask-standing", "relays",
		i18n.N("申请让一个账号自动转发栏目“预警”的联动，本单位另一人确认后有效"))), access.PostWrite, a.askStanding)
	rest.Register(
		a.API,
		rest.Op(http.MethodPost, "/relays/standings/{id}/confirm", "confirm-standing", "relays",
			i18n.N("作为第二人确认常设批准")),
		access.RelayStanding,
		a.confirmStanding,
	)
	rest.Register(a.API, rest.Op(http.MethodPost, "/relays/standings/{id}/end", "end-standing", "relays",
		i18n.N("停用常设批准，尚未发出的收回")), access.PostView, a.endStanding)
}

func (a *api) showStanding(s relay.Standing) shownStanding {
	return shownStanding{
		ID: s.ID, AccountID: s.AccountID, Account: s.Handle, State: string(s.State(a.Now())),
		Column: s.ColumnName, Words: s.Words, Until: s.Until.UTC(), AskedBy: s.AskedName,
		ConfirmedBy: s.ConfirmedName,
	}
}

func (a *api) listStandings(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[shownStanding]], error) {
	list, err := a.Relays.Standings(ctx, who)
	return rest.Paged(list, "", a.showStanding), err
}

func (a *api) askStanding(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newStanding },
) (*rest.Out[shownStanding], error) {
	made, err := a.Relays.AskStanding(ctx, who, relay.StandingRequest{
		AccountID: in.Body.AccountID, Words: in.Body.Words, Until: in.Body.Until,
	})

	return &rest.Out[shownStanding]{Body: a.showStanding(made)}, err
}

func (a *api) confirmStanding(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Relays.ConfirmStanding(ctx, who, in.ID)
}

func (a *api) endStanding(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Relays.EndStanding(ctx, who, in.ID)
}
