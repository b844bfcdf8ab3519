package weibo

import "time"

// Code is one row of the table of error codes: what Weibo calls it, what it means for a write, and what
// a person does.
type Code struct {
	Number int
	Name   string // Weibo's English name
	Text   string // Chinese: what happened and what to do
	Class  Class
	Scope  Scope
	Write  Result // what a write that is answered so has done
	Rest   Rest
	Repeat bool // says that the same text was posted before
}

var byNumber = func() map[int]Code {
	m := make(map[int]Code, len(codes))
	for _, c := range codes {
		if _, twice := m[c.Number]; twice {
			panic("weibo: a code is listed twice")
		}
		m[c.Number] = c
	}

	return m
}()

// Codes gives the whole table in the order of docs/weibo.md.
func Codes() []Code { return append([]Code(nil), codes...) }

// Lookup gives the row of an error code; false when it is not listed, and then it decides nothing.
func Lookup(number int) (Code, bool) {
	code, ok := byNumber[number]
	return code, ok
}

// writeResult is what a write answered with this code has done; an unlisted code is Unknown.
func writeResult(number int) Result { return byNumber[number].Write }

// restUnlisted is how long a read waits after a code nobody has listed.
var restUnlisted = Rest{For: 10 * time.Minute}

// listed builds the error of a code, with the table's class and text; an unlisted one can only be tried
// again by reads.
func listed(call string, number, status int, message, request string) *Error {
	e := &Error{Code: number, HTTPStatus: status, Message: message, Request: request, Call: call}
	code, ok := byNumber[number]
	if !ok {
		e.Class, e.Rest, e.Text = ClassRetry, restUnlisted, "微博返回了未收录的错误码，不能断定是否已发出；需到时间线核对"
		return e
	}
	e.Class, e.Scope, e.Rest, e.Repeat, e.Text = code.Class, code.Scope, code.Rest, code.Repeat, code.Text

	return e
}
