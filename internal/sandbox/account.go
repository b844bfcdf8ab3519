package sandbox

import (
	"fmt"
	"sort"
	"strconv"
	"sync"
	"time"
)

// Account is a Weibo account as the sandbox's owner describes it.
type Account struct {
	UID         int64  `json:"uid"`
	Handle      string `json:"handle"`
	Description string `json:"description"`
	Reason      string `json:"verified_reason"`
	// Weibo's number of the district within Beijing, a string on the wire
	City      string `json:"city"`
	Location  string `json:"location"` // as shown
	Followers int    `json:"followers"`
	Media     bool   `json:"media"`   // of the media type: reads are returned
	NoLong    bool   `json:"no_long"` // not entitled to long posts
	Weight    int    `json:"weight"`  // share of the past posts
	Since     int    `json:"since"`   // year of the first post
}

// account is the state behind an Account. Its mutex guards posts, usage and jump; it is held shortly
// and never with another's.
type account struct {
	Account
	index int

	mu       sync.Mutex
	posts    []*post // by id
	lastPost time.Time
	usage    map[string]*usage // by application key
	jump     int               // followers added by hand
	read     unread
}

// AddAccount puts one more account on the platform. It fails when the uid or the handle is taken or missing.
func (s *Server) AddAccount(account Account) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	switch {
	case account.UID <= 0 || account.Handle == "":
		return fmt.Errorf("add account: uid and handle are needed")
	case s.byUID[account.UID] != nil || s.byHandle[account.Handle] != nil:
		return fmt.Errorf("add account: %d or %s is taken", account.UID, account.Handle)
	}
	s.addLocked(account)

	return nil
}

func (s *Server) addLocked(a Account) {
	if a.City == "" {
		a.City, a.Location = "1", "北京 东城区"
	}
	acc := &account{Account: a, index: len(s.accounts), usage: map[string]*usage{}}
	s.accounts = append(s.accounts, acc)
	s.byUID[a.UID], s.byHandle[a.Handle] = acc, acc
}

// Accounts lists who is on the platform, in the order they came.
func (s *Server) Accounts() []Account {
	all := s.all()

	list := make([]Account, len(all))
	for i, account := range all {
		list[i] = account.Account
	}

	return list
}

func (s *Server) all() []*account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.accounts[:len(s.accounts):len(s.accounts)]
}

// find looks an account up by handle or by uid in digits; nil when there is none.
func (s *Server) find(name string) *account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if a := s.byHandle[name]; a != nil {
		return a
	}
	uid, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return nil
	}

	return s.byUID[uid]
}

func (s *Server) must(name string) *account {
	a := s.find(name)
	if a == nil {
		panic("sandbox: no account " + name)
	}

	return a
}

// shown calls yield with the account's visible posts, newest first, until it returns false. Hidden,
// lagging and removed posts are passed over; own says whether private ones are seen.
func (a *account) shown(at time.Time, own bool, yield func(*post) bool) {
	a.mu.Lock()
	list := a.posts[:len(a.posts):len(a.posts)]
	a.mu.Unlock()

	for i := len(list) - 1; i >= 0; i-- {
		if list[i].visibleAt(at, own) && !yield(list[i]) {
			return
		}
	}
}

// total counts the posts the author's own profile shows.
func (a *account) total(at time.Time) int {
	n := 0
	a.shown(at, true, func(*post) bool { n++; return true })
	return n
}

// lookup finds one of the account's posts by id.
func (a *account) lookup(id int64) *post {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := sort.Search(len(a.posts), func(i int) bool { return a.posts[i].id >= id })
	if i < len(a.posts) && a.posts[i].id == id {
		return a.posts[i]
	}

	return nil
}
