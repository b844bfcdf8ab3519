package desk

import (
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// compose shows an empty form, or one begun from elsewhere: a day of the calendar, a post to be corrected.
func (h *pages) compose(c *gin.Context) error {
	f := composeForm{When: "at"}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	f = composeForm{When: "at", Unit: f.Unit, Corrects: f.Corrects, Due: f.Due, Key: rand.Text()}
	if f.Corrects != 0 {
		if err := h.beginCorrection(c, &f); err != nil {
			return err
		}
	}
	p, err := h.composePage(c, f)
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "posts/edit", p)
}

// beginCorrection takes unit and accounts from the post that is corrected.
func (h *pages) beginCorrection(c *gin.Context, f *composeForm) error {
	original, v, err := h.Posts.Find(c.Request.Context(), web.Actor(c), f.Corrects)
	if err != nil {
		return err
	}
	f.Unit, f.Urgent = original.UnitID, true
	for _, t := range v.Targets {
		f.Accounts = append(f.Accounts, t.AccountID)
	}
	return nil
}

// edit shows the form of a draft; anything else leads to the post's page, where it can be opened for editing.
func (h *pages) edit(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	stored, v, err := h.Posts.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if !stored.Phase.Allows(post.Save) {
		return h.kit.See(c, postPath(id), "")
	}
	p, err := h.composePage(c, formOf(stored, v))
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "posts/edit", p)
}

func postPath(id int64) string { return fmt.Sprintf("/posts/%d", id) }

// save takes the form: it keeps the draft, with new pictures, and goes on as the pressed button says.
func (h *pages) save(c *gin.Context) error {
	f, err := bindCompose(c)
	if f.reshapes() {
		return h.reshape(c, f, err)
	}
	if f.Act == "plain" {
		f.makePlain()
	}
	toPictures := f.arrange() || len(f.Files) > 0
	failed := h.takePictures(c, &f)
	if err == nil {
		err = h.keep(c, &f)
	}
	if err == nil {
		err = failed
	}
	if err == nil && f.Act == "submit" {
		err = h.Deliveries.Submit(c.Request.Context(), web.Actor(c), f.ID, f.Revision)
	}
	same, twice := post.TwinIn(err)
	switch {
	case twice:
		return h.leadToFirst(c, f, same.PostID)
	case f.Act == "auto":
		return h.autosaved(c, f, err)
	case h.sentBefore(c, f, err):
		return h.kit.See(c, postPath(f.ID), "已提交审核")
	case err != nil:
		return h.refuse(c, f, err)
	case f.Act == "submit":
		return h.kit.See(c, postPath(f.ID), "已提交审核")
	case toPictures:
		return h.kit.See(c, postPath(f.ID)+"/edit#pictures", "")
	}
	return h.kit.See(c, postPath(f.ID)+"/edit", "草稿已保存")
}

// leadToFirst leads to the post that the person has submitted already, and takes away the copy that nobody has seen.
func (h *pages) leadToFirst(c *gin.Context, f composeForm, first int64) error {
	if err := h.Posts.Delete(c.Request.Context(), web.Actor(c), f.ID); err != nil && !fault.Is(err, fault.KindConflict) {
		return err
	}
	return h.kit.See(c, postPath(first), "您已提交过完全相同的稿件，这就是那一份；没有重复提交")
}

// keep stores the content, and the new revision in the form. A form that is sent twice before its post had an address finds the
// draft it made the first time.
func (h *pages) keep(c *gin.Context, f *composeForm) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	var stored post.Post
	var err error
	if f.ID == 0 {
		if stored, f.again, err = h.Posts.CreateOnce(ctx, actor, f.Unit, f.content(), f.Key); err != nil {
			return err
		}
		f.ID = stored.ID
	}
	if f.again || stored.ID == 0 {
		if stored, err = h.Posts.Save(ctx, actor, f.ID, f.Revision, f.content()); err != nil {
			return err
		}
	}
	f.Revision, f.Unit = stored.Revision, stored.UnitID
	return nil
}

// sentBefore tells whether err only says that the same form has submitted its post already: somebody pressed the button twice.
func (h *pages) sentBefore(c *gin.Context, f composeForm, err error) bool {
	if !f.again || f.Act != "submit" || !fault.Is(err, fault.KindConflict) {
		return false
	}
	stored, v, err := h.Posts.Find(c.Request.Context(), web.Actor(c), f.ID)
	return err == nil && stored.Phase == post.Submitted && v.Text == f.content().Text
}

// takePictures uploads what came with the form and puts it at the end. Pictures that are good stay when another is not:
// the last failure is given back.
func (h *pages) takePictures(c *gin.Context, f *composeForm) error {
	var failed error
	for _, file := range f.Files {
		if len(f.Media) >= post.MaxMedia {
			return fault.Invalid("file", "最多 {.max} 张图片", "max", post.MaxMedia)
		}
		m, err := h.receive(c, f.Unit, file)
		if err != nil {
			failed = err
			continue
		}
		f.Media = append(f.Media, m.ID)
	}
	return failed
}

func (h *pages) receive(c *gin.Context, unitID int64, file *multipart.FileHeader) (media.Media, error) {
	r, err := file.Open()
	if err != nil {
		return media.Media{}, fault.Invalid("file", "图片没有传完整，请重新上传").With(err)
	}
	defer func() { _ = r.Close() }()
	return h.Media.Upload(c.Request.Context(), web.Actor(c), unitID, file.Filename, r, "")
}

// upload takes one picture sent by the page's script and answers with its line of the form.
func (h *pages) upload(c *gin.Context) error {
	var f composeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	switch {
	case len(f.Files) == 0:
		return fault.Invalid("file", "请选择一张图片")
	case f.Held >= post.MaxMedia:
		return fault.Invalid("file", "最多 {.max} 张图片", "max", post.MaxMedia)
	}
	m, err := h.receive(c, f.Unit, f.Files[0])
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "posts/edit#picture", pictureField{Base: h.kit.Base(c, "写稿"), ID: m.ID})
}

// refuse shows the form again with what was typed; a stale one beside what somebody else saved.
func (h *pages) refuse(c *gin.Context, f composeForm, err error) error {
	if s, ok := post.StaleIn(err); ok {
		return h.showStale(c, f, s)
	}
	f.unfold(err)
	p, perr := h.composePage(c, f)
	if perr != nil {
		return perr
	}
	h.mark(&p, err)
	return h.kit.Refuse(c, err, "posts/edit", &p)
}

// mark puts faults at the fields of single accounts, which the frame does not know.
func (h *pages) mark(p *composePage, err error) {
	for _, f := range fault.FieldErrors(err) {
		for i, v := range p.Variants {
			if v.Name == f.Field {
				p.Variants[i].Error = p.T(f.Text, f.Args...)
			}
		}
		if f.Field == "accounts" {
			p.Picker.Error = p.T(f.Text, f.Args...)
		}
	}
}

// unfold gives a field to each wording that a fault is about, so that it can be mended.
func (f *composeForm) unfold(err error) {
	for _, one := range fault.FieldErrors(err) {
		for id, text := range f.Rest {
			if one.Field == post.VariantField(id) {
				f.Variants[id] = text
				delete(f.Rest, id)
			}
		}
	}
}

// autosaved answers the script: what is stored now, with previews and findings, or why it is not.
func (h *pages) autosaved(c *gin.Context, f composeForm, err error) error {
	status := 200
	p, perr := h.composePage(c, f)
	if perr != nil {
		return perr
	}
	if err != nil {
		if fault.FieldErrors(err) == nil && !fault.Is(err, fault.KindConflict) {
			return err
		}
		status = web.StatusOf(err)
		p.SavedAt = time.Time{}
		p.Fail(err)
		if s, ok := post.StaleIn(err); ok {
			p.Stale = s.Post.UpdatedBy
		}
	}
	return h.kit.Show(c, status, "posts/edit#autosaved", p)
}

// stalePage shows two texts side by side: somebody else saved while the person wrote. The form carries all that was typed.
type stalePage struct {
	page.Base
	Form   composeForm
	By     string
	At     time.Time
	Theirs post.Version
	Text   []post.Chunk // from theirs to mine
	Same   bool
	Unit   string // the post's unit as it is stored, when mine is another
}

func (h *pages) showStale(c *gin.Context, f composeForm, s *post.Stale) error {
	p := stalePage{Base: h.kit.Base(c, "两人同时修改", page.Crumb{Text: "稿件", Href: "/posts"}), Form: f, By: s.Post.UpdatedBy, At: s.Post.UpdatedAt,
		Theirs: s.Theirs, Text: post.DiffText(s.Theirs.Text, f.Text), Same: s.Theirs.Text == f.Text}
	p.Form.Revision = s.Post.Revision
	if f.Unit != 0 && f.Unit != s.Post.UnitID {
		p.Unit = s.Post.UnitName
	}
	return h.kit.Show(c, web.StatusOf(s), "posts/stale", p)
}

// picture and thumb send the bytes of a picture. They never change, so a browser keeps them.
func (h *pages) picture(c *gin.Context) error { return h.sendPicture(c, false) }
func (h *pages) thumb(c *gin.Context) error   { return h.sendPicture(c, true) }

func (h *pages) sendPicture(c *gin.Context, thumb bool) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, m, err := h.Media.Open(c.Request.Context(), web.Actor(c), id, thumb)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	kind := m.MIME
	if thumb {
		kind = media.JPEG
	}
	c.Header("Cache-Control", "private, max-age=31536000, immutable")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(200, kind, data)
	return nil
}
