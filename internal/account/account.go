// Package account keeps the accounts of the matrix: which unit runs them, in which life state they are,
// through which interface they post, and the sealed token with which they do. It does not post, read
// timelines or count reach: delivery and reach do.
package account

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
)

// Weibo is the one platform so far.
const Weibo = "weibo"

// Seat says which place an account has in the two-level matrix of city and districts.
type Seat string

// The seats.
const (
	Main       Seat = "main"
	Affiliated Seat = "affiliated"
	District   Seat = "district"
)

// Seats lists all seats in the order they are shown.
func Seats() []Seat { return []Seat{Main, Affiliated, District} }

// Label is the Chinese name of the seat.
func (s Seat) Label() string {
	return map[Seat]string{Main: "主账号", Affiliated: "直属单位账号", District: "区级账号"}[s]
}

// State is where an account stands in its life.
type State string

// The states. Posts go out through live accounts only; a closed account never comes back.
const (
	Preparing State = "preparing"
	Live      State = "live"
	Suspended State = "suspended"
	Closed    State = "closed"
)

// States lists all states in the order of life.
func States() []State { return []State{Preparing, Live, Suspended, Closed} }

// Label is the Chinese name of the state.
func (s State) Label() string {
	return map[State]string{Preparing: "筹备中", Live: "运行中", Suspended: "已停用", Closed: "已关停"}[s]
}

// arrows is the whole life of an account. What is not listed is refused.
var arrows = map[State][]State{
	Preparing: {Live, Closed},
	Live:      {Suspended, Closed},
	Suspended: {Live, Closed},
	Closed:    {},
}

// May tells whether an account in state s may go to state to.
func (s State) May(to State) bool { return slices.Contains(arrows[s], to) }

// Next lists the states that follow s, in the order of life.
func (s State) Next() []State { return slices.Clone(arrows[s]) }

// Connector is the way posts reach the platform.
type Connector string

// The connectors. docs/weibo.md says what each contract allows.
const (
	// contracted interface: text, up to 9 pictures, repost, take-down, whole timeline
	Commercial Connector = "commercial"
	// statuses/share: a link of the registered domain is a must, one picture, newest 5 posts only
	Public Connector = "public"
	Manual Connector = "manual" // an officer posts by hand and records the link
)

// Connectors lists all connectors.
func Connectors() []Connector { return []Connector{Commercial, Public, Manual} }

// Label is the Chinese name of the connector.
func (c Connector) Label() string {
	return map[Connector]string{Commercial: "商业接口", Public: "公开接口", Manual: "人工发布"}[c]
}

// NeedsToken tells whether an account posts with a token.
func (c Connector) NeedsToken() bool { return c == Commercial || c == Public }

// ReturnsMark tells whether the interface gives our delivery mark (annotations) back, which alone makes
// an automatic resend safe.
func (c Connector) ReturnsMark() bool { return c == Commercial }

// ReturnsTimeline tells whether the interface pages through all posts of the account.
func (c Connector) ReturnsTimeline() bool { return c == Commercial }

// Defaults and bounds of the two times an administrator may set.
const (
	DefaultLateLimit = 30 * time.Minute
	DefaultMinGap    = time.Minute
	maxLateLimit     = 24 * time.Hour
	maxMinGap        = 2 * time.Hour
	maxName          = 60
)

// Account is one account of the matrix with a summary of its credential.
type Account struct {
	ID          int64
	UnitID      int64
	UnitName    string
	UnitPath    string
	Platform    string
	Handle      string // name on the platform, without @
	DisplayName string
	Seat        Seat
	State       State
	Connector   Connector
	RemoteUID   string        // the platform's id of the account; "" until it is connected
	LateLimit   time.Duration // later than this after the due time a delivery is missed
	MinGap      time.Duration // least time between two posts
	// send again by itself what surely never appeared; only where the mark comes back
	AutoResend bool
	TestedAt   *time.Time // last connection test of this connector, when it passed
	FailedAt   *time.Time // last connection test, when it did not pass
	FailedStep Step       // where that one ended
	Position   int
	CreatedAt  time.Time
	Token      Credential
}

// At is the handle as people write it.
func (a Account) At() string { return "@" + a.Handle }

// HomeURL is the public page of the account; "" until its id is known.
func (a Account) HomeURL() string {
	if a.RemoteUID == "" {
		return ""
	}

	return "https://weibo.com/u/" + a.RemoteUID
}

// Draft is what an administrator fills in for a new or a changed account.
type Draft struct {
	UnitID      int64
	Handle      string
	DisplayName string
	Seat        Seat
	Connector   Connector
	RemoteUID   string
	LateLimit   time.Duration
	MinGap      time.Duration
	AutoResend  bool
	Position    int
}

// clean trims the draft, fills what was left open and says everything that is wrong with it, field by field.
func (d Draft) clean() (Draft, error) {
	d.Handle = strings.TrimSpace(strings.TrimPrefix(cleanName(d.Handle), "@"))
	d.DisplayName, d.RemoteUID = cleanName(d.DisplayName), strings.TrimSpace(d.RemoteUID)
	if d.DisplayName == "" {
		d.DisplayName = d.Handle
	}
	if d.LateLimit == 0 {
		d.LateLimit = DefaultLateLimit
	}
	var wrong fault.Fields
	wrong.Add(checkName("handle", d.Handle))
	wrong.Add(checkName("display_name", d.DisplayName))
	wrong.Add(d.checkKinds())
	wrong.Add(d.checkUID())
	wrong.Add(d.checkTimes())
	if d.AutoResend && !d.Connector.ReturnsMark() {
		wrong.Add(fault.Invalid("auto_resend", "这种接口不返回发送标记，无法确认是否已发出，不能自动补发"))
	}

	return d, wrong.Err()
}

// cleanName takes out of a name what cannot be seen. One with line ends is left as it is, to be refused.
func cleanName(name string) string {
	name = strings.TrimSpace(name)
	if strings.ContainsAny(name, "\n\r\t") {
		return name
	}

	return glyph.Clean(name)
}

func checkName(field, name string) *fault.Error {
	switch n := glyph.Count(name); {
	case n == 0:
		return fault.Invalid(field, "请填写账号名称")
	case n > maxName:
		return fault.Invalid(field, "名称最多 {.max} 个字", "max", maxName)
	case strings.ContainsAny(name, "\n\r\t@"):
		return fault.Invalid(field, "名称中不能有 @ 或换行")
	}

	return nil
}

func (d Draft) checkKinds() *fault.Error {
	if !slices.Contains(Seats(), d.Seat) {
		return fault.Invalid("seat", "请选择账号席位")
	}
	if !slices.Contains(Connectors(), d.Connector) {
		return fault.Invalid("connector", "请选择接口方式")
	}

	return nil
}

func (d Draft) checkUID() *fault.Error {
	if len(d.RemoteUID) > 20 || strings.Trim(d.RemoteUID, "0123456789") != "" {
		return fault.Invalid("remote_uid", "微博 UID 只由数字组成；不清楚时请留空，授权后自动填写")
	}

	return nil
}

func (d Draft) checkTimes() *fault.Error {
	if d.LateLimit < time.Minute || d.LateLimit > maxLateLimit {
		return fault.Invalid("late_limit", "最晚补发时限应在 1 分钟到 24 小时之间")
	}
	if d.MinGap < 0 || d.MinGap > maxMinGap {
		return fault.Invalid("min_gap", "两条之间的间隔应在 0 到 120 分钟之间")
	}

	return nil
}

// Name is one name an account bore, from an instant on.
type Name struct {
	Handle      string
	DisplayName string
	Since       time.Time
	ChangedBy   string // display name of the user; "" for the system
}
