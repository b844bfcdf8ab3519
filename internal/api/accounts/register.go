// Package accounts holds the operations on accounts.
package accounts

import (
	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/push"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Accounts *account.Service
	Push     *push.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.accounts()
	a.groups()
	a.pushes()
}
