package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// get reads one interface into out. The token goes into the Authorization header, never into the URL.
func (c *Client) get(ctx context.Context, call, base string, token Token, values url.Values, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.opt.ReadTimeout)
	defer cancel()
	u := apiURL(base, call)
	if len(values) > 0 {
		u += "?" + values.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return unsent(call, err)
	}
	req.Header.Set("Authorization", "OAuth2 "+string(token))

	return c.readReply(call, token, req, out)
}

func (c *Client) readReply(call string, token Token, req *http.Request, out any) error {
	req.Header.Set("User-Agent", "juzhen")
	rep := reply{}
	resp, err := c.reading.RoundTrip(req)
	if err != nil {
		rep.err = err
	} else {
		defer resp.Body.Close()
		rep.status, rep.header = resp.StatusCode, resp.Header
		rep.body, rep.err = readAll(resp.Body, or(c.opt.AnswerLimit, readLimit))
	}
	var a answer
	err = c.understand(call, token, rep, out, &a)
	c.debug(req.Context(), "weibo read",
		"call", call,
		"http", rep.status,
		"code", CodeOf(err),
		"bytes", len(rep.body),
	)

	return err
}

// understand decodes a reply whose call may be repeated: a code becomes its *Error, anything that is
// not a well-formed answer one of ClassRetry. a receives the refusal part.
func (c *Client) understand(call string, token Token, rep reply, out any, a *answer) error {
	if rep.header != nil {
		c.noteDate(rep.header, c.opt.Clock())
	}
	if rep.err != nil {
		e := unclear(call, rep.status, rep.err)
		e.Text = textReadFailed
		return e
	}
	if err := refusal(call, token, rep, a); err != nil {
		return err
	}
	if rep.status < http.StatusOK || rep.status >= http.StatusMultipleChoices {
		return readUnclear(call, rep.status, errMalformed)
	}
	if err := json.Unmarshal(rep.body, out); err != nil {
		return readUnclear(call, rep.status, err)
	}

	return nil
}

// refusal finds an error code in a JSON object; a list or something that is no JSON has none.
func refusal(call string, token Token, rep reply, a *answer) error {
	if !strings.HasPrefix(strings.TrimLeft(string(rep.body[:min(len(rep.body), 64)]), " \t\r\n"), "{") {
		return nil
	}
	var probe answer
	if err := json.Unmarshal(rep.body, &probe); err != nil {
		return readUnclear(call, rep.status, err)
	}
	code, err := probe.code()
	if err != nil {
		return readUnclear(call, rep.status, err)
	}
	*a = probe
	if code == 0 {
		return nil
	}
	e := listed(call, code, rep.status, scrub(probe.message(), string(token)), probe.Request)
	if _, ok := Lookup(code); !ok {
		e.Text = "微博返回了未收录的错误码，本次读取失败"
	}

	return e
}

const textReadFailed = "没有得到微博接口的有效答复，稍后再读"

func readUnclear(call string, status int, cause error) *Error {
	e := unclear(call, status, cause)
	e.Text, e.Rest = textReadFailed, Rest{}
	return e
}

// pick chooses the interface's name and base by mode.
func (c *Client) pick(mode Mode, public, commercial string) (call, base string) {
	if mode == Commercial {
		return commercial, c.opt.CommercialURL
	}

	return public, c.opt.PublicURL
}

func joinIDs(ids []string) string { return strings.Join(ids, ",") }

// isID tells whether s is an id as Weibo gives them: a positive 64-bit number.
func isID(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n > 0 && s[0] != '+' && s[0] != '0'
}
