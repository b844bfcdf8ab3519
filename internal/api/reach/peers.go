package reach

import (
	"context"
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/peer"
)

// peerGroup is a group of other bureaus' accounts.
type peerGroup struct {
	ID       int64  `json:"id"`
	UnitID   int64  `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Name     string `json:"name"`
	Revision int    `json:"revision"`
	Accounts int    `json:"accounts" doc:"组里的同行账号数"`
}

type newPeerGroup struct {
	UnitID int64  `json:"unit_id" minimum:"1"`
	Name   string `json:"name" minLength:"1" maxLength:"200" doc:"组名，最多 60 字"`
}

// peerLeague is the league table of a group, for internal use.
type peerLeague struct {
	Group   peerGroup  `json:"group"`
	Measure string     `json:"measure" enum:"followers,growth,posts"`
	From    string     `json:"from" format:"date" doc:"第一天"`
	To      string     `json:"to" format:"date" doc:"最后一天"`
	Own     []peerLine `json:"own" doc:"本台账号，各自在同行之中的名次，至多 100 个"`
	Peers   []peerLine `json:"peers" doc:"同行账号，同行之间的名次"`
}

// peerLine is an account of a league table.
type peerLine struct {
	AccountID  int64    `json:"account_id,omitempty" doc:"本台账号才有"`
	PeerID     int64    `json:"peer_id,omitempty" doc:"同行账号才有"`
	Name       string   `json:"name"`
	Of         string   `json:"of,omitempty" doc:"所属单位"`
	Value      *int64   `json:"value" nullable:"true" doc:"null：没有数据，不等于 0"`
	Rank       int      `json:"rank" doc:"0：没有数据，不排名；相等的名次相同"`
	Known      int      `json:"known" doc:"与几个有数据的账号一起排（含自己）"`
	Percentile *float64 `json:"percentile" nullable:"true" doc:"百分位 0 到 100：比它小的占几成，相等的算一半"`
	AsOf       string   `json:"as_of,omitempty" doc:"同行最近一次有数据的日期"`
}

type peerChange struct {
	Revision int `json:"revision" minimum:"1" doc:"读到的版本"`
}

type newPeer struct {
	Revision int    `json:"revision" minimum:"1" doc:"读到的版本"`
	UID      string `json:"uid" pattern:"^[0-9]{5,20}$" doc:"微博 UID"`
	Name     string `json:"name" minLength:"1" maxLength:"200" doc:"账号名称"`
	Bureau   string `json:"bureau,omitempty" maxLength:"200" doc:"所属单位"`
}

func (a *api) peerGroups() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/peers", "list-peer-groups", "reach", i18n.N("同行账号的各组"),
	), access.ReachView, a.listPeerGroups)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/peers", "create-peer-group", "reach", i18n.N("新建一个同行组"),
	)), access.PeerManage, a.createPeerGroup)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/peers/{id}", "get-peer-league", "reach", i18n.N("一个同行组的名次和百分位，内部参考"),
	), access.ReachView, a.peerLeague)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/peers/{id}/accounts", "add-peer", "reach", i18n.N("给同行组添加一个账号"),
	), access.PeerManage, a.addPeer)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/peers/{id}/accounts/{peer}/drop", "drop-peer", "reach", i18n.N("从同行组移除一个账号"),
	), access.PeerManage, a.dropPeer)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/peers/{id}/retire", "retire-peer-group", "reach", i18n.N("停用一个同行组"),
	), access.PeerManage, a.retirePeerGroup)
}

func showPeerGroup(g peer.Group) peerGroup {
	return peerGroup{g.ID, g.UnitID, g.UnitName, g.Name, g.Revision, g.Peers}
}

func (a *api) listPeerGroups(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[peerGroup]], error) {
	groups, err := a.Peers.Groups(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(groups, in.Paging, func(g peer.Group) int64 { return g.ID }, showPeerGroup)
}

func (a *api) createPeerGroup(
	ctx context.Context, who access.Actor, in *struct{ Body newPeerGroup },
) (*rest.Out[peerGroup], error) {
	made, err := a.Peers.Create(ctx, who, in.Body.UnitID, in.Body.Name)

	return &rest.Out[peerGroup]{Body: showPeerGroup(made)}, err
}

func (a *api) peerLeague(ctx context.Context, who access.Actor, in *struct {
	Span
	ID      int64  `path:"id" minimum:"1"`
	Measure string `query:"measure" enum:"followers,growth,posts" doc:"比什么：粉丝（预设）、粉丝增长、发博"`
}) (*rest.Out[peerLeague], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	league, err := a.Peers.League(ctx, who, in.ID, peer.Measure(in.Measure), period)
	if err != nil {
		return nil, err
	}

	return &rest.Out[peerLeague]{Body: peerLeague{
		Group:   showPeerGroup(league.Group),
		Measure: string(league.Measure),
		From:    beijing.Date(period.From),
		To:      beijing.Date(period.Last()),
		Own:     rest.Each(league.Own, showPeerLine),
		Peers:   rest.Each(league.Peers, showPeerLine),
	}}, nil
}

func showPeerLine(line peer.Line) peerLine {
	return peerLine{
		AccountID:  line.AccountID,
		PeerID:     line.PeerID,
		Name:       line.Name,
		Of:         line.Of,
		Value:      line.Value,
		Rank:       line.Place.Rank,
		Known:      line.Place.Of,
		Percentile: line.Place.Percentile,
		AsOf:       line.AsOf,
	}
}

func (a *api) addPeer(ctx context.Context, who access.Actor, in *struct {
	ID   int64 `path:"id" minimum:"1"`
	Body newPeer
}) (*rest.Out[peerGroup], error) {
	group, err := a.Peers.Add(ctx, who, in.ID, in.Body.Revision, peer.Peer{
		UID: in.Body.UID, Name: in.Body.Name, Bureau: in.Body.Bureau,
	})

	return &rest.Out[peerGroup]{Body: showPeerGroup(group)}, err
}

func (a *api) dropPeer(ctx context.Context, who access.Actor, in *struct {
	ID   int64 `path:"id" minimum:"1"`
	Peer int64 `path:"peer" minimum:"1" doc:"组里的同行账号"`
	Body peerChange
}) (*rest.Out[peerGroup], error) {
	group, err := a.Peers.Drop(ctx, who, in.ID, in.Body.Revision, in.Peer)

	return &rest.Out[peerGroup]{Body: showPeerGroup(group)}, err
}

func (a *api) retirePeerGroup(ctx context.Context, who access.Actor, in *struct {
	ID   int64 `path:"id" minimum:"1"`
	Body peerChange
}) (*rest.Out[peerGroup], error) {
	group, err := a.Peers.Retire(ctx, who, in.ID, in.Body.Revision)

	return &rest.Out[peerGroup]{Body: showPeerGroup(group)}, err
}
