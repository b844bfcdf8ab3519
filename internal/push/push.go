// Package push takes in what the platform sends by itself: the fans service pushes private messages and what
// citizens do with the account, the partner push says that there is something to read. Each account has an
// address of its own, with a token that is kept as a hash and a secret that is kept sealed. Who pushes is
// proved by both; what was pushed goes to package inbox. It reads nothing and answers nobody.
package push

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform signs with it
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/fault"
)

// Bounds of what is taken.
const (
	MaxBody   = 64 << 10
	maxEcho   = 256
	maxNonce  = 64
	maxSecret = 200

	tokenBytes = 16
	maxSkew    = 10 * time.Minute   // between the platform's clock and the database's
	seenFor    = 3 * maxSkew        // how long a used signature is remembered
	hintsFor   = 7 * 24 * time.Hour // how long what the partner push sent is kept
	mostHints  = 100                // of one account
)

// Reason is why something was refused.
type Reason string

// The reasons.
const (
	NoSecret     Reason = "no_secret"     // nobody entered the secret, or no key opens it
	BadSignature Reason = "bad_signature" // forged, or the secret is another one
	BadTime      Reason = "bad_time"      // too old or too new, or no time
	BadReceiver  Reason = "bad_receiver"  // for another account
	TooLarge     Reason = "too_large"
	BadForm      Reason = "bad_form" // cannot be read
	Replayed     Reason = "replayed" // a signature that was used for something else
)

// Reasons lists the reasons in the order in which they are looked for.
func Reasons() []Reason {
	return []Reason{TooLarge, NoSecret, BadSignature, BadTime, BadForm, BadReceiver, Replayed}
}

// Label is the Chinese name of the reason.
func (r Reason) Label() string {
	return map[Reason]string{
		NoSecret:     "没有填写密钥，或密钥无法解密",
		BadSignature: "签名不符",
		BadTime:      "时间超出前后 10 分钟",
		BadReceiver:  "不是发给这个账号的",
		TooLarge:     "超过 64 KB",
		BadForm:      "内容无法读取",
		Replayed:     "签名已用于另一条内容",
	}[r]
}

// Refused is the error of what is not taken.
type Refused struct{ Reason Reason }

// Error is for logs.
func (r *Refused) Error() string { return "push: refused: " + string(r.Reason) }

func refuse(reason Reason) error { return &Refused{reason} }

// ErrNoAddress means that there is no such address, or that it was revoked.
var ErrNoAddress = errors.New("push: no such address")

// Address is where the platform pushes to for one account, without its token and secret.
type Address struct {
	AccountID  int64
	Open       bool // it was made, and not revoked
	Secret     bool // the secret of the fans service was entered
	Revision   int  // 0: there was none yet
	MadeAt     time.Time
	MadeBy     string
	VerifiedAt *time.Time
	TakenAt    *time.Time
	Taken      int64
	HintedAt   *time.Time
	Hinted     int64
	Refusals   []Refusal `gorm:"-"`
}

// Refusal is how often something was refused for a reason, and when last.
type Refusal struct {
	Reason Reason
	N      int64
	LastAt time.Time
}

// Addresses are what to enter at the platform. They are told once.
type Addresses struct {
	Fans    string
	Partner string
}

// newToken is what only the platform knows of an address.
func newToken() string {
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails

	return hex.EncodeToString(raw)
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte("juzhen push address 1 " + token))
	return sum[:]
}

var errSecret = fault.Invalid("secret", "密钥应为微博开放平台给出的 App Secret：字母和数字，至多 {.max} 个", "max", maxSecret)

var secretForm = regexp.MustCompile(`^[0-9A-Za-z_-]*$`)

func cleanSecret(secret string) (string, error) {
	secret = strings.TrimSpace(secret)
	if len(secret) > maxSecret || !secretForm.MatchString(secret) {
		return "", errSecret
	}

	return secret, nil
}

// Call is what proves that a request comes from the platform.
type Call struct {
	Signature string
	Timestamp string // milliseconds
	Nonce     string
}

// sign is the platform's signature: the three texts in the order of the alphabet, one after the other.
func sign(secret, timestamp, nonce string) string {
	parts := []string{secret, timestamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // see above

	return hex.EncodeToString(sum[:])
}

// check tells whether the platform signed a call with the secret, and when: nil or *Refused.
func (c Call) check(secret string, now time.Time) (stamp int64, err error) {
	if len(c.Nonce) > maxNonce || len(c.Timestamp) > maxNonce {
		return 0, refuse(BadForm)
	}
	want := sign(secret, c.Timestamp, c.Nonce)
	if subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.Signature))) != 1 {
		return 0, refuse(BadSignature)
	}
	stamp, err = strconv.ParseInt(c.Timestamp, 10, 64)
	if err != nil || time.UnixMilli(stamp).Sub(now).Abs() > maxSkew {
		return 0, refuse(BadTime)
	}

	return stamp, nil
}

// echoes tells whether a text may be answered as it came: short, and of signs that stand for themselves.
func echoes(echo string) bool {
	return echo != "" && len(echo) <= maxEcho &&
		!strings.ContainsFunc(echo, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' })
}
