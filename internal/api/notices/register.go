// Package notices holds the operations on a person's notices, among them the stream of new ones.
package notices

import (
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/channel"
	"juzhen/internal/i18n"
	"juzhen/internal/live"
	"juzhen/internal/notice"
	"juzhen/internal/web"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Notices  *notice.Service
	Channels *channel.Service
	Live     *live.Hub

	// between signs of life of a stream, with which the session is asked again; default 15 s
	Beat time.Duration
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
	kit *web.Kit
}

// Register adds the operations to the interface. The stream has no end and is a route of its own.
func Register(kit *web.Kit, to *rest.API, deps Deps) {
	if deps.Beat == 0 {
		deps.Beat = 15 * time.Second
	}
	a := &api{to, deps, kit}
	a.notices()
	to.DocumentStream(rest.Op(http.MethodGet, "/notices/stream", "stream-notices", "notices",
		i18n.N("新通知的流：每条一个事件 notice；断线后用 Last-Event-ID 续读")), access.Self)
	kit.Handle(kit.Group(rest.Prefix), http.MethodGet, "/notices/stream", access.Self, a.stream)
}
