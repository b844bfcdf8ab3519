package sandbox

import (
	"sync"
	"time"
)

// Steps of a request in the log.
const (
	Received = "received" // the head of the request is here
	Accepted = "accepted" // a post exists from this instant
	Answered = "answered" // the answer was written, whole or not
	Gone     = "gone"     // the client left before the answer; the work goes on
)

// Event is one line of the log: append-only, the judge of tests. At is the sandbox's clock, Wall the
// machine's.
type Event struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Wall    time.Time `json:"wall"`
	Request int64     `json:"request"` // lines of one request share it; 0 for what the control API did
	Step    string    `json:"step"`
	Call    string    `json:"call"`
	Account string    `json:"account,omitempty"`
	Post    int64     `json:"post,omitempty"`
	Status  int       `json:"status,omitempty"`
	Code    int       `json:"code,omitempty"`
	Fault   string    `json:"fault,omitempty"` // kind of the fault that struck
}

type counter struct{ account, call string }

// journal keeps the events and counts calls.
type journal struct {
	mu     sync.Mutex
	events []Event
	calls  map[counter]int
	next   int64
}

func (j *journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events, j.calls, j.next = nil, nil, 0
}

func (j *journal) add(event Event) {
	if event.Wall.IsZero() {
		event.Wall = time.Now()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	event.Seq = int64(len(j.events)) + 1
	j.events = append(j.events, event)
	if event.Step != Received {
		return
	}
	if j.calls == nil {
		j.calls = map[counter]int{}
	}
	j.calls[counter{event.Account, event.Call}]++
}

func (j *journal) size() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.events)
}

// number gives a request its own.
func (j *journal) number() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.next++

	return j.next
}

// Log returns the events after the given sequence number, oldest first; 0 for all.
func (s *Server) Log(after int64) []Event {
	journal := &s.journal
	journal.mu.Lock()
	defer journal.mu.Unlock()
	after = min(max(after, 0), int64(len(journal.events)))

	return append([]Event(nil), journal.events[after:]...)
}

// Calls counts the requests of an account to a call; an empty handle or call counts all of them.
func (s *Server) Calls(handle, call string) int {
	n := 0

	for _, counter := range s.Counters() {
		if (handle == "" || counter.Account == handle) && (call == "" || counter.Call == call) {
			n += counter.Requests
		}
	}

	return n
}

// Counter is how often an account used a call. Account is empty where the request carried no token that
// we know.
type Counter struct {
	Account  string `json:"account"`
	Call     string `json:"call"`
	Requests int    `json:"requests"`
}

// Counters lists the requests per account and call, in no particular order.
func (s *Server) Counters() []Counter {
	journal := &s.journal
	journal.mu.Lock()
	defer journal.mu.Unlock()

	list := make([]Counter, 0, len(journal.calls))
	for counter, n := range journal.calls {
		list = append(list, Counter{Account: counter.account, Call: counter.call, Requests: n})
	}

	return list
}
