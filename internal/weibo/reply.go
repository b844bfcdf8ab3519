package weibo

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/fault"
)

// ReplyTo names what a reply answers, by the platform's numbers: a comment, or the post itself.
type ReplyTo struct {
	Post    string // under which the reply stands
	Comment string // "" for a comment on the post itself
}

// The interfaces that say something under a post; those of the commercial contract end with /biz.
const (
	callComment = "comments/create"
	callReply   = "comments/reply"
	biz         = "/biz"
)

// maxReply is how long a comment may be, as Length counts (docs/weibo.md).
const maxReply = 140

// reply makes the payload a comment. The name of whom it answers is not put before it, so that what stands
// there is what was approved; nor is it said to the author of a reposted post as well.
func (p *Payload) reply(draft Draft) {
	to := draft.ReplyTo
	p.call = callComment
	if to.Comment != "" {
		p.call = callReply
		p.set("cid", to.Comment)
	}
	p.set("id", to.Post)
	p.set(replyField, draft.Text)
	if to.Comment != "" {
		p.set("without_mention", "1")
	}
	p.set("comment_ori", "0")

	switch p.mode {
	case Commercial:
		p.call += biz
	case Manual:
		p.call = callByHand
	}
}

// replyField holds the text of a comment; that of a post stands in "status".
const replyField = "comment"

// Replies tells whether the payload is a comment.
func (p Payload) Replies() bool { return p.draft.ReplyTo.Post != "" }

// checkReply finds what Weibo would refuse in a comment.
func checkReply(payload Payload, can Capability) fault.Fields {
	var fields fault.Fields
	text, to := payload.Text(), payload.draft.ReplyTo

	switch n := Length(text); {
	case !can.Replies:
		fields.Add(fault.Invalid("mode", "这个账号的连接方式不能发送答复，请到微博上回复后登记"))
	case !isID(to.Post) || to.Comment != "" && !isID(to.Comment):
		fields.Add(fault.Invalid("text", "所答复的评论或微博的编号不对"))
	case strings.TrimSpace(text) == "":
		fields.Add(fault.Invalid("text", "请写下答复的内容"))
	case n > maxReply:
		fields.Add(fault.Invalid("text", "答复 {.n} 字，超过 {.max} 字，请缩短", "n", n, "max", maxReply))
	}

	return fields
}

// LookReplies reads what the account itself said in comments back to from, as Look reads its posts.
func (c *Client) LookReplies(ctx context.Context, mode Mode, token Token, from time.Time) (Sight, error) {
	const page = 200
	call, base := c.pick(mode, "comments/by_me", "comments/by_me/biz")
	values := url.Values{"count": {strconv.Itoa(page)}}
	var sight Sight

	for range lookPages {
		var w struct {
			Comments *[]wireComment `json:"comments"`
		}
		if err := c.get(ctx, call, base, token, values, &w); err != nil {
			return Sight{}, err
		}
		if w.Comments == nil {
			return Sight{}, readUnclear(call, 200, errMalformed)
		}
		said := make([]Post, 0, len(*w.Comments))

		for _, one := range *w.Comments {
			post := one.said()
			if !isID(post.ID) {
				return Sight{}, readUnclear(call, 200, errMalformed)
			}
			said = append(said, post)
		}
		sight.Posts = append(sight.Posts, said...)
		if len(said) == 0 || reaches(said, from) {
			sight.Complete = true
			return sight, nil
		}
		next := below(said)
		if next == "" {
			return sight, nil
		}
		values.Set("max_id", next)
	}

	return sight, nil
}

// said is a comment as a look compares it.
func (w wireComment) said() Post {
	heard := w.heard()

	return Post{
		ID:        heard.ID,
		UID:       heard.UID,
		Text:      heard.Text,
		CreatedAt: heard.At,
		ReplyTo:   ReplyTo{Post: heard.ThreadID, Comment: heard.ReplyTo},
	}
}

// addressed is what the platform puts before a reply that names whom it answers.
var addressed = regexp.MustCompile(`^回复@[^:：\n]{1,40}[:：]`)

// resemblesReply compares a comment with the reply that was sent. From which application a comment came is
// not compared: what the platform says of it is not known. One that stands under the right post and does
// not say which comment it answers proves nothing.
func (s Sent) resemblesReply(seen Post) likeness {
	to := s.Payload.draft.ReplyTo

	switch {
	case seen.CreatedAt.Before(s.From), seen.ReplyTo.Post != to.Post,
		seen.ReplyTo.Comment != "" && seen.ReplyTo.Comment != to.Comment:
		return different
	}
	text := s.Payload.Text()
	like := max(
		compare(text, seen.Text, false),
		compare(text, addressed.ReplaceAllString(seen.Text, ""), false),
	)
	if like == same && seen.ReplyTo.Comment != to.Comment {
		return weak
	}

	return like
}
