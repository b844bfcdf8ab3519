package score

import (
	"cmp"
	"context"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/index"
	"juzhen/internal/reach"
)

// MaxBoard is how many accounts a league table has at most: each score is worked out anew.
const MaxBoard = 200

// Line is an account in the league table.
type Line struct {
	AccountID int64
	Handle    string
	UnitName  string
	Score     Score
	Place     index.Place // among the accounts of the table
}

// Board is the league table (账号榜) of accounts by house score over a period, for internal use. Each account is
// weighed as its own unit has it. Those without a score have no rank and stand last.
type Board struct {
	Period reach.Period
	All    int // accounts in scope; with more than MaxBoard there are no Lines
	Lines  []Line
}

// Board is the league table of the accounts that the actor sees at a unit and all below it; "" is everywhere.
func (s *Service) Board(
	ctx context.Context, actor access.Actor, period reach.Period, unitPath string,
) (board Board, err error) {
	defer fault.Step(&err, "score.Board")

	board.Period = period
	matrix, err := s.reach.Matrix(ctx, actor, period, reach.View{UnitPath: unitPath, Limit: MaxBoard})
	if err != nil {
		return board, err
	}
	board.All = matrix.All
	if board.All > MaxBoard {
		return board, nil
	}
	var values []*float64

	for _, row := range matrix.Rows {
		score, err := s.Of(ctx, actor, row.AccountID, period)
		if err != nil {
			return board, err
		}
		board.Lines = append(board.Lines, Line{
			AccountID: row.AccountID, Handle: row.Handle, UnitName: row.UnitName, Score: score,
		})
		values = append(values, score.House.Value)
	}

	for i, place := range index.Places(values) {
		board.Lines[i].Place = place
	}
	slices.SortStableFunc(board.Lines, func(a, b Line) int {
		if a.Place.Known() != b.Place.Known() {
			return cmp.Compare(b.Place.Of, a.Place.Of)
		}

		return cmp.Compare(a.Place.Rank, b.Place.Rank)
	})

	return board, nil
}
