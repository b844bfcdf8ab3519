package api_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentKeepsTheLintersRules holds what the public linters ask for and what matters to who reads
// the description, without them: "make openapi-lint" runs the linters themselves.
func TestDocumentKeepsTheLintersRules(t *testing.T) {
	t.Parallel()
	kit := bare(t)

	for _, path := range []string{"/api/v1/openapi.json", "/api/v1/openapi-3.0.json"} {
		for _, lang := range []string{"zh", "en"} {
			var doc map[string]any
			if err := json.Unmarshal(fetch(t, kit, path, lang), &doc); err != nil {
				t.Fatal(err)
			}
			l := linted{T: t, name: path + " " + lang, doc: doc, ids: map[string]bool{}}
			l.info()
			l.operations()
			l.references(strings.Contains(path, "3.0"))
		}
	}
}

// linted is a description as it is looked through.
type linted struct {
	*testing.T
	name string
	doc  map[string]any
	ids  map[string]bool
}

func (l linted) wrong(format string, args ...any) {
	l.Helper()
	l.Errorf("%s: %s", l.name, fmt.Sprintf(format, args...))
}

func member(v any, names ...string) any {
	for _, name := range names {
		m, _ := v.(map[string]any)
		v = m[name]
	}

	return v
}

func said(v any, names ...string) bool {
	text, _ := member(v, names...).(string)
	return strings.TrimSpace(text) != ""
}

// info asks who answers for the interface and under what licence.
func (l linted) info() {
	for _, at := range [][]string{
		{"title"}, {"description"}, {"version"}, {"contact", "name"}, {"contact", "url"},
		{"license", "name"}, {"license", "url"},
	} {
		if !said(l.doc["info"], at...) {
			l.wrong("info says no %v", at)
		}
	}
}

// operations asks each for its name, words, part, refusals, security and the meaning of its parameters.
func (l linted) operations() {
	parts := map[string]bool{}

	tags, _ := l.doc["tags"].([]any)
	for _, tag := range tags {
		parts[fmt.Sprint(member(tag, "name"))] = said(tag, "description")
	}

	paths, _ := l.doc["paths"].(map[string]any)
	for path, item := range paths {
		for method, op := range item.(map[string]any) {
			at := method + " " + path
			id := fmt.Sprint(member(op, "operationId"))
			if l.ids[id] || !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(id) {
				l.wrong("%s has the name %q", at, id)
			}
			l.ids[id] = true
			if !said(op, "summary") || !said(op, "description") ||
				member(op, "summary") == member(op, "description") {
				l.wrong("%s is not described", at)
			}
			names, _ := member(op, "tags").([]any)
			if len(names) != 1 || !parts[fmt.Sprint(names[0])] {
				l.wrong("%s belongs to %v", at, names)
			}
			l.answers(at, op)

			security, ok := member(op, "security").([]any)
			if open := member(op, "x-permission") == "open"; !ok || open != (len(security) == 0) {
				l.wrong("%s asks for %v", at, member(op, "security"))
			}

			list, _ := member(op, "parameters").([]any)
			for _, p := range list {
				if !said(p, "description") {
					l.wrong("%s: %v is not described", at, member(p, "name"))
				}
			}
		}
	}
}

func (l linted) answers(at string, op any) {
	classes := map[byte]int{}

	answers, _ := member(op, "responses").(map[string]any)
	for status := range answers {
		classes[status[0]]++
	}
	if classes['2'] == 0 || classes['4'] < 2 || classes['d'] != 1 {
		l.wrong("%s answers %v", at, answers)
	}
}

// references asks that each schema is used and, in 3.0, that nothing stands beside a reference, where
// no reader looks.
func (l linted) references(alone bool) {
	used := map[string]bool{}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for i, e := range v {
				walk(fmt.Sprint(at, "/", i), e)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				used[ref] = true
				if alone && len(v) > 1 {
					l.wrong("%s: %d members beside a reference", at, len(v)-1)
				}
			}

			for name, e := range v {
				walk(at+"/"+name, e)
			}
		}
	}
	walk("", l.doc)

	schemas, _ := member(l.doc, "components", "schemas").(map[string]any)
	for name := range schemas {
		if !used["#/components/schemas/"+name] {
			l.wrong("nothing uses the schema %s", name)
		}
	}
}
