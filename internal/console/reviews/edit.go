package reviews

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// maxEdit is the most a form of editing may weigh: every wording of a large matrix.
const maxEdit = 8 << 20

// words are the words of a version as an editor changes them.
type words struct {
	Common   bool // some account takes the common text
	Text     string
	Variants []ownWords
	Alts     []alt
	Wrong    string // what is wrong with one of them
}

// ownWords is the wording of one account.
type ownWords struct {
	AccountID int64
	Handle    string
	Text      string
}

// Name is the field of the form.
func (o ownWords) Name() string { return post.VariantField(o.AccountID) }

// alt is the description of one picture.
type alt struct {
	MediaID int64
	Number  int
	Text    string
}

// Name is the field of the form.
func (a alt) Name() string { return altField + strconv.FormatInt(a.MediaID, 10) }

const (
	variantField = "variant."
	altField     = "alt."
)

// Editing tells whether the step that is open to the reader is one of editing.
func (p reviewPage) Editing() bool {
	open := p.Standing.Run.Open()

	return p.Standing.Open > 0 && open != nil && open.Edit
}

// EditedBy is who made the version at a step of editing, and which step; "" for its author.
func (p reviewPage) EditedBy() string {
	run := p.Standing.Run
	if run.EditedStep == 0 || len(run.Made) == 0 {
		return ""
	}

	return run.Made[0].ByName
}

// wordsOf are the words of a version, with what was typed over them.
func wordsOf(version post.Version, typed *post.Edition) words {
	out := words{Text: version.Text}
	if typed != nil {
		out.Text = typed.Text
	}

	for _, target := range version.Targets {
		if target.Variant == nil {
			out.Common = true
			continue
		}
		own := ownWords{target.AccountID, target.Account.At(), *target.Variant}
		if typed != nil {
			own.Text = typed.Variants[own.AccountID]
		}
		out.Variants = append(out.Variants, own)
	}

	for i, picture := range version.Media {
		described := alt{picture.MediaID, i + 1, picture.Alt}
		if typed != nil {
			described.Text = typed.Alts[picture.MediaID]
		}
		out.Alts = append(out.Alts, described)
	}

	return out
}

// edit takes the open step of editing: with changed words, or without.
func (h *pages) edit(c *gin.Context) error {
	var form struct {
		Version int    `form:"version"`
		Step    int    `form:"step"`
		Hash    string `form:"hash"`
		Opinion string `form:"opinion"`
		Text    string `form:"text,raw"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	hash, err := hex.DecodeString(form.Hash)
	if err != nil || len(hash) == 0 {
		return fault.Invalid("", "表单无法读取，请刷新页面后重试")
	}
	edition := post.Edition{
		Text: form.Text, Variants: web.Numbered(c, variantField), Alts: web.Numbered(c, altField),
	}
	changed, err := h.Deliveries.Edit(c.Request.Context(), web.Actor(c), id, delivery.Edited{
		Version: form.Version, Hash: hash, Step: form.Step, Words: edition, Opinion: form.Opinion,
	})

	switch {
	case err == nil && changed:
		return h.kit.See(c, "/reviews", "已编辑成新的一版，前面各步确认改动后继续审核")
	case err == nil:
		return h.kit.See(c, "/reviews", "没有改动，已转下一步审核")
	case !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindConflict):
		return err
	}

	p, perr := h.page(c, reviewForm{
		Version: form.Version, Step: form.Step, Hash: form.Hash, Opinion: form.Opinion,
	})
	if perr != nil {
		return err
	}
	p.Words, p.Typed = wordsOf(p.Version, &edition), edition.Wordings()
	if !p.Editing() || fault.Is(err, fault.KindConflict) {
		pub := fault.Public(err)
		return h.showDecided(c, web.StatusOf(err), p, p.T(pub.Text, pub.Args...))
	}

	for _, one := range fault.FieldErrors(err) {
		p.Words.Wrong += fmt.Sprintf("%s ", p.T(one.Text, one.Args...))
	}

	return h.kit.Refuse(c, err, "reviews/show", &p)
}
