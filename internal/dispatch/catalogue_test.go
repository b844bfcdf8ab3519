package dispatch

import (
	"regexp"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"juzhen/internal/pgtest"
)

// markTouches are the columns that marks, claims and records of calls change all the time. A table of
// docs/delivery.md, part 8.
var markTouches = map[string][]string{
	"all_deliveries": {
		"state", "attempt_id", "marked_at", "call_ended_at", "hard_end", "reason", "reason_args",
		"updated_at", "owner", "attempts", "ahead_no",
	},
	"account_turns": {"delivery_id", "last_mark", "rest_until", "allowance", "mark_before"},
}

// markIndexes are all indexes that these tables may have, and why each costs a mark nothing.
var markIndexes = map[string]string{
	"deliveries_pkey":                   "the id never changes",
	"deliveries_post_id_account_id_key": "neither post nor account ever changes",
	"deliveries_remote_unique":          "the platform's id comes with the record of a call, not with its mark",
	"deliveries_due":                    "plans change due_at; settled, made of the state, is the same before and after a mark",
	"deliveries_by_account":             "plans change due_at",
	"deliveries_in_order":               "plans change due_at",
	"deliveries_looks":                  "next_look_at changes with a record or a look, not with a mark",
	"deliveries_sent":                   "sent_known_at, made of state and updated_at, is null until the delivery is sent",
	"deliveries_troubled":               "troubled, made of the state, is false before and after a mark",
	"deliveries_troubled_by_due":        "plans change due_at; troubled is false before and after a mark",
	"account_turns_pkey":                "the account never changes",
}

// markMakes are the generated columns that an index may hold though they are made of what marks change.
var markMakes = []string{"settled", "sent_known_at", "troubled"}

const indexedSQL = `
SELECT i.relname, t.relname, a.attname, a.attgenerated <> ''
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
WHERE t.relname = ANY ($1) AND t.relnamespace = 'public'::regnamespace
    AND (a.attnum = ANY (x.indkey::int2[]) OR EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum))
ORDER BY 1, a.attnum`

// TestNoIndexHoldsWhatMarksChange reads the catalogue: columns of the keys, those beside them, those of
// expressions and conditions.
func TestNoIndexHoldsWhatMarksChange(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)

	found := indexed(t, db.Pool(), "all_deliveries", "account_turns")
	for name := range markIndexes {
		if _, ok := found[name]; !ok {
			t.Errorf("index %s is named here and is no more: take it out of the list", name)
		}
	}

	for name, columns := range found {
		if markIndexes[name] == "" {
			t.Errorf(
				"index %s is new on a table of the mark: each record of a call has to write it. If it is worth that, name it here with the reason why a mark leaves its columns alone (docs/delivery.md, part 8)",
				name,
			)
		}

		for _, column := range columns {
			if slices.Contains(markTouches[column.table], column.name) {
				t.Errorf(
					"index %s holds %s.%s, which every mark changes: no mark would stay on its page (HOT), and each would write all indexes of the table, which once cost 40%% of a burst. Index a generated column instead, as sent_known_at, or none (docs/delivery.md, part 8)",
					name,
					column.table,
					column.name,
				)
			}
			if column.generated && !slices.Contains(markMakes, column.name) {
				t.Errorf(
					"index %s holds the generated column %s.%s: name it here if a mark surely leaves its value as it is",
					name,
					column.table,
					column.name,
				)
			}
		}
	}
}

// TestTheListOfTouchedColumnsIsWhole compares the list with the statement of the mark.
func TestTheListOfTouchedColumnsIsWhole(t *testing.T) {
	t.Parallel()
	sets := regexp.MustCompile(`(?s)UPDATE (\w+) \w\s+SET (.*?)\s+FROM`).FindAllStringSubmatch(markSQL, -1)
	if len(sets) != len(markTouches) {
		t.Fatalf("the mark changes %d tables, want %d", len(sets), len(markTouches))
	}

	for _, set := range sets {
		for _, column := range regexp.MustCompile(`(\w+) = `).FindAllStringSubmatch(set[2], -1) {
			if !slices.Contains(markTouches[set[1]], column[1]) {
				t.Errorf(
					"a mark changes %s.%s, which may be indexed: name it in markTouches",
					set[1],
					column[1],
				)
			}
		}
	}
}

// TestTheCatalogueIsReadWhole: an index is known by its condition, its expression and what it carries along.
func TestTheCatalogueIsReadWhole(t *testing.T) {
	t.Parallel()

	db := pgtest.New(t)
	for _, sql := range []string{
		"(plan) WHERE state = 'sent'", "((lower(reason)))", "(plan) INCLUDE (updated_at)",
		"(plan, owner)", "(plan) WHERE attempts > 1 AND NOT settled",
	} {
		if _, err := db.Pool().Exec(t.Context(), "CREATE INDEX probe ON all_deliveries "+sql); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(
			indexed(t, db.Pool(), "all_deliveries")["probe"],
			func(c column) bool { return slices.Contains(markTouches[c.table], c.name) },
		) {
			t.Errorf("not noticed: %s", sql)
		}
		if _, err := db.Pool().Exec(t.Context(), "DROP INDEX probe"); err != nil {
			t.Fatal(err)
		}
	}
}

// column is a column that an index holds in whatever way.
type column struct {
	table, name string
	generated   bool
}

func indexed(t *testing.T, pool *pgxpool.Pool, tables ...string) map[string][]column {
	t.Helper()
	rows, err := pool.Query(t.Context(), indexedSQL, tables)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]column{}
	var index string
	var c column
	if _, err := pgx.ForEachRow(rows, []any{
		&index, &c.table, &c.name, &c.generated,
	}, func() error { found[index] = append(found[index], c); return nil }); err != nil {
		t.Fatal(err)
	}

	return found
}
