// Package reach holds the operations on reach: figures of accounts and posts, past posts, and indexes.
package reach

import (
	"time"

	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/peer"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/score"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Accounts   *account.Service
	Posts      *post.Service
	Reach      *reach.Service
	Scores     *score.Service
	Peers      *peer.Service
	ImportTime time.Duration // for which a request waits until its file is worked through
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	a.reach()
	a.indexes()
	a.weights()
	a.peerGroups()
	a.heat()
	a.readings()
}
