package identity

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Options of the service. Only Keys must be given.
type Options struct {
	Keys         [][]byte      // master keys, newest first
	Idle         time.Duration // a browser session ends after that long without a request; default 30 minutes
	Absolute     time.Duration // any session ends then; default 12 hours
	HashParallel int           // passwords hashed at once; default one per processor
	Moved        org.Watch     // what the move of a unit means for others
}

// Service is the use cases around people. It is safe for concurrent use, in several processes too.
type Service struct {
	db       *pg.DB
	now      func() time.Time
	idle     time.Duration
	absolute time.Duration
	hasher   *hasher
	signer   *signer
	buckets  bucketer
	moved    org.Watch
}

// New makes the service. It fails without a usable key.
func New(db *pg.DB, now func() time.Time, options Options) (*Service, error) {
	hasher, err := newHasher(options.HashParallel)
	if err != nil {
		return nil, err
	}
	sig, err := newSigner(options.Keys)
	if err != nil {
		return nil, err
	}
	buckets, err := newBucketer(options.Keys[0])
	if err != nil {
		return nil, err
	}
	service := &Service{
		db:       db,
		buckets:  buckets,
		now:      now,
		idle:     options.Idle,
		absolute: options.Absolute,
		hasher:   hasher,
		signer:   sig,
		moved:    options.Moved,
	}
	if service.idle <= 0 {
		service.idle = 30 * time.Minute
	}
	if service.absolute <= 0 {
		service.absolute = 12 * time.Hour
	}

	return service, nil
}

// record writes an act on a user into the trail, at the unit where it belongs.
func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	action audit.Act,
	user int64,
	unitPath, why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   action,
		Subject:  fmt.Sprintf("user/%d", user),
		UnitPath: unitPath,
		Why:      why,
		Detail:   detail,
	})
}

// recordDeed is record for what was asked by one person and confirmed by another.
func (s *Service) recordDeed(
	ctx context.Context,
	tx pg.Tx,
	d deed,
	action audit.Act,
	user int64,
	unitPath string,
	detail map[string]any,
) error {
	if d.change != 0 {
		all := map[string]any{"change": d.change, "asked_by": d.asker.Name}
		maps.Copy(all, detail)
		detail = all
	}

	return s.record(ctx, tx, d.actor, action, user, unitPath, "", detail)
}

// network is what failures are counted by: the address, for IPv6 the /64, which one subscriber has whole.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil || a.Unmap().Is4() {
		return ip
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ip
	}

	return p.String()
}

// Sweep forgets failed tries of long ago and ends what was asked and not confirmed in time. Run it now
// and then.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "identity.Sweep")

	return errors.Join(s.forgetOld(ctx), s.expire(ctx))
}
