// Package follow lets an open page hear that something it shows has changed: one stream of server-sent
// events a page. The stream says only "changed"; the page then reads again what its reader may see. It
// holds no page and decides no right: who may follow a thing is who may read it.
package follow

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/live"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/web"
)

// Deps are the hub that hears of changes and the use cases that tell who may read what.
type Deps struct {
	Hub        *live.Hub
	Posts      *post.Service
	Deliveries *delivery.Service
	Relays     *relay.Service
	Inbox      *inbox.Service

	Beat time.Duration // between signs of life, with which session and rights are asked again; 15 s when 0
	Gap  time.Duration // least time between two events of one stream; 500 ms when 0
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the route of the stream.
func Register(kit *web.Kit, deps Deps) {
	if deps.Beat == 0 {
		deps.Beat = 15 * time.Second
	}
	if deps.Gap == 0 {
		deps.Gap = 500 * time.Millisecond
	}
	h := &pages{kit, deps}
	kit.Handle(kit.Group("/"), "GET", "follow", access.Self, h.follow)
}

// ago is how long before its stream a page was asked for, in milliseconds of the browser; as much as the hub
// remembers and a little more where it says nonsense.
func ago(c *gin.Context) time.Duration {
	const farther = live.Memory + time.Second

	written := c.Query("ago")
	if written == "" {
		return 0
	}
	ms, err := strconv.ParseUint(written, 10, 32)
	if err != nil {
		return farther
	}

	return min(time.Duration(ms)*time.Millisecond, farther)
}

// topic is one thing a page shows: "post/12", or a kind such as "posts".
type topic struct {
	kind kind
	id   int64 // 0: all of the kind that the reader may see
}

// kind is a kind of thing that changes, with the name its marks begin with and the right with which it
// is seen.
type kind struct {
	word, mark string
	sees       access.Permission
	one        bool // a page may show one alone
	above      bool // what is done to a unit above the reader's concerns the reader as well
}

var kinds = []kind{
	{word: "posts", mark: "post/", sees: access.PostView, one: true},
	{word: "deliveries", mark: "delivery/", sees: access.PostView, one: true},
	{word: "relays", mark: "relay/", sees: access.PostView, one: true},
	{word: "incidents", mark: "incident/", sees: access.PostView, above: true},
	{word: "matters", mark: "inbox/", sees: access.InboxView, one: true},
	{word: "todos", mark: "todo/", sees: access.UnitView},
	{word: "pauses", mark: "pause/", sees: access.UnitView, above: true},
	{word: "accounts", mark: "account/", sees: access.AccountView},
	{word: "channels", mark: "channel/", sees: access.ChannelManage},
	{word: bellWord, mark: "notice/", sees: access.Self},
}

// bellWord are the reader's own notices, as something that a page shows.
const bellWord = "notices"

// most is how many topics a page may name.
const most = 8

// topicsOf reads what a page wants to follow beside the reader's notices, which every page does.
func topicsOf(words []string) ([]topic, error) {
	if len(words) > most {
		return nil, errTopic
	}

	out := make([]topic, len(words))
	for i, word := range words {
		t, ok := topicOf(word)
		if !ok {
			return nil, errTopic
		}
		out[i] = t
	}

	return out, nil
}

var errTopic = fault.Invalid("of", "网址无法读取，请检查后重试")

func topicOf(word string) (topic, bool) {
	for _, kind := range kinds {
		if word == kind.word {
			return topic{kind: kind}, true
		}
		number, ok := strings.CutPrefix(word, kind.mark)
		if !ok || !kind.one {
			continue
		}
		id, err := strconv.ParseInt(number, 10, 64)

		return topic{kind, id}, err == nil && id > 0
	}

	return topic{}, false
}

// wants tells whether the mark is of the topic and may be told to the actor.
func (t topic) wants(actor access.Actor, mark live.Mark) bool {
	if t.id != 0 {
		return mark.Name == t.kind.mark+strconv.FormatInt(t.id, 10)
	}
	if !strings.HasPrefix(mark.Name, t.kind.mark) || mark.Path == "" {
		return false
	}

	return actor.CanAt(t.kind.sees, mark.Path) ||
		t.kind.above && slices.ContainsFunc(actor.Grants, func(grant access.Grant) bool {
			return strings.HasPrefix(grant.Path, mark.Path)
		})
}

// may fails when the actor may not read one of the things.
func (h *pages) may(ctx context.Context, actor access.Actor, topics []topic) error {
	for _, t := range topics {
		var err error

		switch {
		case t.id == 0 && !actor.Can(t.kind.sees):
			err = fault.Forbidden("您的角色没有这项权限")
		case t.id == 0:
		case t.kind.word == "posts":
			_, _, err = h.Posts.Find(ctx, actor, t.id)
		case t.kind.word == "relays":
			_, err = h.Relays.Find(ctx, actor, t.id)
		case t.kind.word == "matters":
			_, err = h.Inbox.Find(ctx, actor, t.id)
		default:
			_, err = h.Deliveries.Find(ctx, actor, t.id)
		}
		if err != nil {
			return err
		}
	}

	return nil
}

func (h *pages) follow(c *gin.Context) error {
	topics, err := topicsOf(c.QueryArray("of"))
	if err != nil {
		return err
	}
	actor := web.Actor(c)
	if err := h.may(c.Request.Context(), actor, topics); err != nil {
		return err
	}
	s := &stream{pages: h, c: c, topics: topics, out: http.NewResponseController(c.Writer)}
	session := "session/" + strconv.FormatInt(actor.SessionID, 10)
	bell := "notice/" + strconv.FormatInt(actor.UserID, 10)
	sub, err := h.Hub.Subscribe(actor.SessionID, ago(c), func(mark live.Mark) bool {
		switch mark.Name {
		case session:
			s.doubt.Store(true)
			return true
		case bell:
			s.rang.Store(true)
			if slices.ContainsFunc(topics, func(t topic) bool { return t.kind.word == bellWord }) {
				s.seen.Store(true)
			}

			return true
		}
		if !slices.ContainsFunc(topics, func(t topic) bool { return t.wants(actor, mark) }) {
			return false
		}
		s.seen.Store(true)

		return true
	})
	if err != nil {
		return err
	}
	defer sub.Close()
	s.run(sub)

	return nil
}

// stream is one open answer.
type stream struct {
	*pages
	c      *gin.Context
	topics []topic
	out    *http.ResponseController
	doubt  atomic.Bool // the session may have ended
	rang   atomic.Bool // the reader's notices changed
	seen   atomic.Bool // something that the page shows changed
}

// run writes until the reader leaves, may no longer read, or the process stops.
func (s *stream) run(sub *live.Subscription) {
	header := s.c.Writer.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("X-Accel-Buffering", "no") // nginx hands each event on at once
	s.c.Status(http.StatusOK)
	_ = s.out.SetReadDeadline(time.Time{}) // the server's limit for a request would end the stream
	if s.write("retry: 3000\n\n") != nil {
		return
	}
	beat := time.NewTicker(s.Beat)
	defer beat.Stop()

	for {
		var err error

		select {
		case <-s.c.Request.Context().Done():
			return
		case <-sub.Ended:
			return // the reader comes again, to the next process
		case <-beat.C:
			err = s.alive()
		case wake := <-sub.Woken:
			err = s.changed(sub, wake)
		}
		if err != nil {
			return
		}
	}
}

// alive asks again whether the reader may still read, and gives a sign of life, which proxies and the
// reader need to keep the line.
func (s *stream) alive() error {
	if !s.allowed() {
		return errEnd
	}

	return s.write(": \n\n")
}

// changed tells of a change, and then nothing for a moment: what happens meanwhile is one event.
func (s *stream) changed(sub *live.Subscription, wake live.Wake) error {
	if s.doubt.Swap(false) && !s.allowed() {
		return errEnd
	}
	if text := s.told(wake.Much); text != "" {
		if err := s.write(text); err != nil {
			return err
		}
	}
	rest := time.NewTimer(s.Gap)
	defer rest.Stop()

	select {
	case <-rest.C:
	case <-sub.Ended:
	case <-s.c.Request.Context().Done():
	}

	return nil
}

// told are the events of a wake: whether the page changed, and whether the reader's notices did. Much may
// hide either.
func (s *stream) told(much bool) string {
	seen, rang := s.seen.Swap(false), s.rang.Swap(false)

	text := ""

	switch {
	case much && len(s.topics) > 0:
		text = "event: changed\ndata: much\n\n"
	case seen:
		text = "event: changed\ndata: some\n\n"
	}
	if rang || much {
		text += "event: notices\ndata: changed\n\n"
	}

	return text
}

var errEnd = errors.New("the stream ends")

// allowed tells whether session and rights still hold, without that counting as use of the session. A
// page that may follow no longer is told so and does not come again. What cannot be asked for now is
// taken as it was.
func (s *stream) allowed() bool {
	actor, err := s.kit.Look(s.c)
	if err == nil {
		err = s.may(s.c.Request.Context(), actor, s.topics)
	}

	switch {
	case err == nil, fault.Is(err, fault.KindInternal), fault.Is(err, fault.KindUnavailable):
		return true
	case fault.Is(err, fault.KindUnauthenticated):
		_ = s.write("event: end\ndata: signin\n\n")
	default:
		_ = s.write("event: end\ndata: gone\n\n")
	}

	return false
}

// writeLimit bounds a write to a reader that takes nothing; the server's own limit is meant for whole
// answers.
const writeLimit = 10 * time.Second

func (s *stream) write(text string) error {
	if err := s.out.SetWriteDeadline(
		time.Now().Add(writeLimit),
	); err != nil &&
		!errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.c.Writer.WriteString(text); err != nil {
		return err
	}

	return s.out.Flush()
}
