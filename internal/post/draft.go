package post

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
)

// Content is what a person writes: everything of a post that a save replaces.
type Content struct {
	UnitID   int64 // where the post belongs; 0: where it is
	Text     string
	Visible  int
	RepostOf string // platform id, or what ParseRepost reads
	Targets  []TargetChoice
	Media    []MediaChoice
	DueAt    *time.Time
	DueNow   bool
	Urgent   bool
	Corrects *int64 // kept from the creation on; a save does not change it
}

// TargetChoice is an account with, perhaps, a wording of its own.
type TargetChoice struct {
	AccountID int64
	Variant   *string
}

// MediaChoice is a picture with its description.
type MediaChoice struct {
	MediaID int64
	Alt     string
}

// clean makes line breaks one kind, drops doubles and says what cannot even be kept in a draft.
func (c Content) clean() (Content, error) {
	var wrong fault.Fields
	c.Text = plainText(c.Text)
	wrong.Add(checkSize("text", c.Text))
	c.RepostOf, _ = ParseRepost(c.RepostOf) // what cannot be read is kept as typed; Check tells
	if utf8.RuneCountInString(c.RepostOf) > maxAlt {
		wrong.Add(fault.Invalid("repost", "网址过长"))
	}
	if c.Visible != 0 && c.Visible != 1 {
		wrong.Add(fault.Invalid("visible", "请选择可见范围"))
	}
	if c.DueNow {
		c.DueAt = nil
	}
	if c.DueAt != nil {
		due := c.DueAt.UTC().Truncate(time.Microsecond)
		c.DueAt = &due
	}
	c.Targets = cleanTargets(c.Targets, &wrong)
	c.Media = cleanMedia(c.Media, &wrong)
	return c, wrong.Err()
}

func cleanTargets(in []TargetChoice, wrong *fault.Fields) []TargetChoice {
	var out []TargetChoice
	seen := make(map[int64]bool, len(in))
	for _, t := range in {
		if seen[t.AccountID] {
			continue
		}
		seen[t.AccountID] = true
		if t.Variant != nil {
			t.Variant = ownWords(*t.Variant)
		}
		if t.Variant != nil {
			wrong.Add(checkSize(VariantField(t.AccountID), *t.Variant))
		}
		out = append(out, t)
	}
	if len(out) > maxAccounts {
		wrong.Add(fault.Invalid("accounts", "一次最多选择 {.max} 个账号", "max", maxAccounts))
	}
	return out
}

func cleanMedia(in []MediaChoice, wrong *fault.Fields) []MediaChoice {
	var out []MediaChoice
	for _, m := range in {
		if slices.ContainsFunc(out, func(o MediaChoice) bool { return o.MediaID == m.MediaID }) {
			continue
		}
		m.Alt = strings.TrimSpace(m.Alt)
		if utf8.RuneCountInString(m.Alt) > maxAlt {
			wrong.Add(fault.Invalid("media", "图片说明最多 {.max} 字", "max", maxAlt))
		}
		out = append(out, m)
	}
	if len(out) > MaxMedia {
		wrong.Add(fault.Invalid("media", "最多 {.max} 张图片", "max", MaxMedia))
	}
	return out
}

func checkSize(field, text string) *fault.Error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.Invalid(field, "文字中有无法识别的字符，请重新输入")
	case utf8.RuneCountInString(text) > maxText:
		return fault.Invalid(field, "文字过长，最多保存 {.max} 字", "max", maxText)
	}
	return nil
}

// plainText makes each line break one line feed, as browsers count and Weibo gets them, and drops blanks at the end.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.TrimRight(s, " \t\n\u3000")
}

// ownWords is an account's wording; nothing but blanks means the common text.
func ownWords(s string) *string {
	if s = plainText(s); s == "" {
		return nil
	}
	return &s
}

// ContentOf is the content a version and its post hold now, to be edited or compared.
func ContentOf(p Post, v Version) Content {
	c := Content{UnitID: p.UnitID, Text: v.Text, Visible: v.Visible, RepostOf: v.RepostOf, DueAt: p.DueAt, DueNow: p.DueNow, Urgent: p.Urgent, Corrects: p.Corrects}
	for _, t := range v.Targets {
		c.Targets = append(c.Targets, TargetChoice{t.AccountID, t.Variant})
	}
	for _, m := range v.Media {
		c.Media = append(c.Media, MediaChoice{m.MediaID, m.Alt})
	}
	return c
}

// same tells whether saving c over d would change nothing. The order of accounts is the matrix's, not the form's.
func (c Content) same(d Content) bool {
	sameDue := (c.DueAt == nil) == (d.DueAt == nil) && (c.DueAt == nil || c.DueAt.Equal(*d.DueAt))
	sameUnit := c.UnitID == 0 || d.UnitID == 0 || c.UnitID == d.UnitID
	return sameUnit && c.Text == d.Text && c.Visible == d.Visible && c.RepostOf == d.RepostOf && c.DueNow == d.DueNow && c.Urgent == d.Urgent &&
		sameDue && slices.Equal(c.Media, d.Media) && sameTargets(c.Targets, d.Targets)
}

func sameTargets(a, b []TargetChoice) bool {
	if len(a) != len(b) {
		return false
	}
	wording := map[int64]*string{}
	for _, t := range a {
		wording[t.AccountID] = t.Variant
	}
	for _, t := range b {
		w, ok := wording[t.AccountID]
		if !ok || (w == nil) != (t.Variant == nil) || (w != nil && *w != *t.Variant) {
			return false
		}
	}
	return true
}
