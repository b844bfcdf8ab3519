package svg

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// wellFormed parses the picture as XML and fails on style attributes.
func wellFormed(t *testing.T, s string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, s)
		}
		if el, ok := tok.(xml.StartElement); ok {
			for _, a := range el.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("attribute %s", a.Name.Local)
				}
			}
		}
	}
}

func TestSparklineLeavesGapsAndSaysWhatItShows(t *testing.T) {
	t.Parallel()
	v := Floats([]int{1, 5, 0, 3})
	v[2] = nil
	s := string(Sparkline(v, 80, 20, Label{"转发", "<3> 天"}))
	wellFormed(t, s)
	if strings.Count(s, "M") != 2 {
		t.Errorf("want a gap: %s", s)
	}
	if !strings.Contains(s, `role="img"`) || !strings.Contains(s, "<desc>&lt;3&gt; 天</desc>") {
		t.Errorf("no description: %s", s)
	}
}

func TestSparklineOfTooFewValuesIsNothing(t *testing.T) {
	t.Parallel()
	if s := Sparkline(Floats([]int{4}), 80, 20, Label{}); s != "" {
		t.Errorf("drew %s", s)
	}
}

func TestSparklineOfEqualValuesStaysInside(t *testing.T) {
	t.Parallel()
	s := string(Sparkline(Floats([]int64{4, 4, 4}), 80, 20, Label{Title: "平"}))
	wellFormed(t, s)
	if strings.Contains(s, "NaN") || !strings.Contains(s, " 10") {
		t.Errorf("drew %s", s)
	}
}

func TestTileMapTellsMissingFromZero(t *testing.T) {
	t.Parallel()
	zero, ten := 0.0, 10.0
	s := string(TileMap([]Tile{{Name: "东城", Text: "0", Value: &zero}, {Name: "西城", Text: "10", Col: 1, Value: &ten, Href: "/a?b=1&c=2"}, {Name: "密云", Text: "不可用", Row: 1}}, Label{Title: "发稿"}))
	wellFormed(t, s)
	for _, want := range []string{`class="level-0"`, `class="level-4"`, `class="level-none"`, `href="/a?b=1&amp;c=2"`} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s in %s", want, s)
		}
	}
}

func TestHeatMapHasACellForEachHourOfTheWeek(t *testing.T) {
	t.Parallel()
	var h Heat
	five := 5.0
	h.Days = [7]string{"周一", "周二", "周三", "周四", "周五", "周六", "周日"}
	h.Cells[2][9] = &five
	h.Say = func(day, hour int, v float64) string { return h.Days[day] }
	s := string(HeatMap(h, Label{Title: "互动"}))
	wellFormed(t, s)
	if n := strings.Count(s, "<rect"); n != 7*24 {
		t.Errorf("%d cells", n)
	}
	if !strings.Contains(s, "<title>周三</title>") {
		t.Error("the cell does not say its figure")
	}
}
