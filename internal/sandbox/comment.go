package sandbox

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// comment is one written through the interface or by hand; those of the audience are counted, and shown
// by a sample.
type comment struct {
	ID    int64     `json:"id"`
	Post  int64     `json:"post"`
	Name  string    `json:"name"` // handle, or the name of a citizen
	UID   int64     `json:"uid"`
	Text  string    `json:"text"`
	Reply int64     `json:"reply,omitempty"`
	At    time.Time `json:"at"`
	Gone  bool      `json:"gone,omitempty"`
}

// commentStore keeps written comments. Comments have ids of their own kind of sequence.
type commentStore struct {
	ids  idSource
	mu   sync.RWMutex
	list []comment
	sums map[int64]int // not removed, by post
}

func (t *commentStore) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list, t.sums = nil, nil
}

func (t *commentStore) add(a *account, p *post, text string, reply int64, now time.Time) comment {
	return t.put(comment{Name: a.Handle, UID: a.UID, Post: p.id, Text: text, Reply: reply, At: now})
}

func (t *commentStore) put(m comment) comment {
	t.mu.Lock()
	defer t.mu.Unlock()
	m.ID = t.ids.nextWith(commentMark, m.At)
	t.list = append(t.list, m)
	if t.sums == nil {
		t.sums = map[int64]int{}
	}
	t.sums[m.Post]++

	return m
}

func (t *commentStore) count(post int64) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.sums[post]
}

func (t *commentStore) find(id int64) (comment, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()

	for _, m := range t.list {
		if m.ID == id && !m.Gone {
			return m, true
		}
	}

	return comment{}, false
}

func (t *commentStore) remove(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()

	for i := range t.list {
		if t.list[i].ID == id && !t.list[i].Gone {
			t.list[i].Gone = true
			t.sums[t.list[i].Post]--
		}
	}
}

// pick lists comments that fit, newest first.
func (t *commentStore) pick(fits func(comment) bool) []comment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var out []comment

	for i := len(t.list) - 1; i >= 0; i-- {
		if m := t.list[i]; !m.Gone && fits(m) {
			out = append(out, m)
		}
	}

	return out
}

// citizens and what they say: a sample of the audience's comments.
var (
	citizens = []string{"胡同里的风", "通州老张", "爱跑步的小鹿", "京城看天", "海淀网友7788", "春天的柳絮", "平谷桃农", "骑行北五环"}
	remarks  = []string{"收到，谢谢提醒", "今天的天真蓝", "希望继续保持", "出门要戴口罩吗", "转给家人看看", "辛苦了", "傍晚能开窗吗", "什么时候刮风"}
)

const sampleSize = 20 // comments of the audience that can be read, per post

// sample makes the newest comments of the audience: stable in text, id and time as long as their number
// stands.
func (s *Server) sample(p *post, at time.Time) []comment {
	body := p.read()
	if body.Visible != 0 {
		return nil
	}
	from := p.time()
	if body.From.After(from) {
		from = body.From
	}
	n := s.natural(p, max(lively(at)-lively(from), 0)).Comments

	var out []comment
	for i := n; i > max(n-sampleSize, 0); i-- {
		out = append(out, s.sampled(p, from, i))
	}

	return out
}

// sampled is the audience's comment number i: written in the second in which the count reached i, and
// so never later than it was counted.
func (s *Server) sampled(p *post, from time.Time, i int) comment {
	reached := func(after time.Duration) bool {
		return s.natural(p, lively(from.Add(after))-lively(from)).Comments >= i
	}
	minutes := sort.Search(60*24*60, func(m int) bool { return reached(time.Duration(m) * time.Minute) })
	begin := max(time.Duration(minutes-1)*time.Minute, 0)
	seconds := sort.Search(60, func(n int) bool { return reached(begin + time.Duration(n)*time.Second) })

	at := from.Add(begin + time.Duration(max(seconds-1, 0))*time.Second)
	h := mix(uint64(p.id) + uint64(i))
	who := int(h % uint64(len(citizens)))

	return comment{
		ID:   (at.Unix()-idEpoch)<<22 | commentMark | sampleMark | int64(h&(sampleMark-1)),
		Post: p.id,
		Name: citizens[who],
		UID:  5700000001 + int64(who),
		Text: remarks[h>>8%uint64(len(remarks))],
		At:   at,
	}
}

type commentJSON struct {
	CreatedAt    string       `json:"created_at"`
	ID           int64        `json:"id"`
	RootID       int64        `json:"rootid"`
	RootIDStr    string       `json:"rootidstr"`
	FloorNumber  int          `json:"floor_number"`
	Text         string       `json:"text"`
	DisableReply int          `json:"disable_reply"`
	User         *userJSON    `json:"user"`
	MID          string       `json:"mid"`
	IDStr        string       `json:"idstr"`
	Status       *statusJSON  `json:"status,omitempty"`
	Reply        *commentJSON `json:"reply_comment,omitempty"`
	Source       string       `json:"source"`
	Likes        int          `json:"like_count"`
	Replies      int          `json:"reply_count"`
	Liked        bool         `json:"liked"`
}

type commentsJSON struct {
	Comments   []commentJSON `json:"comments"`
	Marks      []any         `json:"marks"`
	HasVisible bool          `json:"hasvisible"`
	Previous   int64         `json:"previous_cursor"`
	Next       int64         `json:"next_cursor"`
	Total      int           `json:"total_number"`
}

func (c *call) comment(m comment, status bool) commentJSON {
	id := strconv.FormatInt(m.ID, 10)
	out := commentJSON{CreatedAt: rubyDate(m.At), ID: m.ID, RootID: m.ID, RootIDStr: id, MID: id, IDStr: id,
		Text: escape.Replace(m.Text), User: c.author(m), Source: phoneSource}
	if post := c.s.post(m.Post); post != nil && status {
		out.Status = c.status(post, false)
	}
	if first, ok := c.s.talk.find(m.Reply); ok && m.Reply != 0 {
		r := c.comment(first, false)
		out.Reply, out.RootID, out.RootIDStr = &r, r.ID, r.IDStr
	}

	return out
}

func (c *call) author(m comment) *userJSON {
	if account := c.s.find(strconv.FormatInt(m.UID, 10)); account != nil {
		return c.user(account, true)
	}
	id := strconv.FormatInt(m.UID, 10)

	return &userJSON{
		ID:           m.UID,
		IDStr:        id,
		ScreenName:   m.Name,
		Name:         m.Name,
		Province:     "11",
		City:         "1000",
		Location:     "北京",
		Gender:       "n",
		VerifiedType: -1,
		Lang:         "zh-cn",
		CreatedAt:    rubyDate(time.Date(2012, 3, 1, 9, 0, 0, 0, shanghai)),
	}
}

// page takes the asked part of a list, newest first.
func (c *call) commentPage(all []comment, total int) (any, error) {
	sp, err := c.span(50, 200)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].ID > all[j].ID })
	out := commentsJSON{Comments: []commentJSON{}, Marks: []any{}, Total: total}
	skip := (sp.page - 1) * sp.count

	for _, m := range all {
		switch {
		case m.ID <= sp.since || (sp.max > 0 && m.ID > sp.max):
		case skip > 0:
			skip--
		case int64(len(out.Comments)) < sp.count:
			out.Comments = append(out.Comments, c.comment(m, true))
		}
	}

	return out, nil
}

// showComments answers comments/show(/biz): written comments and a sample of the audience's.
func showComments(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}
	post, err := c.shownPost(id)
	if err != nil {
		return nil, err
	}
	all := c.s.talk.pick(func(m comment) bool { return m.Post == id })

	return c.commentPage(append(all, c.s.sample(post, c.now)...), c.s.reach(post, c.now).Comments)
}

const freshPosts = 10 // newest posts whose audience comments/to_me shows

// commentsToMe answers comments/to_me(/biz).
func commentsToMe(c *call) (any, error) {
	c.acc.looked(&c.acc.read.comments, c.now)
	all := c.received()
	return c.commentPage(all, len(all))
}

// received are the comments of others under the account's posts.
func (c *call) received() []comment {
	all := c.s.talk.pick(func(m comment) bool {
		p := c.s.post(m.Post)
		return p != nil && p.acc == c.acc && m.UID != c.acc.UID
	})
	n := 0
	c.acc.shown(c.now, false, func(p *post) bool {
		all = append(all, c.s.sample(p, c.now)...)
		n++
		return n < freshPosts
	})

	return all
}

// commentsByMe answers comments/by_me(/biz).
func commentsByMe(c *call) (any, error) {
	all := c.s.talk.pick(func(m comment) bool { return m.UID == c.acc.UID })
	return c.commentPage(all, len(all))
}

// createComment answers comments/create(/biz).
func createComment(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}

	return c.say(id, c.form.Get("comment"), 0)
}

// replyComment answers comments/reply(/biz).
func replyComment(c *call) (any, error) {
	id, err := c.id("id", 20109)
	if err != nil {
		return nil, err
	}
	cid, err := c.id("cid", 20204)
	if err != nil {
		return nil, err
	}
	text := c.form.Get("comment")
	if first, ok := c.s.talk.find(cid); ok && c.form.Get("without_mention") != "1" {
		text = "回复@" + first.Name + ":" + text
	}

	return c.say(id, text, cid)
}

func (c *call) say(id int64, text string, reply int64) (any, error) {
	post, err := c.shownPost(id)
	switch {
	case err != nil:
		return nil, err
	case strings.TrimSpace(text) == "":
		return nil, fail(20008)
	case textLength(text) > shortLimit:
		return nil, fail(20012)
	}

	return c.comment(c.s.talk.add(c.acc, post, text, reply, c.now), true), nil
}

// destroyComment answers comments/destroy(/biz): one's own, or one under one's own post.
func destroyComment(c *call) (any, error) {
	cid, err := c.id("cid", 20204)
	if err != nil {
		return nil, err
	}
	comment, ok := c.s.talk.find(cid)
	if !ok {
		return nil, fail(20201)
	}
	if post := c.s.post(comment.Post); comment.UID != c.acc.UID && (post == nil || post.acc != c.acc) {
		return nil, fail(20203)
	}
	out := c.comment(comment, true)
	c.s.talk.remove(cid)

	return out, nil
}
