package source

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/template"
)

func TestADocumentIsReadWithinBounds(t *testing.T) {
	t.Parallel()

	for what, c := range map[string]struct {
		text string
		ok   bool
	}{
		"an object":           {`{"a":[1,"x",null,true,1.50]}`, true},
		"a mark before it":    {"\ufeff[1]", true},
		"a word":              {`"x"`, true},
		"nothing":             {``, false},
		"half":                {`{"a":[1,`, false},
		"two":                 {`{} {}`, false},
		"HTML":                {`<html>`, false},
		"no UTF-8":            {"\"\xb1\xb1\"", false},
		"a name twice":        {`{"a":1,"a":2}`, false},
		"32 levels":           {strings.Repeat("[", 32) + strings.Repeat("]", 32), true},
		"34 levels":           {strings.Repeat("[", 34) + strings.Repeat("]", 34), false},
		"a million levels":    {strings.Repeat("[", 1_000_000), false},
		"a huge number":       {`[` + strings.Repeat("9", 500_000) + `]`, false},
		"many values":         {`[` + strings.Repeat("1,", 60_000) + `1]`, false},
		"a number like ∞":     {`[1e999]`, true}, // the template refuses it
		"no number":           {`[NaN]`, false},
		"many empty objects":  {`[` + strings.Repeat("{},", 60_000) + `1]`, false},
		"text with a control": {`["\u0000"]`, true},
	} {
		root, err := read([]byte(c.text))
		if (err == nil) != c.ok || err == nil && root == nil {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: told as %v", what, err)
		}
	}
}

func TestPathsLeadToValues(t *testing.T) {
	t.Parallel()
	root, err := read(
		[]byte(`{"data":{"list":[{"n":"甲","v":1.50},{"n":"乙","v":null}],"a.b":{"":"空"}},"ok":true}`),
	)
	if err != nil {
		t.Fatal(err)
	}

	for path, want := range map[string]string{
		"ok":                    "true",
		"$.ok":                  "true",
		"data.list[0].n":        "甲",
		"data.list[0].v":        "1.50",
		"data.list[-1].n":       "乙",
		`data["a.b"][""]`:       "空",
		`["data"].list[1]["n"]`: "乙",
		"data.list[1].v":        "-",
		"data.list[2].n":        "-",
		"data.list[-3].n":       "-",
		"data.list.n":           "-",
		"data[0]":               "-",
		"data.list":             "-",
		"":                      "-",
		"=固定":                   "固定",
	} {
		got, found := textAt(root, path, "")
		if !found {
			got = "-"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}

	for _, path := range []string{
		"a..b", "a.", "[", "[x]", "[1", `["a]`, `["a"`, "a[1]b", "[99999999]", "a b..",
		strings.Repeat("a.", 150), strings.Repeat("[0]", 30), "\xff",
	} {
		if _, ok := parsePath(path); ok {
			t.Errorf("%q is taken for a path", path)
		}
	}

	for _, leaf := range root.leaves(100) {
		got, _ := textAt(root, leaf.Path, "")
		if got != leaf.Text {
			t.Errorf("the path %s of a leaf leads to %q, not %q", leaf.Path, got, leaf.Text)
		}
	}
	if n := len(root.leaves(2)); n != 2 {
		t.Errorf("%d leaves", n)
	}
}

func TestAMappingMakesTheFieldsOfATemplate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 7, 30, 0, 0, time.UTC)

	for what, c := range map[string]struct {
		kind     template.Kind
		mapping  Mapping
		document string
		want     string // part of the text, or of the faults
	}{
		"zones in a list": {
			template.Live, Mapping{
				"at": "time", "readings": "rows", "readings.zone": "z", "readings.pm25": "p", "readings.co": "c",
				"readings.pm10": "k", "readings.so2": "k", "readings.no2": "k", "readings.o3": "k",
			},
			`{"time":"2026-11-30 15:00:00","rows":[{"z":"城六区","p":35.5,"c":0.4,"k":10},{"z":"西北部","p":20,"c":0.4,"k":10},
			{"z":"东北部","p":20,"c":0.4,"k":10},{"z":"东南部","p":20,"c":0.4,"k":10},{"z":"西南部","p":20,"c":0.4,"k":10}]}`,
			"11月30日15时，各区域空气质量一级（优）至二级（良）。PM2.5浓度（微克/立方米）：城六区36",
		},
		"districts by name, a month out of seconds": {
			template.Ranking, Mapping{"month": "t", "ranks": "v", "ranks.district": "@key", "ranks.pm25": "m"},
			`{"t":1793000000,"v":{"甲区":{"m":30.14},"乙区":{"m":"28"}}}`,
			"2026年10月各区PM2.5月均浓度（微克/立方米），由低到高：1. 乙区28；2. 甲区30.1",
		},
		"the document itself is the table": {
			template.Ranking, Mapping{"month": "=2026-10", "ranks.district": "d", "ranks.pm25": "m"},
			`[{"d":"甲\t区","m":30}]`, "1. 甲 区30",
		},
		"nothing at a path": {
			template.Ranking, Mapping{"month": "t", "ranks": "v", "ranks.district": "d", "ranks.pm25": "m"},
			`{"v":{}}`, "返回的内容里没有 t",
		},
		"no table": {
			template.Ranking, Mapping{"month": "=2026-10", "ranks": "v", "ranks.district": "d", "ranks.pm25": "m"},
			`{"v":3}`, "v 不是一组数据",
		},
		"a number that is none": {
			template.Ranking, Mapping{"month": "=2026-10", "ranks": "v", "ranks.district": "d", "ranks.pm25": "m"},
			`{"v":[{"d":"甲区","m":1e999}]}`, "应为 0 到 1000 之间的浓度",
		},
		"a column that is nowhere": {
			template.Ranking, Mapping{"month": "=2026-10", "ranks": "v", "ranks.district": "d", "ranks.pm25": "x"},
			`{"v":[{"d":"甲区","m":30}]}`, "每一行里都没有 x",
		},
		"too many rows": {
			template.Ranking, Mapping{"month": "=2026-10", "ranks": "v", "ranks.district": "d", "ranks.pm25": "m"},
			`{"v":[` + strings.Repeat(`{"d":"甲"},`, 50) + `1]}`, "最多 39 行",
		},
	} {
		mapping, wrong := c.mapping.clean(c.kind)
		root, err := read([]byte(c.document))
		if len(wrong) > 0 || err != nil {
			t.Errorf("%s: %v, %v", what, wrong, err)
			continue
		}
		values, err := mapping.values(c.kind, root)
		var result template.Result
		if err == nil {
			result, err = template.Render(c.kind, values, c.kind.Wording(), nil, now)
		}
		said := result.Text
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %s", what, said)
		}
	}

	_, wrong := Mapping{
		"month":          "a..b",
		"ranks":          "=x",
		"ranks.district": "",
		"ranks.pm25":     "p",
	}.clean(
		template.Ranking,
	)
	if len(wrong) != 3 {
		t.Errorf("%v", wrong)
	}
}

func TestInstantsOfDocuments(t *testing.T) {
	t.Parallel()
	at := template.Field{Type: template.Time}

	for text, want := range map[string]string{
		"2026-11-30T15:00:00+08:00": "2026-11-30T15:00",
		"2026-11-30T07:00:00Z":      "2026-11-30T15:00",
		"2026-11-30 15:00:00":       "2026-11-30T15:00",
		"2026-11-30 15":             "2026-11-30T15:00",
		"2026113015":                "2026-11-30T15:00",
		"20261130":                  "2026-11-30T00:00",
		"1796022000":                "2026-11-30T15:00",
		"1796022000000":             "2026-11-30T15:00",
		"2026年11月30日15时":            "2026-11-30T15:00",
		"昨天":                        "昨天",
		"99999999999999999999":      "99999999999999999999",
	} {
		if got := typed(at, text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestWhenToPullNext(t *testing.T) {
	t.Parallel()
	parse := func(s string) time.Time {
		at, err := time.Parse("2006-01-02 15:04:05 -0700", s+" +0800")
		if err != nil {
			t.Fatal(err)
		}

		return at
	}

	for _, c := range []struct {
		every    int
		at       string
		now      string
		failures int
		want     string
	}{
		{60, "00:10", "2026-11-30 15:00:00", 0, "2026-11-30 15:10:00"},
		{60, "00:10", "2026-11-30 15:10:00", 0, "2026-11-30 16:10:00"},
		{60, "12:10", "2026-11-30 03:09:59", 0, "2026-11-30 03:10:00"},
		{1440, "11:00", "2026-11-30 11:00:01", 0, "2026-12-01 11:00:00"},
		{1440, "11:00", "2026-11-30 10:00:00", 0, "2026-11-30 11:00:00"},
		{1440, "11:00", "2026-11-30 11:00:01", 1, "2026-11-30 11:10:01"},
		{1440, "11:00", "2026-11-30 11:40:00", 4, "2026-12-01 11:00:00"},
		{5, "00:00", "2026-11-30 23:58:00", 1, "2026-12-01 00:00:00"},
		{5, "broken", "2026-11-30 23:58:00", 0, "2026-12-01 00:00:00"},
	} {
		got := next(c.every, c.at, parse(c.now), c.failures)
		if !got.Equal(parse(c.want)) {
			t.Errorf("every %d from %s at %s after %d failures: %s", c.every, c.at, c.now, c.failures, got)
		}
	}
}
