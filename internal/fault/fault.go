// Package fault names the kinds of failure a person can act on and carries the text that person reads.
// It does not log, answer requests or translate: the faces do that with what they find here.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of answer a failure deserves. The zero value is Internal: a failure nobody planned.
type Kind int

// The kinds, from "ours" to "yours". Faces map each to one HTTP status and one page.
const (
	// a defect or a broken machine; the cause goes to the log, never to a page
	KindInternal        Kind = iota
	KindInvalid              // the input is wrong; the person can correct it at the field
	KindUnauthenticated      // nobody is signed in
	KindForbidden            // signed in, may see it, may not do it
	KindNotFound             // not there, or not yours: the two are one answer
	KindConflict             // somebody or something was faster, or the state does not allow it
	KindTooMany              // slow down
	KindUnavailable          // the world outside fails for now
)

// Error is a failure with a public text. Text is the Chinese source text; "{.name}" in it is filled
// from Args, which alternates names and values. Code is stable for programs; Field is the form field
// concerned.
type Error struct {
	Kind  Kind
	Code  string
	Field string
	Text  string
	Args  []any
	Retry time.Duration // when trying again may help; 0: nobody knows
	cause error
}

// Error renders the text for logs, with the cause behind it.
func (e *Error) Error() string {
	s := e.Plain()
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}

	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Plain is the Chinese text with its arguments filled in.
func (e *Error) Plain() string {
	s, _, _ := strings.Cut(e.Text, "|")
	for i := 0; i+1 < len(e.Args); i += 2 {
		s = strings.ReplaceAll(s, fmt.Sprintf("{.%v}", e.Args[i]), fmt.Sprint(e.Args[i+1]))
	}

	return s
}

// With returns a copy that wraps cause, which is logged and never shown.
func (e *Error) With(cause error) *Error {
	failure := *e
	failure.cause = cause
	return &failure
}

// WithCode returns a copy with a stable code for programs.
func (e *Error) WithCode(code string) *Error {
	failure := *e
	failure.Code = code
	return &failure
}

// After returns a copy that says when trying again may help.
func (e *Error) After(wait time.Duration) *Error {
	failure := *e
	failure.Retry = wait
	return &failure
}

// Invalid says that the value of field cannot be taken, and how to mend it.
func Invalid(field, text string, args ...any) *Error {
	return &Error{Kind: KindInvalid, Code: "invalid", Field: field, Text: text, Args: args}
}

// Unauthenticated says that nobody is signed in, or that the sign-in failed.
func Unauthenticated(text string, args ...any) *Error {
	return &Error{Kind: KindUnauthenticated, Code: "unauthenticated", Text: text, Args: args}
}

// Forbidden says that the person is known but may not do this.
func Forbidden(text string, args ...any) *Error {
	return &Error{Kind: KindForbidden, Code: "forbidden", Text: text, Args: args}
}

// NotFound says that the thing does not exist for this person.
func NotFound(text string, args ...any) *Error {
	return &Error{Kind: KindNotFound, Code: "not_found", Text: text, Args: args}
}

// Conflict says that the state of the thing does not allow the act, or that somebody else was first.
func Conflict(text string, args ...any) *Error {
	return &Error{Kind: KindConflict, Code: "conflict", Text: text, Args: args}
}

// TooMany asks the person to slow down.
func TooMany(text string, args ...any) *Error {
	return &Error{Kind: KindTooMany, Code: "too_many", Text: text, Args: args}
}

// Unavailable says that something outside fails for now.
func Unavailable(text string, args ...any) *Error {
	return &Error{Kind: KindUnavailable, Code: "unavailable", Text: text, Args: args}
}

// step is a failure with the step at which it came about.
type step struct {
	name string
	err  error
}

// Error puts the step before the text of what failed, for logs.
func (s *step) Error() string { return s.name + ": " + s.err.Error() }

// Unwrap gives what failed, so that kind, code, fields and text for people stay what they were.
func (s *step) Unwrap() error { return s.err }

// Step adds to a failure the step that was being taken, for the log alone: what people read is Public's and
// FieldErrors'. It is deferred at the top of what talks to the database, the platform or files, with the
// name of the function, so that a line of the log reads as the path to what failed:
//
//	defer fault.Step(&err, "post.Submit %d", id)
func Step(err *error, format string, args ...any) {
	if *err != nil {
		*err = &step{name: fmt.Sprintf(format, args...), err: *err}
	}
}

// Fields is several faults at once, one per field of a form.
type Fields []*Error

// Error joins the texts for logs.
func (f Fields) Error() string {
	parts := make([]string, len(f))
	for i, failure := range f {
		parts[i] = failure.Error()
	}

	return strings.Join(parts, "; ")
}

// Add appends err when it is a fault; nil is ignored.
func (f *Fields) Add(err *Error) {
	if err != nil {
		*f = append(*f, err)
	}
}

// Err is nil when nothing was added.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}

	return f
}

// internal is what a person reads when nobody planned the failure.
var internal = &Error{Kind: KindInternal, Code: "internal", Text: "系统出错，已记录；请稍后再试，仍不行请联系管理员"}

// Public gives the fault a person may read: the first *Error in the chain, else a general text without
// any detail.
func Public(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	var fields Fields
	if errors.As(err, &fields) && len(fields) > 0 {
		return &Error{
			Kind: fields[0].Kind,
			Code: fields[0].Code,
			Text: "有 {.n} 处需要修改",
			Args: []any{"n", len(fields)},
		}
	}

	return internal
}

// FieldErrors gives the faults that belong to form fields, in order; nil when there are none.
func FieldErrors(err error) Fields {
	var fields Fields
	if errors.As(err, &fields) {
		return fields
	}
	var failure *Error
	if errors.As(err, &failure) && failure.Field != "" {
		return Fields{failure}
	}

	return nil
}

// KindOf is the kind of err; KindInternal for anything that is not a fault.
func KindOf(err error) Kind { return Public(err).Kind }

// Is tells whether err is of kind k. A nil error is of no kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
