package me

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/web"
)

// feedForm says what an address is for.
type feedForm struct {
	Name string `form:"name"`
}

// makeFeed opens an address and shows it, this once.
func (h *pages) makeFeed(c *gin.Context) error {
	var form feedForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	_, token, makeErr := h.plan.MakeFeed(c.Request.Context(), web.Actor(c), form.Name)
	page, err := h.mePage(c)
	if err != nil {
		return err
	}
	page.Form = form
	if makeErr != nil {
		return h.kit.Refuse(c, makeErr, "me/me", &page)
	}
	page.Form, page.Address = feedForm{}, h.absolute("/feeds/plan/"+token+".ics")

	return h.kit.Show(c, http.StatusOK, "me/me", page)
}

// absolute is an address for whoever is not on the console.
func (h *pages) absolute(path string) string { return h.public + path }

func (h *pages) revokeFeed(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.plan.RevokeFeed(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}

	return h.kit.See(c, "/me#feeds", "订阅地址已停用")
}
