package sandbox

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"
)

// post is one post. What can change lies in body and is replaced as a whole, so that readers need no
// lock; a past post that nobody touched has none and is written anew from its seed when it is read.
type post struct {
	id   int64
	at   int64 // accepted, microseconds
	acc  *account
	seed uint32
	body atomic.Pointer[body]
}

type body struct {
	Raw         string          `json:"raw"` // as submitted
	App         string          `json:"app,omitempty"`
	Source      string          `json:"source"`
	Long        bool            `json:"long,omitempty"`
	Pics        []string        `json:"pics,omitempty"` // ids
	Annotations json.RawMessage `json:"annotations,omitempty"`
	RepostOf    int64           `json:"repost_of,omitempty"`
	Visible     int             `json:"visible,omitempty"`
	ListID      int64           `json:"list_id,omitempty"`
	Geo         []float64       `json:"geo,omitempty"`
	From        time.Time       `json:"from,omitzero"` // in timelines from this instant
	Gone        time.Time       `json:"gone,omitzero"`
	Rival       bool            `json:"rival,omitempty"` // written past the interfaces
	Extra       Reach           `json:"extra,omitzero"`  // on top of the audience's
}

func (p *post) time() time.Time { return time.UnixMicro(p.at) }

// read is the post's content now.
func (p *post) read() *body {
	if b := p.body.Load(); b != nil {
		return b
	}

	return pastBody(p)
}

// edit replaces the content.
func (p *post) edit(change func(*body)) {
	p.acc.mu.Lock()
	defer p.acc.mu.Unlock()
	b := *p.read()
	change(&b)
	p.body.Store(&b)
}

func (p *post) visibleAt(at time.Time, own bool) bool {
	body := p.body.Load()
	if body == nil {
		return true
	}

	return body.Gone.IsZero() && !body.From.After(at) && (own || body.Visible == 0)
}

// Post is a post as the judge of a test sees it.
type Post struct {
	ID          int64           `json:"id"`
	Account     string          `json:"account"`
	At          time.Time       `json:"at"`    // accepted
	Text        string          `json:"text"`  // as submitted
	Shown       string          `json:"shown"` // as timelines return it
	Pictures    []string        `json:"pictures"`
	PicIDs      []string        `json:"pic_ids"`
	App         string          `json:"app"`
	Source      string          `json:"source"`
	Annotations json.RawMessage `json:"annotations,omitempty"`
	RepostOf    int64           `json:"repost_of,omitempty"`
	Visible     int             `json:"visible"`
	From        time.Time       `json:"from"` // in timelines from this instant
	Deleted     bool            `json:"deleted"`
	Rival       bool            `json:"rival"`
	Past        bool            `json:"past"` // written before the start
	Reach       Reach           `json:"reach"`
}

func (s *Server) view(p *post) Post {
	body := p.read()
	v := Post{
		ID:          p.id,
		Account:     p.acc.Handle,
		At:          p.time().UTC(),
		Text:        body.Raw,
		Shown:       s.shown(body.Raw, p.acc.UID, p.id, false),
		Pictures:    []string{},
		PicIDs:      append([]string{}, body.Pics...),
		App:         body.App,
		Source:      body.Source,
		Annotations: body.Annotations,
		RepostOf:    body.RepostOf,
		Visible:     body.Visible,
		From:        body.From.UTC(),
		Deleted:     !body.Gone.IsZero(),
		Rival:       body.Rival,
		Past:        p.seed != 0,
		Reach:       s.reach(p, s.clock.now()),
	}
	if body.From.IsZero() {
		v.From = v.At
	}

	for _, id := range body.Pics {
		v.Pictures = append(v.Pictures, s.pics.sum(id))
	}

	return v
}

// Posts lists the posts an account has made since the start, oldest first, hidden and removed ones included.
func (s *Server) Posts(handle string) []Post {
	var list []Post
	for _, post := range s.must(handle).made() {
		list = append(list, s.view(post))
	}

	return list
}

// Count is how many posts an account has made since the start, less the removed ones. Past and rival
// posts do not count.
func (s *Server) Count(handle string) int {
	n := 0

	for _, post := range s.must(handle).made() {
		if body := post.read(); body.Gone.IsZero() && !body.Rival {
			n++
		}
	}

	return n
}

// made lists the posts that were not seeded, oldest first.
func (a *account) made() []*post {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []*post

	for _, p := range a.posts {
		if p.seed == 0 {
			list = append(list, p)
		}
	}

	return list
}

// Rival posts on an account past the interfaces, as a colleague with a telephone would.
func (s *Server) Rival(handle, text string) Post {
	account := s.must(handle)
	account.mu.Lock()
	defer account.mu.Unlock()
	note := json.RawMessage(
		`[{"client_mblogid":"iPhone-` + base62(
			uint64(s.clock.now().UnixMicro()),
		) + `"},{"mapi_request":true}]`,
	)
	post := s.appendLocked(account, &body{
		Raw: text, Source: phoneSource, Annotations: note, Rival: true, From: s.clock.now(),
	})

	return s.view(post)
}

// SetText changes the text of a post, as its owner can on the platform's pages. False when there is no
// such post.
func (s *Server) SetText(id int64, text string) bool {
	return s.edit(id, func(b *body) { b.Raw = text })
}

// Remove takes a post away, as the platform or its owner can.
func (s *Server) Remove(id int64) bool {
	now := s.clock.now()
	return s.edit(id, func(b *body) { b.Gone = now })
}

// Hide makes a post invisible for d from now on, 0 shows it at once.
func (s *Server) Hide(id int64, d time.Duration) bool {
	from := s.clock.now().Add(d)
	return s.edit(id, func(b *body) { b.From = from })
}

func (s *Server) edit(id int64, change func(*body)) bool {
	post := s.post(id)
	if post != nil {
		post.edit(change)
	}

	return post != nil
}

// appendLocked makes the post exist. The caller holds the account's lock, so that ids rise within the
// account.
func (s *Server) appendLocked(a *account, b *body) *post {
	now := s.clock.now()
	p := &post{id: s.ids.next(now), at: now.UnixMicro(), acc: a}
	p.body.Store(b)
	a.posts = append(a.posts, p)
	a.lastPost = now
	s.index.put(p)

	return p
}

// post finds a post by id, nil when there never was one.
func (s *Server) post(id int64) *post {
	if p := s.index.get(id); p != nil {
		return p
	}

	for _, account := range s.all() {
		if p := account.lookup(id); p != nil {
			return p
		}
	}

	return nil
}

// idEpoch is what the platform's ids are counted from, in Unix seconds; 22 bits below the second are a
// sequence.
const idEpoch = 515483463

type idSource struct{ last atomic.Int64 }

// commentMark is the bit that comments' ids have and posts' have not: no number stands for one of each.
const commentMark = 1 << 21

// sampleMark is, beside it, the bit of comments that are made up when they are asked for.
const sampleMark = 1 << 20

func (s *idSource) next(now time.Time) int64 { return s.nextWith(0, now) }

// nextWith gives an id that has the bits of mark.
func (s *idSource) nextWith(mark int64, now time.Time) int64 {
	base := (now.Unix()-idEpoch)<<22 | mark

	for {
		last := s.last.Load()
		id := max(base, last+1)
		if s.last.CompareAndSwap(last, id) {
			return id
		}
	}
}

const shards = 64

// postIndex finds posts by id; those written before the start are found through their accounts instead.
type postIndex [shards]struct {
	mu   sync.RWMutex
	byID map[int64]*post
}

func (x *postIndex) put(p *post) {
	s := &x[p.id%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[int64]*post{}
	}
	s.byID[p.id] = p
}

func (x *postIndex) get(id int64) *post {
	if id < 0 {
		return nil
	}
	s := &x[id%shards]
	s.mu.RLock()
	defer s.mu.RUnlock()

	return s.byID[id]
}

func (x *postIndex) reset() {
	for i := range x {
		x[i].mu.Lock()
		x[i].byID = nil
		x[i].mu.Unlock()
	}
}
