package weibo

import (
	"context"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Heard is what somebody said to an account: a comment under one of its posts, a comment or a post that
// names it; or what the account itself said in a comment.
type Heard struct {
	ID        string
	Post      bool // a post of its own, not a comment
	Text      string
	At        time.Time
	UID       string // of who said it
	Name      string
	ThreadID  string // the post under which it stands; its own id for a post
	ThreadUID string // whose post that is; "" when the answer did not say
	ReplyTo   string // the comment that it answers; "" for none
}

// Feed is one of the lists in which an account is spoken to.
type Feed string

// The feeds.
const (
	FeedComments        Feed = "comments"         // received, and written by the account
	FeedMentions        Feed = "mentions"         // posts that name it
	FeedCommentMentions Feed = "comment_mentions" // comments that name it
)

// Feeds lists them in the order in which they are read.
func Feeds() []Feed { return []Feed{FeedComments, FeedMentions, FeedCommentMentions} }

// feedCalls are the names of the calls, public and commercial.
var feedCalls = map[Feed][2]string{
	FeedComments:        {"comments/timeline", "comments/timeline/biz"},
	FeedMentions:        {"statuses/mentions", "statuses/mentions/biz"},
	FeedCommentMentions: {"comments/mentions", "comments/mentions/biz"},
}

// HeardQuery selects a page of a feed.
type HeardQuery struct {
	SinceID string // newer than this
	MaxID   string // this one or older
	Count   int    // at most 200 comments or 100 posts; 0: Weibo's own
}

type wireSpeaker struct {
	ID    text   `json:"id"`
	IDStr text   `json:"idstr"`
	Name  string `json:"screen_name"`
}

func (w *wireSpeaker) uid() string {
	if w == nil {
		return ""
	}

	return string(or(w.IDStr, w.ID))
}

type wireComment struct {
	CreatedAt string       `json:"created_at"`
	ID        text         `json:"id"`
	IDStr     text         `json:"idstr"`
	Text      string       `json:"text"`
	User      *wireSpeaker `json:"user"`
	Status    *struct {
		ID    text         `json:"id"`
		IDStr text         `json:"idstr"`
		User  *wireSpeaker `json:"user"`
	} `json:"status"`
	Reply *struct {
		ID    text `json:"id"`
		IDStr text `json:"idstr"`
	} `json:"reply_comment"`
}

func (w wireComment) heard() Heard {
	h := Heard{
		ID: string(or(w.IDStr, w.ID)), Text: spoken(w.Text), At: createdAt(w.CreatedAt), UID: w.User.uid(),
	}
	if w.User != nil {
		h.Name = w.User.Name
	}
	if w.Status != nil {
		h.ThreadID, h.ThreadUID = string(or(w.Status.IDStr, w.Status.ID)), w.Status.User.uid()
	}
	if w.Reply != nil {
		h.ReplyTo = string(or(w.Reply.IDStr, w.Reply.ID))
	}

	return h
}

// spoken is a text as it was typed: the platform escapes it, and makes links of names and addresses.
func spoken(s string) string {
	return strings.TrimSpace(html.UnescapeString(tagPattern.ReplaceAllString(s, "")))
}

// HeardPage is a page of a feed, newest first.
type HeardPage struct {
	Heard []Heard
	Raw   int    // how many the answer held, those included that say not who spoke, when or where
	Below string // the number just under its last, where the next page begins; "" for an empty one
}

// Heard reads a page of a feed of the token's owner. An answer without a list is an error.
func (c *Client) Heard(
	ctx context.Context,
	mode Mode,
	token Token,
	feed Feed,
	query HeardQuery,
) (HeardPage, error) {
	call, base := c.pick(mode, feedCalls[feed][0], feedCalls[feed][1])
	values := url.Values{}

	for name, value := range map[string]string{"since_id": query.SinceID, "max_id": query.MaxID} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if query.Count > 0 {
		values.Set("count", strconv.Itoa(query.Count))
	}
	if feed == FeedMentions {
		return c.heardPosts(ctx, call, base, token, values)
	}
	var w struct {
		Comments *[]wireComment `json:"comments"`
	}
	if err := c.get(ctx, call, base, token, values, &w); err != nil {
		return HeardPage{}, err
	}
	if w.Comments == nil {
		return HeardPage{}, readUnclear(call, 200, errMalformed)
	}

	list := make([]Heard, 0, len(*w.Comments))
	for _, one := range *w.Comments {
		list = append(list, one.heard())
	}

	return wellHeard(call, list)
}

func (c *Client) heardPosts(
	ctx context.Context,
	call, base string,
	token Token,
	values url.Values,
) (HeardPage, error) {
	var w struct {
		Statuses *[]struct {
			CreatedAt string       `json:"created_at"`
			ID        text         `json:"id"`
			IDStr     text         `json:"idstr"`
			Text      string       `json:"text"`
			User      *wireSpeaker `json:"user"`
		} `json:"statuses"`
	}
	if err := c.get(ctx, call, base, token, values, &w); err != nil {
		return HeardPage{}, err
	}
	if w.Statuses == nil {
		return HeardPage{}, readUnclear(call, 200, errMalformed)
	}

	list := make([]Heard, 0, len(*w.Statuses))
	for _, one := range *w.Statuses {
		h := Heard{
			ID: string(or(one.IDStr, one.ID)), Post: true, Text: spoken(one.Text),
			At: createdAt(one.CreatedAt), UID: one.User.uid(),
		}
		if one.User != nil {
			h.Name = one.User.Name
		}
		h.ThreadID, h.ThreadUID = h.ID, h.UID
		list = append(list, h)
	}

	return wellHeard(call, list)
}

// wellHeard refuses a list with something that has no number, and leaves out what says not who spoke,
// when or where: what was taken away comes so.
func wellHeard(call string, list []Heard) (HeardPage, error) {
	page := HeardPage{Raw: len(list)}
	lowest := int64(0)

	for _, h := range list {
		n, err := strconv.ParseInt(h.ID, 10, 64)
		if err != nil || !isID(h.ID) {
			return HeardPage{}, readUnclear(call, 200, errMalformed)
		}
		if lowest == 0 || n < lowest {
			lowest = n
		}
	}
	if lowest > 1 {
		page.Below = strconv.FormatInt(lowest-1, 10)
	}
	page.Heard = slices.DeleteFunc(list, func(h Heard) bool {
		return h.At.IsZero() || !isID(h.UID) || !isID(h.ThreadID)
	})

	return page, nil
}

// Unread is how much of each kind the platform says that an account has not looked at.
type Unread struct {
	Comments        int64
	Mentions        int64
	CommentMentions int64
	Messages        int64
}

// Unread asks for the counters of the token's owner.
func (c *Client) Unread(ctx context.Context, token Token, uid string) (Unread, error) {
	var w struct {
		Comments        *number `json:"cmt"`
		Messages        number  `json:"dm"`
		Mentions        number  `json:"mention_status"`
		CommentMentions number  `json:"mention_cmt"`
	}
	const call = "remind/unread_count"
	if err := c.get(ctx, call, c.opt.RemindURL, token, url.Values{"uid": {uid}}, &w); err != nil {
		return Unread{}, err
	}
	if w.Comments == nil {
		return Unread{}, readUnclear(call, 200, errMalformed)
	}

	return Unread{
		int64(*w.Comments), int64(w.Mentions), int64(w.CommentMentions), int64(w.Messages),
	}, nil
}

// MostStanding is how many comments one call of Standing takes.
const MostStanding = 50

// Standing tells which of up to 50 comments are still there (public interface).
func (c *Client) Standing(ctx context.Context, token Token, ids []string) (map[string]bool, error) {
	const call = "comments/show_batch"
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > MostStanding {
		return nil, tooMany(call, len(ids), MostStanding)
	}
	var list *[]wireComment
	values := url.Values{"cids": {joinIDs(ids)}}
	if err := c.get(ctx, call, c.opt.PublicURL, token, values, &list); err != nil {
		return nil, err
	}
	if list == nil {
		return nil, readUnclear(call, 200, errMalformed)
	}

	there := make(map[string]bool, len(*list))
	for _, one := range *list {
		there[string(or(one.IDStr, one.ID))] = true
	}

	return there, nil
}
