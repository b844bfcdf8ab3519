// Package templates holds the operations on templates and the sources of their data.
package templates

import (
	"juzhen/internal/api/posts"
	"juzhen/internal/api/rest"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/urgent"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Post      posts.Reader // of the drafts that templates make
	Sources   *source.Service
	Templates *template.Service
	Urgent    *urgent.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.templates()
	a.warnings()
	a.sources()
}
