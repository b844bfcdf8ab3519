package post

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
)

// Content is what a person writes: everything of a post that a save replaces.
type Content struct {
	UnitID   int64 // where the post belongs; 0: where it is
	Text     string
	Visible  int
	RepostOf string // platform id, or what ParseRepost reads
	Lead     *Lead  // in the place of RepostOf: a post of this console; nobody types that
	ColumnID int64  // 0: in no column
	Targets  []TargetChoice
	Media    []MediaChoice
	DueAt    *time.Time
	DueNow   bool
	NotAfter *time.Time // later than this it is not sent any more; nil: as each account says
	Urgent   bool
	// by which its writers know it; nil leaves it as it is. No approval covers it.
	WorkingTitle *string
	// what a machine made, as the author says
	Generated Generated
	// kept from the creation on; a save does not change them
	Corrects   *int64
	CopiedFrom *int64
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

// texts are all wordings.
func (c Content) texts() []string {
	all := []string{c.Text}

	for _, target := range c.Targets {
		if target.Variant != nil {
			all = append(all, *target.Variant)
		}
	}

	return all
}

// clean makes line breaks one kind, drops doubles and says what cannot even be kept in a draft.
func (c Content) clean() (Content, error) {
	var wrong fault.Fields
	c.Text = plainText(c.Text)
	wrong.Add(checkSize("text", c.Text))
	if c.Lead != nil {
		c.RepostOf = c.Lead.String()
	}
	c.RepostOf, _ = ParseRepost(c.RepostOf) // what cannot be read is kept as typed; Check tells
	if utf8.RuneCountInString(c.RepostOf) > maxAlt {
		wrong.Add(fault.Invalid("repost", "网址过长"))
	}
	if c.WorkingTitle != nil {
		title := strings.Join(strings.Fields(*c.WorkingTitle), " ")
		wrong.Add(checkTitle(title))
		c.WorkingTitle = &title
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
	if c.NotAfter != nil {
		until := c.NotAfter.UTC().Truncate(time.Microsecond)
		c.NotAfter = &until
	}
	c.Targets = cleanTargets(c.Targets, &wrong)
	c.Media = cleanMedia(c.Media, &wrong)

	return c, wrong.Err()
}

func cleanTargets(in []TargetChoice, wrong *fault.Fields) []TargetChoice {
	var out []TargetChoice

	seen := make(map[int64]bool, len(in))
	for _, targetChoice := range in {
		if seen[targetChoice.AccountID] {
			continue
		}
		seen[targetChoice.AccountID] = true
		if targetChoice.Variant != nil {
			targetChoice.Variant = ownWords(*targetChoice.Variant)
		}
		if targetChoice.Variant != nil {
			wrong.Add(checkSize(VariantField(targetChoice.AccountID), *targetChoice.Variant))
		}
		out = append(out, targetChoice)
	}
	if len(out) > maxAccounts {
		wrong.Add(fault.Invalid("accounts", "一次最多选择 {.max} 个账号", "max", maxAccounts))
	}

	return out
}

func cleanMedia(in []MediaChoice, wrong *fault.Fields) []MediaChoice {
	var out []MediaChoice
	for _, mediaChoice := range in {
		if slices.ContainsFunc(out, func(o MediaChoice) bool { return o.MediaID == mediaChoice.MediaID }) {
			continue
		}
		mediaChoice.Alt = strings.TrimSpace(mediaChoice.Alt)
		if utf8.RuneCountInString(mediaChoice.Alt) > maxAlt {
			wrong.Add(fault.Invalid("media", "图片说明最多 {.max} 字", "max", maxAlt))
		}
		out = append(out, mediaChoice)
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

func checkTitle(title string) *fault.Error {
	switch {
	case !utf8.ValidString(title) || strings.ContainsRune(title, 0) || len(glyph.Find(title)) > 0:
		return fault.Invalid("title", "标题中有看不见或无法识别的字符，请重新输入")
	case utf8.RuneCountInString(title) > maxTitle:
		return fault.Invalid("title", "标题最多 {.max} 字", "max", maxTitle)
	}

	return nil
}

// plainText makes each line break one line feed, as browsers count and Weibo gets them, and drops
// blanks at the end.
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
func ContentOf(post Post, version Version) Content {
	content := Content{
		UnitID:   post.UnitID,
		Text:     version.Text,
		Visible:  version.Visible,
		RepostOf: version.RepostOf,
		ColumnID: version.ColumnID,
		DueAt:    post.DueAt,
		DueNow:   post.DueNow,
		NotAfter: version.NotAfter,
		Urgent:   post.Urgent,
		Corrects: post.Corrects, CopiedFrom: post.CopiedFrom,

		WorkingTitle: &post.WorkingTitle,
		Generated:    version.Generated,
	}
	for _, target := range version.Targets {
		content.Targets = append(content.Targets, TargetChoice{target.AccountID, target.Variant})
	}

	for _, versionMedia := range version.Media {
		content.Media = append(content.Media, MediaChoice{versionMedia.MediaID, versionMedia.Alt})
	}

	return content
}

// same tells whether saving c over d would change nothing. The order of accounts is the matrix's, not
// the form's.
func (c Content) same(content Content) bool {
	sameTimes := sameInstant(c.DueAt, content.DueAt) && sameInstant(c.NotAfter, content.NotAfter)
	sameUnit := c.UnitID == 0 || content.UnitID == 0 || c.UnitID == content.UnitID

	sameTitle := c.WorkingTitle == nil || content.WorkingTitle == nil ||
		*c.WorkingTitle == *content.WorkingTitle

	return sameUnit && sameTitle && c.Text == content.Text && c.Visible == content.Visible &&
		c.RepostOf == content.RepostOf &&
		c.ColumnID == content.ColumnID &&
		c.DueNow == content.DueNow &&
		c.Urgent == content.Urgent &&
		c.Generated == content.Generated &&
		sameTimes &&
		slices.Equal(c.Media, content.Media) &&
		sameTargets(c.Targets, content.Targets)
}

func sameInstant(a, b *time.Time) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Equal(*b))
}

func sameTargets(a, b []TargetChoice) bool {
	if len(a) != len(b) {
		return false
	}

	wording := map[int64]*string{}
	for _, targetChoice := range a {
		wording[targetChoice.AccountID] = targetChoice.Variant
	}

	for _, targetChoice := range b {
		w, ok := wording[targetChoice.AccountID]
		if !ok || (w == nil) != (targetChoice.Variant == nil) || (w != nil && *w != *targetChoice.Variant) {
			return false
		}
	}

	return true
}
