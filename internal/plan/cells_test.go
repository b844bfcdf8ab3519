package plan

import (
	"archive/zip"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func TestNamesOfOneCellAreReadEachOnce(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name    string
		text    string
		between string
		want    []string
	}{
		{
			"nothing",
			"",
			"；;",
			nil,
		},
		{
			"one with its sign",
			"@环保北京",
			"；;",
			[]string{"环保北京"},
		},
		{
			"several, one of them twice",
			"环保北京；@京环之声;环保北京",
			"；;",
			[]string{"环保北京", "京环之声"},
		},
		{
			"on lines of their own",
			"环保北京\n京环之声\r\n",
			"；;\n\r",
			[]string{"环保北京", "京环之声"},
		},
		{
			"a name with blanks in it stays whole",
			"图 一.png；图 二.png",
			"；;",
			[]string{"图 一.png", "图 二.png"},
		},
	} {
		if diff := cmp.Diff(c.want, splitNames(c.text, c.between)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestColumnsAreFoundByAnyOfTheirNames(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name  string
		cells []string
		want  map[string]int
	}{
		{
			"as the template writes them",
			[]string{"账号", "时间（北京时间）", "正文", "栏目", "图片"},
			map[string]int{
				"accounts": 0,
				"due":      1,
				"text":     2,
				"column":   3,
				"pictures": 4,
			},
		},
		{
			"in English, in another order, with others between",
			[]string{"Text", "no", " ACCOUNT ", "Due"},
			map[string]int{
				"text":     0,
				"accounts": 2,
				"due":      3,
			},
		},
		{
			"the first of two counts",
			[]string{"账号", "正文", "正文"},
			map[string]int{
				"accounts": 0,
				"text":     1,
			},
		},
		{
			"no text",
			[]string{"账号", "时间"},
			nil,
		},
		{
			"no account",
			[]string{"正文", "时间"},
			nil,
		},
	} {
		at, err := layoutOf(c.cells)
		if (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, at); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestAColumnHoldsForTheAccountsOfTheRow(t *testing.T) {
	t.Parallel()
	known := &knownThings{columns: []column.Column{
		{
			ID:       1,
			Name:     "科普",
			UnitPath: "/1/",
			Active:   true,
		},
		{
			ID:       2,
			Name:     "本区",
			UnitPath: "/1/3/",
			Active:   true,
		},
		{
			ID:       3,
			Name:     "停用的",
			UnitPath: "/1/",
			Active:   false,
		},
	}}

	for _, c := range []struct {
		column string
		path   string
		want   int64
	}{
		{"科普", "/1/", 1},
		{"科普", "/1/3/", 1},
		{"本区", "/1/3/", 2},
		{"本区", "/1/2/", 0},
		{"停用的", "/1/", 0},
		{"没有的", "/1/", 0},
	} {
		planned := Planned{
			Accounts: []account.Account{{UnitPath: c.path}},
		}
		wrong := known.readColumn(wish{column: c.column}, &planned)
		if planned.columnID != c.want || (wrong == nil) != (c.want != 0) {
			t.Errorf("%s at %s: %d, %v", c.column, c.path, planned.columnID, wrong)
		}
	}
}

func TestFilesOfAnArchiveThatAreNoPictures(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name  string
		file  zip.FileHeader
		mode  fs.FileMode
		want  string
		taken bool
		wrong bool
	}{
		{
			name:  "a picture",
			file:  zip.FileHeader{Name: "一.png"},
			want:  "一.png",
			taken: true,
		},
		{
			name:  "a picture in a folder",
			file:  zip.FileHeader{Name: "周一/图/一.png"},
			want:  "一.png",
			taken: true,
		},
		{
			name:  "a name in the code page of China",
			file:  zip.FileHeader{Name: "\xd2\xbb.png", NonUTF8: true},
			want:  "一.png",
			taken: true,
		},
		{
			name: "a folder",
			file: zip.FileHeader{Name: "周一/"},
			mode: fs.ModeDir,
		},
		{
			name: "what macOS puts beside",
			file: zip.FileHeader{Name: "__MACOSX/._一.png"},
		},
		{
			name: "a hidden file",
			file: zip.FileHeader{Name: ".DS_Store"},
		},
		{
			name:  "a link",
			file:  zip.FileHeader{Name: "一.png"},
			mode:  fs.ModeSymlink,
			wrong: true,
		},
		{
			name:  "a way out of the middle",
			file:  zip.FileHeader{Name: "周一/../../一.png"},
			wrong: true,
		},
		{
			name:  "an own root",
			file:  zip.FileHeader{Name: "/一.png"},
			wrong: true,
		},
		{
			name:  "a password",
			file:  zip.FileHeader{Name: "一.png", Flags: 1},
			wrong: true,
		},
	} {
		c.file.SetMode(c.mode | 0o644)
		name, ok, err := entryName(&zip.File{FileHeader: c.file})
		if name != c.want || ok != c.taken || (err != nil) != c.wrong {
			t.Errorf("%s: %q, %t, %v", c.name, name, ok, err)
		}
	}
}

func TestFaultsAreNamedAsAFormNamesThem(t *testing.T) {
	t.Parallel()
	err := asFields([]RowFault{
		{
			Row:   3,
			Field: "due",
			Fault: fault.Invalid("due", "时间无法识别，请写成 2026-12-01 09:00"),
		},
		{
			Row:   7,
			Field: "accounts",
			Fault: fault.Invalid("accounts", "请填写账号"),
		},
	})

	var fields []string
	for _, one := range fault.FieldErrors(err) {
		fields = append(fields, one.Field)
	}
	if got := strings.Join(fields, " "); got != "rows.3.due rows.7.accounts" {
		t.Errorf("%s", got)
	}
}

func TestPlaceholdersGoOnBehindTheFirstOnes(t *testing.T) {
	t.Parallel()

	for cond, want := range map[string]string{
		"TRUE":                            "TRUE",
		"u.path = ?":                      "u.path = $4",
		"(u.path LIKE ? OR u.path = ?)":   "(u.path LIKE $4 OR u.path = $5)",
		"u.path LIKE ? AND u.path <> 'x'": "u.path LIKE $4 AND u.path <> 'x'",
	} {
		if got := numbered(cond, 3); got != want {
			t.Errorf("%s: %s", cond, got)
		}
	}
}

func TestOnlyWhatHasLeftNothingBehindMoves(t *testing.T) {
	t.Parallel()
	writes := person(2, access.PressOfficer, 1, "/1/")
	looks := person(1, access.Supervisor, 1, "/1/")
	elsewhere := person(3, access.PressOfficer, 3, "/1/3/")

	for _, c := range []struct {
		name  string
		who   access.Actor
		entry entryRow
		moves bool
	}{
		{
			name: "a draft",
			who:  writes,
			entry: entryRow{
				Kind:    kindDraft,
				Phase:   post.Draft,
				AllOpen: true,
			},
			moves: true,
		},
		{
			name: "what waits for a review",
			who:  writes,
			entry: entryRow{
				Phase:   post.Submitted,
				State:   delivery.Planned,
				AllOpen: true,
			},
			moves: true,
		},
		{
			name: "what waits for its time",
			who:  writes,
			entry: entryRow{
				Phase:   post.Approved,
				State:   delivery.Waiting,
				AllOpen: true,
			},
			moves: true,
		},
		{
			name: "what is out on another account",
			who:  writes,
			entry: entryRow{
				Phase:   post.Approved,
				State:   delivery.Waiting,
				AllOpen: false,
			},
		},
		{
			name: "what is out",
			who:  writes,
			entry: entryRow{
				Phase: post.Approved,
				State: delivery.Sent,
			},
		},
		{
			name: "for who only looks",
			who:  looks,
			entry: entryRow{
				Kind:    kindDraft,
				Phase:   post.Draft,
				AllOpen: true,
			},
		},
		{
			name: "for who writes elsewhere",
			who:  elsewhere,
			entry: entryRow{
				Kind:    kindDraft,
				Phase:   post.Draft,
				AllOpen: true,
			},
		},
	} {
		c.entry.UnitPath, c.entry.DueAt = "/1/", time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)

		var cell Cell
		c.entry.into(&cell, c.who)
		if len(cell.Posts) != 1 || cell.Posts[0].Moves != c.moves {
			t.Errorf("%s: %+v", c.name, cell.Posts)
		}
	}
}
