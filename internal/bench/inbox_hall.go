package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/inbox"
	"juzhen/internal/pg"
	"juzhen/internal/plan"
	"juzhen/internal/reach"
	"juzhen/internal/weibo"
)

// What is in the inbox that is measured.
const (
	mattersHeld   = 500_000 // each of two things that were said
	mattersOpen   = 100_000 // that nobody has
	mattersHad    = 30_000  // that somebody has, here or outside, or that were opened again
	matterAnswers = 50_000  // answered; the rest is closed
	listeners     = 200     // accounts
	listened      = 20      // of them are asked for
	saidEach      = 1000    // to each of these, in a round
	firstDistrict = 101     // units below the bureau
	districts     = 20
)

var districtOfficer = access.Actor{
	UserID: 3,
	Name:   "district",
	Grants: []access.Grant{{
		Role: access.PressOfficer, UnitID: firstDistrict + 5, Path: fmt.Sprintf("/1/%d/", firstDistrict+5),
	}},
}

// hall is an inbox at work with an audience before it.
type hall struct {
	db       *pg.DB
	service  *inbox.Service
	audience *audience
	server   *httptest.Server
	rule     int64
	reckoned time.Duration // all clocks of what waits, from none
}

func (h *hall) close() {
	h.server.Close()
	h.db.Close()
}

// openHall makes a database with a million things that were said, as years leave it, and an audience.
func (f *field) openHall(ctx context.Context) (*hall, error) {
	_, db, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	h := &hall{db: db, audience: &audience{said: map[string][]wireSaid{}}}
	h.server = httptest.NewServer(h.audience)
	client := weibo.New(weibo.Options{
		PublicURL: h.server.URL, CommercialURL: h.server.URL + "/c", RemindURL: h.server.URL,
	})
	quiet := slog.New(slog.DiscardHandler)
	accounts := account.New(db, f.box, client, account.Options{})
	h.service = inbox.New(db, inbox.Options{
		Weibo:      client,
		Reading:    reach.New(db, client, accounts, reach.Options{Now: time.Now, Log: quiet}),
		Deliveries: delivery.New(db, delivery.Options{}),
		Plan:       plan.New(db, plan.Options{Now: time.Now}),
		Now:        time.Now,
		Log:        quiet,
	})
	if err := h.fill(ctx, f); err != nil {
		h.close()
		return nil, err
	}
	fmt.Fprintf(f.log, "%d 件互动 matters: %s\n", mattersHeld, time.Since(began).Round(time.Second))

	began = time.Now()
	err = h.service.Reckon(ctx, "")
	h.reckoned = time.Since(began)
	if err == nil {
		_, err = db.Pool().Exec(ctx, "VACUUM ANALYZE inbox_matters")
	}

	return h, err
}

func (h *hall) fill(ctx context.Context, f *field) error {
	err := seedAccounts(ctx, h.db, f.box, seats(1, listeners), "commercial",
		func(s seat) string { return string(burstToken(s.ID)) })
	if err != nil {
		return err
	}
	if _, err := h.db.Pool().Exec(ctx, fmt.Sprintf(hallSQL, firstDistrict, districts, listened)); err != nil {
		return err
	}
	if err := h.sowMatters(ctx); err != nil {
		return err
	}
	if err := h.sowItems(ctx); err != nil {
		return err
	}
	if _, err := h.db.Pool().Exec(ctx, sownSQL); err != nil {
		return err
	}
	if _, err := h.db.Pool().
		Exec(ctx, "VACUUM ANALYZE inbox_items, inbox_matters, inbox_pauses"); err != nil {
		return err
	}

	return h.sowRules(ctx)
}

// hallSQL makes the districts with their accounts, and takes away for a while what costs while rows are
// copied: the index of letters, and the triggers that tell open pages of changes.
const hallSQL = `
INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
SELECT id, 1, '区局' || id, 'district', '/1/' || id || '/', now()
FROM generate_series(%[1]d, %[1]d + %[2]d - 1) id;
UPDATE accounts SET unit_id = %[1]d + id %% %[2]d WHERE id > 20;
INSERT INTO inbox_watches (account_id, since, next_at, checked_at)
SELECT id, now() - interval '1 day',
    CASE WHEN id <= %[3]d THEN now() ELSE now() + interval '1 year' END, now()
FROM accounts;
DROP INDEX inbox_items_grams;
ALTER TABLE inbox_matters DISABLE TRIGGER USER`

const sownSQL = `
ALTER TABLE inbox_matters ENABLE TRIGGER USER;
SET maintenance_work_mem = '1GB';
CREATE INDEX inbox_items_grams ON inbox_items USING gin (inbox_grams(text))
    WITH (gin_pending_list_limit = 1024);
SELECT setval(pg_get_serial_sequence('inbox_matters', 'id'), (SELECT max(id) FROM inbox_matters)),
    setval(pg_get_serial_sequence('inbox_items', 'id'), (SELECT max(id) FROM inbox_items));
INSERT INTO inbox_pauses (matter_id, from_at)
SELECT id, opened_at FROM inbox_matters WHERE state = 'referred'`

// heldState is the state of a matter by its number, and whether the citizen waits in it.
func heldState(n int) (state inbox.State, waits bool) {
	switch {
	case n < mattersOpen:
		return inbox.Open, true
	case n < mattersOpen+mattersHad:
		had := []inbox.State{
			inbox.Assigned, inbox.Assigned, inbox.Assigned, inbox.Assigned, inbox.Referred, inbox.Reopened,
		}

		return had[n%len(had)], true
	case n < mattersOpen+mattersHad+matterAnswers:
		return inbox.Answered, false
	}

	return inbox.Closed, false
}

// saidAt is when the first word of a matter was said: what waits, in the last weeks; the rest in two years.
func saidAt(n int, now time.Time) time.Time {
	if _, waits := heldState(n); waits {
		return now.Add(-time.Duration(n%20000) * 90 * time.Second).Add(-time.Hour)
	}

	return now.Add(-time.Duration(n) * 2 * time.Minute)
}

var heldKinds = []inbox.Kind{
	inbox.Ask,
	inbox.Ask,
	inbox.Ask,
	inbox.Ask,
	inbox.Complaint,
	inbox.Complaint,
	inbox.Report,
	inbox.Proposal,
	inbox.Praise,
	inbox.NoMatter,
}

func (h *hall) sowMatters(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Second)
	_, err := h.db.Pool().CopyFrom(ctx, pgx.Identifier{"inbox_matters"},
		[]string{
			"id", "account_id", "citizen", "thread", "thread_uid", "state", "kind", "unit_id", "owner_id",
			"opened_at", "asked_at", "waits_since", "answered_at", "snoozed_until", "result", "last_item_id",
			"updated_at", "reopened_at", "closed_at",
		},
		pgx.CopyFromSlice(mattersHeld, func(n int) ([]any, error) {
			state, waits := heldState(n)
			at, unit, of := saidAt(n, now), int64(1), int64(1+n%listeners)
			if of > 20 {
				unit = firstDistrict + of%districts
			}
			kind := heldKinds[n%len(heldKinds)]
			if n%50 == 7 {
				kind = inbox.Rumour
			}
			second := at.Add(30 * time.Minute)
			row := []any{
				int64(n + 1), of, fmt.Sprint(6_000_000_000 + n/2), fmt.Sprint(5_000_000_000 + n/40),
				fmt.Sprint(7_700_000_000 + of), string(state), string(kind), unit, nil, at, at, nil, nil, nil,
				"", int64(2*n + 1), now, nil, nil,
			}
			if waits { // the citizen spoke twice
				row[10], row[11], row[15] = second, at, int64(2*n+2)
			} else {
				row[12] = second
			}

			switch state {
			case inbox.Assigned:
				row[8] = int64(1 + n%5)
				if n%20 == 0 {
					row[13] = now.AddDate(0, 0, 3)
				}
			case inbox.Reopened: // closed and opened again between the two
				row[11], row[17], row[18] = second, second, at.Add(time.Minute)
			case inbox.Closed:
				row[14], row[18] = string(inbox.OnlyAnswered), second
			}

			return row, nil
		}))

	return err
}

func (h *hall) sowItems(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Second)
	random, sentences := rand.New(rand.NewPCG(7, 8)), strings.Fields(prose)
	_, err := h.db.Pool().CopyFrom(ctx, pgx.Identifier{"inbox_items"},
		[]string{
			"id", "matter_id", "account_id", "thing", "remote_id", "source", "contract", "said_at", "author",
			"name", "text", "taken_at", "keep_until",
		},
		pgx.CopyFromSlice(2*mattersHeld, func(i int) ([]any, error) {
			n, at := i/2, saidAt(i/2, now)
			_, waits := heldState(n)
			author, thing, source := 6_000_000_000+n/2, "comment", inbox.FromComment
			if n%100 == 3 {
				thing, source = "post", inbox.FromMention
			}
			if i%2 == 1 {
				at = at.Add(30 * time.Minute)
				if !waits {
					author, thing, source = 7_700_000_000+1+n%listeners, "comment", inbox.FromAnswer
				}
			}

			return []any{
				int64(i + 1), int64(n + 1), int64(1 + n%listeners), thing, fmt.Sprint(4_000_000_000 + i),
				string(source), "commercial", at, fmt.Sprint(author), "市民" + fmt.Sprint(author%10_000),
				remark(random, sentences, i), at, now.AddDate(1, 0, 0),
			}, nil
		}))

	return err
}

// remark is what somebody says: one to three sentences, with a number that no other one has.
func remark(random *rand.Rand, sentences []string, n int) string {
	text := ""
	for range 1 + random.IntN(3) {
		text += sentences[random.IntN(len(sentences))]
	}

	return fmt.Sprintf("%s第%d号", text, n)
}

// ruleWords are what rules look for, five a rule: about one remark in twelve has one of the first rule.
var ruleWords = []string{"监测", "油烟", "渣土", "限行", "停暖"}

// sowRules makes the rules of the bureau: twenty, each of some words, which assign to the districts. Only
// the first is for what the audience says, a twelfth of it.
func (h *hall) sowRules(ctx context.Context) error {
	for n := range 20 {
		words := make([]string, len(ruleWords))
		for i, word := range ruleWords {
			words[i] = word
			if n > 0 {
				words[i] = fmt.Sprintf("%s第%d类", word, n)
			}
		}
		rule, err := h.service.SaveRule(ctx, supervisor, inbox.Rule{
			UnitID: 1, Name: fmt.Sprintf("规则%d", n), Position: n + 1, If: inbox.Condition{Words: words},
			Then: inbox.Effect{UnitID: int64(firstDistrict + n)},
		})
		if err != nil {
			return err
		}
		if n == 0 {
			h.rule = rule.ID
		}
	}

	return nil
}

// audience is what the platform answers: what citizens said to each account, the newest first, in pages.
type audience struct {
	mu    sync.Mutex
	said  map[string][]wireSaid // by token
	last  int
	round int
}

// wireSaid is a comment as the platform writes it.
type wireSaid struct {
	CreatedAt string    `json:"created_at"`
	ID        int64     `json:"id"`
	Text      string    `json:"text"`
	User      wireUser  `json:"user"`
	Status    wireUnder `json:"status"`
}

type wireUser struct {
	ID   int64  `json:"id"`
	Name string `json:"screen_name"`
}

type wireUnder struct {
	ID   int64    `json:"id"`
	User wireUser `json:"user"`
}

// speak has citizens say so much more to each account that is listened to, two things each; it is due now.
func (a *audience) speak(ctx context.Context, db *pg.DB) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.round++
	random, sentences := rand.New(rand.NewPCG(9, uint64(a.round))), strings.Fields(prose)
	clear(a.said)

	for _, seat := range seats(1, listened) {
		list := make([]wireSaid, saidEach)
		for i := range list {
			a.last++
			list[saidEach-1-i] = wireSaid{
				CreatedAt: time.Now().Format(time.RubyDate),
				ID:        int64(8_000_000_000 + a.last),
				Text:      remark(random, sentences, 10_000_000+a.last),
				User:      wireUser{int64(9_000_000_000 + a.last/2), "听众" + strconv.Itoa(a.last/2)},
				Status:    wireUnder{int64(5_900_000_000 + a.round), wireUser{seat.UID, seat.Handle}},
			}
		}
		a.said[string(burstToken(seat.ID))] = list
	}
	_, err := db.Pool().Exec(ctx, `
UPDATE inbox_watches SET next_at = now() - interval '1 second', checked_at = now()
WHERE account_id <= $1`, listened)

	return err
}

// ServeHTTP answers the calls of a poll.
func (a *audience) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := any(map[string]any{"comments": []any{}, "statuses": []any{}})

	switch {
	case strings.Contains(r.URL.Path, "unread_count"):
		answer = map[string]int{"cmt": saidEach}
	case strings.Contains(r.URL.Path, "comments/timeline"):
		answer = map[string]any{"comments": a.page(r)}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// page is what was said after since_id, up to max_id, as many as are asked for.
func (a *audience) page(r *http.Request) []wireSaid {
	number := func(name string, other int64) int64 {
		if n, err := strconv.ParseInt(r.FormValue(name), 10, 64); err == nil {
			return n
		}

		return other
	}
	token := r.FormValue("access_token")
	if token == "" {
		_, token, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	}
	since, most := number("since_id", 0), number("max_id", 1<<62)
	page := []wireSaid{}

	a.mu.Lock()
	defer a.mu.Unlock()

	for _, one := range a.said[token] {
		if one.ID > since && one.ID <= most && int64(len(page)) < number("count", 50) {
			page = append(page, one)
		}
	}

	return page
}
