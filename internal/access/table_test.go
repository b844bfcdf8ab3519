package access_test

import (
	"os"
	"strings"
	"testing"

	"juzhen/internal/access"
)

// want is the table of rights typed by hand, apart from the code: S reaches the granted unit and all
// below it, O the granted unit alone. Who changes the code's table must change this one and
// docs/rights.md too.
const want = `
permission         press_officer reviewer supervisor administrator auditor
self               S             S        S          S             S
unit.view          S             S        S          S             S
account.view       S             S        S          S             S
post.view          S             S        S          -             S
post.write         S             -        -          -             -
post.review        -             S        S          -             -
delivery.decide    S             -        S          -             -
delivery.confirm   -             S        S          -             -
delivery.takedown  -             -        S          -             -
delivery.pause     -             -        S          S             -
reach.view         O             S        S          -             S
account.manage     -             -        -          S             -
unit.manage        -             -        -          S             -
user.manage        -             -        -          S             -
user.confirm       -             -        S          S             -
user.stop          -             -        S          S             S
audit.view         -             -        -          -             S
lexicon.view       S             S        S          -             S
lexicon.manage     -             -        S          -             -
lexicon.confirm    -             S        S          -             -
template.manage    O             -        S          -             -
column.manage      -             -        S          -             -
chain.manage       -             -        -          S             -
chain.confirm      -             -        S          -             -
source.manage      -             -        -          S             -
standin.set        -             -        S          -             -
plan.manage        O             -        S          -             -
relay.ask          S             -        S          -             -
relay.standing     -             O        O          -             -
library.manage     O             -        S          -             -
inspect.manage     -             -        S          -             -
faultbook.write    O             S        S          -             -
faultbook.close    -             -        S          -             -
index.manage       -             -        S          -             -
peer.manage        -             -        S          -             -
report.make        O             -        S          -             -
report.sign        -             -        S          -             -
inbox.view         O             S        S          -             S
inbox.answer       O             -        S          -             -
inbox.assign       O             -        S          -             -
inbox.reveal       O             -        S          -             -
clock.manage       -             -        S          -             -
inbox.rule         -             -        S          -             -
site.manage        -             -        S          S             -
channel.manage     -             -        -          S             -
rebuttal.manage    O             -        S          -             -
incident.manage    O             -        S          -             -
incident.close     -             -        S          -             -
`

var letters = map[access.Extent]string{access.Nowhere: "-", access.OwnUnit: "O", access.Subtree: "S"}

func TestTableOfRightsIsTheOneTypedByHand(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(want), "\n")
	roles := strings.Fields(lines[0])[1:]
	if len(roles) != len(access.Roles()) || len(lines)-1 != len(access.Permissions()) {
		t.Fatalf("%d roles and %d permissions in the code, %d and %d here",
			len(access.Roles()), len(access.Permissions()), len(roles), len(lines)-1)
	}

	for i, line := range lines[1:] {
		cells := strings.Fields(line)
		if cells[0] != string(access.Permissions()[i]) {
			t.Fatalf("row %d is %s, the code lists %s", i, cells[0], access.Permissions()[i])
		}

		for j, role := range roles {
			got := letters[access.ExtentOf(access.Role(role), access.Permission(cells[0]))]
			if got != cells[j+1] {
				t.Errorf("%s of %s reaches %s, want %s", cells[0], role, got, cells[j+1])
			}
		}
	}
}

func TestDocumentedTableIsTheCodes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/rights.md")
	if err != nil {
		t.Fatal(err)
	}
	marks := map[access.Extent]string{access.Nowhere: "", access.OwnUnit: "○", access.Subtree: "●"}

	for _, permission := range access.Permissions() {
		if row := "| `" + string(
			permission,
		) + "` | " + permission.Meaning() + " |"; !strings.Contains(
			string(text),
			row,
		) {
			t.Errorf("docs/rights.md lacks the row %s", row)
		}
	}
	rows := documentedRows(string(text))
	if len(rows) != len(access.Permissions()) {
		t.Fatalf("docs/rights.md lists %d permissions, the code %d", len(rows), len(access.Permissions()))
	}

	for _, permission := range access.Permissions() {
		cells, ok := rows[string(permission)]
		if !ok || len(cells) != len(access.Roles()) {
			t.Errorf("docs/rights.md has no full row for %s: %q", permission, cells)
			continue
		}

		for i, role := range access.Roles() {
			if want := marks[access.ExtentOf(role, permission)]; cells[i] != want {
				t.Errorf("docs/rights.md says %q for %s of %s, the code %q", cells[i], permission, role, want)
			}
		}
	}
}

// documentedRows gives the cells of each permission's row, without name and meaning.
func documentedRows(text string) map[string][]string {
	rows := map[string][]string{}

	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 4 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}

		var out []string
		for _, c := range cells[3 : len(cells)-1] {
			out = append(out, strings.TrimSpace(c))
		}
		rows[strings.Trim(strings.TrimSpace(cells[1]), "`")] = out
	}

	return rows
}

func TestAdministratorAndAuditorStandAlone(t *testing.T) {
	t.Parallel()

	for role, alone := range map[access.Role]bool{
		access.PressOfficer: false, access.Reviewer: false, access.Supervisor: false,
		access.Administrator: true, access.Auditor: true,
	} {
		if role.Exclusive() != alone {
			t.Errorf("%s exclusive: %v, want %v", role, role.Exclusive(), alone)
		}
		if role.Label() == "" || !role.Valid() {
			t.Errorf("%s has no name or is not valid", role)
		}
	}
	if access.Role("root").Valid() {
		t.Error("an unknown role is taken for valid")
	}
}

func TestRolesThatMayNotMeet(t *testing.T) {
	t.Parallel()

	for _, role := range access.Roles() {
		for _, b := range access.Roles() {
			want := role != b &&
				(role == access.Administrator || role == access.Auditor || b == access.Administrator ||
					b == access.Auditor)
			if got := access.Clash(role, b); got != want {
				t.Errorf("Clash(%s, %s) = %v, want %v", role, b, got, want)
			}
		}
	}
}
