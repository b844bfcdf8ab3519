package sandbox

import (
	"math"
	"time"
)

// Reach is what an audience has done with a post.
type Reach struct {
	Reads    int `json:"reads"`
	Reposts  int `json:"reposts"`
	Comments int `json:"comments"`
	Likes    int `json:"likes"`
}

func (r Reach) plus(reach Reach) Reach {
	return Reach{
		r.Reads + reach.Reads, r.Reposts + reach.Reposts, r.Comments + reach.Comments,
		r.Likes + reach.Likes,
	}
}

// rhythm is how lively the audience is in each hour of Asia/Shanghai's day; the mean is one. Nights are
// quiet, noon and the evening are busy.
var rhythm = [24]float64{
	0.55, 0.30, 0.15, 0.10, 0.10, 0.20, 0.50, 1.00, 1.35, 1.30, 1.25, 1.30,
	1.55, 1.30, 1.10, 1.05, 1.10, 1.25, 1.40, 1.50, 1.65, 1.75, 1.40, 0.85,
}

// lively is the audience's own time, in hours: the integral of the rhythm. It rises always, slowly at night.
func lively(t time.Time) float64 {
	seconds := float64(t.UnixMilli())/1000 + 8*3600
	hours := seconds / 3600
	day := math.Floor(hours / 24)
	hour := hours - day*24

	sum := day * 24
	for h := 0; h < int(hour); h++ {
		sum += rhythm[h] * rhythmScale
	}

	return sum + (hour-math.Floor(hour))*rhythm[int(hour)]*rhythmScale
}

// rhythmScale brings the mean of the table to exactly one.
var rhythmScale = func() float64 {
	sum := 0.0
	for _, w := range rhythm {
		sum += w
	}

	return 24 / sum
}()

// mix turns a number into one that looks random; the same in, the same out.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb

	return x ^ x>>31
}

// unit is a number in [0, 1) from a hash.
func unit(x uint64) float64 { return float64(x>>11) / (1 << 53) }

// bell is a number around 0 with deviation of about 1.
func bell(x uint64) float64 {
	sum := 0.0

	for range 4 {
		x = mix(x)
		sum += unit(x)
	}

	return (sum - 2) * math.Sqrt(3)
}

// The share of followers that reads an ordinary post in the end, and what readers do; then the audience
// hours in which 63 % of each has happened.
const (
	readShare    = 0.011
	repostShare  = 0.0030
	commentShare = 0.0022
	likeShare    = 0.0080
	readHours    = 9.0
	repostHours  = 5.0
	commentHours = 6.5
	likeHours    = 8.0
	growthPerDay = 0.00021 // of the followers
)

// reach is what has become of a post by the instant: a function of post, seed and time, never falling
// as time goes on. Private and hidden posts have no audience.
func (s *Server) reach(p *post, at time.Time) Reach {
	body := p.body.Load()
	from, extra := p.time(), Reach{}
	if body != nil {
		extra = body.Extra
		if body.From.After(from) {
			from = body.From
		}
		if body.Visible != 0 {
			return extra
		}
	}
	extra.Comments += s.talk.count(p.id)
	if !from.Before(at) {
		return extra
	}

	return s.natural(p, lively(at)-lively(from)).plus(extra)
}

// natural is the audience's own doing after so many lively hours.
func (s *Server) natural(p *post, hours float64) Reach {
	h := mix(uint64(p.id) ^ s.opt.Seed<<32)
	readers := float64(p.acc.Followers) * readShare * math.Exp(0.7*bell(h))
	if h%113 == 0 { // now and then one flies
		readers *= 9
	}
	done := func(n, share, pace float64, salt uint64) int {
		return int(n * share * math.Exp(0.5*bell(h+salt)) * (1 - math.Exp(-hours/pace)))
	}

	return Reach{
		Reads:    int(readers * (1 - math.Exp(-hours/readHours))),
		Reposts:  done(readers, repostShare, repostHours, 1),
		Comments: done(readers, commentShare, commentHours, 2),
		Likes:    done(readers, likeShare, likeHours, 3),
	}
}

// followers counts an account's followers: at the start what it was described with, more with every
// lively hour.
func (s *Server) followers(a *account, at time.Time) int {
	rate := float64(a.Followers) * growthPerDay * (0.6 + 0.8*unit(mix(uint64(a.UID)^s.opt.Seed))) / 24
	a.mu.Lock()
	jump := a.jump
	a.mu.Unlock()
	s.mu.RLock()
	born := s.born
	s.mu.RUnlock()

	return max(a.Followers+int(math.Floor(rate*(lively(at)-lively(born))))+jump, 0)
}

// dayOf is what an account wrote and what its audience did between two instants. Posts older than
// thirty days have gone quiet.
func (s *Server) dayOf(a *account, from, to time.Time) (written int, got Reach) {
	a.mu.Lock()
	list := a.posts[:len(a.posts):len(a.posts)]
	a.mu.Unlock()
	old := from.AddDate(0, 0, -30)

	for i := len(list) - 1; i >= 0; i-- {
		post := list[i]
		t := post.time()
		if t.Before(old) {
			break
		}
		if !t.Before(to) || !post.visibleAt(to, true) {
			continue
		}
		if !t.Before(from) {
			written++
		}
		before, after := s.reach(post, from), s.reach(post, to)
		got.Reposts += after.Reposts - before.Reposts
		got.Comments += after.Comments - before.Comments
	}

	return written, got
}

// Reach is the audience of a post now; zero for one that does not exist.
func (s *Server) Reach(id int64) Reach {
	if post := s.post(id); post != nil {
		return s.reach(post, s.clock.now())
	}

	return Reach{}
}

// Followers counts an account's followers now.
func (s *Server) Followers(handle string) int { return s.followers(s.must(handle), s.clock.now()) }

// Jump adds followers to an account at once; a negative number takes them away.
func (s *Server) Jump(handle string, followers int) {
	account := s.must(handle)
	account.mu.Lock()
	defer account.mu.Unlock()
	account.jump += followers
}

// JumpPost adds to a post's audience at once. False when there is no such post.
func (s *Server) JumpPost(id int64, more Reach) bool {
	return s.edit(id, func(b *body) { b.Extra = b.Extra.plus(more) })
}
