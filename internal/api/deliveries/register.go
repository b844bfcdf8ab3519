// Package deliveries holds the operations on deliveries, what two people decide about them, and pauses.
package deliveries

import (
	"juzhen/internal/api/rest"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Deliveries *delivery.Service
	Decisions  *decision.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.advances()
	a.deliveries()
	a.pauses()
}
