package dispatch

import (
	"context"
	"os"

	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// became notes that something became of a delivery, so that whoever waits for a reply hears of it.
func (e *Engine) became(kind post.Kind) {
	if kind == post.Reply {
		poke(e.replied)
	}
}

// replyTeller tells who answers citizens what became of replies. A failure is told with the next one, or by
// the round of who is told.
func (e *Engine) replyTeller(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.replied:
		}
		if e.o.Replied == nil {
			continue
		}
		if err := e.o.Replied(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("what became of replies could not be told", "error", err)
		}
		e.step("told replies")
	}
}

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
	err = e.tellAll(ctx, wrong, todo.Item{
		Matter: todoEngineClock,
		Key:    "clock/" + host,
		Args:   map[string]any{"host": host, "s": int64(offset.Abs().Seconds() + 0.5)},
	})
	if err == nil {
		e.stats.toldClock(wrong)
	}

	return err
}

// tellCheck puts before them that wordings went out that were not looked through once more, and closes the
// matter with the first that are. The lists are everybody's, so the matter is one for all processes.
func (e *Engine) tellCheck(ctx context.Context, failed bool) error {
	if !e.stats.tellsCheck(failed) {
		return nil
	}
	err := e.tellAll(ctx, failed, todo.Item{Matter: todoEngineCheck, Key: "engine/check"})
	if err == nil {
		e.stats.toldCheck(failed)
	}

	return err
}

// tellAll raises a matter of the whole installation, or closes it.
func (e *Engine) tellAll(ctx context.Context, open bool, item todo.Item) error {
	return e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if !open {
			return todo.ResolveTx(ctx, tx, e.clk.Now(), item.Key, 0)
		}
		root, err := org.RootPathTx(ctx, tx)
		if err != nil || root == "/" {
			return err // nothing is set up yet
		}
		item.UnitPath = root

		return todo.RaiseTx(ctx, tx, e.clk.Now(), item)
	})
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

// tellsCheck tells the same of the check before sending.
func (s *stats) tellsCheck(failed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checkFailed == nil || *s.checkFailed != failed
}

func (s *stats) toldCheck(failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checkFailed = &failed
}
