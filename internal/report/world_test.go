package report

import (
	"log/slog"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/pdf"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/reach"
)

// world is a bureau (unit 1, account 1) with its centre (2, accounts 2 and 3) and its district (3, account
// 4), with posts and days of the third quarter.
type world struct {
	*testing.T
	db *pg.DB
	s  *Service
	at time.Time

	officer, reviewer, boss, deputy, district, districtBoss, auditor access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{T: t, db: pgtest.New(t), at: time.Date(2026, 10, 9, 1, 30, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "专员", "审核员", "主管", "副主管", "朝阳专员", "朝阳主管", "审计员")
	stage.BureauAccounts(t, w.db)
	w.exec("UPDATE accounts SET created_at = '2026-01-01'")

	clock := func() time.Time { return w.at }
	rules := inspect.New(w.db, clock)
	accounts := account.New(w.db, stage.Box(t, 7), nil, account.Options{Now: clock})
	w.s = New(w.db, Sources{
		Reach:   reach.New(w.db, nil, accounts, reach.Options{Now: clock}),
		Inspect: rules,
		Faults:  faultbook.New(w.db, rules, clock),
		PDF:     pdf.New("", "", slog.New(slog.DiscardHandler)),
	}, clock)
	w.officer = person(1, access.PressOfficer, 1, "/1/")
	w.reviewer = person(2, access.Reviewer, 1, "/1/")
	w.boss = person(3, access.Supervisor, 1, "/1/")
	w.deputy = person(4, access.Supervisor, 1, "/1/")
	w.district = person(5, access.PressOfficer, 3, "/1/3/")
	w.districtBoss = person(6, access.Supervisor, 3, "/1/3/")
	w.auditor = person(7, access.Auditor, 1, "/1/")
	w.figures()
	w.must(w.s.from.Reach.SumUp(w.Context()))

	return w
}

func person(id int64, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
}

// figures are posts of the quarter and of the one before, their days, and a fault of each quarter.
func (w *world) figures() {
	w.Helper()
	w.exec(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
SELECT a, 'weibo', a || '-' || n, 'past', timestamptz '2026-06-20 08:00+08' + n * interval '3 days',
    '今日空气质量' || n, n % 3 > 0, 0, 'live', now(), a * n, n, 2 * n
FROM generate_series(1, 3) a, generate_series(0, 33) n`)
	w.exec(`
INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes, read_posts)
SELECT account_id, (posted_at AT TIME ZONE 'Asia/Shanghai')::date, 1000 * account_id + row_number() OVER (),
    count(*), count(*) FILTER (WHERE original), sum(reposts), sum(comments), sum(likes), 0
FROM platform_posts GROUP BY 1, 2`)
	w.exec(`
INSERT INTO faults (account_id, unit_id, code, subject, source, description, state, opened_at, updated_at)
VALUES (1, 1, 'wording', 'a', 'person', '=错别字', 'closed', '2026-07-05', '2026-07-06'),
    (4, 3, 'link_dead', 'b', 'person', '打不开', 'open', '2026-09-30 23:30+08', '2026-10-01'),
    (2, 2, 'other', 'c', 'person', '时段之外', 'open', '2026-10-01 00:30+08', '2026-10-01')`)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

func (w *world) one(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

// lastQuarter asks for a report of a kind on the third quarter of the whole bureau.
func lastQuarter(kind Kind) Ask {
	return Ask{Kind: kind, UnitID: 1, From: "2026-07-01", To: "2026-09-30"}
}

func (w *world) make(actor access.Actor, ask Ask) Paper {
	w.Helper()
	made, err := w.s.Make(w.Context(), actor, ask)
	w.must(err)
	paper, err := w.s.Find(w.Context(), actor, made.ID)
	w.must(err)

	return paper
}

func (w *world) wantKind(what string, err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("%s: %v, want %v", what, err, kind)
	}
}

// table finds a table of a report.
func (w *world) table(paper Paper, name string) Table {
	w.Helper()

	for _, section := range paper.Figures.Sections {
		for _, table := range section.Tables {
			if table.Name == name {
				return table
			}
		}
	}
	w.Fatalf("there is no table %s", name)

	return Table{}
}
