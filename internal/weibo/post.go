package weibo

import (
	"context"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Post is a post as read back from Weibo. Counts are what this answer held; a timeline may be older
// than a count call.
type Post struct {
	ID          string
	MID         string
	UID         string // of its author, "" when the answer did not say
	Text        string // full where the answer held the full text
	LongText    bool   // more than 140
	Cut         bool   // Text ends early with "…全文"
	CreatedAt   time.Time
	Source      string          // name of the application, without its link
	Annotations json.RawMessage // as sent; nil where the interface keeps them to itself
	Pics        int
	RepostOf    string  // id of the original, "" for a post of its own
	ReplyTo     ReplyTo // of a comment: what it answers
	Reposts     int64
	Comments    int64
	Likes       int64
	Reads       *int64 // nil: not available, which is not 0
	Visible     Visible
	Deleted     bool // the author took it down; the rest is empty
}

// DeliveryID is the delivery id in its annotations, "" when there is none.
func (p Post) DeliveryID() string { return DeliveryIDIn(p.Annotations) }

type wireStatus struct {
	CreatedAt string `json:"created_at"`
	ID        text   `json:"id"`
	IDStr     text   `json:"idstr"`
	MID       text   `json:"mid"`
	Text      string `json:"text"`
	IsLong    flag   `json:"isLongText"`
	Long      *struct {
		Content string `json:"longTextContent"`
	} `json:"longText"`
	Source      string            `json:"source"`
	Annotations json.RawMessage   `json:"annotations"`
	PicURLs     []json.RawMessage `json:"pic_urls"`
	PicIDs      []json.RawMessage `json:"pic_ids"`
	PicNum      number            `json:"pic_num"`
	Thumbnail   string            `json:"thumbnail_pic"`
	Reposts     number            `json:"reposts_count"`
	Comments    number            `json:"comments_count"`
	Likes       number            `json:"attitudes_count"`
	Reads       *number           `json:"reads"`
	Visible     struct {
		Type number `json:"type"`
	} `json:"visible"`
	Deleted  text `json:"deleted"`
	Original *struct {
		ID    text `json:"id"`
		IDStr text `json:"idstr"`
	} `json:"retweeted_status"`
	User *struct {
		ID    text `json:"id"`
		IDStr text `json:"idstr"`
	} `json:"user"`
	UID    text `json:"uid"`
	UserID text `json:"user_id"`
}

const textDeleted = "此微博已被原作者删除"

func (w wireStatus) post() Post {
	p := Post{
		ID:        string(or(w.IDStr, w.ID)),
		MID:       string(w.MID),
		UID:       string(or(w.UserID, w.UID)),
		Text:      w.Text,
		LongText:  bool(w.IsLong),
		CreatedAt: createdAt(w.CreatedAt),
		Source:    plainSource(w.Source),
		Reposts:   int64(w.Reposts),
		Comments:  int64(w.Comments),
		Likes:     int64(w.Likes),
		Visible:   Visible(w.Visible.Type),
		Pics:      w.pics(),
		Deleted: (w.Deleted != "" && w.Deleted != "0" && w.Deleted != "false") ||
			strings.HasPrefix(w.Text, textDeleted),
	}
	if len(w.Annotations) > 0 && string(w.Annotations) != "null" {
		p.Annotations = w.Annotations
	}
	if w.User != nil {
		p.UID = string(or(w.User.IDStr, w.User.ID))
	}
	if w.Original != nil {
		p.RepostOf = string(or(w.Original.IDStr, w.Original.ID))
	}
	if w.Reads != nil {
		n := int64(*w.Reads)
		p.Reads = &n
	}
	if w.Long != nil && w.Long.Content != "" {
		p.Text = w.Long.Content
	} else {
		p.Cut = p.LongText && cutMark.MatchString(p.Text)
	}

	return p
}

// pics counts pictures by whichever of the fields is there.
func (w wireStatus) pics() int {
	n := max(len(w.PicURLs), len(w.PicIDs), int(w.PicNum))
	if n == 0 && w.Thumbnail != "" {
		n = 1
	}

	return n
}

var tagPattern = regexp.MustCompile(`<[^>]*>`)

// plainSource is the application's name in the HTML anchor that "source" holds.
func plainSource(s string) string {
	return strings.TrimSpace(html.UnescapeString(tagPattern.ReplaceAllString(s, "")))
}

// TimelineQuery selects a page of an account's own posts. The public interface knows no paging worth
// the name: it gives the newest five.
type TimelineQuery struct {
	UID     string // commercial only; "" is the token's owner
	SinceID string // newer than this
	MaxID   string // this one or older
	Count   int    // at most 100; 0: Weibo's own 20
}

// Timeline is a page of posts as Weibo ordered them: newest first, but for a pinned one.
type Timeline struct {
	Posts []Post
	Total int64 // posts of the account, as Weibo counts them
}

// UserTimeline reads the account's own posts. An answer without a list of posts is an error, so that
// nothing is ever concluded from an empty shell.
func (c *Client) UserTimeline(
	ctx context.Context,
	mode Mode,
	token Token,
	timelineQuery TimelineQuery,
) (Timeline, error) {
	call, base := c.pick(mode, "statuses/user_timeline", "statuses/user_timeline/biz")
	values := url.Values{}

	for name, value := range map[string]string{
		"uid":      timelineQuery.UID,
		"since_id": timelineQuery.SinceID,
		"max_id":   timelineQuery.MaxID,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if timelineQuery.Count > 0 {
		values.Set("count", strconv.Itoa(min(timelineQuery.Count, 100)))
	}
	var w struct {
		Statuses *[]wireStatus `json:"statuses"`
		Total    number        `json:"total_number"`
	}
	if err := c.get(ctx, call, base, token, values, &w); err != nil {
		return Timeline{}, err
	}
	posts, err := wellFormed(call, w.Statuses)

	return Timeline{Posts: posts, Total: int64(w.Total)}, err
}

// wellFormed refuses a list that is missing or holds a post without an id.
func wellFormed(call string, list *[]wireStatus) ([]Post, error) {
	if list == nil {
		return nil, readUnclear(call, 200, errMalformed)
	}

	posts := make([]Post, 0, len(*list))
	for _, w := range *list {
		post := w.post()
		if !isID(post.ID) {
			return nil, readUnclear(call, 200, errMalformed)
		}
		posts = append(posts, post)
	}

	return posts, nil
}

// Show reads one post. Gone(err) is true when it does not exist; a post its author took down may also
// come back with Deleted set.
func (c *Client) Show(ctx context.Context, token Token, id string) (Post, error) {
	const call = "statuses/show"
	var w wireStatus
	if err := c.get(ctx, call, c.opt.PublicURL, token, url.Values{"id": {id}}, &w); err != nil {
		return Post{}, err
	}
	post := w.post()
	if post.ID != id {
		return Post{}, readUnclear(call, 200, errMalformed)
	}

	return post, nil
}

// ShowBatch reads up to 50 posts with their full texts (commercial interface). Posts that are gone are
// left out or come back with Deleted set.
func (c *Client) ShowBatch(ctx context.Context, token Token, ids []string) ([]Post, error) {
	const call = "statuses/show_batch/biz"
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > 50 {
		return nil, tooMany(call, len(ids), 50)
	}
	values := url.Values{"ids": {joinIDs(ids)}, "isGetLongText": {"1"}, "trim_user": {"1"}}
	var w struct {
		Statuses *[]wireStatus `json:"statuses"`
	}
	if err := c.get(ctx, call, c.opt.CommercialURL, token, values, &w); err != nil {
		return nil, err
	}

	return wellFormed(call, w.Statuses)
}
