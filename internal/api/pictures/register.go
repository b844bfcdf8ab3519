// Package pictures holds the operations on pictures.
package pictures

import (
	"juzhen/internal/api/rest"
	"juzhen/internal/identity"
	"juzhen/internal/media"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Identity *identity.Service
	Media    *media.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.media()
}
