package web

import (
	"errors"
	"net/http"
	"path"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Open is the permission of routes that need nobody signed in: sign-in, assets, health.
const Open access.Permission = "open"

// Handler answers a request or says why not; the kit turns the error into a page, a fragment or a problem.
type Handler func(c *gin.Context) error

// Route is a registered route, for the test that walks all routes with all roles.
type Route struct {
	Method, Path string
	Perm         access.Permission
	Body         int64 // greatest body in bytes
}

// RouteOption changes one route.
type RouteOption func(*limits)

type limits struct {
	body     int64
	stranger bool // nobody asks who it is
}

// defaultBody bounds a form; uploads ask for more with MaxBody.
const defaultBody = 1 << 20

// MaxBody bounds the request body of a route in bytes; the default is 1 MiB. What is more than a form
// goes to the disk; while nobody is signed in the bounds of strangers hold on every route.
func MaxBody(n int64) RouteOption { return func(l *limits) { l.body = n } }

// NoSession answers without asking who it is, and so without the database: assets, health.
func NoSession() RouteOption { return func(l *limits) { l.stranger = true } }

// SignOutPath is the one page besides its gate that a gated person may use; console/signin registers it.
const SignOutPath = "/signout"

// Handle registers a route. It panics without a permission: who may come in is part of the route. GET
// answers HEAD as well. A person without the permission anywhere gets 403 and h does not run; whether
// the person may do it to this very thing is decided by the use case.
func (k *Kit) Handle(
	g *gin.RouterGroup,
	method, relative string,
	perm access.Permission,
	handler Handler,
	opts ...RouteOption,
) {
	full := path.Join(g.BasePath(), relative)
	if perm == "" {
		panic("web: route " + method + " " + full + " names no permission")
	}

	l := limits{body: defaultBody}
	for _, routeOption := range opts {
		routeOption(&l)
	}
	k.routes = append(k.routes, Route{Method: method, Path: full, Perm: perm, Body: l.body})
	run := k.adapt(perm, &l, handler)
	g.Handle(method, relative, run)
	if method == http.MethodGet {
		g.Handle(http.MethodHead, relative, run)
	}
}

// Note records a route that is mounted on the engine by other means (the API), so that the walk over
// all routes sees it.
func (k *Kit) Note(method, full string, perm access.Permission) {
	k.routes = append(k.routes, Route{Method: method, Path: full, Perm: perm})
}

// Routes lists what was registered.
func (k *Kit) Routes() []Route { return k.routes }

// adapt wraps h: session, body limit, permission, whose page it is, and one place for errors.
func (k *Kit) adapt(perm access.Permission, l *limits, handler Handler) gin.HandlerFunc {
	if l == nil {
		l = &limits{body: defaultBody}
	}

	return func(c *gin.Context) {
		var err error
		if !l.stranger {
			err = k.enter(c, perm)
		}
		boundBody(c, l.body)

		if err == nil {
			err = k.sameReader(c)
		}
		if err != nil {
			k.refuse(c, err)
			return
		}
		if err := handler(c); err != nil {
			k.Fail(c, err)
		}
	}
}

// enter resolves the session and checks the permission of the route.
func (k *Kit) enter(c *gin.Context, perm access.Permission) error {
	err := k.resume(c)
	if perm == Open || perm == "" {
		return nil
	}
	if err != nil {
		return err
	}
	if gate := CurrentSession(
		c,
	).Gate; gate != "" && !isAPI(c) && c.Request.URL.Path != gate &&
		c.Request.URL.Path != SignOutPath {
		return errGate
	}
	if perm == access.Self || Actor(c).Can(perm) {
		return nil
	}

	return fault.Forbidden("您的角色没有这项权限")
}

// refuse answers a request that may not enter: nobody signed in leads to the sign-in page, with what
// was typed.
func (k *Kit) refuse(c *gin.Context, err error) {
	if fault.Is(err, fault.KindUnauthenticated) && !isAPI(c) {
		k.askSignIn(c)
		return
	}
	if errors.Is(err, errOtherReader) && !IsFragment(c) {
		k.showOther(c)
		return
	}
	if errors.Is(err, errGate) && c.Request.Method == http.MethodGet && !isAPI(c) {
		_ = k.See(c, CurrentSession(c).Gate, "")
		return
	}
	k.Fail(c, err)
}

// errGate keeps a person who must do something first, such as choosing a password, from everything else.
var errGate = fault.Forbidden("请先设置新密码").WithCode("gate")

var (
	errNoPage   Handler = func(*gin.Context) error { return fault.NotFound("没有这个页面") }
	errNoMethod Handler = func(c *gin.Context) error {
		if c.Request.Method == http.MethodOptions { // Gin has set Allow
			c.Status(http.StatusNoContent)
			return nil
		}

		return fault.NotFound("这个地址不支持所用的方法").WithCode("method_not_allowed")
	}
)
