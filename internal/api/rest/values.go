package rest

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// Set puts a value that was given in the place of the old one.
func Set[T any](into *T, given *T) {
	if given != nil {
		*into = *given
	}
}

// MaxRows is how many rows of a table are read at once.
const MaxRows = 200

// Number is an id in a table.
func Number(id int64) string { return strconv.FormatInt(id, 10) }

// BeijingMinute is an instant in a table: what people read is Beijing time.
func BeijingMinute(at *time.Time) string {
	if at == nil {
		return ""
	}

	return at.In(beijing.Zone).Format("2006-01-02 15:04")
}

// Ordered refuses a span that ends before it begins.
func Ordered(from, to time.Time) error {
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		return fault.Invalid("query.to", "结束时间早于开始时间")
	}

	return nil
}

// Given is an optional instant of a query; nil when it was not given.
func Given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}

	return UTC(&t)
}

// Clearable is an instant that a change may set, leave or take away (null).
type Clearable struct {
	Set bool
	At  *time.Time
}

// UnmarshalJSON tells null from absent.
func (c *Clearable) UnmarshalJSON(raw []byte) error {
	c.Set = true
	if string(raw) == "null" {
		return nil
	}
	c.At = &time.Time{}

	return c.At.UnmarshalJSON(raw)
}

// Schema is that of an instant or null.
func (Clearable) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

// HexOf is a hash as programs read it; empty for none.
func HexOf(b []byte) string { return hex.EncodeToString(b) }

// Why is the reason somebody gives for an act.
type Why struct {
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"原因，记入审计"`
}

// Because is a request to do something to one thing, with a reason.
type Because struct {
	ByID
	Body *Why
}

// Reason is what was written; empty when nothing was.
func (b *Because) Reason() string {
	var w Why
	Set(&w, b.Body)
	return w.Reason
}

// UTC gives an instant as answers show it.
func UTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}

	u := t.UTC()
	switch { // JSON has no way to write it, and one such row of old would spoil the whole list
	case u.Year() > 9999:
		u = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	case u.Year() < 1:
		u = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	}

	return &u
}

// UnitPath is the path of a unit the actor sees, for filters; empty for 0.
func (a *API) UnitPath(ctx context.Context, who access.Actor, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	unit, err := a.Units.Find(ctx, who, id)

	return unit.Path, err
}

// ErrNoFile is an import without anything to import.
var ErrNoFile = fault.Invalid("file", "请选择文件")
