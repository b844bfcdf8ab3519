// Package people holds the operations on sessions, people, what awaits a second person about them, and units.
package people

import (
	"juzhen/internal/api/rest"
	"juzhen/internal/identity"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Identity *identity.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.sessions()
	a.people()
	a.userChanges()
	a.units()
}
