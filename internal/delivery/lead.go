package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// LeadOutSQL is the condition that delivery d passes nothing on that is not out: it names no lead, or the
// version it names is sent, its platform id is known, and nobody has seen it gone.
const LeadOutSQL = `(d.lead_id IS NULL OR EXISTS (SELECT FROM deliveries l
    WHERE l.id = d.lead_id AND l.version_id = d.lead_version AND l.state = 'sent' AND l.remote_id IS NOT NULL
      AND coalesce(l.live, '') NOT IN ('removed', 'taken_down')))`

// Passable tells whether the delivery is out as the lead names it, so that another one may pass it on: what
// LeadOutSQL says, of a row.
func (d Delivery) Passable(lead post.Lead) bool {
	return d.ID == lead.Delivery && d.VersionID == lead.Version && d.State == Sent && d.RemoteID != nil &&
		(d.Live == nil || *d.Live != LiveRemoved && *d.Live != LiveDown)
}

// Original is what the platform calls a lead, empty while that is not known; passable tells whether it may
// be passed on now. It checks no right: for the engine, and for what names the lead already.
func Original(
	ctx context.Context,
	db *gorm.DB,
	lead post.Lead,
) (original weibo.Original, passable bool, err error) {
	defer fault.Step(&err, "delivery.Original %d", lead.Delivery)

	rows, err := Load(ctx, db, []int64{lead.Delivery})
	if err != nil || len(rows) == 0 {
		return weibo.Original{}, false, err
	}
	d := rows[0]
	if d.RemoteID != nil {
		original = weibo.Original{ID: *d.RemoteID, URL: d.URL()}
	}

	return original, d.Passable(lead), nil
}

// leadColumns are a version's lead as its deliveries keep it; all nil where it has none.
type leadColumns struct {
	delivery, version *int64
	until             *time.Time
}

func leadOf(version post.Version) leadColumns {
	lead, ok := version.Lead()
	if !ok {
		return leadColumns{}
	}

	return leadColumns{&lead.Delivery, &lead.Version, &lead.Until}
}

// into names the lead for bindSet. Without it the database would take the names for NULL, and what passes a
// post on would go out whether or not that post is there.
func (l leadColumns) into(args pgx.NamedArgs) {
	args["lead"], args["lead_version"], args["lead_until"] = l.delivery, l.version, l.until
}
