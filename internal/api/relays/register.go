// Package relays holds the operations on linked publishing: what a post asks of other accounts, who
// carried it, and standing approvals.
package relays

import (
	"juzhen/internal/api/rest"
	"juzhen/internal/relay"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Relays *relay.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.relays()
	a.standings()
}
