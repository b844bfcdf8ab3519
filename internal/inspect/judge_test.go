package inspect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
)

var national = Rule{Code: "silence", Kind: Silence, Days: 14, Warn: 7, From: day("2019-04-01")}

func day(date string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, date, beijing.Zone)
	if err != nil {
		panic(err)
	}

	return at
}

// at are instants of Shanghai.
func at(moments ...string) (out []time.Time) {
	for _, moment := range moments {
		at, err := time.ParseInLocation("2006-01-02 15:04", moment, beijing.Zone)
		if err != nil {
			panic(err)
		}
		out = append(out, at)
	}

	return out
}

// posted is an account whose latest post is of an evening.
func posted(date string, change ...func(*Account)) Account {
	last := day(date).Add(20 * time.Hour)

	a := Account{Handle: "环保北京", State: account.Live, Since: day("2026-01-01"), Last: &last}
	for _, change := range change {
		change(&a)
	}

	return a
}

// TestSilence: now is the morning of 2026-11-30, the rule is that of the country.
func TestSilence(t *testing.T) {
	t.Parallel()

	now := at("2026-11-30 09:00")[0]
	for _, c := range []struct {
		name    string
		account Account
		state   State
		fails   string
		days    int
		says    []string // in this order
		remedy  string
	}{
		{
			"fresh", posted("2026-11-29"), OK, "2026-12-14", 1,
			[]string{"最近一条发布于 2026-11-29，距今 1 天"}, "须在 2026-12-13 结束前发布一条",
		},
		{"eight days left", posted("2026-11-24"), OK, "2026-12-09", 6, nil, ""},
		{"seven days left", posted("2026-11-23"), Soon, "2026-12-08", 7, nil, ""},
		{
			"day 12", posted("2026-11-18"), Soon, "2026-12-03", 12,
			[]string{"距今 12 天"}, "须在 2026-12-02 结束前发布一条",
		},
		{"two weeks to the day", posted("2026-11-16"), Soon, "2026-12-01", 14, nil, "须在 2026-11-30 结束前发布一条"},
		{"over", posted("2026-11-15"), Fail, "2026-11-30", 15, nil, "现在就发布一条"},
		{"long over", posted("2026-10-01"), Fail, "2026-10-16", 60, nil, "现在就发布一条"},
		{
			"never", Account{Since: day("2026-11-10"), State: account.Live}, Fail, "2026-11-25", 20,
			[]string{"没有见到发布过；从登记之日 2026-11-10 起算，已 20 天"}, "",
		},
		{
			"approved in time",
			posted("2026-11-18", func(a *Account) { a.Approved = at("2026-12-01 10:00") }),
			OK, "2026-12-16", 12,
			[]string{"距今 12 天", "已批准待发 1 条，最早 12-01 10:00"}, "须在 2026-12-15 结束前发布一条",
		},
		{
			"approved too late",
			posted("2026-11-18", func(a *Account) { a.Approved = at("2026-12-03 10:00") }),
			Soon, "2026-12-03", 12, []string{"距今 12 天", "已批准待发 1 条，最早 12-03 10:00"}, "",
		},
		{
			"a gap behind the first",
			posted("2026-11-18", func(a *Account) { a.Approved = at("2026-12-20 10:00", "2026-12-01 10:00") }),
			OK, "2026-12-16", 12, nil, "",
		},
		{
			"fails, and the next is planned",
			posted("2026-11-15", func(a *Account) { a.Approved = at("2026-12-01 10:00") }),
			Fail, "2026-11-30", 15, nil, "12-01 10:00 的一条发出后恢复合格；提前发布更好",
		},
		{
			"only in review",
			posted("2026-11-18", func(a *Account) { a.InReview = at("2026-12-01 10:00") }),
			Soon, "2026-12-03", 12,
			[]string{"距今 12 天", "在审 1 条，最早 12-01 10:00；若批准并发出，可到 2026-12-15"}, "",
		},
		{
			"in review, too late",
			posted("2026-11-18", func(a *Account) { a.InReview = at("2026-12-03 10:00") }),
			Soon, "2026-12-03", 12, []string{"在审 1 条，最早 12-03 10:00；批准了也太晚"}, "",
		},
		{
			"only a draft",
			posted("2026-11-15", func(a *Account) { a.Drafts = at("2026-12-01 10:00") }),
			Fail, "2026-11-30", 15,
			[]string{"草稿 1 条，最早 12-01 10:00；若提交、批准并发出，可到 2026-12-15"}, "现在就发布一条",
		},
		{
			"in review and a draft behind it",
			posted("2026-11-18", func(a *Account) {
				a.InReview, a.Drafts = at("2026-12-01 10:00"), at("2026-12-10 10:00")
			}),
			Soon, "2026-12-03", 12, []string{"可到 2026-12-15", "可到 2026-12-24"}, "",
		},
		{
			"suspended",
			posted("2026-11-18", func(a *Account) {
				a.Approved, a.State = at("2026-12-01 10:00"), account.Suspended
			}),
			Soon, "2026-12-03", 12, []string{"账号已停用，待发的 1 条不会发出，不计"}, "",
		},
		{
			"without a token",
			posted("2026-11-18", func(a *Account) { a.Approved, a.NoToken = at("2026-12-01 10:00"), true }),
			Soon, "2026-12-03", 12, []string{"授权失效，待发的 1 条发不出去，不计"}, "",
		},
		{
			"the token ends before",
			posted("2026-11-18", func(a *Account) {
				a.Approved, a.TokenUntil = at("2026-12-01 10:00", "2026-12-02 10:00"), &at("2026-12-01 12:00")[0]
			}),
			OK, "2026-12-16", 12, []string{"授权 2026-12-01 到期，之后的 1 条不计", "已批准待发 1 条"}, "",
		},
		{
			"held, by hand, unknown",
			posted("2026-11-18", func(a *Account) { a.Held, a.ByHand, a.Unknown = 1, 2, 3 }),
			Soon, "2026-12-03", 12, []string{"暂停中 1 条，不计", "待人工发布 2 条", "结果待核 3 条"}, "",
		},
		{
			"the latest was not ours",
			posted("2026-11-29", func(a *Account) { a.Elsewhere = true }),
			OK, "2026-12-14", 1, []string{"最近一条不是本台发出，还没有人核对"}, "",
		},
	} {
		got := judge(national, c.account, now)
		if fails := beijing.Date(
			got.FailsOn,
		); got.State != c.state || fails != c.fails ||
			got.Days != c.days {
			t.Errorf("%s: %s on %s, %d days, want %s on %s, %d", c.name, got.State, fails, got.Days,
				c.state, c.fails, c.days)
		}
		wantSaid(t, c.name, got, c.says, c.remedy)
	}
}

func wantSaid(t *testing.T, name string, got Finding, says []string, remedy string) {
	t.Helper()

	printer := i18n.For(i18n.Chinese)

	var told []string
	for _, because := range got.Because {
		told = append(told, printer.T(because.Text, because.Args...))
	}
	rest := strings.Join(told, "；")
	all := rest

	for _, want := range says {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Errorf("%s: %q does not say %q there", name, all, want)
		}
		rest = after
	}
	if said := printer.T(got.Remedy.Text, got.Remedy.Args...); remedy != "" && said != remedy {
		t.Errorf("%s: remedy %q, want %q", name, said, remedy)
	}
}

func TestAnInstantAheadCountsWhatWillHaveGoneOut(t *testing.T) {
	t.Parallel()
	a := posted("2026-11-18", func(a *Account) { a.Approved = at("2026-12-01 10:00") })

	for _, c := range []struct {
		at    string
		state State
		fails string
		days  int
	}{
		{"2026-12-01 09:00", OK, "2026-12-16", 13},
		{"2026-12-01 11:00", OK, "2026-12-16", 0},
		{"2026-12-08 09:00", Soon, "2026-12-16", 7},
		{"2026-12-16 09:00", Fail, "2026-12-16", 15},
	} {
		got := judge(national, a, at(c.at)[0])
		if got.State != c.state || beijing.Date(got.FailsOn) != c.fails || got.Days != c.days {
			t.Errorf("%s: %s on %s, %d days", c.at, got.State, beijing.Date(got.FailsOn), got.Days)
		}
	}
}

func TestARuleHoldsForItsUnitsAndDays(t *testing.T) {
	t.Parallel()
	local := Rule{UnitPath: "/1/3/", From: day("2026-11-01"), Until: day("2026-11-30")}

	for _, c := range []struct {
		rule  Rule
		path  string
		day   string
		holds bool
	}{
		{national, "/1/", "2026-11-30", true},
		{national, "/1/", "2019-03-31", false},
		{local, "/1/3/", "2026-11-01", true},
		{local, "/1/3/7/", "2026-11-30", true},
		{local, "/1/3/", "2026-12-01", false},
		{local, "/1/3/", "2026-10-31", false},
		{local, "/1/", "2026-11-15", false},
		{local, "/1/30/", "2026-11-15", false},
	} {
		if got := c.rule.holds(c.path, day(c.day)); got != c.holds {
			t.Errorf("%s on %s: %v", c.path, c.day, got)
		}
	}
}

func TestTheBoardPutsWhoFailsFirstInFront(t *testing.T) {
	t.Parallel()

	accounts := []Account{
		posted("2026-11-29"),
		posted("2026-11-18"),
		posted("2026-11-10"),
		posted("2026-11-18"),
	}
	for i := range accounts {
		accounts[i].ID, accounts[i].UnitPath = int64(i+1), "/1/"
	}
	accounts[3].UnitPath = "/1/3/"
	local := Rule{Code: "local", Kind: Silence, Days: 10, Warn: 3, UnitPath: "/1/3/", From: day("2026-01-01")}

	board := boardOf([]Rule{national, local}, accounts, at("2026-11-30 09:00")[0])

	var order []int64
	for _, row := range board.Rows {
		order = append(order, row.ID)
	}
	if !slices.Equal(order, []int64{3, 4, 2, 4, 1}) {
		t.Errorf("order %v", order)
	}
	if board.By[Fail] != 2 || board.By[Soon] != 1 || board.By[OK] != 1 || board.Accounts != 4 {
		t.Errorf("counted %v", board.By)
	}
	if len(board.Next) != 2 || board.Next[0].ID != 2 || board.Next[1].ID != 4 {
		t.Errorf("next %v", board.Next)
	}
	page := board.only(Ask{State: Fail, Skip: 1, Limit: 5})
	if page.Found != 2 || len(page.Rows) != 1 || page.Rows[0].ID != 4 {
		t.Errorf("page %+v", page)
	}
}
