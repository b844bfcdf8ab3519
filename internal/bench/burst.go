package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// field is a database of many accounts, a stub and a console to be measured.
type field struct {
	*stage
	dir       string
	self      string // this program, which is also stub and bare client
	url       string
	db        *pg.DB
	stub      *program
	api, ctl  string
	console   *console
	posts     *post.Service
	acts      *delivery.Service
	n         int
	token     string // of a signed-in session
	log       io.Writer
	pace      pace
	histories int               // files of past posts that came in
	ahead     int               // so many due at one instant are marked ahead of it; 0: never
	prepared  time.Duration     // from sowing the last burst until all of it was prepared
	profile   string            // folder for CPU profiles; empty: none
	libraries map[int]*pg.DB    // databases with so many published texts
	checks    map[string]*pg.DB // by which lists are in force
	inbox     *hall             // made once
}

func (s *stage) newField(ctx context.Context, figureOptions FigureOptions) (f *field, err error) {
	f = &field{
		stage:   s,
		dir:     filepath.Join(s.dir, "field"),
		self:    figureOptions.Self,
		n:       figureOptions.Accounts,
		log:     figureOptions.Out,
		profile: figureOptions.Profile,
		ahead:   figureOptions.Ahead,
	}
	if err := os.Mkdir(f.dir, 0o755); err != nil {
		return nil, err
	}
	if f.stub, err = startProgram(
		"stub",
		filepath.Join(f.dir, "stub.log"),
		nil,
		f.self,
		"bench",
		"stub",
	); err != nil {
		return f, err
	}
	line, err := f.stub.awaitLine("listening on ", slack(10*second))
	if err != nil {
		return f, err
	}
	_, rest, _ := strings.Cut(line, "listening on ")
	f.api, f.ctl, _ = strings.Cut(strings.TrimSpace(rest), " ")
	if f.url, f.db, err = f.open(ctx); err != nil {
		return f, err
	}
	f.posts, f.acts = post.New(
		f.db,
		rulesOfBench,
		time.Now,
	), delivery.New(
		f.db,
		delivery.Options{Rules: rulesOfBench},
	)
	if err := seedAccounts(
		ctx,
		f.db,
		s.box,
		seats(1, f.n),
		"commercial",
		func(s seat) string { return string(burstToken(s.ID)) },
	); err != nil {
		return f, err
	}
	// Readings of reach have a budget of their own and begin for each account when it is new; ten
	// thousand new ones at once are not what is measured here.
	_, err = f.db.Pool().Exec(ctx, `
		INSERT INTO account_watches (account_id, since, next_at, reason)
			SELECT id, now(), now() + interval '1 day', 'bench' FROM accounts`)

	return f, err
}

// open makes a fresh database with people in it.
func (f *field) open(ctx context.Context) (string, *pg.DB, error) {
	name, err := f.database(ctx, f.server)
	if err != nil {
		return "", nil, err
	}
	db, err := pg.Open(ctx, f.server.URL(name), pg.Options{Name: "bench", MaxConns: 8, Log: f.stage.log})
	if err != nil {
		return "", nil, err
	}
	if f.profile != "" {
		if _, err := db.Pool().Exec(ctx, "CREATE EXTENSION pg_stat_statements"); err != nil {
			return "", nil, err
		}
	}
	_, err = db.Pool().Exec(ctx, peopleSQL)

	return f.server.URL(name), db, err
}

func (f *field) close() {
	if f.console != nil {
		f.console.stop(15 * second)
	}
	if f.stub != nil {
		f.stub.kill()
	}

	for _, db := range f.checks {
		db.Close()
	}

	for _, db := range f.libraries {
		db.Close()
	}
	if f.inbox != nil {
		f.inbox.close()
	}
	if f.db != nil {
		f.db.Close()
	}
}

// start runs a console with the settings of an installation, but for reading back, which is no part of
// what is measured.
func (f *field) start(url string, env ...string) (*console, error) {
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c := &console{listen: listen}
	if f.profile != "" {
		if c.profile, err = freeAddress(); err != nil {
			return nil, err
		}
		env = append(env, "PROFILE="+c.profile)
	}
	began := time.Now()
	c.program, err = startProgram("console", filepath.Join(f.dir, "console.log"), append([]string{
		"JUZHEN_LISTEN=" + listen, "JUZHEN_DATA_DIR=" + f.dir, "JUZHEN_DATABASE_URL=" + url,
		"JUZHEN_SECRET_KEY=" + f.key, "JUZHEN_WEIBO_URL=" + f.api,
		"JUZHEN_WEIBO_COMMERCIAL_URL=" + f.api + "/c", "JUZHEN_READ_BACK=24h",
		"JUZHEN_LOG_LEVEL=warn", "JUZHEN_PREPARE_LEAD=" + longLead.String(),
		"JUZHEN_MARK_AHEAD_FROM=" + strconv.Itoa(f.ahead),
	}, env...), filepath.Join(f.bin, "juzhen"), "serve")
	if err != nil {
		return nil, err
	}
	c.base, err = c.awaitReady(slack(30 * second))
	c.took = time.Since(began)

	return c, err
}

// longLead lets consoles prepare what was sown at once, however long that takes on a busy machine.
const longLead = 10 * time.Minute

// reset forgets what the stub saw and sets its delay.
func (f *field) reset(ctx context.Context, delay time.Duration) error {
	req, err := http.NewRequestWithContext(
		ctx,
		http.MethodPost,
		f.ctl+"/reset?"+url.Values{"delay": {delay.String()}}.Encode(),
		nil,
	)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}

	return res.Body.Close()
}

func (f *field) get(path string, into any) error {
	res, err := http.Get(f.ctl + path)
	if err != nil {
		return err
	}
	defer res.Body.Close()

	return json.NewDecoder(res.Body).Decode(into)
}

// touches waits until the stub saw n calls and gives them.
func (f *field) touches(ctx context.Context, n int) (list []Touch, err error) {
	err = grow(ctx, "calls", n, func() (got int, err error) { return got, f.get("/count", &got) })
	if err != nil {
		return nil, err
	}

	return list, f.get("/seen", &list)
}

// sow copies one approved delivery per account into the database, due as told. It writes what the use
// cases would write.
func (f *field) sow(ctx context.Context, per int, accounts int, due func(i int) time.Time) error {
	var ids struct{ Post, Version, Delivery int64 }
	err := f.db.Pool().QueryRow(ctx, `
		SELECT coalesce((SELECT max(id) FROM all_posts), 0), coalesce((SELECT max(id) FROM post_versions), 0),
			coalesce((SELECT max(id) FROM all_deliveries), 0)`).
		Scan(&ids.Post, &ids.Version, &ids.Delivery)
	if err != nil {
		return err
	}
	n, now := per*accounts, time.Now().UTC().Truncate(time.Microsecond)

	posts, versions, targets, rows := make([][]any, n), make([][]any, n), make([][]any, n), make([][]any, n)
	for i := range n {
		account, p, v := int64(i%accounts+1), ids.Post+int64(i)+1, ids.Version+int64(i)+1
		hash := hashOf(account)
		sum := sha256.Sum256(hash)
		at := due(i).UTC().Truncate(time.Microsecond)
		key := make([]byte, 16)
		_, _ = rand.Read(key) // never fails
		posts[i] = []any{p, int64(1), int64(1), "approved", nil, at, false, false, 1, now, int64(1), now}
		versions[i] = []any{
			v,
			p,
			1,
			"approved",
			burstText(account),
			0,
			"",
			sum[:],
			int(post.FormOne),
			sum[:],
			[]int64{1},
			now,
			int64(1),
			now,
		}
		targets[i] = []any{v, account, nil, hash}
		rows[i] = []any{
			ids.Delivery + int64(i) + 1, p, v, account, "weibo", "commercial", "waiting", 1, false,
			at, at.Add(30 * time.Minute), true, at, hash, hash, key, "approved", now, now,
		}
	}
	err = copyAll(ctx, f.db, []table{
		{
			"all_posts",
			[]string{
				"id", "unit_id", "author_id", "phase", "version_id", "due_at", "due_now", "urgent",
				"revision", "created_at", "updated_by", "updated_at",
			},
			posts,
		},
		{
			"post_versions",
			[]string{
				"id", "post_id", "number", "state", "text", "visible", "repost_of", "hash",
				"hash_form", "wording_hash", "editors", "created_at", "submitted_by", "submitted_at",
			},
			versions,
		},
		{"version_targets", []string{"version_id", "account_id", "variant", "payload_hash"}, targets},
		{
			"all_deliveries",
			[]string{
				"id", "post_id", "version_id", "account_id", "platform", "connector", "state",
				"plan", "urgent", "due_at", "not_after", "approved", "approved_from",
				"payload_hash", "approved_hash", "mark_key", "reason", "created_at", "updated_at",
			},
			rows,
		},
	})
	if err != nil {
		return err
	}

	for _, sql := range []string{
		"SELECT setval(pg_get_serial_sequence('all_posts', 'id'), (SELECT max(id) FROM all_posts))",
		"SELECT setval(pg_get_serial_sequence('post_versions', 'id'), (SELECT max(id) FROM post_versions))",
		"SELECT setval(pg_get_serial_sequence('all_deliveries', 'id'), (SELECT max(id) FROM all_deliveries))",
		`
			UPDATE posts p SET version_id = v.id FROM post_versions v
				WHERE v.post_id = p.id AND p.version_id IS NULL`,
		// as autovacuum does within its minute
		`VACUUM ANALYZE all_deliveries, account_turns, accounts, delivery_events, all_posts, post_versions,
			version_targets`,
	} {
		if _, err := f.db.Pool().Exec(ctx, sql); err != nil {
			return err
		}
	}

	return nil
}

func hashOf(account int64) []byte {
	h, _ := hex.DecodeString(burstPayload(account).Hash()) // hex by definition
	return h
}

// awaitPrepared waits until everything sown since the instant is in the console's hands.
func (f *field) awaitPrepared(ctx context.Context, n int, sown time.Time) error {
	return grow(ctx, "deliveries prepared", n, func() (ready int, err error) {
		err = f.db.Pool().QueryRow(ctx, `
			SELECT count(*) FROM delivery_events WHERE code = 'prepared' AND at > $1`, sown).Scan(&ready)
		return ready, err
	})
}

// settled waits until every delivery is recorded as sent.
func (f *field) settled(ctx context.Context) error {
	open := func() (n int, err error) {
		err = f.db.Pool().QueryRow(ctx, "SELECT count(*) FROM deliveries WHERE NOT settled").Scan(&n)
		return n, err
	}
	all, err := open()
	if err != nil {
		return err
	}

	return grow(ctx, "calls recorded", all, func() (int, error) {
		left, err := open()
		return all - left, err
	})
}

// keepProfile takes a CPU profile of the console around a burst; it needs a binary with the tag
// juzhen_profile.
func (f *field) keepProfile(at time.Time) {
	if f.profile == "" {
		return
	}
	time.Sleep(time.Until(at))
	res, err := http.Get("http://" + f.console.profile + "/debug/pprof/profile?seconds=2")
	if err != nil {
		fmt.Fprintln(f.log, "profile:", err)
		return
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	_ = os.WriteFile(filepath.Join(f.profile, fmt.Sprintf("burst-%d.pprof", at.Unix())), data, 0o600)
}

// printStatements tells what the dearest statements cost since the counters were last reset, and resets them.
func (f *field) printStatements(ctx context.Context) error {
	if f.profile == "" {
		return nil
	}
	rows, err := f.db.Pool().Query(ctx, `
SELECT format('%s ms  %s calls  %s rows  %s', total_exec_time::int, calls, rows,
    left(regexp_replace(query, '\s+', ' ', 'g'), 110))
FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 12`)
	if err != nil {
		return err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	fmt.Fprintln(f.log, "    "+strings.Join(lines, "\n    "))
	_, err = f.db.Pool().Exec(ctx, "SELECT pg_stat_statements_reset()")

	return err
}
