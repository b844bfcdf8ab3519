package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Link is one entry as the chain sees it.
type Link struct {
	ID   int64
	Seq  int64
	Prev []byte
	Hash []byte
	Body []byte

	KeyID string // of the entry's own MAC
	MAC   []byte `gorm:"column:mac"`

	linked voucher // of the hash; empty where the entry's own did not hold
}

// origin is the hash before the first entry.
func origin() []byte {
	h := sha256.Sum256([]byte("juzhen audit chain 1"))
	return h[:]
}

// hash is SHA-256 over the previous hash, the place in the chain, the row's number and the body. Place
// and number are inside, so that two entries cannot change places.
func hash(prev []byte, seq, id int64, body []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(seq))
	binary.BigEndian.PutUint64(n[8:], uint64(id))
	h.Write(n[:])
	h.Write(body)

	return h.Sum(nil)
}

// chain links entries behind the head (seq, prev), in the order given.
func chain(seq int64, prev []byte, entries []Link) []Link {
	for i := range entries {
		seq++
		entries[i].Seq, entries[i].Prev = seq, prev
		prev = hash(prev, seq, entries[i].ID, entries[i].Body)
		entries[i].Hash = prev
	}

	return entries
}

// Report is the state of the chain. Broken is nil when every entry holds.
type Report struct {
	ChainOnly bool      // no key was at hand: who rewrote the chain with the database alone goes unseen
	Vouched   int64     // entries whose two MACs hold
	Forged    int64     // entries behind the closing that no key of ours vouches for, linked or waiting
	ClosedSeq int64     // entries up to here are vouched for by a closing; 0: by none
	ClosedAt  time.Time // when it was made
	Checked   int64     // entries whose place, hash and columns hold
	HeadSeq   int64     // place of the last entry
	HeadHash  []byte    // its hash: write it down elsewhere and the whole past is nailed
	Days      int       // day roots that hold
	Unchained int64     // entries committed and not yet linked: seconds old at most while the console runs
	Oldest    time.Time // the oldest of them; zero without any
	Broken    *Break
}

// Break names the first entry that does not hold. Code is one of the constants Broken….
type Break struct {
	Seq  int64
	ID   int64
	Code string
}

// What can be wrong with an entry.
const (
	BrokenGap     = "gap"     // an entry is missing before this one
	BrokenPrev    = "prev"    // it does not follow its predecessor
	BrokenHash    = "hash"    // its content was changed
	BrokenColumns = "columns" // the columns shown differ from the content that was hashed
	BrokenRoot    = "root"    // the chain no longer ends a day where the day's root says
	BrokenMAC     = "mac"     // no key vouches for it: it was not written by this program
	BrokenKey     = "key"     // a key vouches for it that is not in the key file
	BrokenClosing = "closing" // a closing does not hold, or the chain is not the one that was closed
)

// checkLink compares one entry with its predecessor's place and hash.
func checkLink(seq int64, prev []byte, link Link) string {
	switch {
	case link.Seq != seq+1:
		return BrokenGap
	case string(link.Prev) != string(prev):
		return BrokenPrev
	case string(hash(prev, link.Seq, link.ID, link.Body)) != string(link.Hash):
		return BrokenHash
	}

	return ""
}

// checkColumns compares the columns by which entries are found with the body that was hashed: a changed
// column would let somebody hide an entry from the reader's filter while the chain holds.
func checkColumns(row Row) bool {
	var b body
	if json.Unmarshal(row.Body, &b) != nil {
		return false
	}

	return b.Action == row.Action && b.Actor == row.ActorName && b.ActorID == row.ActorID && b.IP == row.IP &&
		b.Unit == row.UnitPath &&
		b.Subject == fmt.Sprintf("%s/%s", row.SubjectType, row.SubjectID) &&
		b.At == row.At.UTC().Format(spelling)
}
