package peer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/peer"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/reach"
	"juzhen/internal/weibo"
)

// world is a bureau with peers; what the platform says of them stands in counts, by UID.
type world struct {
	*testing.T
	*peer.Service
	db   *pg.DB
	now  time.Time
	boss access.Actor

	counts map[string]weibo.UserCount
	silent bool // no token works
	calls  [][]string
	own    []reach.Row
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, db: pgtest.New(t), now: time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC),
		counts: map[string]weibo.UserCount{},
	}
	stage.Bureau(t, w.db, "主管", "朝阳主管")
	w.boss = supervisor(1, 1, "/1/")
	w.Service = peer.New(w.db, w, func() time.Time { return w.now })

	return w
}

func supervisor(id, unit int64, path string) access.Actor {
	return access.Actor{
		UserID: id, Name: "主管", Grants: []access.Grant{{Role: access.Supervisor, UnitID: unit, Path: path}},
	}
}

// Matrix gives our accounts.
func (w *world) Matrix(
	context.Context, access.Actor, reach.Period, reach.View,
) (reach.Matrix, error) {
	return reach.Matrix{Rows: w.own}, nil
}

// CountsOf answers as the platform does.
func (w *world) CountsOf(_ context.Context, uids []string) (counts []weibo.UserCount, ok bool, err error) {
	w.calls = append(w.calls, uids)

	for _, uid := range uids {
		if count, known := w.counts[uid]; known {
			counts = append(counts, count)
		}
	}

	return counts, !w.silent, nil
}

// GiveWay never does.
func (w *world) GiveWay(context.Context) error { return nil }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) read() int {
	w.Helper()
	n, err := w.Read(w.Context())
	w.must(err)

	return n
}

// says sets what the platform counts of an account.
func (w *world) says(uid string, followers, posts int64) {
	w.counts[uid] = weibo.UserCount{UID: uid, Followers: followers, Friends: 1, Posts: posts}
}

// table writes a league table as "own rank/of value | name rank/of value".
func (w *world) table(id int64, measure peer.Measure, from, to string) string {
	w.Helper()
	period, err := reach.ParsePeriod("", from, to, w.now)
	w.must(err)
	league, err := w.League(w.Context(), w.boss, id, measure, period)
	w.must(err)
	lines := func(all []peer.Line) (told []string) {
		for _, line := range all {
			value := "-"
			if line.Value != nil {
				value = fmt.Sprint(*line.Value)
			}
			told = append(told, fmt.Sprintf("%s %d/%d %s", line.Name, line.Place.Rank, line.Place.Of, value))
		}

		return told
	}

	return strings.Join(lines(league.Own), ", ") + " | " + strings.Join(lines(league.Peers), ", ")
}

func number(n int64) *int64 { return &n }

// TestOursStandAmongPeers: counts are read once a day; what the platform keeps back and what was not read
// before the period stays missing; a file fills days, and never over what was read.
func TestOursStandAmongPeers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	group, err := w.Create(ctx, w.boss, 1, "各省厅")
	w.must(err)

	for _, added := range []peer.Peer{
		{UID: "100001", Name: "@甲省", Bureau: "甲省厅"}, {UID: "100002", Name: "乙省"}, {UID: "100003", Name: "丙省"},
	} {
		group, err = w.Add(ctx, w.boss, group.ID, group.Revision, added)
		w.must(err)
	}
	w.says("100001", 1000, 50)
	w.says("100002", 3000, 10)
	w.counts["100003"] = weibo.UserCount{UID: "100003"} // kept back
	w.own = []reach.Row{
		{AccountID: 1, Handle: "环保北京", Followers: number(2000), Gained: reach.Change{Now: number(30)}},
		{AccountID: 2, Handle: "京环之声"},
	}

	if n := w.read(); n != 3 {
		t.Errorf("asked for %d", n)
	}
	if n := w.read(); n != 0 {
		t.Errorf("asked again for %d within hours", n)
	}
	first := "环保北京 2/3 2000, 京环之声 0/0 - | 乙省 1/2 3000, 甲省 2/2 1000, 丙省 0/0 -"
	if got := w.table(group.ID, peer.Followers, "2026-12-01", "2026-12-01"); got != first {
		t.Errorf("followers: %s", got)
	}
	if got := w.table(group.ID, peer.Growth, "2026-12-01", "2026-12-01"); got !=
		"环保北京 1/1 30, 京环之声 0/0 - | 甲省 0/0 -, 乙省 0/0 -, 丙省 0/0 -" {
		t.Errorf("growth without a reading before: %s", got)
	}

	file := "微博UID,账号名称,日期,粉丝数,微博总数\n100002,乙省,2026-11-30,2950,8\n" +
		"100002,乙省,2026-12-01,1,1\n100003,丙省,2026/11/30,9,\n100004,丁省,,,\n"
	made, err := w.Import(ctx, w.boss, group.ID, group.Revision, []byte(file))
	w.must(err)
	if made.Peers != 1 || made.Days != 2 || made.Left != 0 {
		t.Errorf("imported %+v", made)
	}
	w.now = w.now.AddDate(0, 0, 1)
	w.says("100001", 1010, 53)
	w.says("100002", 2990, 10)
	w.read()

	if got := w.table(group.ID, peer.Growth, "2026-12-02", "2026-12-02"); got !=
		"环保北京 1/3 30, 京环之声 0/0 - | 甲省 1/2 10, 乙省 2/2 -10, 丙省 0/0 -, 丁省 0/0 -" {
		t.Errorf("growth of a day: %s", got)
	}
	if got := w.table(group.ID, peer.Growth, "2026-12-01", "2026-12-02"); got !=
		"环保北京 2/2 30, 京环之声 0/0 - | 乙省 1/1 40, 甲省 0/0 -, 丙省 0/0 -, 丁省 0/0 -" {
		t.Errorf("growth over two days: %s", got)
	}
	if got := w.table(group.ID, peer.Posts, "2026-12-02", "2026-12-02"); got !=
		"环保北京 0/0 -, 京环之声 0/0 - | 甲省 1/2 3, 乙省 2/2 0, 丙省 0/0 -, 丁省 0/0 -" {
		t.Errorf("posts of a day: %s", got)
	}
}

// TestPeersAreAskedForAHundredACall: and nothing is lost where no token works, or for one in two groups.
func TestPeersAreAskedForAHundredACall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	var file strings.Builder
	file.WriteString("UID,name\n")

	for i := range 250 {
		fmt.Fprintf(&file, "%d,甲%d\n", 200_000+i, i)
		w.says(fmt.Sprint(200_000+i), int64(i+1), 1)
	}

	for _, name := range []string{"一组", "二组"} {
		group, err := w.Create(ctx, w.boss, 1, name)
		w.must(err)
		_, err = w.Import(ctx, w.boss, group.ID, group.Revision, []byte(file.String()))
		w.must(err)
	}
	w.silent = true
	if n := w.read(); n != 0 || len(w.calls) != 1 {
		t.Errorf("%d asked for in %d calls without a token", n, len(w.calls))
	}
	w.silent, w.calls = false, nil
	if n := w.read(); n != 250 || len(w.calls) != 3 || len(w.calls[2]) != 50 {
		t.Errorf("%d asked for in %d calls", n, len(w.calls))
	}
	var days int
	w.must(w.db.Pool().QueryRow(ctx, "SELECT count(*) FROM peer_days").Scan(&days))
	if days != 500 {
		t.Errorf("%d days are kept", days)
	}

	w.now = w.now.AddDate(0, 0, peer.KeepDays+2)
	w.silent = true
	w.read()
	w.must(w.db.Pool().QueryRow(ctx, "SELECT count(*) FROM peer_days").Scan(&days))
	if days != 0 {
		t.Errorf("%d days are kept after their time", days)
	}
}

// TestARowThatIsWrongCostsThatRow: each wrong cell is named by row and column, the rest is taken in.
func TestARowThatIsWrongCostsThatRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, err := w.Create(t.Context(), w.boss, 1, "各省厅")
	w.must(err)
	file := strings.Join([]string{
		"微博UID,账号名称,所属单位,日期,粉丝数,微博总数",
		"100001,甲省,甲省厅,2026-11-30,\"1,200\",7",
		"不是数字,乙省,,,,",
		"100003,,,,,",
		"100004,丁省,,,5,",
		"100005,戊省,,2027-01-01,5,",
		"100006,己省,,2026-11-31,5,",
		"100007,庚省,,2026-11-30,-5,",
		"100008,辛省,,2026-11-30,,",
		",,,,,",
		"100009,壬省,,2026年11月30日,12,",
	}, "\n")
	made, err := w.Import(t.Context(), w.boss, group.ID, group.Revision, []byte(file))
	w.must(err)
	var told []string

	for _, one := range made.Faults {
		told = append(told, fmt.Sprint(one.Row, one.Column))
	}
	want := "3微博UID 4账号名称 5日期 6日期 7日期 8粉丝数 9粉丝数"
	if got := strings.Join(told, " "); got != want || made.Left != 7 {
		t.Errorf("%d rows left out: %s, want %s", made.Left, got, want)
	}
	if made.Peers != 2 || made.Days != 2 {
		t.Errorf("%+v", made)
	}
	period := "甲省 1/2 1200, 壬省 2/2 12"
	if got := w.table(group.ID, "", "2026-11-30", "2026-11-30"); got != " | "+period {
		t.Errorf("%s", got)
	}

	for name, file := range map[string]string{
		"nothing right": "uid,name\nx,y\n", "no column": "name\n甲\n", "empty": "", "only a head": "uid,name\n",
	} {
		if _, err := w.Import(t.Context(), w.boss, group.ID, group.Revision+1, []byte(file)); !fault.Is(
			err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGroupsBelongToTheirUnit: who may not is told so, a stale form changes nothing, and a group that was
// given up is gone from the list and leaves its name free.
func TestGroupsBelongToTheirUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	district := supervisor(2, 3, "/1/3/")
	officer := access.Actor{Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}}}

	if _, err := w.Create(ctx, district, 1, "各省厅"); err == nil {
		t.Error("a district made a group of the bureau")
	}
	group, err := w.Create(ctx, w.boss, 1, "各省厅")
	w.must(err)
	if _, err := w.Create(ctx, w.boss, 1, " 各省厅 "); !fault.Is(err, fault.KindConflict) {
		t.Errorf("the same name twice: %v", err)
	}
	if _, err := w.Find(ctx, district, group.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district sees it: %v", err)
	}
	one := peer.Peer{UID: "100001", Name: "甲省"}
	if _, err := w.Add(ctx, officer, group.ID, 1, one); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a press officer: %v", err)
	}
	if _, err := w.Add(ctx, w.boss, group.ID, 1, peer.Peer{UID: "1", Name: "甲省"}); !fault.Is(
		err, fault.KindInvalid) {
		t.Errorf("no UID: %v", err)
	}
	group, err = w.Add(ctx, w.boss, group.ID, 1, one)
	w.must(err)
	if _, err := w.Add(ctx, w.boss, group.ID, 1, peer.Peer{UID: "100002", Name: "乙省"}); !fault.Is(
		err, fault.KindConflict) {
		t.Errorf("a stale form: %v", err)
	}
	if _, err := w.Add(ctx, w.boss, group.ID, group.Revision, one); !fault.Is(err, fault.KindConflict) {
		t.Errorf("the same account twice: %v", err)
	}
	if _, err := w.Drop(ctx, w.boss, group.ID, group.Revision, 99); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("an account there is not: %v", err)
	}
	_, err = w.Retire(ctx, w.boss, group.ID, group.Revision)
	w.must(err)
	if list, err := w.Groups(ctx, w.boss); err != nil || len(list) != 0 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if n := w.read(); n != 0 || len(w.calls) != 0 {
		t.Error("its accounts are still read")
	}
	_, err = w.Create(ctx, w.boss, 1, "各省厅")
	w.must(err)
	var acts int
	w.must(
		w.db.Pool().
			QueryRow(ctx, `SELECT count(*) FROM audit_entries WHERE action LIKE 'peer.%'`).
			Scan(&acts),
	)
	if acts != 4 {
		t.Errorf("%d acts in the trail", acts)
	}
}
