package site_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/template"
)

// begun makes a post one that a template began, and gives the number of that use.
func (w *world) begun(post int64, kind template.Kind, values template.Values, supersedes int64) int64 {
	w.Helper()
	filled, err := json.Marshal(values)
	w.must(err)

	return one[int64](w, `
INSERT INTO template_uses (post_id, unit_id, kind, wording, filled, supersedes, used_by, used_at)
VALUES ($1, 1, $2, $3, $4, nullif($5, 0), 1, $6) RETURNING id`, post, kind, kind.Wording(), filled, supersedes, noon)
}

// TestWhatATemplateWroteSpeaksOfTheAir: with its hour, its end and its standard; a hand that changes its
// words takes the standard away, one that writes around them does not.
func TestWhatATemplateWroteSpeaksOfTheAir(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	values := template.Values{
		"at": "2026-11-30T11:00",
		"readings": "区域\tPM2.5\tPM10\tSO2\tNO2\tCO\tO3\n全市\t30\t50\t3\t20\t0.5\t60\n城六区\t31\t50\t3\t20\t0.5\t60\n" +
			"西北部\t28\t50\t3\t20\t0.5\t60\n东北部\t29\t50\t3\t20\t0.5\t60\n东南部\t33\t50\t3\t20\t0.5\t60\n" +
			"西南部\t32\t50\t3\t20\t0.5\t60",
	}
	wrote, err := template.Render(template.Live, values, template.Live.Wording(), nil, noon)
	w.must(err)

	type row struct {
		Kind            string
		Concerns, Until time.Time
		Standard        string
	}
	eleven := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)

	for what, c := range map[string]struct {
		kind template.Kind
		text string
		want row
	}{
		"as it was written": {template.Live, wrote.Text, row{"live", eleven, eleven.Add(6 * time.Hour), "HJ 633-2026"}},
		"with more around": {
			template.Live, "#空气质量# " + wrote.Text + " @环保北京",
			row{"live", eleven, eleven.Add(6 * time.Hour), "HJ 633-2026"},
		},
		"changed by hand": {
			template.Live, strings.Replace(wrote.Text, "优", "良", 1), row{"live", eleven, eleven.Add(6 * time.Hour), ""},
		},
		"of no moment": {template.Own, "一段文字", row{}},
	} {
		post, _, platform := w.sent(c.text, 0)
		w.begun(post, c.kind, values, 0)
		w.fill()
		got := row{}
		_ = w.db.Pool().QueryRow(t.Context(), `
SELECT a.kind, a.concerns, a.until, a.standard FROM site.air a JOIN site_numbers n ON n.number = a.post
WHERE n.kind = 'post' AND n.id = $1`, platform).Scan(&got.Kind, &got.Concerns, &got.Until, &got.Standard)
		got.Concerns, got.Until = got.Concerns.UTC(), got.Until.UTC()
		if c.want.Kind == "" {
			c.want.Concerns, c.want.Until = time.Time{}, time.Time{}
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
}

// TestAChangeNamesTheWarningItChanges by numbers that lead nowhere.
func TestAChangeNamesTheWarningItChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	values := template.Values{
		"colour": "黄", "from": "2026-12-01T00:00", "until": "2026-12-03T00:00", "cause": "静稳",
	}
	post, _, _ := w.sent("黄色预警", 0)
	use := w.begun(post, template.Warning, values, 0)
	values["colour"] = "橙"
	post, _, _ = w.sent("改为橙色预警", 0)
	w.begun(post, template.Change, values, use)
	w.fill()

	if !one[bool](w, `
SELECT c.supersedes = a.writing AND c.writing <> a.writing AND a.writing > 999999999999999
    AND a.until = '2026-12-02 16:00Z' FROM site.air a, site.air c WHERE a.kind = 'warning' AND c.kind = 'change'`) {
		t.Error("the change does not name the warning")
	}
}

// TestAnAccountTakesItsPostsToAnotherDistrict.
func TestAnAccountTakesItsPostsToAnotherDistrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sent("某文", 0)
	w.fill()
	placed := func() string {
		return one[string](
			w,
			`SELECT d.name FROM site.posts p JOIN site.districts d ON d.number = p.district`,
		)
	}
	before := placed()
	w.exec("UPDATE accounts SET unit_id = 3 WHERE id = 1")
	w.must(w.site.Keep(t.Context()))
	want := one[string](w, "SELECT name FROM units WHERE id = 3")
	if got := placed(); got != want || got == before {
		t.Errorf("stands under %s, want %s (before: %s)", got, want, before)
	}
}

// TestARebuttalIsPublicWithItsSignature, in the transaction that signs, withdraws or corrects it.
func TestARebuttalIsPublicWithItsSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := one[int64](w, `
INSERT INTO rebuttals (unit_id, state, created_at, updated_at) VALUES (1, 'draft', $1, $1) RETURNING id`, noon)
	w.exec(`
INSERT INTO rebuttal_versions (rebuttal_id, number, claim, truth, area, expert, evidence, keywords,
    valid_from, valid_until, by_user, at)
VALUES ($1, 1, '传言', '事实', '全市', '某位预报员',
    '[{"source": "会商单.pdf", "note": "内部"}, {"source": "https://example.org/e", "note": "会商"}]', '[]',
    $2::timestamptz, $2::timestamptz + interval '1 day', 1, $2::timestamptz)`, id, noon)
	count := func(cond string) int {
		return one[int](w, "SELECT count(*) FROM site.rebuttals WHERE "+cond)
	}
	if count("true") != 0 {
		t.Fatal("a draft is public")
	}

	w.exec(
		`UPDATE rebuttals SET state = 'signed', signed_version = 1, signed_by = 2, signed_at = $2 WHERE id = $1`,
		id,
		noon,
	)
	if count(`claim = '传言' AND evidence = '[{"source": "https://example.org/e", "note": "会商"}]'
    AND withdrawn_at IS NULL AND hash = sha256(convert_to(E'传言\n事实', 'UTF8'))`) != 1 {
		t.Error("what was signed is not public as it was signed")
	}
	w.exec(
		`UPDATE rebuttals SET state = 'withdrawn', withdrawn_by = 2, withdrawn_at = $2 WHERE id = $1`,
		id,
		noon,
	)
	w.exec(`UPDATE rebuttals SET correction = '已更正' WHERE id = $1`, id)
	if count("withdrawn_at IS NOT NULL AND correction = '已更正'") != 1 {
		t.Error("what was withdrawn stands as if it held")
	}
	if leaked := one[string](
		w,
		"SELECT coalesce(string_agg(r::text, ''), '') FROM site.rebuttals r",
	); strings.Contains(
		leaked, "预报员") ||
		strings.Contains(leaked, "会商单") {
		t.Errorf("the public reads %s", leaked)
	}
}

// TestTwoPeopleMakeAnEmblemPublic: whoever may, of a picture, at the revision that was shown.
func TestTwoPeopleMakeAnEmblemPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	var file bytes.Buffer
	w.must(png.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 400, 300))))
	picture := file.Bytes()

	draft, err := w.site.Save(ctx, supervisor, 1, look)
	w.must(err)
	if _, err := w.site.SetEmblem(
		ctx,
		officer,
		draft.Revision,
		bytes.NewReader(picture),
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("an officer: %v", err)
	}
	if _, err := w.site.SetEmblem(
		ctx,
		supervisor,
		1,
		bytes.NewReader(picture),
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("an old page: %v", err)
	}
	if _, err := w.site.SetEmblem(
		ctx,
		supervisor,
		draft.Revision,
		strings.NewReader("no picture"),
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("a text: %v", err)
	}
	draft, err = w.site.SetEmblem(ctx, supervisor, draft.Revision, bytes.NewReader(picture))
	w.must(err)
	size, format, err := image.DecodeConfig(strings.NewReader(draft.Emblem))
	if err != nil || format != "png" || size.Width != 192 || size.Height != 144 ||
		len(draft.Emblem) > media.MaxIcon {
		t.Errorf("kept as %s %dx%d, %d bytes: %v", format, size.Width, size.Height, len(draft.Emblem), err)
	}
	if draft.Public.Emblem != "" {
		t.Error("public before a second person saw it")
	}

	draft, err = w.site.Save(ctx, supervisor, draft.Revision, look)
	w.must(err)
	draft, err = w.site.Ask(ctx, supervisor, draft.Revision)
	w.must(err)
	draft, err = w.site.Answer(ctx, administrator, draft.Revision, true)
	w.must(err)
	if draft.Public.Emblem != draft.Emblem || draft.Emblem == "" {
		t.Errorf("%d bytes are public, want %d", len(draft.Public.Emblem), len(draft.Emblem))
	}
	draft, err = w.site.SetEmblem(ctx, supervisor, draft.Revision, nil)
	w.must(err)
	if draft.Emblem != "" || draft.Public.Emblem == "" || !draft.Differs() {
		t.Error("removing it takes it from the public at once, or does nothing")
	}
}
