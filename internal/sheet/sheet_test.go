package sheet_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"juzhen/internal/fault"
	"juzhen/internal/sheet"
)

var limits = sheet.Limits{Bytes: 64 << 10, Unzipped: 1 << 20, Rows: 5, Columns: 3, Cell: 20}

func excel(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	file := excelize.NewFile()

	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = file.SetSheetRow("Sheet1", at, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}

	return out.Bytes()
}

func TestRowsOfWhatPeopleUpload(t *testing.T) {
	t.Parallel()
	chinese, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("区域,浓度\n城六区,36"))
	if err != nil {
		t.Fatal(err)
	}

	for what, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"commas":             {[]byte("区域,浓度\n城六区, 36 \n"), "1[区域 浓度] 2[城六区 36]"},
		"tabs":               {[]byte("区域\t浓度\n城六区\t3,6\n"), "1[区域 浓度] 2[城六区 3,6]"},
		"a mark before it":   {[]byte("\ufeff区域,浓度\r\n"), "1[区域 浓度]"},
		"as Excel writes it": {chinese, "1[区域 浓度] 2[城六区 36]"},
		"UTF-16":             {[]byte("\xff\xfe1\x00,\x002\x00"), "1[1 2]"},
		"quotes":             {[]byte("\"甲,乙\",2\n"), "1[甲,乙 2]"},
		"no formula":         {[]byte("'=1,'x\n"), "1[=1 'x]"},
		"Excel":              {excel(t, []any{"区域", "浓度"}, []any{"城六区", 36.5}), "1[区域 浓度] 2[城六区 36.5]"},
	} {
		rows, err := sheet.Rows(c.raw, limits)
		var said []string

		for _, row := range rows {
			said = append(said, fmt.Sprintf("%d%v", row.Number, row.Cells))
		}
		if got := strings.Join(said, " "); got != c.want || err != nil {
			t.Errorf("%s: %s, %v", what, got, err)
		}
	}
}

func TestAFileBeyondItsBoundsIsRefused(t *testing.T) {
	t.Parallel()
	wide, long := make([]any, 9), make([][]any, 9)

	for i := range wide {
		wide[i], long[i] = "x", []any{"x"}
	}

	for what, raw := range map[string][]byte{
		"nothing":           {},
		"too many bytes":    bytes.Repeat([]byte("x"), 65<<10),
		"too many rows":     []byte(strings.Repeat("x\n", 9)),
		"too many columns":  []byte("1,2,3,4"),
		"too long a cell":   []byte(strings.Repeat("长", 9)),
		"a picture":         []byte("\x89PNG\r\n\x1a\n\x00\x00"),
		"no Excel":          []byte("PK\x03\x04nonsense"),
		"a wide Excel file": excel(t, wide),
		"a long Excel file": excel(t, long...),
	} {
		if rows, err := sheet.Rows(
			raw,
			limits,
		); !fault.Is(err, fault.KindInvalid) ||
			fault.Public(err).Field != "file" {
			t.Errorf("%s: %v, %v", what, rows, err)
		}
	}
}
