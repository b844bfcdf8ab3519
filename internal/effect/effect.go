// Package effect tells whether anything of a request will outlive it: a committed change, or a byte
// that Weibo was sent. Who did such a thing says so by the context it was done under; who watches
// learns of it also after a panic.
//
// It is the one thing a context carries here, because it has to come along where nobody hands it on:
// through every use case, GORM and pgx. It decides nothing about what is done.
package effect

import (
	"context"
	"sync/atomic"
)

// Watch counts the effects of a request. It is safe for concurrent use, and a nil one counts nothing.
type Watch struct{ n atomic.Int64 }

type key struct{}

// Watched gives a context under which effects are counted.
func Watched(ctx context.Context) (context.Context, *Watch) {
	watch := new(Watch)
	return context.WithValue(ctx, key{}, watch), watch
}

// Of is who watches ctx; nil when nobody does.
func Of(ctx context.Context) *Watch {
	watch, _ := ctx.Value(key{}).(*Watch)
	return watch
}

// Begin counts an effect that is about to happen. From here on it is taken for done, whatever becomes
// of the answer.
func (w *Watch) Begin() {
	if w != nil {
		w.n.Add(1)
	}
}

// Refused takes one back: it is known that it did not happen.
func (w *Watch) Refused() {
	if w != nil {
		w.n.Add(-1)
	}
}

// Any tells whether something happened, or may have.
func (w *Watch) Any() bool { return w != nil && w.n.Load() > 0 }
