package audit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// What is vouched for, each under a key of its own.
const (
	useEntry   = "audit entry 1"
	useLink    = "audit link 1"
	useClosing = "audit closing 1"
)

// entryData is what an entry's MAC covers: its number too, so that a copy under another number is no entry.
func entryData(id int64, body []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(id)), body...)
}

// voucher is a key's word for some data; without a key it is empty.
type voucher struct {
	KeyID string
	MAC   []byte
}

func vouch(signer pg.Signer, use string, data []byte) (voucher, error) {
	if signer == nil {
		return voucher{}, nil
	}
	id, mac, err := signer.MAC(use, data)

	return voucher{id, mac}, err
}

// check gives the code of what is wrong with the voucher; empty when it holds.
func (v voucher) check(signer pg.Signer, use string, data []byte) string {
	if len(v.MAC) == 0 {
		return BrokenMAC
	}

	switch err := signer.CheckMAC(use, v.KeyID, data, v.MAC); {
	case errors.Is(err, seal.ErrKey):
		return BrokenKey
	case err != nil:
		return BrokenMAC
	}

	return ""
}

// Closing vouches for the whole chain up to LastSeq as it stood at MadeAt.
type Closing struct {
	LastSeq int64
	Hash    []byte
	MadeAt  time.Time
	KeyID   string
	MAC     []byte `gorm:"column:mac"`
}

func (c Closing) data() []byte {
	data := binary.BigEndian.AppendUint64(nil, uint64(c.LastSeq))
	data = append(data, c.Hash...)
	return append(data, c.MadeAt.UTC().Format(spelling)...)
}

// Begin prepares the trail for a process that holds the key, before it writes anything: where nobody
// has vouched for anything yet, which is a new installation or the upgrade of an old one, what is there
// is linked and closed.
func (s *Service) Begin(ctx context.Context) (err error) {
	defer fault.Step(&err, "audit.Begin")

	if s.db.Signer() == nil {
		return nil
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := awaitHead(ctx, tx); err != nil {
			return err
		}
		vouched, err := anyVouched(ctx, tx.DB)
		if err != nil || vouched {
			return err
		}
		_, err = s.closeTx(ctx, tx)

		return err
	})
}

// Close links what waits and vouches for the whole chain as it stands, entries that nobody vouched for
// included: what an operator does before a key leaves the key file, or after what Verify found has been
// looked into. It records itself under actor.
func (s *Service) Close(ctx context.Context, entry Entry) (_ Closing, err error) {
	defer fault.Step(&err, "audit.Close")

	var closing Closing
	if s.db.Signer() == nil {
		return closing, errors.New("close the audit trail: no key")
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if err := awaitHead(ctx, tx); err != nil {
			return err
		}
		entry.At, entry.Action, entry.Subject = s.now(), actClose, "audit/chain"
		if err := Write(ctx, tx, entry); err != nil {
			return err
		}
		closing, err = s.closeTx(ctx, tx)

		return err
	})

	return closing, err
}

// closeTx closes at the end of the chain; the caller holds the head.
func (s *Service) closeTx(ctx context.Context, tx pg.Tx) (Closing, error) {
	for {
		n, err := s.linkBatch(ctx, tx)
		if err != nil {
			return Closing{}, err
		}
		if n < batch {
			break
		}
	}
	seq, hash, err := head(ctx, tx.DB)
	if err != nil {
		return Closing{}, err
	}
	closing := Closing{LastSeq: seq, Hash: hash, MadeAt: s.now().UTC().Truncate(time.Microsecond)}
	voucher, err := vouch(tx.Signer, useClosing, closing.data())
	if err != nil {
		return Closing{}, err
	}
	closing.KeyID, closing.MAC = voucher.KeyID, voucher.MAC

	return closing, insertClosing(ctx, tx.DB, closing)
}

// awaitHead makes the caller the one who links until its transaction ends, as soon as nobody else is.
func awaitHead(ctx context.Context, tx pg.Tx) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(@chain_lock)`, pgx.NamedArgs{"chain_lock": int64(chainLock)})
	return err
}

func anyVouched(ctx context.Context, db *gorm.DB) (bool, error) {
	var any bool
	err := db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM audit_closings)
		OR EXISTS (SELECT FROM audit_entries WHERE mac IS NOT NULL OR link_mac IS NOT NULL)`).Scan(&any).Error

	return any, err
}

func insertClosing(ctx context.Context, db *gorm.DB, closing Closing) error {
	err := db.WithContext(ctx).Exec(`
		INSERT INTO audit_closings (last_seq, hash, key_id, mac, made_at) VALUES (?, ?, ?, ?, ?)`,
		closing.LastSeq, closing.Hash, closing.KeyID, closing.MAC, closing.MadeAt).Error
	if err != nil {
		return fmt.Errorf("close the audit trail: %w", err)
	}

	return nil
}

func closings(ctx context.Context, db *gorm.DB) ([]Closing, error) {
	return gorm.G[Closing](db).Raw(`
		SELECT last_seq, hash, key_id, mac, made_at FROM audit_closings ORDER BY last_seq, id`).Find(ctx)
}

// closedBy is the last closing that a key of ours made, and the first whose MAC does not hold although
// the key is ours.
func closedBy(signer pg.Signer, all []Closing) (last Closing, bad *Break) {
	for _, closing := range all {
		switch (voucher{closing.KeyID, closing.MAC}).check(signer, useClosing, closing.data()) {
		case "":
			last = closing
		case BrokenMAC:
			if bad == nil {
				bad = &Break{Seq: closing.LastSeq, Code: BrokenClosing}
			}
		}
	}

	return last, bad
}
