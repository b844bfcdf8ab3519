package web

import (
	"fmt"
	"time"

	"juzhen/internal/web/page"
)

// erring is a page with texts at its fields; every page struct is one by embedding page.Base.
type erring interface{ FieldError(name string) string }

// field makes a control: {{template "field" (field . "text" "正文" .Form.Text "rows" 6 "help" "…")}}.
// Names that may follow: type help required rows max options multiple autocomplete placeholder accept
// unit counter autofocus readonly id class.
func (f funcs) field(p erring, name, label string, value any, more ...any) (page.Field, error) {
	out := page.Field{ID: "f-" + name, Name: name, Label: label, Type: "text", Error: p.FieldError(name)}

	switch v := value.(type) {
	case time.Time:
		out.Type, out.Value = "datetime-local", page.FieldTime(v)
	case *time.Time:
		out.Type, out.Value = "datetime-local", page.FieldTime(timeOf(v))
	case bool:
		out.Type, out.Checked, out.Value = "checkbox", v, "1"
	case []string:
		out.Values = v
	case []int64:
		for _, n := range v {
			out.Values = append(out.Values, fmt.Sprint(n))
		}
	case nil:
	default:
		out.Value = fmt.Sprint(v)
	}

	for i := 0; i+1 < len(more); i += 2 {
		if err := setField(&out, fmt.Sprint(more[i]), more[i+1]); err != nil {
			return out, fmt.Errorf("field %s: %w", name, err)
		}
	}

	switch {
	case out.Options != nil: // a search with choices is a select, in whatever order the names stand
		out.Type = "select"
	case out.Rows > 0:
		out.Type = "textarea"
	}
	choose(&out)

	return out, nil
}

func setField(field *page.Field, key string, v any) error {
	texts := map[string]*string{
		"type":         &field.Type,
		"help":         &field.Help,
		"autocomplete": &field.Autocomplete,
		"placeholder":  &field.Placeholder,
		"accept":       &field.Accept,
		"unit":         &field.Unit,
		"id":           &field.ID,
		"class":        &field.Class,
	}
	flags := map[string]*bool{
		"required":  &field.Required,
		"multiple":  &field.Multiple,
		"counter":   &field.Counter,
		"autofocus": &field.Autofocus,
		"readonly":  &field.Readonly,
	}
	numbers := map[string]*int{"rows": &field.Rows, "max": &field.Max}
	var ok bool

	switch {
	case texts[key] != nil:
		*texts[key], ok = v.(string)
	case flags[key] != nil:
		*flags[key], ok = v.(bool)
	case numbers[key] != nil:
		*numbers[key], ok = v.(int)
	case key == "options":
		field.Options, ok = v.([]page.Option)
		if ok && field.Options == nil {
			field.Options = []page.Option{}
		}
	}
	if !ok {
		return fmt.Errorf("%s cannot be set to %T", key, v)
	}

	return nil
}

// choose marks the options that the value names.
func choose(field *page.Field) {
	options := make([]page.Option, len(field.Options))
	for i, option := range field.Options {
		option.Selected = option.Value == field.Value && len(field.Values) == 0
		for _, v := range field.Values {
			option.Selected = option.Selected || v == option.Value
		}
		options[i] = option
	}
	field.Options = options
}

// options makes choices of alternating values and Chinese texts.
func (f funcs) options(kv ...string) []page.Option {
	var out []page.Option
	for i := 0; i+1 < len(kv); i += 2 {
		out = append(out, page.Option{Value: kv[i], Text: kv[i+1]})
	}

	return out
}

// confirm makes a dangerous act: what opens it, title, consequence (in the reader's language), form
// address, the act's name; then by name: reason, error, danger, waiting, hidden, id.
func (f funcs) confirm(open, title, text, action, submit string, more ...any) (page.Confirm, error) {
	c := page.Confirm{
		ID: "confirm", Open: open, Title: title, Text: text, Action: action, Submit: submit,
		Danger: true,
	}

	for i := 0; i+1 < len(more); i += 2 {
		var ok bool

		switch fmt.Sprint(more[i]) {
		case "reason":
			c.Reason, ok = more[i+1].(string)
		case "error":
			c.Error, ok = more[i+1].(string)
		case "danger":
			c.Danger, ok = more[i+1].(bool)
		case "waiting":
			c.Waiting, ok = more[i+1].(string)
		case "hidden":
			c.Hidden, ok = more[i+1].([]page.Pair)
		case "id":
			c.ID, ok = more[i+1].(string)
		}
		if !ok {
			return c, fmt.Errorf("confirm: %v cannot be set to %T", more[i], more[i+1])
		}
	}

	return c, nil
}

// figure makes a number with its name, unit and definition: {{template "figure" (figure "转发" (num .N)
// "次" "定义…")}}.
func (f funcs) figure(label, value, unit, definition string) page.Figure {
	return page.Figure{Label: label, Value: value, Unit: unit, Definition: definition}
}
