package parts

import (
	"context"

	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/web/page"
)

// PostRow is a post in a list, with the state that follows from its deliveries.
type PostRow struct {
	post.Row
	State   delivery.PostState
	Passage page.Passage // where the words of the search stand
}

// WithStates adds to each row what became of it: one grouped statement for the page.
func WithStates(ctx context.Context, deliveries *delivery.Service, rows []post.Row) ([]PostRow, error) {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	states, err := deliveries.PostStates(ctx, ids)
	if err != nil {
		return nil, err
	}

	out := make([]PostRow, len(rows))
	for i, row := range rows {
		out[i] = PostRow{Row: row, State: states[row.ID]}
	}

	return out, nil
}

// ShowPassages gives each row the place in which the words of the search stand.
func ShowPassages(rows []PostRow, words string) {
	for i, row := range rows {
		rows[i].Passage = page.PassageOf(row.FoundIn, words)
	}
}
