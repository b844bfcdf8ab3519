package weibo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Visible says who may see a post.
type Visible int

// The visibilities the console uses; Weibo also knows groups and friends.
const (
	VisibleAll  Visible = 0
	VisibleSelf Visible = 1
)

// Draft is what is to be posted, before it is known how.
type Draft struct {
	Text     string
	Pictures []Picture
	RepostID string // the post that is passed on with Text as comment; "" for a post of its own
	// Lead stands for RepostID while the post that is passed on is not out: a name of ours for it, part of
	// the hash. Payload.With puts in what the platform calls it. "" for a post that waits for none.
	Lead    string
	Visible Visible
	ReplyTo ReplyTo // what is answered; the draft is a comment then, of Text alone
}

// Field is one field of a request.
type Field struct{ Name, Value string }

// Payload is a request that is ready but for what differs at each sending: the token, the delivery id
// in annotations, the operator's address and the ids under which pictures were uploaded. What is hashed
// is what is sent.
type Payload struct {
	mode     Mode
	call     string
	fields   []Field
	pictures []Picture
	draft    Draft
	unled    []byte // canonical text from before the lead was put in; nil: nothing was
}

// Original is a post that is out: its platform id, and the address at which people see it.
type Original struct{ ID, URL string }

// leadField is how the canonical text names a lead. No interface has a field of this name.
const leadField = "lead"

// leadRoom is what the address of a lead takes in a text that shares it, at most: as Length counts.
var leadRoom = Length(" https://weibo.com/9999999999/zzzzzzzzz")

// Waits tells whether the payload lacks the lead that it passes on.
func (p Payload) Waits() bool { return p.draft.Lead != "" && p.unled == nil }

// With puts the lead in that is out now. The hash stays that of the payload as it was approved. Where the
// interface has no repost the address of the lead stands behind the text.
func (p Payload) With(lead Original) Payload {
	if !p.Waits() {
		return p
	}
	canonical := p.Canonical()
	p.draft.RepostID = lead.ID
	if p.mode == Public {
		p.draft.RepostID = ""
		p.draft.Text = strings.TrimSpace(p.draft.Text + " " + lead.URL)
	}
	led := Build(p.mode, Draft{
		Text: p.draft.Text, Pictures: p.pictures, RepostID: p.draft.RepostID, Visible: p.draft.Visible,
	})
	led.draft.Lead, led.unled = p.draft.Lead, canonical

	return led
}

// The interfaces a payload can use.
const (
	callUpdate   = "statuses/update/biz"
	callPictures = "statuses/upload_url_text/biz"
	callRepost   = "statuses/repost/biz"
	callShare    = "statuses/share"
	callByHand   = "manual"
)

// defaultRepost is what Weibo itself writes when somebody reposts without a word; sent in full so that
// it is hashed.
const defaultRepost = "转发微博"

// Build makes the request that posts d by mode. It never fails; CheckPayload tells what is wrong with it.
func Build(mode Mode, draft Draft) Payload {
	draft.Text = plainLines(draft.Text)

	payload := Payload{mode: mode, pictures: append([]Picture(nil), draft.Pictures...), draft: draft}
	switch {
	case draft.ReplyTo.Post != "":
		payload.reply(draft)
	case mode == Commercial && (draft.RepostID != "" || draft.Lead != ""):
		payload.call = callRepost
		payload.set(payload.original())
		payload.set("status", or(draft.Text, defaultRepost))
		payload.set("is_comment", "0")
	case mode == Commercial:
		payload.call = callUpdate
		if len(draft.Pictures) > 0 {
			payload.call = callPictures
		}
		payload.set("status", draft.Text)
		payload.set("visible", strconv.Itoa(int(draft.Visible)))
		if Length(draft.Text) > shortLimit {
			payload.set("is_longtext", "1")
		}
	case mode == Public:
		payload.call = callShare
		payload.set("status", draft.Text)
		if draft.Lead != "" {
			payload.set(payload.original())
		}
	default:
		payload.byHand(draft)
	}

	return payload
}

func (p *Payload) byHand(draft Draft) {
	p.call = callByHand
	p.set("status", draft.Text)
	if draft.RepostID != "" || draft.Lead != "" {
		p.set(p.original())
	}
	if draft.Visible != VisibleAll {
		p.set("visible", strconv.Itoa(int(draft.Visible)))
	}
}

// original is the field that names the post that is passed on.
func (p *Payload) original() (name, value string) {
	if p.draft.RepostID != "" {
		return "id", p.draft.RepostID
	}

	return leadField, p.draft.Lead
}

func (p *Payload) set(name, value string) { p.fields = append(p.fields, Field{name, value}) }

// Mode is the mode the payload was built for.
func (p Payload) Mode() Mode { return p.mode }

// Call is the interface it uses: "statuses/update/biz".
func (p Payload) Call() string { return p.call }

// Fields gives the request's fixed fields in order.
func (p Payload) Fields() []Field { return append([]Field(nil), p.fields...) }

// Pictures gives the pictures in order.
func (p Payload) Pictures() []Picture { return append([]Picture(nil), p.pictures...) }

// Text is the text as it is sent.
func (p Payload) Text() string {
	for _, field := range p.fields {
		if field.Name == "status" || field.Name == replyField {
			return field.Value
		}
	}

	return ""
}

// Annotated tells whether a look at the timeline is decided by the delivery id: only statuses/update
// gives it back.
func (p Payload) Annotated() bool { return p.call == callUpdate }

// takesAnnotations tells whether the interface has the field at all.
func (p Payload) takesAnnotations() bool { return p.call == callUpdate || p.call == callPictures }

// Canonical is the unambiguous text of which Hash is the SHA-256: the interface, each fixed field with
// its length, and the pictures by their SHA-256, in order. Token, annotations, rip and picture ids are
// outside: docs/weibo.md says why.
func (p Payload) Canonical() []byte {
	if p.unled != nil {
		return p.unled
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "juzhen payload 1\n%s %s\n", p.mode, p.call)

	for _, field := range p.fields {
		fmt.Fprintf(&b, "%s %d %s\n", field.Name, len(field.Value), field.Value)
	}

	for _, pic := range p.pictures {
		fmt.Fprintf(&b, "picture %s\n", pic.SHA256)
	}

	return b.Bytes()
}

// Hash is the payload hash, lower-case hex.
func (p Payload) Hash() string {
	sum := sha256.Sum256(p.Canonical())
	return hex.EncodeToString(sum[:])
}
