package lexicon

import (
	"testing"

	"juzhen/internal/access"
)

// TestWhoMayDecideWhatIsAsked: the asker withdraws and never confirms; anybody else needs
// lexicon.confirm where it belongs.
func TestWhoMayDecideWhatIsAsked(t *testing.T) {
	t.Parallel()
	asked := Asked{AskedBy: 1}

	for _, c := range []struct {
		who           int64
		role          access.Role
		path          string
		confirm, stop bool
	}{
		{1, access.Supervisor, "/1/", false, true},
		{1, access.PressOfficer, "/1/2/", false, true},
		{2, access.Supervisor, "/1/", true, true},
		{2, access.Supervisor, "/1/2/", true, true},
		{2, access.Reviewer, "/1/", true, true},
		{2, access.Supervisor, "/1/3/", false, false},
		{2, access.PressOfficer, "/1/", false, false},
		{2, access.Administrator, "/1/", false, false},
		{2, access.Auditor, "/1/", false, false},
	} {
		actor := access.Actor{UserID: c.who, Grants: []access.Grant{{Role: c.role, Path: c.path}}}
		if got := asked.MayConfirmAt(actor, "/1/2/") == nil; got != c.confirm {
			t.Errorf("%d as %s of %s confirms: %v", c.who, c.role, c.path, got)
		}
		if got := asked.MayStopAt(actor, "/1/2/") == nil; got != c.stop {
			t.Errorf("%d as %s of %s stops: %v", c.who, c.role, c.path, got)
		}
	}
}
