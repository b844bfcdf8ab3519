package rest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestBodiesThatReadersWouldReadDifferently are refused whole before anything looks at them.
func TestBodiesThatReadersWouldReadDifferently(t *testing.T) {
	t.Parallel()

	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

	for name, tc := range map[string]struct {
		body    string
		refused bool
	}{
		"plain":                            {`{"text": "今天空气优", "ids": [1, 2], "at": null}`, false},
		"one name in two objects":          {`{"a": {"x": 1}, "b": {"x": 2}}`, false},
		"one name in objects of a list":    {`[{"x": 1}, {"x": 2}]`, false},
		"a value that equals a name":       {`{"a": "a", "b": "a"}`, false},
		"a name twice":                     {`{"a": 1, "a": 2}`, true},
		"a name twice behind a list":       {`{"a": 1, "b": [{"a": 1}], "a": 2}`, true},
		"a name twice deep inside":         {`{"a": [[{"b": {"c": 1, "c": 1}}]]}`, true},
		"a name twice, once escaped":       {`{"a": 1, "\u0061": 2}`, true},
		"as deep as may be":                {deep(maxDepth), false},
		"too deep":                         {deep(maxDepth + 1), true},
		"brackets in a text are no depth":  {`"` + deep(100) + `"`, false},
		"a quote in a text ends no text":   {`"\"` + deep(100) + `"`, false},
		"a whole pair":                     {`"\ud83c\udf0f"`, false},
		"a first half alone":               {`"\ud83c"`, true},
		"a second half alone":              {`"\udf0f"`, true},
		"two first halves":                 {`"\ud83c\ud83c"`, true},
		"two second halves":                {`"\udf0f\udf0f"`, true},
		"a first half before a letter":     {`"\ud83c\u0041"`, true},
		"a backslash before what looks so": {`"\\ud83c"`, false},
		"zero in a text":                   {`"a\u0000b"`, true},
		"zero in a name":                   {`{"a\u0000": 1}`, true},
		"bytes that are no text":           {"\"\xff\"", true},
	} {
		var into any

		err := decode([]byte(tc.body), &into)
		if errors.Is(err, ErrMalformed) != tc.refused {
			t.Errorf("%s: %s: %v, refused wanted: %v", name, tc.body, err, tc.refused)
		}
	}
}

// TestWhatAProgramWritesIsRead: no text that a well-behaved program sends is refused, and it arrives as
// it was sent.
func TestWhatAProgramWritesIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[^\x00]*`).Draw(t, "text")
		sent := map[string]any{"text": text, "list": []any{text, map[string]any{"text": text}}}

		body, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}

		var got any
		if err := decode(body, &got); err != nil {
			t.Fatalf("%s: %v", body, err)
		}

		again, err := json.Marshal(got)
		if err != nil || string(again) != string(body) {
			t.Fatalf("%s became %s: %v", body, again, err)
		}
	})
}
