package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Kinds of fault.
const (
	FaultDelay    = "delay"    // nothing but Delay
	FaultCut      = "cut"      // the connection is closed without an answer
	FaultPartial  = "partial"  // half of the answer, then closed
	FaultStatus   = "status"   // an HTML page with Status (default 502)
	FaultError    = "error"    // a well-formed refusal with Code
	FaultBroken   = "broken"   // 200 with JSON that ends in the middle
	FaultEmpty    = "empty"    // 200 without a body
	FaultRedirect = "redirect" // Status (default 302) to another path
	FaultDrip     = "drip"     // the answer byte by byte, Delay between two
	FaultHidden   = "hidden"   // the post stays invisible for Hide, the answer is normal
	// 20053 without an id; the post stays hidden for Hide (default the server's review time)
	FaultReview  = "review"
	FaultSlow    = "slow"      // 20032 likewise
	FaultExpired = "expired"   // 21327
	FaultRevoked = "revoked"   // 21316
	FaultLimit   = "limit"     // Code (default 10023), usually with Until
	Before       = "before"    // the harm comes before the call is carried out
	After        = "after"     // the call is carried out, then the harm comes
	PostCalls    = "@publish"  // as Fault.Call: every call that publishes
	noAccount    = "\x00never" // a fault's account that does not exist
)

// Fault is harm done to matching requests.
type Fault struct {
	ID      int    `json:"id"`
	Account string `json:"account,omitempty"` // handle or uid; empty: every request
	Call    string `json:"call,omitempty"`    // e.g. statuses/update/biz, PostCalls; empty: every call
	Kind    string `json:"kind"`
	// Before or After; default After for broken, empty, partial, drip, else Before
	When  string    `json:"when,omitempty"`
	Skip  int       `json:"skip,omitempty"`  // so many matching requests pass first
	Times int       `json:"times,omitempty"` // strikes so often; 0: until cleared
	Until time.Time `json:"until,omitzero"`  // on the sandbox's clock; zero: no end
	// on the sandbox's clock, before anything else (drip: between two bytes)
	Delay  time.Duration `json:"-"`
	Hide   time.Duration `json:"-"`
	Status int           `json:"status,omitempty"`
	Code   int           `json:"code,omitempty"`
	Struck int           `json:"struck"` // how often it has
}

// faultJSON carries the durations as text ("1.5s").
type faultJSON struct {
	plainFault
	Delay string `json:"delay,omitempty"`
	Hide  string `json:"hide,omitempty"`
}

type plainFault Fault

// MarshalJSON writes durations as Go writes them.
func (f Fault) MarshalJSON() ([]byte, error) {
	j := faultJSON{plainFault: plainFault(f)}
	if f.Delay > 0 {
		j.Delay = f.Delay.String()
	}
	if f.Hide > 0 {
		j.Hide = f.Hide.String()
	}

	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Fault) UnmarshalJSON(b []byte) error {
	var j faultJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*f = Fault(j.plainFault)
	var err error
	if f.Delay, err = parseDuration(j.Delay); err != nil {
		return err
	}
	f.Hide, err = parseDuration(j.Hide)

	return err
}

func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}

	return time.ParseDuration(text)
}

// settle checks a fault and fills in what its kind implies.
func (f *Fault) settle(review time.Duration) error {
	late := false

	switch f.Kind {
	case FaultDelay, FaultCut, FaultHidden:
	case FaultBroken, FaultEmpty, FaultPartial, FaultDrip:
		late = true
	case FaultStatus:
		f.Status = or(f.Status, http.StatusBadGateway)
	case FaultRedirect:
		f.Status = or(f.Status, http.StatusFound)
	case FaultError:
		if f.Code == 0 {
			return fmt.Errorf("fault %s: a code is needed", f.Kind)
		}
	case FaultReview, FaultSlow:
		f.Code = map[string]int{FaultReview: 20053, FaultSlow: 20032}[f.Kind]
		f.Hide, late = or(f.Hide, review), true
		f.Kind = FaultError
	case FaultExpired, FaultRevoked, FaultLimit:
		f.Code = or(f.Code, map[string]int{
			FaultExpired: 21327, FaultRevoked: 21316, FaultLimit: 10023,
		}[f.Kind])
		f.Kind = FaultError
	default:
		return fmt.Errorf("fault %q: no such kind", f.Kind)
	}
	if f.When == "" {
		f.When = Before
		if late {
			f.When = After
		}
	}
	if f.When != Before && f.When != After {
		return fmt.Errorf("fault %s: when is before or after", f.Kind)
	}

	return nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}

	return v
}

// faultStore keeps the faults in force; count lets the ordinary request pass without a lock.
type faultStore struct {
	count atomic.Int32
	mu    sync.Mutex
	next  int
	list  []*Fault
}

// Fault puts a fault in force and returns its id. It panics on a fault that makes no sense: that is a
// mistake in a test.
func (s *Server) Fault(fault Fault) int {
	id, err := s.addFault(fault)
	if err != nil {
		panic("sandbox: " + err.Error())
	}

	return id
}

func (s *Server) addFault(fault Fault) (int, error) {
	if fault.Account != "" {
		account := s.find(fault.Account)
		if account == nil {
			return 0, fmt.Errorf("fault: no account %s", fault.Account)
		}
		fault.Account = account.Handle
	}
	if err := fault.settle(time.Duration(s.review.Load())); err != nil {
		return 0, err
	}
	st := &s.faults
	st.mu.Lock()
	defer st.mu.Unlock()
	st.next++
	fault.ID, fault.Struck = st.next, 0
	st.list = append(st.list, &fault)
	st.count.Store(int32(len(st.list)))

	return fault.ID, nil
}

// Faults lists the faults in force and the spent ones, oldest first.
func (s *Server) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()

	list := make([]Fault, len(s.faults.list))
	for i, fault := range s.faults.list {
		list[i] = *fault
	}

	return list
}

// ClearFaults takes the named faults away, or all of them when none is named.
func (s *Server) ClearFaults(ids ...int) {
	if len(ids) == 0 {
		s.faults.clear()
		return
	}
	st := &s.faults
	st.mu.Lock()
	defer st.mu.Unlock()
	var kept []*Fault

	for _, fault := range st.list {
		if !contains(ids, fault.ID) {
			kept = append(kept, fault)
		}
	}
	st.list = kept
	st.count.Store(int32(len(kept)))
}

func contains(ids []int, id int) bool {
	for _, n := range ids {
		if n == id {
			return true
		}
	}

	return false
}

func (st *faultStore) clear() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.list = nil
	st.count.Store(0)
}

// plan is what the faults do to one request. Delays add up; the first fault that spoils the answer
// decides it.
type plan struct {
	delay, hide   time.Duration
	before, after *Fault
	names         string
}

func (st *faultStore) take(c *call, now time.Time) plan {
	var p plan
	if st.count.Load() == 0 {
		return p
	}
	st.mu.Lock()
	defer st.mu.Unlock()

	for _, fault := range st.list {
		if fault.matches(c, now) && fault.strikes() {
			p.add(*fault)
		}
	}

	return p
}

func (f *Fault) matches(c *call, now time.Time) bool {
	handle := noAccount
	if c.acc != nil {
		handle = c.acc.Handle
	}

	switch {
	case f.Account != "" && f.Account != handle:
		return false
	case !f.Until.IsZero() && !now.Before(f.Until):
		return false
	case f.Call == PostCalls:
		return c.ep.writes
	}

	return f.Call == "" || f.Call == c.name
}

func (f *Fault) strikes() bool {
	if f.Skip > 0 {
		f.Skip--
		return false
	}
	if f.Times > 0 && f.Struck >= f.Times {
		return false
	}
	f.Struck++

	return true
}

func (p *plan) add(fault Fault) {
	p.names = strings.TrimPrefix(p.names+","+fault.Kind, ",")
	p.hide = max(p.hide, fault.Hide)
	if fault.Kind != FaultDrip {
		p.delay += fault.Delay
	}

	switch {
	case fault.Kind == FaultDelay || fault.Kind == FaultHidden:
	case fault.When == Before && p.before == nil:
		p.before = &fault
	case fault.When == After && p.after == nil:
		p.after = &fault
	}
}

// answer spoils the answer a; a is empty when the call was not carried out.
func (f *Fault) answer(c *call, a answer) answer {
	switch f.Kind {
	case FaultCut:
		a.cut = true
	case FaultPartial:
		a.partial = true
	case FaultStatus:
		a = answer{
			status: f.Status,
			kind:   "text/html",
			body: []byte(
				"<html><head><title>" + http.StatusText(f.Status) + "</title></head><body></body></html>",
			),
		}
	case FaultError:
		a = errorAnswer(spelled(f.Code, c.name), c.name, c.path)
	case FaultBroken:
		a.status, a.kind, a.body = http.StatusOK, "application/json;charset=UTF-8", a.body[:len(a.body)*2/3]
		if len(a.body) == 0 {
			a.body = []byte(`{"created_at":"Tue`)
		}
	case FaultEmpty:
		a = answer{status: http.StatusOK, kind: "application/json;charset=UTF-8"}
	case FaultRedirect:
		a = answer{status: f.Status, location: "/elsewhere"}
	case FaultDrip:
		a.drip = max(f.Delay, time.Millisecond)
		a.status, a.kind = or(a.status, http.StatusOK), or(a.kind, "application/json")
	}

	return a
}

// spelled fills the place in texts that name a parameter or a call.
func spelled(code int, call string) *apiError {
	if strings.Contains(wireText(code), "%s") {
		return failf(code, call)
	}

	return fail(code)
}
