// Package identity knows the people: users, passwords, sessions, and which role each holds over which
// subtree. It turns a token into an access.Actor. It does not decide what an actor may do: package
// access does.
package identity

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
)

// Limits of names and passwords, in characters.
const (
	usernameLimit = 32
	displayLimit  = 20
	passwordLeast = 8
	passwordMost  = 128
)

// cleanUsername is the form in which user names are kept and compared.
func cleanUsername(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// checkUsername allows what can be typed on any keyboard and cannot be confused: Latin letters, digits
// and -_. between.
func checkUsername(s string) *fault.Error {
	ok := s != "" && len(s) <= usernameLimit
	for i, r := range s {
		plain := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		ok = ok && (plain || i > 0 && strings.ContainsRune("-_.", r))
	}
	if !ok {
		return fault.Invalid("username", "用户名由 1–{.max} 个小写字母、数字或 - _ . 组成，以字母或数字开头", "max", usernameLimit)
	}

	return nil
}

func checkDisplayName(s string) *fault.Error {
	if n := glyph.Count(s); n == 0 || n > displayLimit {
		return fault.Invalid("display_name", "请填写显示名称（按岗位，如“值班审核员”），不超过 {.max} 个字", "max", displayLimit)
	}

	return nil
}

// checkPassword tells whether a new password may be taken: 8 to 128 characters of at least three kinds
// (lower case, upper case, digits, others), without the user name. What is guessed early is
// checkStrength's. Source: docs/security.md.
func checkPassword(field, password, username string) *fault.Error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < passwordLeast:
		return fault.Invalid(field, "密码至少 {.min} 个字符", "min", passwordLeast)
	case n > passwordMost:
		return fault.Invalid(field, "密码最多 {.max} 个字符", "max", passwordMost)
	case kindsOfCharacters(password) < 3:
		return fault.Invalid(field, "密码须含大写字母、小写字母、数字、其他字符中的至少三种")
	case len(username) >= 3 && strings.Contains(strings.ToLower(password), username):
		return fault.Invalid(field, "密码不能包含用户名")
	}

	return nil
}

func kindsOfCharacters(s string) int {
	var lower, upper, digit, other int

	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			lower = 1
		case r >= 'A' && r <= 'Z':
			upper = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}

	return lower + upper + digit + other
}

// Waiting after failures, per user name and address: the first five are free, then 2, 4, 8 … seconds,
// at most a quarter of an hour. Failures are forgotten after a day without any.
const (
	freeTries    = 5
	longestWait  = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
	wideLimit    = 100             // failures from one address before all its unknown names wait
	wideLeak     = 6 * time.Second // one of them is forgotten
	wideKnownFor = 30 * 24 * time.Hour
)

// failures counts failed tries, the last of them at Last.
type failures struct {
	Count int
	Last  time.Time
}

// wait is how long from now on the next try must wait; 0 when it may go ahead.
func (f failures) wait(now time.Time) time.Duration {
	if f.Count <= freeTries || now.Sub(f.Last) >= forgetAfter {
		return 0
	}
	pause := longestWait
	if n := f.Count - freeTries; n < 10 {
		pause = min(longestWait, time.Second<<n)
	}

	return max(0, f.Last.Add(pause).Sub(now))
}

// next is the count with one more try.
func (f failures) next(now time.Time) failures {
	if now.Sub(f.Last) >= forgetAfter {
		return failures{1, now}
	}

	return failures{f.Count + 1, now}
}

// level is how full an address's bucket of failures is: it leaks.
func (f failures) level(now time.Time) int {
	return max(0, f.Count-int(now.Sub(f.Last)/wideLeak))
}

// mayJoin tells whether role may be added to the roles a person holds already.
func mayJoin(role access.Role, held []access.Role) error {
	for _, h := range held {
		if access.Clash(role, h) {
			return fault.Conflict("管理员、审计员不能与其他角色兼任；该用户已是{.role}", "role", h.Label())
		}
	}

	return nil
}
