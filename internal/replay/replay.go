// Package replay remembers the answers to writes that carry a key of the caller's, so that the same
// request sent twice is done once. It does not know what a request does and never runs one.
package replay

import (
	"context"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Kept is how long an answer is remembered, from the beginning of its request.
const Kept = 24 * time.Hour

// UnderWay is how long a request without an answer is taken to be running. Later its process is gone,
// and nobody knows whether the request was done.
const UnderWay = 2 * time.Minute

// MaxKey is the longest key in bytes.
const MaxKey = 200

// Request is a write as it is recognised again: user, route and key name it, Hash tells whether it is
// the same.
type Request struct {
	UserID     int64
	Route, Key string
	Hash       []byte // of address and body
}

// Answer is what was answered. Header holds the few headers that belong to it.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Service keeps requests and answers. It is safe for concurrent use, in several processes too.
type Service struct {
	db  *pg.DB
	now func() time.Time
}

// New makes the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// Begin claims the key. A nil answer means: it is yours, do it, then End, Forget or Lose. Otherwise it
// was done before and the answer is given back. Fails with fault.Conflict of code "in_progress" while
// the same request runs, of code "outcome_unknown" when it ended without an answer, and with
// fault.Invalid of code "key_reused" for another request.
func (s *Service) Begin(ctx context.Context, request Request) (_ *Answer, err error) {
	defer fault.Step(&err, "replay.Begin")

	if !validKey(request.Key) {
		return nil, fault.Invalid("Idempotency-Key", "Idempotency-Key 要用 1 到 {.n} 个可见的英文字符", "n", MaxKey).
			WithCode("key_invalid")
	}
	now := s.now()
	claimed, err := claim(ctx, s.db, request, now, now.Add(-Kept))
	if claimed || err != nil {
		return nil, err
	}

	old, err := find(ctx, s.db, request)
	switch {
	case pg.IsNotFound(err): // forgotten since: as good as under way for this moment
		return nil, errInProgress
	case err != nil:
		return nil, err
	case string(old.hash) != string(request.Hash):
		return nil, errReused
	case old.answer != nil:
		return old.answer, nil
	case old.lost:
		return nil, errUnknown
	case now.Sub(old.begunAt) < UnderWay:
		return nil, errInProgress
	}

	return nil, errUnknown
}

var (
	errInProgress = fault.Conflict("同一请求正在处理，请稍后用同一个键再取结果").WithCode("in_progress")
	errReused     = fault.Invalid("Idempotency-Key", "这个键已用于另一个请求，请换一个键").WithCode("key_reused")
	errUnknown    = fault.Conflict("同一请求上次没有得到答复，不知道是否已执行；请先查看现状，需要时换一个键再发").WithCode("outcome_unknown")
)

// End keeps the answer.
func (s *Service) End(ctx context.Context, request Request, answer Answer) (err error) {
	defer fault.Step(&err, "replay.End")

	return end(ctx, s.db, request, answer, s.now())
}

// Lose says that the request ended without an answer, by a failure of ours after something was
// committed: whoever asks again is told at once that nobody knows how far it came.
func (s *Service) Lose(ctx context.Context, request Request) (err error) {
	defer fault.Step(&err, "replay.Lose")

	return lose(ctx, s.db, request, s.now())
}

// Forget gives the key back: the request was refused, or failed, before anything was committed, and may
// be sent again.
func (s *Service) Forget(ctx context.Context, request Request) (err error) {
	defer fault.Step(&err, "replay.Forget")

	return forget(ctx, s.db, request)
}

// Sweep deletes what is older than Kept and tells how many there were.
func (s *Service) Sweep(ctx context.Context) (_ int64, err error) {
	defer fault.Step(&err, "replay.Sweep")

	return sweep(ctx, s.db, s.now().Add(-Kept))
}

func validKey(key string) bool {
	for _, c := range []byte(key) {
		if c < '!' || c > '~' {
			return false
		}
	}

	return key != "" && len(key) <= MaxKey
}
