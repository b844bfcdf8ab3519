// Package plan holds the operations on the plan: accounts × days, special days, copies, imports and feeds.
package plan

import (
	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/plan"
	"juzhen/internal/post"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Accounts *account.Service
	Plan     *plan.Service
	Posts    *post.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.plan()
	a.series()
	a.seriesReview()
	a.feeds()
	a.slots()
}
