// Package posts holds the operations on posts, their columns and their reviews.
package posts

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/link"
	"juzhen/internal/media"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Columns    *column.Service
	Deliveries *delivery.Service
	Links      *link.Service
	Media      *media.Service
	Plan       *plan.Service
	Posts      *post.Service
	Reviews    *review.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Reader shows a post with all that belongs to it, for operations elsewhere that make one.
type Reader func(ctx context.Context, who access.Actor, id int64) (*OnePost, error)

// Register adds the operations to the interface and gives the reader of posts.
func Register(to *rest.API, deps Deps) Reader {
	a := &api{to, deps}
	a.columns()
	a.posts()
	a.many()
	a.reviews()
	a.notes()
	a.links()

	return a.showPost
}
