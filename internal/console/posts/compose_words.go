package posts

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/library"
	"juzhen/internal/web"
)

// wordsForm asks for what may be meant by a topic or a name that somebody has begun to write.
type wordsForm struct {
	Sign string `form:"sign"`
	Find string `form:"find"`
}

// mostWords is how many are offered.
const mostWords = 8

// words answers the script of the form: names of the accounts first, by letters or by pinyin, then what
// was published.
func (h *pages) words(c *gin.Context) error {
	var form wordsForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	words := []string{}
	if form.Sign == library.Mention && form.Find != "" {
		accounts, err := h.Accounts.List(ctx, actor, account.Filter{Permission: access.PostWrite})
		if err != nil {
			return err
		}

		for _, a := range withName(accounts, form.Find) {
			words = append(words, a.Handle)
		}
	}
	used, err := h.Library.Complete(ctx, actor, form.Sign, form.Find)
	if err != nil {
		return err
	}

	for _, word := range used {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	c.JSON(http.StatusOK, gin.H{"words": words[:min(len(words), mostWords)]})

	return nil
}
