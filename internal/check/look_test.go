package check_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"juzhen/internal/check"
	"juzhen/internal/lexicon"
)

// TestACheckThatFailsToRunHoldsNothingAndIsTold: while somebody writes, each part that breaks is told as a
// hint in its place, and what the others find is found all the same.
func TestACheckThatFailsToRunHoldsNothingAndIsTold(t *testing.T) {
	t.Parallel()
	text := "市攻府通告：AQI 98，轻度污染，@环保北亰 见 https://a.example/x"

	for broken, c := range map[string]struct{ missing, still, gone string }{
		"lexicons":           {"有词表这一次没有查", "aqi_class", "grave"},
		"lexicon_entries":    {"有词表这一次没有查", "aqi_class", "grave"},
		"lexicon_exceptions": {"有词表这一次没有查", "aqi_class", "grave"},
		"rule_levels":        {"按默认级别检查", "grave", ""},
		"links":              {"链接这一次没有查", "grave", "link_state"},
		"rebuttals":          {"与辟谣是否一致这一次没有查", "grave", ""},
		"version_targets":    {"近期是否重复这一次没有查", "grave", ""},
	} {
		t.Run(broken, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.list(1, lexicon.Grave, "攻府")
			w.exec("ALTER TABLE " + broken + " RENAME TO lost")
			q := check.Question{UnitID: 1, Text: text, AccountIDs: []int64{1}}
			found, err := w.s.Text(t.Context(), w.writer, q)
			if err != nil {
				t.Fatal(err)
			}
			has := func(rule string) bool {
				return slices.ContainsFunc(
					found,
					func(f check.Finding) bool { return string(f.Rule) == rule },
				)
			}
			if !has(c.still) || c.gone != "" && has(c.gone) {
				t.Errorf("found %+v", found)
			}
			told := check.NotLookedAt(found)
			if len(told) != 1 || told[0].Level != lexicon.Hint || !strings.Contains(told[0].Text, c.missing) {
				t.Errorf("told %+v", told)
			}
			if stops := len(check.Stopping(found)) > 0; stops != (c.gone != "grave") {
				t.Errorf("it stops the text: %v", stops)
			}

			gone, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := w.s.Text(gone, w.writer, q); err == nil {
				t.Error("who has gone away is answered")
			}
		})
	}
}
