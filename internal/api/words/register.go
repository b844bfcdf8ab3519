// Package words holds the operations on checks of words: what is found, lists, levels, domains of links,
// and air quality.
package words

import (
	"juzhen/internal/api/rest"
	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/plan"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Checks   *check.Service
	Lexicons *lexicon.Service
	Links    *link.Service
	Plan     *plan.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.air()
	a.checks()
	a.levels()
	a.domains()
	a.lexicons()
}
