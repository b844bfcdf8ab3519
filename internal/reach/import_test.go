package reach

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// read gives what a file holds, as of the day before its latest rows would lie in the future.
func read(t *testing.T, raw []byte) (posts []fresh, rejects []Rejected) {
	t.Helper()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, beijing.Zone)

	err := rowReader{now}.readImport(raw, func(line int, post fresh, why Unfit) error {
		if why != "" {
			rejects = append(rejects, Rejected{line, why})
		} else {
			posts = append(posts, post)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return posts, rejects
}

// TestFilesOfTheTrade reads what the two crawlers, Excel and people write, as files that once went wrong.
func TestFilesOfTheTrade(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]struct {
		ids     string
		rejects string
	}{
		"spider.csv":     {"4106318572378989 4287009155691279 4456240593602073", ""},
		"spider_num.csv": {"4106318572378989 4287009155691279 4456240593602073", ""},
		"crawler.csv":    {"4456240593602073", ""},
		"crawler.json":   {"4456240593602073", ""},
		"numid.json":     {"4456240593602074", ""},
		"gbk_en.csv":     {"4456240593602075", ""},
		"gbk_zh.csv":     {"4456240593602076", ""},
		"utf16.csv":      {"4456240593602076", ""},
		"nul.csv":        {"4456240593602122", "2:text"},
		"nul.json":       {"", "1:text"},
		"lone.json":      {"", "1:text"},
		"big.csv":        {"", "2:many"},
		"sum.csv":        {"", "2:many 3:many"},
		"bad2.csv":       {"", "2:past 3:past"},
		"times.csv": {"4456240593602117 4456240593602118 4456240593602119 4456240593602120",
			"2:past 3:past 4:past 5:time 6:past 7:time"},
		"unclosed.csv": {"4456240593602202 4456240593602203 4456240593602204", "2:quote"},
	} {
		raw, err := os.ReadFile(filepath.Join("testdata", "import", name))
		if err != nil {
			t.Fatal(err)
		}
		posts, rejects := read(t, raw)

		var ids, left []string
		for _, fresh := range posts {
			ids = append(ids, fresh.RemoteID)
			if !isText(fresh.Text) || fresh.Text == "" {
				t.Errorf("%s: text %q", name, fresh.Text)
			}
		}

		for _, rejected := range rejects {
			left = append(left, fmt.Sprintf("%d:%s", rejected.Line, rejected.Reason))
			if rejected.Reason.Label() == "" {
				t.Errorf("%s: no words for %s", name, rejected.Reason)
			}
		}
		if got := strings.Join(ids, " "); got != want.ids {
			t.Errorf("%s: ids %q, want %q", name, got, want.ids)
		}
		if got := strings.Join(left, " "); got != want.rejects {
			t.Errorf("%s: left out %q, want %q", name, got, want.rejects)
		}
	}
}

// TestWhatTheCrawlersSayIsKept looks at every value of a row of each.
func TestWhatTheCrawlersSayIsKept(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{
		"spider.csv":  "2017-05-11 18:05:00 original 2 pictures 3 4 12 空气质量播报：今日良，PM2.5 为 42 微克/立方米",
		"crawler.csv": "2019-12-31 21:05:09 original 0 pictures 3 2 11 今日空气质量良",
		"gbk_zh.csv":  "2019-12-31 21:05:00 original 0 pictures 0 0 0 今日空气质量良",
		"utf16.csv":   "2019-12-31 21:05:00 original 0 pictures 0 0 0 今日空气质量良",
	} {
		raw, err := os.ReadFile(filepath.Join("testdata", "import", name))
		if err != nil {
			t.Fatal(err)
		}
		posts, _ := read(t, raw)

		fresh := posts[0]
		kind := map[bool]string{true: "original", false: "repost"}[fresh.Original]
		got := fmt.Sprintf(
			"%s %s %d pictures %d %d %d %s",
			fresh.PostedAt.In(beijing.Zone).Format(time.DateTime),
			kind,
			fresh.Pictures,
			fresh.Counts.Reposts,
			fresh.Counts.Comments,
			fresh.Counts.Likes,
			fresh.Text,
		)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}

	raw, err := os.ReadFile(filepath.Join("testdata", "import", "spider.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if posts, _ := read(t, raw); posts[1].Original || !strings.Contains(posts[1].Text, "\n") {
		t.Errorf("the repost over two lines: %+v", posts[1])
	}
}

// TestRowsOfEveryKind has one row each, below the same head.
func TestRowsOfEveryKind(t *testing.T) {
	t.Parallel()

	const head = "微博ID,发布时间,正文,图片数,转发数,阅读数\n"
	for row, want := range map[string]Unfit{
		"4456240593602201,2019-12-31 21:05,好,,,":                                  "",
		"'4456240593602201,2019/12/31 21:05,好,9,\"1,024\",":                       "",
		"4456240593602201,2019/12/31 上午9:05,好,,,":                                 "",
		"4456240593602201,2019年12月31日 21:05,好,,1.2万,":                             "",
		"4456240593602201,2019-12-31 21:05,他说\"好\"的,,,":                           "",
		"4456240593602201,2019-12-31 21:05,\"他说\"\"好\"\"\n的\",,,":                 "",
		"InB4Df73X,2019-12-31T21:05:00+08:00,好,,,":                                "",
		"4.45624E+15,2019-12-31 21:05,好,,,":                                       UnfitRounded,
		"99999999999999999999,2019-12-31 21:05,好,,,":                              UnfitID,
		"0,2019-12-31 21:05,好,,,":                                                 UnfitID,
		"-5,2019-12-31 21:05,好,,,":                                                UnfitID,
		",2019-12-31 21:05,好,,,":                                                  UnfitID,
		"4456240593602201,,好,,,":                                                  UnfitTime,
		"4456240593602201,2019-02-30 21:05,好,,,":                                  UnfitTime,
		"4456240593602201,0000-01-01 00:00,好,,,":                                  UnfitPast,
		"4456240593602201,2009-08-13 23:59,好,,,":                                  UnfitPast,
		"4456240593602201,2026-11-29 12:01,好,,,":                                  UnfitPast,
		"4456240593602201,2019-12-31 21:05,好\ufffd,,,":                            UnfitText,
		"4456240593602201,2019-12-31 21:05," + strings.Repeat("长", 20001) + ",,,": UnfitLength,
		"4456240593602201,2019-12-31 21:05,好,-1,,":                                UnfitNumber,
		"4456240593602201,2019-12-31 21:05,好,,x,":                                 UnfitNumber,
		"4456240593602201,2019-12-31 21:05,好,,,10000000000000000000":              UnfitMany,
		"4456240593602201,2019-12-31 21:05,好,,99999999999999万,":                   UnfitMany,
		"4456240593602201,2019-12-31 21:05,\"好\"的,,,":                             UnfitQuote,
	} {
		posts, rejects := read(t, []byte(head+row+"\n4456240593602299,2018-01-01 08:00,后一行,,,\n"))
		got := Unfit("")
		if len(rejects) > 0 {
			got = rejects[0].Reason
		}
		if got != want || len(posts) == 0 || posts[len(posts)-1].RemoteID != "4456240593602299" {
			t.Errorf("%.60q: %q, want %q; %d posts", row, got, want, len(posts))
		}
	}
}

// TestUnclosedQuotesSwallowNoRow puts an open quote before many good rows, and between them.
func TestUnclosedQuotesSwallowNoRow(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString("id,posted_at,text\n")

	for i := range 200 {
		open := ""
		if i%50 == 10 {
			open = "\""
		}
		fmt.Fprintf(&b, "%d,2018-12-31 21:05,%s第 %d 条\n", 4456240593602300+i, open, i)
	}

	posts, rejects := read(t, b.Bytes())
	if len(posts) != 196 || len(rejects) != 4 || rejects[0] != (Rejected{
		12, UnfitQuote,
	}) || rejects[3].Line != 162 {
		t.Errorf("%d posts, left out %v", len(posts), rejects)
	}
}

// TestEncodingsOfOneText writes the same table in each of them.
func TestEncodingsOfOneText(t *testing.T) {
	t.Parallel()
	text := "id,posted_at,text\n4456240593602201,2019-12-31 21:05,今日空气质量良 ✓\n"
	damaged := strings.Replace(strings.Repeat(text[18:], 3), "良", "\xff", 1)

	units := func(order func(u uint16) []byte) []byte {
		var out []byte
		for _, r := range text {
			out = append(out, order(uint16(r))...)
		}

		return out
	}
	little := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	big := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }

	for name, raw := range map[string][]byte{
		"UTF-8":                 []byte(text),
		"UTF-8 with a mark":     []byte(bom + text),
		"UTF-16LE with a mark":  append([]byte{0xFF, 0xFE}, units(little)...),
		"UTF-16BE with a mark":  append([]byte{0xFE, 0xFF}, units(big)...),
		"UTF-16LE without mark": units(little),
		"UTF-16BE without mark": units(big),
		"tabs":                  []byte(strings.ReplaceAll(text, ",", "\t")),
		"semicolons":            []byte(strings.ReplaceAll(text, ",", ";")),
		"blank lines":           []byte("\r\n\n" + strings.ReplaceAll(text, "\n", "\r\n\r\n")),
	} {
		posts, rejects := read(t, raw)
		if len(posts) != 1 || len(rejects) != 0 || posts[0].Text != "今日空气质量良 ✓" {
			t.Errorf("%s: %+v, left out %v", name, posts, rejects)
		}
	}

	posts, rejects := read(t, []byte("id,posted_at,text\n"+damaged))
	if len(posts) != 2 || len(rejects) != 1 || rejects[0].Reason != UnfitText {
		t.Errorf("one damaged line: %d posts, left out %v", len(posts), rejects)
	}
}

// TestImportIsUndoneAsOne takes out what it brought, and what the platform has shown since stays.
func TestImportIsUndoneAsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	file := "id,posted_at,text,likes\n4000000000000001,2026-10-01 08:30,甲,3\n4000000000000002,2026-10-01 09:30,乙,4\nx!,2026-10-01,丙,5\n"

	importReport, err := w.s.ImportPast(w.Context(), w.admin, a.ID, "past.csv", strings.NewReader(file))
	if err != nil || importReport.State != ImportDone || importReport.Added != 2 || importReport.Done != 2 ||
		importReport.Percent() != 100 {
		t.Fatalf("%+v, %v", importReport, err)
	}
	if n := one[int](w, `SELECT count(*) FROM import_files`); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if _, err := w.DB.Pool().Exec(w.Context(), `UPDATE platform_posts SET seen_at = now()
			WHERE remote_id = '4000000000000002'`); err != nil {
		t.Fatal(err)
	}

	w.Unit("海淀区", "北京市环境保护局", "bureau")
	other := w.User("朝阳主管", access.Supervisor, "朝阳区")
	if _, err := w.s.UndoImport(w.Context(), other, importReport.ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a supervisor undoes: %v", err)
	}
	if _, err := w.s.FindImport(
		w.Context(),
		w.User("海淀主管", access.Supervisor, "海淀区"),
		importReport.ID,
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("another unit sees the import: %v", err)
	}

	undone, err := w.s.UndoImport(w.Context(), w.admin, importReport.ID)
	if err != nil || undone.State != ImportUndone || undone.Kept != 1 {
		t.Fatalf("%+v, %v", undone, err)
	}
	if likes := one[int](w, `SELECT likes FROM account_days WHERE day = '2026-10-01'`); likes != 4 {
		t.Errorf("the day has %d likes", likes)
	}
	if n := one[int](w, `SELECT count(*) FROM audit_entries WHERE action = 'account.undo_import'`); n != 1 {
		t.Errorf("%d entries in the trail", n)
	}
	if _, err := w.s.UndoImport(w.Context(), w.admin, importReport.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("undone twice: %v", err)
	}

	again, err := w.s.ImportPast(w.Context(), w.admin, a.ID, "past.csv", strings.NewReader(file))
	if err != nil || again.Added != 1 {
		t.Errorf("the same file afterwards: %+v, %v", again, err)
	}
}

// TestImportGoesOnWhereAProcessLeftIt begins in one and ends in another; one that was undone meanwhile
// does not.
func TestImportGoesOnWhereAProcessLeftIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	file := "id,posted_at,text\n4000000000000001,2026-10-01 08:30,甲\n"

	left, err := w.s.StartImport(w.Context(), w.admin, a.ID, "past.csv", strings.NewReader(file))
	if err != nil || left.State != ImportWaiting {
		t.Fatalf("%+v, %v", left, err)
	}
	if n := one[int](w, `SELECT count(*) FROM river_job WHERE kind = 'reach_import'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	// and the process is gone
	if _, _, err := beginImport(w.Context(), w.DB, left.ID, w.s.now()); err != nil {
		t.Fatal(err)
	}

	for range 2 { // the second finds nothing to do
		if err := w.s.RunImport(w.Context(), left.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.s.FindImport(
		w.Context(),
		w.admin,
		left.ID,
	); err != nil || got.State != ImportDone ||
		got.Added != 1 {
		t.Errorf("%+v, %v", got, err)
	}

	stopped, err := w.s.StartImport(
		w.Context(),
		w.admin,
		a.ID,
		"past.csv",
		strings.NewReader(strings.ReplaceAll(file, "001,", "009,")),
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.UndoImport(w.Context(), w.admin, stopped.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.s.RunImport(w.Context(), stopped.ID); err != nil {
		t.Fatal(err)
	}
	if n := one[int](w, `SELECT count(*) FROM platform_posts WHERE remote_id = '4000000000000009'`); n != 0 {
		t.Error("an import that was undone went on")
	}
}

// manyRows is a file of n posts over three years.
func manyRows(n int) []byte {
	var b bytes.Buffer
	b.WriteString("微博ID,发布时间,正文,转发数,评论数,点赞数\n")

	first := time.Date(2020, 1, 1, 8, 0, 0, 0, beijing.Zone)
	for i := range n {
		at := first.Add(time.Duration(i) * 30 * time.Minute)
		fmt.Fprintf(
			&b,
			"%d,%s,\"今日空气质量播报，第 %d 期：以良为主，\n请关注\",%d,%d,%d\n",
			4456240500000000+i,
			at.Format("2006-01-02 15:04"),
			i,
			i%9,
			i%5,
			i%70,
		)
	}

	return b.Bytes()
}

// TestAFullFileIsTaken brings in as many rows as a file may hold; how long that takes is a figure of
// the bench.
func TestAFullFileIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	importReport, err := w.s.ImportPast(
		w.Context(),
		w.admin,
		a.ID,
		"full.csv",
		bytes.NewReader(manyRows(maxImportRows)),
	)
	if err != nil || importReport.Added != maxImportRows {
		t.Fatalf("%+v, %v", importReport.Import, err)
	}
	if n := one[int](w, "SELECT count(*) FROM platform_posts"); n != maxImportRows {
		t.Errorf("%d posts are kept, want %d", n, maxImportRows)
	}
}
