package reach

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
)

func TestAPeriodIsReadFromTheAddress(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC) // the 23rd in Shanghai
	for _, c := range []struct{ days, from, to, want string }{
		{"", "", "", "2026-10-25..2026-11-23"},
		{"7", "", "", "2026-11-17..2026-11-23"},
		{"", "2026-11-01", "2026-11-01", "2026-11-01..2026-11-01"},
		{"7", "2026-01-01", "2026-12-31", "2026-01-01..2026-12-31"},
	} {
		period, err := ParsePeriod(c.days, c.from, c.to, now)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if got := period.From.Format(
			time.DateOnly,
		) + ".." + period.Last().
			Format(time.DateOnly); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestABadPeriodIsRefusedAtItsField(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for field, in := range map[string][3]string{
		"days": {"0", "", ""},
		"from": {"", "yesterday", "2026-11-01"},
		"to":   {"", "2026-11-02", "2026-11-01"},
	} {
		_, err := ParsePeriod(in[0], in[1], in[2], now)
		if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != field {
			t.Errorf("%v: %v, want a fault at %s", in, err, field)
		}
	}
	if _, err := ParsePeriod("", "2026-11-01", "soon", now); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("bad last day: %v", err)
	}
}

func TestThePeriodBeforeHasTheSameLength(t *testing.T) {
	t.Parallel()
	period := LastDays(30, time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC))
	b := period.Before()
	if b.Days() != 30 || !b.To.Equal(period.From) || len(period.Each()) != 30 ||
		!period.Each()[29].Equal(period.Last()) {
		t.Errorf("%v before %v", b, period)
	}
}

func TestAChangeNeedsBothFigures(t *testing.T) {
	t.Parallel()

	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		in      Change
		percent float64
		known   bool
		trend   int
	}{
		{Change{n(150), n(100)}, 50, true, 1},
		{Change{n(50), n(100)}, -50, true, -1},
		{Change{n(5), n(5)}, 0, true, 0},
		{Change{n(5), n(0)}, 0, false, 1},
		{Change{nil, n(1)}, 0, false, 0},
		{Change{n(1), nil}, 0, false, 0},
	} {
		got, known := c.in.Percent()
		if got != c.percent || known != c.known || c.in.Trend() != c.trend {
			t.Errorf("%v: %v %v trend %d", c.in, got, known, c.in.Trend())
		}
	}
}

func TestTheBudgetHasTheRightWindows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC)
	limits := Limits{AccountDay: 5}.filled()
	got := limits.windows(PublicHost, 7, now)
	if len(got) != 2 || got[0].scope != "account/7" || got[0].limit != 5 ||
		!got[0].start.Equal(now.Add(-30*time.Minute)) ||
		got[0].ends.Sub(got[0].start) != day {
		t.Errorf("account's window %+v", got[0])
	}
	if got[1].scope != "public" || got[1].limit != 10_000 || !got[1].ends.Equal(now.Add(30*time.Minute)) {
		t.Errorf("address's window %+v", got[1])
	}
	if got := limits.windows(
		CommercialHost,
		7,
		now,
	); len(got) != 1 || got[0].scope != "commercial" ||
		got[0].limit != 25_000 {
		t.Errorf("contract's windows %+v", got)
	}
	budgetLine := BudgetLine{Used: 90, Limit: 60}
	if budgetLine.Left() != 0 || budgetLine.Percent() != 100 || (BudgetLine{}).Percent() != 0 {
		t.Errorf("overdrawn line: %d left, %d%%", budgetLine.Left(), budgetLine.Percent())
	}
}

func TestATableOpensInExcelWithoutRunningAnything(t *testing.T) {
	t.Parallel()
	var b strings.Builder

	table := NewCSV(&b, []string{"账号", "变化"})
	for _, row := range [][]string{{"@环保北京", "-3.5"}, {"=1+1", "-"}, {"+86", "a,b"}, {"＝SUM(A1)", ""}} {
		if err := table.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff账号,变化\r\n'@环保北京,-3.5\r\n'=1+1,'-\r\n'+86,\"a,b\"\r\n'＝SUM(A1),\r\n"
	if b.String() != want {
		t.Errorf("wrote %q\nwant  %q", b.String(), want)
	}
}
