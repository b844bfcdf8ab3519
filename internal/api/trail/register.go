// Package trail holds the operations on to-dos and the audit trail.
package trail

import (
	"juzhen/internal/api/rest"
	"juzhen/internal/audit"
	"juzhen/internal/todo"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Audit *audit.Service
	Todos *todo.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.todos()
	a.audits()
}
