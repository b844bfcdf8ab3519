package link

import (
	"context"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/outward"
	"juzhen/internal/pg"
	"juzhen/internal/proofread"
)

// Prober looks whether an address answers, within bounds, as outward.Client does.
type Prober interface {
	Probe(ctx context.Context, address string) (outward.Seen, error)
}

// Options are what the service is told by those above it.
type Options struct {
	// Safe are the domains of the application itself, which every list holds.
	Safe []string
	// Waiting is a table in SQL of the posts that may still go out: id, and touched, when somebody last wrote
	// on it, null once it is submitted. Empty: there are none, and no link is looked at again.
	Waiting string
}

// Service keeps what is known of links, and the lists of domains. It is safe for concurrent use.
type Service struct {
	db      *pg.DB
	outside Prober
	options Options
	clock   func() time.Time
}

// New makes the service. Only its jobs go to the outside.
func New(db *pg.DB, outside Prober, options Options, now func() time.Time) *Service {
	if options.Waiting == "" {
		options.Waiting = "(SELECT 0::bigint AS id, NULL::timestamptz AS touched WHERE false)"
	}

	return &Service{db: db, outside: outside, options: options, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// mostOfPost is how many addresses of one post are looked at.
const mostOfPost = 50

// In gives the addresses of texts in their normal form, each once, in order; at most fifty.
func In(texts ...string) (addresses []string) {
	for _, text := range texts {
		for _, place := range proofread.Links(text) {
			normal, ok := Normal(place.Address)
			if !ok || slices.Contains(addresses, normal) {
				continue
			}
			if addresses = append(addresses, normal); len(addresses) == mostOfPost {
				return addresses
			}
		}
	}

	return addresses
}

// WantTx notes which addresses stand in the texts of a post that was saved, and leaves a job for each of
// which nothing is known, or nothing new enough. It waits for no look.
func WantTx(ctx context.Context, tx pg.Tx, now time.Time, postID int64, texts ...string) (err error) {
	defer fault.Step(&err, "link.WantTx %d", postID)

	due, err := want(ctx, tx, now, postID, In(texts...))
	if err != nil {
		return err
	}

	return insertLooks(ctx, tx, due)
}

// lookApart is how long an address that was looked at is left alone, whoever asks.
const lookApart = time.Minute

// AgainTx leaves a job for each address in the texts of a post, however new what is known of it, but for
// those that were looked at within the last minute. asked is how many it leaves, of how many links. It
// checks no right.
func AgainTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	postID int64,
	texts ...string,
) (asked, of int, err error) {
	defer fault.Step(&err, "link.AgainTx %d", postID)

	addresses := In(texts...)
	if _, err := want(ctx, tx, now, postID, addresses); err != nil {
		return 0, 0, err
	}
	due, err := hasten(ctx, tx, now, addresses)
	if err != nil {
		return 0, 0, err
	}

	return len(due), len(addresses), insertLooks(ctx, tx, due)
}

// Known gives what is known of addresses in their normal form, by address; what nobody asked about yet is
// not among it.
func (s *Service) Known(ctx context.Context, addresses []string) (_ map[string]Link, err error) {
	defer fault.Step(&err, "link.Known")

	if len(addresses) == 0 {
		return nil, nil
	}

	return known(ctx, s.db.Pool(), addresses)
}

// OfTexts gives the links of a post's texts in the order in which they stand, with what is known of each. It
// checks no right: the post was found before.
func (s *Service) OfTexts(ctx context.Context, texts ...string) (links []Link, err error) {
	defer fault.Step(&err, "link.OfTexts")

	addresses := In(texts...)
	found, err := s.Known(ctx, addresses)
	if err != nil {
		return nil, err
	}

	for _, address := range addresses {
		one, ok := found[address]
		if !ok {
			one = Link{Address: address, State: Unseen}
		}
		links = append(links, one)
	}

	return links, nil
}

// Allowed gives the domains that units allow, by the lists of theirs and of those above them.
func (s *Service) Allowed(ctx context.Context, units []int64) (_ Allowed, err error) {
	defer fault.Step(&err, "link.Allowed")

	lists, err := listsFor(ctx, s.db.Pool(), units)

	return Allowed{units: lists, always: s.options.Safe}, err
}

// Domains gives the domains of a unit. Fails with fault.NotFound when the actor does not see it.
func (s *Service) Domains(ctx context.Context, actor access.Actor, unitID int64) (_ Domains, err error) {
	defer fault.Step(&err, "link.Domains %d", unitID)

	var list Domains
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.LexiconView, unitID)
		if err != nil {
			return err
		}
		list, err = s.domainsTx(ctx, tx, unit)

		return err
	})

	return list, err
}

func (s *Service) domainsTx(ctx context.Context, tx pg.Tx, unit org.Unit) (Domains, error) {
	list, err := domainsOf(ctx, tx, unit.ID)
	list.UnitID, list.UnitName, list.UnitPath = unit.ID, unit.Name, unit.Path
	list.Always = s.options.Safe

	return list, err
}

// SetDomains sets the domains of a unit; none takes its list away. Fails with fault.Invalid at "domains" that
// names the bad lines, with fault.NotFound and fault.Forbidden at the unit, with fault.Conflict when somebody
// changed them meanwhile.
func (s *Service) SetDomains(
	ctx context.Context,
	actor access.Actor,
	wanted NewDomains,
) (list Domains, err error) {
	defer fault.Step(&err, "link.SetDomains %d", wanted.UnitID)

	hosts, err := readDomains(wanted.Text)
	if err != nil {
		return Domains{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.LexiconView, wanted.UnitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.LexiconManage, unit.Path); err != nil {
			return err
		}
		before, err := s.domainsTx(ctx, tx, unit)
		if err != nil {
			return err
		}
		if before.Version == wanted.Version && slices.Equal(before.Hosts, hosts) {
			list = before
			return nil
		}
		if err := putDomains(ctx, tx, unit.ID, hosts, wanted.Version, actor.UserID, s.now()); err != nil {
			return err
		}
		if list, err = s.domainsTx(ctx, tx, unit); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   actDomains,
			Subject:  fmt.Sprintf("unit/%d", unit.ID),
			UnitPath: unit.Path,
			Detail: map[string]any{
				"added":   missing(hosts, before.Hosts),
				"removed": missing(before.Hosts, hosts),
				"domains": len(hosts),
			},
		})
	})

	return list, err
}

// missing are those of all that are not in some.
func missing(all, some []string) []string {
	out := []string{}

	for _, host := range all {
		if !slices.Contains(some, host) {
			out = append(out, host)
		}
	}

	return out
}

// Look looks at one address, if it is due still, and keeps what was found. A look that finds nothing is no
// failure.
func (s *Service) Look(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "link.Look %d", id)

	one, ok, err := dueLink(ctx, s.db.Pool(), id, s.now())
	if err != nil || !ok {
		return err
	}
	found, err := s.Probe(ctx, one)
	if err != nil {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error { return keep(ctx, tx, found) })
}

// Probe looks at an address now and gives what becomes of what was known of it; it keeps nothing. A look that
// finds nothing is no failure.
func (s *Service) Probe(ctx context.Context, one Link) (_ Link, err error) {
	defer fault.Step(&err, "link.Probe")

	seen, failed := s.outside.Probe(ctx, one.Address)
	if ctx.Err() != nil {
		return one, ctx.Err() // we were stopped: nothing was learnt about the address
	}

	return one.judged(seen, failed, s.now()), nil
}

// PlanLooks leaves a job for each address that is due and stands in a post that may still go out, and forgets
// those that nobody needs any more.
func (s *Service) PlanLooks(ctx context.Context) (err error) {
	defer fault.Step(&err, "link.PlanLooks")

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		if err := forget(ctx, tx, s.options.Waiting, now); err != nil {
			return err
		}
		ids, err := dueLinks(ctx, tx, s.options.Waiting, now)
		if err != nil {
			return err
		}

		return insertLooks(ctx, tx, ids)
	})
}
