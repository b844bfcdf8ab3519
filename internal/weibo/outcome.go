package weibo

import "time"

// Result is what is known about a write after its call. The zero value is Unknown: nobody may take
// silence for an answer.
type Result int

// The results.
const (
	// a byte was written and no trustworthy answer came: look, never resend as a probe
	Unknown   Result = iota
	Published        // live, with the platform's id
	// live or in review (20053) or slow (20032); the id is found on the timeline later
	PublishedNoID
	NotPublished // surely not: Err says why and what to do
)

var resultNames = [...]string{"unknown", "published", "published without id", "not published"}

// String names the result in English, for logs.
func (r Result) String() string { return resultNames[r] }

// Outcome is the end of a write.
type Outcome struct {
	Result     Result
	ID         string // the platform's id, Published only
	Post       *Post  // the post as Weibo returned it, Published only
	Code       int    // error_code of the answer, 0 if it had none
	HTTPStatus int    // 0: no answer
	// NotPublished: why. Unknown: what was seen. PublishedNoID: the code's own text. Else nil
	Err        *Error
	Written    bool      // a byte of the request was, or may have been, written
	FirstByte  time.Time // when the first byte was handed to the kernel; zero if none was
	Ended      time.Time // when the call was over
	ServerDate time.Time // Date header of the answer; zero if none
}

// InReview tells whether the post is out and read by the platform's people first (20053).
func (o Outcome) InReview() bool { return o.Code == 20053 }
