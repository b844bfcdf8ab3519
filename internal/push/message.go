package push

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"juzhen/internal/glyph"
	"juzhen/internal/inbox"
	"juzhen/internal/instant"
)

// maxText is how many signs of a message are kept.
const maxText = 5000

// digits is a number of the platform: written as a number or as a text.
type digits string

// UnmarshalJSON takes both.
func (d *digits) UnmarshalJSON(raw []byte) error {
	text := string(bytes.Trim(raw, `"`))
	if text == "" || len(text) > 20 || strings.Trim(text, "0123456789") != "" {
		return refuse(BadForm)
	}
	*d = digits(text)

	return nil
}

// loose is a text; what else stands in its place is as good as none.
type loose string

// UnmarshalJSON takes anything.
func (l *loose) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*l = loose(text)
	}

	return nil
}

// message is a push of the fans service.
type message struct {
	Type      string          `json:"type"`
	Sender    digits          `json:"sender_id"`
	Receiver  digits          `json:"receiver_id"`
	CreatedAt string          `json:"created_at"`
	Text      loose           `json:"text"`
	Data      json.RawMessage `json:"data"`

	at   time.Time
	hash [sha256.Size]byte // of the whole body
}

// read reads a push. What the platform adds is passed over; what it must hold and does not is refused.
func read(body []byte, now time.Time) (message, error) {
	m := message{hash: sha256.Sum256(body)}
	if json.Unmarshal(body, &m) != nil || m.Type == "" || m.Sender == "" || m.Receiver == "" ||
		m.Sender == m.Receiver {
		return m, refuse(BadForm)
	}
	at, ok := instant.Read(m.CreatedAt, now, time.RubyDate, time.RFC3339)
	if !ok || at.After(now.Add(maxSkew)) {
		return m, refuse(BadForm)
	}
	m.at = at.UTC()

	return m, nil
}

// key is the identity of a message: it is the same however often it is pushed.
func (m message) key() string {
	sum := sha256.Sum256(
		fmt.Appendf(nil, "%s\n%s\n%d\n%s\n%x", m.Sender, m.Receiver, m.at.Unix(), m.Type, m.hash),
	)

	return hex.EncodeToString(sum[:])
}

// told is what a push tells of the citizen. What is no event was said; what was said opens the window, except
// where it was a post or is of a kind that nobody knows.
func (m message) told() inbox.Pushed {
	told := inbox.Pushed{Citizen: string(m.Sender), At: m.at}
	if m.Type == "event" {
		return m.event(told)
	}
	told.Key, told.Form, told.Text = m.key(), inbox.FormOf(m.Type), m.words()
	told.Opens = told.Form != inbox.FormMention && told.Form != inbox.FormOther

	return told
}

// event is what the citizen did.
func (m message) event(told inbox.Pushed) inbox.Pushed {
	var data struct {
		Subtype string `json:"subtype"`
	}
	_ = json.Unmarshal(m.Data, &data)
	yes, no := true, false

	switch data.Subtype {
	case "follow", "scan_follow":
		told.Opens, told.Follows = true, &yes
	case "unfollow":
		told.Follows = &no
	case "click", "view", "menu", "scan":
		told.Opens = true
	}

	return told
}

// words are what is kept of a message: its text, and of a position where that is.
func (m message) words() string {
	text := strings.TrimSpace(strings.ReplaceAll(string(m.Text), "\x00", ""))
	var at struct {
		Latitude  json.Number `json:"latitude"`
		Longitude json.Number `json:"longitude"`
	}
	if m.Type == "position" && json.Unmarshal(m.Data, &at) == nil && at.Latitude != "" {
		text = strings.TrimSpace(fmt.Sprintf("%s\n%s, %s", text, at.Latitude, at.Longitude))
	}

	return glyph.Cut(text, maxText)
}
