package check

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/i18n"
	"juzhen/internal/link"
	"juzhen/internal/outward"
	"juzhen/internal/proofread"
)

// links is what is known of the links of some wordings, and where they may lead.
type links struct {
	places  map[string][]proofread.Place // by text
	known   map[string]link.Link         // by normal address
	allowed link.Allowed
	now     time.Time
}

// linksOf reads what is known of the links of all wordings; without links it asks nothing.
func (s *Service) linksOf(ctx context.Context, all []wording, units []int64) (found links, err error) {
	found = links{places: map[string][]proofread.Place{}, now: s.now()}
	var texts []string

	for _, w := range all {
		if _, seen := found.places[w.text]; seen {
			continue
		}
		if places := proofread.Links(w.text); len(places) > 0 {
			found.places[w.text] = places
			texts = append(texts, w.text)
		}
	}
	if len(texts) == 0 {
		return found, nil
	}
	if found.known, err = s.links.Known(ctx, link.In(texts...)); err != nil {
		return found, err
	}
	found.allowed, err = s.links.Allowed(ctx, units)

	return found, err
}

// in gives what is wrong with the links of one wording, of which so much was found already: that an address
// is one of an internal network is not said twice.
func (l links) in(w wording, already []Finding) (found []Finding) {
	for _, place := range l.places[w.text] {
		at := Finding{Start: place.Start, End: place.End, Found: place.Found}

		if host, refused := l.allowed.Refuses(place.Address, w.units); refused {
			f := at
			f.Rule, f.Text, f.Args = LinkDomain, i18n.N("{.host} 不在允许的链接域名里"), []any{"host", host}
			found = append(found, f)
		}
		normal, ok := link.Normal(place.Address)
		known := l.known[normal]
		text, args := known.Said(l.now)
		if !ok || text == "" || known.Why == outward.Private && misspelt(place, already) {
			continue
		}
		f := at
		f.Rule, f.Text, f.Args = LinkState, text, args
		found = append(found, f)
	}

	return found
}

// misspelt tells whether an address is one that nobody can open as it is written.
func misspelt(place proofread.Place, found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool {
		return f.Rule == Rule(proofread.Link) && f.Start == place.Start
	})
}
