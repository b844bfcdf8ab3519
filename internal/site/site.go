// Package site decides what of the matrix everybody may see, and copies it to the schema of the public site:
// posts that this console sent and saw live and those from before it, their accounts, columns and pictures.
// It keeps how the site looks, which two people make public. It shows nothing itself: package public does,
// under a database role that reads the copies and nothing else.
package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
)

// Limits of the settings, in code points.
const (
	MaxName   = 40
	MaxFooter = 300
	MaxFiling = 60
)

// Look is what the site is called and how it looks.
type Look struct {
	Name   string // 微官网的名称
	NameEn string
	Footer string // who runs it, where to turn
	Filing string // 备案号
	Accent string // #rrggbb, of links and the head
	Emblem string // bytes of a PNG; "": none
}

// EmblemHash tells one emblem from another in words: the head of its SHA-256; "" for none.
func (l Look) EmblemHash() string {
	if l.Emblem == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(l.Emblem))

	return hex.EncodeToString(sum[:6])
}

// Draft is the look that is being worked on, beside the one that everybody sees.
type Draft struct {
	Look
	Revision  int // one higher with each change; a form that holds an older one is stale
	SavedBy   string
	SavedAt   time.Time
	AskedByID *int64 // who asked that it becomes public; nil: nobody
	AskedBy   string
	AskedAt   *time.Time
	Public    Look
	Open      bool // everybody may see the site
	OpenedBy  string
	OpenedAt  time.Time // or closed

	savedByID *int64
}

// Waits tells whether the draft waits for a second person.
func (d Draft) Waits() bool { return d.AskedByID != nil }

// Differs tells whether the draft is another look than the public one.
func (d Draft) Differs() bool { return d.Look != d.Public }

// Act is something that is done with the settings.
type Act string

// The acts on the settings.
const (
	Save    Act = "save"
	Ask     Act = "ask"     // that the draft becomes public, and the site with it
	Confirm Act = "confirm" // by another person
	Refuse  Act = "refuse"  // or take back what one asked
	Close   Act = "close"   // take the site away
)

// Acts lists them in the order in which a page offers them.
func Acts() []Act { return []Act{Save, Ask, Confirm, Refuse, Close} }

// May says why a person who keeps the site may not do something with the settings as they are now; nil: may.
// Two people make a look public: who asked and who last wrote the draft do not confirm it. One person closes.
func (d Draft) May(user int64, act Act) *fault.Error {
	switch act {
	case Ask:
		switch {
		case d.Name == "":
			return fault.Conflict("请先填写并保存微官网的设置")
		case d.Waits():
			return fault.Conflict("已申请公开，正等另一人确认")
		case d.Open && !d.Differs():
			return fault.Conflict("设置与公开的一样，不必申请")
		}
	case Confirm:
		switch {
		case !d.Waits():
			return fault.Conflict("没有等待确认的申请")
		case *d.AskedByID == user || d.savedBy(user):
			return fault.Forbidden("公开须由另一人确认：您写了设置或提出了申请")
		}
	case Refuse:
		if !d.Waits() {
			return fault.Conflict("没有等待确认的申请")
		}
	case Close:
		if !d.Open {
			return fault.Conflict("微官网没有公开")
		}
	}

	return nil
}

var hexColour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// leastContrast of text to its ground: WCAG 2.2, 1.4.3.
const leastContrast = 4.5

// clean sets the look right and says what cannot be kept.
func (l Look) clean() (Look, error) {
	var wrong fault.Fields
	l.Name, l.NameEn, l.Filing = oneLine(l.Name), oneLine(l.NameEn), oneLine(l.Filing)
	l.Footer = strings.TrimSpace(strings.ReplaceAll(l.Footer, "\r\n", "\n"))
	l.Accent = strings.ToLower(strings.TrimSpace(l.Accent))

	wrong.Add(size("name", l.Name, 1, MaxName))
	wrong.Add(size("name_en", l.NameEn, 1, 2*MaxName))
	wrong.Add(size("footer", l.Footer, 1, MaxFooter))
	wrong.Add(size("filing", l.Filing, 0, MaxFiling))

	if !hexColour.MatchString(l.Accent) {
		wrong.Add(fault.Invalid("accent", "请填写颜色，如 #1f5f8b"))
	} else if ratio := Contrast(l.Accent, "#ffffff"); ratio < leastContrast {
		wrong.Add(fault.Invalid("accent", "这个颜色与白底的对比度是 {.ratio}，至少须 4.5；请选深一些的",
			"ratio", strconv.FormatFloat(math.Floor(ratio*10)/10, 'f', 1, 64)))
	}

	return l, wrong.Err()
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

// Contrast is the ratio of two colours, #rrggbb, from 1 to 21. Source: WCAG 2.2, "contrast ratio"; #1f5f8b on
// white gives 6.84.
func Contrast(a, b string) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}

	return (light + 0.05) / (dark + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(colour string) float64 {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		return 0
	}

	return 0.2126*linear(rgb>>16&0xff) + 0.7152*linear(rgb>>8&0xff) + 0.0722*linear(rgb&0xff)
}

func linear(part uint64) float64 {
	c := float64(part) / 255
	if c <= 0.04045 {
		return c / 12.92
	}

	return math.Pow((c+0.055)/1.055, 2.4)
}

// darkGround is what the site stands on where the reader's machine is set to dark.
const darkGround = "#15191d"

// OnDark is a lighter form of a colour that can be read on a dark ground: as little white is mixed in as
// does.
func OnDark(colour string) string {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		return "#ffffff"
	}

	for white := uint64(0); white <= 100; white += 5 {
		mixed := "#"

		for _, shift := range []uint{16, 8, 0} {
			mixed += fmt.Sprintf("%02x", ((rgb>>shift&0xff)*(100-white)+255*white)/100)
		}
		if Contrast(mixed, darkGround) >= 7 {
			return mixed
		}
	}

	return "#ffffff"
}
