package bench

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// flatPages are asked of two consoles, one of which has four times the posts of the other.
var flatPages = []string{
	"/", "/posts", "/posts?state=failed", "/calendar", "/calendar/feed?{month}", "/calendar?unit=1", "/plan",
	"/deliveries", "/todo", "/api/v1/posts", "/api/v1/deliveries",
	"/api/v1/deliveries?state=waiting", "/api/v1/sending",
}

const (
	flatTimes  = 4  // the larger database holds so many times the posts
	flatRounds = 15 // each page is asked for so often of both in turn; the median counts
	flatMost   = 1.5

	sowAtOnce = 100_000 // posts that are held in memory while they are written
)

// flatWanted bounds each page of the larger database by the same page of the smaller one.
func flatWanted() (list []want) {
	for _, path := range flatPages {
		list = append(list, want{key: path + "_4n_ms", baseline: path + "_n_ms", most: flatMost})
	}

	return list
}

// flat measures pages over n and 4n posts, each page of both databases in turn, so that what else the
// machine does touches both alike.
func flat(ctx context.Context, f *field) (values, error) {
	two, err := f.grownTwo(ctx, 2*f.n, flatTimes*2*f.n, denser)
	defer two.close()

	if err != nil {
		return nil, err
	}
	v := values{"posts_n": float64(2 * f.n)}

	for _, path := range flatPages {
		a, b, err := two.inTurn(path, flatRounds)
		if err != nil {
			return nil, err
		}
		v[path+"_n_ms"], v[path+"_4n_ms"] = ms(a.at(0.5)), ms(b.at(0.5))
	}

	return v, nil
}

// sizes are two consoles that differ in the number of their posts.
type sizes struct{ small, large *field }

// grownTwo gives both; what there is of them must be closed, also after an error.
func (f *field) grownTwo(
	ctx context.Context,
	few, many int,
	due func(now time.Time, i, n int) time.Time,
) (two sizes, err error) {
	if two.small, err = f.grown(ctx, few, due); err != nil {
		return two, err
	}
	two.large, err = f.grown(ctx, many, due)

	return two, err
}

func (two sizes) close() {
	for _, one := range []*field{two.small, two.large} {
		if one != nil {
			one.close()
		}
	}
}

// inTurn asks both for a page so often, one after the other. {month} in its address stands for the six weeks
// around now.
func (two sizes) inTurn(path string, rounds int) (small, large series, err error) {
	now := time.Now().UTC().Truncate(time.Hour)
	path = strings.ReplaceAll(path, "{month}", url.Values{
		"from": {now.AddDate(0, 0, -20).Format(time.RFC3339)},
		"to":   {now.AddDate(0, 0, 22).Format(time.RFC3339)},
	}.Encode())

	for range rounds {
		for _, one := range []struct {
			of   *field
			into *series
		}{{two.small, &small}, {two.large, &large}} {
			began := time.Now()
			if err := one.of.askOne(one.of.console, path); err != nil {
				return nil, nil, err
			}
			*one.into = append(*one.into, time.Since(began))
		}
	}

	return small, large, nil
}

// denser gives post i of n its time: half of them at two instants of yesterday, as bursts leave them, the
// rest all over the weeks around now.
func denser(now time.Time, i, n int) time.Time {
	yesterday, weeks := now.AddDate(0, 0, -1), 40*24*time.Hour

	switch i % 4 {
	case 0:
		return yesterday
	case 1:
		return yesterday.Add(-5 * time.Hour)
	}

	at := now.Add(-weeks/2 + time.Duration(float64(weeks)*float64(i)/float64(n)))
	if at.After(now) {
		at = at.Add(25 * time.Hour) // nothing falls due meanwhile
	}

	return at
}

// grown gives a console on a database of its own with n posts at the times that due gives them, some of
// them failed, some still to go.
func (f *field) grown(
	ctx context.Context,
	n int,
	due func(now time.Time, i, n int) time.Time,
) (g *field, err error) {
	g = &field{stage: f.stage, dir: f.dir, self: f.self, api: f.api, n: min(f.n, 2000), log: f.log}
	if g.url, g.db, err = f.open(ctx); err != nil {
		return nil, err
	}
	if err := seedAccounts(
		ctx,
		g.db,
		f.box,
		seats(1, g.n),
		"commercial",
		func(s seat) string { return string(burstToken(s.ID)) },
	); err != nil {
		return g, err
	}

	if err := g.lookedThrough(ctx); err != nil {
		return g, err
	}

	now := time.Now().UTC().Truncate(time.Hour)

	for sown := 0; sown < n; {
		per := max(min(n-sown, sowAtOnce)/g.n, 1)
		err := g.sow(ctx, per, g.n, func(i int) time.Time { return due(now, sown+i, n) })
		if err != nil {
			return g, err
		}
		sown += per * g.n
	}

	for _, sql := range []string{
		`UPDATE deliveries SET state = CASE WHEN id % 200 = 0 THEN 'failed'
				ELSE 'sent' END, remote_id = id, sent_at = due_at, marked_at = due_at,
		     updated_at = due_at WHERE due_at < now()`,
		// as they are once the console has taken them in and read them for the last time: it does so when it
		// begins, and would be measured while it works the longer the more there is
		`INSERT INTO platform_posts (account_id, platform, remote_id, delivery_id, origin, posted_at, text,
				original, pictures, state, state_at, reposts, comments, likes)
			SELECT d.account_id, d.platform, d.remote_id, d.id, 'console', d.sent_at, v.text, true, 0, 'live',
				d.sent_at, 0, 0, 0
			FROM deliveries d JOIN post_versions v ON v.id = d.version_id WHERE d.state = 'sent'`,
		// nor is it measured while it files them for the search and looks their words through
		"TRUNCATE library_unread, wording_unread",
		"VACUUM ANALYZE",
	} {
		if _, err := g.db.Pool().Exec(ctx, sql); err != nil {
			return g, err
		}
	}
	if g.console, err = g.start(g.url); err != nil {
		return g, err
	}

	if err := g.caughtUp(ctx); err != nil {
		return g, err
	}

	return g, g.signIn(ctx)
}

// lookedThrough lets a console pass through all published words once, while there are none: it would pass
// through those that are sown for as long as the pages are measured.
func (f *field) lookedThrough(ctx context.Context) error {
	console, err := f.start(f.url)
	if console != nil {
		defer console.stop(15 * second)
	}
	if err != nil {
		return err
	}

	return f.until(ctx, "SELECT count(*) FROM wording_pass WHERE going")
}

// caughtUp waits until the console has worked through what it finds when it begins: past posts to be found,
// words of what waits, jobs. All of that is the more the more there is, and would be measured with the pages.
func (f *field) caughtUp(ctx context.Context) error {
	return f.until(ctx, `SELECT (SELECT count(*) FROM platform_post_unfound) +
		(SELECT count(*) FROM river_job WHERE state IN ('available', 'running', 'retryable'))`)
}

// until waits until a statement counts nothing any more.
func (f *field) until(ctx context.Context, left string) error {
	ctx, stop := context.WithTimeout(ctx, slack(5*time.Minute))
	defer stop()

	for n := 1; n > 0; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the console does not catch up: %d things left: %w", n, ctx.Err())
		case <-time.After(500 * time.Millisecond):
		}
		if err := f.db.Pool().QueryRow(ctx, left).Scan(&n); err != nil {
			return err
		}
	}

	return nil
}
