package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/blob"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// world is two units side by side with a writer each.
type world struct {
	*media.Service
	db             *pg.DB
	blobs          *blob.Store
	writer, beside access.Actor
}

func newWorld(t *testing.T) world {
	t.Helper()
	db := pgtest.New(t)
	stage.Bureau(t, db, "宣传专员", "监测专员")
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	actor := func(id, unit int64, path string) access.Actor {
		return access.Actor{
			UserID: id,
			Name:   "宣传专员",
			Grants: []access.Grant{{Role: access.PressOfficer, UnitID: unit, Path: path}},
		}
	}

	return world{
		Service: media.New(db, blobs, func() time.Time { return noon }),
		db:      db,
		blobs:   blobs,
		writer:  actor(1, 2, "/1/2/"),
		beside:  actor(2, 3, "/1/3/"),
	}
}

func pngOf(t *testing.T, w, h int) io.Reader {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}

	return &b
}

func TestAPictureComesBackAsItWillBeSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m, err := w.Upload(t.Context(), w.writer, 2, `C:\照片\空气 质量.PNG`, pngOf(t, 800, 600), " 空气质量实况图 ")
	if err != nil {
		t.Fatal(err)
	}
	if m.ID == 0 || m.FileName != "空气 质量.PNG" || m.MIME != media.PNG || m.Width != 800 ||
		m.Alt != "空气质量实况图" ||
		m.Animated() {
		t.Errorf("got %+v", m)
	}
	data, err := w.Bytes(t.Context(), m.SHA256)
	if sum := sha256.Sum256(
		data,
	); err != nil || !bytes.Equal(sum[:], m.SHA256) || int64(len(data)) != m.Bytes ||
		len(m.Hash()) != 64 {
		t.Errorf("bytes: %d, %v", len(data), err)
	}
	r, again, err := w.Open(t.Context(), w.writer, m.ID, true)
	if err != nil || again.ID != m.ID {
		t.Fatal(err)
	}
	defer r.Close()
	if img, err := jpeg.Decode(r); err != nil || img.Bounds().Dx() != 360 {
		t.Errorf("thumbnail: %v, %v", img, err)
	}
	if full, _, err := w.Open(t.Context(), w.writer, m.ID, false); err != nil {
		t.Error(err)
	} else if b, _ := io.ReadAll(full); !bytes.Equal(b, data) {
		t.Error("the picture shown is not the one sent")
	}
	var audited int
	if err := w.db.Pool().QueryRow(t.Context(), `
		SELECT count(*) FROM audit_entries WHERE action = 'media.upload'`).
		Scan(&audited); err != nil || audited != 1 {
		t.Errorf("%d audit entries, %v", audited, err)
	}
}

func TestPicturesStayInTheirUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	media, err := w.Upload(t.Context(), w.writer, 2, "a.png", pngOf(t, 8, 8), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Open(t.Context(), w.beside, media.ID, false); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("read from beside: %v", err)
	}
	if _, err := w.Upload(
		t.Context(),
		w.beside,
		2,
		"b.png",
		pngOf(t, 8, 8),
		"",
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("write from beside: %v", err)
	}
	if _, err := w.Upload(
		t.Context(),
		w.writer,
		99,
		"b.png",
		pngOf(t, 8, 8),
		"",
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("unit that is not there: %v", err)
	}
	reader := access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.Reviewer, UnitID: 1, Path: "/1/"}}}
	if _, err := w.Upload(
		t.Context(),
		reader,
		2,
		"b.png",
		pngOf(t, 8, 8),
		"",
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("reviewer uploads: %v", err)
	}
}

func TestBadUploadsAreRefusedAtTheirField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Upload(
		t.Context(),
		w.writer,
		2,
		"a.png",
		bytes.NewReader([]byte("no picture")),
		"",
	); fault.Public(
		err,
	).Field != "file" {
		t.Errorf("got %v", err)
	}
	if _, err := w.Upload(
		t.Context(),
		w.writer,
		2,
		"a.png",
		pngOf(t, 8, 8),
		strings.Repeat("图", 201),
	); fault.Public(
		err,
	).Field != "alt" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Upload(ctx, w.writer, 2, "a.png", pngOf(t, 8, 8), ""); err == nil {
		t.Error("uploaded after the end")
	}
}

func TestLoadKeepsTheOrderAndLeavesGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []int64

	for i := range 3 {
		m, err := w.Upload(t.Context(), w.writer, 2, "a.png", pngOf(t, 8+i, 8), "")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
		list, err := media.LoadTx(t.Context(), tx, []int64{ids[2], 999, ids[0]})
		if err != nil {
			return err
		}
		if len(list) != 3 || list[0].ID != ids[2] || list[1].ID != 0 || list[2].ID != ids[0] {
			t.Errorf("got %+v", list)
		}
		empty, err := media.LoadTx(t.Context(), tx, nil)
		if len(empty) != 0 {
			t.Errorf("got %+v", empty)
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhoMaySeeThePostSeesItsPictures: a picture of the centre stands in a post of the bureau, sent to
// an account of the monitoring centre: the monitoring centre's officer sees it by the delivery; one of
// no delivery, or of an earlier version, stays unseen.
func TestWhoMaySeeThePostSeesItsPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	upload := func(n int) media.Media {
		m, err := w.Upload(t.Context(), w.writer, 2, "a.png", pngOf(t, 8+n, 8), "")
		if err != nil {
			t.Fatal(err)
		}

		return m
	}
	shown, old, alone := upload(0), upload(1), upload(2)
	_, err := w.db.Pool().Exec(t.Context(), `
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit,
    min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE
 VALUES (1, 3, 'weibo', '北京环境监测', '北京环境监测', 'affiliated', 'live', 'manual', '30 min', '0', false, 1, now());
INSERT INTO posts (id, unit_id, author_id, phase, due_now, urgent, revision, created_at, updated_by,
    updated_at) OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, 'approved', true, false, 1, now(), 1, now());
INSERT INTO post_versions (id, post_id, number, state, text, visible, repost_of, editors,
    created_at) OVERRIDING SYSTEM VALUE
 VALUES (1, 1, 1, 'void', '旧', 0, '', '{1}', now()), (2, 1, 2, 'draft', '新', 0, '', '{1}', now());
UPDATE posts SET version_id = 2;`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.db.Pool().Exec(t.Context(), `
		INSERT INTO version_media (version_id, position, media_id, alt) VALUES (1, 1, $1, ''), (2, 1, $2, '')`,
		old.ID, shown.ID)
	if err != nil {
		t.Fatal(err)
	}
	bureau := access.Actor{UserID: 3, Grants: []access.Grant{{Role: access.Reviewer, UnitID: 1, Path: "/1/"}}}
	see := func(actor access.Actor, m media.Media) bool {
		_, _, err := w.Open(t.Context(), actor, m.ID, true)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			t.Fatal(err)
		}

		return err == nil
	}
	if see(w.beside, shown) || !see(bureau, shown) || !see(bureau, old) {
		t.Error("before there is a delivery")
	}
	_, err = w.db.Pool().Exec(t.Context(), `
INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, approved,
    payload_hash, mark_key, created_at, updated_at)
VALUES (1, 2, 1, 'weibo', 'manual', 'waiting', 1, false, true, '\x00', '\x000102030405060708090a0b0c0d0e0f',
    now(), now())`)
	if err != nil {
		t.Fatal(err)
	}
	if !see(w.beside, shown) || see(w.beside, old) || see(w.beside, alone) {
		t.Error("the delivery shows its pictures and no others")
	}
	// The other way round: a post of a unit beside, with a picture of the bureau's.
	if _, err := w.db.Pool().
		Exec(t.Context(), "UPDATE posts SET unit_id = 3; DELETE FROM deliveries"); err != nil {
		t.Fatal(err)
	}
	if !see(w.beside, shown) || !see(w.beside, old) || see(w.beside, alone) {
		t.Error("the post shows the pictures of all its versions and no others")
	}
}
