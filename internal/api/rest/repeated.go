package rest

import (
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/fault"
)

// askedOnce refuses a parameter that is given several values and takes one: which of them counts,
// nobody could tell. Lists take them all: ?state=a&state=b is ?state=a,b.
func askedOnce(query url.Values, op *huma.Operation) error {
	var wrong fault.Fields

	for _, p := range op.Parameters {
		values := query[p.Name]
		if p.In != "query" || p.Schema.Type == huma.TypeArray || len(values) < 2 {
			continue
		}

		if differ(values) {
			wrong.Add(fault.Invalid("query."+p.Name, "这个条件只能有一个值").WithCode("repeated"))
		}
	}

	return wrong.Err()
}

// merged is a request whose lists are all they were given as, in one parameter or in several.
type merged struct{ humaContext }

// humaContext is the interface by a name that does not hide its method Context.
type humaContext huma.Context

// Query gives the value of a parameter; several are separated by commas, as lists are read.
func (m merged) Query(name string) string {
	address := m.URL()
	values := address.Query()[name]
	if !differ(values) {
		return m.humaContext.Query(name)
	}

	return strings.Join(values, ",")
}

func differ(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return v != values[0] })
}

// Unwrap gives the context beneath, for huma.
func (m merged) Unwrap() huma.Context { return m.humaContext }
