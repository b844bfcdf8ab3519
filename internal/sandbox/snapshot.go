package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// snapshot is what a data file holds: everything the seed cannot make again. Log, counters, limits and
// faults are not kept.
type snapshot struct {
	Version  int                `json:"version"`
	Seed     uint64             `json:"seed"`
	Past     int                `json:"past"`
	Born     time.Time          `json:"born"`
	Accounts []Account          `json:"accounts"` // beyond the matrix
	Jumps    map[string]int     `json:"jumps"`
	Posts    []savedPost        `json:"posts"` // made since the start, and past ones that were touched
	Tokens   []token            `json:"tokens"`
	Pictures map[string]picture `json:"pictures"`
	Links    map[string]string  `json:"links"`
	Comments []comment          `json:"comments"`
}

type savedPost struct {
	ID   int64 `json:"id"`
	At   int64 `json:"at"`
	UID  int64 `json:"uid"`
	Past bool  `json:"past,omitempty"`
	Body *body `json:"body"`
}

const snapshotVersion = 1

// Save writes the state to a file: to a temporary one first, flushed, then renamed over the old.
func (s *Server) Save(path string) error {
	b, err := json.Marshal(s.capture())
	if err != nil {
		return fmt.Errorf("save sandbox: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".sandbox-*")
	if err != nil {
		return fmt.Errorf("save sandbox: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(b)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("save sandbox: %w", err)
	}

	return nil
}

// Load replaces the state by the file's. A missing file is os.ErrNotExist; a file that cannot be read
// changes nothing.
func (s *Server) Load(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("load sandbox: %w", err)
	}
	var snap snapshot
	if err := json.Unmarshal(b, &snap); err != nil {
		return fmt.Errorf("load sandbox: %w", err)
	}
	if snap.Version != snapshotVersion {
		return fmt.Errorf("load sandbox: version %d is not %d", snap.Version, snapshotVersion)
	}
	s.opt.Seed, s.opt.PastPosts, s.opt.Born = snap.Seed, snap.Past, snap.Born
	s.Reset()

	return s.restore(snap)
}

// changes rises with every request and every act by hand: a saver compares it to know whether there is
// anything new.
func (s *Server) changes() int64 { return s.acts.Load() + int64(s.journal.size()) }

func (s *Server) capture() snapshot {
	snap := snapshot{
		Version: snapshotVersion,
		Seed:    s.opt.Seed,
		Past:    s.opt.PastPosts,
		Jumps:   map[string]int{},
	}
	s.mu.RLock()
	snap.Born = s.born
	s.mu.RUnlock()

	seeded := len(SeedAccounts())
	for i, account := range s.all() {
		if i >= seeded {
			snap.Accounts = append(snap.Accounts, account.Account)
		}
		snap.Posts = append(snap.Posts, account.capture(snap.Jumps)...)
	}
	s.oauth.mu.RLock()

	for _, token := range s.oauth.tokens {
		snap.Tokens = append(snap.Tokens, token)
	}
	s.oauth.mu.RUnlock()
	snap.Pictures = copied(&s.pics.mu, s.pics.byID)
	snap.Links = copied(&s.links.mu, s.links.long)
	s.talk.mu.RLock()
	defer s.talk.mu.RUnlock()
	snap.Comments = append(snap.Comments, s.talk.list...)

	return snap
}

func (a *account) capture(jumps map[string]int) []savedPost {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.jump != 0 {
		jumps[a.Handle] = a.jump
	}
	var out []savedPost

	for _, post := range a.posts {
		if body := post.body.Load(); body != nil {
			out = append(out, savedPost{post.id, post.at, a.UID, post.seed != 0, body})
		}
	}

	return out
}

// rlocker is a lock that can be held for reading.
type rlocker interface {
	RLock()
	RUnlock()
}

func copied[V any](mu rlocker, from map[string]V) map[string]V {
	mu.RLock()
	defer mu.RUnlock()

	to := make(map[string]V, len(from))
	for k, v := range from {
		to[k] = v
	}

	return to
}

func (s *Server) restore(snap snapshot) error {
	for _, account := range snap.Accounts {
		if err := s.AddAccount(account); err != nil {
			return fmt.Errorf("load sandbox: %w", err)
		}
	}

	for _, sp := range snap.Posts {
		if err := s.restorePost(sp); err != nil {
			return err
		}
	}

	for handle, n := range snap.Jumps {
		if s.find(handle) != nil {
			s.Jump(handle, n)
		}
	}
	s.oauth.mu.Lock()

	s.oauth.tokens = map[string]token{}
	for _, t := range snap.Tokens {
		s.oauth.tokens[t.Text] = t
	}
	s.oauth.mu.Unlock()
	s.pics.mu.Lock()
	s.pics.byID = snap.Pictures
	s.pics.mu.Unlock()
	s.links.mu.Lock()
	s.links.long = snap.Links
	s.links.mu.Unlock()
	s.restoreComments(snap.Comments)

	return nil
}

func (s *Server) restorePost(sp savedPost) error {
	account := s.find(fmt.Sprint(sp.UID))
	if account == nil || sp.Body == nil {
		return fmt.Errorf("load sandbox: post %d has no account", sp.ID)
	}
	if sp.Past {
		if p := account.lookup(sp.ID); p != nil {
			p.body.Store(sp.Body)
		}

		return nil
	}
	p := &post{id: sp.ID, at: sp.At, acc: account}
	p.body.Store(sp.Body)
	account.mu.Lock()
	defer account.mu.Unlock()
	account.posts = append(account.posts, p)
	account.lastPost = p.time()
	s.index.put(p)
	s.ids.last.Store(max(s.ids.last.Load(), p.id))

	return nil
}

func (s *Server) restoreComments(list []comment) {
	store := &s.talk
	store.mu.Lock()
	defer store.mu.Unlock()

	store.list, store.sums = list, map[int64]int{}
	for _, m := range list {
		if !m.Gone {
			store.sums[m.Post]++
		}
		store.ids.last.Store(max(store.ids.last.Load(), m.ID))
	}
}

// Keep saves to the file whenever something changed, at most once per interval, and a last time when
// done is closed; it returns that save's error. Failures before go to report and are tried again.
func (s *Server) Keep(path string, every time.Duration, done <-chan struct{}, report func(error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	saved := s.changes()

	for {
		select {
		case <-done:
			return s.Save(path)
		case <-tick.C:
		}
		if n := s.changes(); n != saved {
			if err := s.Save(path); err != nil {
				report(err)
				continue
			}
			saved = n
		}
	}
}
