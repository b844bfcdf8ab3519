package notices

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/live"
	"juzhen/internal/notice"
	"juzhen/internal/web"
)

// writeLimit bounds a write to a reader that takes nothing.
const writeLimit = 10 * time.Second

// stream is one open answer: an event for each new notice, with the place behind it as its id. It begins
// behind the place in Last-Event-ID, or in the query "after"; without one with what comes from now on.
type stream struct {
	*api
	c     *gin.Context
	out   *http.ResponseController
	actor access.Actor
	place notice.Place
}

func (a *api) stream(c *gin.Context) error {
	after := c.GetHeader("Last-Event-ID")
	if after == "" {
		after = c.Query("after")
	}
	place, err := notice.ParsePlace(after)
	if err != nil {
		return err
	}
	s := &stream{
		api: a, c: c, out: http.NewResponseController(c.Writer), actor: web.Actor(c), place: place,
	}
	own := "notice/" + strconv.FormatInt(s.actor.UserID, 10)
	session := "session/" + strconv.FormatInt(s.actor.SessionID, 10)
	sub, err := a.Live.Subscribe(s.actor.SessionID, 0, func(mark live.Mark) bool {
		return mark.Name == own || mark.Name == session
	})
	if err != nil {
		return err
	}
	defer sub.Close()
	s.run(c.Request.Context(), sub)

	return nil
}

// run writes until the reader leaves, may no longer read, or the process stops.
func (s *stream) run(ctx context.Context, sub *live.Subscription) {
	header := s.c.Writer.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("X-Accel-Buffering", "no")
	s.c.Status(http.StatusOK)
	_ = s.out.SetReadDeadline(time.Time{})
	if s.write("retry: 3000\n\n") != nil || s.tell(ctx) != nil {
		return
	}
	beat := time.NewTicker(s.Beat)
	defer beat.Stop()

	for {
		var err error

		select {
		case <-ctx.Done():
			return
		case <-sub.Ended:
			return // the reader comes again, to the next process
		case <-beat.C:
			if err = s.still(); err == nil {
				err = s.write(": \n\n")
			}
		case <-sub.Woken:
			if err = s.still(); err == nil {
				err = s.tell(ctx)
			}
		}
		if err != nil {
			return
		}
	}
}

var errEnd = errors.New("the stream ends")

// still asks who reads again, without that counting as use of the session.
func (s *stream) still() error {
	actor, err := s.kit.Look(s.c)

	switch {
	case err == nil:
		s.actor = actor
		return nil
	case fault.Is(err, fault.KindInternal), fault.Is(err, fault.KindUnavailable):
		return nil
	}
	_ = s.write("event: end\ndata: signin\n\n")

	return errEnd
}

// tell writes what came behind the place. A stream that cannot read ends: its reader comes again, from the
// same place.
func (s *stream) tell(ctx context.Context) error {
	list, next, over, err := s.Notices.Since(ctx, s.actor, s.place)
	if err != nil {
		s.Log.Warn("notices not read for a stream", "error", err)
		return err
	}
	words := s.kit.Printer(s.c)

	for i, one := range list {
		body, err := json.Marshal(show(words, one))
		if err != nil {
			return err
		}
		id := "" // the place is behind all of them: who breaks off in the middle gets them again
		if i == len(list)-1 {
			id = "id: " + string(next) + "\n"
		}
		if err := s.write(id + "event: notice\ndata: " + string(body) + "\n\n"); err != nil {
			return err
		}
	}
	if over {
		err = s.write("id: " + string(next) + "\nevent: reload\ndata: many\n\n")
	} else if len(list) == 0 && s.place == "" {
		err = s.write("id: " + string(next) + "\nevent: begin\ndata: now\n\n")
	}
	if err == nil {
		s.place = next
	}

	return err
}

func (s *stream) write(text string) error {
	err := s.out.SetWriteDeadline(time.Now().Add(writeLimit))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.c.Writer.WriteString(text); err != nil {
		return err
	}

	return s.out.Flush()
}
