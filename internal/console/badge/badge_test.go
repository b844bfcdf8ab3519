package badge

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"juzhen/internal/delivery"
)

// all are the states that exist: the constants that the owners of the types have declared, read out of
// their code, so that a state which nobody lists is found too.
func all(t *testing.T) (list []any) {
	t.Helper()

	for kind := range types {
		dir := strings.Replace(kind.PkgPath(), "juzhen/internal", "../..", 1)
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		constant := regexp.MustCompile(`(?m)^\s+\w+\s+` + kind.Name() + `\s+= "(\w+)"`)

		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}

			for _, m := range constant.FindAllStringSubmatch(string(text), -1) {
				state := reflect.New(kind).Elem()
				state.SetString(m[1])
				list = append(list, state.Interface())
			}
		}
	}

	return list
}

func TestEveryStateHasABadgeAndEveryBadgeAState(t *testing.T) {
	t.Parallel()
	icons, err := os.ReadFile("../../../static/src/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(icons))
	states := all(t)
	tones := []string{"grey", "blue", "teal", "green", "orange", "red", "purple"}

	for _, s := range states {
		if _, ok := looks[s]; !ok {
			t.Errorf("%T %v has no badge", s, s)
		}
		state, err := Find(s)
		if err != nil || state.Word == "" || state.Word == state.Code ||
			!slices.Contains(tones, state.Tone) ||
			!slices.Contains(names, state.Icon) {
			t.Errorf("%T %v is shown as %+v, %v", s, s, state, err)
		}
	}
	if len(looks) != len(states) {
		t.Errorf("%d badges for %d states", len(looks), len(states))
	}
}

// moon is a type that has no badges.
type moon string

// Label is its word.
func (moon) Label() string { return "月亮" }

func TestWhatHasNoBadgeIsTold(t *testing.T) {
	t.Parallel()

	for _, v := range []any{"draft", "", nil, moon("full"), 3} {
		if state, err := Find(v); err == nil {
			t.Errorf("%v (%v) is shown as %+v", v, reflect.TypeOf(v), state)
		}
	}
	if state, err := Find(
		delivery.State("of_a_newer_version"),
	); err != nil || state.Tone != "grey" ||
		state.Word != "of_a_newer_version" {
		t.Errorf("a state of a newer version is shown as %+v, %v", state, err)
	}
}
