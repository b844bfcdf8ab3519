package web

import (
	"mime/multipart"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/web/page"
)

// Numbered gives the fields of a form that was bound whose names are the prefix and a number, by that number.
func Numbered(c *gin.Context, prefix string) map[int64]string {
	out := map[int64]string{}

	for name, values := range c.Request.PostForm {
		rest, ok := strings.CutPrefix(name, prefix)
		if id, err := strconv.ParseInt(rest, 10, 64); ok && err == nil && len(values) > 0 {
			out[id] = values[0]
		}
	}

	return out
}

// Keyed gives the fields of a form that was bound whose names are the prefix and a key of at most 64
// bytes, by that key.
func Keyed(c *gin.Context, prefix string) map[string]string {
	out := map[string]string{}

	for name, values := range c.Request.PostForm {
		if key, ok := strings.CutPrefix(name, prefix); ok && len(values) > 0 && len(key) <= 64 {
			out[key] = values[0]
		}
	}

	return out
}

// Bind fills the struct that form points to from query and body, by the tag `form:"name"`. It takes
// string, bool, the int and float kinds, time.Time (datetime-local or date, read in Asia/Shanghai),
// slices of string and int64, and *multipart.FileHeader or a slice of them. Strings lose their outer
// space unless the tag says `form:"name,raw"`. `check:"required"` and `check:"max=200"` (characters)
// are checked here; everything else is the use case's. It fails with fault.Fields, one per field, after
// having filled what can be filled, so that the form can be shown again.
func Bind(c *gin.Context, form any) error {
	if err := parseForm(c); err != nil {
		return err
	}
	v := reflect.ValueOf(form).Elem()
	var wrong fault.Fields

	for i := range v.NumField() {
		tag, ok := v.Type().Field(i).Tag.Lookup("form")
		if !ok {
			continue
		}
		name, mode, _ := strings.Cut(tag, ",")
		wrong.Add(bindField(c, v.Field(i), name, mode == "raw"))
		wrong.Add(
			check(
				v.Field(i),
				name,
				v.Type().Field(i).Tag.Get("check"),
				len(wrong) > 0 && wrong[len(wrong)-1].Field == name,
			),
		)
	}

	return wrong.Err()
}

func bindField(c *gin.Context, f reflect.Value, name string, raw bool) *fault.Error {
	values := c.Request.Form[name]

	switch p := f.Addr().Interface().(type) {
	case *[]string:
		*p = trimAll(values)
		return nil
	case *[]int64:
		return bindInts(p, name, values)
	case **multipart.FileHeader:
		if h := files(c, name); len(h) > 0 {
			*p = h[0]
		}

		return nil
	case *[]*multipart.FileHeader:
		*p = files(c, name)
		return nil
	}
	if len(values) == 0 {
		return nil
	}
	if asked := c.Request.URL.Query()[name]; slices.ContainsFunc(
		asked,
		func(v string) bool { return v != asked[0] },
	) {
		return fault.Invalid(name, "这个条件只能有一个值").WithCode("repeated")
	}
	s := values[0]
	if !raw {
		s = strings.TrimSpace(s)
	}
	if p, ok := f.Addr().Interface().(*time.Time); ok {
		return bindTime(c, p, name, s)
	}

	return bindOne(f, name, s)
}

// bindTime sets an instant from s. One outside of the bounds stays in the form, for the person to mend.
func bindTime(c *gin.Context, p *time.Time, name, s string) *fault.Error {
	if s == "" {
		return nil
	}

	t, err := instant.Parse(s, timeLayouts...)
	if err != nil {
		return fault.Invalid(name, "时间要写成 2026-01-31 14:30 的样子")
	}

	*p = t

	return instant.Check(name, t, now(c))
}

// bindOne sets a scalar from s. An empty string leaves the zero value.
func bindOne(f reflect.Value, name, s string) *fault.Error {
	switch {
	case f.Kind() == reflect.String:
		f.SetString(strings.ReplaceAll(s, "\r\n", "\n"))
	case f.Kind() == reflect.Bool:
		f.SetBool(s == "1" || s == "on" || s == "true")
	case s == "":
	case f.CanInt():
		bits := f.Type().Bits()
		if f.Kind() == reflect.Int { // a count or a revision: an integer of the database
			bits = 32
		}
		n, err := strconv.ParseInt(s, 10, bits)
		if err != nil {
			return fault.Invalid(name, "这里要填整数")
		}
		f.SetInt(n)
	case f.CanFloat():
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fault.Invalid(name, "这里要填数字")
		}
		f.SetFloat(n)
	default:
		panic("web: form field " + name + " has a type that Bind does not know")
	}

	return nil
}

func bindInts(p *[]int64, name string, values []string) *fault.Error {
	*p = nil

	for _, s := range values {
		if s == "" {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return fault.Invalid(name, "选项无效，请重新选择")
		}
		*p = append(*p, n)
	}

	return nil
}

func trimAll(in []string) []string {
	var out []string

	for _, s := range in {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}

	return out
}

func files(c *gin.Context, name string) []*multipart.FileHeader {
	if c.Request.MultipartForm == nil {
		return nil
	}

	return c.Request.MultipartForm.File[name]
}

// check tests the few rules that are about the form itself. A field that could not be read is not
// checked again.
func check(f reflect.Value, name, rules string, failed bool) *fault.Error {
	if rules == "" || failed {
		return nil
	}

	for rule := range strings.SplitSeq(rules, ",") {
		key, arg, _ := strings.Cut(rule, "=")
		switch key {
		case "required":
			if f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
				return fault.Invalid(name, "这里不能为空")
			}
		case "max":
			n, err := strconv.Atoi(arg)
			if err != nil {
				panic("web: form field " + name + ": bad rule " + rule)
			}
			if got := len([]rune(f.String())); got > n {
				return fault.Invalid(name, "最多 {.n} 个字，现有 {.got} 个", "n", n, "got", got)
			}
		default:
			panic("web: form field " + name + ": unknown rule " + rule)
		}
	}

	return nil
}

// timeLayouts are the forms of a datetime-local or date control, read in Asia/Shanghai; an RFC 3339
// instant is taken as well.
var timeLayouts = []string{
	page.FieldLayout, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly, time.RFC3339,
}

// ReadTime is the instant that a control of the form called name was sent with; zero when it is empty,
// unreadable or out of bounds.
func ReadTime(c *gin.Context, name string) time.Time {
	t, ok := instant.Read(strings.TrimSpace(c.PostForm(name)), now(c), timeLayouts...)
	if !ok {
		return time.Time{}
	}

	return t
}

// now is the clock of the kit that c belongs to.
func now(c *gin.Context) time.Time {
	if clock, ok := c.Value(string(keyNow)).(func() time.Time); ok {
		return clock()
	}

	return time.Now()
}

// ID reads a number from the path. What is no number is not there.
func ID(c *gin.Context, name string) (int64, error) {
	id, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFound("没有找到，或不在您的管辖范围内")
	}

	return id, nil
}

// Act binds the form that was posted to what the address names by id, and does the act with it. It
// fails with what the address, the form or the act is wrong in; the form is given back for the page to
// show it again.
func Act[F, T any](c *gin.Context, do func(id int64, f F) (T, error)) (id int64, f F, got T, err error) {
	if id, err = ID(c, "id"); err != nil {
		return id, f, got, err
	}
	if err = Bind(c, &f); err == nil {
		got, err = do(id, f)
	}

	return id, f, got, err
}

// Link is the address of this page with parameters changed: names and values alternate, an empty value
// drops the name. It keeps filters while paging and drops one filter for its chip. The cursor "after"
// is dropped unless it is named.
func Link(c *gin.Context, changes ...string) string {
	values := c.Request.URL.Query()
	values.Del("after")

	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			values.Del(changes[i])
			continue
		}
		values.Set(changes[i], changes[i+1])
	}
	if len(values) == 0 {
		return c.Request.URL.Path
	}

	return c.Request.URL.Path + "?" + values.Encode()
}
