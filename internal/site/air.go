package site

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
	"juzhen/internal/template"
)

// airKinds are the texts that say what the air is like, as the public site knows them.
var airKinds = map[template.Kind]string{
	template.Live:     "live",
	template.Daily:    "daily",
	template.Forecast: "forecast",
	template.Warning:  "warning",
	template.Change:   "change",
	template.Lift:     "lift",
	template.Ozone:    "tip",
	template.Dust:     "tip",
}

// putAir keeps what a post says of the air, and until when. A standard stands only beside a text that still
// has in it, unchanged, what the template wrote: its numbers are made by that standard.
func putAir(ctx context.Context, tx pg.Tx, number int64, c candidate) error {
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM site.air WHERE post = @number`, pgx.NamedArgs{"number": number}); err != nil {
		return err
	}
	if c.PostID == nil {
		return nil
	}
	said, ok, err := template.SaidTx(ctx, tx, *c.PostID)
	kind, known := airKinds[said.Kind]
	if err != nil || !ok || !known {
		return err
	}

	writing, err := numberOf(ctx, tx, "writing", said.Use)
	if err != nil {
		return err
	}
	var supersedes *int64
	if said.Supersedes != 0 {
		before, err := numberOf(ctx, tx, "writing", said.Supersedes)
		if err != nil {
			return err
		}
		supersedes = &before
	}
	if said.Text == "" || !strings.Contains(c.Text, said.Text) {
		said.Standard = ""
	}

	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO site.air (post, writing, supersedes, kind, concerns, until, standard)
VALUES (@number, @writing, @supersedes, @kind, @at, @until, @standard)`, pgx.NamedArgs{
		"number":     number,
		"writing":    writing,
		"supersedes": supersedes,
		"kind":       kind,
		"at":         said.At,
		"until":      said.Until,
		"standard":   said.Standard,
	})

	return err
}
