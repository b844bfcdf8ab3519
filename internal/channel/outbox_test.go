package channel_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/channel"
	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/outward"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/seal"
)

// noon is one of Asia/Shanghai; night is the same day at 23:00 there.
var (
	noon  = time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)
	night = noon.Add(11 * time.Hour)
)

// group imitates the robots of all three at one address each: it takes what is signed as their documents say.
type group struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []string // path and body
	answer string   // instead of "taken"
	before func()   // called while a message is under way
}

const key = "SECgroup"

func mac(secret, text string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))

	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func newGroup(t *testing.T) *group {
	t.Helper()
	g := &group{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		if g.before != nil {
			g.before()
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.answer != "" {
			_, _ = io.WriteString(w, g.answer)
			return
		}
		var body struct {
			Timestamp, Sign string
		}
		_ = json.Unmarshal(raw, &body)
		stamp, signed := r.URL.Query().Get("timestamp"), true
		kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")

		switch kind {
		case "dingtalk":
			signed = r.URL.Query().Get("sign") == mac(key, stamp+"\n"+key)
		case "feishu":
			signed = body.Sign == mac(body.Timestamp+"\n"+key, "")
		}
		if !signed {
			_, _ = io.WriteString(
				w,
				`{"errcode":310000,"errmsg":"sign not match","code":19021,"msg":"sign match fail"}`,
			)

			return
		}
		g.heard = append(g.heard, r.URL.Path+" "+string(raw))
		_, _ = io.WriteString(w, `{"errcode":0,"code":0}`)
	}))
	t.Cleanup(g.Close)

	return g
}

// world is a bureau (1) with two districts: east (2) with a station (3), and west (4). In each sits a
// reviewer with the unit's number; 11 is an administrator of the bureau.
type world struct {
	*testing.T
	db  *pg.DB
	s   *channel.Service
	all *notice.Service
	now time.Time
	g   *group
	box *seal.Box
}

var paths = map[int64]string{1: "/1/", 2: "/1/2/", 3: "/1/2/3/", 4: "/1/4/"}

const admin = 11

func actor(user int64) access.Actor {
	role, unit := access.Reviewer, user
	if user == admin {
		role, unit = access.Administrator, 1
	}

	return access.Actor{UserID: user, SessionID: user, Grants: []access.Grant{
		{Role: role, UnitID: unit, Path: paths[unit]},
	}}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: noon, g: newGroup(t)}

	var err error
	w.box, err = seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	w.must(err)
	w.all = notice.New(w.db, notice.Options{
		Now:   func() time.Time { return w.now },
		Words: []notice.Word{{Code: "review.waiting", Text: "待审：{.title}", Act: "审核"}},
		Page:  func(_, subject string, id int64) string { return fmt.Sprintf("/%ss/%d", subject, id) },
		After: 15 * time.Minute,
	})
	w.s = w.process(w.box)
	w.exec(`INSERT INTO units (id, parent_id, path, name, kind, created_at) OVERRIDING SYSTEM VALUE VALUES
		(1, NULL, '/1/', '市局', 'bureau', now()), (2, 1, '/1/2/', '东城', 'district', now()),
		(3, 2, '/1/2/3/', '监测站', 'department', now()), (4, 1, '/1/4/', '西城', 'district', now())`)

	for _, id := range []int64{1, 2, 3, 4, admin} {
		grant := actor(id).Grants[0]
		w.exec(`INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change,
			password_changed_at, lang, theme, created_at) OVERRIDING SYSTEM VALUE
			VALUES ($1, $2, $2, $3, '', false, now(), 'zh', 'auto', now())`, id, fmt.Sprint("u", id), grant.UnitID)
		w.exec("INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, now())",
			id, string(grant.Role), grant.UnitID)
	}

	return w
}

// process is one process of the console on the database.
func (w *world) process(box *seal.Box) *channel.Service {
	now := func() time.Time { return w.now }
	outside := outward.New(outward.Options{Allowed: []string{strings.TrimPrefix(w.g.URL, "http://")}})

	return channel.New(w.db, channel.Options{
		Now: now, Box: box, Courier: courier.New(outside, courier.Server{}, now), Notices: w.all,
		People: func(_ context.Context, user int64) (access.Actor, string, error) {
			if w.number("SELECT count(*) FROM users WHERE id = $1 AND disabled_at IS NULL", user) == 0 {
				return access.Actor{}, "", fault.NotFound("没有找到该人员")
			}

			return actor(user), "zh", nil
		},
		Name: func(string) string { return "矩阵台" }, Home: "https://console.example.cn",
	})
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) number(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

// robot sets a robot up.
func (w *world) robot(kind channel.Kind, unit int64) channel.Channel {
	w.Helper()
	made, err := w.s.Save(w.Context(), actor(admin), channel.Edit{
		UnitID: unit, Kind: kind, Name: fmt.Sprintf("%s群%d", kind, unit), Secret: key,
		Address: seal.Secret(fmt.Sprintf("%s/%s/%d", w.g.URL, kind, unit)),
	})
	w.must(err)

	return made
}

// tell tells the reviewers of a unit of something, and lets what it asked for leave be written, twice.
func (w *world) tell(name string, unit int64, urgent bool) {
	w.Helper()
	w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
		return notice.TellTx(w.Context(), tx, w.now, notice.Event{
			Key: name, Kind: notice.Review, Code: "review.waiting", Urgent: urgent,
			Args:     map[string]any{"title": "未发布的机密标题"},
			UnitPath: paths[unit], Permission: access.PostReview, Subject: "post", SubjectID: 4,
		})
	}))
	w.spread()
	w.spread()
	w.exec("DELETE FROM river_job WHERE kind = 'notice_leave'")
}

// spread does the jobs that tellings left.
func (w *world) spread() {
	w.Helper()

	for _, text := range w.texts("SELECT args::text FROM river_job WHERE kind = 'notice_leave' ORDER BY id") {
		var args notice.LeaveArgs
		w.must(json.Unmarshal([]byte(text), &args))
		w.must(w.s.Spread(w.Context(), args))
	}
}

func (w *world) texts(sql string) (list []string) {
	w.Helper()
	rows, err := w.db.Pool().Query(w.Context(), sql)
	w.must(err)
	defer rows.Close()

	for rows.Next() {
		var text string
		w.must(rows.Scan(&text))
		list = append(list, text)
	}
	w.must(rows.Err())

	return list
}

// send does the job of each message once and gives how long each is to wait.
func (w *world) send() (waits []time.Duration) {
	w.Helper()

	for _, text := range w.texts("SELECT args ->> 'message_id' FROM river_job WHERE kind = 'channel_send' ORDER BY id") {
		var id int64
		_, err := fmt.Sscan(text, &id)
		w.must(err)
		again, err := w.s.Send(w.Context(), id)
		w.must(err)
		waits = append(waits, again)
	}

	return waits
}

func (w *world) states() string {
	w.Helper()
	return strings.Join(w.texts("SELECT state FROM channel_messages ORDER BY id"), " ")
}

// want compares what was heard in which groups, in order of robots, and what became of the messages.
func (w *world) want(groups, states string) {
	w.Helper()
	var at []string

	for _, text := range w.g.heard {
		path, _, _ := strings.Cut(text, " ")
		at = append(at, path)
	}
	if got := strings.Join(at, " "); got != groups {
		w.Errorf("heard in %q, want %q", got, groups)
	}
	if got := w.states(); got != states {
		w.Errorf("states %q, want %q", got, states)
	}
}

// TestARobotOfEachKindTellsOnce: signed as each wants it, once though every job runs twice, without a word of
// the post, without a secret, with a link that leads to the sign-in.
func TestARobotOfEachKindTellsOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, kind := range []channel.Kind{channel.DingTalk, channel.WeCom, channel.Feishu} {
		w.robot(kind, 2)
	}
	w.tell("one", 2, true)
	w.send()
	w.send()
	w.want("/dingtalk/2 /wecom/2 /feishu/2", "sent sent sent")

	for _, text := range w.g.heard {
		for _, word := range []string{"有稿件等待审核", "东城", "紧急", "https://console.example.cn/notices", "矩阵台"} {
			if !strings.Contains(text, word) {
				t.Errorf("%q is missing in %s", word, text)
			}
		}

		for _, word := range []string{"机密", "待审：", key, "u2", "posts/4"} {
			if strings.Contains(text, word) {
				t.Errorf("%q is said in %s", word, text)
			}
		}
	}
	list, err := w.s.Messages(t.Context(), actor(admin), 1)
	w.must(err)
	if len(list) != 1 || list[0].State != channel.Sent || list[0].DoneAt == nil || list[0].Tries != 1 {
		t.Errorf("the page of the channel shows %+v", list)
	}
	if _, err := w.s.Messages(t.Context(), actor(2), 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("who keeps no channel reads what left by it: %v", err)
	}

	for user, n := range map[int64]int{2: 3, 1: 0, 4: 0} {
		if list, err := w.s.Told(t.Context(), actor(user)); err != nil || len(list) != n {
			t.Errorf("%d was told %d by robots, %v", user, len(list), err)
		}
	}
}

// TestNothingLeavesUnlessWanted: of who chose nothing what is urgent; of who chose, that; nothing is left
// behind by a telling that did not happen.
func TestNothingLeavesUnlessWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.WeCom, 2)
	w.tell("quiet", 2, false)
	w.want("", "")

	settings, err := w.all.Settings(t.Context(), actor(2))
	w.must(err)
	settings, err = w.all.Save(t.Context(), actor(2), settings.Telling([]string{"review"}))
	w.must(err)
	w.tell("chosen", 2, false)
	w.send()
	w.want("/wecom/2", "sent")

	_, err = w.all.Save(t.Context(), actor(2), settings.Telling(nil))
	w.must(err)
	w.tell("urgent, not chosen", 2, true)
	w.want("/wecom/2", "sent")
	settings.Outside = []notice.Kind{"nothing"}
	if _, err = w.all.Save(t.Context(), actor(2), settings); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a kind that is none is kept: %v", err)
	}
	err = w.db.InTx(t.Context(), func(tx pg.Tx) error {
		w.must(notice.TellTx(t.Context(), tx, w.now, notice.Event{
			Key: "never", Kind: notice.Review, Code: "review.waiting", Urgent: true, UnitPath: "/1/4/",
			Permission: access.PostReview, Subject: "post", SubjectID: 5,
		}))

		return context.Canceled
	})
	w.robot(channel.WeCom, 4)
	w.spread()
	if w.want("/wecom/2", "sent"); err == nil {
		t.Error("the telling was kept")
	}
}

// TestARobotSaysNothingOfOtherUnits: the closest robot above both the matter and the person speaks, no other.
func TestARobotSaysNothingOfOtherUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.WeCom, 4)
	w.tell("east, where only the west has one", 2, true)
	w.want("", "")
	w.robot(channel.WeCom, 1)
	w.tell("east, by the bureau's", 2, true)
	w.robot(channel.WeCom, 2)
	w.tell("station, by the district's", 3, true)
	w.tell("west, by its own", 4, true)
	w.tell("bureau, by its own", 1, true)
	w.send()
	w.want("/wecom/1 /wecom/2 /wecom/4 /wecom/1", "sent sent sent sent")

	near, err := w.s.Near(t.Context(), actor(3))
	if w.must(err); len(near) != 2 || near[0].UnitID != 2 || near[1].UnitID != 1 {
		t.Errorf("robots near the station: %+v", near)
	}
}

// TestUrgentThingsBreakTheQuiet: what is not urgent waits for the end of the hours, also when the queue comes
// late.
func TestUrgentThingsBreakTheQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.WeCom, 2)
	settings := notice.Settings{}.Telling([]string{"urgent", "review"})
	_, err := w.all.Save(t.Context(), actor(2), settings)
	w.must(err)
	w.now = night.Add(-61 * time.Minute) // 21:59
	w.tell("before", 2, false)
	w.now = night
	w.tell("quiet", 2, false)
	w.tell("urgent", 2, true)
	waits := w.send()
	w.want("/wecom/2", "waiting waiting sent")
	if fmt.Sprint(waits) != "[8h0m0s 8h0m0s 0s]" {
		t.Errorf("they wait %v", waits)
	}
	w.now = night.Add(8 * time.Hour)
	w.send()
	w.want("/wecom/2 /wecom/2 /wecom/2", "sent sent sent")
}

// TestAFailingChannelIsTriedThenGivenUp: with pauses, then a to-do; the next that is taken ends the to-do.
func TestAFailingChannelIsTriedThenGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := w.robot(channel.DingTalk, 2)
	open := func() int {
		return w.number("SELECT count(*) FROM todos WHERE code = 'channel.failing' AND resolved_at IS NULL")
	}
	w.g.answer = `{"errcode":-1,"errmsg":"system busy"}`
	w.tell("one", 2, true)

	for try := 1; try < channel.MostTries; try++ {
		wait := w.send()[0]
		if wait <= 0 || w.states() != "waiting" {
			t.Fatalf("after try %d: %s, %s", try, wait, w.states())
		}
		if again := w.send()[0]; again != wait {
			t.Errorf("a job that comes early waits %s", again)
		}
		w.now = w.now.Add(wait)
	}
	w.send()
	w.want("", "failed")
	shown, err := w.s.Find(t.Context(), actor(admin), one.ID)
	if w.must(err); shown.State() != channel.Fails || shown.Failures != channel.MostTries ||
		shown.Reason != courier.Busy || open() != 1 {
		t.Errorf("%+v with %d to-dos", shown, open())
	}

	w.g.answer = ""
	w.tell("two", 2, true)
	w.send()
	w.want("/dingtalk/2", "failed sent")
	if open() != 0 {
		t.Error("the channel works and is still to be looked after")
	}
	w.g.answer = `{"errcode":310000,"errmsg":"sign not match"}`
	w.tell("three", 2, true)
	if w.send(); open() != 1 || w.states() != "failed sent failed" {
		t.Errorf("hopeless at once: %s, %d to-dos", w.states(), open())
	}
}

// TestTwoProcessesTellOnce: while one hands a message over another finds nothing to do, and nobody says again
// what a killed process may have said.
func TestTwoProcessesTellOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.WeCom, 2)
	other := w.process(w.box)
	w.tell("one", 2, true)

	var waits time.Duration
	w.g.before = func() {
		var err error
		if waits, err = other.Send(context.WithoutCancel(t.Context()), 1); err != nil {
			t.Error(err)
		}
	}
	w.send()
	if w.want("/wecom/2", "sent"); waits <= 0 {
		t.Errorf("the other process waits %s", waits)
	}

	w.g.before = nil
	w.tell("two", 2, true)
	w.exec(
		"UPDATE channel_messages SET state = 'calling', tries = 1, called_at = $1 WHERE state = 'waiting'",
		w.now,
	)
	if wait := w.send()[1]; wait <= 0 || w.states() != "sent calling" {
		t.Errorf("under way elsewhere: %s, %s", wait, w.states())
	}
	w.now = w.now.Add(3 * time.Minute)
	w.send()
	w.want("/wecom/2", "sent unknown")
	w.g.answer = "<html>"
	w.tell("three", 2, true)
	w.send()
	w.send()
	w.want("/wecom/2", "sent unknown unknown")
}

// TestWhatNobodyNeedsDoesNotLeave: read meanwhile, no right any more, the channel off.
func TestWhatNobodyNeedsDoesNotLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := w.robot(channel.WeCom, 2)
	w.tell("read", 2, true)
	page, err := w.all.List(t.Context(), actor(2), notice.Filter{})
	w.must(err)
	w.must(w.all.Read(t.Context(), actor(2), page.Rows[0].ID))
	w.send()
	w.tell("left", 2, true)
	w.exec("UPDATE users SET disabled_at = now() WHERE id = 2")
	w.send()
	w.exec("UPDATE users SET disabled_at = NULL WHERE id = 2")
	w.tell("off", 2, true)
	_, err = w.s.Switch(t.Context(), actor(admin), one.ID, one.Version, false)
	w.must(err)
	w.send()
	w.want("", "dropped dropped dropped")
	got := strings.Join(w.texts("SELECT reason FROM channel_messages ORDER BY id"), " ")
	if got != "read rights off" {
		t.Errorf("dropped for %q", got)
	}
}

// TestEachRungIsATelling: what is urgent and unopened goes up, and is said in the group of those who hear.
func TestEachRungIsATelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.WeCom, 2)
	w.robot(channel.WeCom, 1)
	w.tell("one", 2, true)
	w.now = w.now.Add(16 * time.Minute)
	w.must(w.all.PassOn(t.Context()))
	w.spread()
	w.send()
	w.want("/wecom/2 /wecom/1", "sent sent")
}

// TestARobotSpeaksNoOftenerThanItMay: the nineteenth in a minute waits; a job that was lost is asked for
// again.
func TestARobotSpeaksNoOftenerThanItMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.WeCom, 2)

	for i := range 20 {
		w.tell(fmt.Sprint("n", i), 2, true)
	}
	w.send()
	if len(w.g.heard) != 18 {
		t.Errorf("%d in a minute", len(w.g.heard))
	}
	w.exec("DELETE FROM river_job WHERE kind = 'channel_send'")
	w.must(w.s.Recall(t.Context()))
	if n := w.number("SELECT count(*) FROM river_job WHERE kind = 'channel_send'"); n != 0 {
		t.Errorf("%d are asked for before they are late", n)
	}
	w.now = w.now.Add(time.Hour)
	w.must(w.s.Recall(t.Context()))
	w.must(w.s.Recall(t.Context()))
	w.send()
	n := w.number("SELECT count(*) FROM river_job WHERE kind = 'channel_send'")
	if len(w.g.heard) != 20 || n != 2 {
		t.Errorf("%d said, %d jobs", len(w.g.heard), n)
	}
}

// TestAKeyIsChangedAndARobotSpeaksOn: what the older key sealed is sealed anew, and what none opens says so.
func TestAKeyIsChangedAndARobotSpeaksOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.robot(channel.DingTalk, 2)
	other := w.robot(channel.Feishu, 4)
	w.exec("UPDATE channels SET sealed = substring(sealed FROM 2) WHERE id = $1", other.ID)

	old, fresh := bytes.Repeat([]byte{7}, seal.KeySize), bytes.Repeat([]byte{9}, seal.KeySize)
	both, err := seal.New(fresh, old)
	w.must(err)

	for try, want := range []int{1, 0} {
		moved, lost, err := channel.Reseal(t.Context(), w.db, both, w.now, access.System("命令行"))
		if w.must(err); moved != want || lost != 1 {
			t.Errorf("time %d: %d moved, %d lost", try, moved, lost)
		}
	}
	if n := w.number("SELECT count(*) FROM audit_entries WHERE action = 'channel.reseal'"); n != 1 {
		t.Errorf("%d entries in the trail", n)
	}

	alone, err := seal.New(fresh)
	w.must(err)
	w.s = w.process(alone)
	w.tell("one", 2, true)
	w.send()
	w.want("/dingtalk/2", "sent")
}
