package identity

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"

	"juzhen/internal/fault"
)

// params cost about 20 ms and 19 MiB per password (OWASP's second choice for argon2id).
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashPatience is how long a sign-in waits for its turn to hash.
const hashPatience = 10 * time.Second

// hasher hashes passwords, a bounded number at once: a rush of sign-ins must take neither all memory
// nor all processors from the sending of posts.
type hasher struct {
	turns    chan struct{} // one per hash under way
	queue    chan struct{} // one per hash under way or waiting
	patience time.Duration
	decoy    string // of nobody: compared for unknown names, so that they take as long
}

// newHasher lets parallel hashes run at once; 0 means one for two processors, so that what is due finds
// one that is free.
func newHasher(parallel int) (*hasher, error) {
	if parallel <= 0 {
		parallel = max(1, runtime.GOMAXPROCS(0)/2)
	}
	decoy, err := argon2id.CreateHash("decoy", params)
	if err != nil {
		return nil, fmt.Errorf("prepare hashing: %w", err)
	}

	return &hasher{
		turns:    make(chan struct{}, parallel),
		queue:    make(chan struct{}, parallel*64),
		patience: hashPatience,
		decoy:    decoy,
	}, nil
}

var errBusy = fault.Unavailable("登录的人太多，请过几秒再试").After(hashPatience)

// turn waits for the right to hash. Fails with fault.Unavailable when too many wait already or the wait
// is too long.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, errBusy
	}
	timer := time.NewTimer(h.patience)
	defer timer.Stop()

	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns; <-h.queue }, nil
	case <-timer.C:
		err = errBusy
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	<-h.queue

	return nil, err
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	text, err := argon2id.CreateHash(password, params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}

	return text, nil
}

// check compares a password with a hash; an empty hash is that of an unknown user, costs the same and
// never matches. stale tells that the hash was made with other parameters and should be made anew.
func (h *hasher) check(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	done, err := h.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	against := hash
	if hash == "" {
		against = h.decoy
	}
	match, used, err := argon2id.CheckHash(password, against)
	if err != nil {
		return false, false, fmt.Errorf("check password: %w", err)
	}

	return match && hash != "", *used != *params, nil
}
