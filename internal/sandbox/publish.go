package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const phoneSource = `<a href="http://weibo.com/" rel="nofollow">微博 weibo.com</a>`

// source is how an application signs its posts.
func (a App) source() string {
	n, _ := strconv.ParseUint(a.Key, 10, 64)
	return `<a href="http://app.weibo.com/t/feed/` + base62(n) + `" rel="nofollow">` + a.Name + `</a>`
}

// share answers statuses/share, the one way an ordinary application may post.
func share(c *call) (any, error) {
	text := c.form.Get("status")
	if c.form.Get("rip") == "" {
		return nil, failf(10016, "rip")
	}
	b := &body{Raw: text}
	if err := c.checkShare(text); err != nil {
		return nil, err
	}
	if err := c.attach(b, false); err != nil {
		return nil, err
	}

	return c.publish(b)
}

func (c *call) checkShare(text string) error {
	if c.app.SafeDomain == "" {
		return &apiError{10017, "appkey not bind domain!"}
	}
	if hasTopic(text) {
		return failf(10017, "status")
	}

	for _, l := range linksIn(text) {
		if long, ok := c.s.links.expand(l); ok {
			l = long
		}
		if c.app.owns(l) {
			return nil
		}
	}
	if strings.TrimSpace(text) == "" {
		return fail(20008)
	}

	return &apiError{10017, "text not find domain!"}
}

// update answers statuses/update and statuses/update/biz.
func update(c *call) (any, error) {
	body, err := c.draft()
	if err != nil {
		return nil, err
	}

	return c.publish(body)
}

// upload answers statuses/upload and statuses/upload/biz: text and one picture in one request.
func upload(c *call) (any, error) {
	body, err := c.draft()
	if err != nil {
		return nil, err
	}
	if err := c.attach(body, true); err != nil {
		return nil, err
	}

	return c.publish(body)
}

// uploadURLText answers statuses/upload_url_text and its commercial twin: text and pictures uploaded
// before, or one by address.
func uploadURLText(c *call) (any, error) {
	body, err := c.draft()
	if err != nil {
		return nil, err
	}
	if list := c.form.Get("pic_id"); list != "" {
		body.Pics, err = c.uploaded(strings.Split(list, ","))
	} else {
		body.Pics, err = c.fetched(c.form.Get("url"))
	}
	if err != nil {
		return nil, err
	}

	return c.publish(body)
}

// draft reads what the posting calls have in common.
func (c *call) draft() (*body, error) {
	if !c.commercial && c.form.Get("rip") == "" {
		return nil, failf(10016, "rip")
	}
	b := &body{Raw: c.form.Get("status"), Long: c.form.Get("is_longtext") == "1"}
	visible, err := c.int("visible", 0)
	if err != nil || visible < 0 || visible > 3 {
		return nil, failf(10017, "visible")
	}
	b.Visible = int(visible)
	if b.ListID, err = c.int("list_id", 0); err != nil {
		return nil, err
	}
	if b.Visible == 3 && b.ListID == 0 {
		return nil, failf(10016, "list_id")
	}
	if b.Annotations, err = annotations(c.form.Get("annotations")); err != nil {
		return nil, err
	}
	b.Geo, err = c.place()

	return b, err
}

func (c *call) place() ([]float64, error) {
	if c.form.Get("lat") == "" && c.form.Get("long") == "" {
		return nil, nil
	}
	lat, err1 := strconv.ParseFloat(c.form.Get("lat"), 64)
	long, err2 := strconv.ParseFloat(c.form.Get("long"), 64)
	if err1 != nil || err2 != nil || lat < -90 || lat > 90 || long < -180 || long > 180 {
		return nil, fail(21901)
	}

	return []float64{lat, long}, nil
}

// annotations keeps what the application wants kept beside its post: JSON of at most 512 characters,
// always given back as an array.
func annotations(text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	if !json.Valid([]byte(text)) || utf8.RuneCountInString(text) > 512 {
		return nil, failf(10017, "annotations")
	}
	if text = strings.TrimSpace(text); text[0] != '[' {
		text = "[" + text + "]"
	}

	return json.RawMessage(text), nil
}

// checkText holds the text against the length rule.
func (c *call) checkText(b *body) error {
	n := textLength(b.Raw)
	switch {
	case strings.TrimSpace(b.Raw) == "":
		return fail(20008)
	case n <= shortLimit:
		return nil
	case !b.Long || c.acc.NoLong:
		return fail(20012)
	case utf8.RuneCountInString(b.Raw) > longLimit:
		return fail(20049)
	}

	return nil
}

// publish accepts the post, or refuses it without a trace. From here on nothing asks whether the client
// is still there.
func (c *call) publish(b *body) (any, error) {
	if err := c.checkText(b); err != nil {
		return nil, err
	}
	b.Raw, b.App, b.Source = strings.TrimSpace(b.Raw), c.app.Key, c.app.source()
	post, err := c.accept(b)
	if err != nil {
		return nil, err
	}
	c.made = post.id

	return c.status(post, false), nil
}

// accept is the one place where a post of an interface comes into being.
func (c *call) accept(b *body) (*post, error) {
	c.acc.mu.Lock()
	defer c.acc.mu.Unlock()
	if err := c.pace(b); err != nil {
		return nil, err
	}
	now := c.s.clock.now()
	b.From = now.Add(max(time.Duration(c.s.lag.Load()), c.hide))
	p := c.s.appendLocked(c.acc, b)
	c.s.journal.add(c.event(Event{At: now, Step: Accepted, Post: p.id}))

	return p, nil
}

// pace refuses what comes too fast, too often or twice; the account is locked.
func (c *call) pace(b *body) error {
	limits, now := c.s.limits.get(), c.s.clock.now()
	usage := entry(&c.acc.usage, c.app.Key)
	usage.roll(now)
	if limits.PostHour > 0 && usage.posts >= limits.PostHour {
		return failf(10024, strings.TrimSuffix(c.name, "/biz"))
	}
	if limits.Gap > 0 && !c.acc.lastPost.IsZero() && now.Sub(c.acc.lastPost) < limits.Gap {
		return fail(20016)
	}
	if n := len(c.acc.posts); n > 0 && b.RepostOf == 0 {
		last := c.acc.posts[n-1].read()
		if last.Gone.IsZero() && last.Raw == b.Raw && last.RepostOf == 0 {
			return fail(20019)
		}
	}
	usage.posts++

	return nil
}

// repost answers statuses/repost and statuses/repost/biz. What is reposted is always the original,
// however long the chain.
func repost(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}
	if !c.commercial && c.form.Get("rip") == "" {
		return nil, failf(10016, "rip")
	}
	target := c.s.post(id)
	if target == nil || !target.visibleAt(c.now, false) {
		return nil, fail(20101)
	}
	if target.acc == c.acc {
		return nil, fail(20103)
	}
	root := target
	if of := target.read().RepostOf; of != 0 {
		root = or(c.s.post(of), target)
	}
	b := &body{Raw: or(c.form.Get("status"), "转发微博"), RepostOf: root.id}
	answer, err := c.publish(b)
	if err != nil {
		return nil, err
	}
	root.edit(func(o *body) { o.Extra.Reposts++ })
	c.commentToo(b.Raw, target, root)

	return answer, nil
}

// commentToo obeys is_comment: 1 on the reposted post, 2 on the original, 3 on both.
func (c *call) commentToo(text string, target, root *post) {
	how, _ := c.int("is_comment", 0)
	if how&1 != 0 {
		c.s.talk.add(c.acc, target, text, 0, c.now)
	}
	if how&2 != 0 && root != target {
		c.s.talk.add(c.acc, root, text, 0, c.now)
	}
}

// destroy answers statuses/destroy and statuses/destroy/biz with the post as it was.
func destroy(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}
	post := c.s.post(id)
	if post == nil || !post.read().Gone.IsZero() {
		return nil, fail(20101)
	}
	if post.acc != c.acc {
		return nil, fail(20102)
	}
	was := c.status(post, false)
	post.edit(func(b *body) { b.Gone = c.now })

	return was, nil
}
