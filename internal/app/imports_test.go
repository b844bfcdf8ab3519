package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The house as a table: who may import whom. Adding a line here is a decision about the architecture
// (docs/architecture.md).
var (
	features = []string{
		"access",
		"replay",
		"audit",
		"org",
		"view",
		"notice",
		"todo",
		"identity",
		"roster",
		"account",
		"pause",
		"decision",
		"media",
		"lexicon",
		"link",
		"column",
		"chain",
		"review",
		"signing",
		"post",
		"template",
		"source",
		"rumour",
		"check",
		"delivery",
		"recheck",
		"dispatch",
		"reach",
		"library",
		"plan",
		"relay",
		"urgent",
		"rescan",
		"inspect",
		"faultbook",
		"report",
		"inbox",
		"push",
		"score",
		"peer",
		"incident",
		"channel",
		"site",
	}
	kit = []string{
		"fault",
		"pg",
		"queue",
		"weibo",
		"blob",
		"seal",
		"svg",
		"i18n",
		"glyph",
		"stoppoint",
		"beijing",
		"instant",
		"effect",
		"air",
		"proofread",
		"outward",
		"index",
		"sheet",
		"pdf",
		"docx",
		"pinyin",
		"courier",
	}

	// rooms that are neither feature nor face, each with exactly what of ours it may know.
	rooms = map[string][]string{
		"fault":     {},
		"config":    {"fault", "seal", "glyph"},
		"blob":      {"fault"},
		"seal":      {"fault"},
		"svg":       {"fault"},
		"i18n":      {"fault"},
		"glyph":     {},
		"air":       {"beijing"},
		"index":     {},
		"proofread": {"air", "beijing", "i18n"},
		"pinyin":    {},
		"beijing":   {},
		"weibo":     {"fault", "glyph", "stoppoint", "instant", "effect"},
		"stoppoint": {},
		"instant":   {"fault", "beijing"},
		"effect":    {},
		"localpg":   {"fault"},
		"outward":   {},
		"courier":   {"outward", "seal"},
		"sheet":     {"fault"},
		"pdf":       {"fault"},
		"docx":      {},
		"pg":        {"fault", "migrations", "instant", "effect"},
		"queue":     {"pg", "fault"},
		"pgtest":    {"pg", "localpg", "migrations"},
		"sandbox":   {},
		"live":      {"fault"},
		// what everybody may see: no feature, no actor, nothing that writes
		"public": {"fault", "i18n", "beijing", "pg", "live", "templates"},
		"web": {
			"fault", "config", "identity", "access", "i18n", "svg", "glyph", "templates", "static",
			"beijing", "instant",
		},
	}
	faces = map[string][]string{
		"console": {
			"web",
			"fault",
			"i18n",
			"svg",
			"glyph",
			"live",
			"beijing",
			"instant",
			"index",
			"sheet",
			"pdf",
			"pinyin",
			"courier",
			"seal",
		},
		"api": {
			"web",
			"fault",
			"i18n",
			"svg",
			"glyph",
			"live",
			"beijing",
			"instant",
			"effect",
			"air",
			"index",
			"courier",
			"seal",
		},
	}
	// Third-party modules that only some rooms may know; a module not named here is free.
	guarded = map[string][]string{
		"gorm.io/":               {"pg", "features"},
		"github.com/riverqueue/": {"pg", "queue", "features", "app"},
		"github.com/gin-gonic/":  {"web", "console", "api", "app"},
		"github.com/jackc/pgx": {
			"pg",
			"localpg",
			"pgtest",
			"queue",
			"features",
			"app",
			"bench",
			"public",
		},
		"github.com/danielgtaylor/huma": {"api"},
		"github.com/wneessen/go-mail":   {"courier"},
	}
	// may know everything but what TestWholeKnowsNotTheIsland forbids
	whole = []string{"app", "e2e", "bench", "demo"}
)

type goPackage struct {
	ImportPath string
	Imports    []string
}

// TestWalls fails on an import that the table does not allow and on a package that has no place in it.
func TestWalls(t *testing.T) {
	t.Parallel()

	for _, goPackage := range listPackages(t) {
		room, _, _ := strings.Cut(strings.TrimPrefix(goPackage.ImportPath, "juzhen/internal/"), "/")
		if !placed(room) {
			t.Errorf("%s has no place in the table", goPackage.ImportPath)
			continue
		}

		for _, imp := range goPackage.Imports {
			if why := forbidden(room, imp); why != "" {
				t.Errorf("%s imports %s: %s", goPackage.ImportPath, imp, why)
			}
		}
	}
}

// operations says whose answers the operations of one group of nouns may show beside their own. The kit
// of all (rest) knows none of them; a group not named here knows none of the others.
var operations = map[string][]string{
	"deliveries": {"pictures"},
	"incidents":  {"signatures"},
	"notices":    {"channels"},
	"posts":      {"chains", "deliveries", "pictures", "words"},
	"rebuttals":  {"signatures"},
	"inbox":      {"words"},
	"relays":     {"words"},
	"templates":  {"posts", "words"},
}

// TestOperationsKnowOnlyWhoseAnswersTheyShow keeps the groups of the interface from growing together.
func TestOperationsKnowOnlyWhoseAnswersTheyShow(t *testing.T) {
	t.Parallel()

	const under = "juzhen/internal/api/"

	for _, goPackage := range listPackages(t) {
		group, ok := strings.CutPrefix(goPackage.ImportPath, under)
		if !ok || group == "lint" { // it looks at the whole
			continue
		}

		for _, imp := range goPackage.Imports {
			other, ok := strings.CutPrefix(imp, under)
			if ok && (group == "rest" || other != "rest") && !slices.Contains(operations[group], other) {
				t.Errorf("the operations on %s know those on %s", group, other)
			}
		}
	}
}

// TestTheDocumentNamesTheFeaturesInThisOrder: who reads of the order reads the one that is kept.
func TestTheDocumentNamesTheFeaturesInThisOrder(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	if order := "`" + strings.Join(features, " ") + "`"; !strings.Contains(string(text), order) {
		t.Errorf("docs/architecture.md does not name the features in the order %s", order)
	}
}

func placed(room string) bool {
	_, isRoom := rooms[room]
	_, isFace := faces[room]
	return isRoom || isFace || slices.Contains(features, room) || slices.Contains(whole, room)
}

func forbidden(room, imp string) string {
	if ours, ok := strings.CutPrefix(imp, "juzhen/"); ok {
		target, _, _ := strings.Cut(strings.TrimPrefix(ours, "internal/"), "/")
		if !mayKnow(room, target) {
			return "not in the table"
		}

		return ""
	}

	for prefix, allowed := range guarded {
		if strings.HasPrefix(imp, prefix) && !slices.Contains(allowed, room) &&
			!slices.Contains(whole, room) &&
			(!slices.Contains(allowed, "features") || !slices.Contains(features, room)) {
			return "only for " + strings.Join(allowed, ", ")
		}
	}

	return ""
}

func mayKnow(room, target string) bool {
	switch {
	case room == target:
		return true
	case target == "sandbox":
		return room == "e2e" || room == "bench"
	case target == "pgtest" || target == "e2e":
		return room == "e2e"
	case slices.Contains(whole, room):
		return true
	}
	if allowed, ok := rooms[room]; ok {
		return slices.Contains(allowed, target)
	}
	if allowed, ok := faces[room]; ok {
		return slices.Contains(allowed, target) || slices.Contains(features, target)
	}
	me, other := slices.Index(features, room), slices.Index(features, target)

	return slices.Contains(kit, target) || other >= 0 && other < me
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "juzhen/internal/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage

	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
