package template

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWarningsStandInTheirChains(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	row := func(id, supersedes int64, kind Kind, filled string) warningRow {
		return warningRow{
			ID:         id,
			PostID:     100 + id,
			Supersedes: supersedes,
			Kind:       kind,
			UnitName:   "市局",
			FilledText: filled,
			UsedAt:     at,
		}
	}
	chains := chainsOf([]warningRow{
		row(1, 0, Warning, `{"colour":"黄","from":"2026-11-20T00:00","until":"2026-11-22T00:00"}`),
		row(2, 0, Warning, `{"colour":"橙色","from":"2026-11-29T00:00","until":"2026-12-01T00:00"}`),
		row(3, 1, Lift, `{"from":"2026-11-21T12:00"}`),
		row(4, 2, Change, `{"colour":"红","from":"2026-11-30T00:00","until":"2026-12-02T00:00"}`),
		row(6, 5, Lift, `{"from":"broken"}`), // its beginning is too old to be here
	})

	var said []string

	for _, chain := range chains {
		var links []string

		for _, l := range chain.Links {
			links = append(links, fmt.Sprintf("%d(%d)%s", l.PostID, l.Supersedes, l.Colour))
		}
		said = append(
			said,
			fmt.Sprint(strings.Join(links, " → "), " ", chain.Lifted(), " ", chain.ExpiredAt(at)),
		)
	}
	want := "106(0) true false | 102(0)橙 → 104(102)红 false false | 101(0)黄 → 103(101) true false"
	if got := strings.Join(said, " | "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !chains[1].ExpiredAt(at.AddDate(0, 0, 2)) || chains[1].ExpiredAt(at.AddDate(0, 0, 1)) {
		t.Error("a chain runs out at its last expiry")
	}
}
