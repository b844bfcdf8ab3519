package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const maxBody = 12 << 20 // bytes of a request; more is 10018

// call is one request to an interface, read to the end and apart from the connection it came on: the
// client may leave.
type call struct {
	s          *Server
	ep         endpoint
	name       string // statuses/update/biz
	path       string // as the platform prints it in errors
	commercial bool
	number     int64
	form       url.Values
	pic        []byte // the uploaded picture
	ip         string
	base       string // where pictures are served
	now        time.Time
	app        App
	acc        *account
	token      *token
	hide       time.Duration // a fault wants the post hidden for so long
	made       int64         // id of the post this call created
}

// serveCall takes a request in, lets the faults have their way, and answers. An accepted delay outlives
// the client.
func (s *Server) serveCall(w http.ResponseWriter, r *http.Request, commercial bool) {
	at, wall := s.clock.now(), time.Now()
	call := s.open(r, commercial)
	refused := call.take(w, r)
	s.journal.add(call.event(Event{At: at, Wall: wall, Step: Received}))
	plan := s.faults.take(call, at)
	call.hide = plan.hide
	if plan.delay == 0 {
		s.reply(w, call, s.process(call, refused, plan), plan)
		return
	}
	done := make(chan answer, 1)
	go func() {
		if !s.clock.waitUntil(at.Add(plan.delay), s.stop) {
			done <- answer{cut: true}
			return
		}
		done <- s.process(call, refused, plan)
	}()

	select {
	case a := <-done:
		s.reply(w, call, a, plan)
	case <-r.Context().Done():
		s.journal.add(Event{At: s.clock.now(), Step: Gone, Request: call.number, Call: call.name})
	}
}

// open names the call.
func (s *Server) open(r *http.Request, commercial bool) *call {
	path := r.URL.Path
	if commercial {
		path = strings.TrimPrefix(path, "/c")
	}
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(path, "/2/"), "/"), ".json")
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}

	return &call{
		s:          s,
		name:       name,
		path:       path,
		commercial: commercial,
		number:     s.journal.number(),
		ip:         ip,
		base:       "http://" + r.Host,
	}
}

func (c *call) event(e Event) Event {
	e.Request, e.Call = c.number, c.name
	if c.acc != nil {
		e.Account = c.acc.Handle
	}

	return e
}

// take reads the request to its end and finds endpoint, application and account. What it refuses is
// answered by process, after the faults.
func (c *call) take(w http.ResponseWriter, r *http.Request) error {
	bad := c.read(w, r)
	ep, ok := endpoints(c.commercial)[c.name]
	if !ok || (!strings.HasSuffix(c.path, ".json") && !ep.bare) {
		return fail(10020)
	}
	c.ep = ep
	if (r.Method == http.MethodPost) != ep.post && !ep.both {
		return fail(10021)
	}
	if bad != nil {
		return bad
	}
	if ep.open {
		return nil
	}

	return c.sign(r)
}

func (c *call) read(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = r.ParseMultipartForm(maxBody)
	}
	c.form = r.Form
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return fail(10018)
	}
	if err != nil {
		return fail(10012)
	}

	return c.readPicture(r)
}

func (c *call) readPicture(r *http.Request) error {
	if r.MultipartForm == nil {
		return nil
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	files := r.MultipartForm.File["pic"]
	if len(files) == 0 {
		return nil
	}
	f, err := files[0].Open()
	if err != nil {
		return fail(10012)
	}
	defer f.Close()
	if c.pic, err = io.ReadAll(f); err != nil {
		return fail(10012)
	}

	return nil
}

// sign finds who calls: the token in the query, the form or the header "Authorization: OAuth2 …".
func (c *call) sign(r *http.Request) error {
	text := c.form.Get("access_token")
	if h, ok := strings.CutPrefix(r.Header.Get("Authorization"), "OAuth2 "); ok && text == "" {
		text = h
	}
	if text == "" {
		return fail(10006)
	}
	token, err := c.s.oauth.check(text, c.s.clock.now())
	if token != nil {
		c.token, c.acc = token, c.s.find(strconv.FormatInt(token.UID, 10))
		c.app, _ = c.s.app(token.App)
	}
	if err == nil && c.acc == nil {
		return fail(10013)
	}

	return err
}

// process does what the call asks, unless a fault comes before.
func (s *Server) process(c *call, refused error, p plan) answer {
	c.now = s.clock.now()
	if p.before != nil {
		// what is cut, dripped or broken must be something
		return p.before.answer(c, errorAnswer(fail(10001), c.name, c.path))
	}
	value, err := c.run(refused)
	var a answer
	if err != nil {
		a = errorAnswer(err, c.name, c.path)
	} else {
		a = jsonAnswer(http.StatusOK, value)
	}
	if p.after != nil && (err == nil || p.after.Kind != FaultError) {
		a = p.after.answer(c, a)
	}

	return a
}

func (c *call) run(refused error) (any, error) {
	if refused != nil {
		return nil, refused
	}
	if !c.ep.free {
		if err := c.s.admit(c); err != nil {
			return nil, err
		}
	}
	if !c.ep.open {
		if err := c.app.allow(c.ep.permit, c.commercial); err != nil {
			return nil, err
		}
	}

	return c.ep.fn(c)
}

// answer is what goes back, or how the connection ends instead.
type answer struct {
	status   int
	kind     string // content type
	body     []byte
	location string
	code     int
	cut      bool
	partial  bool
	drip     time.Duration
}

func jsonAnswer(status int, v any) answer {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return answer{status: http.StatusInternalServerError, kind: "text/plain", body: []byte(err.Error())}
	}

	return answer{
		status: status,
		kind:   "application/json;charset=UTF-8",
		body:   bytes.TrimRight(b.Bytes(), "\n"),
	}
}

// reply writes the answer and closes the story of the request in the log.
func (s *Server) reply(w http.ResponseWriter, c *call, a answer, p plan) {
	s.journal.add(c.event(Event{
		At: s.clock.now(), Step: Answered, Post: c.made, Status: a.status, Code: a.code,
		Fault: p.names,
	}))
	if a.cut {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Date", s.clock.now().UTC().Format(http.TimeFormat))
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	s.write(w, a)
}

func (s *Server) write(w http.ResponseWriter, a answer) {
	switch {
	case a.partial:
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case a.drip > 0:
		for i := range a.body {
			if _, err := w.Write(a.body[i : i+1]); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			if !s.clock.wait(a.drip, s.stop) {
				return
			}
		}
	default:
		_, _ = w.Write(a.body)
	}
}
