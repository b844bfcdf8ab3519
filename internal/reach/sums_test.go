package reach

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/migrations"
)

// ledger is what a random life of a matrix left behind, kept beside the database: figures are counted anew
// from it, post by post and reading by reading.
type ledger struct {
	*world
	random   *rand.Rand
	units    []int64
	accounts []int64
	posts    int
}

// rawPost and rawReading are what the platform told.
type rawPost struct {
	AccountID                int64
	Path                     string
	PostedAt                 time.Time
	Original                 bool
	Reposts, Comments, Likes int64
	Reads                    *int64
}

type rawReading struct {
	AccountID int64
	Path      string
	TakenAt   time.Time
	Followers int64
}

// TestTheSumsEqualARecountFromRaw lives random lives: posts come, change and go, followers are read with
// gaps, accounts and units move, accounts leave, and the sums are brought up to date now and then. Whatever
// is asked of them must be what the posts and the readings say themselves, in the tree of that moment.
func TestTheSumsEqualARecountFromRaw(t *testing.T) {
	t.Parallel()

	for life := range 3 {
		seed := uint64(time.Now().UnixNano()) + uint64(life)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			l := &ledger{world: newWorld(t, 0), random: rand.New(rand.NewPCG(seed, 1))}
			l.begin()

			for range 8 {
				l.lived(12)
				l.compare(t)
			}
		})
	}
}

// TestAnUpgradeSumsWhatIsThere: the figures of an installation that had days before there were sums are whole
// as soon as the migration is done, and go on from there.
func TestAnUpgradeSumsWhatIsThere(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	l := &ledger{world: newWorld(t, 0), random: rand.New(rand.NewPCG(seed, 1))}
	l.begin()
	l.lived(60)

	text, err := migrations.FS.ReadFile("00210_figure_sums.sql")
	if err != nil {
		t.Fatal(err)
	}

	up, down, _ := strings.Cut(string(text), "-- +goose Down")
	for _, sql := range []string{down, up} {
		if _, err := l.DB.Pool().Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}

	if n := one[int](l.world, `SELECT count(*) FROM figures_stale`); n != 0 {
		t.Errorf("seed %d: %d notes are left for a job", seed, n)
	}
	l.compare(t)
	l.lived(12)
	l.compare(t)
}

// lived lets so many things happen.
func (l *ledger) lived(times int) {
	for range times {
		l.live()
	}
}

// begin makes four more units below the two there are, and eight accounts.
func (l *ledger) begin() {
	l.Unit("街道甲", "朝阳区", "bureau")
	l.Unit("街道乙", "朝阳区", "bureau")
	l.Unit("监测站", "北京市环境保护局", "bureau")
	l.Unit("分站", "监测站", "bureau")

	for _, unit := range l.Units {
		l.units = append(l.units, unit.UnitID)
	}
	slices.Sort(l.units)

	for i := range 8 {
		l.accounts = append(l.accounts, one[int64](l.world, `INSERT INTO accounts (unit_id, platform, handle,
				display_name, seat, state, connector, late_limit, min_gap, auto_resend, position, created_at)
			VALUES ($1, 'weibo', $2, $2, 'district', 'live', 'commercial', '1 hour', '1 minute', false,
			$3, now())
			RETURNING id`, l.any(l.units), fmt.Sprint("样本", i), i))
	}
}

func (l *ledger) any(ids []int64) int64 { return ids[l.random.IntN(len(ids))] }

// at is an instant of the last 130 days, as often as not within an hour of midnight in Shanghai.
func (l *ledger) at() time.Time {
	midnight := beijing.Day(l.Now()).AddDate(0, 0, -l.random.IntN(130))
	if l.random.IntN(2) == 0 {
		return midnight.Add(time.Duration(l.random.IntN(7200)-3600) * time.Second)
	}

	return midnight.Add(time.Duration(l.random.IntN(24)) * time.Hour)
}

// live is one thing that happens.
func (l *ledger) live() {
	account := l.any(l.accounts)

	switch l.random.IntN(12) {
	case 0, 1, 2, 3:
		l.post(account)
	case 4:
		l.Exec(`UPDATE platform_posts SET state = 'removed' WHERE id = (SELECT min(id) FROM platform_posts
			WHERE account_id = $1 AND state <> 'removed')`, account)
		l.roll(account)
	case 5:
		l.Exec(
			`UPDATE platform_posts SET reposts = reposts + 3, likes = likes + 9 WHERE account_id = $1`,
			account,
		)
		l.roll(account)
	case 6, 7, 8:
		l.read(account)
	case 9:
		l.Exec(`UPDATE accounts SET unit_id = $2 WHERE id = $1`, account, l.any(l.units))
	case 10:
		l.move(l.any(l.units), l.any(l.units))
	case 11:
		if l.random.IntN(3) == 0 {
			l.Exec(`UPDATE accounts SET state = 'closed' WHERE id = $1`, account)
		}
		l.summed()
	}
}

func (l *ledger) post(account int64) {
	l.posts++
	var reads any
	if l.random.IntN(2) == 0 {
		reads = l.random.IntN(1000)
	}
	at := l.at()
	l.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes, reads)
		VALUES ($1, 'weibo', $2, 'past', $3, '', $4, 0, 'live', now(), $5, $6, $7, $8)`,
		account, fmt.Sprint("r", l.posts), at, l.random.IntN(3) > 0,
		l.random.IntN(50), l.random.IntN(50), l.random.IntN(50), reads)
	if err := rollDays(l.Context(), l.DB.Pool(), account, daysOf([]time.Time{at})); err != nil {
		l.Fatal(err)
	}
}

// roll computes all days of an account anew.
func (l *ledger) roll(account int64) {
	instants, err := column[time.Time](l.Context(), l.DB.Pool(),
		`SELECT posted_at FROM platform_posts WHERE account_id = $1`, account)
	if err == nil {
		err = rollDays(l.Context(), l.DB.Pool(), account, daysOf(instants))
	}
	if err != nil {
		l.Fatal(err)
	}
}

// read reads the followers of an account on some days in a row, or of now and then one.
func (l *ledger) read(account int64) {
	at := l.at()
	for range 1 + l.random.IntN(40) {
		l.Exec(`INSERT INTO account_readings (account_id, taken_at, followers, friends, statuses)
			VALUES ($1, $2, $3, 0, 0) ON CONFLICT DO NOTHING`, account, at, 1000+l.random.IntN(500))
		at = at.AddDate(0, 0, 1+l.random.IntN(20)/19)
	}
	from := beijing.Day(l.Now()).AddDate(0, 0, -140)
	if err := rollFollowers(l.Context(), l.DB.Pool(), from, from.AddDate(0, 0, 200)); err != nil {
		l.Fatal(err)
	}
}

// move puts a unit with all below it under another one, where that makes no ring.
func (l *ledger) move(unit, under int64) {
	path := one[string](l.world, `SELECT path FROM units WHERE id = $1`, unit)
	to := one[string](l.world, `SELECT path FROM units WHERE id = $1`, under)
	if strings.Count(path, "/") == 2 || strings.HasPrefix(to, path) {
		return
	}
	next := to + fmt.Sprint(unit) + "/"
	l.Exec(`UPDATE units SET parent_id = $2 WHERE id = $1`, unit, under)
	l.Exec(
		`UPDATE units SET path = $2 || substr(path, $3) WHERE starts_with(path, $1)`,
		path,
		next,
		len(path)+1,
	)
}

// compare asks for some periods of some parts of the tree.
func (l *ledger) compare(t *testing.T) {
	t.Helper()
	posts, err := rows[rawPost](
		l.Context(),
		l.DB.Pool(),
		`SELECT p.account_id, u.path, p.posted_at, p.original,
		p.reposts, p.comments, p.likes, p.reads FROM platform_posts p JOIN accounts a ON a.id = p.account_id
		JOIN units u ON u.id = a.unit_id WHERE p.state <> 'removed'`,
	)
	if err != nil {
		t.Fatal(err)
	}
	readings, err := rows[rawReading](l.Context(), l.DB.Pool(), `SELECT r.account_id, u.path, r.taken_at,
		r.followers FROM account_readings r JOIN accounts a ON a.id = r.account_id
		JOIN units u ON u.id = a.unit_id ORDER BY r.taken_at`)
	if err != nil {
		t.Fatal(err)
	}

	for range 5 {
		unit := l.any(l.units)
		path := one[string](l.world, `SELECT path FROM units WHERE id = $1`, unit)
		from := beijing.Day(l.Now()).AddDate(0, 0, -l.random.IntN(120))
		period := Period{From: from, To: from.AddDate(0, 0, 1+l.random.IntN(60))}
		actor, role := l.boss, "a supervisor of the bureau"
		if l.random.IntN(3) == 0 {
			role = "an officer of the unit alone"
			actor = access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.PressOfficer, Path: path}}}
		}
		got, err := l.summed().Matrix(l.Context(), actor, period, View{
			UnitPath: path, Sort: Sort{By: "interactions", Down: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		inside := func(at string) bool { return strings.HasPrefix(at, path) }
		if role != "a supervisor of the bureau" {
			inside = func(at string) bool { return at == path }
		}
		want := recount(posts, readings, period, inside)
		if !l.anybody(period, path, role != "a supervisor of the bureau") {
			want = recounted{days: want.days} // without an account there are no figures, not even 0
		}
		if told := tell(got); told != want.tell() {
			t.Errorf("%s sees at %s in %v to %v:\n%s\nand raw says\n%s",
				role, path, period.From, period.To, told, want.tell())
		}
	}
}

// anybody tells whether a matrix has accounts: live ones, or such as had days in the period or the one
// before.
func (l *ledger) anybody(period Period, path string, alone bool) bool {
	below := path + "%"
	if alone {
		below = path
	}

	return one[bool](l.world, `SELECT EXISTS (SELECT FROM accounts a JOIN units u ON u.id = a.unit_id
		WHERE u.path LIKE $1 AND (a.state <> 'closed' OR EXISTS (SELECT FROM account_days d
			WHERE d.account_id = a.id AND d.day >= $2::date AND d.day < $3::date)))`,
		below, beijing.Date(period.Before().From), beijing.Date(period.To))
}

// counted anew: the sums and the days of a period, and each account's share.
type recounted struct {
	total                                    Row
	known, knownBefore                       bool
	posts, postsBefore, reactions, reactBack int64
	days                                     []Point
	of                                       map[int64][2]int64 // posts and interactions of an account
}

func recount(posts []rawPost, readings []rawReading, period Period, inside func(string) bool) recounted {
	out := recounted{days: make([]Point, period.Days()), of: map[int64][2]int64{}}
	before := period.Before()

	for _, post := range posts {
		if !inside(post.Path) || !post.PostedAt.Before(period.To) {
			continue
		}
		n := post.Reposts + post.Comments + post.Likes
		out.known = true
		out.knownBefore = out.knownBefore || post.PostedAt.Before(before.To)

		switch {
		case post.PostedAt.Before(before.From):
		case post.PostedAt.Before(period.From):
			out.postsBefore, out.reactBack = out.postsBefore+1, out.reactBack+n
		default:
			out.posts, out.reactions = out.posts+1, out.reactions+n
			out.of[post.AccountID] = [2]int64{out.of[post.AccountID][0] + 1, out.of[post.AccountID][1] + n}
			day := &out.days[int(beijing.Day(post.PostedAt).Sub(period.From)/day)]
			day.Posts, day.Likes = plus(day.Posts, ptr(1)), plus(day.Likes, ptr(n))
			if post.Original {
				out.total.Originals++
			}
			if post.Reads != nil {
				out.total.Reads = plus(out.total.Reads, post.Reads)
				out.total.ReadPosts++
			}
		}
	}
	out.followers(readings, period, inside)

	return out
}

// followers adds up, for each day, the accounts that were read on nine of ten days.
func (r *recounted) followers(readings []rawReading, period Period, inside func(string) bool) {
	days := map[int64]map[int]int64{}
	most := 0

	for _, reading := range readings {
		if !inside(reading.Path) || reading.TakenAt.Before(period.From) ||
			!reading.TakenAt.Before(period.To) {
			continue
		}
		of := days[reading.AccountID]
		if of == nil {
			of = map[int]int64{}
			days[reading.AccountID] = of
		}
		of[int(beijing.Day(reading.TakenAt).Sub(period.From)/day)] = reading.Followers
		most = max(most, len(of))
	}

	for i := range r.days {
		sum, all, any := int64(0), true, false

		for _, of := range days {
			if len(of)*10 < most*9 {
				continue
			}
			n, read := of[i]
			sum, all, any = sum+n, all && read, true
		}
		if all && any {
			r.days[i].Followers = &sum
		}
	}
}

func (r recounted) tell() string {
	var b strings.Builder
	fmt.Fprint(&b, "all: ")
	if r.known {
		fmt.Fprint(&b, r.posts, " posts ", r.reactions, " reactions ")
	}
	if r.knownBefore {
		fmt.Fprint(&b, r.postsBefore, " posts ", r.reactBack, " reactions before ")
	}
	fmt.Fprintln(&b, r.total.Originals, show(r.total.Reads), r.total.ReadPosts)
	tellDays(&b, r.days)

	var ids []int64
	for id := range r.of {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int {
		if r.of[a][1] != r.of[b][1] {
			return int(r.of[b][1] - r.of[a][1])
		}

		return int(a - b)
	})

	for _, id := range ids {
		fmt.Fprintln(&b, "account", id, r.of[id][0], r.of[id][1])
	}

	return b.String()
}

func tell(m Matrix) string {
	var b strings.Builder
	fmt.Fprint(&b, "all: ")
	if m.Total.Posts.Now != nil {
		fmt.Fprint(&b, *m.Total.Posts.Now, " posts ", *m.Total.Interacted.Now, " reactions ")
	}
	if m.Total.Posts.Before != nil {
		fmt.Fprint(&b, *m.Total.Posts.Before, " posts ", *m.Total.Interacted.Before, " reactions before ")
	}
	fmt.Fprintln(&b, m.Total.Originals, show(m.Total.Reads), m.Total.ReadPosts)

	days := slices.Clone(m.Days)
	for i, d := range days {
		days[i].Likes = d.Interactions()
		if d.Posts != nil && *d.Posts == 0 {
			days[i].Posts, days[i].Likes = nil, nil // read, or emptied, and without a post
		}
	}
	tellDays(&b, days)

	for _, row := range m.Rows {
		if row.Posts.Now != nil && *row.Posts.Now > 0 {
			fmt.Fprintln(&b, "account", row.AccountID, *row.Posts.Now, *row.Interacted.Now)
		}

		sum := int64(0)
		for _, n := range row.Daily {
			sum += n
		}
		if sum != value(row.Interacted.Now) {
			fmt.Fprintln(&b, "account", row.AccountID, "by day", sum, "and not", value(row.Interacted.Now))
		}
	}

	return b.String()
}

func tellDays(b *strings.Builder, days []Point) {
	for i, d := range days {
		if d.Posts != nil || d.Followers != nil {
			fmt.Fprintln(b, "day", i, show(d.Posts), show(d.Likes), show(d.Followers))
		}
	}
}
