package account

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
)

func TestStatesGoOnlyWhereTheTableSays(t *testing.T) {
	t.Parallel()
	// Typed by hand: rows from, columns to, in the order of life.
	want := []string{
		"preparing . L . C",
		"live . . S C",
		"suspended . L . C",
		"closed . . . .",
	}

	for i, from := range States() {
		cells := []string{string(from)}

		for _, to := range States() {
			cell := "."
			if from.May(to) {
				cell = strings.ToUpper(string(to)[:1])
			}
			cells = append(cells, cell)
		}
		if got := strings.Join(cells, " "); got != want[i] {
			t.Errorf("row %q, want %q", got, want[i])
		}
	}
}

func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()

	for _, state := range States() {
		wantText(t, string(state), state.Label())
	}

	for _, seat := range Seats() {
		wantText(t, string(seat), seat.Label())
	}

	for _, connector := range Connectors() {
		wantText(t, string(connector), connector.Label())
	}

	for _, tokenState := range []TokenState{
		TokenNone, TokenValid, TokenExpiring, TokenExpired, TokenRevoked, TokenUnreadable,
	} {
		wantText(t, string(tokenState), tokenState.Label())
	}
	wantText(t, "oauth", ByOAuth.Label())
	wantText(t, "import", ByImport.Label())
}

func wantText(t *testing.T, of, got string) {
	t.Helper()
	if got == "" {
		t.Errorf("%s has no name", of)
	}
}

func TestADraftSaysAllThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	bad := Draft{
		Handle:      " ",
		DisplayName: strings.Repeat("长", maxName+1),
		Seat:        "throne",
		Connector:   Public,
		RemoteUID:   "u/12",
		LateLimit:   time.Second,
		MinGap:      time.Hour,
		AutoResend:  true,
	}
	_, err := bad.clean()

	var fields []string
	for _, failure := range fault.FieldErrors(err) {
		fields = append(fields, failure.Field)
	}
	if got, want := strings.Join(
		fields,
		" ",
	), "handle display_name seat remote_uid late_limit auto_resend"; got != want {
		t.Errorf("fields %q, want %q", got, want)
	}
}

func TestADraftIsTrimmedAndFilled(t *testing.T) {
	t.Parallel()
	got, err := Draft{Handle: " @示例环保 ", Seat: District, Connector: Commercial, AutoResend: true}.clean()
	if err != nil {
		t.Fatal(err)
	}
	if got.Handle != "示例环保" || got.DisplayName != "示例环保" || got.LateLimit != DefaultLateLimit {
		t.Errorf("cleaned draft is %+v", got)
	}
}

func TestABadConnectorOrGapIsNamed(t *testing.T) {
	t.Parallel()

	for field, draft := range map[string]Draft{
		"connector":    {Handle: "甲", Seat: Main, Connector: "pigeon"},
		"min_gap":      {Handle: "甲", Seat: Main, Connector: Manual, MinGap: 3 * time.Hour},
		"handle":       {Handle: "甲\n乙", DisplayName: "甲", Seat: Main, Connector: Manual},
		"display_name": {Handle: "甲", DisplayName: "甲@乙", Seat: Main, Connector: Manual},
	} {
		_, err := draft.clean()
		if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != field {
			t.Errorf("%+v: faults %v, want one at %s", draft, fields, field)
		}
	}
}

func TestTheStateOfATokenFollowsItsExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

	in := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	for _, c := range []struct {
		name string
		cred Credential
		want TokenState
		days int
	}{
		{"none", Credential{}, TokenNone, 0},
		{"no expiry told", Credential{State: TokenValid}, TokenValid, 0},
		{"far", Credential{State: TokenValid, ExpiresAt: in(20 * day)}, TokenValid, 20},
		{"14 days", Credential{State: TokenValid, ExpiresAt: in(14 * day)}, TokenExpiring, 14},
		{"an hour", Credential{State: TokenValid, ExpiresAt: in(time.Hour)}, TokenExpiring, 1},
		{"now", Credential{State: TokenValid, ExpiresAt: in(0)}, TokenExpired, 0},
		{
			"revoked before its time",
			Credential{State: TokenRevoked, ExpiresAt: in(20 * day)}, TokenRevoked, 20,
		},
	} {
		if got := c.cred.At(now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if got := c.cred.DaysLeft(now); got != c.days {
			t.Errorf("%s: %d days left, want %d", c.name, got, c.days)
		}
	}
}

func TestPeopleAreToldAtFourteenSevenThreeAndOneDays(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]int{
		15 * day: -1, 14 * day: 14, 8 * day: 14, 7 * day: 7, 4 * day: 7, 3 * day: 3,
		25 * time.Hour: 3, day: 1, time.Second: 1, 0: 0, -day: 0,
	} {
		if got := warnStep(now.Add(left), now); got != want {
			t.Errorf("%v before the expiry: step %d, want %d", left, got, want)
		}
	}
}

func TestOnlyTheContractedInterfaceReturnsTheMark(t *testing.T) {
	t.Parallel()

	for connector, want := range map[Connector][3]bool{
		Commercial: {true, true, true},
		Public:     {true, false, false},
		Manual:     {},
	} {
		if got := [3]bool{
			connector.NeedsToken(), connector.ReturnsMark(), connector.ReturnsTimeline(),
		}; got != want {
			t.Errorf("%s: token, mark, timeline %v, want %v", connector, got, want)
		}
	}
}

func TestAnAccountShowsItsNameAndPage(t *testing.T) {
	t.Parallel()
	account := Account{Handle: "环保北京"}
	if account.At() != "@环保北京" || account.HomeURL() != "" {
		t.Errorf("unconnected account shows %q %q", account.At(), account.HomeURL())
	}
	account.RemoteUID = "2000000001"
	if got := account.HomeURL(); got != "https://weibo.com/u/2000000001" {
		t.Errorf("home page %q", got)
	}
}
