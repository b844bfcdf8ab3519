package audit

import (
	"context"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// batch is how many entries are linked in one transaction: small enough to end within some tens of
// milliseconds.
const batch = 500

// Service reads, links and verifies the trail. It is safe for concurrent use, in several processes too.
type Service struct {
	db  *pg.DB
	now func() time.Time

	acts    []Act
	nameSQL string // of the subject of an entry; Naming

	subjects []Subject
}

// New makes the service. acts are what every feature records, joined: the names under which the trail
// is read.
func New(db *pg.DB, now func() time.Time, acts ...Act) *Service {
	return &Service{db: db, now: now, acts: acts, nameSQL: "NULL"}
}

// Sequence links every committed entry that is not yet in the chain and gives their number. While
// another process does it, it returns at once with 0.
//
// Entries are linked in the order in which they become visible, and by id among those that are visible
// together. An id is drawn before its transaction commits, so a lower id may appear after a higher one
// has been linked; it is then linked behind it, never squeezed in before it. The chain's order is
// therefore that of seq, and nothing waits for the slowest transaction of the server, as it would if
// ids had to follow each other.
func (s *Service) Sequence(ctx context.Context) (_ int, err error) {
	defer fault.Step(&err, "audit.Sequence")

	total := 0

	for {
		n := 0
		err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
			n, err = s.sequenceBatch(ctx, tx)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

func (s *Service) sequenceBatch(ctx context.Context, tx pg.Tx) (int, error) {
	mine, err := lockHead(ctx, tx)
	if err != nil || !mine {
		return 0, err
	}

	return s.linkBatch(ctx, tx)
}

// linkBatch links up to a batch of entries behind the head, which the caller holds, and vouches for
// each link whose entry somebody vouched for. An entry that came into the table otherwise is linked
// too, so that it stays seen, but never vouched for.
func (s *Service) linkBatch(ctx context.Context, tx pg.Tx) (int, error) {
	seq, prev, err := head(ctx, tx.DB)
	if err != nil {
		return 0, err
	}
	if err := s.closeDay(ctx, tx, seq, prev); err != nil {
		return 0, err
	}
	entries, err := unchained(ctx, tx.DB, batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}

	entries = chain(seq, prev, entries)
	for i, e := range entries {
		if tx.Signer == nil || (voucher{
			e.KeyID, e.MAC,
		}).check(tx.Signer, useEntry, entryData(e.ID, e.Body)) != "" {
			continue
		}
		if entries[i].linked, err = vouch(tx.Signer, useLink, e.Hash); err != nil {
			return 0, err
		}
	}
	if err := link(ctx, tx, entries); err != nil {
		return 0, err
	}

	return len(entries), nil
}

// closeDay keeps the head of the chain as the root of yesterday, the first time it comes by after
// midnight. A day without any act since the last root gets none.
func (s *Service) closeDay(ctx context.Context, tx pg.Tx, seq int64, hash []byte) error {
	now := s.now()
	yesterday := now.In(beijing.Zone).AddDate(0, 0, -1).Format(time.DateOnly)
	if err := insertDay(ctx, tx.DB, yesterday, seq, hash, now); err != nil {
		return fmt.Errorf("close day %s of the audit trail: %w", yesterday, err)
	}

	return nil
}

// Filter narrows a list. Zero fields do not filter. After is the cursor of the page before.
type Filter struct {
	From, To time.Time // From included, To not
	ActorID  int64
	Actor    string // part of the name
	Action   string
	Subject  string // "post/41", or "post" for all posts
	UnitPath string // this unit and all below it
	After    string
	Limit    int // 50 when zero
}

// List gives the entries of the subtrees where the actor may read the trail, newest first. A broken cursor is
// fault.Invalid; nobody without the permission sees a row.
func (s *Service) List(ctx context.Context, actor access.Actor, filter Filter) (_ pg.Page[Row], err error) {
	defer fault.Step(&err, "audit.List")

	if filter.Limit <= 0 || filter.Limit > 1000 {
		filter.Limit = 50
	}
	rows, err := listEntries(ctx, s.db.Gorm(ctx), actor, filter, s.nameSQL)
	if err != nil {
		return pg.Page[Row]{}, err
	}

	return pg.Cut(rows, filter.Limit, func(row Row) pg.Cursor {
		return pg.Cursor{
			At: row.At, ID: row.ID,
		}
	}), nil
}
