package rest

import (
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/i18n"
)

// What the description lacks when every operation has described itself, so that public linters find
// nothing: make openapi-lint.

// parameterTexts say what a parameter means where its declaration does not.
var parameterTexts = map[string]string{
	"id":         i18n.N("编号"),
	"account_id": i18n.N("只列这个账号的"),
	"post_id":    i18n.N("只列这篇稿件的"),
	"unit_id":    i18n.N("该单位和下属单位"),
	"user_id":    i18n.N("只列关于这个用户的"),
	"author_id":  i18n.N("只列这位作者的"),
	"actor_id":   i18n.N("只列这个人做的"),
	"action":     i18n.N("只列这种操作，如 post.approve"),
	"role":       i18n.N("只列有这个角色的"),
	"state":      i18n.N("只列这种状态的"),
	"from":       i18n.N("只列这时及以后的"),
	"to":         i18n.N("只列这时以前的"),
}

func describeParameters(op *huma.Operation) {
	for _, p := range op.Parameters {
		if p.Description == "" {
			p.Description = parameterTexts[p.Name]
		}
	}
}

// lean drops the schemas that nothing refers to, again until all are used.
func lean(raw []byte) []byte {
	var tree map[string]any
	must(json.Unmarshal(raw, &tree))

	schemas := node(tree).node("components").node("schemas")
	for before := -1; before != len(schemas); {
		before = len(schemas)
		used := map[string]bool{}
		eachRef(tree, func(ref string) { used[ref[strings.LastIndexByte(ref, '/')+1:]] = true })

		for name := range schemas {
			if !used[name] {
				delete(schemas, name)
			}
		}
	}
	done, err := json.Marshal(tree)
	must(err)

	return done
}

func eachRef(v any, do func(ref string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			eachRef(e, do)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			do(ref)
		}

		for _, e := range v {
			eachRef(e, do)
		}
	}
}

// refsAlone puts what stands beside a reference around it: OpenAPI 3.0 reads nothing beside one.
func refsAlone(raw []byte) []byte {
	var tree any
	must(json.Unmarshal(raw, &tree))
	alone(tree)
	done, err := json.Marshal(tree)
	must(err)

	return done
}

func alone(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			alone(e)
		}
	case map[string]any:
		for _, e := range v {
			alone(e)
		}
		if ref, ok := v["$ref"].(string); ok && len(v) > 1 {
			delete(v, "$ref")
			v["allOf"] = []any{map[string]any{"$ref": ref}}
		}
	}
}
