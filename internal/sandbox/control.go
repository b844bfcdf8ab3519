package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// control is a handler of the control API: it returns what to send as JSON, nil for 204, or what is
// wrong with the request.
type control func(r *http.Request) (any, error)

// errAbsent becomes 404; every other error of a control handler is 400.
var errAbsent = errors.New("no such account, post or fault")

func (s *Server) controlRoutes(mux *http.ServeMux) {
	for pattern, h := range map[string]control{
		"GET /_control/state":            s.controlState,
		"GET /_control/accounts":         func(*http.Request) (any, error) { return s.Accounts(), nil },
		"POST /_control/accounts":        s.controlAddAccounts,
		"POST /_control/apps":            s.controlAddApp,
		"GET /_control/posts":            s.controlPosts,
		"GET /_control/posts/{id}":       s.controlPost,
		"POST /_control/posts":           s.controlRival,
		"PATCH /_control/posts/{id}":     s.controlEdit,
		"DELETE /_control/posts/{id}":    s.controlRemove,
		"GET /_control/faults":           func(*http.Request) (any, error) { return s.Faults(), nil },
		"POST /_control/faults":          s.controlFault,
		"DELETE /_control/faults":        s.controlClearFaults,
		"DELETE /_control/faults/{id}":   s.controlClearFault,
		"GET /_control/log":              s.controlLog,
		"GET /_control/counters":         func(*http.Request) (any, error) { return s.Counters(), nil },
		"GET /_control/clock":            s.controlClock,
		"POST /_control/clock":           s.controlTurn,
		"POST /_control/audience":        s.controlAudience,
		"POST /_control/tokens":          s.controlToken,
		"POST /_control/tokens/expire":   s.controlEndTokens(s.ExpireTokens),
		"POST /_control/tokens/revoke":   s.controlEndTokens(s.RevokeTokens),
		"GET /_control/settings":         s.controlSettings,
		"POST /_control/settings":        s.controlSet,
		"POST /_control/comments":        s.controlComment,
		"DELETE /_control/comments/{id}": s.controlUncomment,
		"POST /_control/messages":        s.controlMessages,
		"POST /_control/pushes":          s.controlPush,
		"POST /_control/letters":         s.controlLetter,
		"POST /_control/reset":           func(*http.Request) (any, error) { s.Reset(); return nil, nil },
	} {
		mux.HandleFunc(pattern, s.hand(h))
	}
}

// hand serves a control handler; what is not a GET counts as a change made by hand.
func (s *Server) hand(h control) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.serve(w, r)
		if r.Method != http.MethodGet {
			s.acts.Add(1)
		}
	}
}

func (h control) serve(w http.ResponseWriter, r *http.Request) {
	v, err := h(r)
	if err == nil && v == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer := jsonAnswer(http.StatusOK, v)
	if err != nil {
		answer = jsonAnswer(http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
	if errors.Is(err, errAbsent) {
		answer.status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", answer.kind)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body)
}

func decode(r *http.Request, to any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

type stateJSON struct {
	Now       time.Time `json:"now"`
	Accounts  int       `json:"accounts"`
	Posts     int       `json:"posts"`     // all that are not removed
	Made      int       `json:"made"`      // since the start, removed ones included
	Followers int       `json:"followers"` // of all accounts
	Events    int       `json:"events"`
}

func (s *Server) controlState(*http.Request) (any, error) {
	st := stateJSON{Now: s.clock.now(), Events: s.journal.size()}
	for _, account := range s.all() {
		st.Accounts++
		st.Posts += account.total(st.Now)
		st.Made += len(account.made())
		st.Followers += s.followers(account, st.Now)
	}

	return st, nil
}

// controlAddAccounts takes a list, so that thousands come in one request.
func (s *Server) controlAddAccounts(r *http.Request) (any, error) {
	var list []Account
	if err := decode(r, &list); err != nil {
		return nil, err
	}

	for _, account := range list {
		if err := s.AddAccount(account); err != nil {
			return nil, err
		}
	}

	return nil, nil
}

func (s *Server) controlAddApp(r *http.Request) (any, error) {
	var app App
	if err := decode(r, &app); err != nil {
		return nil, err
	}
	if _, err := strconv.ParseInt(app.Key, 10, 64); err != nil {
		return nil, errors.New("app: key must be digits")
	}
	s.AddApp(app)

	return nil, nil
}

// controlPosts lists posts oldest first; ?account= limits it to one, ?past=1 adds those written before
// the start.
func (s *Server) controlPosts(r *http.Request) (any, error) {
	accounts := s.all()
	if name := r.FormValue("account"); name != "" {
		a := s.find(name)
		if a == nil {
			return nil, errAbsent
		}
		accounts = []*account{a}
	}
	list := []Post{}

	for _, a := range accounts {
		posts := a.made()
		if r.FormValue("past") == "1" {
			a.mu.Lock()
			posts = append([]*post(nil), a.posts...)
			a.mu.Unlock()
		}

		for _, p := range posts {
			list = append(list, s.view(p))
		}
	}

	return list, nil
}

func (s *Server) pathPost(r *http.Request) *post {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil
	}

	return s.post(id)
}

func (s *Server) controlPost(r *http.Request) (any, error) {
	post := s.pathPost(r)
	if post == nil {
		return nil, errAbsent
	}

	return s.view(post), nil
}

func (s *Server) controlRival(r *http.Request) (any, error) {
	var in struct {
		Account, Text string
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if s.find(in.Account) == nil {
		return nil, errAbsent
	}

	return s.Rival(in.Account, in.Text), nil
}

// controlEdit changes a post: text, or hide it for a duration ("0s" shows it).
func (s *Server) controlEdit(r *http.Request) (any, error) {
	var in struct {
		Text *string
		Hide *string
	}
	post := s.pathPost(r)
	if post == nil {
		return nil, errAbsent
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.Hide != nil {
		d, err := time.ParseDuration(*in.Hide)
		if err != nil {
			return nil, err
		}
		s.Hide(post.id, d)
	}
	if in.Text != nil {
		s.SetText(post.id, *in.Text)
	}

	return s.view(post), nil
}

func (s *Server) controlRemove(r *http.Request) (any, error) {
	post := s.pathPost(r)
	if post == nil {
		return nil, errAbsent
	}
	s.Remove(post.id)

	return nil, nil
}

func (s *Server) controlFault(r *http.Request) (any, error) {
	var fault Fault
	if err := decode(r, &fault); err != nil {
		return nil, err
	}
	id, err := s.addFault(fault)
	if err != nil {
		return nil, err
	}

	return map[string]int{"id": id}, nil
}

func (s *Server) controlClearFaults(*http.Request) (any, error) {
	s.ClearFaults()

	return nil, nil
}

func (s *Server) controlClearFault(r *http.Request) (any, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return nil, errAbsent
	}
	s.ClearFaults(id)

	return nil, nil
}

func (s *Server) controlLog(r *http.Request) (any, error) {
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	return append([]Event{}, s.Log(after)...), nil
}
