package weibo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// Sending is what a payload needs at the moment it is sent.
type Sending struct {
	Token      Token
	Mark       Mark     // zero: the call's own beginning
	DeliveryID string   // of NewDeliveryID; goes into annotations where the interface takes them
	PicIDs     []string // of UploadPicture, in the order of the payload's pictures; commercial only
}

// NewDeliveryID makes the random 128-bit id by which an own post is recognised, 32 hex digits.
func NewDeliveryID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// annotationKey names the delivery id within annotations.
const annotationKey = "juzhen"

// DeliveryIDIn finds the delivery id in the annotations of a post, "" when there is none.
func DeliveryIDIn(annotations json.RawMessage) string {
	var list []map[string]json.RawMessage
	if json.Unmarshal(annotations, &list) != nil {
		return ""
	}

	for _, m := range list {
		var id string
		if json.Unmarshal(m[annotationKey], &id) == nil && id != "" {
			return id
		}
	}

	return ""
}

var errNotReady = errors.New("weibo: the payload is not ready to be sent")

// Ready is a request composed ahead of its instant, so that only the write remains to be done then. It
// holds the token.
type Ready struct {
	request request
	call    string
	err     error
}

// Compose makes the request that Send would write, but for the mark. What is wrong with it shows when
// it is sent.
func (c *Client) Compose(payload Payload, sending Sending) Ready {
	request, err := c.compose(payload, sending)
	return Ready{request: request, call: payload.call, err: err}
}

// Size is how many bytes the body has, which HardEnd depends on.
func (r Ready) Size() int { return r.request.size }

// Send posts p once. Published with the platform's id; PublishedNoID when Weibo says it is live but in
// review (20053) or slow (20032); Unknown when a byte was written and the answer was lost or cannot be
// trusted; NotPublished with its reason otherwise. It never sends twice, and ctx stops it only before
// its first byte.
func (c *Client) Send(ctx context.Context, payload Payload, sending Sending) Outcome {
	return c.SendReady(ctx, c.Compose(payload, sending), sending.Mark)
}

// SendReady is Send of a request composed before; m is the mark, zero for the call's own beginning.
func (c *Client) SendReady(ctx context.Context, ready Ready, mark Mark) Outcome {
	return c.Deliver(ctx, ready, mark).Outcome()
}

// Answered is a call that is over, as it came from the wire. What it means is read by Outcome, which
// can wait: at the instant of a burst the next request goes first.
type Answered struct {
	client *Client
	ready  Ready
	rep    reply
}

// Deliver is SendReady without reading what the answer means.
func (c *Client) Deliver(ctx context.Context, ready Ready, mark Mark) Answered {
	if ready.err != nil {
		return Answered{client: c, ready: ready, rep: reply{ended: c.opt.Clock()}}
	}

	return Answered{client: c, ready: ready, rep: c.write(ctx, mark, ready.request)}
}

// FirstByte is when the first byte was handed to the kernel; zero if none was.
func (a Answered) FirstByte() time.Time { return utc(a.rep.first) }

// Outcome is what is known after the call.
func (a Answered) Outcome() Outcome {
	if a.ready.err != nil {
		return Outcome{Result: NotPublished, Ended: utc(a.rep.ended), Err: &Error{
			Call: a.ready.call, Class: ClassNever, Text: "内容没有准备好，没有发出；请联系系统维护人员", cause: a.ready.err,
		}}
	}

	return a.client.outcome(a.ready.request, a.rep)
}

// Warm opens writing connections of a mode's interface ahead of a burst, until n stand ready. Nothing
// of a request is written by it; an idle one is dropped after IdleLimit as any other. It fails with the
// first connection that cannot be opened.
func (c *Client) Warm(ctx context.Context, mode Mode, n int) error {
	base := c.opt.PublicURL
	if mode == Commercial {
		base = c.opt.CommercialURL
	}
	address, err := url.Parse(base)
	if err != nil {
		return err
	}
	to, _, err := routeTo(address, c.opt.Proxy)
	if err != nil {
		return err
	}

	return c.lines.warm(ctx, to, n)
}

// UploadPicture uploads one picture ahead of its post and gives its id (commercial interface). Nobody
// sees it before it is used, so a lost answer is an ordinary *Error of ClassRetry.
func (c *Client) UploadPicture(ctx context.Context, token Token, pic Picture) (string, error) {
	const call = "statuses/upload_pic/biz"
	if !pic.intact() {
		return "", &Error{Call: call, Class: ClassNever, Text: "图片与登记的不一致，没有上传；请联系系统维护人员", cause: errNotReady}
	}
	request, err := c.multipartRequest(call, c.opt.CommercialURL, token, nil, pic)
	if err != nil {
		return "", err
	}
	rep := c.write(ctx, Mark{}, request)
	if !rep.touched {
		return "", unsent(call, rep.err)
	}
	var got struct {
		answer
		PicID text `json:"pic_id"`
	}
	if err := c.understand(call, token, rep, &got, &got.answer); err != nil {
		return "", err
	}
	if got.PicID == "" {
		return "", unclear(call, rep.status, errMalformed)
	}

	return string(got.PicID), nil
}

// Destroy takes a post down. Published means: it is gone now, by this call. An *Error for which Gone is
// true means it was gone before. After Unknown, Show tells.
func (c *Client) Destroy(ctx context.Context, mode Mode, token Token, mark Mark, id string) Outcome {
	call, base := "statuses/destroy", c.opt.PublicURL
	if mode == Commercial {
		call, base = "statuses/destroy/biz", c.opt.CommercialURL
	}
	outcome := c.perform(ctx, mark, c.formRequest(call, base, token, []Field{{"id", id}}))
	if outcome.Result == Published && outcome.ID != id {
		outcome.Result, outcome.Err = Unknown, unclear(call, outcome.HTTPStatus, errMalformed)
	}

	return outcome
}

func (c *Client) perform(ctx context.Context, mark Mark, r request) Outcome {
	return c.outcome(r, c.write(ctx, mark, r))
}

func (c *Client) outcome(r request, rep reply) Outcome {
	o := c.judge(r, rep)
	c.debug(
		context.Background(),
		"weibo write",
		"call",
		r.name,
		"result",
		o.Result.String(),
		"code",
		o.Code,
		"http",
		o.HTTPStatus,
		"body_bytes",
		r.size,
		"written",
		o.Written,
	)

	return o
}

// compose adds to the payload what is known only now.
func (c *Client) compose(payload Payload, sending Sending) (request, error) {
	fields := payload.Fields()
	if c.opt.RIP != "" {
		fields = append(fields, Field{"rip", c.opt.RIP})
	}
	if payload.takesAnnotations() && sending.DeliveryID != "" {
		note, err := json.Marshal([]map[string]string{{annotationKey: sending.DeliveryID}})
		if err != nil {
			return request{}, err
		}
		fields = append(fields, Field{"annotations", string(note)})
	}
	if sending.Token == "" {
		return request{}, errNotReady
	}

	switch payload.call {
	case callPictures:
		if len(sending.PicIDs) != len(payload.pictures) {
			return request{}, errNotReady
		}
		fields = append(fields, Field{"pic_id", strings.Join(sending.PicIDs, ",")})

		return c.formRequest(payload.call, c.opt.CommercialURL, sending.Token, fields), nil
	case callUpdate, callRepost:
		return c.formRequest(payload.call, c.opt.CommercialURL, sending.Token, fields), nil
	case callShare:
		return c.composeShare(payload, sending, fields)
	case callComment, callReply:
		return c.formRequest(payload.call, c.opt.PublicURL, sending.Token, fields), nil
	case callComment + biz, callReply + biz:
		return c.formRequest(payload.call, c.opt.CommercialURL, sending.Token, fields), nil
	default:
		return request{}, errNotReady
	}
}

// composeShare is multipart only when there is a picture, as the interface wants it.
func (c *Client) composeShare(payload Payload, sending Sending, fields []Field) (request, error) {
	switch {
	case len(payload.pictures) == 0:
		return c.formRequest(payload.call, c.opt.PublicURL, sending.Token, fields), nil
	case len(payload.pictures) > 1 || !payload.pictures[0].intact():
		return request{}, errNotReady
	default:
		return c.multipartRequest(payload.call, c.opt.PublicURL, sending.Token, fields, payload.pictures[0])
	}
}

func apiURL(base, call string) string { return base + "/2/" + call + ".json" }

func (c *Client) formRequest(call, base string, token Token, fields []Field) request {
	values := url.Values{"access_token": {string(token)}}
	for _, field := range fields {
		values.Set(field.Name, field.Value)
	}

	return c.newRequest(call, base, token, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

func (c *Client) multipartRequest(
	call, base string,
	token Token,
	fields []Field,
	pic Picture,
) (request, error) {
	var b bytes.Buffer

	w := multipart.NewWriter(&b)
	for _, field := range append([]Field{{"access_token", string(token)}}, fields...) {
		if err := w.WriteField(field.Name, field.Value); err != nil {
			return request{}, err
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="pic"; filename="` + pic.fileName() + `"`},
		"Content-Type":        {pic.Type},
	})
	if err != nil {
		return request{}, err
	}
	if _, err := part.Write(pic.Data); err != nil {
		return request{}, err
	}
	if err := w.Close(); err != nil {
		return request{}, err
	}

	return c.newRequest(call, base, token, w.FormDataContentType(), b.Bytes()), nil
}
