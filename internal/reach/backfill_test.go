package reach

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

func TestAllPastPostsOfAContractedAccountAreFetched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	backfill := w.backfill(a.ID)
	want := past(w)
	if backfill.State != BackfillDone || backfill.Found != want || backfill.Percent() != 100 {
		t.Fatalf("backfill %+v, the sandbox has %d", backfill, want)
	}
	if n := one[int](
		w,
		`SELECT count(*) FROM platform_posts WHERE origin = 'past'`,
	); n != want ||
		want < 300 {
		t.Errorf("%d past posts, want %d", n, want)
	}
	if n := one[int](w, `SELECT sum(posts) FROM account_days`); n != want {
		t.Errorf("the days hold %d posts, want %d", n, want)
	}
	if n := one[int](w, `SELECT count(*) FROM account_days WHERE followers IS NOT NULL`); n < 80 {
		t.Errorf("followers of %d past days", n)
	}
	if n := one[int](
		w,
		`SELECT count(*) FROM platform_posts WHERE next_read_at IS NOT NULL AND posted_at < $1`,
		w.Now().AddDate(0, 0, -91),
	); n != 0 {
		t.Errorf("%d old posts are to be read again", n)
	}
	if got := w.OpenTodos(); got != "" {
		t.Errorf("to-dos %q", got)
	}
}

func TestABackfillGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	id := w.Weibo.Fault(sandbox.Fault{Call: "statuses/user_timeline/biz", Kind: sandbox.FaultStatus, Skip: 2})
	if err := w.s.StartBackfill(w.Context(), w.admin, a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.FetchPast(w.Context(), a.ID); err == nil {
		t.Fatal("a bad gateway is no error for the job")
	}
	if backfill := w.progress(
		a.ID,
	); backfill.State != BackfillRunning || backfill.Found != 200 || backfill.Percent() == 0 ||
		backfill.Percent() > 99 {
		t.Fatalf("after two pages: %+v", backfill)
	}
	if err := w.s.StartBackfill(w.Context(), w.admin, a.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("begun twice: %v", err)
	}
	w.Weibo.ClearFaults(id)
	if _, err := w.s.FetchPast(w.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if backfill := w.progress(a.ID); backfill.State != BackfillDone || backfill.Found != past(w) {
		t.Errorf("at the end: %+v", backfill)
	}
}

func TestTheOpenInterfaceGivesFiveAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1000)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	if backfill := w.backfill(
		a.ID,
	); backfill.State != BackfillPartial || backfill.Found != 5 || backfill.Reason != "window" ||
		backfill.Hint() == "" {
		t.Errorf("backfill %+v", backfill)
	}
	all, err := w.s.Backfills(w.Context(), w.admin)
	if err != nil || len(all) != 1 {
		t.Errorf("progress of all %+v, %v", all, err)
	}
}

func TestABackfillWaitsForItsBudgetAndForAToken(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, 3000, Limits{CommercialHour: 2})
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	if err := w.s.StartBackfill(w.Context(), w.admin, a.ID); err != nil {
		t.Fatal(err)
	}
	wait, err := w.s.FetchPast(w.Context(), a.ID)
	if err != nil || wait != time.Hour || w.progress(a.ID).Reason != "budget" {
		t.Fatalf("wait %v, %v, %+v", wait, err, w.progress(a.ID))
	}
	w.Advance(time.Hour)
	w.Weibo.RevokeTokens("环保北京")
	if wait, err = w.s.FetchPast(w.Context(), a.ID); err != nil || wait != 0 {
		t.Fatalf("wait %v, %v", wait, err)
	}
	if backfill := w.progress(
		a.ID,
	); backfill.State != BackfillFailed || backfill.Reason != "token" ||
		backfill.Found != 200 {
		t.Errorf("backfill %+v", backfill)
	}
	if got := w.OpenTodos(); got != "token.revoked" {
		t.Errorf("to-dos %q", got)
	}
	if wait, err = w.s.FetchPast(w.Context(), a.ID); err != nil || wait != 0 {
		t.Errorf("a failed backfill goes on: %v, %v", wait, err)
	}
}

func TestOnlyAnAdministratorBackfills(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	if err := w.s.StartBackfill(w.Context(), w.boss, a.ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a supervisor backfills: %v", err)
	}
	if _, err := w.s.ImportPast(
		w.Context(),
		w.User("朝阳主管", access.Supervisor, "朝阳区"),
		a.ID,
		"x",
		strings.NewReader(""),
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("another unit imports: %v", err)
	}
	m, err := w.accounts.Create(w.Context(), w.admin, account.Draft{
		UnitID:    a.UnitID,
		Handle:    "手动",
		Seat:      account.Main,
		Connector: account.Manual,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.StartBackfill(w.Context(), w.admin, m.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("an account without an interface: %v", err)
	}
}

func TestPastPostsComeFromAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	file := "\ufeff微博ID,发布时间,正文,是否原创,转发数,评论数,点赞数,阅读数\r\n" +
		"'4000000000000001,2026-10-01 08:30,\"国庆假期空气质量预报，\n以优良为主\",是,12,3,\"1,024\",\r\n" +
		"4000000000000002,2026/10/2 9:00,转发,否,1,0,0,500\r\n" +
		"abc,2026-10-02 09:00,坏的编号,,,,,\r\n" +
		"4000000000000003,昨天,坏的时间,,,,,\r\n" +
		"4000000000000004,2026-10-03,坏的数字,,x,,,\r\n" +
		"4000000000000005,2026-10-03,负数,,-1,,,\r\n"
	importReport, err := w.s.ImportPast(w.Context(), w.admin, a.ID, "past.csv", strings.NewReader(file))
	if err != nil || importReport.Rows != 6 || importReport.Added != 2 || len(importReport.Rejects) != 4 {
		t.Fatalf("report %+v, %v", importReport, err)
	}

	for _, rejected := range importReport.Rejects {
		if rejected.Reason.Label() == "" || rejected.Line == 0 {
			t.Errorf("line %d is refused without a word", rejected.Line)
		}
	}
	if n := one[int](w, `SELECT count(*) FROM account_days
			WHERE (day = '2026-10-01' AND likes = 1024 AND reads IS NULL AND originals = 1)
			OR (day = '2026-10-02' AND reads = 500 AND originals = 0)`); n != 2 {
		t.Errorf("%d days are right", n)
	}
	again, err := w.s.ImportPast(w.Context(), w.admin, a.ID, "past.csv", strings.NewReader(file))
	if err != nil || again.Added != 0 {
		t.Errorf("the same file again: %+v, %v", again, err)
	}
}

func TestAJSONFileIsReadToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	file := `[{"id":"4000000000000001","posted_at":"2026-10-01T08:30:00+08:00","text":"甲","likes":3,"reads":90},{"id":"0","posted_at":"","text":""}]`
	importReport, err := w.s.ImportPast(w.Context(), w.admin, a.ID, "past.json", strings.NewReader(file))
	if err != nil || importReport.Added != 1 || len(importReport.Rejects) != 1 {
		t.Errorf("report %+v, %v", importReport, err)
	}
}

func TestAFileThatCannotBeReadIsRefusedAtItsField(t *testing.T) {
	t.Parallel()

	for name, content := range map[string]string{
		"empty":            " ",
		"no JSON":          "[1",
		"no head":          "a,b\n1,2",
		"bad quotes":       "\"",
		"breaks off":       `[{"id":1}`,
		"no list":          `{"user":{}}`,
		"many open quotes": "id,posted_at,text\n" + strings.Repeat("1,2026-10-01,\"x\n", 1200),
		"too long":         tooLong(),
	} {
		err := rowReader{time.Now()}.readImport([]byte(content), func(int, fresh, Unfit) error { return nil })
		if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "file" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func tooLong() string {
	var b strings.Builder
	b.WriteString("id,posted_at,text\n")

	for i := range maxImportRows + 1 {
		fmt.Fprintf(&b, "%d,2026-10-01,x\n", i+1)
	}

	return b.String()
}

// past is how many posts the platform counts for the main account.
func past(w *world) int {
	w.Helper()
	list, err := w.s.api.UsersCounts(w.Context(), weibo.Token(w.Weibo.Token("环保北京")), []string{"5600000001"})
	if err != nil || len(list) != 1 {
		w.Fatalf("count of posts: %v, %v", list, err)
	}

	return int(list[0].Posts)
}
