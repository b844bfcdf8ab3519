package weibo

import (
	"context"
	"fmt"
	"net/url"
)

// Count is what a counting call says about one post. Posts that are gone are left out of the answer.
type Count struct {
	ID       string
	Reposts  int64
	Comments int64
	Likes    int64
	Reads    *int64 // nil: not available, which is not 0
}

type wireCount struct {
	ID        text    `json:"id"`
	IDStr     text    `json:"idstr"`
	Reposts   number  `json:"reposts"`
	Comments  number  `json:"comments"`
	Attitudes *number `json:"attitudes"`
	Likes     *number `json:"likes"` // the documented name in count/biz; both are seen
	Reads     *number `json:"reads"`
}

func (w wireCount) count() Count {
	c := Count{ID: string(or(w.IDStr, w.ID)), Reposts: int64(w.Reposts), Comments: int64(w.Comments)}
	switch {
	case w.Attitudes != nil:
		c.Likes = int64(*w.Attitudes)
	case w.Likes != nil:
		c.Likes = int64(*w.Likes)
	}
	if w.Reads != nil {
		n := int64(*w.Reads)
		c.Reads = &n
	}

	return c
}

// maxIDs is how many ids one counting call takes.
const maxIDs = 100

func tooMany(call string, n, limit int) *Error {
	return &Error{
		Call: call, Class: ClassNever, Text: "一次查询的编号太多，属程序问题；请联系系统维护人员",
		cause: fmt.Errorf("%d ids, at most %d", n, limit),
	}
}

// Counts reads reposts, comments and likes of up to 100 posts.
func (c *Client) Counts(ctx context.Context, mode Mode, token Token, ids []string) ([]Count, error) {
	call, base := c.pick(mode, "statuses/count", "statuses/count/biz")
	return c.counts(ctx, call, base, token, ids)
}

// Reads reads the same with reads (阅读量) for up to 100 posts of media accounts, commercial interface.
// Posts Weibo does not tell about are silently left out: not available, never 0.
func (c *Client) Reads(ctx context.Context, token Token, ids []string) ([]Count, error) {
	return c.counts(ctx, "media_statuses/count_sp/biz", c.opt.CommercialURL, token, ids)
}

func (c *Client) counts(ctx context.Context, call, base string, token Token, ids []string) ([]Count, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > maxIDs {
		return nil, tooMany(call, len(ids), maxIDs)
	}
	var list []wireCount
	if err := c.get(ctx, call, base, token, url.Values{"ids": {joinIDs(ids)}}, &list); err != nil {
		return nil, err
	}

	out := make([]Count, 0, len(list))
	for _, w := range list {
		count := w.count()
		if !isID(count.ID) {
			return nil, readUnclear(call, 200, errMalformed)
		}
		out = append(out, count)
	}

	return out, nil
}
