package rest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"juzhen/internal/i18n"
	"juzhen/internal/web"
)

// Addresses of the description, below Prefix.
const (
	document31 = "/openapi.json"
	document30 = "/openapi-3.0.json"
	docsPath   = "/docs"
)

// tags are the parts of the interface in the order of a day's work.
var tags = []*huma.Tag{
	{Name: "sessions", Description: i18n.N("登录和本人")},
	{Name: "posts", Description: i18n.N("稿件")},
	{Name: "media", Description: i18n.N("图片")},
	{Name: "library", Description: i18n.N("素材库")},
	{Name: "plan", Description: i18n.N("计划")},
	{Name: "views", Description: i18n.N("列表视图")},
	{Name: "inbox", Description: i18n.N("市民互动：评论和 @")},
	{Name: "incidents", Description: i18n.N("热点事件")},
	{Name: "rebuttals", Description: i18n.N("权威辟谣")},
	{Name: "inspection", Description: i18n.N("检查、问题台账与报告")},
	{Name: "relays", Description: i18n.N("联动：别的账号一起发")},
	{Name: "reviews", Description: i18n.N("审核")},
	{Name: "deliveries", Description: i18n.N("发送：一篇稿件到一个账号为一条")},
	{Name: "pauses", Description: i18n.N("暂停与恢复")},
	{Name: "reach", Description: i18n.N("成效")},
	{Name: "todos", Description: i18n.N("待办")},
	{Name: "notices", Description: i18n.N("通知")},
	{Name: "air", Description: i18n.N("空气质量")},
	{Name: "checks", Description: i18n.N("正文检查")},
	{Name: "lexicons", Description: i18n.N("词表")},
	{Name: "templates", Description: i18n.N("模板")},
	{Name: "accounts", Description: i18n.N("账号")},
	{Name: "units", Description: i18n.N("单位")},
	{Name: "users", Description: i18n.N("用户与授权")},
	{Name: "site", Description: i18n.N("微官网")},
	{Name: "audit", Description: i18n.N("审计")},
	{Name: "sending", Description: i18n.N("运行状况")},
}

var about = i18n.N(
	"与页面同样的功能、权限和审计，供其他程序使用。先用 POST /sessions 取得令牌，放在 Authorization: Bearer 之后。错误按 RFC 9457 返回，程序以 code 判断。写操作可带 Idempotency-Key。列表用 cursor 和 limit 翻页。时间都按 RFC 3339。",
)

// openapi is the frame of the description; operations add themselves.
func (a *API) openapi() *huma.OpenAPI {
	version := a.Version
	if version == "" {
		version = "1"
	}

	return &huma.OpenAPI{
		OpenAPI: "3.1.0", Info: &huma.Info{Title: i18n.N("矩阵台接口"), Version: version, Description: about,
			Contact: &huma.Contact{Name: i18n.N("本单位的矩阵台管理员"), URL: a.contactURL()},
			License: &huma.License{Name: i18n.N("仅供本单位使用"), URL: a.contactURL()}},
		Servers: []*huma.Server{{URL: Prefix}}, Tags: tags,
		Components: &huma.Components{
			Responses: map[string]*huma.Response{},
			Schemas:   huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer", Description: i18n.N("POST /sessions 给出的令牌")},
				"cookie": {
					Type:        "apiKey",
					In:          "cookie",
					Name:        a.kit.SessionCookie(),
					Description: i18n.N("浏览器登录后的 Cookie，只在本站页面内有效"),
				},
			},
		},
	}
}

// contactURL is where people who read the description find those who run the program: its own
// documentation.
func (a *API) contactURL() string { return strings.TrimSuffix(a.PublicURL, "/") + Prefix + docsPath }

// document is the finished description in both forms and languages.
type document struct {
	newer, older map[string][]byte // by language
	pages        map[string]docsText
}

// Describe serves the description, which is written when the first one asks for it: it takes a tenth of a
// second and several megabytes, which a console that nobody asks does not need.
func (a *API) Describe() {
	a.document = sync.OnceValue(a.written)
	g := a.kit.Group(Prefix)
	a.kit.Handle(g, http.MethodGet, document31, web.Open, func(c *gin.Context) error {
		return a.sendDocument(c, a.document().newer, "application/openapi+json;version=3.1")
	})
	a.kit.Handle(g, http.MethodGet, document30, web.Open, func(c *gin.Context) error {
		return a.sendDocument(c, a.document().older, "application/openapi+json;version=3.0")
	})
	a.docs()
}

func (a *API) sendDocument(c *gin.Context, by map[string][]byte, kind string) error {
	c.Header("Vary", "Accept-Language, Cookie")
	c.Data(http.StatusOK, kind, by[a.kit.Printer(c).Lang()])
	return nil
}

// written makes the documents. A document that cannot be written is a defect of the build, which every
// test finds.
func (a *API) written() *document {
	newer, err := a.huma.OpenAPI().MarshalJSON()
	must(err)
	older, err := a.huma.OpenAPI().Downgrade()
	must(err)
	// 3.0 does not know them, and the downgrade leaves them
	older = refsAlone(lean(without(older, "contentMediaType", "contentEncoding")))
	newer = lean(newer)

	d := &document{newer: map[string][]byte{}, older: map[string][]byte{}, pages: map[string]docsText{}}

	for _, lang := range []string{i18n.Chinese, i18n.English} {
		var tree map[string]any
		d.newer[lang], tree = translated(newer, i18n.For(lang))
		d.pages[lang] = readable(tree)
		d.older[lang], _ = translated(older, i18n.For(lang))
	}

	return d
}

func must(err error) {
	if err != nil {
		panic("api: " + err.Error())
	}
}

// translated puts the texts of a document into a language.
func translated(raw []byte, printer *i18n.Printer) ([]byte, map[string]any) {
	var tree map[string]any
	must(json.Unmarshal(raw, &tree))

	paths := node(tree).node("paths")
	for _, path := range paths.names() {
		for method := range paths.node(path) {
			op := paths.node(path).node(method)
			op["description"] = describeOperation(op, method, printer)
		}
	}
	translate(tree, printer)

	for _, whose := range []string{"contact", "license"} { // elsewhere a name is no text
		named := node(tree).node("info").node(whose)
		named["name"] = printer.T(named.text("name"))
	}
	done, err := json.Marshal(tree)
	must(err)

	return done, tree
}

// without drops members of a document by name, wherever they stand.
func without(raw []byte, names ...string) []byte {
	var tree any
	must(json.Unmarshal(raw, &tree))
	drop(tree, names)
	done, err := json.Marshal(tree)
	must(err)

	return done
}

func drop(v any, names []string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			drop(e, names)
		}
	case map[string]any:
		for _, name := range names {
			delete(v, name)
		}

		for _, e := range v {
			drop(e, names)
		}
	}
}

// texts are the members of a document that people read.
var texts = map[string]bool{"summary": true, "description": true, "title": true}

func translate(v any, printer *i18n.Printer) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			translate(e, printer)
		}
	case map[string]any:
		for name, e := range v {
			if s, ok := e.(string); ok && texts[name] {
				v[name] = printer.T(s)
				continue
			}
			translate(e, printer)
		}
	}
}
