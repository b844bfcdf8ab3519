// Package audit keeps the record of what people did: written in the transaction of the act, linked into
// a hash chain shortly after, verifiable at any time. It does not record the machine's steps (those are
// events of the deliveries) and does not decide what is worth recording: each use case does.
package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Entry is one act of a person. Subject is "type/id", such as "post/41"; UnitPath says where it
// happened and so who may read about it. Detail holds the facts worth keeping, never a secret and never
// a whole text.
type Entry struct {
	Actor    access.Actor
	At       time.Time // UTC; kept to the microsecond
	Action   Act
	Subject  string
	UnitPath string
	Why      string
	Detail   map[string]any
}

// body is what is hashed. It is written once, in canonical form, and kept as these bytes: the database
// would reorder the keys of jsonb and round instants, and a hash over what it gives back would not
// hold.
type body struct {
	Action  string         `json:"action"`
	Actor   string         `json:"actor"`
	ActorID int64          `json:"actor_id"`
	At      string         `json:"at"`
	Detail  map[string]any `json:"detail"`
	IP      string         `json:"ip"`
	Subject string         `json:"subject"`
	Unit    string         `json:"unit"`
	Version int            `json:"v"`
	Why     string         `json:"why"`
}

// spelling is the one form of an instant in a body: UTC with six decimals, always.
const spelling = "2006-01-02T15:04:05.000000Z"

// Write records e in the caller's transaction, not yet linked into the chain, so that acts never queue
// for its head. It fails when the entry does not say when, what and on what; that is a defect of the
// caller.
func Write(ctx context.Context, tx pg.Tx, entry Entry) (err error) {
	defer fault.Step(&err, "audit.Write")

	kind, id, found := strings.Cut(entry.Subject, "/")
	if entry.At.IsZero() || entry.Action.Code == "" || !found || kind == "" || id == "" {
		return fmt.Errorf("write audit entry %q on %q: %w", entry.Action.Code, entry.Subject, errIncomplete)
	}
	text, err := entry.canonical()
	if err != nil {
		return fmt.Errorf("write audit entry %q: %w", entry.Action.Code, err)
	}

	return insertEntry(ctx, tx, entry, kind, id, text)
}

var errIncomplete = errors.New("instant, action or subject is missing")

// canonical gives the bytes of the entry: JSON with sorted keys at every depth, without HTML escapes or
// white space.
func (e Entry) canonical() ([]byte, error) {
	detail := e.Detail
	if detail == nil {
		detail = map[string]any{}
	}

	return canonical(body{
		Action:  e.Action.Code,
		Actor:   e.Actor.Name,
		ActorID: e.Actor.UserID,
		At:      e.At.UTC().Truncate(time.Microsecond).Format(spelling),
		Detail:  detail,
		IP:      e.Actor.IP,
		Subject: e.Subject,
		Unit:    e.UnitPath,
		Version: 1,
		Why:     e.Why,
	})
}

// canonical encodes v twice: the first turn makes plain maps of structs, the second sorts the keys of
// those maps.
func canonical(v any) ([]byte, error) {
	first, err := encode(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(first))
	dec.UseNumber()
	var plain any
	if err := dec.Decode(&plain); err != nil {
		return nil, err
	}

	return encode(plain)
}

func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}

	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
