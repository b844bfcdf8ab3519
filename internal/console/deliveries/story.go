package deliveries

import (
	"time"

	"juzhen/internal/delivery"
)

// sighted is what a look found and could not decide between.
type sighted struct {
	At    time.Time
	Posts []sightedPost
}

type sightedPost struct {
	delivery.Sighting
	Href string
}

func sightedIn(d delivery.Delivery, event delivery.Event) *sighted {
	s := sighted{At: event.At}
	for _, post := range event.Sightings() {
		s.Posts = append(s.Posts, sightedPost{post, d.SightingURL(post)})
	}
	if len(s.Posts) == 0 {
		return nil
	}

	return &s
}
