package dispatch_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// stub answers every post at once or after a while, and notes when each request came.
type stub struct {
	*httptest.Server
	mu    sync.Mutex
	n     int64
	came  []time.Time
	delay time.Duration
}

func newStub(delay time.Duration) *stub {
	s := &stub{delay: delay}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		_, _ = io.Copy(io.Discard, r.Body)
		s.mu.Lock()
		s.n++
		id := 5_000_000_000_000_000 + s.n
		s.came = append(s.came, at)
		s.mu.Unlock()
		<-time.After(s.delay) // the time the platform takes
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(
			w,
			`{"id":%d,"idstr":"%d","created_at":"%s","text":"x"}`,
			id,
			id,
			at.Format(time.RubyDate),
		)
	}))

	return s
}

// crowd inserts accounts with tokens, without asking the platform.
func (w *world) crowd(n int) {
	w.Helper()
	sealed := make([][]byte, n)
	keyID := ""

	for i := range sealed {
		x, err := w.box.Seal("credential", fmt.Sprintf("credential/%d", i+1), []byte("2.00token"))
		w.must(err)
		sealed[i], keyID = x.Data, x.KeyID
	}
	w.exec(`
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, remote_uid,
    late_limit, min_gap, auto_resend, created_at) OVERRIDING SYSTEM VALUE
SELECT n, 1, 'weibo', 'h' || n, 'h', 'main', 'live', 'commercial', n::text, '30 min', '0', false, now()
    FROM generate_series(1, $1::int) n`, n)
	w.exec(`
INSERT INTO credentials (account_id, sealed, key_id, remote_uid, app_key, origin, state, obtained_at)
SELECT n, x, $2, n::text, 'k', 'import', 'valid', now() FROM unnest($1::bytea[]) WITH ORDINALITY AS s(x, n)`,
		sealed, keyID)
	w.exec("ANALYZE accounts, credentials")
}

// planCrowd plans posts on the accounts: each post goes to up to 500 of them.
func (w *world) planCrowd(accounts, posts int, due time.Time) (took time.Duration) {
	w.Helper()
	begin := time.Now()

	for n := range posts {
		for from := 0; from < accounts; from += 500 {
			content := post.Content{Text: fmt.Sprintf("第%d条", n), DueNow: true}
			for id := from + 1; id <= min(from+500, accounts); id++ {
				content.Targets = append(content.Targets, target(int64(id)))
			}
			p, version := w.submitContent(content)
			w.approve(p, version, delivery.DueChoice{At: &due})
		}
	}

	return time.Since(begin)
}

// burst plans and sends, and tells how late each request reached the stub.
func (w *world) burst(
	accounts, posts int,
	s *stub,
	lead time.Duration,
) (late []time.Duration, total time.Duration) {
	w.Helper()
	w.set.Lead, w.set.ReadBack = time.Minute, time.Hour
	w.s = delivery.New(w.db, delivery.Options{Now: w.now, Settings: w.set, Rules: rules})
	w.crowd(accounts)
	due := time.Now().Add(lead)
	w.Logf("planning %d deliveries took %v", accounts*posts, w.planCrowd(accounts, posts, due))
	w.exec("ANALYZE all_deliveries, account_turns")
	api := weibo.New(weibo.Options{PublicURL: s.URL, CommercialURL: s.URL, Conns: 200})
	begin := time.Now()
	w.engine(func(options *dispatch.Options) {
		options.Weibo, options.Settings = api, dispatch.Settings{Conns: 200}
		options.Watch = func(dispatch.Step) {}
	})

	for w.count("SELECT count(*) FROM deliveries WHERE state = 'preparing'") < accounts*posts {
		<-time.After(50 * time.Millisecond)
	}
	w.Logf("preparing took %v", time.Since(begin))
	if rest := time.Until(due); rest < 0 {
		w.Fatalf("prepared %v too late", -rest)
	}

	for w.count("SELECT count(*) FROM deliveries WHERE state = 'sent'") < accounts*posts {
		<-time.After(100 * time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	for _, at := range s.came {
		late = append(late, at.Sub(due))
	}
	slices.Sort(late)

	return late, late[len(late)-1] + s.delay
}

func tellBurst(b *testing.B, late []time.Duration, total time.Duration) {
	at := func(q int) float64 { return float64(late[len(late)*q/100].Microseconds()) / 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(95), "p95-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(float64(late[len(late)-1].Milliseconds()), "max-ms")
	b.ReportMetric(float64(total.Milliseconds()), "total-ms")
}

func BenchmarkBurst(b *testing.B) {
	for _, c := range []struct {
		name            string
		accounts, posts int
		delay, lead     time.Duration
	}{
		{"10000 at one instant", 10_000, 1, 0, 60 * time.Second},
		{"10000 with a 30 ms API", 10_000, 1, 30 * time.Millisecond, 60 * time.Second},
		{"200 over 50 accounts, 50 ms API", 50, 4, 50 * time.Millisecond, 10 * time.Second},
	} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				stub := newStub(c.delay)
				w := newWorld(b)
				late, total := w.burst(c.accounts, c.posts, stub, c.lead)
				stub.Close()
				tellBurst(b, late, total)
			}
		})
	}
}
