package public

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Face is how a site that nobody sees yet would look: names, words and checked colours.
type Face struct {
	Name, NameEn       string
	Footer, Filing     string
	Accent, AccentDark string
}

func (f Face) settings() settings {
	return settings{
		Open: true, Name: f.Name, NameEn: f.NameEn, Footer: f.Footer, Filing: f.Filing, Accent: f.Accent,
		AccentDark: f.AccentDark,
	}
}

// Preview is the site as it would be with another look, for those who keep it. It serves nobody: it only
// makes the front page, with the newest posts that everybody may see, out of any database that holds them.
type Preview struct{ site *Site }

// NewPreview makes one.
func NewPreview(db *pg.DB, now func() time.Time) (*Preview, error) {
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}

	return &Preview{&Site{opt: Options{DB: db, Now: now}, pages: pages}}, nil
}

var (
	linksOut = regexp.MustCompile(`(<a [^>]*?href=")[^"]*"`)
	metaTags = regexp.MustCompile(
		`<(meta (property|name="description")|link rel="(canonical|alternate)")[^>]*>`,
	)
)

// Page is the front page in a language. Its links lead nowhere; the sheet and the pictures are asked for
// below the folder at.
func (p *Preview) Page(ctx context.Context, face Face, lang, at string) (body []byte, err error) {
	defer fault.Step(&err, "public.Page")

	b := &builder{
		Site: p.site, ctx: ctx, set: face.settings(), asked: request{kind: "list", lang: lang},
	}
	found, err := b.answer()
	if err != nil {
		return nil, err
	}

	body = linksOut.ReplaceAll(found.body, []byte(`$1#main"`))
	body = metaTags.ReplaceAll(body, nil)
	body = bytes.ReplaceAll(body, []byte(`href="/style.css"`), []byte(`href="`+at+`/style.css"`))

	return bytes.ReplaceAll(body, []byte(`<img src="/p/`), []byte(`<img src="`+at+`/p/`)), nil
}

// Sheet is the style sheet of a look.
func (p *Preview) Sheet(face Face) []byte { return styleOf(face.settings()) }

// Picture is a picture of a post that everybody may see. Fails with fault.NotFound.
func (p *Preview) Picture(ctx context.Context, number int64, nth int) (kind string, data []byte, err error) {
	defer fault.Step(&err, "public.Picture %d", number)

	kind, data, err = p.site.picture(ctx, number, nth)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.NotFound("没有这张图片")
	}

	return kind, data, err
}
