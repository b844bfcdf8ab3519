package dispatch

import (
	"github.com/jackc/pgx/v5"

	"juzhen/internal/delivery"
)

func collectIDs(rows pgx.Rows) ([]int64, error) { return pgx.CollectRows(rows, pgx.RowTo[int64]) }

func collectTexts(rows pgx.Rows) ([]string, error) { return pgx.CollectRows(rows, pgx.RowTo[string]) }

func collectStandings(rows pgx.Rows) ([]standing, error) {
	return pgx.CollectRows(rows, pgx.RowToStructByPos[standing])
}

func idsOf(moved []delivery.Moved) []int64 {
	ids := make([]int64, len(moved))
	for i, m := range moved {
		ids[i] = m.ID
	}

	return ids
}
