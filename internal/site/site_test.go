package site_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/blob"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/site"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

// world is the site of the small bureau: units 1 (/1/), 2 (/1/2/) and 3 (/1/3/), accounts 1 to 4.
type world struct {
	*testing.T
	address string
	db      *pg.DB
	site    *site.Service
	media   *media.Service
	n       int // posts so far
}

func newWorld(t *testing.T) *world {
	t.Helper()
	address := pgtest.URL(t)
	w := &world{T: t, address: address, db: pgtest.Open(t, pgtest.AsApplication(address))}
	owner := pgtest.Open(t, address)
	stage.Bureau(t, owner, "专员", "主管", "区专员", "管理员")
	stage.BureauAccounts(t, owner)
	blobs, err := blob.Open(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.media = media.New(w.db, blobs, func() time.Time { return noon })
	w.site = site.New(w.db, w.media, func() time.Time { return noon })

	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

func one[T any](w *world, sql string, args ...any) (v T) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&v))

	return v
}

// sent is a post that this console sent to account 1 and the platform showed, with pictures.
func (w *world) sent(text string, corrects int64, pictures ...int64) (post, delivery, platform int64) {
	w.Helper()
	w.n++
	post = one[int64](w, `
INSERT INTO posts (unit_id, author_id, phase, due_now, urgent, corrects, revision, created_at, updated_by,
    updated_at)
VALUES (1, 1, 'approved', true, false, nullif($1, 0), 1, $2, 1, $2) RETURNING id`, corrects, noon)

	version := one[int64](w, `
INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, editors, created_at, column_id)
VALUES ($1, 1, 'approved', $2, 0, '', '{1}', $3, 1) RETURNING id`, post, text, noon)
	for i, id := range pictures {
		w.exec(`INSERT INTO version_media (version_id, position, media_id, alt) VALUES ($1, $2, $3, '一张图')`,
			version, i, id) // as posts count them
	}
	remote := fmt.Sprint(5_000_000_000_000_000 + w.n)
	delivery = one[int64](w, `
INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, approved,
    payload_hash, mark_key, remote_id, live, live_at, sent_at, created_at, updated_at)
VALUES ($1, $2, 1, 'weibo', 'commercial', 'sent', 1, false, true, 'x', decode(lpad($5, 32, '0'), 'hex'), $3,
    'live', $4, $4, $4, $4) RETURNING id`, post, version, remote, noon, fmt.Sprint(w.n))
	platform = one[int64](w, `
INSERT INTO platform_posts (account_id, platform, remote_id, delivery_id, origin, posted_at, text, original,
    pictures, state, state_at, reposts, comments, likes)
VALUES (1, 'weibo', $1, $2, 'console', $3, $4, true, 0, 'live', $3, 0, 0, 0) RETURNING id`,
		remote, delivery, noon.Add(time.Duration(w.n)*time.Minute), text)

	return post, delivery, platform
}

// other is a post that this console did not send.
func (w *world) other(origin, state, text string, seen bool) int64 {
	w.Helper()
	w.n++

	return one[int64](w, `
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, seen_at, reposts, comments, likes)
VALUES (2, 'weibo', $1, $2, $3, $4, true, 0, $5, $3, CASE WHEN $6 THEN $3::timestamptz END, 0, 0, 0) RETURNING id`,
		fmt.Sprint(5_000_000_000_000_000+w.n), origin, noon, text, state, seen)
}

func (w *world) fill() {
	w.Helper()
	w.must(w.site.Fill(w.Context()))
}

func (w *world) public(text string) bool {
	w.Helper()
	return one[bool](w, `SELECT EXISTS (SELECT FROM site.posts WHERE text = $1)`, text)
}

// TestOnlyWhatWasSentAndSeenIsPublic walks through what there is on the platform.
func TestOnlyWhatWasSentAndSeenIsPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sent("本台发出", 0)
	_, unread, _ := w.sent("还没有读回", 0)
	w.exec("UPDATE deliveries SET live = NULL WHERE id = $1", unread)
	_, changed, _ := w.sent("线上被改过", 0)
	w.exec("UPDATE deliveries SET live = 'changed' WHERE id = $1", changed)
	_, unknown, _ := w.sent("结果待核", 0)
	w.exec("UPDATE deliveries SET state = 'unknown' WHERE id = $1", unknown)
	w.other("past", "live", "接入前发布", true)
	w.other("past", "live", "只在导入的文件里", false)
	w.other("past", "removed", "接入前发布后被删", true)
	w.other("elsewhere", "live", "非本台发出", true)
	w.other("unsure", "live", "来源待核", true)
	w.fill()

	for text, want := range map[string]bool{
		"本台发出": true, "接入前发布": true,
		"还没有读回": false, "线上被改过": false, "结果待核": false, "只在导入的文件里": false, "接入前发布后被删": false,
		"非本台发出": false, "来源待核": false,
	} {
		if w.public(text) != want {
			t.Errorf("%s: public %v, want %v", text, !want, want)
		}
	}
}

// TestAWithdrawalIsOneTransaction: what is taken down, hidden, changed or deleted is gone with the statement
// that says so, and feeds can tell; what comes back has its number again.
func TestAWithdrawalIsOneTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for i, sql := range []string{
		"UPDATE deliveries SET live = 'taken_down' WHERE id = $1 AND $2::bigint > 0",
		"UPDATE deliveries SET live = 'removed' WHERE id = $1 AND $2::bigint > 0",
		"UPDATE platform_posts SET state = 'hidden' WHERE id = $2 AND $1::bigint > 0",
		"UPDATE platform_posts SET state = 'removed' WHERE id = $2 AND $1::bigint > 0",
		"DELETE FROM platform_posts WHERE id = $2 AND $1::bigint > 0",
	} {
		text := fmt.Sprint("稿件 ", i)
		_, delivery, platform := w.sent(text, 0)
		w.fill()
		number := one[int64](w, "SELECT number FROM site.posts WHERE text = $1", text)
		w.exec(sql, delivery, platform)
		if w.public(text) {
			t.Errorf("%s: still public", sql)
		}
		if one[int64](w, "SELECT number FROM site.withdrawn ORDER BY at DESC LIMIT 1") != number {
			t.Errorf("%s: not told", sql)
		}
		w.fill()
		if w.public(text) {
			t.Errorf("%s: public again", sql)
		}
	}

	_, delivery, _ := w.sent("回来的稿件", 0)
	w.fill()
	number := one[int64](w, "SELECT number FROM site.posts WHERE text = '回来的稿件'")
	w.exec("UPDATE deliveries SET live = 'hidden' WHERE id = $1", delivery)
	w.exec("UPDATE deliveries SET live = 'live' WHERE id = $1", delivery)
	w.fill()
	if again := one[int64](w, "SELECT number FROM site.posts WHERE text = '回来的稿件'"); again != number {
		t.Errorf("came back as %d, was %d", again, number)
	}
	if one[bool](w, "SELECT EXISTS (SELECT FROM site.withdrawn WHERE number = $1)", number) {
		t.Error("still told as withdrawn")
	}
}

// TestTwoThatWithdrawAtOnceDoNotTieUp: one changes the post first, the other its delivery.
func TestTwoThatWithdrawAtOnceDoNotTieUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, delivery, platform := w.sent("稿件", 0)
	w.fill()

	reading, err := w.db.Pool().Begin(t.Context())
	w.must(err)
	_, err = reading.Exec(t.Context(), "UPDATE platform_posts SET state = 'removed' WHERE id = $1", platform)
	w.must(err)
	w.exec("UPDATE deliveries SET live = 'removed' WHERE id = $1", delivery) // waits for nobody
	w.must(reading.Commit(t.Context()))
	w.fill()
	if w.public("稿件") {
		t.Error("still public")
	}
}

// TestPicturesAreSmallAndEnd: a large picture is made smaller; one whose licence in the library ends, ends.
func TestPicturesAreSmallAndEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	noise := image.NewRGBA(image.Rect(0, 0, 900, 700))

	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(256)) | 0x80
	}
	var file bytes.Buffer
	w.must(png.Encode(&file, noise))
	large, err := w.media.Upload(t.Context(), officer, 1, "大图.png", &file, "噪声")
	w.must(err)
	file.Reset()
	plain := image.NewRGBA(image.Rect(0, 0, 40, 30))
	plain.Set(3, 3, color.White)
	w.must(png.Encode(&file, plain))
	small, err := w.media.Upload(t.Context(), officer, 1, "小图.png", &file, "点")
	w.must(err)
	w.exec(`
INSERT INTO library_items (unit_id, kind, title, text, media_id, source, licence, expires_on, folded, grams,
    created_by, created_at, updated_by, updated_at)
VALUES (1, 'picture', '点', '点', $1, '某人', '一年', '2026-12-31', '', '{}', 1, $2, 1, $2)`, small.ID, noon)
	w.sent("有图", 0, large.ID, small.ID)
	w.fill()

	if n := one[int](
		w,
		"SELECT octet_length(bytes) FROM site.pictures WHERE position = 0",
	); n > media.MaxRendition {
		t.Errorf("%d bytes", n)
	}
	if mime := one[string](w, "SELECT mime FROM site.pictures WHERE position = 1"); mime != media.PNG {
		t.Errorf("the small one became %s", mime)
	}
	ends := one[time.Time](w, "SELECT expires_at FROM site.pictures WHERE position = 1")
	if want := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC); !ends.Equal(want) {
		t.Errorf("ends %v, want %v", ends, want)
	}
}

// TestACorrectionNamesWhatItCorrects by its public number.
func TestACorrectionNamesWhatItCorrects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post, _, _ := w.sent("有误", 0)
	w.fill()
	w.sent("更正", post)
	w.fill()
	if !one[bool](w, `SELECT EXISTS (SELECT FROM site.posts c JOIN site.posts o ON o.number = c.corrects
    WHERE c.text = '更正' AND o.text = '有误')`) {
		t.Error("the correction names nothing")
	}
}

// TestTheReaderReadsTheSiteAlone: the role of the public site tries each table there is.
func TestTheReaderReadsTheSiteAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reader := pgtest.Open(t, pgtest.AsReader(w.address))
	w.must(pg.OnlyReads(t.Context(), reader, "site"))
	if err := pg.OnlyReads(t.Context(), w.db, "site"); err == nil {
		t.Error("the console's own role is let in as a reader")
	}
	rows, err := w.db.Pool().Query(t.Context(), `SELECT n.nspname, c.relname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'site')`)
	w.must(err)
	defer rows.Close()
	tables := 0

	for rows.Next() {
		var schema, name string
		w.must(rows.Scan(&schema, &name))
		tables++

		for _, sql := range []string{"SELECT FROM %s.%s", "DELETE FROM %s.%s", "TRUNCATE %s.%s"} {
			_, err := reader.Pool().Exec(t.Context(), fmt.Sprintf(sql, schema, name))
			if may := schema == "site" && sql[0] == 'S'; may != (err == nil) {
				t.Errorf(sql+": %v", schema, name, err)
			}
		}
	}
	if tables < 80 {
		t.Errorf("only %d tables", tables)
	}
}

var (
	officer       = as(1, access.PressOfficer, "/1/")
	supervisor    = as(2, access.Supervisor, "/1/")
	district      = as(3, access.Supervisor, "/1/3/")
	administrator = as(4, access.Administrator, "/1/")
)

func as(id int64, role access.Role, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, Path: path}}}
}

var look = site.Look{
	Name: "某市生态环境", NameEn: "Ecology and Environment", Footer: "主办：某市生态环境局", Filing: "某ICP备00000000号",
	Accent: "#1f5f8b",
}

// waiting fails unless so many requests stand on the lists, none of them on that of who asked.
func (w *world) waiting(n int) {
	w.Helper()
	if got := one[int](w, `SELECT count(*) FROM todos WHERE code = 'site.confirm' AND resolved_at IS NULL
		AND cardinality(not_users) > 0`); got != n {
		w.Errorf("%d requests wait on the lists, want %d", got, n)
	}
}

// TestTwoPeopleOpenTheSite, one closes it.
func TestTwoPeopleOpenTheSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	refused := func(kind fault.Kind, err error) {
		t.Helper()
		if !fault.Is(err, kind) {
			t.Errorf("got %v, want %v", err, kind)
		}
	}
	revision := func(draft site.Draft, err error) int {
		t.Helper()
		w.must(err)

		return draft.Revision
	}
	_, err := w.site.Find(ctx, officer)
	refused(fault.KindForbidden, err)
	_, err = w.site.Save(ctx, district, 1, look)
	refused(fault.KindNotFound, err)
	_, err = w.site.Ask(ctx, supervisor, 1)
	refused(fault.KindConflict, err)

	at := revision(w.site.Save(ctx, supervisor, 1, look))
	_, err = w.site.Save(ctx, administrator, 1, look)
	refused(fault.KindConflict, err)
	at = revision(w.site.Ask(ctx, supervisor, at))
	w.waiting(1)
	_, err = w.site.Answer(ctx, supervisor, at, true)
	refused(fault.KindForbidden, err)
	opened, err := w.site.Answer(ctx, administrator, at, true)
	w.must(err)
	w.waiting(0)
	if !opened.Open || opened.Public != look {
		t.Errorf("opened %+v", opened)
	}

	changed := look
	changed.Footer = "主办：某市生态环境局　电话 12345"
	at = revision(w.site.Save(ctx, administrator, opened.Revision, changed))
	at = revision(w.site.Ask(ctx, supervisor, at))
	_, err = w.site.Answer(ctx, administrator, at, true) // wrote it
	refused(fault.KindForbidden, err)
	w.waiting(1)
	at = revision(w.site.Answer(ctx, administrator, at, false))
	w.waiting(0)
	closed, err := w.site.Close(ctx, supervisor, at)
	w.must(err)
	if closed.Open || closed.Public != look {
		t.Errorf("closed %+v", closed)
	}
	if n := one[int](w, "SELECT count(*) FROM audit_entries WHERE subject_type = 'site'"); n != 7 {
		t.Errorf("%d entries in the trail, want 7", n)
	}
}

// TestColoursAreReadable by worked values of WCAG.
func TestColoursAreReadable(t *testing.T) {
	t.Parallel()

	for colour, want := range map[string]float64{
		"#ffffff": 1, "#000000": 21, "#777777": 4.48, "#1f5f8b": 6.84,
	} {
		if got := site.Contrast(colour, "#ffffff"); math.Abs(got-want) > 0.02 {
			t.Errorf("%s: %.2f, want %.2f", colour, got, want)
		}
	}

	for _, colour := range []string{"#000000", "#1f5f8b", "#8b1f1f", "#0000ff", "#ffffff"} {
		if got := site.Contrast(site.OnDark(colour), "#15191d"); got < 7 {
			t.Errorf("%s on dark becomes %s: %.2f", colour, site.OnDark(colour), got)
		}
	}
	w := newWorld(t)

	for _, accent := range []string{"#777777", "red", "#12345", "", "#1f5f8b;}"} {
		bad := look
		bad.Accent = accent
		if _, err := w.site.Save(t.Context(), supervisor, 1, bad); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", accent, err)
		}
	}
}
