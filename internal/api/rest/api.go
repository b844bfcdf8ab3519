// Package rest is what every operation of the JSON interface needs: how requests are read and bounded,
// refusals told, writes repeated, lists paged and sent as tables, and how the whole describes itself. The
// operations lie beside it, one package for each group of nouns; this one knows no use case but units
// (to filter by one), findings (part of a refusal) and tables.
package rest

import (
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/org"
	"juzhen/internal/replay"
	"juzhen/internal/web"
)

// Prefix is where all operations live.
const Prefix = "/api/v1"

// Settings are what the interface as a whole needs. All are needed.
type Settings struct {
	Units     *org.Service
	Replays   *replay.Service
	PublicURL string        // address people use
	BodyTime  time.Duration // for a whole body to arrive
	Version   string        // of the program
	Now       func() time.Time
	Log       *slog.Logger
}

// API is the interface while it is built and served.
type API struct {
	Settings
	kit      *web.Kit
	huma     huma.API
	document func() *document
}

// New makes an interface without any operation on the kit. The packages of the nouns register theirs,
// then Describe is called.
func New(kit *web.Kit, settings Settings) *API {
	a := &API{Settings: settings, kit: kit}
	a.huma = a.build()

	return a
}
