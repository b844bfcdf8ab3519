package pg

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"juzhen/internal/fault"
)

// Page is one page of a list that goes on behind Next; Next is empty on the last one.
type Page[T any] struct {
	Rows []T
	Next string
}

// Cursor is the place of a row in a list ordered by time, newest first, then id. A list is read behind
// it by WHERE (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT limit + 1. Times are kept to the
// microsecond, as Postgres does.
type Cursor struct {
	At time.Time
	ID int64
}

// String is the cursor as an address carries it.
func (c Cursor) String() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(c.ID))
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads what String wrote. ok is false for "", the first page; anything else unreadable is
// a fault.
func ParseCursor(s string) (cursor Cursor, ok bool, err error) {
	if s == "" {
		return Cursor{}, false, nil
	}
	wrong := fault.Invalid("after", "翻页位置无效，请从第一页重新查看")

	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 16 {
		return Cursor{}, false, wrong
	}

	cursor.At = time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()
	cursor.ID = int64(binary.BigEndian.Uint64(b[8:]))
	if cursor.At.Year() < 1 || cursor.At.Year() > 9999 { // no row lies there, and the database cannot read it
		return Cursor{}, false, wrong
	}

	return cursor, true, nil
}

// Cut makes a page of at most limit rows out of rows read with LIMIT limit + 1.
func Cut[T any](rows []T, limit int, place func(T) Cursor) Page[T] {
	if len(rows) <= limit {
		return Page[T]{Rows: rows}
	}
	rows = rows[:limit]

	return Page[T]{Rows: rows, Next: place(rows[limit-1]).String()}
}
