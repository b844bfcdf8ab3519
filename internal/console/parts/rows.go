package parts

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
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

// DeliveryRow is one delivery in a list.
type DeliveryRow struct {
	delivery.Delivery
	Title  string
	Reason string // in the reader's language
}

// Fact is what became of the post later, when that matters.
func (r DeliveryRow) Fact() delivery.Live { return FactOf(r.Delivery) }

// FactOf is empty while the post is up as it was approved.
func FactOf(d delivery.Delivery) delivery.Live {
	if d.Live == nil || *d.Live == delivery.LiveUp {
		return ""
	}

	return *d.Live
}

// WithTitles adds the beginning of what goes out and the reason to deliveries.
func WithTitles(
	ctx context.Context,
	deliveries *delivery.Service,
	actor access.Actor,
	base page.Base,
	list []delivery.Delivery,
) ([]DeliveryRow, error) {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	words, err := deliveries.Words(ctx, actor, ids)
	if err != nil {
		return nil, err
	}

	out := make([]DeliveryRow, len(list))
	for i, d := range list {
		out[i] = DeliveryRow{Delivery: d}
		if text, may := words[d.ID]; may {
			out[i].Title = TitleOf(base, text)
		}
		if text, args := d.ReasonText(); text != "" && tells(d) {
			out[i].Reason = base.T(text, args...)
		}
	}

	return out, nil
}

// tells whether the reason says more than the word of the state.
func tells(d delivery.Delivery) bool {
	plain := []delivery.Reason{
		delivery.WasPlanned, delivery.WasApproved, delivery.WasPaused, delivery.WasCancelled,
		delivery.WasClaimed, delivery.Prepared,
	}

	return d.State != delivery.Sent && !slices.Contains(plain, d.Reason)
}

// TitleOf is what a post is called: how its text begins.
func TitleOf(base page.Base, text string) string {
	if t := post.Title(text); t != "" {
		return t
	}

	return base.T("转发微博")
}

// Soon is what a form for another time begins with.
func Soon(now time.Time) time.Time { return now.Add(time.Hour).Truncate(10 * time.Minute) }

// Stamp is an instant as a sentence names it.
func Stamp(base page.Base, at *time.Time) string {
	if at == nil {
		return "—"
	}

	return page.StampOf(base.P, *at, base.Now).Text
}
