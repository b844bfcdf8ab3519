// Package library keeps what posts are written from: snippets, texts and pictures that units keep by hand,
// and every text that the matrix has ever published, found by its words. It writes no post and sends nothing.
package library

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/instant"
	"juzhen/internal/media"
)

// Kind is what an item is.
type Kind string

// The kinds of items.
const (
	Snippet Kind = "snippet" // a piece of a text: a greeting, a source line, a phone number
	Whole   Kind = "text"    // a text to begin a post with
	Picture Kind = "picture"
)

// Kinds lists them in the order shown.
func Kinds() []Kind { return []Kind{Snippet, Whole, Picture} }

// Label is the Chinese name of the kind.
func (k Kind) Label() string {
	return map[Kind]string{Snippet: "片段", Whole: "文稿", Picture: "图片"}[k]
}

// Limits of an item, in code points, and of the items that one unit keeps.
const (
	MaxTitle   = 60
	maxSnippet = 500
	maxText    = 5000
	maxAlt     = 200
	maxSource  = 200
	maxOwn     = 5000
)

// Item is something that a unit keeps; it is there for the unit and for all below it.
type Item struct {
	ID         int64
	UnitID     int64
	UnitPath   string
	UnitName   string
	Kind       Kind
	Title      string
	Text       string // of a picture: what is to be seen in it
	MediaID    *int64 // of a picture
	Source     string
	Licence    string
	ExpiresOn  string // the last day of use in Beijing, 2026-12-31; "": none
	Revision   int    // one higher with each change; a form that holds an older one is stale
	Uses       int
	LastUsedAt *time.Time
	RetiredAt  *time.Time
	UpdatedBy  string
	UpdatedAt  time.Time

	MediaLabel  string // of a picture: what it says of its making (Made)
	MediaUnread bool
}

// Made is what a picture says of how it was made.
func (i Item) Made() media.Made {
	return media.Media{Label: i.MediaLabel, LabelUnread: i.MediaUnread}.Made()
}

// Ref names the item in the audit trail.
func (i Item) Ref() string { return "library/" + strconv.FormatInt(i.ID, 10) }

// Expired tells whether the last day of use is over on a day of Beijing.
func (i Item) Expired(today string) bool { return i.ExpiresOn != "" && i.ExpiresOn < today }

// Usable tells why the item is not put into a post on a day of Beijing; nil when it may be.
func (i Item) Usable(today string) error {
	switch {
	case i.RetiredAt != nil:
		return fault.Conflict("素材“{.name}”已停用", "name", i.Title)
	case i.Expired(today):
		return fault.Conflict("素材“{.name}”的使用期限是 {.day}，已经过了", "name", i.Title, "day", i.ExpiresOn)
	}

	return nil
}

// Edit is what a person writes of an item.
type Edit struct {
	Title     string
	Text      string
	MediaID   int64 // of a new picture
	Source    string
	Licence   string
	ExpiresOn string // 2026-12-31, or ""
}

// clean sets the edit of an item of a kind right and says what cannot be kept.
func (e Edit) clean(kind Kind) (Edit, error) {
	var wrong fault.Fields
	e.Title, e.Source, e.Licence = oneLine(e.Title), oneLine(e.Source), oneLine(e.Licence)
	e.Text = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(e.Text, "\r\n", "\n"), "\r", "\n"))
	e.ExpiresOn = strings.TrimSpace(e.ExpiresOn)

	wrong.Add(size("title", e.Title, 1, MaxTitle))
	wrong.Add(size("source", e.Source, 0, maxSource))
	wrong.Add(size("licence", e.Licence, 0, maxSource))

	switch kind {
	case Snippet:
		wrong.Add(size("text", e.Text, 1, maxSnippet))
	case Whole:
		wrong.Add(size("text", e.Text, 1, maxText))
	case Picture:
		wrong.Add(size("text", e.Text, 1, maxAlt))
		if e.Source == "" {
			wrong.Add(fault.Invalid("source", "请写明图片的来源：谁拍的、从哪里得到"))
		}
		if e.Licence == "" {
			wrong.Add(fault.Invalid("licence", "请写明可以怎样使用：自有、作者授权、购买等"))
		}
	default:
		wrong.Add(fault.Invalid("kind", "请选择素材的类别"))
	}

	if e.ExpiresOn != "" {
		if _, err := instant.Parse(e.ExpiresOn, time.DateOnly); err != nil {
			wrong.Add(fault.Invalid("expires", "请填写日期，如 2026-12-31；没有期限就留空"))
		}
	}

	return e, wrong.Err()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func size(field, text string, least, most int) *fault.Error {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0) || len(glyph.Find(text)) > 0:
		return fault.Invalid(field, "文字中有看不见或无法识别的字符，请重新输入")
	case n < least:
		return fault.Invalid(field, "请填写")
	case n > most:
		return fault.Invalid(field, "最多 {.max} 字", "max", most)
	}

	return nil
}

// Published is a text that went out, once or more.
type Published struct {
	ID       int64
	Text     string
	Times    int       // how often it went out
	LastAt   time.Time // and when last
	Handle   string    // of the account of the last time
	Accounts int       // on how many accounts
	PostID   *int64    // the post of this console that it was last; nil: none
	Column   string    // of that post
	Writer   string    // of that post
	Removed  int       // of how many times the platform took it away or hid it
	Down     int       // of how many times it was taken down by people here
}
