package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/i18n"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// docsPage shows the description of the interface to people. It is made from the description alone and
// loads nothing from elsewhere.
type docsPage struct {
	page.Base
	docsText
	Address string
}

// docsText is what the page says in one language.
type docsText struct {
	Version, About string
	Parts          []docsPart
	Schemas        []docsSchema
}

type docsPart struct {
	ID, Title string
	Calls     []docsCall
}

type docsCall struct {
	ID, Method, Path, Summary string
	Permission                string // empty: nobody needs to be signed in
	Params                    []docsField
	Body                      docsType
	BodyKind                  string
	Form                      []docsField // of a multipart body
	Answers                   []docsAnswer
	Example                   string // as curl sends it
	Go                        string // name of the call in the generated client
}

type docsAnswer struct {
	Status, Text string
	Type         docsType
}

type docsSchema struct {
	Name, Text string
	Fields     []docsField
}

type docsField struct {
	Name, In, Text string
	Type           docsType
	Required       bool
	Choices        []string
}

// docsType is a type in words, with the schema it leads to.
type docsType struct{ Words, Schema string }

// docs serves the page. Anybody may read it: it says nothing that the description does not.
func (a *API) docs() {
	a.kit.Declare("api/docs", docsPage{})
	a.kit.Handle(a.kit.Group(Prefix), http.MethodGet, docsPath, web.Open, func(c *gin.Context) error {
		page := docsPage{Base: a.kit.Base(c, i18n.N("接口文档")), Address: Prefix}
		page.Bare = !page.SignedIn()
		page.docsText = a.document().pages[page.Lang]

		return a.kit.Show(c, http.StatusOK, "api/docs", page)
	})
}

// node is an object of the description.
type node map[string]any

func (n node) node(name string) node   { m, _ := n[name].(map[string]any); return m }
func (n node) text(name string) string { s, _ := n[name].(string); return s }
func (n node) flag(name string) bool   { b, _ := n[name].(bool); return b }
func (n node) list(name string) []any  { l, _ := n[name].([]any); return l }

func (n node) nodes(name string) []node {
	var all []node

	for _, e := range n.list(name) {
		if m, ok := e.(map[string]any); ok {
			all = append(all, m)
		}
	}

	return all
}

func (n node) words(name string) []string {
	var all []string

	for _, e := range n.list(name) {
		if s, ok := e.(string); ok {
			all = append(all, s)
		}
	}

	return all
}

// names lists the members in order.
func (n node) names() []string {
	var all []string
	for name := range n {
		all = append(all, name)
	}
	slices.Sort(all)

	return all
}

// readable is a finished description as the page shows it.
func readable(tree node) docsText {
	p := docsText{Version: tree.node("info").text("version"), About: tree.node("info").text("description")}
	for _, tag := range tree.nodes("tags") {
		part := docsPart{ID: tag.text("name"), Title: tag.text("description")}
		for _, path := range tree.node("paths").names() {
			part.Calls = append(
				part.Calls,
				calls(
					tree.node("paths").node(path),
					path,
					part.ID,
					tree.node("components").node("schemas"),
				)...)
		}
		if len(part.Calls) > 0 {
			p.Parts = append(p.Parts, part)
		}
	}

	schemas := tree.node("components").node("schemas")
	for _, name := range schemas.names() {
		p.Schemas = append(p.Schemas, docsSchema{
			Name:   name,
			Text:   schemas.node(name).text("description"),
			Fields: fields(schemas.node(name)),
		})
	}

	return p
}

// calls lists the operations of a path that bear the tag.
func calls(path node, address, tag string, schemas node) []docsCall {
	var all []docsCall

	for _, method := range []string{"get", "post", "put", "patch", "delete"} {
		op := path.node(method)
		if !slices.Contains(op.words("tags"), tag) {
			continue
		}
		call := docsCall{
			ID:      op.text("operationId"),
			Method:  strings.ToUpper(method),
			Path:    address,
			Summary: op.text("summary"),
		}
		if perm := op.text("x-permission"); perm != string(web.Open) {
			call.Permission = perm
		}

		for _, param := range op.nodes("parameters") {
			if param.text("name") == keyHeader {
				continue // said once for all
			}
			docsField := field(param.text("name"), param.node("schema"), param.flag("required"))
			docsField.In, docsField.Text = param.text("in"), param.text("description")
			call.Params = append(call.Params, docsField)
		}

		content := op.node("requestBody").node("content")
		for _, kind := range content.names() {
			schema := content.node(kind).node("schema")
			call.BodyKind, call.Body, call.Form = kind, typeOf(schema), fields(schema)
		}
		call.Answers = answers(op.node("responses"))
		call.Example, call.Go = example(call, content, schemas), goName(call.ID)
		all = append(all, call)
	}

	return all
}

func answers(responses node) []docsAnswer {
	var all []docsAnswer

	for _, status := range responses.names() {
		if status == "default" || status[0] == '4' {
			continue // said once for all
		}
		answer := docsAnswer{Status: status, Text: responses.node(status).text("description")}

		content := responses.node(status).node("content")
		for _, kind := range content.names() {
			answer.Type = typeOf(content.node(kind).node("schema"))
		}
		all = append(all, answer)
	}

	return all
}

func fields(schema node) []docsField {
	var all []docsField
	required := schema.words("required")

	properties := schema.node("properties")
	for _, name := range properties.names() {
		all = append(all, field(name, properties.node(name), slices.Contains(required, name)))
	}

	return all
}

func field(name string, schema node, required bool) docsField {
	choices := schema.words("enum")
	if items := schema.node("items"); choices == nil {
		choices = items.words("enum")
	}

	return docsField{
		Name:     name,
		Text:     schema.text("description"),
		Type:     typeOf(schema),
		Required: required,
		Choices:  choices,
	}
}

// typeOf says in words what a value looks like, and which schema it is of.
func typeOf(schema node) docsType {
	if ref := schema.text("$ref"); ref != "" {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		return docsType{name, name}
	}
	kind := schema.text("type")
	if kinds := schema.words("type"); len(kinds) > 0 { // 3.1 writes what may be null as two types
		kind = strings.Join(kinds, " | ")
	}
	if format := schema.text("format"); format != "" {
		kind += " (" + format + ")"
	}
	if items := schema.node("items"); items != nil {
		inner := typeOf(items)
		return docsType{inner.Words + "[]", inner.Schema}
	}

	return docsType{Words: kind}
}
