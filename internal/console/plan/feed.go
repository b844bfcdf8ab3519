package plan

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/gin-gonic/gin"

	"juzhen/internal/i18n"
	"juzhen/internal/plan"
	"juzhen/internal/post"
)

// feedMinutes is how long an entry is drawn; a post takes no time.
const feedMinutes = 15

// feed answers a calendar program, which has no session: the address alone says in whose name it reads.
func (h *pages) feed(c *gin.Context) error {
	fed, err := h.Plan.ReadFeed(c.Request.Context(), strings.TrimSuffix(c.Param("file"), ".ics"))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "private, max-age=300")
	c.Header("X-Robots-Tag", "noindex")
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", []byte(WriteFeed(fed, h.Public)))

	return nil
}

// WriteFeed writes the posts of a feed as a calendar (RFC 5545), times in UTC. public is the address of the
// console, to which entries lead.
func WriteFeed(fed plan.Fed, public string) string {
	printer := i18n.For(fed.Lang)
	calendar := ics.NewCalendarFor("juzhen")
	calendar.SetMethod(ics.MethodPublish)
	calendar.SetXWRCalName(printer.T("矩阵台发布计划"))
	calendar.SetRefreshInterval("PT1H")
	calendar.SetXPublishedTTL("PT1H")
	host := "juzhen"
	if at, err := url.Parse(public); err == nil && at.Host != "" {
		host = at.Host
	}

	for _, one := range fed.Posts {
		id := strconv.FormatInt(one.PostID, 10)
		event := calendar.AddEvent("post-" + id + "@" + host)
		event.SetDtStampTime(fed.At)
		event.SetModifiedAt(one.UpdatedAt)
		event.SetSequence(one.Revision)
		event.SetStartAt(one.DueAt)
		event.SetEndAt(one.DueAt.Add(feedMinutes * time.Minute))
		event.SetTimeTransparency(ics.TransparencyTransparent)
		event.SetSummary(summary(printer, one))
		event.SetURL(absolute(public, "/posts/"+id))

		if one.State.NothingOut() && string(one.State) != string(post.Approved) {
			event.SetStatus(ics.ObjectStatusTentative)
		} else {
			event.SetStatus(ics.ObjectStatusConfirmed)
		}
	}

	return calendar.Serialize(ics.WithNewLineWindows)
}

// absolute is a page's address for whoever is not on the console.
func absolute(public, path string) string { return public + path }

// summary is the state and the accounts, never the text.
func summary(printer *i18n.Printer, one plan.FedPost) string {
	names := one.Names
	if one.Accounts > 2 {
		names = printer.T("{.names} 等 {.n} 个账号", "names", one.Names, "n", one.Accounts)
	}

	return strings.TrimSpace(printer.T(one.State.Label()) + " " + names)
}
