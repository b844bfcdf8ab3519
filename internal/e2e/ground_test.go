package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/identity"
	"juzhen/internal/lexicon"
	"juzhen/internal/pause"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/sandbox"
)

// password is everybody's on the ground of the walk.
const password = "Huanjing-2026-qz"

// outsideMark is in every name and text on the other side of the wall. No answer to a reader of this
// side may hold it.
const outsideMark = "墙外"

// ground is a bureau with two units that do not see each other, and the readers of one of them: one of
// each role.
type ground struct {
	*world.World
	t       *testing.T
	inside  *side
	outside *side
	readers map[access.Role]reader // over the unit inside
	rulers  map[access.Role]reader // over the whole bureau
	who     reader                 // for whom the next thing is made; zero: for somebody else
	serial  int
	last    string // state of all tables after the last request
	tables  string // the statement that gives it
	state   string // what it gave last
	writes  int64  // how often any table had been written to by then
}

// side is a unit with people who prepare things in it; none of them is a reader.
type side struct {
	g                    *ground
	name                 string
	unit, child          int64
	account, childOwned  vars // live, of the unit and of the unit below it
	author, second, boss access.Actor
}

// reader is a person with a session.
type reader struct {
	user    int64
	session int64
	token   string
	name    string
}

// vars fill the placeholders of a rule.
type vars map[string]any

// with gives v with more values.
func (v vars) with(more vars) vars {
	out := vars{}

	for _, m := range []vars{v, more} {
		for name, value := range m {
			out[name] = value
		}
	}

	return out
}

func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{
		World:   world.Still(t),
		t:       t,
		readers: map[access.Role]reader{},
		rulers:  map[access.Role]reader{},
	}
	g.Live.Close() // a stream ends at once
	g.exec(`INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, NULL, '局', 'bureau', '/1/', now()), (2, 1, '墙内单位', 'district', '/1/2/', now()),
     (3, 1, '墙外单位', 'district', '/1/3/', now()),
 (4, 2, '墙内科室', 'department', '/1/2/4/', now()), (5, 3, '墙外科室', 'department', '/1/3/5/', now())`)
	g.exec(`SELECT setval(pg_get_serial_sequence('units', 'id'), 5)`)
	_, err := g.Identity.CreateUser(t.Context(), access.System("测试"), identity.NewUser{
		Username:    "first",
		DisplayName: "首任管理员",
		UnitID:      1,
		Password:    password,
		Grants:      []identity.NewGrant{{Role: access.Administrator, UnitID: 1}},
	})
	g.must(err)

	for _, role := range access.Roles() {
		g.readers[role] = g.reader(role, 2, "/1/2/")
		g.rulers[role] = g.reader(role, 1, "/1/")
	}
	g.inside, g.outside = g.newSide("墙内", 2, 4), g.newSide(outsideMark, 3, 5)
	g.exec(countWrites)

	return g
}

func (g *ground) newSide(name string, unit, child int64) *side {
	s := &side{g: g, name: name, unit: unit, child: child}
	path := fmt.Sprintf("/1/%d/", unit)
	s.author = g.person(name+"作者", access.PressOfficer, unit, path)
	s.second = g.person(name+"审核", access.Reviewer, unit, path)
	s.boss = g.person(name+"主管", access.Supervisor, unit, path)
	s.account = s.newAccount(unit, "live", "commercial")
	s.childOwned = s.newAccount(child, "live", "commercial")

	return s
}

func (g *ground) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *ground) exec(sql string, args ...any) {
	g.t.Helper()
	_, err := g.DB.Pool().Exec(g.t.Context(), sql, args...)
	g.must(err)
}

// id runs a statement that gives a number.
func (g *ground) id(sql string, args ...any) (id int64) {
	g.t.Helper()
	g.must(g.DB.Pool().QueryRow(g.t.Context(), sql, args...).Scan(&id))
	return id
}

// next numbers things.
func (g *ground) next() int { g.serial++; return g.serial }

// person makes a user with a role by copying the first one, whose password took long to hash.
func (g *ground) person(name string, role access.Role, unit int64, path string) access.Actor {
	g.t.Helper()
	n := g.next()
	id := g.id(`INSERT INTO users (username, display_name, unit_id, password_hash, must_change,
			password_changed_at, lang, theme, created_at)
SELECT $1, $2, $3, password_hash, false, now(), 'zh', 'light', now() FROM users WHERE username = 'first'
    RETURNING id`, fmt.Sprintf("%s-%d", name, n), name, unit)
	g.exec(
		`INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, now())`,
		id,
		role,
		unit,
	)

	return access.Actor{
		UserID: id,
		Name:   name,
		IP:     "127.0.0.1",
		Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

// reader makes a person and signs in.
func (g *ground) reader(role access.Role, unit int64, path string) reader {
	g.t.Helper()
	actor := g.person("读者"+role.Label(), role, unit, path)
	name := fmt.Sprintf("%s-%d", actor.Name, g.serial)
	session, token, err := g.Identity.SignIn(
		g.t.Context(),
		name,
		password,
		fmt.Sprintf("10.0.%d.%d", g.serial/250, g.serial%250),
		"test",
	)
	g.must(err)

	return reader{user: actor.UserID, session: session.ID, token: token, name: name}
}

// newAccount makes an account with a token; a manual one has none and needs none.
func (s *side) newAccount(unit int64, state, connector string) vars {
	ground, n := s.g, s.g.next()
	uid := int64(7_000_000_000 + n)
	handle := fmt.Sprintf("%s号%d", s.name, n)
	ground.must(ground.Weibo.AddAccount(sandbox.Account{UID: uid, Handle: handle}))
	id := ground.id(`INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector,
			remote_uid, late_limit, min_gap, auto_resend, position, created_at)
VALUES ($1, 'weibo', $2, $2, 'district', 'preparing', $3, $4, '30 min', '0', false, $5, now()) RETURNING id`,
		unit, handle, connector, fmt.Sprint(uid), n)
	if connector != "manual" {
		_, err := ground.Accounts.ImportToken(
			ground.t.Context(),
			access.System("测试"),
			id,
			ground.Weibo.Token(handle),
		)
		ground.must(err)
	}
	if state == "live" {
		ground.exec(`UPDATE accounts SET state = 'live', tested_at = now() WHERE id = $1`, id)
	}

	return vars{
		"id":      id,
		"account": id,
		"unit":    unit,
		"handle":  handle,
		"uid":     uid,
		"token":   ground.Weibo.Token(handle),
	}
}

// write keeps a draft for one account.
func (s *side) write(account vars) post.Post {
	ground := s.g
	due := time.Now().Add(2 * time.Hour)
	p, err := ground.Posts.Create(ground.t.Context(), s.author, s.unit, post.Content{
		Text:    fmt.Sprintf("%s的话 %d", s.name, ground.next()),
		DueAt:   &due,
		Targets: []post.TargetChoice{{AccountID: account["account"].(int64)}},
	})
	ground.must(err)

	return p
}

// chain makes a chain of the unit with one version.
func (s *side) chain(state string) vars {
	id := s.g.id(`INSERT INTO chains (unit_id, created_at) VALUES ($1, now()) RETURNING id`, s.unit)
	s.g.exec(
		`INSERT INTO chain_versions (chain_id, number, name, active, column_ids, risks, account_ids, steps, state,
		asked_by, asked_at, why)
	VALUES ($1, 1, $2, false, '{}', '{}', '{}', '[{"name":"初审","relation":"line"}]', $3, $4, now(), '')`,
		id,
		fmt.Sprintf("%s流程%d", s.name, s.g.next()),
		state,
		s.author.UserID,
	)

	return s.account.with(vars{"id": id})
}

func (s *side) submit(account vars) vars {
	ground, post := s.g, s.write(account)
	ground.must(ground.Deliveries.Submit(ground.t.Context(), s.author, post.ID, post.Revision))
	post, version, err := ground.Posts.Find(ground.t.Context(), s.author, post.ID)
	ground.must(err)

	return account.with(vars{
		"id":       post.ID,
		"post":     post.ID,
		"revision": post.Revision,
		"version":  version.Number,
		"hash":     fmt.Sprintf("%x", version.Hash),
		"unit":     s.unit,
		"due":      local(3 * time.Hour),
		"due_at":   time.Now().Add(3 * time.Hour).UTC().Format(time.RFC3339),
		"month":    local(2 * time.Hour)[:len("2006-01")], // of what was written
		"from":     local(-24 * time.Hour),
		"to":       local(24 * time.Hour),
	})
}

// local is an instant from now as a browser's control writes it, in Beijing time.
func local(d time.Duration) string {
	return time.Now().Add(d).UTC().Add(8 * time.Hour).Format("2006-01-02T15:04")
}

// approve gives a post whose one delivery waits. Its id is the delivery's.
func (s *side) approve(account vars) vars {
	ground, v := s.g, s.submit(account)
	post, ver, err := ground.Posts.Find(ground.t.Context(), s.second, v["post"].(int64))
	ground.must(err)
	_, err = ground.Deliveries.Review(ground.t.Context(), s.second, post.ID, delivery.Verdict{
		Version:  ver.Number,
		Hash:     ver.Hash,
		Decision: review.Approve,
		Opinion:  "同意",
	})
	ground.must(err)
	id := ground.id("SELECT id FROM deliveries WHERE post_id = $1", post.ID)

	return v.with(vars{
		"id":       id,
		"delivery": id,
		"link": fmt.Sprintf(
			"https://weibo.com/%v/%d",
			account["uid"],
			5_300_000_000_000_000+ground.next(),
		),
	})
}

// sender is the reader for whom a thing is made, as one who writes; the unit's author where it is for nobody.
func (s *side) sender() access.Actor {
	who := s.author
	if s.g.who.user != 0 {
		who.UserID = s.g.who.user
	}

	return who
}

// planned is a file of one post.
func (s *side) planned() plan.File {
	text := fmt.Sprintf("%s一篇 %d", s.name, s.g.next())
	return plan.File{Name: "周.xlsx", Sheet: planSheet(s.account["handle"].(string), text)}
}

// planSheet is an Excel file with one post.
func planSheet(handle, text string) []byte {
	file := excelize.NewFile()
	defer file.Close()

	for cell, value := range map[string]string{"A1": "账号", "B1": "正文", "A2": handle, "B2": text} {
		_ = file.SetCellStr("Sheet1", cell, value)
	}
	var out bytes.Buffer
	_ = file.Write(&out)

	return out.Bytes()
}

// The things a rule's address can name. Each call makes a new one.
var (
	blank = func(s *side) vars {
		return s.account.with(
			vars{"due": local(3 * time.Hour), "today": local(0)[:len("2006-01-02")], "child": s.child},
		)
	}
	draft = func(s *side) vars {
		p := s.write(s.account)
		return s.account.with(vars{"id": p.ID, "post": p.ID, "revision": p.Revision})
	}
	newColumn = func(s *side) vars {
		return s.account.with(
			vars{"id": s.g.id(`INSERT INTO columns (unit_id, name, position, created_at, updated_at)
			VALUES ($1, $2, 1, now(), now()) RETURNING id`, s.unit, fmt.Sprintf("%s栏目%d", s.name, s.g.next()))},
		)
	}
	// a file of posts that the reader sent, or somebody else
	planFile = func(s *side) vars {
		id, err := s.g.Plan.KeepFile(s.g.t.Context(), s.sender(), s.planned())
		s.g.must(err)

		return s.account.with(vars{"id": id})
	}
	planImport = func(s *side) vars {
		made, err := s.g.Plan.Import(s.g.t.Context(), s.sender(), s.planned(), true)
		s.g.must(err)

		return s.account.with(vars{"id": made.ID})
	}
	// a year that nobody has entered
	unknownYear = func(s *side) vars {
		return s.account.with(vars{"year": s.g.id("SELECT coalesce(max(year), 2030) + 1 FROM holiday_years")})
	}
	newChain = func(s *side) vars { return s.chain("in_force") }
	// askedChain is a chain that waits for a second person.
	askedChain = func(s *side) vars { return s.chain("asked") }
	// standIn is an appointment for somebody of the unit, by somebody else.
	standIn = func(s *side) vars {
		return s.account.with(vars{"id": s.g.id(`
			INSERT INTO stand_ins (user_id, stand_in_id, from_at, until_at, set_by, set_at)
			VALUES ($1, $2, now(), now() + interval '1 day', $1, now()) RETURNING id`, s.second.UserID, s.boss.UserID)})
	}
	// colleague is somebody who could stand in for people who review for the unit.
	colleague = func(s *side) vars {
		return s.account.with(vars{
			"colleague": s.second.UserID,
			"soon":      local(2 * 24 * time.Hour),
			"later":     time.Now().AddDate(0, 0, 5).UTC().Format(time.RFC3339),
		})
	}
	submitted = func(s *side) vars { return s.submit(s.account) }
	// noted is a submitted post with a reviewer's note beside it.
	noted = func(s *side) vars {
		v := s.submit(s.account)
		note := s.g.id(`
			INSERT INTO review_notes (post_id, version_id, by_user, at, text, quoted, asks)
			SELECT id, version_id, $2, now(), '请核对数据', '', '{}' FROM posts WHERE id = $1 RETURNING id`,
			v["id"], s.second.UserID)

		return v.with(vars{"note": note})
	}
	// atEdit is a submitted post whose open step is one of editing.
	atEdit = func(s *side) vars {
		v := s.submit(s.account)
		s.g.exec(`
			INSERT INTO review_steps (run_id, number, name, role, relation, unit_id, everyone, limit_minutes,
				remind_minutes, items, at_once, state)
			SELECT run_id, 2, '终审', role, relation, unit_id, everyone, 0, 0, '[]', true, 'waiting'
			FROM review_steps WHERE run_id = (SELECT id FROM review_runs WHERE post_id = $1)`, v["id"])
		s.g.exec(`UPDATE review_steps SET edit = true WHERE number = 1 AND run_id =
			(SELECT id FROM review_runs WHERE post_id = $1)`, v["id"])

		return v
	}
	// opened is a submitted post that every reviewer has looked at, with the time that the page showed.
	opened = func(s *side) vars {
		v := s.submit(s.account)
		s.g.exec(`
			INSERT INTO review_opened (user_id, version_id, hash, at)
			SELECT DISTINCT g.user_id, v.id, v.hash, now()
			FROM posts p JOIN post_versions v ON v.id = p.version_id
				JOIN grants g ON g.role IN ('reviewer', 'supervisor') WHERE p.id = $1`, v["id"])
		p, _, err := s.g.Posts.Find(s.g.t.Context(), s.author, v["id"].(int64))
		s.g.must(err)
		shown := "now"
		if p.DueAt != nil {
			shown = p.DueAt.UTC().Format(time.RFC3339)
		}

		return v.with(vars{"shown": shown})
	}
	approved = func(s *side) vars { v := s.approve(s.account); return v.with(vars{"id": v["post"]}) }
	waiting  = func(s *side) vars { return s.approve(s.account) }
	// post of its account: in no crowd
	only = func(s *side) vars { return s.approve(s.newAccount(s.unit, "live", "commercial")) }
	// the post of only with its revision and the day on which it is due, the next one, and the same of the
	// week behind
	dated = func(s *side) vars {
		v := only(s)
		var due time.Time
		var seen int
		s.g.must(s.g.DB.Pool().QueryRow(s.g.t.Context(),
			"SELECT due_at, revision FROM posts WHERE id = $1", v["post"]).Scan(&due, &seen))
		day := func(n int) string { return beijing.Date(beijing.Day(due).AddDate(0, 0, n)) }

		return v.with(vars{"on": day(0), "next": day(1), "week": day(7), "seen": seen})
	}
	// a series of three drafts, with the first of them and the post that is repeated
	series = func(s *side) vars {
		v := only(s)
		rule, err := plan.ParseRule("FREQ=DAILY;COUNT=3")
		s.g.must(err)
		made, err := s.g.Plan.MakeSeries(s.g.t.Context(), s.author, plan.SeriesAsk{
			PostID: v["post"].(int64), Text: "墙内的话，{日期}", Rule: rule, First: *world.In(30 * time.Hour),
		})
		s.g.must(err)

		// another one, as the form lists it
		first := world.In(50 * time.Hour).Truncate(time.Minute)
		rule.Count = 2
		listed, err := s.g.Plan.LookSeries(s.g.t.Context(), s.author, plan.SeriesAsk{
			PostID: v["post"].(int64), Text: "又一次{日期}", Rule: rule, First: first,
		})
		s.g.must(err)

		return v.with(vars{
			"source": v["post"], "id": made.ID, "post": made.Posts[0].PostID, "shown": listed.Sum(),
			"first": first.In(beijing.Zone).Format("2006-01-02T15:04"),
		})
	}
	// that series with all of it submitted, and its first post as the page of a reviewer shows it
	seriesWaiting = func(s *side) vars {
		v := series(s)
		var chosen []plan.Chosen
		found, err := s.g.Plan.FindSeries(s.g.t.Context(), s.author, v["id"].(int64))
		s.g.must(err)

		for _, one := range found.Posts {
			chosen = append(chosen, plan.Chosen{PostID: one.PostID, Revision: one.Revision})
		}
		_, err = s.g.Plan.SubmitSeries(s.g.t.Context(), s.author, found.ID, chosen)
		s.g.must(err)

		var hash string
		var due time.Time
		s.g.must(s.g.DB.Pool().QueryRow(s.g.t.Context(), `
			SELECT encode(r.hash, 'hex'), p.due_at FROM review_runs r JOIN posts p ON p.id = r.post_id
			WHERE p.id = $1`, v["post"]).Scan(&hash, &due))

		return v.with(vars{"hash": hash, "due": due.UTC().Format(time.RFC3339)})
	}
	failedPost = func(s *side) vars { v := failed(s); return v.with(vars{"id": v["post"]}) }
	failed     = moved(
		`state = 'failed', reason = 'refused', attempts = 1, due_at = now() - interval '1 minute',
 approved_from = now() - interval '1 minute'`,
	)
	unknown = moved(
		"state = 'unknown', marked_at = now(), attempts = 1, attempt_id = gen_random_uuid(), looks = 2, hard_end = now()",
	)
	sent = moved(
		`state = 'sent', marked_at = now(), sent_at = now(), attempts = 1, attempt_id = gen_random_uuid(), remote_id = d.id::text || '000000',
 live = 'live', live_at = now(), live_text = ''`,
	)
	sentPost = func(s *side) vars { v := sent(s); return v.with(vars{"id": v["post"]}) }
	handoff  = func(s *side) vars {
		v := s.approve(s.newAccount(s.unit, "live", "manual"))
		s.g.exec("UPDATE deliveries SET state = 'handoff' WHERE id = $1", v["id"])
		return v
	}
	taken = func(s *side) vars { // by the reader, else by the author
		v, by := handoff(s), s.author.UserID
		if s.g.who.user != 0 {
			by = s.g.who.user
		}
		s.g.exec("UPDATE deliveries SET taken_by = $2, taken_at = now() WHERE id = $1", v["id"], by)

		return v
	}
	authorising = func(s *side) vars {
		who := s.g.who
		if who.user == 0 {
			who = s.g.rulers[access.Administrator]
		}
		v := fresh(s)

		return v.with(s.g.authorisation(v, who))
	}
	ownFeed = func(s *side) vars {
		return vars{"id": s.g.id(`INSERT INTO plan_feeds (user_id, name, token_hash, made_at)
			VALUES ($1, '日历', uuid_send(gen_random_uuid()), now()) RETURNING id`,
			cmp.Or(s.g.who.user, s.author.UserID))}
	}
	openFeed = func(s *side) vars {
		const token = "00112233445566778899aabbccddeeff"
		s.g.exec(`INSERT INTO plan_feeds (user_id, name, token_hash, made_at)
			VALUES ($1, '日历', sha256($2::bytea), now())`, s.g.readers[access.PressOfficer].user, token)

		return vars{"file": token + ".ics"}
	}
	ownSession   = func(s *side) vars { return vars{"id": max(s.g.who.session, 1)} }
	otherSession = func(s *side) vars { return vars{"id": s.g.rulers[access.Reviewer].session} }
	ownNotice    = func(s *side) vars { return s.noticeOf(max(s.g.who.user, 1)) }
	otherNotice  = func(s *side) vars { return s.noticeOf(s.g.rulers[access.Reviewer].user) }
	ownRow       = func(s *side) vars { v := ownNotice(s); return v.with(vars{"id": v["notice"]}) }
	otherRow     = func(s *side) vars { v := otherNotice(s); return v.with(vars{"id": v["notice"]}) }
	asset        = func(s *side) vars {
		a := s.g.ask(rule{route: "GET /signin"}, reader{}, vars{})
		return vars{"name": regexp.MustCompile(`/assets/([^"]+\.css)`).FindStringSubmatch(a.Body.String())[1]}
	}
	fresh   = func(s *side) vars { return s.newAccount(s.unit, "preparing", "commercial") }
	running = func(s *side) vars { return s.newAccount(s.unit, "live", "commercial") }
	// an account that the platform pushes to
	pushedTo = func(s *side) vars {
		v := running(s)
		s.g.id(`INSERT INTO push_addresses (account_id, token_hash, made_at)
			VALUES ($1::bigint, sha256(int8send($1::bigint)), now()) RETURNING account_id`, v["id"])

		return v
	}
	below = func(s *side) vars { return s.childOwned }

	// an index of an account
	spread      = func(s *side) vars { return running(s).with(vars{"index": "bci7"}) }
	spreadBelow = func(s *side) vars { return below(s).with(vars{"index": "bci7"}) }

	// imported is a file of past posts that is worked through: the id is the import's.
	imported = func(s *side) vars {
		v := running(s)

		return v.with(vars{"id": s.g.id(`INSERT INTO imports (account_id, file_name, bytes, state, rows,
				rejected, created_at)
VALUES ($1, '墙内文件.csv', 1, 'done', 1, 0, now()) RETURNING id`, v["id"])})
	}
	picture = func(s *side) vars {
		m, err := s.g.Media.Upload(
			s.g.t.Context(),
			s.author,
			s.unit,
			s.name+".png",
			bytes.NewReader(dot()),
			s.name+"的图",
		)
		s.g.must(err)

		return vars{"id": m.ID, "unit": s.unit}
	}
	accountGroup = func(s *side) vars {
		return s.account.with(vars{"unit": s.unit, "id": s.g.id(`
			INSERT INTO account_groups (unit_id, user_id, name, account_ids, updated_at)
			VALUES ($1, $2, $3, '{1}', now()) RETURNING id`,
			s.unit, s.author.UserID, fmt.Sprintf("%s账号组%d", s.name, s.g.next()))})
	}
	// what a unit keeps in its library
	libraryItem = func(s *side) vars {
		return vars{"unit": s.unit, "id": s.g.id(`
			INSERT INTO library_items (unit_id, kind, title, text, source, licence, folded, grams,
				created_by, created_at, updated_by, updated_at)
			VALUES ($1, 'snippet', $2, '落款文字', '', '', '', '{}', $3, now(), $3, now()) RETURNING id`,
			s.unit, s.name+"素材", s.author.UserID)}
	}
	libraryPicture = func(s *side) vars {
		return vars{"unit": s.unit, "id": s.g.id(`
			INSERT INTO library_items (unit_id, kind, title, text, media_id, source, licence, folded, grams,
				created_by, created_at, updated_by, updated_at)
			VALUES ($1, 'picture', '图', '图', $2, '自拍', '自有', '', '{}', $3, now(), $3, now())
				RETURNING id`, s.unit, picture(s)["id"], s.author.UserID)}
	}
	illustrated = func(s *side) vars { // a delivery with a picture
		m := picture(s)
		p := s.write(s.account)
		s.g.exec(`
			INSERT INTO version_media (version_id, position, media_id, alt) SELECT version_id, 0, $2, ''
				FROM posts WHERE id = $1`, p.ID, m["id"])
		s.g.must(s.g.Deliveries.Submit(s.g.t.Context(), s.author, p.ID, 0))

		return vars{"id": s.g.id("SELECT id FROM deliveries WHERE post_id = $1", p.ID), "n": 1}
	}
	advance = func(s *side) vars { // a request to send earlier than approved
		v, at := s.approve(s.account), time.Now().Add(time.Minute)
		moved, err := s.g.Deliveries.Reschedule(
			s.g.t.Context(),
			s.author,
			v["post"].(int64),
			delivery.DueChoice{At: &at},
		)
		s.g.must(err)

		return v.with(vars{"id": moved.Asked.ID})
	}
	takedown = func(s *side) vars {
		v := sent(s)
		list, err := s.g.Deliveries.Takedown(s.g.t.Context(), s.boss, []int64{v["id"].(int64)}, "内容有误")
		s.g.must(err)

		return v.with(vars{"id": list[0].ID, "decision": list[0].ID})
	}
	takendown = func(s *side) vars { v := takedown(s); return v.with(vars{"id": v["delivery"]}) }
	batch     = func(s *side) vars { // of take-downs asked for together
		a, b := sent(s), sent(s)
		list, err := s.g.Deliveries.Takedown(s.g.t.Context(), s.boss, []int64{
			a["id"].(int64), b["id"].(int64),
		}, "内容有误")
		s.g.must(err)

		return a.with(vars{"id": *list[0].BatchID})
	}
	resolved = func(s *side) vars {
		v := unknown(s)
		r, err := s.g.Deliveries.Resolve(
			s.g.t.Context(),
			s.boss,
			v["id"].(int64),
			delivery.ResolvedAsNotSent,
			"",
			"没有看到",
		)
		s.g.must(err)

		return v.with(vars{"decision": r.Awaiting.ID})
	}
	// elsewhere is a place outside, whatever side is asked for.
	elsewhere = func(s *side) vars { return vars{"unit": s.g.outside.unit} }
	aPause    = func(s *side) vars {
		v := s.approve(s.newAccount(s.unit, "live", "commercial"))
		account := v["account"].(int64)
		p, err := s.g.Deliveries.Pause(
			s.g.t.Context(),
			s.boss,
			pause.Stop{UnitID: s.unit, AccountID: &account, Why: s.name + "演练"},
		)
		s.g.must(err)

		return v.with(vars{"id": p.ID, "pause": p.ID})
	}
	// words is a list of the unit with one word in it, and a file that the reader has sent for it.
	words = func(s *side) vars {
		s.g.serial++
		list, err := s.g.Lexicons.Create(s.g.t.Context(), s.boss, lexicon.NewList{
			UnitID: s.unit, Kind: lexicon.Typo, Name: fmt.Sprintf("%s词表%d", s.name, s.g.serial),
		})
		s.g.must(err)
		_, err = s.g.Lexicons.PutEntry(s.g.t.Context(), s.boss, list.ID, lexicon.Put{
			Entry: lexicon.Entry{Word: s.name + "错字"},
		}, "")
		s.g.must(err)
		by := s.g.who.user
		if by == 0 {
			by = s.boss.UserID
		}
		file := s.g.id(`INSERT INTO lexicon_files (lexicon_id, sent_by, sent_at, name, data)
			VALUES ($1, $2, now(), 'a.csv', convert_to(E'word\n另一个', 'UTF8')) RETURNING id`, list.ID, by)

		return vars{
			"id":    list.ID,
			"unit":  s.unit,
			"word":  s.name + "错字",
			"n":     s.g.next(),
			"file":  file,
			"entry": s.g.id(`SELECT id FROM lexicon_entries WHERE lexicon_id = $1`, list.ID),
		}
	}
	// wordChange is a word that is to be forbidden, and waits for a second person.
	wordChange = func(s *side) vars {
		v := words(s)
		outcome, err := s.g.Lexicons.PutEntry(s.g.t.Context(), s.boss, v["id"].(int64), lexicon.Put{
			Entry: lexicon.Entry{Word: s.name + "禁词", Level: lexicon.Block},
		}, "")
		s.g.must(err)

		return v.with(vars{"id": outcome.Change.ID, "list": v["id"]})
	}
	// pleaList is a list of the unit with a word in it, the same for all of a side.
	pleaList = func(s *side) vars {
		word := s.name + "错字"
		list := s.g.id(
			`SELECT coalesce(max(l.id), 0) FROM lexicons l JOIN lexicon_entries e ON e.lexicon_id = l.id
			WHERE l.unit_id = $1 AND l.state = 'on' AND e.word = $2 AND e.until IS NULL`,
			s.unit,
			word,
		)
		if list == 0 {
			return words(s)
		}

		return vars{"id": list, "unit": s.unit, "word": word, "n": s.g.next()}
	}
	// plea is an exception that waits for a second person.
	plea = func(s *side) vars {
		v := pleaList(s)
		by := s.g.person(fmt.Sprint("请求人", s.g.next()), access.PressOfficer, s.unit, "")
		e, err := s.g.Lexicons.Except(s.g.t.Context(), by, lexicon.Plea{
			ListID: v["id"].(int64),
			UnitID: s.unit,
			Word:   s.name + "错字",
			Text:   fmt.Sprint(s.name, "错字就是这样写的", s.g.next()),
			Why:    "讲的就是它",
		})
		s.g.must(err)

		return v.with(vars{"id": e.ID})
	}
	// levelChange is a level that is to be lowered, and waits for a second person.
	levelChange = func(s *side) vars {
		s.g.exec(`DELETE FROM rule_level_changes WHERE unit_id = $1`, s.unit)
		s.g.exec(`DELETE FROM rule_levels WHERE unit_id = $1`, s.unit)
		asked, err := s.g.Checks.SetLevel(s.g.t.Context(), s.boss, check.NewLevel{
			UnitID: s.unit, Rule: check.Rule(lexicon.Names), Level: lexicon.Hint, Why: s.name + "的原因",
		})
		s.g.must(err)
		if asked == nil {
			s.g.t.Fatal("the level was lowered at once")
		}

		return vars{"id": asked.ID, "unit": s.unit}
	}
	// levelled is a unit without levels of its own.
	levelled = func(s *side) vars {
		s.g.exec(`DELETE FROM rule_levels WHERE unit_id = $1`, s.unit)
		return vars{"id": s.unit, "unit": s.unit}
	}
	// domains is a unit with a list of domains.
	domains = func(s *side) vars {
		s.g.exec(`
			INSERT INTO link_domains AS d (unit_id, hosts, version, changed_by, changed_at)
			VALUES ($1, '{a.example.cn}', 1, $2, now())
			ON CONFLICT (unit_id) DO UPDATE SET hosts = excluded.hosts, version = d.version + 1`,
			s.unit, s.boss.UserID)
		version := s.g.id(`SELECT version FROM link_domains WHERE unit_id = $1`, s.unit)

		return vars{"id": s.unit, "unit": s.unit, "version": version}
	}
	// forbidden is a draft with a word that a list forbids, the same list for all of a side.
	forbidden = func(s *side) vars {
		v, word := draft(s), s.name+"禁用的词"
		said := s.name + "的话：" + word + fmt.Sprint(s.g.next())
		s.g.exec(`UPDATE post_versions SET text = $2 WHERE post_id = $1`, v["post"], said)
		s.g.exec(`UPDATE posts SET due_at = NULL WHERE id = $1`, v["post"])
		list := s.g.id(
			`SELECT coalesce((SELECT id FROM lexicons WHERE unit_id = $1 AND kind = 'grave'), 0)`,
			s.unit,
		)
		if list == 0 {
			made, err := s.g.Lexicons.Create(s.g.t.Context(), access.System("test"), lexicon.NewList{
				UnitID: s.unit, Kind: lexicon.Grave, Name: s.name + "禁词表",
			})
			s.g.must(err)
			_, err = s.g.Lexicons.PutEntry(s.g.t.Context(), access.System("test"), made.ID, lexicon.Put{
				Entry: lexicon.Entry{Word: word},
			}, "")
			s.g.must(err)
			list = made.ID
		}
		key := check.Finding{Rule: check.Rule(lexicon.Grave), Found: word}.Key()

		return v.with(vars{"list": list, "unit": s.unit, "said": said, "key": key})
	}
	// linked is a draft with a link at which nobody looked.
	linked = func(s *side) vars {
		v := draft(s)
		s.g.exec(`UPDATE post_versions SET text = $2 WHERE post_id = $1`, v["post"],
			fmt.Sprintf("%s的话 https://a.example/%d", s.name, s.g.next()))

		return v
	}
	stopped = func(s *side) vars {
		s.g.exec(`
			INSERT INTO installation (name, value, at) VALUES ('sending_stopped', 'restored', now())
				ON CONFLICT DO NOTHING`)

		return vars{}
	}
	noticed = func(s *side) vars {
		return s.account.with(vars{"id": s.g.id(`INSERT INTO platform_posts (account_id, platform, remote_id,
				origin, posted_at, text, original, pictures, state, state_at,
 reposts, comments, likes) VALUES ($1, 'weibo', $2, 'elsewhere', now(), $3, true, 0, 'live', now(), 1, 2, 3)
     RETURNING id`,
			s.account["id"], fmt.Sprint(s.g.next()), s.name+"的微博")})
	}
	someone = func(s *side) vars {
		p := s.g.person(fmt.Sprint(s.name, "某人", s.g.next()), access.PressOfficer, s.unit, "")
		grant := s.g.id("SELECT id FROM grants WHERE user_id = $1", p.UserID)
		return vars{"id": p.UserID, "user": p.UserID, "grant": grant, "unit": s.unit, "child": s.child}
	}
	change = func(s *side) vars { // asked by somebody who is none of the readers
		v := someone(s)
		asker := s.g.person(fmt.Sprint("申请人", s.g.next()), access.Administrator, s.unit, "")

		return v.with(vars{"id": s.g.id(`INSERT INTO user_changes (kind, state, user_id, unit_id, what,
				password_hash, why, asked_by, asked_at, expires_at)
 VALUES ('grant', 'asked', $1, $2, jsonb_build_object('grants',
     jsonb_build_array(jsonb_build_object('role', 'reviewer', 'unit_id', $2::bigint))), '', '',
 $3, now(), now() + interval '1 day') RETURNING id`, v["id"], s.unit, asker.UserID)})
	}
	refused = func(s *side) vars {
		v := someone(s)
		s.g.exec(`INSERT INTO signin_refusals (day, user_id, count, waiting, last_at, last_ip)
				VALUES (current_date, $1, 3, 0, now(), '10.0.0.1')`, v["id"])

		return v
	}
	notice = func(s *side) vars {
		n := s.g.next()

		return vars{"id": s.g.id(`INSERT INTO todos (kind, key, permission, unit_id, subject_type, subject_id,
				code, args, raised_at)
 VALUES ('notice', $1, 'self', $2, 'user', 1, 'people.disabled', '{"who": "甲", "name": "乙"}', now())
     RETURNING id`, fmt.Sprint("notice/", n), s.unit)}
	}
	unopened = func(s *side) vars { // nobody looked at it yet
		v, event := notice(s), s.noticeOf(1)["id"]
		s.g.exec("UPDATE notice_events SET todo_id = $1, watched = true WHERE id = $2", v["id"], event)

		return v
	}
	newcomer = func(s *side) vars { // whose first sign-in is due
		p := s.g.person(fmt.Sprint("新人", s.g.next()), access.PressOfficer, s.unit, "")
		admin := s.g.person(fmt.Sprint("管理", s.g.next()), access.Administrator, 1, "/1/")
		asked, _, err := s.g.Identity.AskReset(s.g.t.Context(), admin, p.UserID, password, "")
		if err != nil {
			s.g.t.Fatal(err)
		}
		_, first, err := s.g.Identity.Confirm(s.g.t.Context(), access.System("测试"), asked.ID)
		if err != nil {
			s.g.t.Fatal(err)
		}

		return vars{"name": first.Username, "code": first.Code.Reveal()}
	}
	oneGrant = func(s *side) vars { v := someone(s); return v.with(vars{"id": v["grant"]}) }
	disabled = func(s *side) vars {
		v := someone(s)
		s.g.exec("UPDATE users SET disabled_at = now() WHERE id = $1", v["id"])
		return v
	}
	ownTemplate = func(s *side) vars {
		n := s.g.next()
		id := s.g.id(
			`INSERT INTO templates (unit_id, kind, name, version) VALUES ($1, 'own', $2, 1) RETURNING id`,
			s.unit,
			fmt.Sprintf("模板%d", n),
		)
		s.g.exec(`INSERT INTO template_versions (template_id, number, text, written_by, written_at)
			SELECT $1, 1, '某文', min(id), now() FROM users`, id)

		return vars{"id": id, "unit": s.unit}
	}
	noDuty = func(s *side) vars {
		s.g.exec("DELETE FROM duties WHERE unit_id = $1", s.unit)

		return vars{"unit": s.unit}
	}
	newSource = func(s *side) vars {
		n := s.g.next()
		id := s.g.id(`
			INSERT INTO sources (unit_id, name, kind, url, mapping, every, at, author_id, active, version,
			    created_at)
			SELECT $1, $2, 'ranking', 'http://127.0.0.1:1/',
			    '{"month":"=2026-10","ranks.district":"d","ranks.pm25":"p"}',
				60, '00:10', $3, true, 1, now() RETURNING id`,
			s.unit, fmt.Sprintf("%s来源%d", s.name, n), s.author.UserID)

		return vars{"id": id, "unit": s.unit, "author": s.author.UserID}
	}
	// newChannel is a channel whose secret nobody can open: a trial of it goes nowhere.
	newChannel = func(s *side) vars {
		id := s.g.id(`
			INSERT INTO channels (unit_id, kind, name, place, login, sender, security, hint, key_id, sealed,
			    secret_at, active, version, created_by, created_at)
			VALUES ($1, 'wecom', $2, '127.0.0.1', '', '', '', '', 'lost', '', now(), true, 1, $3, now())
			RETURNING id`, s.unit, fmt.Sprintf("%s渠道%d", s.name, s.g.next()), s.author.UserID)

		return vars{"id": id, "unit": s.unit}
	}
	emptyUnit = func(s *side) vars {
		n := s.g.next()
		id := s.g.id(`INSERT INTO units (parent_id, name, kind, path, created_at)
				VALUES ($1, $2, 'department', $3, now()) RETURNING id`, s.unit,
			fmt.Sprintf("%s空%d", s.name, n), fmt.Sprintf("/1/x%d/", n))
		s.g.exec("UPDATE units SET path = '/1/' || $2::bigint || '/' || id || '/' WHERE id = $1", id, s.unit)

		return vars{"id": id, "unit": s.unit, "child": s.child}
	}
)

// moved gives a thing whose delivery was put into a state as the engine would leave it.
func moved(set string) func(s *side) vars {
	return func(s *side) vars {
		v := s.approve(s.account)
		s.g.exec("UPDATE deliveries d SET "+set+" WHERE id = $1", v["id"])
		return v
	}
}

// dot is a small picture, another one each time: the same bytes are stored once.
func dot() []byte {
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // memory and a valid image: cannot fail
	}

	return b.Bytes()
}

// everything is the state of all rows in a line per table: how many there are and which transactions
// wrote them. A row that was written, changed or deleted shows. Where nothing was written to since it was
// last asked for, the answer is still the same.
func (g *ground) everything() string {
	g.t.Helper()
	if g.tables == "" {
		g.tables = g.statement()
	}

	var writes int64
	g.must(g.DB.Pool().QueryRow(g.t.Context(), "SELECT last_value FROM ground_writes").Scan(&writes))
	if g.state != "" && writes == g.writes {
		return g.state
	}
	g.must(g.DB.Pool().QueryRow(g.t.Context(), g.tables).Scan(&g.state))
	g.writes = writes

	return g.state
}

// countWrites counts each statement that writes to a table, also one that is taken back. Looking at two
// hundred tables costs more than most requests, and most requests write nothing.
const countWrites = `
CREATE SEQUENCE ground_writes;
CREATE FUNCTION ground_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN PERFORM nextval('public.ground_writes'); RETURN NULL; END $$;
DO $$
DECLARE r regclass;
BEGIN
	FOR r IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') LOOP
		EXECUTE format('CREATE TRIGGER ground_written AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE %s ON %s
			FOR EACH STATEMENT EXECUTE FUNCTION ground_written()',
			CASE r::text WHEN 'sessions' THEN 'OF id, revoked_at' ELSE '' END, r);
	END LOOP;
END $$`

// restless tables change by being looked at. What matters in them is compared by content instead.
var restless = map[string]string{
	// last_seen_at and expires_at move with each request
	"sessions": "id + coalesce(hashtext(revoked_at::text)::bigint, 0)",
}

// statement looks at every table of the schema.
func (g *ground) statement() string {
	rows, err := g.DB.Pool().Query(g.t.Context(), `SELECT c.relname FROM pg_class c
			JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1`)
	g.must(err)
	defer rows.Close()
	var parts []string

	for rows.Next() {
		var table string
		g.must(rows.Scan(&table))
		mark := "xmin::text::bigint"
		if m, ok := restless[table]; ok {
			mark = m
		}
		parts = append(parts, fmt.Sprintf(`
			SELECT '%s ' || count(*) || ' ' || coalesce(sum(%s), 0) AS line FROM %q`, table, mark, table))
	}

	return "SELECT string_agg(line, E'\n' ORDER BY line) FROM (" + strings.Join(parts, " UNION ALL ") + ") x"
}

// savedSite is the look of the public site as an author of its side saved it: not public, and nobody asked.
func savedSite(s *side) vars { return s.site(false, false) }

// askedSite is the same, asked for by that person.
func askedSite(s *side) vars { return s.site(true, false) }

// openSite is public.
func openSite(s *side) vars { return s.site(false, true) }

func (s *side) site(asked, open bool) vars {
	s.g.exec(`UPDATE site_drafts SET name = '试名', name_en = 'Trial', footer = '主办', filing = '', revision = 7,
		saved_by = $1, saved_at = now(), asked_by = CASE WHEN $2 THEN $1::bigint END,
		asked_at = CASE WHEN $2 THEN now() END`, s.author.UserID, asked)
	s.g.exec("UPDATE site_drafts SET emblem = $1", dot())
	s.g.exec("UPDATE site.settings SET open = $1, name = '旧名'", open)

	return vars{"revision": 7, "path": "about"}
}

// noticeOf tells a person of something; the notice stands beside its event.
func (s *side) noticeOf(user int64) vars {
	event := s.g.id(
		`INSERT INTO notice_events (key, kind, code, args, urgent, permission, unit_id, subject_type,
			subject_id, here, not_users, raised_at, told_at, watched)
		VALUES ($1, 'other', 'people.disabled', '{"who": "甲", "name": "乙"}', false, 'self', $2, 'user', 1, false,
			'{}', now(), now(), false) RETURNING id`,
		fmt.Sprint("walk/", s.g.next()),
		s.unit,
	)

	return vars{"event": event, "id": event, "notice": s.g.id(`
		INSERT INTO notices (event_id, user_id, kind, counts, raised_at) VALUES ($1, $2, 'other', true, now())
		RETURNING id`, event, user)}
}
