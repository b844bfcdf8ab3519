package sandbox

import "strconv"

const (
	publicWindow = 5 // newest posts an ordinary application can see
	mostPerPage  = 100
)

type timelineJSON struct {
	Statuses   any   `json:"statuses"`
	HasVisible bool  `json:"hasvisible"`
	Previous   int64 `json:"previous_cursor"`
	Next       int64 `json:"next_cursor"`
	Total      int   `json:"total_number"`
	Interval   int   `json:"interval"`
	UveBlank   int   `json:"uve_blank"`
	SinceID    int64 `json:"since_id"`
	MaxID      int64 `json:"max_id"`
	Ad         []any `json:"ad"`
}

// span is the part of a list that a request asks for. max_id is inclusive, since_id is not.
type span struct {
	since, max  int64
	count, page int64
	feature     int64
	trim        bool
}

func (c *call) span(usual, most int64) (span, error) {
	var sp span
	for _, f := range []struct {
		name string
		to   *int64
		def  int64
	}{
		{"since_id", &sp.since, 0},
		{"max_id", &sp.max, 0},
		{"count", &sp.count, usual},
		{"page", &sp.page, 1},
		{"feature", &sp.feature, 0},
	} {
		n, err := c.int(f.name, f.def)
		if err != nil || n < 0 {
			return sp, failf(10017, f.name)
		}
		*f.to = n
	}
	sp.count, sp.page = min(or(sp.count, usual), most), max(sp.page, 1)
	sp.trim = c.form.Get("trim_user") == "1"

	return sp, nil
}

func (sp span) holds(p *post) bool {
	if p.id <= sp.since || (sp.max > 0 && p.id > sp.max) {
		return false
	}

	switch sp.feature {
	case 1:
		return p.read().RepostOf == 0
	case 2:
		return len(p.read().Pics) > 0
	case 3, 4: // video and music: the sandbox has none
		return false
	}

	return true
}

// own refuses timelines of others: both interfaces give an authorized account its own only.
func (c *call) own() error {
	if uid := c.form.Get("uid"); uid != "" && uid != strconv.FormatInt(c.acc.UID, 10) {
		return failf(10017, "uid")
	}
	if name := c.form.Get("screen_name"); name != "" && name != c.acc.Handle {
		return failf(10017, "screen_name")
	}

	return nil
}

// slice walks the account's posts, newest first, inside a window of so many posts (0: all), and takes
// the page asked for.
func (c *call) slice(sp span, window int) []*post {
	var list []*post
	seen, skip := 0, (sp.page-1)*sp.count
	c.acc.shown(c.now, true, func(p *post) bool {
		if seen++; window > 0 && seen > window {
			return false
		}

		switch {
		case p.id <= sp.since:
			return false
		case !sp.holds(p):
		case skip > 0:
			skip--
		default:
			list = append(list, p)
		}

		return int64(len(list)) < sp.count
	})

	return list
}

func (c *call) timeline(window int) (any, error) {
	sp, err := c.span(20, mostPerPage)
	if err != nil {
		return nil, err
	}
	if err := c.own(); err != nil {
		return nil, err
	}

	statuses := []*statusJSON{}
	for _, post := range c.slice(sp, window) {
		statuses = append(statuses, c.status(post, sp.trim))
	}

	return timelineJSON{Statuses: statuses, Total: c.acc.total(c.now), Ad: []any{}}, nil
}

// publicTimeline answers statuses/user_timeline: the account's newest five, whatever is asked for.
func publicTimeline(c *call) (any, error) { return c.timeline(publicWindow) }

// bizTimeline answers statuses/user_timeline/biz: all posts of the account, by pages or by max_id.
func bizTimeline(c *call) (any, error) { return c.timeline(0) }

type idsJSON struct {
	Statuses []string `json:"statuses"`
	Previous int64    `json:"previous_cursor"`
	Next     int64    `json:"next_cursor"`
	Total    int      `json:"total_number"`
}

// publicTimelineIDs answers statuses/user_timeline/ids.
func publicTimelineIDs(c *call) (any, error) {
	sp, err := c.span(20, mostPerPage)
	if err != nil {
		return nil, err
	}
	if err := c.own(); err != nil {
		return nil, err
	}

	out := idsJSON{Statuses: []string{}, Total: c.acc.total(c.now)}
	for _, post := range c.slice(sp, publicWindow) {
		out.Statuses = append(out.Statuses, strconv.FormatInt(post.id, 10))
	}

	return out, nil
}

// shownPost is a post as far as the caller may see it.
func (c *call) shownPost(id int64) (*post, error) {
	p := c.s.post(id)
	if p == nil || !p.visibleAt(c.now, p.acc == c.acc) {
		return nil, fail(20101)
	}

	return p, nil
}

// showStatus answers statuses/show.
func showStatus(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}
	post, err := c.shownPost(id)
	if err != nil {
		return nil, err
	}

	return c.status(post, false), nil
}

type batchJSON struct {
	Statuses []any `json:"statuses"`
	Total    int   `json:"total_number"`
}

// showBatch answers statuses/show_batch/biz. A removed post comes back as a stump, one that is not
// there is left out, and isGetLongText=1 adds the whole text of a long one.
func showBatch(c *call) (any, error) {
	ids, err := c.ids("ids", 50)
	if err != nil {
		return nil, err
	}
	whole := c.form.Get("isGetLongText") == "1"
	out := batchJSON{Statuses: []any{}}

	for _, id := range ids {
		if v := c.batched(id, whole); v != nil {
			out.Statuses = append(out.Statuses, v)
		}
	}
	out.Total = len(out.Statuses)

	return out, nil
}

func (c *call) batched(id int64, whole bool) any {
	post := c.s.post(id)
	if post == nil {
		return nil
	}
	body := post.read()
	if !body.Gone.IsZero() {
		return removed(post)
	}
	if !post.visibleAt(c.now, post.acc == c.acc) {
		return nil
	}
	st := c.status(post, c.form.Get("trim_user") == "1")
	if whole && st.IsLongText {
		st.LongText = &longTextJSON{c.s.shown(body.Raw, post.acc.UID, post.id, true)}
	}

	return st
}

type repostsJSON struct {
	Reposts  []*statusJSON `json:"reposts"`
	Previous int64         `json:"previous_cursor"`
	Next     int64         `json:"next_cursor"`
	Total    int           `json:"total_number"`
}

// repostTimeline answers statuses/repost_timeline(/biz): reposts by accounts that authorized the
// application. Nothing found is a bare [], as the platform does it.
func repostTimeline(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}
	sp, err := c.span(20, 200)
	if err != nil {
		return nil, err
	}
	out := repostsJSON{}

	for _, account := range c.s.all() {
		if !c.s.oauth.authorized(account.UID, c.app.Key, c.now) {
			continue
		}

		for _, post := range account.made() {
			if post.read().RepostOf == id && post.visibleAt(c.now, false) && sp.holds(post) &&
				int64(len(out.Reposts)) < sp.count {
				out.Reposts = append(out.Reposts, c.status(post, sp.trim))
			}
		}
	}
	if out.Total = len(out.Reposts); out.Total == 0 {
		return []any{}, nil
	}

	return out, nil
}
