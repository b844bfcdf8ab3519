package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

func (s *Server) controlClock(*http.Request) (any, error) {
	return map[string]time.Time{"now": s.clock.now()}, nil
}

// controlTurn freezes, sets and advances the clock, in this order.
func (s *Server) controlTurn(r *http.Request) (any, error) {
	var in struct {
		Set     time.Time
		Advance string
		Freeze  bool
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	d, err := parseDuration(in.Advance)
	if err != nil {
		return nil, err
	}
	if in.Freeze {
		s.Freeze()
	}
	if !in.Set.IsZero() {
		s.SetTime(in.Set)
	}
	s.Advance(d)

	return s.controlClock(r)
}

// controlAudience makes followers of an account or the audience of a post jump.
func (s *Server) controlAudience(r *http.Request) (any, error) {
	var in struct {
		Account                                    string
		Post                                       int64
		Followers, Reads, Reposts, Comments, Likes int
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.Account != "" && s.find(in.Account) == nil {
		return nil, errAbsent
	}
	if in.Account != "" {
		s.Jump(in.Account, in.Followers)
	}
	if in.Post != 0 && !s.JumpPost(in.Post, Reach{in.Reads, in.Reposts, in.Comments, in.Likes}) {
		return nil, errAbsent
	}

	return nil, nil
}

func (s *Server) controlToken(r *http.Request) (any, error) {
	var in struct{ Account, App, Life string }
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	life, err := parseDuration(in.Life)
	if err != nil {
		return nil, err
	}
	app, ok := s.app(or(in.App, s.firstApp().Key))
	account := s.find(in.Account)
	if account == nil || !ok {
		return nil, errAbsent
	}

	return map[string]any{
		"access_token": s.TokenFor(account.Handle, app.Key, life),
		"uid":          account.UID,
		"expires_in":   int64(or(life, app.life()).Seconds()),
	}, nil
}

func (s *Server) controlEndTokens(end func(string) int) control {
	return func(r *http.Request) (any, error) {
		var in struct{ Account string }
		if err := decode(r, &in); err != nil {
			return nil, err
		}
		if s.find(in.Account) == nil {
			return nil, errAbsent
		}

		return map[string]int{"tokens": end(s.find(in.Account).Handle)}, nil
	}
}

// settings are the wheels that are not faults. Durations are text; limits of 0 are none.
type settings struct {
	Lag              *string `json:"lag,omitempty"`
	Review           *string `json:"review,omitempty"`
	Gap              *string `json:"gap,omitempty"`
	UserDay          *int    `json:"user_day,omitempty"`
	PostHour         *int    `json:"post_hour,omitempty"`
	IPHour           *int    `json:"ip_hour,omitempty"`
	CommercialIPHour *int    `json:"commercial_ip_hour,omitempty"`
}

func (s *Server) controlSettings(*http.Request) (any, error) {
	limits := s.limits.get()
	text := func(d time.Duration) *string { t := d.String(); return &t }

	return settings{
		Lag:              text(time.Duration(s.lag.Load())),
		Review:           text(time.Duration(s.review.Load())),
		Gap:              text(limits.Gap),
		UserDay:          &limits.UserDay,
		PostHour:         &limits.PostHour,
		IPHour:           &limits.IPHour,
		CommercialIPHour: &limits.CommercialIPHour,
	}, nil
}

// controlSet changes the settings that are named and answers with all of them.
func (s *Server) controlSet(r *http.Request) (any, error) {
	var in settings
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	limits := s.limits.get()

	lag, review := time.Duration(s.lag.Load()), time.Duration(s.review.Load())
	for _, f := range []struct {
		from *string
		to   *time.Duration
	}{{in.Lag, &lag}, {in.Review, &review}, {in.Gap, &limits.Gap}} {
		if f.from == nil {
			continue
		}
		d, err := time.ParseDuration(*f.from)
		if err != nil {
			return nil, err
		}
		*f.to = d
	}

	for _, f := range []struct{ from, to *int }{
		{in.UserDay, &limits.UserDay},
		{in.PostHour, &limits.PostHour},
		{in.IPHour, &limits.IPHour},
		{in.CommercialIPHour, &limits.CommercialIPHour},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	s.SetLag(lag)
	s.SetReview(review)
	s.SetLimits(limits)

	return s.controlSettings(r)
}

// controlComment lets a citizen comment on a post, or answer a comment under it.
func (s *Server) controlComment(r *http.Request) (any, error) {
	var in struct {
		Post       int64
		Name, Text string
		Reply      int64
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if s.post(in.Post) == nil {
		return nil, errAbsent
	}

	return s.comment(in.Post, in.Reply, in.Name, in.Text), nil
}

// controlUncomment takes a comment away, as its author or the platform does.
func (s *Server) controlUncomment(r *http.Request) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, errAbsent
	}
	s.Uncomment(id)

	return nil, nil
}

// controlMessages says how many private messages of an account are unread.
func (s *Server) controlMessages(r *http.Request) (any, error) {
	var in struct {
		Account string
		Unread  int
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if s.find(in.Account) == nil {
		return nil, errAbsent
	}
	s.Messages(in.Account, in.Unread)

	return nil, nil
}
