package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/library"
	"juzhen/internal/pg"
)

// How many published texts a search is measured over.
const (
	fewTexts  = 30_000
	manyTexts = 1_000_000
)

// searches are what people look for, by how often it stands in the texts; %d is another number each time.
var searches = []struct {
	name, words string
	filter      func(*library.Query)
}{
	{"letter", "的", nil},
	{"frequent", "空气质量", nil},
	{"two_words", "空气质量 监测", nil},
	{"rare", "第%d号通报", nil},
	{"absent", "麒麟%d麟麒", nil},
	{"account", "空气质量", func(q *library.Query) { q.AccountID = 7 }},
	{"period", "监测", func(q *library.Query) {
		from, to := librarySince.AddDate(2, 0, 0), librarySince.AddDate(2, 6, 0)
		q.From, q.To = &from, &to
	}},
}

// librarySince is when the first of the texts went out; they are spread over ten years.
var librarySince = time.Date(2016, 12, 1, 0, 0, 0, 0, time.UTC)

const libraryYears = 10 * 365 * 24 * time.Hour

func libraryWanted() (wanted []want) {
	for _, search := range searches {
		key := search.name + "_1m_p99_ms"
		wanted = append(wanted, want{key: key, most: 20}, want{
			key: search.name + "_1m_ms", baseline: search.name + "_30k_ms", most: 2,
		})
	}

	return wanted
}

// searching measures the first page of a search in the library with its count, over few texts and over
// many in the same round.
func searching(ctx context.Context, f *field) (values, error) {
	got := values{}

	for name, texts := range map[string]int{"30k": fewTexts, "1m": manyTexts} {
		db, err := f.library(ctx, texts)
		if err != nil {
			return nil, err
		}
		service := library.New(db, nil, time.Now)

		for _, search := range searches {
			took, err := searchTimes(ctx, service, search.words, search.filter)
			if err != nil {
				return nil, err
			}
			got[search.name+"_"+name+"_ms"] = milliseconds(took[len(took)/2])
			got[search.name+"_"+name+"_p99_ms"] = milliseconds(took[len(took)*99/100])
		}
	}

	return got, nil
}

// searchTimes gives how long each of a hundred searches took, the shortest first.
func searchTimes(
	ctx context.Context,
	service *library.Service,
	words string,
	filter func(*library.Query),
) (took []time.Duration, err error) {
	reader := access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}

	for n := range 100 {
		query := library.Query{Words: words}
		if strings.Contains(words, "%d") {
			query.Words = fmt.Sprintf(words, n*277)
		}
		if filter != nil {
			filter(&query)
		}
		began := time.Now()
		if _, err := service.Search(ctx, reader, query); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)

	return took, nil
}

// library is a database with so many published texts, made once.
func (f *field) library(ctx context.Context, texts int) (*pg.DB, error) {
	if db := f.libraries[texts]; db != nil {
		return db, nil
	}
	_, db, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	if f.libraries == nil {
		f.libraries = map[int]*pg.DB{}
	}
	f.libraries[texts] = db
	began := time.Now()
	if err := publish(ctx, db, texts); err != nil {
		return nil, err
	}
	if err := library.New(db, nil, time.Now).Fill(ctx); err != nil {
		return nil, err
	}
	_, err = db.Pool().Exec(ctx, `
SET maintenance_work_mem = '1GB';
CREATE INDEX library_texts_grams ON library_texts USING gin (grams) WITH (fastupdate = off)`)
	if err == nil {
		_, err = db.Pool().Exec(ctx, "VACUUM ANALYZE library_texts, library_published, platform_posts")
	}
	fmt.Fprintf(f.log, "%d 段文字收入 texts taken in: %s\n", texts, time.Since(began).Round(time.Second))

	return db, err
}

// publish writes posts of the platform; the index on what they are found by is made afterwards.
func publish(ctx context.Context, db *pg.DB, texts int) error {
	if _, err := db.Pool().Exec(ctx, `
DROP INDEX library_texts_grams;
INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap,
    auto_resend, position, created_at)
SELECT 1, 'weibo', '素材' || n, '素材' || n, 'district', 'live', 'manual', '30 min', '0', false, n, now()
FROM generate_series(1, 20) AS n`); err != nil {
		return err
	}
	sentences := strings.Fields(prose)
	random := rand.New(rand.NewPCG(3, 4))
	_, err := db.Pool().CopyFrom(ctx, pgx.Identifier{"platform_posts"},
		[]string{
			"account_id", "platform", "remote_id", "origin", "posted_at", "text", "original", "pictures",
			"state", "state_at", "reposts", "comments", "likes",
		},
		pgx.CopyFromSlice(texts, func(i int) ([]any, error) {
			at := librarySince.Add(libraryYears / time.Duration(texts) * time.Duration(i))

			return []any{
				int64(1 + i%20), "weibo", fmt.Sprint(i), "past", at, noticeOf(random, sentences, i), true, 0,
				"live", at, 0, 0, 0,
			}, nil
		}))

	return err
}

// noticeOf is a text of about 120 letters that no other one equals.
func noticeOf(random *rand.Rand, sentences []string, n int) string {
	text := ""
	for len([]rune(text)) < 100 {
		text += sentences[random.IntN(len(sentences))]
	}

	return fmt.Sprintf("%s第%d号通报", text, n)
}
