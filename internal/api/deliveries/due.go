package deliveries

import (
	"time"

	"juzhen/internal/api/rest"
	"juzhen/internal/delivery"
)

// Effect tells how far an act on a post came.
type Effect struct {
	Done    int `json:"done" doc:"已生效的账号数"`
	TooLate int `json:"too_late" doc:"正在发送、来不及的账号数；没有发出时照办"`
	Sent    int `json:"sent" doc:"已经发出的账号数"`
}

// ShownEffect shows how far an act came, or its failure.
func ShownEffect(reach delivery.Reach, err error) (*rest.Out[Effect], error) {
	return &rest.Out[Effect]{Body: Effect{reach.Done, reach.TooLate, reach.Sent}}, err
}

// Due says when something is to go out.
type Due struct {
	DueAt *time.Time `json:"due_at,omitempty" doc:"新的时间"`
	Now   bool       `json:"now,omitempty" doc:"立即"`
}

// Choice is what the use cases take.
func (d Due) Choice() delivery.DueChoice { return delivery.DueChoice{Now: d.Now, At: d.DueAt} }
