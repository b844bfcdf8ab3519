package public

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"juzhen/internal/beijing"
)

// one is a post with its proof.
func (b *builder) one() (*answer, error) {
	found, withdrawn, err := b.post(b.ctx, b.asked.number)
	if withdrawn {
		return b.message(b.set, b.asked.lang, http.StatusGone)
	}
	if err != nil {
		return nil, err
	}
	if b.asked.format == "json" {
		return b.postJSON(found)
	}
	corrections, err := b.corrections(b.ctx, found.Number)
	if err != nil {
		return nil, err
	}
	f := b.frame(title(found.Text), postAt(found.Number))
	f.Description, f.Kind = brief(found.Text), "article"
	page := postPage{
		Byline: b.byline(f, found), Stamp: found.PostedAt.In(beijing.Zone).Format(time.RFC3339),
		Author: found.Name, AuthorAt: f.At(accountAt(found.Account)),
		AuthorURL: b.opt.URL + f.At(accountAt(found.Account)), Text: pieces(found.Text), Link: found.Link,
	}
	if found.Column != nil {
		page.ColumnAt = f.At(columnAt(*found.Column))
	}

	for _, p := range found.Pictures {
		page.Pictures = append(page.Pictures, shot{pictureAt(p), p.Alt, p.Width, p.Height})
	}
	if len(page.Pictures) > 0 {
		f.Image, f.ImageAlt = b.opt.URL+page.Pictures[0].At, page.Pictures[0].Alt
	}
	if found.Corrects != nil {
		page.Corrected = f.At(postAt(*found.Corrects))
	}

	for _, c := range corrections {
		page.Corrections = append(page.Corrections,
			correction{f.At(postAt(c.Number)), title(c.Text), minute(c.PostedAt)})
	}
	page.frame, page.Facts = f, b.proof(f, found)

	return b.page(http.StatusOK, "post", page)
}

// proof is what a reader can hold a post against: number, time and hash, and how old our look at it is.
func (b *builder) proof(f frame, p post) []fact {
	source := f.T("本台发出，已在微博上看到")
	if p.Past {
		source = f.T("接入本台以前由账号自行发布")
	}
	facts := []fact{
		{Name: f.T("公开编号"), Value: strconv.FormatInt(p.Number, 10), Code: true},
		{Name: f.T("发布时间"), Value: f.T("{.time}（北京时间）", "time", minute(p.PostedAt))},
		{Name: f.T("来源"), Value: source},
		{Name: f.T("正文的 SHA-256"), Value: hex.EncodeToString(p.Hash), Code: true},
	}
	if p.ColumnName != nil {
		facts = append(facts, fact{Name: f.T("栏目"), Value: *p.ColumnName})
	}
	if p.LookedAt != nil {
		facts = append(facts, fact{Name: f.T("上次在微博上核对"), Value: minute(*p.LookedAt)})
	}

	return facts
}
