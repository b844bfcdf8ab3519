package rest

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/web"
)

// What an operation says about itself beyond OpenAPI, under these names in its metadata.
const (
	metaPermission = "permission"
	metaSecret     = "secret" // request or answer holds a secret: never kept for a repetition
)

// The greatest bodies in bytes.
const (
	maxJSON   = 512 << 10
	MaxUpload = 30 << 20
)

// build makes the huma interface without any route of its own: no documentation from elsewhere, no
// $schema links.
func (a *API) build() huma.API {
	config := huma.Config{
		OpenAPI:                      a.openapi(),
		Formats:                      formats,
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}

	return huma.NewAPI(config, &adapter{a})
}

// adapter registers huma's operations as routes of the kit: session, permission and panics are the
// kit's business.
type adapter struct{ *API }

// ServeHTTP belongs to huma's interface for tests; the kit serves.
func (m *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.kit.Handler().ServeHTTP(w, r) }

// Handle mounts one operation.
func (m *adapter) Handle(op *huma.Operation, run func(huma.Context)) {
	perm, _ := op.Metadata[metaPermission].(access.Permission)
	path := strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
	m.kit.Handle(m.kit.Group(Prefix), op.Method, path, perm, func(c *gin.Context) error {
		m.serve(c, op, run)
		return nil
	}, web.MaxBody(op.MaxBodyBytes))
}

// serve reads the request whole before anything is done with it, so that one that breaks off or never
// ends changes nothing.
func (m *adapter) serve(c *gin.Context, op *huma.Operation, run func(huma.Context)) {
	c.Set(keyPrinter, m.kit.Printer(c))
	if err := negotiate(c, op); err != nil {
		m.fail(c, err)
		return
	}
	body, err := readRequest(c, op, m.BodyTime)
	if err != nil {
		m.fail(c, err)
		return
	}
	if err := askedOnce(c.Request.URL.Query(), op); err != nil {
		m.fail(c, err)
		return
	}
	do := func() { run(merged{huma.WithValue(humagin.NewContext(op, c), ginKey{}, c)}) }
	if key := c.GetHeader(keyHeader); key != "" && repeatable(op) {
		m.once(c, op, key, body, do)
		return
	}
	do()
}

type ginKey struct{}

// Request is the request behind the context of a handler: for addresses and headers only.
func Request(ctx context.Context) *gin.Context { return ctx.Value(ginKey{}).(*gin.Context) }

// Register is the one way to a route: method, path and documentation in op, the permission that lets
// anybody in, and the handler. Faults become problems. The permission is documented as x-permission.
func Register[I, O any](
	a *API,
	op huma.Operation,
	perm access.Permission,
	h func(context.Context, access.Actor, *I) (*O, error),
) {
	op.Metadata = maps.Clone(op.Metadata)
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[metaPermission] = perm
	op.Extensions = map[string]any{"x-permission": string(perm)}
	op.Security = []map[string][]string{} // none needed
	if perm != web.Open {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxJSON
	}
	op.BodyReadTimeout = -1 // readRequest has its own, and takes it away when the body is there
	if repeatable(&op) {
		op.Parameters = append(op.Parameters, keyParameter())
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		c := Request(ctx)
		if err := boundInstants(in, c.Request.URL.Query(), a.Now()); err != nil {
			return nil, a.problem(c, err)
		}

		c.Set(keyRan, true)
		out, err := h(ctx, web.Actor(c), in)
		if err != nil {
			return nil, a.problem(c, err)
		}

		return out, nil
	})
	a.documentRefusals(op)

	if op.Metadata[metaTable] == offered {
		Register(a, tableOf(op), perm, h)
	}
}

// Op begins the description of an operation. summary is a Chinese source text.
func Op(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary}
}

// Created makes op answer 201.
func Created(op huma.Operation) huma.Operation { op.DefaultStatus = http.StatusCreated; return op }

// Secret marks op as carrying a secret.
func Secret(op huma.Operation) huma.Operation {
	op.Metadata = map[string]any{metaSecret: true}
	return op
}

// Out is an answer with a body and nothing else.
type Out[T any] struct{ Body T }

// None is an answer without a body.
type None struct{}

// ByID is a request about one thing.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}
