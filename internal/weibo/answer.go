package weibo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"juzhen/internal/glyph"
)

// answer is the part of every reply that tells success from refusal. Weibo has two shapes for a
// refusal: {"error","error_code","request"} and, in the statistic calls, {"errno","msg","code"} with
// errno 1 for success.
type answer struct {
	wireRefusal
	ID    text `json:"id"`
	IDStr text `json:"idstr"`
}

// wireRefusal are the fields that say no.
type wireRefusal struct {
	ErrorCode   *text  `json:"error_code"`
	Err         text   `json:"error"`
	Description text   `json:"error_description"`
	Request     string `json:"request"`
	Errno       *text  `json:"errno"`
	Msg         text   `json:"msg"`
}

var errMalformed = errors.New("weibo: the answer is not what the interface returns")

// code gives the error code of the answer, 0 when it has none. An error_code that is no number is malformed.
func (a answer) code() (int, error) {
	text := a.ErrorCode
	if text == nil {
		text = a.Errno
	}
	if text == nil || *text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(string(*text))
	if err != nil {
		return 0, errMalformed
	}
	if a.ErrorCode == nil && n == 1 {
		return 0, nil
	}

	return n, nil
}

// id gives the platform's id when both spellings are present and agree or only one is; else "".
func (a answer) id() string {
	id := string(a.ID)
	if id == "" {
		id = string(a.IDStr)
	}
	if a.IDStr != "" && string(a.IDStr) != id {
		return ""
	}
	if n, err := strconv.ParseInt(id, 10, 64); err != nil || n <= 0 || id[0] == '+' || id[0] == '0' {
		return ""
	}

	return id
}

func (a answer) message() string {
	m := string(a.Err)
	if m == "" {
		m = string(a.Msg)
	}
	if a.Description != "" {
		m += " (" + string(a.Description) + ")"
	}

	return glyph.Cut(m, 200)
}

// judge turns the reply to a write into its outcome. A listed code decides whatever the HTTP status; a
// valid id with a 2xx is published; everything else after a byte was written is unknown.
func (c *Client) judge(r request, rep reply) Outcome {
	outcome := Outcome{
		HTTPStatus: rep.status,
		Written:    rep.touched,
		FirstByte:  utc(rep.first),
		Ended:      utc(rep.ended),
	}
	if rep.header != nil {
		outcome.ServerDate = c.noteDate(rep.header, rep.ended)
	}
	if !rep.touched {
		outcome.Result, outcome.Err = NotPublished, unsent(r.name, rep.err)
		return outcome
	}
	var a answer
	var w *wireStatus
	err := rep.err
	if err == nil {
		a, w, err = decodeWrite(rep.body)
	}
	code := 0
	if err == nil {
		code, err = a.code()
	}
	if err != nil {
		outcome.Err = unclear(r.name, rep.status, err)
		return outcome
	}
	outcome.Code = code
	decide(&outcome, r, a, w, rep)

	return outcome
}

// decodeWrite reads the answer to a write, in one go where the post that comes with it is well formed:
// thousands of these are read at the instant of a burst. A post that is not leaves the answer as it is.
func decodeWrite(body []byte) (answer, *wireStatus, error) {
	var both struct {
		wireRefusal
		wireStatus
	}
	if json.Unmarshal(body, &both) == nil {
		return answer{wireRefusal: both.wireRefusal, ID: both.ID, IDStr: both.IDStr}, &both.wireStatus, nil
	}
	var a answer
	err := json.Unmarshal(body, &a)

	return a, nil, err
}

func decide(outcome *Outcome, r request, a answer, w *wireStatus, rep reply) {
	id := a.id()
	if outcome.Code != 0 {
		outcome.Err = listed(r.name, outcome.Code, rep.status, scrub(a.message(), string(r.token)), a.Request)
		if outcome.Result = writeResult(outcome.Code); outcome.Result == NotPublished && id != "" {
			outcome.Result = Unknown // refuses and gives an id: contradicts itself
		}
		if outcome.Result == PublishedNoID && id != "" {
			outcome.Result, outcome.ID = Published, id
		}

		return
	}
	if id == "" || rep.status < http.StatusOK || rep.status >= http.StatusMultipleChoices {
		outcome.Err = unclear(r.name, rep.status, errMalformed)
		return
	}
	outcome.Result, outcome.ID = Published, id
	if w != nil {
		post := w.post()
		outcome.Post = &post
	}
}

// unsent is the error of a call that put no byte of its request on the wire.
func unsent(call string, cause error) *Error {
	e := &Error{Call: call, Class: ClassRetry, Text: "没有连上微博接口，内容没有发出；请检查网络或接口地址", cause: cause}
	switch {
	case errors.Is(cause, ErrTooLate):
		e.Text = "已超过本次发送的最晚时刻，内容没有发出"
	case errors.Is(cause, ErrStopped):
		e.Text = "发送在开始前被停止，内容没有发出"
	}

	return e
}

// unclear is what was seen when the answer cannot be trusted.
func unclear(call string, status int, cause error) *Error {
	e := &Error{Call: call, HTTPStatus: status, Class: ClassRetry, Text: textUnclear, cause: cause}
	if status != 0 {
		e.Message = fmt.Sprintf("no trustworthy answer with HTTP status %d", status)
	}

	return e
}

const textUnclear = "没有得到可信的答复，不能断定是否已发出；需到时间线核对"
