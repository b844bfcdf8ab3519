package dispatch

import (
	"context"
	"os"

	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// tellClock puts before the administrators of the whole bureau that this machine's clock is wrong,
// which stops its sending, and closes the matter once it is right. The clock is the machine's, so the
// matter is one per machine and any of its processes may close it.
func (e *Engine) tellClock(ctx context.Context) error {
	offset, known := e.clk.Offset()
	wrong := e.clk.Wrong()
	if !known || !e.stats.tellsClock(wrong) {
		return nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	err = e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		key := "clock/" + host
		if !wrong {
			return todo.ResolveTx(ctx, tx, e.clk.Now(), key, 0)
		}
		root, err := org.RootPathTx(ctx, tx)
		if err != nil || root == "/" {
			return err // nothing is set up yet
		}

		return todo.RaiseTx(ctx, tx, e.clk.Now(), todo.Item{
			Matter:   todoEngineClock,
			Key:      key,
			UnitPath: root,
			Args:     map[string]any{"host": host, "s": int64(offset.Abs().Seconds() + 0.5)},
		})
	})
	if err == nil {
		e.stats.toldClock(wrong)
	}

	return err
}

// tellsClock tells whether what people know of the clock is not what is so.
func (s *stats) tellsClock(wrong bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clockWrong == nil || *s.clockWrong != wrong
}

func (s *stats) toldClock(wrong bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clockWrong = &wrong
}
