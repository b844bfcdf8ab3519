package account

import "time"

// TokenState is what is known of an account's token.
type TokenState string

// The token states. All but TokenExpiring are stored; that one follows from the expiry.
const (
	TokenNone     TokenState = "none"
	TokenValid    TokenState = "valid"
	TokenExpiring TokenState = "expiring" // valid, and due for a new authorisation within foretold
	TokenExpired  TokenState = "expired"  // its time is over, by the clock or by the platform's word
	// withdrawn by the account's owner, the platform or an administrator
	TokenRevoked    TokenState = "revoked"
	TokenUnreadable TokenState = "unreadable" // sealed with a key that is gone
)

// TokenStates lists all states of a token.
func TokenStates() []TokenState {
	return []TokenState{TokenNone, TokenValid, TokenExpiring, TokenExpired, TokenRevoked, TokenUnreadable}
}

// Label is the Chinese name of the token state.
func (s TokenState) Label() string {
	return map[TokenState]string{
		TokenNone:       "未授权",
		TokenValid:      "授权有效",
		TokenExpiring:   "即将到期",
		TokenExpired:    "授权已过期",
		TokenRevoked:    "授权已撤销",
		TokenUnreadable: "令牌无法解密",
	}[s]
}

// Usable tells whether a call may be made with a token in this state.
func (s TokenState) Usable() bool { return s == TokenValid || s == TokenExpiring }

// Origin says how a token came to us.
type Origin string

// The origins.
const (
	ByOAuth  Origin = "oauth"
	ByImport Origin = "import"
)

// Label is the Chinese name of the origin.
func (o Origin) Label() string {
	return map[Origin]string{ByOAuth: "网页授权", ByImport: "管理员导入"}[o]
}

// Credential is what may be shown of a token. The token itself leaves the package through Service.Token only.
type Credential struct {
	State      TokenState // as stored; see At
	Origin     Origin
	RemoteUID  string
	ExpiresAt  *time.Time
	ObtainedAt *time.Time
	ObtainedBy string
	CheckedAt  *time.Time
}

// warnDays are the days before the expiry at which people are told, the earliest first.
var warnDays = []int{14, 7, 3, 1}

const day = 24 * time.Hour

// At is the state at an instant: a valid token past its expiry is expired, one near it is expiring.
func (c Credential) At(now time.Time) TokenState {
	switch {
	case c.State == "":
		return TokenNone
	case c.State != TokenValid || c.ExpiresAt == nil:
		return c.State
	case !now.Before(*c.ExpiresAt):
		return TokenExpired
	case c.ExpiresAt.Sub(now) <= time.Duration(warnDays[0])*day:
		return TokenExpiring
	}

	return TokenValid
}

// DaysLeft is the number of days that have begun until the expiry: 1 on the last day, 0 when it is over
// or unknown.
func (c Credential) DaysLeft(now time.Time) int {
	if c.ExpiresAt == nil || !now.Before(*c.ExpiresAt) {
		return 0
	}

	return int((c.ExpiresAt.Sub(now) + day - 1) / day)
}

// warnStep is the narrowest warning that applies at now: 14, 7, 3 or 1, 0 when the token has expired,
// -1 when it is too early.
func warnStep(expires, now time.Time) int {
	if !now.Before(expires) {
		return 0
	}
	step := -1

	for _, d := range warnDays {
		if expires.Sub(now) <= time.Duration(d)*day {
			step = d
		}
	}

	return step
}
