package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// elsewhere are folders of pages without a section of the console of their name, with where they are shown.
var elsewhere = map[string]string{
	"takedowns": "internal/console/deliveries", // an act on many deliveries, confirmed as those on one
	"error":     "internal/web",
	"api":       "internal/api",
}

// TestASectionHasOneName holds package, folder of templates and catalogue of texts to one name.
func TestASectionHasOneName(t *testing.T) {
	t.Parallel()
	exists := func(path string) bool {
		info, err := os.Stat(filepath.Join("..", "..", path))
		return err == nil && info.IsDir()
	}

	folders, err := filepath.Glob("../../templates/pages/*")
	if err != nil || len(folders) == 0 {
		t.Fatal("no templates", err)
	}

	for _, folder := range folders {
		name := filepath.Base(folder)
		where := elsewhere[name]
		if where == "" {
			where = "internal/console/" + name
		}
		if !exists(where) {
			t.Errorf("templates/pages/%s: there is no %s", name, where)
		}
	}

	catalogues, err := filepath.Glob("../i18n/en/*.json")
	if err != nil || len(catalogues) == 0 {
		t.Fatal("no catalogues", err)
	}

	for _, catalogue := range catalogues {
		name := strings.TrimSuffix(filepath.Base(catalogue), ".json")
		if !exists("internal/"+name) && !exists("internal/console/"+name) {
			t.Errorf("i18n/en/%s.json: no package of this name owns its texts", name)
		}
	}
}
