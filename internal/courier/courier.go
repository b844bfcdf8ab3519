// Package courier hands a message to a robot of a group chat (DingTalk, WeCom, Feishu) or a letter to a mail
// server, and says what came of it: taken, or why not and whether trying again may help. It knows these four
// protocols and nothing of who is told what. Every address goes by the rule of package outward; an answer is
// bounded and is never taken for more than a word of the other side.
package courier

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"juzhen/internal/outward"
)

// Courier sends. It is safe for concurrent use.
type Courier struct {
	outside *outward.Client
	now     func() time.Time
	relay   Server        // of the operator; the rule of addresses does not bind it
	limit   time.Duration // of one letter
}

// letterLimit bounds all of one conversation with a mail server.
const letterLimit = 20 * time.Second

// New makes a courier. relay is the mail server that the operator named, if there is one.
func New(outside *outward.Client, relay Server, now func() time.Time) *Courier {
	return &Courier{outside: outside, now: now, relay: relay, limit: letterLimit}
}

// Reason is why something was not taken.
type Reason string

// The reasons.
const (
	Address   Reason = "address"   // no address, or one that is not allowed
	Unreached Reason = "unreached" // nobody answered, or not in time: it may have been taken all the same
	Busy      Reason = "busy"      // the other side has trouble of its own
	Limited   Reason = "limited"   // too many in a short time
	Secret    Reason = "secret"    // the signature or the password is wrong
	Gone      Reason = "gone"      // there is no such robot any more
	Refused   Reason = "refused"   // the content, this machine's address or a rule of the robot
	Recipient Reason = "recipient" // the mail server does not take letters for this address
	Unsafe    Reason = "unsafe"    // the mail server offers no encryption
	Strange   Reason = "strange"   // an answer that no protocol of ours knows
)

// Reasons are all there are.
func Reasons() []Reason {
	return []Reason{
		Address, Unreached, Busy, Limited, Secret, Gone, Refused, Recipient, Unsafe, Strange,
	}
}

// Label is the reason in Chinese, with what to do about it.
func (r Reason) Label() string {
	return map[Reason]string{
		Address:   "地址无效，或指向不允许访问的内部网络",
		Unreached: "没有连上对方，或对方没有及时答复；可能已收到",
		Busy:      "对方的服务器暂时出错，稍后会再试",
		Limited:   "对方限制了发送频率，稍后会再试",
		Secret:    "签名或密码不正确，请核对密钥",
		Gone:      "地址里的机器人不存在或已停用，请重新添加机器人",
		Refused:   "对方拒收：请核对机器人的安全设置（关键词、IP 白名单）",
		Recipient: "邮件服务器不收寄往这个邮箱的邮件",
		Unsafe:    "邮件服务器不支持加密，没有发送",
		Strange:   "对方的答复无法识别",
	}[r]
}

// Again tells whether trying later may help without anybody's doing.
func (r Reason) Again() bool {
	return r == Unreached || r == Busy || r == Limited || r == Strange
}

// Failure is why something was not taken, with what the other side said.
type Failure struct {
	Reason Reason
	Code   string // of the other side, such as "310000" or "550"
	Said   string // its own words, bounded
	Cause  error
}

// Error names the reason for logs; for people there is Label.
func (f *Failure) Error() string {
	text := "courier: " + string(f.Reason)
	if f.Code != "" {
		text += " " + f.Code
	}
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}

	return text
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Perhaps tells whether it may have been taken all the same: it was on its way, and what came back says
// nothing that one can rely on. Where no connection was made it was not.
func (f *Failure) Perhaps() bool {
	var name *net.DNSError
	var way *net.OpError

	switch {
	case f.Reason == Strange:
		return true
	case f.Reason != Unreached || errors.As(f.Cause, &name) || errors.As(f.Cause, &way) && way.Op == "dial":
		return false
	}

	return f.Code == string(outward.TimedOut) || f.Code == string(outward.Broken)
}

// FailureOf is the failure in err; a strange one for an error of another sort, nil for none.
func FailureOf(err error) *Failure {
	var known *Failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	}

	return &Failure{Reason: Strange, Cause: err}
}

// unreached sorts what outward says.
func unreached(err error) *Failure {
	reason := Unreached

	kind := outward.KindOf(err)
	switch kind {
	case outward.BadAddress, outward.Private:
		reason = Address
	case outward.TooLarge:
		reason = Strange
	}

	return &Failure{Reason: reason, Code: string(kind), Cause: err}
}

// maxSaid bounds the words of the other side, in letters.
const maxSaid = 120

// said takes the words of the other side: one line, bounded, without what a page could not show.
func said(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return r < ' ' || r == 0x7f || r == ' '
	}), " ")

	return cut(text, maxSaid)
}

// cut shortens a text to so many letters.
func cut(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}

	return string(letters[:most-1]) + "…"
}

// code writes a number of the other side.
func code(n int) string { return fmt.Sprint(n) }
