package deliveries

import (
	"encoding/hex"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// certificatePage proves one publication on paper: what was approved by whom, when it was sent and
// answered, what was read back.
type certificatePage struct {
	page.Base
	delivery.Certificate
	Content     content
	WeiboURL    string
	Answer      page.Event // the platform's, or who recorded the link
	Steps       []page.Event
	Found       []parts.Found // what the check found and somebody answered for
	Live        *live
	PayloadHash string // of the request that was sent
	VersionHash string // of everything approved together
}

func (h *pages) certificate(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	cert, err := h.Deliveries.Certificate(ctx, actor, id)
	if err != nil {
		return err
	}
	p := certificatePage{
		Base:        h.kit.Base(c, "微博发布凭证", page.Crumb{Text: "发送", Href: "/deliveries"}),
		Certificate: cert,
	}
	p.Content = content{
		Text:     cert.Text,
		RepostOf: cert.Version.Original(),
		Pictures: pictures(id, cert.Version.Media),
	}
	p.Found = parts.FoundIn(p.P, cert.Version, cert.Ignored)
	p.Live = liveOf(cert.Delivery, cert.Text)
	p.PayloadHash = hex.EncodeToString(cert.Delivery.PayloadHash)
	p.VersionHash = hex.EncodeToString(cert.Version.Hash)
	p.fillSteps()
	links := showPage{Delivery: cert.Delivery}
	if err := h.fillLinks(ctx, actor, &links); err != nil {
		return err
	}
	p.WeiboURL = links.WeiboURL

	return h.kit.Show(c, 200, "deliveries/certificate", p)
}

// fillSteps writes the story, the newest first as everywhere, each instant in full: relative words have
// no meaning on paper.
func (p *certificatePage) fillSteps() {
	for _, event := range slices.Backward(p.Events) {
		line := parts.Step(p.Base, event)
		line.Stamp.Text, line.Note = exact(event.At), parts.StepNote(p.P, event, time.Time{})
		p.Steps = append(p.Steps, line)
		if event.To == delivery.Sent && event.From != delivery.Sent && p.Answer.Text == "" {
			p.Answer = line
		}
	}
}

// exact is an instant as a record keeps it, in the zone of the console.
func exact(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04:05.000") }

// Exact writes an instant for paper; a dash when there is none.
func (p certificatePage) Exact(at *time.Time) string {
	if at == nil {
		return "—"
	}

	return exact(*at)
}

// Printed is when the page was made.
func (p certificatePage) Printed() string { return exact(p.PrintedAt) }

// Key is the random mark that was put on the post, in hexadecimal, where the interface carries one.
func (p certificatePage) Key() string { return hex.EncodeToString(p.Delivery.MarkKey) }
