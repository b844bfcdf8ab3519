// Package channels holds the operations on the channels by which notices leave. What is sealed of a channel
// goes in and never comes out.
package channels

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/channel"
	"juzhen/internal/courier"
	"juzhen/internal/i18n"
	"juzhen/internal/seal"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Channels *channel.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/channels", "list-channels", "notices", i18n.N("通知渠道"),
	), access.ChannelManage, a.list)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/channels", "create-channel", "notices", i18n.N("新建通知渠道"),
	)), access.ChannelManage, a.create)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/channels/{id}", "update-channel", "notices", i18n.N("修改、停用或启用通知渠道"),
	), access.ChannelManage, a.update)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/channels/{id}/test", "test-channel", "notices", i18n.N("发送一条测试消息，给出真实的结果"),
	), access.ChannelManage, a.test)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/channels/{id}/messages", "list-channel-messages", "notices", i18n.N("最近经这个渠道发出的，最多 20 条"),
	), access.ChannelManage, a.messages)
}

type shownChannel struct {
	ID          int64      `json:"id"`
	UnitID      int64      `json:"unit_id" doc:"所属单位；对其下属单位也有效"`
	Kind        string     `json:"kind" enum:"mail,dingtalk,wecom,feishu"`
	Name        string     `json:"name"`
	Place       string     `json:"place" doc:"机器人的主机名，或邮件服务器；空：本机统一的邮件服务器"`
	Login       string     `json:"login,omitempty" doc:"邮件服务器的用户名"`
	Sender      string     `json:"sender,omitempty" doc:"发件邮箱"`
	Security    string     `json:"security,omitempty" enum:"tls,starttls,none" doc:"邮件服务器的加密方式"`
	Hint        string     `json:"hint,omitempty" doc:"机器人地址的末四位"`
	SecretSetAt time.Time  `json:"secret_set_at" doc:"地址和密钥是何时设置的；它们不再给出"`
	Active      bool       `json:"active"`
	Version     int        `json:"version"`
	QuietFrom   string     `json:"quiet_from" doc:"安静时段从几点起，北京时间，如 22:00；空：没有"`
	QuietTo     string     `json:"quiet_to" doc:"安静时段到几点"`
	State       string     `json:"state" enum:"off,untried,works,fails"`
	Failures    int        `json:"failures" doc:"连续失败的次数"`
	SentAt      *time.Time `json:"sent_at,omitempty" doc:"最近一次发出"`
	FailedAt    *time.Time `json:"failed_at,omitempty" doc:"最近一次失败"`
	Reason      string     `json:"reason,omitempty" doc:"最近一次失败的原因"`
}

func show(one channel.Channel) shownChannel {
	from, to := "", ""
	if !one.Hours.Never() {
		from, to = channel.Minute(one.Hours.From), channel.Minute(one.Hours.To)
	}

	return shownChannel{
		ID: one.ID, UnitID: one.UnitID, Kind: string(one.Kind), Name: one.Name, Place: one.Place,
		Login: one.Login, Sender: one.Sender, Security: string(one.Security), Hint: one.Hint,
		QuietFrom: from, QuietTo: to,
		SecretSetAt: one.SecretAt.UTC(), Active: one.Active, Version: one.Version,
		State: string(one.State()), Failures: one.Failures, SentAt: rest.UTC(one.SentAt),
		FailedAt: rest.UTC(one.FailedAt), Reason: string(one.Reason),
	}
}

func (a *api) list(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[shownChannel]], error) {
	rows, err := a.Channels.List(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(one channel.Channel) int64 { return one.ID }, show)
}

type newChannel struct {
	UnitID    int64       `json:"unit_id" minimum:"1"`
	Kind      string      `json:"kind" enum:"mail,dingtalk,wecom,feishu"`
	Name      string      `json:"name" minLength:"1" maxLength:"200"`
	Address   seal.Secret `json:"address,omitempty" maxLength:"1000" doc:"机器人的 Webhook 地址，或邮件服务器 主机:端口；邮件留空用本机统一的服务器"`
	Secret    seal.Secret `json:"secret,omitempty" maxLength:"200" doc:"签名用的密钥，或邮件服务器的密码"`
	Login     string      `json:"login,omitempty" maxLength:"254" doc:"邮件服务器的用户名"`
	Sender    string      `json:"sender,omitempty" maxLength:"254" doc:"发件邮箱"`
	Security  string      `json:"security,omitempty" enum:"tls,starttls,none" doc:"邮件服务器的加密方式"`
	QuietFrom *string     `json:"quiet_from,omitempty" maxLength:"5" doc:"安静时段从几点起，北京时间，如 22:00；两项都空：没有；新建时不给：22:00 到 07:00"`
	QuietTo   *string     `json:"quiet_to,omitempty" maxLength:"5" doc:"安静时段到几点"`
}

// hoursOf reads the hours in which a robot says nothing that is not urgent; nil where none were given. What
// is no time is refused by the use case.
func hoursOf(first, last *string) *channel.Hours {
	if first == nil && last == nil {
		return nil
	}
	var from, to string
	rest.Set(&from, first)
	rest.Set(&to, last)

	return channel.ReadHours(from, to)
}

func (a *api) create(
	ctx context.Context, who access.Actor, in *struct{ Body newChannel },
) (*rest.Out[shownChannel], error) {
	made, err := a.Channels.Save(ctx, who, channel.Edit{
		UnitID: in.Body.UnitID, Kind: channel.Kind(in.Body.Kind), Name: in.Body.Name,
		Address: in.Body.Address, Secret: in.Body.Secret, Login: in.Body.Login, Sender: in.Body.Sender,
		Security: courier.Security(in.Body.Security), Quiet: hoursOf(in.Body.QuietFrom, in.Body.QuietTo),
	})

	return &rest.Out[shownChannel]{Body: show(made)}, err
}

type channelChange struct {
	Version   int          `json:"version" minimum:"1" maximum:"2147483647" doc:"所依据的版本"`
	Name      *string      `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Address   *seal.Secret `json:"address,omitempty" maxLength:"1000" doc:"机器人的 Webhook 地址，或邮件服务器 主机:端口"`
	Secret    *seal.Secret `json:"secret,omitempty" maxLength:"200" doc:"签名用的密钥，或邮件服务器的密码；不给就不变"`
	Login     *string      `json:"login,omitempty" maxLength:"254" doc:"邮件服务器的用户名"`
	Sender    *string      `json:"sender,omitempty" maxLength:"254" doc:"发件邮箱"`
	Security  *string      `json:"security,omitempty" enum:"tls,starttls,none" doc:"邮件服务器的加密方式"`
	Active    *bool        `json:"active,omitempty" doc:"停用或启用"`
	QuietFrom *string      `json:"quiet_from,omitempty" maxLength:"5" doc:"安静时段从几点起，北京时间，如 22:00；两项都空：没有；新建时不给：22:00 到 07:00"`
	QuietTo   *string      `json:"quiet_to,omitempty" maxLength:"5" doc:"安静时段到几点"`
}

func (a *api) update(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body channelChange
}) (*rest.Out[shownChannel], error) {
	body := in.Body
	if body.Active != nil && body == (channelChange{Version: body.Version, Active: body.Active}) {
		turned, err := a.Channels.Switch(ctx, who, in.ID, body.Version, *body.Active)
		return &rest.Out[shownChannel]{Body: show(turned)}, err
	}
	before, err := a.Channels.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	edit := channel.Edit{
		ID: in.ID, Version: body.Version, Name: before.Name, Login: before.Login, Sender: before.Sender,
		Security: before.Security, Active: body.Active, Quiet: hoursOf(body.QuietFrom, body.QuietTo),
	}
	if before.Kind == channel.Mail {
		edit.Address = seal.Secret(before.Place)
	}
	rest.Set(&edit.Name, body.Name)
	rest.Set(&edit.Address, body.Address)
	rest.Set(&edit.Secret, body.Secret)
	rest.Set(&edit.Login, body.Login)
	rest.Set(&edit.Sender, body.Sender)
	if body.Security != nil {
		edit.Security = courier.Security(*body.Security)
	}
	changed, err := a.Channels.Save(ctx, who, edit)

	return &rest.Out[shownChannel]{Body: show(changed)}, err
}

type testOf struct {
	To string `json:"to,omitempty" maxLength:"254" doc:"邮件渠道：收测试邮件的邮箱"`
}

type outcome struct {
	Sent   bool   `json:"sent" doc:"对方收下了"`
	Reason string `json:"reason,omitempty" doc:"没有收下的原因"`
	Text   string `json:"text,omitempty" doc:"原因，用 Accept-Language 的语言"`
	Code   string `json:"code,omitempty" doc:"对方给出的代码"`
	Said   string `json:"said,omitempty" doc:"对方的原话"`
}

func (a *api) test(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body testOf
}) (*rest.Out[outcome], error) {
	words := rest.PrinterOf(rest.Request(ctx))
	came, err := a.Channels.Test(ctx, who, in.ID, in.Body.To, words.Lang())
	if err != nil {
		return nil, err
	}
	shown := outcome{Sent: came.Sent, Reason: string(came.Reason), Code: came.Code, Said: came.Said}
	if !came.Sent {
		shown.Text = words.T(came.Reason.Label())
	}

	return &rest.Out[outcome]{Body: shown}, nil
}

func (a *api) messages(
	ctx context.Context, who access.Actor, in *struct {
		rest.ByID
		rest.Paging
	},
) (*rest.Out[rest.List[Told]], error) {
	rows, err := a.Channels.Messages(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Sliced(rows, in.Paging, func(one channel.Message) int64 { return one.ID },
		func(one channel.Message) Told { return ShowTold(words, one) })
}

// Told is what left by a channel, or is to.
type Told struct {
	ID          int64     `json:"id"`
	ChannelID   int64     `json:"channel_id"`
	ChannelName string    `json:"channel_name"`
	Kind        string    `json:"kind" doc:"通知的类别"`
	Text        string    `json:"text" doc:"在群里说的，用 Accept-Language 的语言"`
	Urgent      bool      `json:"urgent"`
	UnitName    string    `json:"unit_name" doc:"事情的单位"`
	State       string    `json:"state" enum:"waiting,calling,sent,failed,unknown,dropped"`
	At          time.Time `json:"at" doc:"到这个状态的时间；等待的：何时发出"`
	Tries       int       `json:"tries" doc:"试过几次"`
	Reason      string    `json:"reason,omitempty" doc:"没有发出的原因"`
	Why         string    `json:"why,omitempty" doc:"原因，用 Accept-Language 的语言"`
	Code        string    `json:"code,omitempty" doc:"对方给出的代码"`
	Said        string    `json:"said,omitempty" doc:"对方的原话"`
	CreatedAt   time.Time `json:"created_at"`
}

// ShowTold shows what left in the words of the reader.
func ShowTold(words *i18n.Printer, one channel.Message) Told {
	told := Told{
		ID:          one.ID,
		ChannelID:   one.ChannelID,
		ChannelName: one.ChannelName,
		Kind:        string(one.Kind),
		Text:        words.T(one.Kind.Outside()),
		Urgent:      one.Urgent,
		UnitName:    one.UnitName,
		State:       string(one.State),
		At:          one.At().UTC(),
		Tries:       one.Tries,
		Reason:      one.Reason,
		Code:        one.Code,
		Said:        one.Said,
		CreatedAt:   one.CreatedAt.UTC(),
	}
	if why := one.Why(); why != "" {
		told.Why = words.T(why)
	}

	return told
}
