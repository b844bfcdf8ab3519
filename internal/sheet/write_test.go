package sheet_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"juzhen/internal/sheet"
)

func TestAWrittenTableHoldsTextsAlone(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"12-01", "=1+1", "+86", "-x"}, {"@环保北京", "", "今日空气质量良", "'x"}}
	var out bytes.Buffer
	err := sheet.WriteExcel(&out, "计划",
		[]sheet.Head{{"日期", 12}, {"甲", 8}, {"乙", 8}, {"丙", 8}}, slices.Values(rows))
	if err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	for _, cell := range []string{"B2", "C2", "D2", "A3"} {
		formula, err := file.GetCellFormula("计划", cell)
		if err != nil || formula != "" {
			t.Errorf("%s is the formula %q, %v", cell, formula, err)
		}
	}
	back, err := sheet.Rows(
		out.Bytes(),
		sheet.Limits{Bytes: 1 << 20, Unzipped: 1 << 20, Rows: 10, Columns: 10, Cell: 100},
	)
	if err != nil {
		t.Fatal(err)
	}

	var got [][]string
	for _, row := range back[1:] {
		got = append(got, row.Cells)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Error(diff)
	}
}
