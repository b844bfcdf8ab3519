package weibo

import (
	"errors"
	"fmt"
	"time"

	"juzhen/internal/fault"
)

// Class says what is to be done about an error: the retry class of docs/weibo.md.
type Class string

// The classes.
const (
	ClassRetry Class = "retry" // R: the same request later
	ClassSlow  Class = "slow"  // S: rest as Scope and Rest say, then the same request
	ClassToken Class = "token" // T: the account must be authorised again
	ClassEdit  Class = "edit"  // E: the text or the pictures must change
	ClassNever Class = "never" // N: this request will never succeed
	// an administrator must change the application, its rights or its addresses
	ClassConfig    Class = "config"
	ClassHuman     Class = "human"     // a person must do something at Weibo: captcha, blocked account
	ClassPublished Class = "published" // OK: an error that says it is published
)

// Scope says whom a slow class stops.
type Scope string

// The scopes. Empty for every other class.
const (
	ScopeIP   Scope = "ip"   // every account that shares our address
	ScopeUser Scope = "user" // this account
	ScopeCall Scope = "call" // this account and this interface
	// the platform dislikes how this account behaves: a long pause, and tell people
	ScopeBehaviour Scope = "behaviour"
)

// Rest is how long to leave the scope alone.
type Rest struct {
	For      time.Duration
	NextHour bool // at least until the next full hour, when Weibo's counters start again
}

// Until is the instant when the rest is over.
func (r Rest) Until(now time.Time) time.Time {
	end := now.Add(r.For)
	if hour := now.Truncate(time.Hour).Add(time.Hour + 5*time.Second); r.NextHour && hour.After(end) {
		return hour
	}

	return end
}

// Error is a refusal of Weibo, or a call that surely did not reach it (Code 0). It never holds a token.
type Error struct {
	Code       int    // error_code; 0: no answer, or one without a code
	HTTPStatus int    // 0: no answer
	Message    string // Weibo's own words, for logs; they vary and decide nothing
	Request    string // path as Weibo names it, may be empty
	Call       string // interface we called: "statuses/update/biz"
	Class      Class
	Scope      Scope
	Rest       Rest
	Repeat     bool   // "sent before": after an unknown outcome a reason to look, not a proof
	Text       string // Chinese: what happened and what to do
	cause      error
}

// Error renders one line for logs.
func (e *Error) Error() string {
	s := fmt.Sprintf("weibo %s: code %d, HTTP %d, %s", e.Call, e.Code, e.HTTPStatus, e.Class)
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}

	return s
}

// Unwrap gives the transport's error, nil when Weibo answered.
func (e *Error) Unwrap() error { return e.cause }

// RestUntil is the instant before which the same request should not be sent again.
func (e *Error) RestUntil(now time.Time) time.Time { return e.Rest.Until(now) }

// Fault is the error as a person reads it.
func (e *Error) Fault() *fault.Error {
	failure := &fault.Error{Kind: fault.KindUnavailable, Code: fmt.Sprintf("weibo_%d", e.Code), Text: e.Text}
	switch e.Class {
	case ClassEdit:
		failure.Kind, failure.Field = fault.KindInvalid, "text"
	case ClassSlow:
		failure.Kind = fault.KindTooMany
	case ClassToken, ClassNever, ClassConfig, ClassHuman, ClassPublished:
		failure.Kind = fault.KindConflict
	case ClassRetry:
	}

	return failure.With(e)
}

// Expired tells whether a code says that the time of a token is over (21315, 21327); every other refusal of
// a token is a withdrawal.
func Expired(code int) bool { return code == 21315 || code == 21327 }

// Gone tells whether err says that the post is no longer there (20101).
func Gone(err error) bool { return CodeOf(err) == 20101 }

// CodeOf is Weibo's error_code in err, 0 when there is none.
func CodeOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}

	return 0
}

// ClassOf is the retry class of err; ClassRetry for anything that is not an *Error, "" for nil.
func ClassOf(err error) Class {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Class
	default:
		return ClassRetry
	}
}
