package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
)

// Pass looks through many texts with the lists and levels as they were when the first text of each group of
// units was looked at: a thousand posts of one bureau ask for them once. It is for one short piece of work of
// one goroutine, and is thrown away with it.
type Pass struct {
	service *Service
	asked   map[string]inForce // by units
}

// inForce is what holds for some units.
type inForce struct {
	levels levels
	lists  lexicon.Lists
}

// Pass begins a piece of work.
func (s *Service) Pass() *Pass { return &Pass{service: s, asked: map[string]inForce{}} }

// Forbidden finds the words of a text that must not be sent, by the lists in force for units at an instant,
// those that two people excepted among them. home is the unit of the post. The rules that read the text alone
// forbid nothing by themselves.
func (p *Pass) Forbidden(
	ctx context.Context,
	home int64,
	units []int64,
	text string,
	at time.Time,
) (blocks []Finding, err error) {
	defer fault.Step(&err, "check.Forbidden")

	units = append(slices.Clone(units), home)
	slices.Sort(units)
	units = slices.Compact(units)

	holds, err := p.inForce(ctx, units)
	if err != nil {
		return nil, err
	}

	w := wording{text: text, home: []int64{home}, units: units}
	found, err := p.service.wordsIn(ctx, holds.lists, w, holds.levels, at)

	for _, f := range found {
		if f.Level == lexicon.Block {
			blocks = append(blocks, f)
		}
	}

	return blocks, err
}

func (p *Pass) inForce(ctx context.Context, units []int64) (holds inForce, err error) {
	key := fmt.Sprint(units)
	if holds, ok := p.asked[key]; ok {
		return holds, nil
	}

	if holds.levels, err = levelsFor(ctx, p.service.db.Pool(), units); err != nil {
		return holds, err
	}

	if holds.lists, err = p.service.lists.InForce(ctx, units); err != nil {
		return holds, err
	}

	p.asked[key] = holds

	return holds, nil
}
