package public

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// settings are what the site is called and how it looks.
type settings struct {
	Open               bool
	Name, NameEn       string
	Footer, Filing     string
	Accent, AccentDark string
	ChangedAt          time.Time
	Emblem             bool // there is one
}

func (s *Site) settings(ctx context.Context) (found settings, err error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT open, name, name_en, footer, filing, accent, accent_dark, changed_at,
    emblem IS NOT NULL FROM site.settings`)
	if err != nil {
		return found, err
	}

	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[settings])
}

// emblem is the picture of the bureau's emblem. Fails with pgx.ErrNoRows where there is none.
func (s *Site) emblem(ctx context.Context) (data []byte, err error) {
	err = s.opt.DB.Pool().
		QueryRow(ctx, "SELECT emblem FROM site.settings WHERE emblem IS NOT NULL").
		Scan(&data)

	return data, err
}

// account is one account of the matrix.
type account struct {
	Number                int64
	Handle, Name          string
	District              int64
	DistrictName          string
	Link                  string
	Confirmed, Closed     bool
	Followers             *int64
	FollowersAt, LookedAt *time.Time
	LatestAt              *time.Time
}

const selectAccount = `
SELECT a.number, a.handle, a.name, a.district, d.name, a.link, a.confirmed, a.closed, a.followers,
    a.followers_at, a.looked_at, (SELECT max(p.posted_at) FROM site.posts p WHERE p.account = a.number)
FROM site.accounts a JOIN site.districts d ON d.number = a.district WHERE `

func (s *Site) accounts(ctx context.Context) ([]account, error) {
	rows, err := s.opt.DB.Pool().
		Query(ctx, selectAccount+"NOT a.closed ORDER BY d.place, a.position, a.number LIMIT 5000")
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[account])
}

func (s *Site) account(ctx context.Context, number int64) (account, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, selectAccount+`
a.number = @number`, pgx.NamedArgs{"number": number})
	if err != nil {
		return account{}, err
	}

	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[account])
}

// column is one column that has posts.
type column struct {
	Number int64
	Name   string
}

func (s *Site) columns(ctx context.Context) ([]column, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT c.number, c.name FROM site.columns c WHERE EXISTS (SELECT FROM site.posts p WHERE p.col = c.number)
ORDER BY c.position, c.number LIMIT 200`)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[column])
}

func (s *Site) column(ctx context.Context, number int64) (column, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `SELECT number, name FROM site.columns WHERE number = @number`,
		pgx.NamedArgs{"number": number})
	if err != nil {
		return column{}, err
	}

	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[column])
}

// district finds a district by its number.
func (s *Site) district(ctx context.Context, number int64) (name string, err error) {
	row := s.opt.DB.Pool().QueryRow(ctx, `
SELECT name FROM site.districts WHERE number = @number`, pgx.NamedArgs{"number": number})
	err = row.Scan(&name)

	return name, err
}

// ofDistrict are the accounts of a district.
func (s *Site) ofDistrict(ctx context.Context, number int64) ([]account, error) {
	rows, err := s.opt.DB.Pool().Query(ctx,
		selectAccount+`
NOT a.closed AND a.district = @number ORDER BY a.position, a.number LIMIT 200`,
		pgx.NamedArgs{"number": number})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[account])
}

// post is one post as it was published.
type post struct {
	Number, Account int64
	Handle, Name    string
	LookedAt        *time.Time
	Column          *int64
	ColumnName      *string
	PostedAt        time.Time
	Text            string
	Hash            []byte
	Past            bool
	Link            string
	Corrects        *int64 // only where that is still there
	ChangedAt       time.Time
	Times           int // how often the same text stands among its neighbours

	Pictures []picture `db:"-"`
}

// postColumns are read of alias p, with a its account and c its column.
const postColumns = `p.number, p.account, a.handle, a.name, a.looked_at, p.col, c.name, p.posted_at, p.text, p.hash,
    p.past, p.link, (SELECT o.number FROM site.posts o WHERE o.number = p.corrects), p.changed_at`

const postJoins = ` JOIN site.accounts a ON a.number = p.account LEFT JOIN site.columns c ON c.number = p.col `

// place is where a post stands in a list, the newest first.
type place struct {
	At     time.Time
	Number int64
}

// newest stands before all posts.
var newest = place{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}

// String is the place as an address names it.
func (p place) String() string { return fmt.Sprintf("%d-%d", p.At.UnixMicro(), p.Number) }

// parsePlace reads what String writes, and nothing else.
func parsePlace(s string) (place, bool) {
	at, number, ok := strings.Cut(s, "-")
	micros, err := strconv.ParseInt(at, 10, 64)
	n, nErr := strconv.ParseInt(number, 10, 64)
	p := place{time.UnixMicro(micros).UTC(), n}

	return p, ok && err == nil && nErr == nil && p.String() == s && p.At.Year() < 10_000
}

const (
	pageSize = 20
	near     = 300 // posts among which those of one text stand once
)

// what selects posts: all, of one account, of one column, of one district.
type what struct {
	Account, Column, District int64
}

// list gives the newest posts behind a place, each text once among its neighbours.
func (s *Site) list(ctx context.Context, of what, from place) (posts []post, more bool, err error) {
	cond := "TRUE"

	switch {
	case of.Account != 0:
		cond = "p.account = @of"
	case of.Column != 0:
		cond = "p.col = @of"
	case of.District != 0:
		cond = "p.district = @of"
	}
	rows, err := s.opt.DB.Pool().Query(ctx, `
WITH few AS MATERIALIZED (SELECT p.number, p.posted_at, p.hash FROM site.posts p
    WHERE `+cond+` AND (p.posted_at, p.number) < (@at, @number)
    ORDER BY p.posted_at DESC, p.number DESC LIMIT @near),
once AS (SELECT number, row_number() OVER (PARTITION BY hash ORDER BY posted_at DESC, number DESC) AS nth,
    count(*) OVER (PARTITION BY hash) AS times FROM few)
SELECT `+postColumns+`, once.times FROM once JOIN site.posts p ON p.number = once.number`+postJoins+`
WHERE once.nth = 1 ORDER BY p.posted_at DESC, p.number DESC LIMIT @most`, pgx.NamedArgs{
		"of": max(of.Account, of.Column, of.District), "at": from.At, "number": from.Number, "near": near,
		"most": pageSize + 1,
	})
	if err != nil {
		return nil, false, err
	}
	if posts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[post]); err != nil {
		return nil, false, err
	}
	if more = len(posts) > pageSize; more {
		posts = posts[:pageSize]
	}

	return posts, more, s.withPictures(ctx, posts)
}

// post finds one. withdrawn says that it was public once.
func (s *Site) post(ctx context.Context, number int64) (found post, withdrawn bool, err error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT `+postColumns+`, 1 FROM site.posts p`+postJoins+`WHERE p.number = @number`,
		pgx.NamedArgs{"number": number})
	if err != nil {
		return post{}, false, err
	}
	found, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[post])
	if errors.Is(err, pgx.ErrNoRows) {
		gone := false
		if err := s.opt.DB.Pool().QueryRow(ctx, `
SELECT EXISTS (SELECT FROM site.withdrawn WHERE number = @number)`,
			pgx.NamedArgs{"number": number}).Scan(&gone); err != nil {
			return post{}, false, err
		}

		return post{}, gone, err
	}
	if err != nil {
		return post{}, false, err
	}
	one := []post{found}
	err = s.withPictures(ctx, one)

	return one[0], false, err
}

// corrections are what was published to correct a post, the newest first.
func (s *Site) corrections(ctx context.Context, number int64) ([]post, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT `+postColumns+`, 1 FROM site.posts p`+postJoins+`WHERE p.corrects = @number
ORDER BY p.posted_at DESC LIMIT 10`, pgx.NamedArgs{"number": number})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[post])
}

// picture is one picture of a post, without its bytes.
type picture struct {
	Post          int64
	Position      int
	Alt           string
	Width, Height int
}

// lasting holds for pictures that may be shown now.
const lasting = "(expires_at IS NULL OR expires_at > now())"

func (s *Site) withPictures(ctx context.Context, posts []post) error {
	numbers, at := make([]int64, len(posts)), map[int64]int{}
	for i, post := range posts {
		numbers[i], at[post.Number] = post.Number, i
	}
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT post, position, alt, width, height FROM site.pictures WHERE post = ANY(@numbers) AND `+lasting+`
ORDER BY post, position`, pgx.NamedArgs{"numbers": numbers})
	if err != nil {
		return err
	}
	pictures, err := pgx.CollectRows(rows, pgx.RowToStructByPos[picture])

	for _, picture := range pictures {
		post := &posts[at[picture.Post]]
		post.Pictures = append(post.Pictures, picture)
	}

	return err
}

func (s *Site) picture(
	ctx context.Context,
	number int64,
	position int,
) (kind string, data []byte, err error) {
	err = s.opt.DB.Pool().QueryRow(ctx, `
SELECT mime, bytes FROM site.pictures WHERE post = @number AND position = @position AND `+lasting,
		pgx.NamedArgs{"number": number, "position": position}).
		Scan(&kind, &data)

	return kind, data, err
}

// searchNear is how many of the newest posts a search reads through before it asks the index: what stands in
// many texts stands in these.
const searchNear = 3000

// search finds posts with all of the terms, the newest first.
func (s *Site) search(ctx context.Context, terms []string, grams []int32, from place) ([]post, bool, error) {
	exact, args := "TRUE", pgx.NamedArgs{
		"grams": grams, "at": from.At, "number": from.Number, "most": pageSize + 1, "near": searchNear,
	}

	for i, term := range terms {
		name := fmt.Sprintf("term%d", i)
		exact += " AND strpos(folded, @" + name + ") > 0"
		args[name] = term
	}
	const behind = "(p.posted_at, p.number) < (@at, @number)"

	for _, found := range []string{`
SELECT number, posted_at, folded FROM (SELECT p.number, p.posted_at, p.folded, p.grams FROM site.posts p
    WHERE ` + behind + ` ORDER BY p.posted_at DESC, p.number DESC LIMIT @near) few WHERE grams @> @grams`, `
SELECT p.number, p.posted_at, p.folded FROM site.posts p WHERE p.grams @> @grams AND ` + behind,
	} {
		rows, err := s.opt.DB.Pool().Query(ctx, `
WITH found AS MATERIALIZED (`+found+`)
SELECT `+postColumns+`, 1 FROM (SELECT number FROM found WHERE `+exact+`
    ORDER BY posted_at DESC, number DESC LIMIT @most) f JOIN site.posts p ON p.number = f.number`+postJoins+`
ORDER BY p.posted_at DESC, p.number DESC`, args)
		if err != nil {
			return nil, false, err
		}
		posts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[post])
		if err != nil {
			return nil, false, err
		}
		if len(posts) > pageSize {
			return posts[:pageSize], true, s.withPictures(ctx, posts[:pageSize])
		}
		if strings.Contains(found, "WHERE p.grams") {
			return posts, false, s.withPictures(ctx, posts)
		}
	}

	return nil, false, nil
}

// gone is a post that was withdrawn.
type gone struct {
	Number int64
	At     time.Time
}

func (s *Site) withdrawn(ctx context.Context, of what) ([]gone, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT number, at FROM site.withdrawn WHERE (@account = 0 OR account = @account)
    AND (@column = 0 OR col = @column)
    AND (@district = 0 OR district = @district) ORDER BY at DESC LIMIT 100`,
		pgx.NamedArgs{"account": of.Account, "column": of.Column, "district": of.District})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[gone])
}

// changed is a page of the map of the site.
type changed struct {
	Number int64
	At     time.Time
}

const mostMapped = 10_000

func (s *Site) mapped(ctx context.Context) ([]changed, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
SELECT number, changed_at FROM site.posts ORDER BY posted_at DESC, number DESC LIMIT @most_mapped`,
		pgx.NamedArgs{"most_mapped": mostMapped})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[changed])
}
