package dispatch

import (
	"context"
	"errors"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
)

// Stop ends in an order that loses nothing: no new marks; what was marked is called; what was prepared
// goes back to waiting; calls and records are waited for, and writers hear of what is out; the lock is
// freed last. When ctx or the grace
// ends first, what is left is found by the others.
func (e *Engine) Stop(ctx context.Context) (err error) {
	defer fault.Step(&err, "dispatch.Stop")

	if e.soft == nil {
		return nil // never started
	}
	ctx, cancel := context.WithTimeout(ctx, e.set.Grace)
	defer cancel()
	e.ending.Store(true)
	e.softStop()
	e.loops.Wait() // a mark under way ends with its statement, and its calls begin
	e.desk.close()
	err = errors.Join(e.recall(ctx, []string{e.self.id}), e.returnAll(ctx))
	if !until(ctx, e.calls.Wait) || !until(ctx, e.work.Wait) {
		e.log.Warn("shutdown: the grace is over; what is open will be looked up by others")
	}
	err = errors.Join(err, e.tellOut(ctx))
	e.hardStop()
	e.lockEnd()
	<-e.lockDone

	return err
}

// returnAll gives what this process had prepared back to waiting, where another takes it at once.
func (e *Engine) returnAll(ctx context.Context) error {
	_, err := delivery.Move{
		From:  []delivery.State{delivery.Preparing},
		To:    delivery.Waiting,
		Code:  delivery.GivenBack,
		Where: "d.owner = @me::text::uuid",
		Set:   "owner = NULL",
		Args:  args{"me": e.self.id},
	}.Run(ctx, e.db.Pool(), e.clk.Now())

	return err
}

// until runs f and waits for its end, at most until ctx ends.
func until(ctx context.Context, f func()) bool {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()

	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
