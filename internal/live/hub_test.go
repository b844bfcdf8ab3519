package live

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"juzhen/internal/fault"
)

// line is a connection in the hand of a test.
type line struct {
	says   chan string
	broken chan error
	pings  chan struct{}
}

func newLine() *line {
	return &line{says: make(chan string), broken: make(chan error, 1), pings: make(chan struct{}, 100)}
}

func (l *line) Wait(ctx context.Context) (string, error) {
	select {
	case s := <-l.says:
		return s, nil
	case err := <-l.broken:
		return "", err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func (l *line) Ping(context.Context) error {
	l.pings <- struct{}{}
	return nil
}

func (l *line) Close() error { return nil }

// hearing is a running hub over the lines it is given, one after the other.
func hearing(t *testing.T, options Options, lines ...*line) *Hub {
	t.Helper()
	options.Log, options.Again = slog.New(slog.DiscardHandler), time.Millisecond

	next := make(chan *line, len(lines))
	for _, l := range lines {
		next <- l
	}
	hub := New(func(ctx context.Context) (Listener, error) {
		select {
		case l := <-next:
			return l, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}, options)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); hub.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })

	return hub
}

func subscribe(t *testing.T, hub *Hub, owner int64, name string) *Subscription {
	t.Helper()
	subscription, err := hub.Subscribe(owner, 0, func(mark Mark) bool { return mark.Name == name })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(subscription.Close)

	return subscription
}

func TestANoticeWakesThoseWhoWantItAndNobodyElse(t *testing.T) {
	t.Parallel()
	line := newLine()
	hub := hearing(t, Options{}, line)

	first, second := subscribe(t, hub, 1, "post/1"), subscribe(t, hub, 2, "post/2")
	for _, c := range []struct {
		says          string
		first, second bool
		much          bool
	}{
		{"post/1 /1/", true, false, false},
		{"post/3 /1/\npost/2 /1/4/", false, true, false},
		{"post/1 ", true, false, false},
		{"*", true, true, true},
		{"what is this", false, false, false}, // a name and a path that nobody wants
		{"unreadable", true, true, true},
		{"", true, true, true},
	} {
		line.says <- c.says
		line.says <- "nothing /" // the notice before it has been handed on once this one is taken

		for subscription, want := range map[*Subscription]bool{first: c.first, second: c.second} {
			select {
			case wake := <-subscription.Woken:
				if !want || wake.Much != c.much {
					t.Errorf("%q: woken with %+v, want %v, much %v", c.says, wake, want, c.much)
				}
			default:
				if want {
					t.Errorf("%q: not woken", c.says)
				}
			}
		}
	}
}

// A page is made before its stream is open. What changes in between is told as soon as it is.
func TestAStreamHearsWhatChangedSinceItsPageWasMade(t *testing.T) {
	t.Parallel()

	says := func(n int, last string) (out []string) {
		for range n {
			out = append(out, "post/9 /1/")
		}

		return append(out, last)
	}

	for _, c := range []struct {
		what       string
		heard      []string
		ago        time.Duration
		wake, much bool
	}{
		{"what it wants", says(0, "post/1 /1/"), Memory, true, false},
		{"what it does not want", says(0, "post/2 /1/"), Memory, false, false},
		{"everything", says(0, "*"), Memory, true, true},
		{"a page that asks for nothing before", says(0, "post/1 /1/"), 0, false, false},
		{"a page made after it", says(0, "post/1 /1/"), time.Nanosecond, false, false},
		{"more than is remembered: it may have been among it", says(mostPast, "post/2 /1/"), Memory, true, true},
	} {
		line := newLine()
		hub := hearing(t, Options{}, line)
		began := time.Now().Add(-Memory) // the process listened long before
		line.says <- "nothing /"
		hub.mu.Lock()
		hub.past, hub.whole = nil, began
		hub.mu.Unlock()

		for _, says := range c.heard {
			line.says <- says
		}
		line.says <- "nothing /" // the one before has been handed on once this one is taken

		ago := min(c.ago, time.Since(began)-time.Millisecond)
		subscription, err := hub.Subscribe(1, ago, func(mark Mark) bool { return mark.Name == "post/1" })
		if err != nil {
			t.Fatal(err)
		}

		select {
		case wake := <-subscription.Woken:
			if !c.wake || wake.Much != c.much {
				t.Errorf("%s: woken with %+v, want %v, much %v", c.what, wake, c.wake, c.much)
			}
		default:
			if c.wake {
				t.Errorf("%s: not woken", c.what)
			}
		}
		if len(hub.past) > mostPast {
			t.Errorf("%s: %d notices are kept", c.what, len(hub.past))
		}
		subscription.Close()
	}
}

func TestAPageOlderThanTheListeningLooksAgain(t *testing.T) {
	t.Parallel()
	line := newLine()
	hub := hearing(t, Options{}, line)
	line.says <- "nothing /"
	line.says <- "nothing /"

	subscription, err := hub.Subscribe(1, 2*Memory, func(Mark) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	defer subscription.Close()

	select {
	case <-subscription.Woken:
	default:
		t.Error("what changed before this process listened was taken as nothing")
	}
}

func TestManyNoticesInARowAreOneAndNoReaderHoldsTheHubUp(t *testing.T) {
	t.Parallel()
	line := newLine()
	hub := hearing(t, Options{}, line)
	subscription := subscribe(t, hub, 1, "post/1")

	for range 1000 {
		line.says <- "post/1 /1/"
	}
	line.says <- "*"
	line.says <- "post/1 /1/"
	if wake := <-subscription.Woken; !wake.Much {
		t.Error("that much changed was lost among the many")
	}

	select {
	case wake := <-subscription.Woken:
		t.Errorf("woken once more: %+v", wake)
	default:
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	hub := New(nil, Options{Most: 3, PerOwner: 2})
	one := subscribe(t, hub, 1, "a")
	subscribe(t, hub, 1, "a")
	if _, err := hub.Subscribe(1, 0, nil); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("third stream of a session: %v", err)
	}
	subscribe(t, hub, 2, "a")
	if _, err := hub.Subscribe(3, 0, nil); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("fourth stream: %v", err)
	}
	one.Close()
	one.Close()
	subscribe(t, hub, 1, "a")
	if hub.Open() != 3 {
		t.Errorf("%d streams, want 3", hub.Open())
	}
}

func TestAConnectionThatBreaksIsOpenedAgainAndEverybodyLooks(t *testing.T) {
	t.Parallel()
	first, second := newLine(), newLine()
	hub := hearing(t, Options{}, first, second)
	subscription := subscribe(t, hub, 1, "post/1")
	first.broken <- errors.New("gone")
	if wake := <-subscription.Woken; !wake.Much {
		t.Error("what was missed is everything")
	}
	second.says <- "post/1 /1/"
	<-subscription.Woken
}

func TestAQuietConnectionIsTried(t *testing.T) {
	t.Parallel()
	line := newLine()
	hearing(t, Options{Quiet: time.Millisecond}, line)
	<-line.pings
	<-line.pings
}

func TestTheEndOfTheProcessEndsAllStreams(t *testing.T) {
	t.Parallel()
	hub := New(nil, Options{})
	subscription := subscribe(t, hub, 1, "a")
	hub.Close()
	hub.Close()
	<-subscription.Ended
	<-subscribe(t, hub, 2, "a").Ended
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "*", "post/1 /1/", "a b\nc d", "\n", " x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		marks, much := parse(s)
		if len(marks) == 0 && !much {
			t.Errorf("%q is lost", s)
		}
		if much && marks != nil {
			t.Errorf("%q: both", s)
		}
	})
}
