package accounts

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
)

// accountGroup is accounts that are chosen together.
type accountGroup struct {
	ID         int64     `json:"id"`
	UnitID     *int64    `json:"unit_id,omitempty" doc:"归哪个单位，该单位和下属单位都可用；没有则是本人的"`
	Name       string    `json:"name"`
	AccountIDs []int64   `json:"account_ids" nullable:"false"`
	Revision   int       `json:"revision" doc:"替换时给它"`
	UpdatedAt  time.Time `json:"updated_at"`
}

type newAccountGroup struct {
	UnitID     int64   `json:"unit_id,omitempty" doc:"存给这个单位和下属单位，须有 library.manage；不填为本人的"`
	Name       string  `json:"name" minLength:"1" maxLength:"200" doc:"同名的账号组只在给出其版本号时替换"`
	AccountIDs []int64 `json:"account_ids" minItems:"1" maxItems:"5000"`
	Revision   int     `json:"revision,omitempty" minimum:"0" doc:"替换同名的账号组：读到的版本号"`
}

func (a *api) groups() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/account-groups", "list-account-groups",
		"accounts", i18n.N("本人和单位的账号组"),
	), access.PostWrite, a.listGroups)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/account-groups", "save-account-group",
		"accounts", i18n.N("保存账号组"),
	)), access.PostWrite, a.saveGroup)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/account-groups/{id}", "delete-account-group",
		"accounts", i18n.N("删除账号组"),
	), access.PostWrite, a.dropGroup)
}

func showGroup(g account.Group) accountGroup {
	return accountGroup{
		ID:         g.ID,
		UnitID:     g.UnitID,
		Name:       g.Name,
		AccountIDs: g.Accounts,
		Revision:   g.Revision,
		UpdatedAt:  g.UpdatedAt,
	}
}

func (a *api) listGroups(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[accountGroup]], error) {
	groups, err := a.Accounts.Groups(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(groups, *in, func(g account.Group) int64 { return g.ID }, showGroup)
}

func (a *api) saveGroup(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newAccountGroup },
) (*rest.Out[accountGroup], error) {
	body := in.Body
	saved, err := a.Accounts.SaveGroup(ctx, who, body.UnitID, body.Name, body.AccountIDs, body.Revision)

	return &rest.Out[accountGroup]{Body: showGroup(saved)}, err
}

func (a *api) dropGroup(ctx context.Context, who access.Actor, in *rest.ByID) (*struct{}, error) {
	return nil, a.Accounts.DropGroup(ctx, who, in.ID, 0)
}
