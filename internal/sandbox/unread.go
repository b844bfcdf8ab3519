package sandbox

import (
	"hash/fnv"
	"time"
)

// unread is what an account has not looked at: until when each list was read, and how many messages wait.
type unread struct {
	comments, mentions, naming time.Time
	messages                   int
}

// looked notes that a list was read. Whether reading through the interface makes the real counters fall is
// not known; here it does.
func (a *account) looked(list *time.Time, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*list = now
}

type unreadJSON struct {
	Status   int `json:"status"`
	Follower int `json:"follower"`
	Comments int `json:"cmt"`
	Messages int `json:"dm"`
	Mentions int `json:"mention_status"`
	Naming   int `json:"mention_cmt"`
}

// unreadCount answers remind/unread_count for the signed-in account, whatever uid is given.
func unreadCount(c *call) (any, error) {
	c.acc.mu.Lock()
	read := c.acc.read
	c.acc.mu.Unlock()

	out := unreadJSON{Messages: read.messages}
	for _, m := range c.received() {
		if m.At.After(read.comments) {
			out.Comments++
		}
	}
	out.Naming = len(c.s.talk.pick(func(m comment) bool {
		return m.UID != c.acc.UID && m.At.After(read.naming) && names(m.Text, c.acc)
	}))

	for _, account := range c.s.all() {
		n := 0
		account.shown(c.now, false, func(p *post) bool {
			if account != c.acc && p.time().After(read.mentions) && names(p.read().Raw, c.acc) {
				out.Mentions++
			}
			n++

			return n < feedDepth && p.time().After(read.mentions)
		})
	}

	return out, nil
}

// Comment lets a citizen write a comment under a post, and gives its number; 0 where there is no such post.
func (s *Server) Comment(post int64, name, text string) int64 {
	if s.post(post) == nil {
		return 0
	}

	return s.comment(post, 0, name, text).ID
}

// comment writes down what a citizen says. One name is one citizen.
func (s *Server) comment(post, reply int64, name, text string) comment {
	name = or(name, "热心市民")

	return s.talk.put(comment{
		Post: post, UID: citizenUID(name), Name: name, Text: text, Reply: reply, At: s.clock.now(),
	})
}

// citizenUID is the number of a citizen, by the name.
func citizenUID(name string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))

	return 5_700_000_100 + int64(h.Sum32()%100_000_000)
}

// Uncomment takes a comment away.
func (s *Server) Uncomment(id int64) { s.talk.remove(id) }

// Messages says how many private messages of an account are unread.
func (s *Server) Messages(handle string, n int) {
	account := s.must(handle)
	account.mu.Lock()
	defer account.mu.Unlock()
	account.read.messages = n
}

// Say lets the owner of an account write a comment on the phone, under a post or as an answer to a comment.
func (s *Server) Say(handle string, post, reply int64, text string) int64 {
	return s.talk.add(s.must(handle), s.post(post), text, reply, s.clock.now()).ID
}

// Said lists what an account said in comments under a post, the last first.
func (s *Server) Said(handle string, post int64) (texts []string) {
	account := s.must(handle)

	for _, one := range s.talk.pick(func(m comment) bool { return m.Post == post && m.UID == account.UID }) {
		texts = append(texts, one.Text)
	}

	return texts
}
