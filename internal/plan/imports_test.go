package plan

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// sheet writes rows as an Excel file.
func sheet(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer file.Close()

	for i, row := range rows {
		if err := file.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}

	return out.Bytes()
}

// archive writes files by their names.
func archive(t *testing.T, names []string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := zip.NewWriter(&out)

	for _, name := range names {
		file, err := zipped.Create(name)
		if err == nil {
			_, err = file.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}

	return out.Bytes()
}

func dot(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}

	return out.Bytes()
}

var heads = []any{"账号", "时间（北京时间）", "正文", "栏目", "图片", "最晚发布（北京时间）"}

func TestTimesAreReadInTheirZoneOrBeijings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

	for text, want := range map[string]string{
		"2026-12-01 09:00":               "2026-12-01 09:00",
		"2026/12/1 9:00":                 "2026-12-01 09:00",
		"2026/12/1 09:00":                "2026-12-01 09:00",
		"2026年12月1日 09:00":               "2026-12-01 09:00",
		"2026-12-01T09:00+01:00":         "2026-12-01 16:00",
		"2026-12-01T09:00:00Z":           "2026-12-01 17:00",
		"46357.375":                      "2026-12-01 09:00",
		"2026-12-01 09:00 Europe/Paris":  "2026-12-01 16:00",
		"2026-07-01 09:00 Europe/Paris":  "2026-07-01 15:00",
		"2026-03-29 02:30 Europe/Paris":  "{.zone} 没有这个时刻（夏令时跳过），请改写北京时间",
		"2026-10-25 02:30 Europe/Paris":  "{.zone} 的这个时刻有两次（夏令时结束），请改写北京时间",
		"2026-12-01 09:00 Europe/Nimmer": "不认识时区 {.zone}",
		"2026-02-28 09:00":               "时间 {.at}（北京时间）已经过去",
		"2099-01-01 09:00":               "时间要在 {.first} 至 {.last} 之间",
		"12":                             "时间无法识别，请写成 2026-12-01 09:00",
		"NaN":                            "时间无法识别，请写成 2026-12-01 09:00",
		"明天":                             "时间无法识别，请写成 2026-12-01 09:00",
	} {
		at, err := ReadDue(text, now)
		got := local(at)
		if err != nil {
			got = fault.Public(err).Text
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestArchivesThatCannotBeMeantAreRefusedUnread(t *testing.T) {
	t.Parallel()

	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("%d.png", i)
	}
	bomb := archive(t, []string{"a.png"}, make([]byte, 15<<20))

	for name, raw := range map[string][]byte{
		"10,000 entries": archive(t, many, nil),
		"a way out":      archive(t, []string{"../a.png"}, nil),
		"an own root":    archive(t, []string{"/etc/a.png"}, nil),
		"a backslash":    archive(t, []string{`..\a.png`}, nil),
		"a drive":        archive(t, []string{"c:a.png"}, nil),
		"one name twice": archive(t, []string{"x/a.png", "y/a.png"}, nil),
		"a bomb":         bomb,
		"no archive":     []byte("hello"),
		"something else": append(archive(t, []string{"a.png"}, nil), "behind it"...),
		"too much":       make([]byte, MaxZipBytes+1),
	} {
		if _, err := readPictures(
			raw,
		); !fault.Is(err, fault.KindInvalid) ||
			fault.Public(err).Field != "pictures" {
			t.Errorf("%s: %v", name, err)
		}
	}
	found, err := readPictures(
		archive(t, []string{"图/一.png", "二.png", "__MACOSX/._二.png", "图/.DS_Store"}, dot(t)),
	)
	if err != nil || len(found) != 2 || !found.looks("一.png") || found.looks("三.png") {
		t.Errorf("%v: %v", err, found)
	}
}

// importWorld is a world with accounts, and pictures that can be kept.
func importWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)

	return w
}

func (w *world) drafts() (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), "SELECT count(*) FROM posts").Scan(&n))
	return n
}

func TestEachFaultyCellIsToldAndNothingIsMade(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	file := File{Name: "周.xlsx", Sheet: sheet(t, heads,
		[]any{"环保北京；@京环之声", "2026-12-01 09:00", "第一篇", "科普", ""},
		[]any{},
		[]any{"没有这个号", "2026-12-01 09:00", "第二篇"},
		[]any{"", "不是时间", ""},
		[]any{"环保北京", "2026-11-30 09:00", strings.Repeat("长", 5001), "没有的栏目", "缺.png"},
		[]any{"京环之声", "", "第一篇", "", "坏.png"},
	), Pictures: archive(t, []string{"坏.png"}, []byte("不是图片"))}

	draft, err := w.s.Look(t.Context(), w.officer, file)
	w.must(err)
	var got []string

	for _, one := range draft.Faults {
		got = append(got, fmt.Sprintf("%d %s", one.Row, one.Column))
	}
	want := "4 账号, 5 账号, 5 正文, 5 时间, 6 正文, 6 时间, 6 栏目, 6 图片, 7 图片, 7 正文"
	if strings.Join(got, ", ") != want || draft.Read != 5 {
		t.Errorf("%d rows: %s", draft.Read, strings.Join(got, ", "))
	}
	late := []any{"账号", "时间", "正文", "最晚发出"}

	for until, wrong := range map[string]string{
		"":                               "",
		"2026-12-01 10:00":               "",
		"2026-12-01T02:00Z":              "",
		"2026-12-01 09:00":               "最晚发出的时间要晚于发布时间",
		"2026-12-02 09:01":               "最晚发出的时间不能比发布时间晚 {.n} 小时以上",
		"2026-11-30 09:00":               "时间 {.at}（北京时间）已经过去",
		"2026-12-01 09:00 Europe/Nimmer": "不认识时区 {.zone}",
		"以后":                             "时间无法识别，请写成 2026-12-01 09:00",
	} {
		draft, err := w.s.Look(t.Context(), w.officer, File{
			Sheet: sheet(t, late, []any{"环保北京", "2026-12-01 09:00", "一篇", until}),
		})
		w.must(err)
		told := ""

		for _, one := range draft.Faults {
			told += one.Column + "：" + one.Fault.Text
		}

		if wrong != "" {
			wrong = "最晚发布：" + wrong
		}
		if told != wrong {
			t.Errorf("not after %q: %q, want %q", until, told, wrong)
		}
	}
	if _, err := w.s.Import(
		t.Context(),
		w.officer,
		file,
		false,
	); fault.FieldErrors(err) == nil ||
		w.drafts() != 0 {
		t.Errorf("%v, %d drafts", err, w.drafts())
	}
	// An account of another unit's is answered as one that does not exist; a supervisor writes nothing.
	for _, who := range []access.Actor{w.district, w.supervisor} {
		one := File{Sheet: sheet(t, heads, []any{"环保北京", "", "一篇"})}
		if draft, err := w.s.Look(t.Context(), who, one); err != nil || len(draft.Faults) != 1 {
			t.Errorf("%v: %+v", err, draft.Faults)
		}
	}
}

func TestAnImportIsWholeToldAgainAndUndone(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	ctx := t.Context()
	file := File{Name: "周.xlsx", Sheet: sheet(t, heads,
		[]any{"环保北京；京环之声", "2026-12-01 09:00", "第一篇", "科普"},
		[]any{"朝阳环保示例", "2026-12-01T09:00+01:00", "第二篇"},
		[]any{"京环之声", "", "第三篇", "", "", "2026-12-03 20:00"},
	)}
	made, err := w.s.Import(ctx, w.officer, file, false)
	w.must(err)
	if made.Posts != 3 || w.drafts() != 3 {
		t.Fatalf("%+v, %d drafts", made, w.drafts())
	}
	posts := post.New(w.db, weibo.Rules{}, func() time.Time { return w.now })
	ids, err := w.postsOf(made.ID)
	w.must(err)
	p, v, err := posts.Find(ctx, w.officer, ids[1])
	w.must(err)
	if p.UnitID != 1 || p.Phase != post.Draft || local(*p.DueAt) != "2026-12-01 16:00" || v.Text != "第二篇" {
		t.Errorf("%+v: %s", p, v.Text)
	}
	if _, third, err := posts.Find(ctx, w.officer, ids[2]); err != nil || third.NotAfter == nil ||
		local(*third.NotAfter) != "2026-12-03 20:00" {
		t.Errorf("%v: not after %v", err, third.NotAfter)
	}

	if _, err := w.s.Import(ctx, w.officer, file, false); !fault.Is(err, fault.KindConflict) ||
		fault.Public(err).Code != "imported" {
		t.Errorf("the same file: %v", err)
	}
	if draft, err := w.s.Look(ctx, w.district, file); err != nil || draft.Earlier != nil {
		t.Errorf("%v: another person's import is told", err)
	}
	if _, err := w.s.Undo(ctx, w.district, made.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("undone by another: %v", err)
	}
	content := post.ContentOf(p, v)
	content.Text = "改过的第二篇"
	if _, err := posts.Save(ctx, w.officer, p.ID, p.Revision, content); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Undo(ctx, w.officer, made.ID); !fault.Is(err, fault.KindConflict) || w.drafts() != 3 {
		t.Errorf("undone over somebody's work: %v, %d drafts", err, w.drafts())
	}
	w.must(posts.Delete(ctx, w.officer, p.ID))
	if _, err := w.s.Undo(ctx, w.officer, made.ID); err != nil || w.drafts() != 0 {
		t.Errorf("%v, %d drafts", err, w.drafts())
	}
	if _, err := w.s.Undo(ctx, w.officer, made.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("undone twice: %v", err)
	}
	if draft, err := w.s.Look(ctx, w.officer, file); err != nil || draft.Earlier != nil {
		t.Errorf("%v: what was undone is told", err)
	}
}

func (w *world) postsOf(id int64) (ids []int64, err error) {
	rows, err := w.db.Pool().
		Query(w.Context(), "SELECT post_id FROM plan_import_posts WHERE import_id = $1 ORDER BY 1", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}

	return ids, rows.Err()
}

func TestAFileIsKeptForWhoSentIt(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	ctx := t.Context()
	id, err := w.s.KeepFile(
		ctx,
		w.officer,
		File{Name: "一.xlsx", Sheet: sheet(t, heads, []any{"环保北京", "", "一篇"})},
	)
	w.must(err)
	if _, err := w.s.KeptFile(ctx, w.district, id); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another's file: %v", err)
	}
	if _, err := w.s.ImportKept(ctx, w.officer, id, false); err != nil || w.drafts() != 1 {
		t.Errorf("%v, %d drafts", err, w.drafts())
	}
	if _, err := w.s.ImportKept(ctx, w.officer, id, true); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("imported twice: %v", err)
	}
}

func TestFilesWithoutEndAreRefused(t *testing.T) {
	t.Parallel()

	rows := [][]any{heads}
	for i := range MaxSheetRows {
		rows = append(rows, []any{"环保北京", "2026-12-01 09:00", "第 " + strconv.Itoa(i) + " 篇"})
	}
	if wishes, err := readSheet(sheet(t, rows...)); err != nil || len(wishes) != MaxSheetRows {
		t.Errorf("%d rows: %v", len(wishes), err)
	}
	rows = append(rows, rows[1])

	wide := make([]any, maxColumns+1)
	for i := range wide {
		wide[i] = "字"
	}

	for name, raw := range map[string][]byte{
		"one row too many": sheet(t, rows...),
		"no rows":          sheet(t, heads),
		"other columns":    sheet(t, []any{"甲", "乙"}, []any{"1", "2"}),
		"too wide":         sheet(t, heads, wide),
		"no Excel":         []byte("账号,正文"),
		"nothing":          nil,
		"too large":        make([]byte, MaxSheetBytes+1),
	} {
		if _, err := readSheet(raw); !fault.Is(err, fault.KindInvalid) || fault.Public(err).Field != "file" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheTemplateCanBeFilledAndReadBack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := WriteTemplate(&out, []string{"环保北京", "京环之声"}, []string{"科普"}); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := file.GetDataValidations("稿件")
	if err != nil || len(rules) != 2 {
		t.Errorf("%v: %d lists", err, len(rules))
	}
	if err := file.SetSheetRow("稿件", "A2", &[]any{"环保北京", 46357.375, "一篇"}); err != nil {
		t.Fatal(err)
	}
	var filled bytes.Buffer
	if err := file.Write(&filled); err != nil {
		t.Fatal(err)
	}
	wishes, err := readSheet(filled.Bytes())
	if err != nil || len(wishes) != 1 || wishes[0].due != "46357.375" {
		t.Errorf("%v: %+v", err, wishes)
	}
}
