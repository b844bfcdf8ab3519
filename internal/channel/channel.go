// Package channel lets notices leave the console by the robots of group chats. It keeps the channels that
// administrators set up, mail servers among them, which send trial messages so far; it hands over what
// package notice says may leave, tries again with pauses, and tells when a channel fails. It decides nothing
// about who hears of what; it asks for the right to read once more before anything leaves.
package channel

import (
	"strconv"
	"strings"
	"time"

	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/seal"
)

// Kind is by what a channel leads out.
type Kind string

// The kinds.
const (
	Mail     Kind = "mail"
	DingTalk      = Kind(courier.DingTalk)
	WeCom         = Kind(courier.WeCom)
	Feishu        = Kind(courier.Feishu)
)

// Kinds are all there are, in the order in which they are offered.
func Kinds() []Kind { return []Kind{DingTalk, WeCom, Feishu, Mail} }

// Label is the kind in Chinese.
func (k Kind) Label() string {
	return map[Kind]string{
		Mail: "邮件", DingTalk: "钉钉群机器人", WeCom: "企业微信群机器人", Feishu: "飞书群机器人",
	}[k]
}

// Help says what one needs to set one up.
func (k Kind) Help() string {
	return map[Kind]string{
		Mail:     "经邮件服务器发到邮箱",
		DingTalk: "在钉钉群里添加自定义机器人，安全设置选“加签”，填写 Webhook 地址和密钥",
		WeCom:    "在企业微信群里添加群机器人，填写 Webhook 地址",
		Feishu:   "在飞书群里添加自定义机器人，安全设置选“签名校验”，填写 Webhook 地址和密钥",
	}[k]
}

// Valid tells whether k is one of the kinds.
func (k Kind) Valid() bool { return k.Label() != "" }

// Signs tells whether a secret is needed beside the address.
func (k Kind) Signs() bool { return courier.Kind(k).Signs() }

// Channel is one way out, without what is sealed.
type Channel struct {
	ID       int64
	UnitID   int64
	UnitPath string
	UnitName string
	Kind     Kind
	Name     string
	Place    string           // host of a robot, host:port of a mail server; "": the installation's own
	Login    string           // of a mail server
	Sender   string           // address of the sender of mail
	Security courier.Security // of mail
	Hint     string           // last signs of a robot's address
	SecretAt time.Time
	Active   bool
	Version  int
	Hours    Hours `gorm:"embedded"` // of quiet, of a robot
	Failures int   // attempts in a row that were not taken
	SentAt   *time.Time
	FailedAt *time.Time
	Reason   courier.Reason // of the last that was not taken
	Code     string
	Said     string
}

// Ref names the channel in the trail.
func (c Channel) Ref() string { return "channel/" + strconv.FormatInt(c.ID, 10) }

// State is how a channel fares.
type State string

// The states.
const (
	Off     State = "off"
	Untried State = "untried"
	Works   State = "works"
	Fails   State = "fails"
)

// Label is the state in Chinese.
func (s State) Label() string {
	return map[State]string{Off: "已停用", Untried: "还没有发过", Works: "正常|渠道", Fails: "发送失败"}[s]
}

// State tells how the channel fares: by its last attempt.
func (c Channel) State() State {
	switch {
	case !c.Active:
		return Off
	case c.Failures > 0:
		return Fails
	case c.SentAt == nil:
		return Untried
	}

	return Works
}

// secret is what is sealed of a channel.
type secret struct {
	Address string `json:"address"` // of a robot, with its key
	Secret  string `json:"secret"`  // signs, or the password of a mail server
}

// Edit is what a person writes of a channel.
type Edit struct {
	ID       int64 // 0: a new one
	Version  int   // that the form showed
	UnitID   int64 // of a new one
	Kind     Kind  // of a new one
	Name     string
	Address  seal.Secret // of a robot, "" as it is; host:port of a mail server, "" the installation's own
	Secret   seal.Secret // "": as it is
	Login    string
	Sender   string
	Security courier.Security
	Active   *bool  // nil: as it is
	Quiet    *Hours // nil: as it is, of a new one Nights
}

// Limits of what is written of a channel.
const (
	MaxName    = 40 // visible signs
	maxAddress = 1000
	maxSecret  = 200
	maxLogin   = 254
	maxOfUnit  = 20 // channels of one unit
)

// clean trims what was written and says what cannot be kept.
func (e *Edit) clean(out *courier.Courier) error {
	var wrong fault.Fields

	e.Name, e.Login, e.Sender = strings.TrimSpace(
		e.Name,
	), strings.TrimSpace(
		e.Login,
	), strings.TrimSpace(
		e.Sender,
	)
	e.Address = seal.Secret(strings.TrimSpace(e.Address.Reveal()))
	e.Secret = seal.Secret(strings.TrimSpace(e.Secret.Reveal()))
	if e.Name == "" || glyph.Count(e.Name) > MaxName || len(glyph.Find(e.Name)) > 0 ||
		strings.ContainsAny(e.Name, "\n\t") {
		wrong.Add(fault.Invalid("name", "请填写名称，最多 {.max} 字", "max", MaxName))
	}
	if len(e.Secret) > maxSecret || strings.ContainsAny(e.Secret.Reveal(), "\r\n\x00") {
		wrong.Add(fault.Invalid("secret", "密钥无法使用，最多 {.max} 个字符", "max", maxSecret))
	}

	switch {
	case !e.Kind.Valid():
		wrong.Add(fault.Invalid("kind", "请选择渠道的种类"))
	case e.Kind == Mail:
		e.cleanMail(&wrong, out)
	default:
		e.cleanRobot(&wrong, out)
	}

	return wrong.Err()
}

func (e *Edit) cleanRobot(wrong *fault.Fields, out *courier.Courier) {
	e.Login, e.Sender, e.Security = "", "", ""
	if e.Quiet != nil && !e.Quiet.valid() {
		wrong.Add(fault.Invalid("quiet_from", "请按 22:00 的样子填写时间"))
	}

	address := e.Address.Reveal()
	if (address != "" || e.ID == 0) && (len(address) > maxAddress || !out.CheckAddress(address)) {
		wrong.Add(fault.Invalid("address", "请填写机器人的 Webhook 地址，以 https:// 开头"))
	}
	if e.Kind.Signs() && e.ID == 0 && e.Secret == "" {
		wrong.Add(fault.Invalid("secret", "请填写签名用的密钥：机器人须开启加签（签名校验）"))
	}
}

func (e *Edit) cleanMail(wrong *fault.Fields, out *courier.Courier) {
	if e.Address == "" {
		e.Login, e.Sender, e.Security, e.Secret = "", "", "", ""
		if out.Relay().Address == "" {
			wrong.Add(fault.Invalid("address", "请填写邮件服务器，如 smtp.example.cn:465；本机没有配置统一的邮件服务器"))
		}

		return
	}
	server := courier.Server{Address: e.Address.Reveal(), Security: e.Security}
	if e.Security == courier.Plain && !out.CheckServer(server) {
		wrong.Add(fault.Invalid("security", "不加密只能用于运维写进 JUZHEN_OUTWARD_HOSTS 的邮件服务器"))
	} else if len(e.Address) > maxAddress || !out.CheckServer(server) {
		wrong.Add(fault.Invalid("address", "请按 主机:端口 填写邮件服务器，如 smtp.example.cn:465"))
	}
	if !courier.CheckMailbox(e.Sender) {
		wrong.Add(fault.Invalid("sender", "请填写发件邮箱，如 juzhen@example.cn"))
	}
	if len(e.Login) > maxLogin {
		wrong.Add(fault.Invalid("login", "用户名过长"))
	}
}
