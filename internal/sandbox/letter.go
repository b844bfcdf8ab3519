package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // as the platform signs
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Letter is what a citizen writes to an account privately, or does with it, and how it is pushed.
type Letter struct {
	Account string            `json:"account"`
	From    string            `json:"from"`
	Type    string            `json:"type"` // default text
	Text    string            `json:"text"`
	Data    map[string]string `json:"data"` // of an event: subtype
	Ago     Duration          `json:"ago"`  // written so long ago: pushed out of order
	Sort    LetterSort        `json:"sort"`
}

// Duration is a duration as control requests write it: "90s".
type Duration time.Duration

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	read, err := time.ParseDuration(string(text))
	*d = Duration(read)

	return err
}

// LetterSort is what is the matter with a push.
type LetterSort string

// The sorts.
const (
	Plain    LetterSort = ""
	Repeated LetterSort = "repeated" // pushed again under a new signature, and once more under the same
	Forged   LetterSort = "forged"   // signed with another secret
	Stale    LetterSort = "stale"    // signed eleven minutes ago
	Astray   LetterSort = "astray"   // for another account
	Reused   LetterSort = "reused"   // a second one under the signature of the first
	Bulky    LetterSort = "bulky"    // over 64 KB
)

// Delivered is what became of the last push of a letter.
type Delivered struct {
	Status int `json:"status"` // of the answer; 0: none
	Tries  int `json:"tries"`  // of that push
}

const (
	pushTries    = 3
	pushPatience = 5 * time.Second
)

// errUnheard means that the pushes of an account go nowhere.
var errUnheard = errors.New("letter: the account's messages are pushed nowhere")

// pushStore says where the messages of accounts are pushed, by handle.
type pushStore struct {
	mu sync.Mutex
	to map[string]pushTarget
}

type pushTarget struct{ address, secret string }

func (t *pushStore) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = nil
}

// PushTo has the private messages of an account pushed to an address, signed with a secret.
func (s *Server) PushTo(handle, address, secret string) {
	s.pushes.mu.Lock()
	defer s.pushes.mu.Unlock()
	if s.pushes.to == nil {
		s.pushes.to = map[string]pushTarget{}
	}
	s.pushes.to[s.must(handle).Handle] = pushTarget{address, secret}
}

// Verify asks an address as the platform does before it pushes there: whether it answers with what it was
// sent.
func (s *Server) Verify(handle string) bool {
	to, ok := s.pushTarget(handle)
	if !ok {
		return false
	}
	query, echo := to.signed(to.secret, s.clock.now()), rand.Text()
	query.Set("echostr", echo)
	status, said := send(http.MethodGet, to.address+"?"+query.Encode(), nil)

	return status == http.StatusOK && said == echo
}

func (s *Server) pushTarget(handle string) (pushTarget, bool) {
	s.pushes.mu.Lock()
	defer s.pushes.mu.Unlock()
	to, ok := s.pushes.to[handle]

	return to, ok
}

// Write lets a citizen write privately to an account, and pushes it: what is not answered with 200 is pushed
// three times in all.
func (s *Server) Write(letter Letter) (done Delivered, err error) {
	account := s.find(letter.Account)
	if account == nil {
		return done, errAbsent
	}
	to, ok := s.pushTarget(account.Handle)
	if !ok {
		return done, errUnheard
	}
	body, now := s.letterBody(account, letter), s.clock.now()
	query := to.signed(to.secret, now)

	switch letter.Sort {
	case Forged:
		query = to.signed("x"+to.secret, now)
	case Stale:
		query = to.signed(to.secret, now.Add(-11*time.Minute))
	}
	done = to.push(query, body)

	switch letter.Sort {
	case Repeated:
		to.push(to.signed(to.secret, now), body)
		done = to.push(query, body)
	case Reused:
		letter.Text += "（换了内容）"
		done = to.push(query, s.letterBody(account, letter))
	}

	return done, nil
}

// letterBody is a push in the form of the fans service.
func (s *Server) letterBody(a *account, letter Letter) []byte {
	receiver := a.UID
	if letter.Sort == Astray {
		receiver++
	}
	text := letter.Text
	if letter.Sort == Bulky {
		text = strings.Repeat("长", 22<<10)
	}
	data := letter.Data
	if data == nil {
		data = map[string]string{}
	}
	body, err := json.Marshal(map[string]any{
		"type":        or(letter.Type, "text"),
		"receiver_id": receiver,
		"sender_id":   citizenUID(or(letter.From, "热心市民")),
		"created_at":  rubyDate(s.clock.now().Add(-time.Duration(letter.Ago))),
		"text":        text,
		"data":        data,
	})
	if err != nil {
		panic(err) // texts and numbers
	}

	return body
}

// signed are the three fields by which the platform proves that a push is its own.
func (t pushTarget) signed(secret string, at time.Time) url.Values {
	stamp, nonce := strconv.FormatInt(at.UnixMilli(), 10), fmt.Sprint(randomNonce())
	parts := []string{secret, stamp, nonce}
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // see above

	return url.Values{"signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {nonce}}
}

// randomNonce is of eight digits, as the platform's are.
func randomNonce() int64 {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails
	n := int64(raw[0])<<24 | int64(raw[1])<<16 | int64(raw[2])<<8 | int64(raw[3])

	return 10_000_000 + n%90_000_000
}

// push sends one push until it is answered with 200, three times at most.
func (t pushTarget) push(query url.Values, body []byte) (done Delivered) {
	for done.Tries < pushTries && done.Status != http.StatusOK {
		done.Tries++
		done.Status, _ = send(http.MethodPost, t.address+"?"+query.Encode(), body)
	}

	return done
}

func send(method, address string, body []byte) (status int, said string) {
	ctx, cancel := context.WithTimeout(context.Background(), pushPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return 0, ""
	}

	return res.StatusCode, string(raw)
}

// controlPush says where the private messages of an account are pushed, and tries the address.
func (s *Server) controlPush(r *http.Request) (any, error) {
	var in struct{ Account, URL, Secret string }
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	account := s.find(in.Account)
	if account == nil {
		return nil, errAbsent
	}
	s.PushTo(account.Handle, in.URL, in.Secret)

	return map[string]bool{"verified": s.Verify(account.Handle)}, nil
}

// controlLetter lets a citizen write privately to an account.
func (s *Server) controlLetter(r *http.Request) (any, error) {
	var letter Letter
	if err := decode(r, &letter); err != nil {
		return nil, err
	}

	return s.Write(letter)
}
