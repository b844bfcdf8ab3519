package posts

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/library"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// mostTaken is how many items, and how many published texts, the form offers for a search.
const mostTaken = 10

// libraryPart is what a search in the library gives beside the text that is written.
type libraryPart struct {
	page.Base
	Words     string
	Items     []library.Item
	Published []library.Published
	More      bool // there is more of either
}

// Begins is the beginning of a text.
func (p libraryPart) Begins(text string) string { return glyph.Cut(text, 80) }

// libraryForm asks for what the library has for a post of the unit.
type libraryForm struct {
	Q    string `form:"q"`
	Unit int64  `form:"unit"`
	Held int    `form:"held"` // pictures that the form has already
}

// lookIntoLibrary answers the script of the form: what there is to be put into the text.
func (h *pages) lookIntoLibrary(c *gin.Context) error {
	var form libraryForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	items, err := h.Library.Items(ctx, actor, library.ItemQuery{Words: form.Q, Limit: mostTaken})
	if err != nil {
		return err
	}
	part := libraryPart{Base: h.kit.Base(c, "写稿"), Words: form.Q, More: items.Next != ""}
	today := h.Library.Today()

	for _, item := range items.Rows {
		if item.Usable(today) == nil {
			part.Items = append(part.Items, item)
		}
	}
	found, err := h.Library.Search(ctx, actor, library.Query{Words: form.Q, Limit: mostTaken})
	if err != nil {
		return err
	}
	part.Published, part.More = found.Rows, part.More || found.Next != ""

	return h.kit.Show(c, 200, "posts/edit#library", part)
}

// takeFromLibrary answers the script with an item: its words, or its picture as a line of the form.
func (h *pages) takeFromLibrary(c *gin.Context) error {
	_, _, used, err := web.Act(c, func(id int64, form libraryForm) (library.Used, error) {
		return h.use(c, id, form)
	})
	if err != nil {
		return err
	}
	if used.Kind != library.Picture {
		c.JSON(http.StatusOK, gin.H{"text": used.Text})
		return nil
	}

	field := pictureField{Base: h.kit.Base(c, "写稿"), ID: used.Picture.ID, Alt: used.Text}
	field.says(used.Picture)

	return h.kit.Show(c, 200, "posts/edit#picture", field)
}

// use takes an item; a picture only where there is room for it.
func (h *pages) use(c *gin.Context, id int64, form libraryForm) (library.Used, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	if form.Held >= post.MaxMedia {
		item, err := h.Library.Find(ctx, actor, id)
		if err == nil && item.Kind == library.Picture {
			err = fault.Invalid("file", "最多 {.max} 张图片", "max", post.MaxMedia)
		}
		if err != nil {
			return library.Used{}, err
		}
	}

	return h.Library.Use(ctx, actor, id, form.Unit)
}

// beginLike takes the words of a text that was published.
func (h *pages) beginLike(c *gin.Context, form *composeForm) error {
	text, err := h.Library.Text(c.Request.Context(), web.Actor(c), form.Like)
	form.Text, form.Like = text.Text, 0

	return err
}
