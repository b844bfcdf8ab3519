// Package chains holds the operations on chains of review and who stands in for whom.
package chains

import (
	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/chain"
	"juzhen/internal/column"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Accounts *account.Service
	Chains   *chain.Service
	Columns  *column.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.chains()
	a.standIns()
}
