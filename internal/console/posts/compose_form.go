package posts

import (
	"encoding/json"
	"errors"
	"maps"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// composeForm is the form of a post as a browser sends it.
type composeForm struct {
	ID       int64  `form:"id"` // 0: not stored yet
	Revision int    `form:"revision"`
	Unit     int64  `form:"unit"`
	Corrects int64  `form:"corrects"`
	Like     int64  `form:"like"` // a published text to begin with
	Title    string `form:"title"`
	Text     string `form:"text,raw"`
	Repost   string `form:"repost"`
	Column   int64  `form:"column"` // 0: none
	Visible  int    `form:"visible"`
	Urgent   bool   `form:"urgent"`

	GeneratedText     bool `form:"generated_text"`
	GeneratedPictures bool `form:"generated_pictures"`

	Key      string  `form:"key"` // one-time, while nothing is stored
	Accounts []int64 `form:"account"`
	Picked   string  `form:"picked"` // accounts chosen but not shown; read into Accounts
	// accounts that were chosen and that the unit may not use; read into Aside
	Kept string `form:"aside"`
	Find string `form:"find"` // search in a long list of accounts

	Group       string `form:"group"` // accounts chosen at once
	GroupName   string `form:"group_name"`
	GroupShared bool   `form:"group_shared"`
	// the group that was shown as having the name already (groupMark), and its revision
	GroupSeen     string `form:"group_seen"`
	GroupRevision int    `form:"group_revision"`

	// part of the name of the account that gets a wording of its own
	Own      string    `form:"own"`
	Wordings string    `form:"wordings"`
	Media    []int64   `form:"media"`
	When     string    `form:"when"` // "at" or "now"
	Due      time.Time `form:"due"`
	Until    time.Time `form:"not_after"` // later than this it is not sent any more
	// "save", "submit", "upload", "auto", "plain", "up.ID", "down.ID", "drop.ID", and those of choose
	Act string `form:"act"`
	// pictures the form has already, when one is sent by itself
	Held     int                     `form:"held"`
	Files    []*multipart.FileHeader `form:"file"`
	Variants map[int64]string        // what stands in each account's own field, chosen or not
	Rest     map[int64]string        // own wordings for which the form shows no field
	Aside    []int64                 // accounts that come back when the unit may use them
	Alts     map[int64]string
	Reasons  map[string]string // why findings of the check stay, by their key
	again    bool              // the same form was sent before
	opened   int64             // account whose own wording was asked for
	last     *post.Last        // the post of the column that accounts and time were taken from
}

// bindCompose reads the form. What cannot be read is told as fault.Fields after the rest was filled in.
func bindCompose(c *gin.Context) (composeForm, error) {
	var form composeForm
	err := web.Bind(c, &form)
	form.Variants, form.Alts, form.Rest = web.Numbered(
		c,
		"variant.",
	), web.Numbered(
		c,
		"alt.",
	), map[int64]string{}
	form.Reasons = web.Keyed(c, parts.ReasonField)
	hidden, wrong := page.ReadIDs(form.Picked)
	if wrong == nil {
		form.Aside, wrong = page.ReadIDs(form.Kept)
	}
	if form.Wordings != "" && wrong == nil {
		wrong = json.Unmarshal([]byte(form.Wordings), &form.Rest)
	}
	if wrong != nil {
		err = errors.Join(err, fault.Invalid("accounts", "选项无效，请重新选择").With(wrong))
	}

	form.Accounts = append(form.Accounts, hidden...)
	for id := range form.Variants {
		delete(form.Rest, id)
	}

	return form, err
}

// makePlain takes what cannot be seen out of all texts.
func (f *composeForm) makePlain() {
	f.Text = glyph.Without(f.Text)
	for _, wordings := range []map[int64]string{f.Variants, f.Rest} {
		for id, text := range wordings {
			wordings[id] = glyph.Without(text)
		}
	}
}

// content is what is to be kept.
func (f composeForm) content() post.Content {
	c := post.Content{
		UnitID: f.Unit, Text: f.Text, Visible: f.Visible, RepostOf: f.Repost, Urgent: f.Urgent,
		ColumnID:     f.Column,
		WorkingTitle: &f.Title,
		DueNow:       f.When == "now",
		Generated:    post.Generated{Text: f.GeneratedText, Pictures: f.GeneratedPictures},
	}
	if !c.DueNow && !f.Due.IsZero() {
		c.DueAt = &f.Due
	}
	if !f.Until.IsZero() {
		c.NotAfter = &f.Until
	}
	if f.Corrects != 0 {
		c.Corrects = &f.Corrects
	}

	for _, id := range f.Accounts {
		targetChoice := post.TargetChoice{AccountID: id}
		if own, ok := f.wording(id); ok {
			targetChoice.Variant = &own
		}
		c.Targets = append(c.Targets, targetChoice)
	}

	for _, id := range f.Media {
		c.Media = append(c.Media, post.MediaChoice{MediaID: id, Alt: f.Alts[id]})
	}

	return c
}

// wording is what the account says instead of the common text.
func (f composeForm) wording(id int64) (string, bool) {
	own, ok := f.Variants[id]
	if !ok {
		own, ok = f.Rest[id]
	}

	return own, ok
}

// settle keeps out the accounts that the unit may not use, and takes them in again when it may. No
// wording is lost: one without a chosen account waits in Rest until it has one again.
func (f *composeForm) settle(usable []account.Account) {
	may := make(map[int64]bool, len(usable))
	for _, a := range usable {
		may[a.ID] = true
	}
	chosen, seen := map[int64]bool{}, map[int64]bool{}
	all := slices.Concat(f.Accounts, f.Aside)
	f.Accounts, f.Aside = nil, nil

	for _, id := range all {
		switch {
		case seen[id]:
		case may[id]:
			chosen[id] = true
			f.Accounts = append(f.Accounts, id)
		default:
			f.Aside = append(f.Aside, id)
		}
		seen[id] = true
	}

	for id, text := range f.Variants {
		if !chosen[id] {
			delete(f.Variants, id)
			if strings.TrimSpace(text) != "" {
				f.rest()[id] = text
			}
		}
	}

	for _, id := range slices.Sorted(maps.Keys(f.Rest)) {
		if chosen[id] && len(f.Variants) < mostOwn {
			f.variants()[id] = f.Rest[id]
			delete(f.Rest, id)
		}
	}
}

func (f *composeForm) rest() map[int64]string {
	if f.Rest == nil {
		f.Rest = map[int64]string{}
	}

	return f.Rest
}

func (f *composeForm) variants() map[int64]string {
	if f.Variants == nil {
		f.Variants = map[int64]string{}
	}

	return f.Variants
}

// AsideIDs are the accounts kept out as one short field.
func (f composeForm) AsideIDs() string { return page.WriteIDs(f.Aside) }

// Chosen are the accounts as one short field.
func (f composeForm) Chosen() string { return page.WriteIDs(f.Accounts) }

// OwnRest is the hidden field of the wordings for which there is no other.
func (f composeForm) OwnRest() (string, error) {
	raw, err := json.Marshal(f.Rest)
	return string(raw), err
}

// formOf fills the form from what is stored.
func formOf(p post.Post, version post.Version) composeForm {
	form := composeForm{
		ID:       p.ID,
		Revision: p.Revision,
		Unit:     p.UnitID,
		Title:    p.WorkingTitle,
		Text:     version.Text,
		Repost:   version.RepostOf,
		Column:   version.ColumnID,
		Visible:  version.Visible,
		Urgent:   p.Urgent,
		When:     "at",
		Variants: map[int64]string{},
		Rest:     map[int64]string{},
		Alts:     map[int64]string{},

		GeneratedText:     version.Generated.Text,
		GeneratedPictures: version.Generated.Pictures,
	}
	if p.Corrects != nil {
		form.Corrects = *p.Corrects
	}
	if p.DueNow {
		form.When = "now"
	}
	if p.DueAt != nil {
		form.Due = *p.DueAt
	}
	if version.NotAfter != nil {
		form.Until = *version.NotAfter
	}

	for _, target := range version.Targets {
		form.Accounts = append(form.Accounts, target.AccountID)
		switch {
		case target.Variant == nil:
		case len(form.Variants) < mostOwn:
			form.Variants[target.AccountID] = *target.Variant
		default:
			form.Rest[target.AccountID] = *target.Variant
		}
	}

	for _, versionMedia := range version.Media {
		form.Media = append(form.Media, versionMedia.MediaID)
		form.Alts[versionMedia.MediaID] = versionMedia.Alt
	}

	return form
}

// DueLocal is the due time as a datetime-local control writes it.
func (f composeForm) DueLocal() string { return page.FieldTime(f.Due) }

// UntilLocal is the last instant as a datetime-local control writes it.
func (f composeForm) UntilLocal() string {
	if f.Until.IsZero() {
		return ""
	}

	return page.FieldTime(f.Until)
}

// arrange moves or drops a picture: what the small buttons do without scripts. It tells whether act was
// one of them.
func (f *composeForm) arrange() bool {
	verb, rest, _ := strings.Cut(f.Act, ".")
	id, err := strconv.ParseInt(rest, 10, 64)
	i := slices.Index(f.Media, id)
	if err != nil || i < 0 {
		return false
	}

	switch {
	case verb == "up" && i > 0:
		f.Media[i-1], f.Media[i] = f.Media[i], f.Media[i-1]
	case verb == "down" && i < len(f.Media)-1:
		f.Media[i+1], f.Media[i] = f.Media[i], f.Media[i+1]
	case verb == "drop":
		f.Media = slices.Delete(f.Media, i, i+1)
	}

	return verb == "up" || verb == "down" || verb == "drop"
}
