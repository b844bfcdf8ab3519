package delivery

import (
	"encoding/json"
	"maps"
	"time"

	"juzhen/internal/glyph"
	"juzhen/internal/weibo"
)

// Sighting is a post of the account that a look found and could not tell from the one it looked for.
// The event of the look keeps it, so that a person decides on what was seen then, even if it is gone or
// changed since.
type Sighting struct {
	ID       string    `json:"id"` // the platform's
	At       time.Time `json:"at"`
	Source   string    `json:"source"` // the application it says it came from
	Pictures int       `json:"pictures"`
	Text     string    `json:"text"`
}

// maxSightings and maxSightText bound what one event keeps; text is in visible signs, as long as a long
// post of the platform.
const (
	maxSightings = 10
	maxSightText = 5000
)

// sightings are the posts a look considered, cut to what an event may keep.
func sightings(posts []weibo.Post) []Sighting {
	var out []Sighting
	for _, post := range posts[:min(len(posts), maxSightings)] {
		out = append(out, Sighting{
			ID:       post.ID,
			At:       post.CreatedAt.UTC(),
			Source:   post.Source,
			Pictures: post.Pics,
			Text:     glyph.Cut(post.Text, maxSightText),
		})
	}

	return out
}

// seenArg is the name under which an event keeps its sightings.
const seenArg = "seen"

// dueFromArg and dueToArg are the times between which a step moved a delivery, whyArg is what the
// person gave as the reason.
const (
	dueFromArg = "due_from"
	dueToArg   = "due_to"
	whyArg     = "why"
	askedArg   = "asked"
)

// eventArgs is what the event of a change of d keeps: the parameters of its text, what was seen, and
// both times of a new plan.
func (c Change) eventArgs(delivery Delivery) Args {
	out := maps.Clone(orEmpty(c.Args))
	if len(c.Sightings) > 0 {
		out[seenArg] = c.Sightings
	}
	if c.DueAt != nil && delivery.DueAt != nil {
		out[dueFromArg], out[dueToArg] = delivery.DueAt.UTC(), c.DueAt.UTC()
	}

	return out
}

// params are the arguments that belong to the text of a step.
func (a Args) params() Args {
	out := maps.Clone(a)
	for _, name := range []string{seenArg, dueFromArg, dueToArg, whyArg, askedArg} {
		delete(out, name)
	}

	return out
}

// Sightings are the posts between which this look could not decide; none on other steps.
func (e Event) Sightings() []Sighting {
	raw, err := json.Marshal(e.Args[seenArg])
	if err != nil {
		return nil
	}
	var out []Sighting
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}

	return out
}

// SightingURL is where the platform shows the post that was seen; "" while the account's id is not known.
func (d Delivery) SightingURL(sighting Sighting) string {
	d.RemoteURL, d.RemoteID = nil, &sighting.ID
	return d.URL()
}
