package source

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/template"
)

// Mapping says where in a document the fields of a template are: by field a path, or "=" with a text that
// is always the same. A table has the path of its rows, and below "field.column" a path within each row.
// "@key" is the name under which a row stands in an object.
type Mapping map[string]string

// key is the name of a row in the object that holds it.
const key = "@key"

// Slot is one line of a mapping: a field, or a column of one.
type Slot struct {
	Key      string // in a Mapping
	Field    template.Field
	Column   *template.Column // of a table; nil: the field itself
	Optional bool
}

// Slots are the lines of the mapping of a kind, in the order of the template's form.
func Slots(kind template.Kind) (all []Slot) {
	for _, field := range kind.Fields() {
		all = append(all, Slot{Key: field.Name, Field: field, Optional: field.Optional})

		for _, column := range field.Columns {
			all = append(all, Slot{
				Key:      field.Name + "." + column.Name,
				Field:    field,
				Column:   &column,
				Optional: column.Optional,
			})
		}
	}

	return all
}

// FieldOf is the name of a line of a mapping as a field of a form.
func FieldOf(key string) string { return "map." + key }

// clean keeps the lines of the kind and says which cannot be read. The rows of a table may be the document
// itself, so their path may be empty.
func (m Mapping) clean(kind template.Kind) (Mapping, fault.Fields) {
	kept := Mapping{}
	var wrong fault.Fields

	for _, slot := range Slots(kind) {
		text := strings.TrimSpace(m[slot.Key])
		_, readable := parsePath(text)
		rows := slot.Field.Type == template.Table && slot.Column == nil

		switch {
		case text == "" && !slot.Optional && !rows:
			wrong.Add(fault.Invalid(FieldOf(slot.Key), "请填写路径，或以 = 开头的固定文字"))
		case strings.HasPrefix(text, "=") && (rows || len(text) > maxPath):
			wrong.Add(fault.Invalid(FieldOf(slot.Key), "请填写一组数据的路径"))
		case !strings.HasPrefix(text, "=") && text != key && !readable:
			wrong.Add(fault.Invalid(FieldOf(slot.Key), "路径读不出来；请按 data.list[0].name 的样子填写"))
		}
		if text != "" {
			kept[slot.Key] = text
		}
	}

	return kept, wrong
}

// values takes the fields of a kind out of a document. It fails with fault.Fields at the lines of the
// mapping; what the template makes of the values is the template's to say.
func (m Mapping) values(kind template.Kind, document *node) (template.Values, error) {
	values := template.Values{}
	var wrong fault.Fields

	for _, field := range kind.Fields() {
		if field.Type == template.Table {
			text, failure := m.table(field, document)
			wrong.Add(failure)
			values[field.Name] = text

			continue
		}
		path := m[field.Name]
		if path == "" {
			continue
		}
		text, found := textAt(document, path, "")
		if !found && !field.Optional {
			wrong.Add(fault.Invalid(FieldOf(field.Name), "返回的内容里没有 {.path}", "path", path))
		}
		values[field.Name] = typed(field, text)
	}

	return values, wrong.Err()
}

func (m Mapping) table(field template.Field, document *node) (string, *fault.Error) {
	steps, _ := parsePath(m[field.Name])
	rows := document.at(steps)

	switch {
	case rows == nil || rows.kind != list && rows.kind != object:
		return "", fault.Invalid(FieldOf(field.Name), "{.path} 不是一组数据", "path", m[field.Name])
	case len(rows.items) > maxRows:
		return "", fault.Invalid(FieldOf(field.Name), "{.path} 有 {.n} 行，最多 {.max} 行",
			"path", m[field.Name], "n", len(rows.items), "max", maxRows)
	}

	var columns []template.Column

	for _, column := range field.Columns {
		if m[field.Name+"."+column.Name] != "" || !field.Headed {
			columns = append(columns, column)
		}
	}
	var table [][]string
	if field.Headed {
		var head []string

		for _, column := range columns {
			head = append(head, column.Label)
		}
		table = append(table, head)
	}

	for i, row := range rows.items {
		name := ""
		if rows.kind == object {
			name = rows.names[i]
		}

		var cells []string

		for _, column := range columns {
			text, _ := textAt(row, m[field.Name+"."+column.Name], name)
			cells = append(cells, text)
		}
		table = append(table, cells)
	}

	for _, column := range columns {
		path := m[field.Name+"."+column.Name]
		if path != "" && len(rows.items) > 0 && !inAny(rows, path) {
			return "", fault.Invalid(FieldOf(field.Name+"."+column.Name), "每一行里都没有 {.path}", "path", path)
		}
	}

	return template.TableOf(table), nil
}

// inAny tells whether a path leads somewhere in one of the rows, be it to nothing: what is missing in an hour
// is another thing than a name that is not there.
func inAny(rows *node, path string) bool {
	steps, ok := parsePath(path)
	if !ok || path == key || strings.HasPrefix(path, "=") {
		return true
	}

	return slices.ContainsFunc(rows.items, func(row *node) bool { return row.at(steps) != nil })
}

// maxRows is how many rows of a table are taken: as many as a template takes behind a head.
const maxRows = 39

// textAt is the text at a path, or the text that stands behind "=". found is false where the path leads
// nowhere, or to a list or an object.
func textAt(n *node, path, name string) (text string, found bool) {
	switch {
	case path == "":
		return "", false
	case path == key:
		return name, name != ""
	case strings.HasPrefix(path, "="):
		return strings.TrimSpace(path[1:]), true
	}

	steps, _ := parsePath(path)
	at := n.at(steps)
	if at == nil || at.kind != scalar {
		return "", false
	}

	return at.text, true
}

// spellings are the ways in which documents write an instant, beside seconds and milliseconds since 1970.
var spellings = []string{
	time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006-01-02 15", "2006010215", "2006-01-02", "20060102",
	"2006-01", "2006年1月2日15时", "2006年1月2日", "2006年1月",
}

// layouts are how a template takes instants, days and months.
var layouts = map[template.FieldType]string{
	template.Time: "2006-01-02T15:04", template.Date: time.DateOnly, template.Month: "2006-01",
}

// typed writes a text of a document as a field of the template takes it.
func typed(field template.Field, text string) string {
	layout, timed := layouts[field.Type]
	if !timed {
		return text
	}

	at, ok := epoch(text)
	if !ok {
		var err error
		if at, err = instant.Parse(strings.TrimSpace(text), spellings...); err != nil {
			return text // the template tells
		}
	}

	return at.In(beijing.Zone).Format(layout)
}

// epoch reads seconds (10 digits) and milliseconds (13) since 1970.
func epoch(text string) (time.Time, bool) {
	seconds := len(text) == 10 && text[0] != '2' // a day with its hour begins with 2
	if !seconds && len(text) != 13 || strings.Trim(text, "0123456789") != "" {
		return time.Time{}, false
	}

	var n int64

	for _, digit := range text {
		n = n*10 + int64(digit-'0')
	}
	if seconds {
		n *= 1000
	}

	return time.UnixMilli(n), true
}
