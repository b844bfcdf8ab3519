package public

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// shelf is a cache with a clock in hand.
type shelf struct {
	*testing.T
	*cache
	at    time.Time
	built atomic.Int64
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{T: t, at: time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)}
	s.cache = newCache(func() time.Time { return s.at })

	return s
}

func (s *shelf) ask(key, body string) string {
	s.Helper()

	found, err := s.get(s.Context(), key, func(context.Context) (*answer, error) {
		s.built.Add(1)

		return newAnswer(http.StatusOK, "text/plain", []byte(body)), nil
	})
	if err != nil {
		s.Fatal(err)
	}

	return string(found.body)
}

// TestAnAnswerIsMadeOnce until it is old or something changed.
func TestAnAnswerIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t)

	for _, step := range []struct {
		what  string
		do    func()
		key   string
		body  string
		want  string
		built int64
	}{
		{
			what:  "the first time",
			do:    func() {},
			key:   "a",
			body:  "one",
			want:  "one",
			built: 1,
		},
		{
			what:  "again",
			do:    func() {},
			key:   "a",
			body:  "two",
			want:  "one",
			built: 1,
		},
		{
			what:  "another key",
			do:    func() {},
			key:   "b",
			body:  "three",
			want:  "three",
			built: 2,
		},
		{
			what:  "just before it is old",
			do:    func() { s.at = s.at.Add(keepFor - time.Second) },
			key:   "a",
			body:  "four",
			want:  "one",
			built: 2,
		},
		{
			what:  "when it is old",
			do:    func() { s.at = s.at.Add(time.Second) },
			key:   "a",
			body:  "five",
			want:  "five",
			built: 3,
		},
		{
			what:  "after a change",
			do:    s.clear,
			key:   "a",
			body:  "six",
			want:  "six",
			built: 4,
		},
	} {
		step.do()
		if got := s.ask(step.key, step.body); got != step.want || s.built.Load() != step.built {
			t.Errorf(
				"%s: %q after %d, want %q after %d",
				step.what,
				got,
				s.built.Load(),
				step.want,
				step.built,
			)
		}
	}
}

// TestManyWaitForOne: a page that many ask for at once is made by one of them.
func TestManyWaitForOne(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	begun, release := make(chan struct{}), make(chan struct{})
	var asking sync.WaitGroup

	asking.Go(func() {
		_, _ = s.get(t.Context(), "a", func(context.Context) (*answer, error) {
			s.built.Add(1)
			close(begun)
			<-release

			return newAnswer(http.StatusOK, "text/plain", []byte("one")), nil
		})
	})
	<-begun

	for range 50 {
		asking.Go(func() {
			if got := s.ask("a", "another"); got != "one" {
				t.Errorf("got %q", got)
			}
		})
	}
	close(release)
	asking.Wait()
	if n := s.built.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

// TestWhatWasBegunBeforeAChangeIsNotKept: it may show what was withdrawn meanwhile.
func TestWhatWasBegunBeforeAChangeIsNotKept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)

	_, err := s.get(t.Context(), "a", func(context.Context) (*answer, error) {
		s.clear()

		return newAnswer(http.StatusOK, "text/plain", []byte("old")), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.ask("a", "new"); got != "new" {
		t.Errorf("kept %q", got)
	}
}

// TestFailuresAreNotKept, nor is a panic waited for.
func TestFailuresAreNotKept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	broken := errors.New("broken")

	if _, err := s.get(t.Context(), "a", func(context.Context) (*answer, error) {
		return nil, broken
	}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if got := s.ask("a", "whole"); got != "whole" {
		t.Errorf("got %q", got)
	}

	func() {
		defer func() { _ = recover() }()
		_, _ = s.get(t.Context(), "b", func(context.Context) (*answer, error) { panic("b") })
	}()
	if got := s.ask("b", "whole"); got != "whole" {
		t.Errorf("after a panic: %q", got)
	}
}

// TestWhatIsMissingIsNotKept: made-up addresses would push out the pages that are there.
func TestWhatIsMissingIsNotKept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)

	for i := range 10 {
		_, err := s.get(t.Context(), fmt.Sprint(i), func(context.Context) (*answer, error) {
			return newAnswer(http.StatusNotFound, "text/plain", []byte("nothing")), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(s.kept) != 0 || len(s.under) != 0 {
		t.Errorf("%d kept, %d under way", len(s.kept), len(s.under))
	}
}

// TestTheCacheIsBounded in answers and in bytes.
func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	s := newShelf(t)

	for i := range mostKept + 100 {
		s.ask(fmt.Sprint("small ", i), "x")
	}
	if n := len(s.kept); n > mostKept {
		t.Errorf("%d answers", n)
	}

	large := string(make([]byte, 4<<20))
	for i := range 40 {
		s.ask(fmt.Sprint("large ", i), large)
	}
	sum := 0

	for _, k := range s.kept {
		sum += len(k.body) + len(k.packed)
	}
	if sum > mostBytes || sum != s.bytes {
		t.Errorf("%d bytes, counted as %d", sum, s.bytes)
	}
}
