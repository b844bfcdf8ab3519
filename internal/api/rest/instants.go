package rest

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// boundInstants refuses instants of a request that lie outside of what is taken, each at its place. It
// looks at every parameter and member there is, so that no operation can forget it.
func boundInstants(in any, query url.Values, now time.Time) error {
	b := bounds{query: query, now: now}
	b.walk(reflect.ValueOf(in), "")
	return b.wrong.Err()
}

type bounds struct {
	query url.Values
	now   time.Time
	wrong fault.Fields
}

var (
	typeOfTime      = reflect.TypeFor[time.Time]()
	typeOfClearable = reflect.TypeFor[Clearable]()
)

// walk looks at v, which the request names by place.
func (b *bounds) walk(v reflect.Value, place string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			b.walk(v.Elem(), place)
		}
	case reflect.Slice:
		if kind := v.Type().Elem().Kind(); kind != reflect.Struct && kind != reflect.Pointer {
			return // of numbers or texts
		}

		for i := range v.Len() {
			b.walk(v.Index(i), place+"["+strconv.Itoa(i)+"]")
		}
	case reflect.Struct:
		b.object(v, place)
	}
}

func (b *bounds) object(v reflect.Value, place string) {
	switch v.Type() {
	case typeOfTime:
		b.wrong.Add(instant.Check(place, v.Interface().(time.Time), b.now))
		return
	case typeOfClearable:
		b.walk(reflect.ValueOf(v.Interface().(Clearable).At), place)
		return
	}

	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() && !field.Anonymous || field.Name == "RawBody" {
			continue
		}

		if name, asked := field.Tag.Lookup("query"); asked && b.query.Get(name) == "" {
			continue // not given
		}
		b.walk(v.Field(i), placeOf(place, field))
	}
}

// placeOf names the place of a member of what stands at outer, as problems do: query.from,
// body.grants[0].until.
func placeOf(outer string, field reflect.StructField) string {
	for _, in := range []string{"query", "path", "header"} {
		if name, ok := field.Tag.Lookup(in); ok {
			return in + "." + name
		}
	}

	switch {
	case outer == "" && field.Name == "Body":
		return "body"
	case field.Anonymous:
		return outer
	}

	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")

	return outer + "." + name
}
