package rest

import (
	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/i18n"
)

// Second documents an answer that awaits a second person.
func Second(op huma.Operation, schema string) huma.Operation {
	answer := func(text, kind, schema string) *huma.Response {
		return &huma.Response{
			Description: text,
			Content: map[string]*huma.MediaType{
				kind: {Schema: &huma.Schema{Ref: "#/components/schemas/" + schema}},
			},
		}
	}
	op.Responses = map[string]*huma.Response{
		"202": answer(i18n.N("等第二人确认"), "application/json", schema),
	}

	return op
}

// MaybeSecond is an answer that is 202 when a second person must agree first.
type MaybeSecond[T any] struct {
	Status   int
	Location string `header:"Location" doc:"第二人确认的地址"`
	Body     T
}
