package posts

import (
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/check"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// compose shows an empty form, or one begun from elsewhere: a day of the calendar, a post to be corrected,
// a text of the library.
func (h *pages) compose(c *gin.Context) error {
	form := composeForm{When: "at"}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	form = composeForm{When: "at", Unit: form.Unit, Corrects: form.Corrects, Like: form.Like,
		Due: form.Due, Key: rand.Text()}
	if form.Corrects != 0 {
		if err := h.beginCorrection(c, &form); err != nil {
			return err
		}
	}
	if form.Like != 0 {
		if err := h.beginLike(c, &form); err != nil {
			return err
		}
	}
	page, err := h.composePage(c, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "posts/edit", page)
}

// beginCorrection takes unit and accounts from the post that is corrected.
func (h *pages) beginCorrection(c *gin.Context, form *composeForm) error {
	original, version, err := h.Posts.Find(c.Request.Context(), web.Actor(c), form.Corrects)
	if err != nil {
		return err
	}

	form.Unit, form.Urgent = original.UnitID, true
	for _, target := range version.Targets {
		form.Accounts = append(form.Accounts, target.AccountID)
	}

	return nil
}

// edit shows the form of a draft; anything else leads to the post's page, where it can be opened for editing.
func (h *pages) edit(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	stored, version, err := h.Posts.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if !stored.Phase.Allows(post.Save) {
		return h.kit.See(c, postPath(id), "")
	}
	page, err := h.composePage(c, formOf(stored, version))
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "posts/edit", page)
}

func postPath(id int64) string { return fmt.Sprintf("/posts/%d", id) }

// save takes the form: it keeps the draft, with new pictures, and goes on as the pressed button says.
func (h *pages) save(c *gin.Context) error {
	form, err := bindCompose(c)
	if form.reshapes() {
		return h.reshape(c, form, err)
	}
	if form.Act == "plain" {
		form.makePlain()
	}
	toPictures := form.arrange() || len(form.Files) > 0
	failed := h.takePictures(c, &form)
	if err == nil {
		err = h.keep(c, &form)
	}
	if err == nil {
		err = failed
	}
	if err == nil && form.Act == "submit" {
		err = h.Deliveries.Submit(
			c.Request.Context(),
			web.Actor(c),
			form.ID,
			form.Revision,
			parts.Reasons(form.Reasons)...)
	}

	same, twice := post.TwinIn(err)
	switch {
	case twice:
		return h.leadToFirst(c, form, same.PostID)
	case form.Act == "auto":
		return h.autosaved(c, form, err)
	case h.sentBefore(c, form, err):
		return h.kit.See(c, postPath(form.ID), "已提交审核")
	case err != nil:
		return h.refuse(c, form, err)
	case form.Act == "submit":
		return h.kit.See(c, postPath(form.ID), "已提交审核")
	case toPictures:
		return h.kit.See(c, postPath(form.ID)+"/edit#pictures", "")
	}

	return h.kit.See(c, postPath(form.ID)+"/edit", "草稿已保存")
}

// leadToFirst leads to the post that the person has submitted already, and takes away the copy that
// nobody has seen.
func (h *pages) leadToFirst(c *gin.Context, form composeForm, first int64) error {
	if err := h.Posts.Delete(
		c.Request.Context(),
		web.Actor(c),
		form.ID,
	); err != nil &&
		!fault.Is(err, fault.KindConflict) {
		return err
	}

	return h.kit.See(c, postPath(first), "您已提交过完全相同的稿件，这就是那一份；没有重复提交")
}

// keep stores the content, and the new revision in the form. A form that is sent twice before its post
// had an address finds the draft it made the first time.
func (h *pages) keep(c *gin.Context, form *composeForm) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	var stored post.Post
	var err error
	if form.ID == 0 {
		if stored, form.again, err = h.Posts.CreateOnce(
			ctx,
			actor,
			form.Unit,
			form.content(),
			form.Key,
		); err != nil {
			return err
		}
		form.ID = stored.ID
	}
	if form.again || stored.ID == 0 {
		if stored, err = h.Posts.Save(ctx, actor, form.ID, form.Revision, form.content()); err != nil {
			return err
		}
	}
	form.Revision, form.Unit = stored.Revision, stored.UnitID

	return nil
}

// sentBefore tells whether err only says that the same form has submitted its post already: somebody
// pressed the button twice.
func (h *pages) sentBefore(c *gin.Context, form composeForm, err error) bool {
	if !form.again || form.Act != "submit" || !fault.Is(err, fault.KindConflict) {
		return false
	}
	stored, version, err := h.Posts.Find(c.Request.Context(), web.Actor(c), form.ID)

	return err == nil && stored.Phase == post.Submitted && version.Text == form.content().Text
}

// takePictures uploads what came with the form and puts it at the end. Pictures that are good stay when
// another is not: the last failure is given back.
func (h *pages) takePictures(c *gin.Context, form *composeForm) error {
	var failed error

	for _, file := range form.Files {
		if len(form.Media) >= post.MaxMedia {
			return fault.Invalid("file", "最多 {.max} 张图片", "max", post.MaxMedia)
		}
		media, err := h.receive(c, form.Unit, file)
		if err != nil {
			failed = err
			continue
		}
		form.Media = append(form.Media, media.ID)
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
	var form composeForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}

	switch {
	case len(form.Files) == 0:
		return fault.Invalid("file", "请选择一张图片")
	case form.Held >= post.MaxMedia:
		return fault.Invalid("file", "最多 {.max} 张图片", "max", post.MaxMedia)
	}
	media, err := h.receive(c, form.Unit, form.Files[0])
	if err != nil {
		return err
	}

	field := pictureField{Base: h.kit.Base(c, "写稿"), ID: media.ID}
	field.says(media)

	return h.kit.Show(c, 200, "posts/edit#picture", field)
}

// refuse shows the form again with what was typed; a stale one beside what somebody else saved.
func (h *pages) refuse(c *gin.Context, form composeForm, err error) error {
	if stale, ok := post.StaleIn(err); ok {
		return h.showStale(c, form, stale)
	}
	form.unfold(err)
	page, perr := h.composePage(c, form)
	if perr != nil {
		return perr
	}
	h.mark(&page, err)
	if _, open := check.OpenIn(err); open {
		if page.Check, perr = h.lookThrough(c, form); perr != nil {
			return perr
		}
	}

	return h.kit.Refuse(c, err, "posts/edit", &page)
}

// mark puts faults at the fields of single accounts, which the frame does not know.
func (h *pages) mark(page *composePage, err error) {
	for _, failure := range fault.FieldErrors(err) {
		for i, variantField := range page.Variants {
			if variantField.Name == failure.Field {
				page.Variants[i].Error = page.T(failure.Text, failure.Args...)
			}
		}
		if failure.Field == "accounts" {
			page.Picker.Error = page.T(failure.Text, failure.Args...)
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
func (h *pages) autosaved(c *gin.Context, form composeForm, err error) error {
	status := 200
	page, perr := h.savedPage(c, form)
	if perr != nil {
		return perr
	}
	if err != nil {
		if fault.FieldErrors(err) == nil && !fault.Is(err, fault.KindConflict) {
			return err
		}
		status = web.StatusOf(err)
		page.SavedAt = time.Time{}
		page.Fail(err)
		if stale, ok := post.StaleIn(err); ok {
			page.Stale = stale.Post.UpdatedBy
		}
	}

	return h.kit.Show(c, status, "posts/edit#autosaved", page)
}

// stalePage shows two texts side by side: somebody else saved while the person wrote. The form carries
// all that was typed.
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

func (h *pages) showStale(c *gin.Context, form composeForm, stale *post.Stale) error {
	p := stalePage{
		Base:   h.kit.Base(c, "两人同时修改", page.Crumb{Text: "稿件", Href: "/posts"}),
		Form:   form,
		By:     stale.Post.UpdatedBy,
		At:     stale.Post.UpdatedAt,
		Theirs: stale.Theirs,
		Text:   post.DiffText(stale.Theirs.Text, form.Text),
		Same:   stale.Theirs.Text == form.Text,
	}
	p.Form.Revision = stale.Post.Revision
	if form.Unit != 0 && form.Unit != stale.Post.UnitID {
		p.Unit = stale.Post.UnitName
	}

	return h.kit.Show(c, web.StatusOf(stale), "posts/stale", p)
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
