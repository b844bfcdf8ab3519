package audit

import (
	"context"

	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// verifyPage is how many entries Verify holds in memory at once.
const verifyPage = 1000

// Verify walks the whole chain, the day roots and the closings and reports the first entry that does
// not hold, and how many entries wait to be linked. Without a key it can only follow the chain. It
// reads page by page and takes no lock.
func (s *Service) Verify(ctx context.Context) (_ Report, err error) {
	defer fault.Step(&err, "audit.Verify")

	w := verification{signer: s.db.Signer()}
	w.ChainOnly, w.HeadHash = w.signer == nil, origin()
	db := s.db.Gorm(ctx)
	roots, err := days(ctx, db)
	if err != nil {
		return w.Report, err
	}
	w.roots = roots
	if err := w.closing(ctx, db); err != nil {
		return w.Report, err
	}

	for more := true; more; {
		rows, err := chained(ctx, db, w.HeadSeq, verifyPage)
		if err != nil {
			return w.Report, err
		}

		more = len(rows) == verifyPage
		for _, row := range rows {
			if !w.step(row) {
				more = false
				break
			}
		}
	}
	w.missingEnd()
	if err := w.waiting(ctx, db); err != nil {
		return w.Report, err
	}
	w.Unchained, w.Oldest, err = tail(ctx, db)

	return w.Report, err
}

// verification is a walk over the trail under way.
type verification struct {
	Report
	signer  pg.Signer
	roots   []day
	closed  Closing // the last that holds
	severed bool    // the chain ended before its end: nothing behind can be judged
}

// found keeps the first that does not hold.
func (w *verification) found(b Break) {
	if w.Broken == nil {
		w.Broken = &b
	}
}

// closing finds up to where the chain is closed.
func (w *verification) closing(ctx context.Context, db *gorm.DB) error {
	if w.ChainOnly {
		return nil
	}
	all, err := closings(ctx, db)
	if err != nil {
		return err
	}
	last, bad := closedBy(w.signer, all)
	if bad != nil {
		w.found(*bad)
	}
	w.closed = last
	w.ClosedSeq, w.ClosedAt = last.LastSeq, last.MadeAt

	return nil
}

// step takes one more entry into the report; false when the chain is severed there.
func (w *verification) step(row Row) bool {
	link := row.link()
	code := checkLink(w.HeadSeq, w.HeadHash, link)
	if code == "" && !checkColumns(row) {
		code = BrokenColumns
	}

	for _, day := range w.roots {
		if code == "" && day.LastSeq == link.Seq && string(day.Hash) != string(link.Hash) {
			code = BrokenRoot
		}
	}
	if code == "" && link.Seq == w.closed.LastSeq && string(link.Hash) != string(w.closed.Hash) {
		code = BrokenClosing
	}
	if code != "" {
		w.found(Break{Seq: link.Seq, ID: link.ID, Code: code})
		w.severed = true
		return false
	}

	w.HeadSeq, w.HeadHash = link.Seq, link.Hash
	for _, day := range w.roots {
		if day.LastSeq == link.Seq {
			w.Days++
		}
	}
	if code := w.vouched(row); code != "" {
		w.Forged++
		w.found(Break{Seq: link.Seq, ID: link.ID, Code: code})
		return true
	}
	w.Checked++

	return true
}

// vouched looks at the MACs of an entry behind the last closing.
func (w *verification) vouched(row Row) string {
	if w.ChainOnly {
		return ""
	}
	code := voucher{row.KeyID, row.MAC}.check(w.signer, useEntry, entryData(row.ID, row.Body))
	if code == "" {
		code = voucher{row.LinkKey, row.LinkMAC}.check(w.signer, useLink, row.Hash)
	}

	switch {
	case code == "":
		w.Vouched++
	case row.Seq <= w.closed.LastSeq:
		code = ""
	}

	return code
}

// missingEnd notices that entries were cut off the end of the chain: a root or a closing names a place
// that is no longer there.
func (w *verification) missingEnd() {
	for _, day := range w.roots {
		if day.LastSeq > w.HeadSeq && !w.severed {
			w.found(Break{Seq: day.LastSeq, Code: BrokenRoot})
		}
	}
	if w.closed.LastSeq > w.HeadSeq && !w.severed {
		w.found(Break{Seq: w.closed.LastSeq, Code: BrokenClosing})
	}
}

// waiting looks at the entries that are not linked yet, the oldest first.
func (w *verification) waiting(ctx context.Context, db *gorm.DB) error {
	if w.ChainOnly {
		return nil
	}

	entries, err := unchained(ctx, db, verifyPage)
	for _, link := range entries {
		if code := (voucher{
			link.KeyID, link.MAC,
		}).check(w.signer, useEntry, entryData(link.ID, link.Body)); code != "" {
			w.Forged++
			w.found(Break{ID: link.ID, Code: code})
		}
	}

	return err
}
