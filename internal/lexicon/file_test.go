package lexicon

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"juzhen/internal/fault"
)

// spoilt is an Excel file of 5,000 rows of which 37 are wrong, and the places at which they are.
func spoilt(t *testing.T) (raw []byte, places []string) {
	t.Helper()
	file := excelize.NewFile()
	defer file.Close()
	writer, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	_ = writer.SetRow("A1", []any{"词语", "级别", "建议", "起日"})

	for row := 2; row <= 5001; row++ {
		cells := []any{fmt.Sprintf("错词%d", row), "提示", "对词", "2026-01-01"}
		if row%135 == 0 {
			at := (row / 135) % 3
			cells[[]int{0, 1, 3}[at]] = []any{"", "很重", "1月1日"}[at]
			places = append(places, fmt.Sprintf("%d %s", row, []string{"词语", "级别", "起日"}[at]))
		}
		if err := writer.SetRow(fmt.Sprintf("A%d", row), cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Flush(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}

	return out.Bytes(), places
}

// TestEachFaultIsNamedAndNothingIsImported: 5,000 rows, 37 faults.
func TestEachFaultIsNamedAndNothingIsImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Typo, "错别字")
	raw, places := spoilt(t)
	if len(places) != 37 {
		t.Fatalf("%d rows are spoilt", len(places))
	}

	file, err := w.s.KeepFile(t.Context(), w.supervisor, list.ID, "五千.xlsx", raw)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := w.s.PreviewFile(t.Context(), w.supervisor, list.ID, file)
	if err != nil {
		t.Fatal(err)
	}

	var named []string
	for _, one := range preview.Faults {
		named = append(named, fmt.Sprintf("%d %s", one.Row, one.Column))
	}
	if diff := cmp.Diff(places, named); diff != "" {
		t.Error(diff)
	}

	_, err = w.s.ImportFile(t.Context(), w.supervisor, list.ID, file, "")
	if fields := fault.FieldErrors(err); len(fields) != 37 || fields[0].Field != "rows.135.level" {
		t.Errorf("imported: %v", err)
	}
	if _, total, _ := w.s.Entries(t.Context(), w.supervisor, list.ID, EntryFilter{}); total != 0 {
		t.Errorf("%d entries were written", total)
	}
	if _, err := w.s.PreviewFile(t.Context(), w.second, list.ID, file); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another person saw the file: %v", err)
	}
}

// TestWhatIsExportedCanBeImported: both forms, every field.
func TestWhatIsExportedCanBeImported(t *testing.T) {
	t.Parallel()

	entries := []Entry{
		{Word: "按装", Suggestion: "安装", Exceptions: []string{"按装机", "《》"}, State: On},
		{
			Word:       "=1+1",
			Level:      Block,
			Note:       "公式",
			From:       "2018-12-01",
			Until:      "2026-01-01",
			Exceptions: []string{},
			State:      Off,
		},
		{Word: `逗号,"引号"`, Level: Hint, Exceptions: []string{}, State: On},
	}
	var csv, excel bytes.Buffer
	if err := WriteCSV(&csv, entries); err != nil {
		t.Fatal(err)
	}
	if err := WriteExcel(&excel, entries); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(csv.String(), "'=1+1") {
		t.Error("a cell of the CSV file is a formula")
	}

	for name, raw := range map[string][]byte{"csv": csv.Bytes(), "excel": excel.Bytes()} {
		puts, faults, err := readFile(raw)
		if err != nil || len(faults) > 0 {
			t.Fatal(name, faults, err)
		}

		var got []Entry
		for _, put := range puts {
			got = append(got, put.Entry)
		}
		if diff := cmp.Diff(entries, got); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()

	for name, raw := range map[string][]byte{
		"empty":       {},
		"no words":    []byte("词语\n"),
		"no header":   []byte("按装,安装\n布署,部署\n"),
		"binary":      {0x00, 0x01, 0x02, '\n', 0x00},
		"broken zip":  []byte("PK\x03\x04 nothing"),
		"too long":    bytes.Repeat([]byte("a"), MaxFileBytes+1),
		"a wide row":  []byte("词语\n" + strings.Repeat(",", 100)),
		"a long cell": []byte("词语\n" + strings.Repeat("好", 4000)),
		"many rows":   []byte("词语\n" + strings.Repeat("甲\n", 200_001)),
	} {
		if _, _, err := readFile(raw); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// What Excel writes in China, and its Unicode text.
	for name, raw := range map[string][]byte{
		"GB18030": {0xb4, 0xca, 0xd3, 0xef, '\n', 0xb0, 0xb4, 0xd7, 0xb0, '\n'},
		"UTF-16":  {0xff, 0xfe, 0xcd, 0x8b, 0xed, 0x8b, '\n', 0, 0x09, 0x63, 0xc5, 0x88, '\n', 0},
	} {
		puts, faults, err := readFile(raw)
		if err != nil || len(faults) > 0 ||
			!slices.ContainsFunc(puts, func(p Put) bool { return p.Word == "按装" }) {
			t.Errorf("%s: %v %v %v", name, puts, faults, err)
		}
	}
}
