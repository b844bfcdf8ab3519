package library

import (
	"fmt"
	"mime/multipart"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/library"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// itemForm is an item as it is written.
type itemForm struct {
	Kind     library.Kind          `form:"kind"` // of a new one
	Unit     int64                 `form:"unit"` // of a new one
	Revision int                   `form:"revision"`
	Title    string                `form:"title"`
	Text     string                `form:"text,raw"`
	Source   string                `form:"source"`
	Licence  string                `form:"licence"`
	Expires  string                `form:"expires"`
	Media    int64                 `form:"media"` // a picture that was sent before and taken
	File     *multipart.FileHeader `form:"file"`
}

func (f itemForm) edit() library.Edit {
	return library.Edit{
		Title:     f.Title,
		Text:      f.Text,
		MediaID:   f.Media,
		Source:    f.Source,
		Licence:   f.Licence,
		ExpiresOn: f.Expires,
	}
}

// itemPage is an item to be read, changed or made.
type itemPage struct {
	page.Base
	Form    itemForm
	Item    library.Item // none of a new one
	Kinds   []page.Option
	Units   []page.Option
	May     bool // the reader may change it
	Expired bool
	Max     int
	Changed bool // somebody else changed it while the form was filled in
	Lost    bool // what was typed can be kept no more
}

// Shelf is the address of the list that the item stands in.
func (p itemPage) Shelf() string {
	if p.Picture() {
		return "/library?on=" + string(pictures)
	}

	return "/library?on=" + string(kept)
}

// Picture tells whether the item is one.
func (p itemPage) Picture() bool { return p.Form.Kind == library.Picture }

// blank shows the form of a new item.
func (h *pages) blank(c *gin.Context) error {
	var form itemForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.newPage(c, itemForm{Kind: form.Kind, Unit: form.Unit})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "library/item", p)
}

func (h *pages) newPage(c *gin.Context, form itemForm) (itemPage, error) {
	title := "新建片段或文稿"
	if form.Kind == library.Picture {
		title = "收入图片"
	}
	p := itemPage{Base: h.kit.Base(c, title, crumbs()...), Form: form, May: true, Max: library.MaxTitle}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.LibraryManage)
	if err != nil {
		return p, err
	}

	p.Units = parts.UnitOptions(units)
	for i, option := range p.Units {
		p.Units[i].Selected = option.Value == strconv.FormatInt(form.Unit, 10)
	}

	for _, kind := range []library.Kind{library.Snippet, library.Whole} {
		p.Kinds = append(p.Kinds, page.Option{
			Value: string(kind), Text: kind.Label(), Selected: kind == form.Kind,
		})
	}

	return p, nil
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "稿件", Href: "/posts"}, {Text: "素材库", Href: "/library"}}
}

// create keeps a new item. A picture that was taken stays taken when something else is wrong.
func (h *pages) create(c *gin.Context) error {
	var form itemForm
	err := web.Bind(c, &form)
	ctx, actor := c.Request.Context(), web.Actor(c)
	if err == nil && form.Kind == library.Picture && form.File != nil {
		form.Media, err = h.receive(c, form)
	}
	var item library.Item
	if err == nil {
		item, err = h.Library.Create(ctx, actor, form.Unit, form.Kind, form.edit())
	}
	if err == nil {
		return h.kit.See(c, itemPath(item.ID), "已收入素材库")
	}
	p, perr := h.newPage(c, form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "library/item", &p)
}

func (h *pages) receive(c *gin.Context, form itemForm) (int64, error) {
	r, err := form.File.Open()
	if err != nil {
		return 0, fault.Invalid("file", "图片没有传完整，请重新上传").With(err)
	}
	defer func() { _ = r.Close() }()

	return h.Library.Upload(c.Request.Context(), web.Actor(c), form.Unit, form.File.Filename, r)
}

func itemPath(id int64) string { return fmt.Sprintf("/library/items/%d", id) }

func (h *pages) item(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.itemPage(c, id, nil)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "library/item", p)
}

// itemPage is the page of an item, with what was typed where it was refused.
func (h *pages) itemPage(c *gin.Context, id int64, typed *itemForm) (itemPage, error) {
	item, err := h.Library.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return itemPage{}, err
	}
	p := itemPage{
		Base:    h.kit.Base(c, "素材", crumbs()...),
		Item:    item,
		May:     item.RetiredAt == nil && web.Actor(c).CanAt(access.LibraryManage, item.UnitPath),
		Expired: item.Expired(h.Library.Today()),
		Max:     library.MaxTitle,
		Form: itemForm{
			Revision: item.Revision,
			Title:    item.Title,
			Text:     item.Text,
			Source:   item.Source,
			Licence:  item.Licence,
			Expires:  item.ExpiresOn,
		},
	}
	p.Heading = item.Title
	if typed != nil {
		p.Form = *typed
	}
	p.Form.Kind, p.Form.Unit = item.Kind, item.UnitID
	if typed != nil {
		p.Lost = !p.May
		p.Changed = p.May && typed.Revision != item.Revision
		p.Form.Revision = item.Revision // it stands beside what was typed: who saves again has seen it
	}

	return p, nil
}

func (h *pages) change(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form itemForm) (library.Item, error) {
		return h.Library.Change(c.Request.Context(), web.Actor(c), id, form.Revision, form.edit())
	})
	if err == nil {
		return h.kit.See(c, itemPath(id), "已保存")
	}
	p, perr := h.itemPage(c, id, &form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "library/item", &p)
}

func (h *pages) retire(c *gin.Context) error {
	id, _, _, err := web.Act(c, func(id int64, form itemForm) (struct{}, error) {
		return struct{}{}, h.Library.Retire(c.Request.Context(), web.Actor(c), id, form.Revision)
	})
	p, perr := h.itemPage(c, id, nil)
	if perr != nil {
		return perr
	}
	if err != nil {
		return h.kit.Refuse(c, err, "library/item", &p)
	}

	return h.kit.See(c, p.Shelf(), "素材已停用；用它写过的稿件不变")
}
