package templates

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

var defined = regexp.MustCompile(`\{\{-?\s*(?:define|block)\s+"([^"]+)"`)

// TestNoTwoTemplatesHaveOneName: a page is put together of its own file, the layout and all partials. Of two
// templates of one name the one that is read last would be shown, wherever the other was meant. The blocks of
// the layout are there to be written by each page.
func TestNoTwoTemplatesHaveOneName(t *testing.T) {
	t.Parallel()
	shared, blocks := map[string]string{}, map[string]bool{}
	pages := map[string]string{}

	err := fs.WalkDir(FS, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".html" {
			return err
		}

		text, err := fs.ReadFile(FS, file)
		for _, found := range defined.FindAllStringSubmatch(string(text), -1) {
			name, isBlock := found[1], strings.Contains(found[0], "block")
			blocks[name] = blocks[name] || isBlock

			switch {
			case strings.HasPrefix(file, "pages/"):
				pages[file+" "+name] = name
			case shared[name] != "":
				t.Errorf("%s is defined in %s and in %s", name, shared[name], file)
			default:
				shared[name] = file
			}
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	for place, name := range pages {
		if shared[name] != "" && !blocks[name] {
			t.Errorf("%s is defined in %s too", place, shared[name])
		}
	}
	if len(shared) < 20 || len(pages) < 100 {
		t.Errorf("%d shared and %d of pages: nothing was read", len(shared), len(pages))
	}
}
