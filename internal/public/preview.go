package public

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Face is how a site that nobody sees yet would look: names, words, checked colours, an emblem.
type Face struct {
	Name, NameEn       string
	Footer, Filing     string
	Accent, AccentDark string
	Emblem             []byte // a PNG; nil: none
}

func (f Face) settings() settings {
	return settings{
		Open: true, Name: f.Name, NameEn: f.NameEn, Footer: f.Footer, Filing: f.Filing, Accent: f.Accent,
		AccentDark: f.AccentDark, Emblem: f.Emblem != nil,
	}
}

// Preview is the site as it would be with another look, for those who keep it. It serves nobody: it makes
// one answer at a time, of what everybody may see, out of any database that holds it.
type Preview struct{ site *Site }

// NewPreview makes one. asked is that of Options.
func NewPreview(
	db *pg.DB,
	now func() time.Time,
	asked func(words string) (terms []string, grams []int32, ok bool),
) (*Preview, error) {
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}

	return &Preview{&Site{opt: Options{DB: db, Now: now, Asked: asked}, pages: pages}}, nil
}

var (
	ownLinks = regexp.MustCompile(`(<[^>]*? (?:href|src|action)=")/`)
	metaTags = regexp.MustCompile(
		`<(meta (property|name="description")|link rel="(canonical|alternate)")[^>]*>`,
	)
)

// Open answers an address of the site, a path with the parameters behind it, as it would be with a face. What
// leads to the site leads below the folder at instead. Fails with fault.NotFound where the site has nothing.
func (p *Preview) Open(
	ctx context.Context,
	face Face,
	path, parameters, at string,
) (kind string, body []byte, err error) {
	defer fault.Step(&err, "public.Open")

	if len(path)+len(parameters) > maxAddress {
		return "", nil, errNothing()
	}
	asked, known := understand(path)
	if !known || asked.parameters(parameters) != http.StatusOK {
		return "", nil, errNothing()
	}
	if asked.kind == "emblem" {
		if face.Emblem == nil {
			return "", nil, errNothing()
		}

		return "image/png", face.Emblem, nil
	}

	b := &builder{Site: p.site, ctx: ctx, set: face.settings(), asked: asked}
	found, err := b.answer()
	if errors.Is(err, pgx.ErrNoRows) || err == nil && found.status != http.StatusOK {
		return "", nil, errNothing()
	}
	if err != nil {
		return "", nil, err
	}
	if !strings.HasPrefix(found.kind, "text/html") {
		return found.kind, found.body, nil
	}

	body = metaTags.ReplaceAll(found.body, nil)

	return found.kind, ownLinks.ReplaceAll(body, []byte("${1}"+at+"/")), nil
}

func errNothing() error { return fault.NotFound("微官网没有这一页") }
