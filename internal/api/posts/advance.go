package posts

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/api/deliveries"
	"juzhen/internal/delivery"
)

// openAdvance is the request about a whole post that waits for a second person; nil when none does.
func (a *api) openAdvance(
	ctx context.Context,
	who access.Actor,
	postID int64,
) (*deliveries.ShownAdvance, error) {
	rows, err := a.Deliveries.Advances(ctx, who, postID)
	if err != nil {
		return nil, err
	}

	for _, advance := range rows {
		if advance.State == delivery.AdvanceAsked && advance.DeliveryID == nil {
			shown := deliveries.ShowAdvance(advance)
			return &shown, nil
		}
	}

	return nil, nil
}
