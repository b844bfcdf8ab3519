package template

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// Link is one post of a chain of warnings.
type Link struct {
	ID         int64
	PostID     int64
	Phase      post.Phase
	Kind       Kind
	Supersedes int64 // the post that it changes or lifts; 0: it begins the chain
	Colour     string
	From       time.Time
	Until      time.Time // its expiry; zero of a lifting
	UsedBy     string
	UsedAt     time.Time
}

// ColourName is the colour as it is read, 橙色; "" of a lifting.
func (l Link) ColourName() string {
	if l.Colour == "" {
		return ""
	}

	return l.Colour + "色"
}

// Chain is a warning with its changes and its lifting, the first first.
type Chain struct {
	UnitName string
	Links    []Link
}

// last is the link that holds.
func (c Chain) last() Link { return c.Links[len(c.Links)-1] }

// Lifted tells whether a lifting was written.
func (c Chain) Lifted() bool { return c.last().Kind == Lift }

// ExpiredAt tells whether the chain has run out at an instant without being lifted.
func (c Chain) ExpiredAt(now time.Time) bool { return !c.Lifted() && !c.last().Until.After(now) }

// chainsWithin is how far back chains are shown.
const chainsWithin = 60 * 24 * time.Hour

// Chains are the warnings of the units that the actor sees, begun within sixty days, the newest first.
func (s *Service) Chains(ctx context.Context, actor access.Actor) (_ []Chain, err error) {
	defer fault.Step(&err, "template.Chains")

	rows, err := listWarnings(ctx, s.db.Gorm(ctx), actor, s.now().Add(-chainsWithin))
	if err != nil {
		return nil, err
	}

	return chainsOf(rows), nil
}

// chainsOf puts uses, the oldest first, into their chains, the newest chain first. One whose beginning is
// not among them begins a chain.
func chainsOf(rows []warningRow) []Chain {
	var chains []*Chain
	in := map[int64]*Chain{}   // by use
	posts := map[int64]int64{} // by use

	for _, row := range rows {
		chain := in[row.Supersedes]
		if chain == nil {
			chain = &Chain{UnitName: row.UnitName}
			chains = append(chains, chain)
		}
		in[row.ID], posts[row.ID] = chain, row.PostID
		chain.Links = append(chain.Links, row.link(posts[row.Supersedes]))
	}

	out := make([]Chain, len(chains))

	for i, chain := range chains {
		out[len(chains)-1-i] = *chain
	}

	return out
}

func (r warningRow) link(supersedes int64) Link {
	var filled Values
	_ = json.Unmarshal([]byte(r.FilledText), &filled)
	read := reader{values: filled, on: r.UsedAt}
	link := Link{
		ID:         r.ID,
		PostID:     r.PostID,
		Phase:      r.Phase,
		Kind:       r.Kind,
		Supersedes: supersedes,
		Colour:     strings.TrimSuffix(strings.TrimSpace(filled["colour"]), "色"),
		From:       read.time("from"),
		UsedBy:     r.UsedBy,
		UsedAt:     r.UsedAt,
	}
	if r.Kind != Lift {
		link.Until = read.time("until")
	}

	return link
}
