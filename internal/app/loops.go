package app

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// loop is small work of this process that must be done again and again and is harmless when several
// processes do it.
type loop struct {
	name  string
	every time.Duration
	do    func(context.Context) error
}

// loops runs them until stop.
type loops struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

func (l *loops) start(log *slog.Logger, all ...loop) {
	ctx, cancel := context.WithCancel(context.Background())

	l.cancel = cancel
	for _, one := range all {
		l.wait.Go(func() { one.run(ctx, log) })
	}
}

func (l *loops) stop() {
	if l.cancel != nil {
		l.cancel()
	}
	l.wait.Wait()
}

func (o loop) run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(o.every)
	defer tick.Stop()

	for {
		if err := o.do(ctx); err != nil && ctx.Err() == nil {
			log.Warn("loop failed, will try again", "loop", o.name, "error", err)
		}

		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
