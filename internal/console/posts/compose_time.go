package posts

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// shortcut is a time of publication that one press chooses.
type shortcut struct {
	Text string // Chinese source text
	Due  string // local in Shanghai
}

// shortcuts are the times that are chosen most; one that is over is none.
func shortcuts(now time.Time) (list []shortcut) {
	today := beijing.Day(now)

	for _, one := range []struct {
		text string
		at   time.Time
	}{
		{"今晚8点", today.Add(20 * time.Hour)},
		{"明早8点", today.AddDate(0, 0, 1).Add(8 * time.Hour)},
	} {
		if one.at.After(now) {
			list = append(list, shortcut{one.text, page.FieldTime(one.at)})
		}
	}

	return list
}

// Shortcuts are beside the field of the time.
func (p composePage) Shortcuts() []shortcut { return shortcuts(p.Now) }

// What the address of free may ask for in the place of any time: an hour of the week that went well, or a
// slot of the accounts.
const (
	wellMet = "well"
	inSlot  = "slot"
)

// free answers with the next time at which none of the chosen accounts has anything planned: any, or in an
// hour of the week in which the posts had most response.
func (h *pages) free(c *gin.Context) error {
	form, err := h.writing(c)
	if err != nil {
		return err
	}

	switch c.Query("hour") {
	case wellMet:
		return h.best(c, form)
	case inSlot:
		return h.nextSlot(c, form)
	}
	at, ok, err := h.Plan.NextFree(c.Request.Context(), web.Actor(c), form.Accounts, form.ID)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Conflict("两周之内没有空档，请自己选择时间")
	}
	c.JSON(http.StatusOK, gin.H{"due": page.FieldTime(at)})

	return nil
}

// best says beside the time what it is chosen by.
func (h *pages) best(c *gin.Context, form composeForm) error {
	found, ok, err := h.Plan.NextBest(c.Request.Context(), web.Actor(c), form.Accounts, form.ID)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Conflict("所选账号近 90 天的微博还看不出哪个钟点回应更好，或这些钟点都已有安排")
	}
	words := h.kit.Printer(c)
	c.JSON(http.StatusOK, gin.H{
		"due": page.FieldTime(found.At),
		"why": words.T("{.day} {.hour} 时：近 90 天 {.n} 条，互动中位 {.median} 次",
			"day", words.T(parts.Weekday(found.At)), "hour", found.Slot.Hour, "n", found.Slot.Posts,
			"median", found.Slot.MedianText()),
	})

	return nil
}

// nextSlot answers with the next free slot of the chosen accounts, or says why there is none.
func (h *pages) nextSlot(c *gin.Context, form composeForm) error {
	found, err := h.Plan.NextSlot(c.Request.Context(), web.Actor(c), form.Accounts, form.Column, form.ID)
	if err != nil {
		return err
	}
	at, err := found.Due()
	if err != nil {
		return err
	}
	due := gin.H{"due": page.FieldTime(at)}
	if found.UnknownYear != 0 {
		due["why"] = h.kit.Printer(c).T("{.y} 年的放假安排还没有录入，只在工作日的时段没有算", "y", found.UnknownYear)
	}
	c.JSON(http.StatusOK, due)

	return nil
}
