package beijing

import (
	"testing"
	"time"
)

func TestTheClockOfAnotherZoneIsReadAsItStandsThere(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		shown string
		zone  string
		want  string
		clock Clock
	}{
		{
			"2026-12-01T09:00:00+08:00",
			"Europe/Paris",
			"2026-12-01T16:00:00+08:00",
			Once,
		},
		{
			"2026-07-01T09:00:00+08:00",
			"Europe/Paris",
			"2026-07-01T15:00:00+08:00",
			Once,
		},
		{
			"2026-03-29T02:30:00+08:00",
			"Europe/Paris",
			"",
			Skipped,
		},
		{
			"2026-03-29T03:00:00+08:00",
			"Europe/Paris",
			"2026-03-29T09:00:00+08:00",
			Once,
		},
		{
			"2026-10-25T02:30:00+08:00",
			"Europe/Paris",
			"",
			Twice,
		},
		{
			"2026-10-25T03:00:00+08:00",
			"Europe/Paris",
			"2026-10-25T10:00:00+08:00",
			Once,
		},
		{
			"2026-03-08T02:30:00+08:00",
			"America/New_York",
			"",
			Skipped,
		},
		{
			"2026-11-01T01:30:00+08:00",
			"America/New_York",
			"",
			Twice,
		},
		{
			"2026-12-01T09:00:00+08:00",
			"Asia/Tokyo",
			"2026-12-01T08:00:00+08:00",
			Once,
		},
		{
			"2026-12-01T09:00:00+08:00",
			"Europe/Nimmer",
			"",
			NoZone,
		},
	} {
		shown, err := time.Parse(time.RFC3339, c.shown)
		if err != nil {
			t.Fatal(err)
		}

		at, clock := Abroad(shown, c.zone)
		got := ""
		if clock == Once {
			got = at.In(Zone).Format(time.RFC3339)
		}
		if got != c.want || clock != c.clock {
			t.Errorf("%s in %s: %s, %d", c.shown, c.zone, got, clock)
		}
	}
}
