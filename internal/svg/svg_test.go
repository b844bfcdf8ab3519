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
