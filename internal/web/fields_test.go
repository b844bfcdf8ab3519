package web

import (
	"testing"

	"juzhen/internal/web/page"
)

type noErrors struct{}

func (noErrors) FieldError(string) string { return "" }

// TestAFieldWithChoicesIsASelect, in whatever order its names stand; what has rows is a box of text.
func TestAFieldWithChoicesIsASelect(t *testing.T) {
	t.Parallel()
	choices := []page.Option{{Value: "a", Text: "甲"}, {Value: "b", Text: "乙"}}

	for _, c := range []struct {
		more []any
		want string
	}{
		{[]any{"type", "search"}, "search"},
		{[]any{"type", "search", "options", choices}, "select"},
		{[]any{"options", choices, "type", "search"}, "select"},
		{[]any{"options", []page.Option(nil)}, "select"},
		{[]any{"rows", 4}, "textarea"},
		{[]any{"rows", 4, "type", "search"}, "textarea"},
	} {
		got, err := funcs{}.field(noErrors{}, "x", "某项", "b", c.more...)
		if err != nil || got.Type != c.want {
			t.Errorf("%v: %q, %v; want %q", c.more, got.Type, err, c.want)
		}
		if len(got.Options) == 2 && (got.Options[0].Selected || !got.Options[1].Selected) {
			t.Errorf("%v: %+v", c.more, got.Options)
		}
	}
}
