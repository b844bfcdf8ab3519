package rest

import (
	"encoding/json"
	"strings"

	"juzhen/internal/web"
)

// example writes a call as curl sends it: what must be given, with values of the right kind.
func example(call docsCall, content, schemas node) string {
	line := "curl -s"
	if call.Method != "GET" {
		line += " -X " + call.Method
	}
	line += ` "$api` + strings.ReplaceAll(call.Path, "{id}", "1") + `"`
	if call.Permission != "" && call.Permission != string(web.Open) {
		line += " \\\n  -H \"Authorization: Bearer $token\""
	}

	switch call.BodyKind {
	case "multipart/form-data":
		line += " \\\n  -F file=@file"
	case "application/json":
		body, _ := json.Marshal(sample(content.node(call.BodyKind).node("schema"), schemas, 0))
		line += " \\\n  -H 'Content-Type: application/json' -d '" + string(body) + "'"
	}

	return line
}

// sample is a value that the schema allows; of an object what it requires, or all of it where nothing
// is required.
func sample(schema, schemas node, depth int) any {
	if ref := schema.text("$ref"); ref != "" {
		schema = schemas.node(ref[strings.LastIndexByte(ref, '/')+1:])
	}
	if choices := schema.words("enum"); len(choices) > 0 {
		return choices[0]
	}
	kind := schema.text("type")
	if kinds := schema.words("type"); len(kinds) > 0 {
		kind = kinds[0]
	}

	switch kind {
	case "integer", "number":
		return 1
	case "boolean":
		return true
	case "array":
		return []any{sample(schema.node("items"), schemas, depth+1)}
	case "object":
		return sampleObject(schema, schemas, depth)
	}

	return map[string]string{
		"date-time": "2026-12-01T08:00:00+08:00",
		"date":      "2026-12-01",
	}[schema.text("format")]
}

func sampleObject(schema, schemas node, depth int) map[string]any {
	value := map[string]any{}
	names := schema.words("required")
	if len(names) == 0 && depth == 0 {
		names = schema.node("properties").names()
	}

	for _, name := range names {
		v := sample(schema.node("properties").node(name), schemas, depth+1)
		if v == "" {
			v = "…"
		}
		value[name] = v
	}

	return value
}

// goName is what the generated Go client calls an operation.
func goName(id string) string {
	var name strings.Builder
	for part := range strings.SplitSeq(id, "-") {
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}

	return name.String()
}
