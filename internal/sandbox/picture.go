package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
)

const (
	maxPicture  = 5 << 20 // bytes
	maxPictures = 9
)

type picture struct {
	Data  []byte `json:"data"`
	Kind  string `json:"kind"`
	Owner int64  `json:"owner"`
}

// pictureStore keeps uploaded pictures by id.
type pictureStore struct {
	mu   sync.RWMutex
	byID map[string]picture
}

func (s *pictureStore) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID = nil
}

func (s *pictureStore) get(id string) (picture, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.byID[id]

	return p, ok
}

func (s *pictureStore) put(id string, p picture) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[string]picture{}
	}
	s.byID[id] = p
}

// sum is the SHA-256 of a picture's bytes in hex, empty for one that is gone.
func (s *pictureStore) sum(id string) string {
	picture, ok := s.get(id)
	if !ok {
		return ""
	}
	h := sha256.Sum256(picture.Data)

	return hex.EncodeToString(h[:])
}

// keep checks an uploaded picture by its bytes and stores it.
func (c *call) keep(data []byte) (string, error) {
	if len(data) == 0 {
		return "", fail(20007)
	}
	if len(data) >= maxPicture {
		return "", fail(20006)
	}

	kind := http.DetectContentType(data)
	switch kind {
	case "image/jpeg", "image/gif", "image/png":
	default:
		return "", fail(20005)
	}
	id := strings.ToLower(rand.Text()) + "j30u01h"
	c.s.pics.put(id, picture{Data: data, Kind: kind, Owner: c.acc.UID})

	return id, nil
}

// attach puts the request's own picture on the post; must says that one is needed.
func (c *call) attach(b *body, must bool) error {
	if c.pic == nil && !must {
		return nil
	}
	id, err := c.keep(c.pic)
	if err != nil {
		return err
	}
	b.Pics = []string{id}

	return nil
}

// uploaded checks the ids of pictures uploaded before: at most nine, each the account's own.
func (c *call) uploaded(ids []string) ([]string, error) {
	if len(ids) > maxPictures {
		return nil, failf(10017, "pic_id")
	}

	for i, id := range ids {
		ids[i] = strings.TrimSpace(id)
		picture, ok := c.s.pics.get(ids[i])
		if !ok || picture.Owner != c.acc.UID {
			return nil, failf(10017, "pic_id")
		}
	}

	return ids, nil
}

// fetched stands in for the platform's download of a picture: the sandbox opens no connections, so only
// its own addresses work.
func (c *call) fetched(address string) ([]string, error) {
	if address == "" {
		return nil, failf(10016, "url")
	}
	name := address[strings.LastIndexByte(address, '/')+1:]
	id, _, _ := strings.Cut(name, ".")
	picture, ok := c.s.pics.get(id)
	if !ok || !strings.HasPrefix(address, "http") {
		return nil, failf(10017, "url")
	}
	copied, err := c.keep(picture.Data)

	return []string{copied}, err
}

type picJSON struct {
	ID        string `json:"pic_id"`
	Thumbnail string `json:"thumbnail_pic"`
	Middle    string `json:"bmiddle_pic"`
	Original  string `json:"original_pic"`
}

// uploadPic answers statuses/upload_pic and statuses/upload_pic/biz.
func uploadPic(c *call) (any, error) {
	id, err := c.keep(c.pic)
	if err != nil {
		return nil, err
	}

	return picJSON{id, c.picURL("thumbnail", id), c.picURL("bmiddle", id), c.picURL("large", id)}, nil
}

func (c *call) picURL(size, id string) string { return picURL(c.base, size, id) }

func picURL(base, size, id string) string { return base + "/pic/" + size + "/" + id + ".jpg" }

// showPicture serves a picture; every size is the original.
func (s *Server) showPicture(w http.ResponseWriter, r *http.Request) {
	id, _, _ := strings.Cut(r.PathValue("name"), ".")
	picture, ok := s.pics.get(id)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", picture.Kind)
	w.Header().Set("Cache-Control", "max-age=86400")
	_, _ = w.Write(picture.Data)
}
