package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// table says whose a table is. Its owner alone writes it; others that write beside the owner, and those
// that name it to read, are decisions, each with its reason here:
//
//   - units is read nearly everywhere: how far a reader sees is a path, and a path is kept in one place, so
//     that a unit can move. A list joins units on unit_id and compares the path in its WHERE.
//
//   - accounts, posts, post_versions, columns and users: a list shows handle, text, column and author of
//     what it lists and cuts its pages in the same statement.
//
//   - all_posts and all_deliveries hold replies to citizens as well; posts and deliveries are the views on
//     them without replies, which everybody lists. inbox reads what became of its answers.
//
//   - deliveries, their events, turns and releases are moved for one by delivery and for thousands at once by
//     dispatch: claim, mark and record are one statement each, of rules that delivery holds (rules.go).
//
//   - media and identity look upwards: who may see a picture is whether a post or delivery shows it, and an
//     order to move a unit counts the accounts that go along. delivery asks which processes are alive before
//     it takes marks back.
//
//   - notice finds who holds a permission closest to a unit in the statement that tells them, below identity,
//     whose own matters are told as well, and who of them is on duty there.
//
//   - roster finds who can be on duty at a unit by the grants that see it.
//
//   - plan lays accounts by days: its page reads deliveries, drafts, their words and past posts of fifty
//     accounts in three statements, and cuts and counts in them.
//
//   - site copies what everybody may see in the statements of one job, once it is public: posts with their
//     version, pictures, delivery and account, and how many follow the accounts.
//
//   - installation holds single values, each under a name of its owner's.
//
// A condition on a foreign table that has a meaning of its own is asked of the owner by name instead:
// todo.OpenSQL, delivery.StoppedSQL, org.Of, org.RootPathTx, the names of subjects by audit.Subject.
type table struct{ name, owner, writers, readers string }

var tables = []table{
	{"replays", "replay", "", ""},

	{"audit_closings", "audit", "", ""},
	{"audit_days", "audit", "", ""},
	{"audit_entries", "audit", "", ""},

	{
		"units",
		"org",
		"",
		"audit view notice todo identity roster account pause decision media lexicon link column chain " +
			"review post template source rumour check delivery recheck reach library plan relay inspect " +
			"faultbook report inbox push score peer incident channel site",
	},

	{"list_views", "view", "", ""},

	{"notice_events", "notice", "", ""},
	{"notice_settings", "notice", "", ""},
	{"notices", "notice", "", ""},

	{"todo_readers", "todo", "", ""},
	{"todos", "todo", "", ""},

	{"grants", "identity", "", "notice roster"},
	{"password_history", "identity", "", ""},
	{"sessions", "identity", "", ""},
	{"signin_refusals", "identity", "", ""},
	{"signin_tries", "identity", "", ""},
	{"user_changes", "identity", "", ""},
	{
		"users",
		"identity",
		"",
		"view notice roster account pause decision lexicon link chain review post template source rumour " +
			"check delivery reach library plan relay inspect faultbook report inbox push score incident channel site",
	},

	{"duty_people", "roster", "", "notice"},
	{"duty_reads", "roster", "", ""},
	{"duty_shifts", "roster", "", "notice"},
	{"rosters", "roster", "", ""},

	{"account_groups", "account", "", ""},
	{"account_names", "account", "", ""},
	{
		"accounts",
		"account",
		"",
		"identity pause decision media post check delivery recheck dispatch reach library plan relay rescan inspect " +
			"faultbook report inbox push score incident site",
	},
	{"credentials", "account", "", "dispatch reach inspect inbox"},
	{"installation", "account", "delivery", ""},
	{"oauth_states", "account", "", ""},

	{"pauses", "pause", "", "dispatch"},

	{"media", "media", "", "check site"},

	{"lexicon_change_entries", "lexicon", "", ""},
	{"lexicon_changes", "lexicon", "", ""},
	{"lexicon_entries", "lexicon", "", ""},
	{"lexicon_exceptions", "lexicon", "", ""},
	{"lexicon_files", "lexicon", "", ""},
	{"lexicon_versions", "lexicon", "", ""},
	{"lexicons", "lexicon", "", ""},

	{"link_domains", "link", "", ""},
	{"links", "link", "", ""},
	{"post_links", "link", "", ""},

	{"columns", "column", "", "post library plan relay inbox site"},

	{"chain_versions", "chain", "", ""},
	{"chains", "chain", "", ""},
	{"stand_ins", "chain", "", ""},

	{"review_decisions", "review", "", ""},
	{"review_notes", "review", "", ""},
	{"review_opened", "review", "", ""},
	{"review_runs", "review", "", ""},
	{"review_step_stand_ins", "review", "", ""},
	{"review_steps", "review", "", ""},

	{"post_hour_changes", "post", "", ""},
	{"post_hours", "post", "", ""},
	{"all_posts", "post", "", "recheck"},
	{
		"post_versions",
		"post",
		"",
		"media review check delivery recheck reach library plan relay inbox incident site",
	},
	{"posts", "post", "", "media review check delivery library plan relay rescan inspect incident site"},
	{"version_media", "post", "", "media review reach site"},
	{"version_targets", "post", "", "review check delivery recheck reach plan relay inspect incident"},

	{"rebuttal_steps", "rumour", "", ""},
	{"rebuttal_versions", "rumour", "", ""},
	{"rebuttals", "rumour", "", ""},

	{"rule_level_changes", "check", "", ""},
	{"rule_levels", "check", "", ""},
	{"version_findings", "check", "", ""},

	{"source_pulls", "source", "", ""},
	{"sources", "source", "", ""},

	{"duties", "template", "", ""},
	{"template_uses", "template", "", ""},
	{"template_versions", "template", "", ""},
	{"templates", "template", "", ""},

	{"account_turns", "delivery", "dispatch", ""},
	{"all_deliveries", "delivery", "dispatch", "recheck inbox"},
	{"advances", "delivery", "", ""},
	{
		"deliveries",
		"delivery",
		"",
		"decision media check reach library plan relay rescan inspect inbox incident site",
	},
	{"delivery_decisions", "decision", "", ""},
	{"delivery_events", "delivery", "dispatch", ""},
	{"releases", "delivery", "dispatch", ""},
	{"shared_rests", "delivery", "", "dispatch"},

	{"processes", "dispatch", "", "delivery"},

	{"account_days", "reach", "", ""},
	{"account_months", "reach", "", ""},
	{"account_reading_blocks", "reach", "", ""},
	{"account_readings", "reach", "", "site"},
	{"account_watches", "reach", "", "site"},
	{"backfills", "reach", "", ""},
	{"call_usage", "reach", "", ""},
	{"figures_stale", "reach", "", ""},
	{"import_files", "reach", "", ""},
	{"import_rejects", "reach", "", ""},
	{"imports", "reach", "", ""},
	{"platform_post_grams", "reach", "", ""},
	{"platform_post_unfound", "reach", "", ""},
	{"platform_posts", "reach", "", "library plan rescan inspect inbox site"},
	{"post_readings", "reach", "", ""},
	{"post_totals", "reach", "", ""},
	{"unit_days", "reach", "", ""},

	{"library_items", "library", "", "site"},
	{"library_published", "library", "", ""},
	{"library_texts", "library", "", ""},
	{"library_unread", "library", "", ""},

	{"holiday_years", "plan", "", ""},
	{"holidays", "plan", "", ""},
	{"plan_feeds", "plan", "", ""},
	{"slot_weeks", "plan", "", ""},
	{"plan_files", "plan", "", ""},
	{"plan_import_posts", "plan", "", ""},
	{"plan_imports", "plan", "", ""},
	{"plan_series", "plan", "", ""},
	{"plan_series_posts", "plan", "", ""},

	{"report_numbers", "report", "", ""},
	{"report_versions", "report", "", ""},
	{"reports", "report", "", ""},

	{"fault_steps", "faultbook", "", ""},
	{"faults", "faultbook", "", ""},
	{"faults_held", "faultbook", "", ""},

	{"incident_accounts", "incident", "", ""},
	{"incident_marks", "incident", "", ""},
	{"incident_posts", "incident", "", ""},
	{"incident_signatures", "incident", "", ""},
	{"incident_statements", "incident", "", ""},
	{"incident_steps", "incident", "", ""},
	{"incidents", "incident", "", ""},

	{"inbox_answers", "inbox", "", ""},
	{"inbox_feeds", "inbox", "", ""},
	{"inbox_items", "inbox", "", ""},
	{"inbox_matters", "inbox", "", ""},
	{"inbox_pauses", "inbox", "", ""},
	{"inbox_steps", "inbox", "", ""},
	{"inbox_rules", "inbox", "", ""},
	{"inbox_terms", "inbox", "", ""},
	{"inbox_watches", "inbox", "", ""},
	{"inbox_windows", "inbox", "", ""},

	{"push_addresses", "push", "", ""},
	{"push_hints", "push", "", ""},
	{"push_refusals", "push", "", ""},
	{"push_seen", "push", "", ""},

	{"score_weights", "score", "", ""},

	{"peer_days", "peer", "", ""},
	{"peer_groups", "peer", "", ""},
	{"peers", "peer", "", ""},

	{"published_addresses", "rescan", "", ""},
	{"published_links", "rescan", "", ""},
	{"wording_findings", "rescan", "", ""},
	{"wording_pass", "rescan", "", ""},
	{"wording_scans", "rescan", "", ""},
	{"wording_unread", "rescan", "", ""},

	{"inspection_results", "inspect", "", ""},
	{"inspection_rules", "inspect", "", ""},
	{"inspection_runs", "inspect", "", ""},
	{"interaction_answers", "inspect", "", ""},
	{"interaction_checks", "inspect", "", ""},

	{"site", "site", "", "public"}, // the schema: every table of it
	{"site_drafts", "site", "", ""},
	{"site_numbers", "site", "", ""},
	{"site_unread", "site", "", ""},
	{"channel_messages", "channel", "", ""},
	{"channels", "channel", "", ""},

	{"relay_standings", "relay", "", ""},
	{"relay_tasks", "relay", "", "incident"},
	{"relays", "relay", "", "incident"},
}

// use is a room that names a table.
type use struct{ room, table string }

// TestTablesHaveOneOwner fails where a room names a table in its SQL that the matrix does not give it,
// where the matrix gives what nobody uses any more, and on a table of the migrations without an owner.
func TestTablesHaveOneOwner(t *testing.T) {
	t.Parallel()

	owned := map[string]table{}
	mayWrite, mayRead := map[use]bool{}, map[use]bool{}

	for _, table := range tables {
		owned[table.name] = table
		for _, room := range strings.Fields(table.writers) {
			mayWrite[use{room, table.name}] = false // until it is seen
		}

		for _, room := range strings.Fields(table.readers) {
			mayRead[use{room, table.name}] = false
		}
	}

	for _, name := range migratedTables(t) {
		if _, ok := owned[name]; !ok {
			t.Errorf("%s has no owner in the matrix", name)
		}
	}

	for _, file := range sources(t) {
		if slices.Contains(whole, file.room) || file.room == "sandbox" {
			continue // figures and tests set their scene as they like
		}

		for _, named := range namedIn(file.tree) {
			table, ours := owned[named.table]
			used := use{file.room, named.table}
			_, writer := mayWrite[used]
			_, reader := mayRead[used]

			switch {
			case !ours || table.owner == file.room:
			case writer:
				mayWrite[used] = mayWrite[used] || named.writes
			case named.writes:
				t.Errorf("%s writes %s, which is %s's", file.at(named.node), named.table, table.owner)
			case reader:
				mayRead[used] = true
			default:
				t.Errorf("%s reads %s, which is %s's: ask there, or add it to the matrix with a reason",
					file.at(named.node), named.table, table.owner)
			}
		}
	}

	for used, seen := range mayWrite {
		if !seen {
			t.Errorf("%s writes %s no more: take it out of the matrix", used.room, used.table)
		}
	}

	for used, seen := range mayRead {
		if !seen {
			t.Errorf("%s reads %s no more: take it out of the matrix", used.room, used.table)
		}
	}
}

// naming is a place where SQL names a table.
type naming struct {
	table  string
	writes bool
	node   ast.Node
}

// sqlNames finds a table behind its verb, and what follows in a list ("FROM pauses p, accounts a").
var sqlNames = regexp.MustCompile(
	`\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|FROM|JOIN|USING)\s+(?:ONLY\s+)?` +
		`([a-z_]+)((?:\s+(?:AS\s+)?[a-z_]+)?(?:\s*,\s*[a-z_]+(?:\s+(?:AS\s+)?[a-z_]+)?)*)`,
)

// namedIn finds the tables that the strings of a file name as SQL does, and those that rows are copied
// into.
func namedIn(tree *ast.File) (all []naming) {
	ast.Inspect(tree, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CompositeLit:
			if kind, ok := node.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Identifier" {
				for _, part := range node.Elts {
					all = append(all, naming{table: literal(part), writes: true, node: node})
				}
			}
		case *ast.BasicLit:
			for _, match := range sqlNames.FindAllStringSubmatch(literal(node), -1) {
				verb, first, rest := match[1], match[2], match[3]
				writes := verb != "FROM" && verb != "JOIN" && verb != "USING"
				all = append(all, naming{table: first, writes: writes, node: node})

				for _, next := range strings.Split(rest, ",")[1:] {
					all = append(all, naming{table: strings.Fields(next)[0], node: node})
				}
			}
		}

		return true
	})

	return all
}

// literal is the text of a string literal; empty for anything else.
func literal(node ast.Node) string {
	lit, ok := node.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value)

	return text
}

// migratedTables are those that are there when all migrations were applied.
func migratedTables(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}

	there := map[string]bool{}
	renamed := regexp.MustCompile(`ALTER TABLE ([a-z_]+) RENAME TO ([a-z_]+)`)
	change := regexp.MustCompile(`(CREATE|DROP) TABLE (?:IF (?:NOT )?EXISTS )?([a-z_, ]+)`)

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, match := range change.FindAllStringSubmatch(up, -1) {
			for name := range strings.SplitSeq(match[2], ",") {
				there[strings.Fields(name)[0]] = match[1] == "CREATE"
			}
		}

		for _, match := range renamed.FindAllStringSubmatch(up, -1) {
			delete(there, match[1])
			there[match[2]] = true
		}
	}
	maps.DeleteFunc(there, func(_ string, is bool) bool { return !is })

	return slices.Sorted(maps.Keys(there))
}

// TestAForeignWriteIsSeen holds the eye of TestTablesHaveOneOwner open.
func TestAForeignWriteIsSeen(t *testing.T) {
	t.Parallel()

	tree, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+
		"const a = `WITH x AS (UPDATE accounts a SET state = 'closed' FROM pauses p, users u) SELECT`\n"+
		"const b = \"SELECT 1 FROM units u JOIN LATERAL (SELECT FROM posts) p ON true FOR UPDATE OF u\"\n"+
		"const c = `DELETE FROM ONLY grants`\n"+
		"var d = pgx.Identifier{\"media\"}\n"+
		"const e = \"an update from users\"\n", 0)
	if err != nil {
		t.Fatal(err)
	}

	var got []string

	for _, named := range namedIn(tree) {
		verb := "reads "
		if named.writes {
			verb = "writes "
		}
		got = append(got, verb+named.table)
	}
	want := []string{
		"writes accounts", "reads pauses", "reads users", "reads units", "reads posts", "writes grants",
		"writes media",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
