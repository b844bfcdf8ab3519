package identity

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Failed sign-ins are counted by name and address, and by address. Counts rest in at most pairBuckets +
// addressBuckets rows, and one for each place where somebody signed in lately: nobody fills the disk by
// trying names, and what strangers try in the shared rows does not slow a person at his or her usual
// place. Buckets are chosen by a keyed hash, so that nobody can aim at the row of another.
const (
	pairBuckets    = 1 << 16
	addressBuckets = 1 << 14
)

// bucketer places what is counted.
type bucketer struct{ key []byte }

func newBucketer(master []byte) (bucketer, error) {
	key, err := hkdf.Key(sha256.New, master, nil, "juzhen failed sign-ins 1", 32)
	if err != nil {
		return bucketer{}, fmt.Errorf("derive key of counts: %w", err)
	}

	return bucketer{key}, nil
}

func (b bucketer) number(n uint64, parts ...string) string {
	mac := hmac.New(sha256.New, b.key)
	for _, p := range parts {
		_ = binary.Write(mac, binary.BigEndian, uint32(len(p))) // a hash takes everything
		_, _ = mac.Write([]byte(p))
	}

	return strconv.FormatUint(binary.BigEndian.Uint64(mac.Sum(nil))%n, 36)
}

// address is the bucket of an address.
func (b bucketer) address(ip string) string {
	return "address/" + b.number(addressBuckets, network(ip))
}

// pair is the bucket of a name at an address: its own where the name is known there.
func (b bucketer) pair(name, ip string, known bool) string {
	if known {
		return "known/" + name + "/" + network(ip)
	}

	return "pair/" + b.number(pairBuckets, name, network(ip))
}

// claimTry counts the try as a failure before it is made, so that many at once cannot slip through, and
// refuses it when the name must wait. A success clears the count.
func (s *Service) claimTry(ctx context.Context, name, ip string) error {
	var wait time.Duration
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		known, err := knownAt(ctx, tx.DB, name, ip, now.Add(-wideKnownFor))
		if err != nil {
			return err
		}

		pair := s.buckets.pair(name, ip, known)
		failures, err := lockFailures(ctx, tx.DB, pair, now)
		if err != nil {
			return err
		}
		wait = failures.wait(now)
		if wait == 0 && !known {
			if wait, err = s.wideWait(ctx, tx, ip); err != nil {
				return err
			}
		}
		if wait > 0 {
			return s.countRefusal(ctx, tx, name, ip, 0, 1)
		}

		return saveFailures(ctx, tx.DB, pair, failures.next(now))
	})
	if err == nil && wait > 0 {
		return fault.TooMany("失败次数过多，请 {.n} 秒后再试", "n", int(wait/time.Second)+1).After(wait)
	}

	return err
}

// wideWait slows an address from which very many names fail. A person who signed in from there lately
// is not slowed by what others do.
func (s *Service) wideWait(ctx context.Context, tx pg.Tx, ip string) (time.Duration, error) {
	now := s.now()
	failures, err := readFailures(ctx, tx.DB, s.buckets.address(ip))
	if err != nil || failures.level(now) < wideLimit {
		return 0, err
	}

	return time.Duration(failures.level(now)-wideLimit+1) * wideLeak, nil
}

// refuse counts a failed try, for the user of the name and for the address, and gives the answer. It
// leaves no row of its own.
func (s *Service) refuse(ctx context.Context, a attempt, answer error) error {
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		address := s.buckets.address(a.ip)
		f, err := lockFailures(ctx, tx.DB, address, now)
		if err != nil {
			return err
		}
		if err := saveFailures(ctx, tx.DB, address, failures{f.level(now) + 1, now}); err != nil {
			return err
		}

		return s.countRefusal(ctx, tx, a.name, a.ip, 1, 0)
	})
	if err != nil {
		return err
	}

	return answer
}

// forgetTries clears what was counted against a name at an address: the right password was given.
func (s *Service) forgetTries(ctx context.Context, db *gorm.DB, name, ip string) error {
	return clearFailures(ctx, db, s.buckets.pair(name, ip, true), s.buckets.pair(name, ip, false))
}

// refusalsKept is how long counts of refused sign-ins are kept, in days.
const refusalsKept = 90

func (s *Service) countRefusal(ctx context.Context, tx pg.Tx, name, ip string, wrong, waiting int) error {
	return addRefusal(ctx, tx.DB, name, cut(ip, 64), wrong, waiting, s.now())
}

// Refusals are the refused sign-ins of one user, or of all names that do not exist, on one day.
type Refusals struct {
	Day         time.Time // midnight UTC of the day in Asia/Shanghai
	UserID      int64     // 0: names that do not exist
	Username    string
	DisplayName string
	UnitName    string
	Wrong       int // wrong passwords
	Waiting     int // sent away unheard, to wait
	LastAt      time.Time
	LastIP      string
}

// refusalsListed bounds the list.
const refusalsListed = 200

// Refusals gives the refused sign-ins since an instant for users of the actor's units, latest day
// first; names that do not exist are for whoever watches over the whole tree.
func (s *Service) Refusals(
	ctx context.Context,
	actor access.Actor,
	since time.Time,
) (_ []Refusals, err error) {
	defer fault.Step(&err, "identity.Refusals")

	return listRefusals(ctx, s.db.Gorm(ctx), actor, since)
}

// forgetOld drops counts that count no more.
func (s *Service) forgetOld(ctx context.Context) error {
	now := s.now()
	if err := forgetFailures(ctx, s.db.Gorm(ctx), now.Add(-forgetAfter)); err != nil {
		return err
	}

	return forgetRefusals(ctx, s.db.Gorm(ctx), now.AddDate(0, 0, -refusalsKept))
}
