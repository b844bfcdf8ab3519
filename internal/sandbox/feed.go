package sandbox

import (
	"sort"
	"strconv"
	"strings"
)

// feedDepth is how many posts of each account a feed looks through.
const feedDepth = 100

// feed collects posts of all accounts that fit, newest first, and takes the page asked for.
func (c *call) feed(fits func(*post) bool) (any, error) {
	sp, err := c.span(20, mostPerPage)
	if err != nil {
		return nil, err
	}

	var found []*post

	for _, account := range c.s.all() {
		n := 0
		account.shown(c.now, account == c.acc, func(p *post) bool {
			if sp.holds(p) && fits(p) {
				found = append(found, p)
			}
			n++

			return n < feedDepth
		})
	}
	sort.Slice(found, func(i, j int) bool { return found[i].id > found[j].id })

	from := min((sp.page-1)*sp.count, int64(len(found)))
	to := min(from+sp.count, int64(len(found)))

	statuses := []*statusJSON{}
	for _, p := range found[from:to] {
		statuses = append(statuses, c.status(p, sp.trim))
	}

	return timelineJSON{Statuses: statuses, Total: len(found), Ad: []any{}}, nil
}

// homeTimeline answers statuses/home_timeline: the account's own posts and those of the accounts it
// follows. The accounts of the sandbox all follow each other.
func homeTimeline(c *call) (any, error) {
	return c.feed(func(*post) bool { return true })
}

// mentions answers statuses/mentions(/biz): posts of others that name the account.
func mentions(c *call) (any, error) {
	c.acc.looked(&c.acc.read.mentions, c.now)
	return c.feed(func(p *post) bool { return p.acc != c.acc && names(p.read().Raw, c.acc) })
}

// names tells whether a text has the account's handle behind an @, and not as the beginning of a longer one.
func names(text string, a *account) bool {
	for _, part := range strings.Split(text, "@")[1:] {
		rest, ok := strings.CutPrefix(part, a.Handle)
		if ok && (rest == "" || strings.ContainsAny(rest[:1], " :,.!?/\n") || !isHandleRune(rest)) {
			return true
		}
	}

	return false
}

// isHandleRune tells whether the text begins with what a handle may hold.
func isHandleRune(text string) bool {
	for _, r := range text {
		return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' ||
			r >= 0x4e00 && r <= 0x9fff
	}

	return false
}

// commentsTimeline answers comments/timeline(/biz): those the account received and those it wrote.
func commentsTimeline(c *call) (any, error) {
	c.acc.looked(&c.acc.read.comments, c.now)
	all := append(c.received(), c.s.talk.pick(func(m comment) bool { return m.UID == c.acc.UID })...)
	return c.commentPage(all, len(all))
}

// commentsMentions answers comments/mentions(/biz): those that name the account.
func commentsMentions(c *call) (any, error) {
	c.acc.looked(&c.acc.read.naming, c.now)
	all := c.s.talk.pick(func(m comment) bool { return m.UID != c.acc.UID && names(m.Text, c.acc) })
	return c.commentPage(all, len(all))
}

// commentBatch answers comments/show_batch: up to fifty comments. Those of the audience come without their
// text.
func commentBatch(c *call) (any, error) {
	ids, err := c.ids("cids", 50)
	if err != nil {
		return nil, err
	}

	out := []commentJSON{}

	for _, id := range ids {
		switch comment, ok := c.s.talk.find(id); {
		case ok:
			out = append(out, c.comment(comment, true))
		case id&sampleMark != 0: // made up when it is asked for, and never taken away
			out = append(out, c.comment(comment, false))
			out[len(out)-1].ID, out[len(out)-1].IDStr = id, strconv.FormatInt(id, 10)
		}
	}

	return out, nil
}

type emotionJSON struct {
	Phrase   string `json:"phrase"`
	Type     string `json:"type"`
	URL      string `json:"url"`
	Hot      bool   `json:"hot"`
	Common   bool   `json:"common"`
	Category string `json:"category"`
	Icon     string `json:"icon"`
	Value    string `json:"value"`
	PicID    string `json:"picid"`
}

// faces are the emotions the sandbox knows.
var faces = []string{"[微笑]", "[鲜花]", "[赞]", "[加油]", "[太阳]", "[蓝天]", "[心]", "[作揖]"}

// emotions answers emotions for the type asked for; the sandbox has faces alone.
func emotions(c *call) (any, error) {
	kind := c.form.Get("type")
	switch kind {
	case "", "face":
	case "ani", "cartoon":
		return []emotionJSON{}, nil
	default:
		return nil, failf(10017, "type")
	}

	out := []emotionJSON{}

	for i, phrase := range faces {
		picture := c.base + "/emotion/" + strconv.Itoa(i) + ".png"
		out = append(out, emotionJSON{
			Phrase: phrase, Type: "face", URL: picture, Common: true, Icon: picture, Value: phrase,
		})
	}

	return out, nil
}

type friendJSON struct {
	ID            int64  `json:"id"`
	ScreenName    string `json:"screen_name"`
	FollowedBy    bool   `json:"followed_by"`
	Following     bool   `json:"following"`
	Notifications bool   `json:"notifications_enabled"`
}

type friendshipJSON struct {
	Target friendJSON `json:"target"`
	Source friendJSON `json:"source"`
}

// showFriendship answers friendships/show for two accounts; without a source it is the caller.
func showFriendship(c *call) (any, error) {
	target := c.s.find(c.form.Get("target_id") + c.form.Get("target_screen_name"))
	source := c.acc
	if name := c.form.Get("source_id") + c.form.Get("source_screen_name"); name != "" {
		source = c.s.find(name)
	}

	switch {
	case c.form.Get("target_id") == "" && c.form.Get("target_screen_name") == "":
		return nil, fail(20002)
	case target == nil, source == nil:
		return nil, fail(20003)
	}
	friends := target != source

	return friendshipJSON{
		Target: friendJSON{
			ID:         target.UID,
			ScreenName: target.Handle,
			FollowedBy: friends,
			Following:  friends,
		},
		Source: friendJSON{
			ID:         source.UID,
			ScreenName: source.Handle,
			FollowedBy: friends,
			Following:  friends,
		},
	}, nil
}
