// Package source takes readings from addresses that answer in JSON and writes drafts of them from a
// template: for people to look at, never a post. It fetches by the rules of package outward, on a schedule
// or when asked, and remembers what came of it.
package source

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/instant"
	"juzhen/internal/outward"
	"juzhen/internal/template"
)

// Source is an address with what is made of its answer.
type Source struct {
	ID         int64
	UnitID     int64 // whose posts it begins
	UnitPath   string
	UnitName   string
	Name       string
	Kind       template.Kind
	URL        string
	Mapping    Mapping `gorm:"-"`
	Every      int     // minutes between two pulls
	At         string  // "15:04" in Beijing: a time of day from which they are counted
	AuthorID   int64   // in whose name the drafts are
	AuthorName string
	Active     bool
	Version    int
	NextAt     *time.Time // nil while it is switched off
	Failures   int        // pulls that failed in a row
	LastAt     *time.Time
	LastResult Result // "" before the first pull
}

// Ref names the source in the audit trail.
func (s Source) Ref() string { return "source/" + strconv.FormatInt(s.ID, 10) }

// Host is the host and port of the address: what may be told where the whole address may not.
func (s Source) Host() string {
	at, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}

	return at.Host
}

// Result is what came of a pull.
type Result string

// The results.
const (
	Drafted Result = "drafted" // a draft was made
	Same    Result = "same"    // the readings are those of the draft before
	Failed  Result = "failed"
)

// Label is the result in Chinese.
func (r Result) Label() string {
	return map[Result]string{Drafted: "写了草稿", Same: "没有新数据", Failed: "未取得"}[r]
}

// Pull is one attempt to take readings.
type Pull struct {
	ID      int64
	At      time.Time
	ByName  string // "" : by the schedule
	Result  Result
	PostID  int64 // of a draft
	TookMS  int
	Reasons []Reason `gorm:"-"` // why it failed
}

// Reason is one thing that kept a pull from making a draft: a source text with its parameters.
type Reason struct {
	Field string         `json:"field"`
	Text  string         `json:"text"`
	Args  map[string]any `json:"args"`
}

// Limits of what is written of a source.
const (
	maxName   = 40 // visible signs
	maxURL    = 2000
	maxOfUnit = 50 // sources of one unit
)

// Schedules are the minutes between two pulls that may be chosen; each divides a day.
func Schedules() []int { return []int{5, 10, 15, 30, 60, 180, 360, 720, 1440} }

// retry is how soon a pull that failed is tried again, at most three times in a row.
const (
	retry    = 10 * time.Minute
	retries  = 3
	worrying = 3 // failures in a row after which people are told
)

// next is when to pull again after now: at the next time of the schedule, or sooner after a failure.
func next(every int, at string, now time.Time, failures int) time.Time {
	period := time.Duration(every) * time.Minute
	first := beijing.Day(now)

	if t, err := instant.Parse(at, "15:04"); err == nil {
		first = first.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	due := first.Add(now.Sub(first).Truncate(period))

	for !due.After(now) {
		due = due.Add(period)
	}
	if soon := now.Add(retry); failures > 0 && failures <= retries && soon.Before(due) {
		return soon.UTC()
	}

	return due.UTC()
}

// Edit is what a person writes of a source.
type Edit struct {
	ID       int64 // 0: a new one
	Version  int   // that the form showed
	UnitID   int64 // of a new one
	Name     string
	Kind     template.Kind // of a new one
	URL      string
	Mapping  Mapping
	Every    int
	At       string
	AuthorID int64
	Active   *bool // nil: as it is
}

// clean trims what was written and says what cannot be kept.
func (e *Edit) clean() error {
	var wrong fault.Fields

	e.Name, e.URL = strings.TrimSpace(e.Name), strings.TrimSpace(e.URL)
	if e.Name == "" || glyph.Count(e.Name) > maxName || len(glyph.Find(e.Name)) > 0 ||
		strings.ContainsAny(e.Name, "\n\t") {
		wrong.Add(fault.Invalid("name", "请填写名称，最多 {.max} 字", "max", maxName))
	}
	if !slices.Contains(Schedules(), e.Every) {
		wrong.Add(fault.Invalid("every", "请选择多久取一次"))
	}
	if _, err := instant.Parse(e.At, "15:04"); err != nil {
		wrong.Add(fault.Invalid("from_time", "请按 08:15 的样子填写时间"))
	}

	for _, failure := range fault.FieldErrors(e.cleanMapped()) {
		wrong.Add(failure)
	}

	return wrong.Err()
}

// cleanMapped looks at what a trial needs: the kind, the address and the mapping.
func (e *Edit) cleanMapped() error {
	var wrong fault.Fields

	e.URL = strings.TrimSpace(e.URL)
	if !e.Kind.Measured() {
		wrong.Add(fault.Invalid("kind", "这种模板不能由数据写出"))
		return wrong.Err()
	}
	if _, err := outward.Parse(e.URL); err != nil || len(e.URL) > maxURL {
		wrong.Add(fault.Invalid("url", outward.BadAddress.Label()))
	}
	var failures fault.Fields
	e.Mapping, failures = e.Mapping.clean(e.Kind)

	return append(wrong, failures...).Err()
}
