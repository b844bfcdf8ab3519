package inbox

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/instant"
)

// RateShare is how many of how many.
type RateShare struct {
	N    int      `json:"n"`
	Of   int      `json:"of"`
	Rate *float64 `json:"rate,omitempty" doc:"0 到 1；分母为零的没有"`
}

// InboxRates are the three rates of a month.
type InboxRates struct {
	UnitID   int64     `json:"unit_id,omitempty"`
	UnitName string    `json:"unit_name,omitempty"`
	Matters  int       `json:"matters" doc:"计入件数"`
	Response RateShare `json:"response" doc:"响应率：时限内首次答复，占应有首次答复"`
	Solution RateShare `json:"solution" doc:"解决率：已解决，占已办结"`
	Content  RateShare `json:"content" doc:"满意率：满意或基本满意，占登记了评价"`
}

type monthOfRates struct {
	rest.Written
	Month string       `json:"month"`
	Terms []string     `json:"terms" nullable:"false" doc:"口径，要同数字一起使用"`
	Sum   InboxRates   `json:"sum"`
	Units []InboxRates `json:"units" nullable:"false" doc:"按账号的单位"`
}

func showShare(s inbox.Share) RateShare {
	shown := RateShare{N: s.N, Of: s.Of}
	if s.Known() {
		part := s.Part()
		shown.Rate = &part
	}

	return shown
}

func showRates(r inbox.Rates) InboxRates {
	return InboxRates{
		UnitID: r.UnitID, UnitName: r.UnitName, Matters: r.Matters, Response: showShare(r.Response),
		Solution: showShare(r.Solution), Content: showShare(r.Content),
	}
}

func (a *api) rates(ctx context.Context, who access.Actor, in *struct {
	rest.Tabular
	Month string `query:"month" required:"true" maxLength:"7" doc:"如 2026-12"`
}) (*rest.Out[monthOfRates], error) {
	month, known := instant.Read(in.Month, a.Now(), "2006-01")
	if !known {
		return nil, fault.Invalid("query.month", "请写成 2026-12 这样的月份")
	}
	month = time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, beijing.Zone)
	units, sum, err := a.Inbox.Monthly(ctx, who, month)
	if err != nil {
		return nil, err
	}
	words := rest.WordsOf(ctx)
	shown := monthOfRates{
		Month: in.Month, Terms: rest.Each(inbox.RateTerms(), func(text string) string { return words(text) }),
		Sum: showRates(sum), Units: rest.Each(units, showRates),
	}
	if rest.WantsTable(ctx) {
		rest.Attachment(ctx, "inbox-rates-"+in.Month+".csv")
		shown.Written = rest.AsTable(inbox.RatesTable(units, sum, words))
	}

	return &rest.Out[monthOfRates]{Body: shown}, nil
}

func (a *api) rate(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Rating   string `json:"rating" enum:"pleased,fair,displeased" doc:"pleased 满意，fair 基本满意，displeased 不满意"`
		Note     string `json:"note" maxLength:"2000" doc:"市民在哪里、怎样说的"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Rate, Revision: in.Body.Revision, Rating: inbox.Rating(in.Body.Rating), Note: in.Body.Note,
	})
}
