package template_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/template"
)

// TestATableOutOfAFileIsATableAsIfPasted: commas, tabs, and cells that would break a row.
func TestATableOutOfAFileIsATableAsIfPasted(t *testing.T) {
	t.Parallel()

	for what, c := range map[string]struct {
		file string
		want string
	}{
		"commas": {
			"甲区,30\n乙区,28\n",
			"甲区\t30\n乙区\t28\n",
		},
		"tabs": {
			"甲区\t30\n乙区\t28",
			"甲区\t30\n乙区\t28\n",
		},
		"a line break in a cell": {
			"\"甲\n区\",30\n",
			"甲 区\t30\n",
		},
		"a tab in a cell": {
			"\"甲\t区\",30\n",
			"甲 区\t30\n",
		},
		"quotes in a cell": {
			"\"甲\"\"区\",30\n",
			"甲”区\t30\n",
		},
		"blanks around": {
			" 甲区 , 30 \n",
			"甲区\t30\n",
		},
	} {
		got, err := template.TableFrom([]byte(c.file))
		if err != nil || got != c.want {
			t.Errorf("%s: %q, want %q: %v", what, got, c.want, err)
		}
	}

	for what, file := range map[string]string{
		"nothing":      "",
		"many rows":    strings.Repeat("甲区,30\n", 60),
		"many columns": strings.Repeat("30,", 60),
		"many bytes":   strings.Repeat("甲", template.MaxFileBytes),
		"a long cell":  strings.Repeat("甲", 1000),
	} {
		if _, err := template.TableFrom([]byte(file)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestARankingOutOfAFile: what a file gives is written as what is pasted.
func TestARankingOutOfAFile(t *testing.T) {
	t.Parallel()
	text, err := template.TableFrom([]byte("甲区,30,-5\n乙区,28,0\n丙区,28\n"))
	if err != nil {
		t.Fatal(err)
	}
	values := template.Values{
		"month": "2026-10",
		"ranks": text,
	}
	now := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)

	result, err := template.Render(template.Ranking, values, template.Ranking.Wording(), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	want := "1. 乙区28（同比持平）；1. 丙区28；3. 甲区30（同比下降5%）"
	if !strings.Contains(result.Text, want) {
		t.Errorf("%s, want %s", result.Text, want)
	}
}

// TestWhichKindsAreWrittenOfDataAlone: a warning is decided on by people, and so is what continues one.
func TestWhichKindsAreWrittenOfDataAlone(t *testing.T) {
	t.Parallel()

	for kind, want := range map[template.Kind]bool{
		template.Live:     true,
		template.Daily:    true,
		template.Forecast: true,
		template.Ozone:    true,
		template.Dust:     true,
		template.Ranking:  true,
		template.Digest:   true,
		template.Warning:  false,
		template.Change:   false,
		template.Lift:     false,
		template.Own:      false,
		"":                false,
	} {
		if got := kind.Measured(); got != want {
			t.Errorf("%s: %v", kind, got)
		}
	}

	for _, kind := range template.Clocked() {
		if !kind.Measured() || len(template.Leads(kind)) == 0 {
			t.Errorf("%s is due and cannot be reminded of", kind)
		}
	}
}
