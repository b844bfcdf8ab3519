package world_test

import (
	"testing"

	"juzhen/internal/e2e/world"
)

func TestWorldHoldsTheDemonstrationMatrix(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	if len(w.Matrix.Accounts) != 20 {
		t.Errorf("%d accounts, want 20", len(w.Matrix.Accounts))
	}
	if actor, _ := w.Actor("chaoyang-shenhe"); actor.UserID == 0 {
		t.Error("nobody signed in")
	}
}

func TestStillWorldAnswersAndDoesNothing(t *testing.T) {
	t.Parallel()
	w := world.Still(t)
	var processes int
	if err := w.DB.Pool().
		QueryRow(t.Context(), "SELECT count(*) FROM processes").
		Scan(&processes); err != nil ||
		processes != 0 {
		t.Errorf("%d processes at work (%v), want none", processes, err)
	}
}
