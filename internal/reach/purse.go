package reach

import (
	"context"
	"sync"
)

// maxBlock is how many calls of an address's hour are taken out of the budget at once, at the most.
const maxBlock = 64

// purse holds calls this process has taken out of the shared budget and not made yet. All readings of
// an address count on one row; taking calls one by one makes them queue for it. A block is at first one
// call and then twice as many as the one before, so that a small matrix sets nothing aside. What is
// left of a block when its window ends, or its process, is forgotten: never too many calls, at most 64
// too few.
type purse struct {
	mu     sync.Mutex
	blocks map[string]*block // by scope
}

// block is what is in hand of one counter.
type block struct {
	window window
	left   int
	size   int // of the last block
}

// spend takes one call; false when the window is used up.
func (p *purse) spend(ctx context.Context, q querier, w window) (bool, error) {
	if !w.shared {
		return take(ctx, q, w, 1)
	}
	p.mu.Lock() // also while a block is taken: the others would only ask for the same
	defer p.mu.Unlock()
	block := p.block(w)
	if block.left == 0 {
		if err := block.refill(ctx, q); err != nil || block.left == 0 {
			return false, err
		}
	}
	block.left--

	return true, nil
}

func (p *purse) block(w window) *block {
	b := p.blocks[w.scope]
	if b == nil || !b.window.start.Equal(w.start) {
		b = &block{window: w}
		if p.blocks == nil {
			p.blocks = map[string]*block{}
		}
		p.blocks[w.scope] = b
	}

	return b
}

// refill takes the next block, or the largest smaller one that is still there.
func (b *block) refill(ctx context.Context, q querier) error {
	for n := min(max(1, 2*b.size), maxBlock); n > 0; n /= 2 {
		ok, err := take(ctx, q, b.window, n)
		if err != nil {
			return err
		}
		if ok {
			b.left, b.size = n, n
			return nil
		}
	}
	b.size = 0

	return nil
}

// empty forgets what is in hand of a window the platform has closed.
func (p *purse) empty(w window) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.block(w).left = 0
}

// inHand is how many calls counted as used were not made yet by this process.
func (p *purse) inHand(w window) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.block(w).left
}
