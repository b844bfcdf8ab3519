package todo_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/todo"
)

var noon = time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)

// Matters as features declare them.
var (
	declared todo.Declared

	waiting = declared.Declare(todo.Matter{
		Code:       "review.waiting",
		Kind:       todo.KindReview,
		Subject:    "post",
		Permission: access.PostReview,
		Tone:       todo.Notice,
		Text:       "待审：{.title}",
		Act:        "审核|动词",
	})
	expired = declared.Declare(todo.Matter{
		Code:       "token.expired",
		Kind:       todo.KindToken,
		Subject:    "account",
		Permission: access.AccountManage,
		Tone:       todo.Danger,
		Text:       "{.account}：授权已失效，待发微博将发不出去",
		Act:        "重新授权",
	})
	unknown = declared.Declare(todo.Matter{
		Code:       "delivery.unknown",
		Kind:       todo.KindUnknown,
		Subject:    "delivery",
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       "{.account}：微博未确认是否发出，系统也没有查到。请到微博上核对后判定，不要手动重发",
		Act:        "判定结果",
	})
	failed = declared.Declare(todo.Matter{
		Code:       "delivery.failed",
		Kind:       todo.KindMissed,
		Subject:    "delivery",
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       "{.account}：没有发出。{.reason}",
		Act:        "查看并处理",
	})
)

// world has a bureau with two districts.
type world struct {
	*testing.T
	db                 *pg.DB
	s                  *todo.Service
	bureau, east, west org.Unit
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, db: pgtest.New(t)}
	w.s = todo.New(w.db, todo.Join(declared.All()), todo.Pages{}.Page("post", "/posts/%d").
		Page("account", "/matrix/accounts/%d").
		Page("delivery", "/deliveries/%d").
		PageOf(waiting.Code, "/reviews/%d").Page("star", "/stars"), func() time.Time { return noon })
	units := org.New(w.db, func() time.Time { return noon })
	w.bureau = w.unit(units, 0, "生态环境局", org.Bureau)
	w.east = w.unit(units, w.bureau.ID, "东城", org.District)
	w.west = w.unit(units, w.bureau.ID, "西城", org.District)

	return w
}

func (w *world) unit(service *org.Service, parent int64, name string, kind org.Kind) org.Unit {
	w.Helper()
	u, err := service.Create(w.Context(), access.System("测试"), parent, name, kind)
	if err != nil {
		w.Fatal(err)
	}

	return u
}

func (w *world) tx(fn func(ctx context.Context, tx pg.Tx) error) {
	w.Helper()
	if err := w.db.InTx(w.Context(), func(tx pg.Tx) error { return fn(w.Context(), tx) }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) raise(items ...todo.Item) {
	w.Helper()
	w.tx(func(ctx context.Context, tx pg.Tx) error {
		for _, item := range items {
			if err := todo.RaiseTx(ctx, tx, noon, item); err != nil {
				return err
			}
		}

		return nil
	})
}

func (w *world) keys(actor access.Actor) string {
	w.Helper()
	list, err := w.s.List(w.Context(), actor)
	if err != nil {
		w.Fatal(err)
	}

	var keys []string
	for _, open := range list {
		keys = append(keys, open.Key)
	}
	if n, err := w.s.Count(w.Context(), actor); err != nil || n != len(keys) {
		w.Errorf("count %d (%v), list %d", n, err, len(keys))
	}

	return strings.Join(keys, " ")
}

func review(key string, unit org.Unit) todo.Item {
	return todo.Item{
		Matter:    waiting,
		Key:       key,
		UnitPath:  unit.Path,
		SubjectID: 4,
		Args:      map[string]any{"title": "空气质量"},
	}
}

func actor(id int64, role access.Role, unit org.Unit) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit.ID, Path: unit.Path}}}
}

func TestOpenMatterIsRaisedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reviewer := actor(7, access.Reviewer, w.bureau)

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { w.raise(review("review/4", w.east)) })
	}
	wg.Wait()
	if got := w.keys(reviewer); got != "review/4" {
		t.Fatalf("open: %q", got)
	}
	w.tx(func(ctx context.Context, tx pg.Tx) error { return todo.ResolveTx(ctx, tx, noon, "review/4", 0) })
	w.tx(func(ctx context.Context, tx pg.Tx) error { return todo.ResolveTx(ctx, tx, noon, "review/4", 0) })
	if got := w.keys(reviewer); got != "" {
		t.Fatalf("after it was resolved: %q", got)
	}
	w.raise(review("review/4", w.east))
	if got := w.keys(reviewer); got != "review/4" {
		t.Errorf("raised again: %q", got)
	}
}

func TestOnlyWhoMayActSeesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := review("review/2", w.east)
	own.NotUser = 7
	w.raise(review("review/1", w.east), own, review("review/3", w.west),
		todo.Item{Matter: expired, Key: "account/1/token", UnitPath: w.east.Path, SubjectID: 1,
			Args: map[string]any{"account": "示例"}})

	for name, tc := range map[string]struct {
		a    access.Actor
		want string
	}{
		"reviewer of all":       {actor(8, access.Reviewer, w.bureau), "review/1 review/2 review/3"},
		"the author":            {actor(7, access.Reviewer, w.bureau), "review/1 review/3"},
		"reviewer of one":       {actor(8, access.Reviewer, w.west), "review/3"},
		"press officer":         {actor(8, access.PressOfficer, w.bureau), ""},
		"administrator":         {actor(8, access.Administrator, w.bureau), "account/1/token"},
		"administrator of west": {actor(8, access.Administrator, w.west), ""},
		"nobody":                {access.Actor{}, ""},
	} {
		if got := w.keys(tc.a); got != tc.want {
			t.Errorf("%s sees %q, want %q", name, got, tc.want)
		}
	}
}

func TestMostPressingFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	soon, later := noon.Add(time.Hour), noon.Add(2*time.Hour)
	late, early := review("late", w.east), review("early", w.east)
	late.DueAt, early.DueAt = &later, &soon
	w.raise(late, review("undated", w.east), early,
		todo.Item{Matter: unknown, Key: "unknown", UnitPath: w.east.Path, SubjectID: 9})
	sup := actor(8, access.Supervisor, w.bureau)
	if got := w.keys(sup); got != "unknown early late undated" {
		t.Errorf("order %q", got)
	}
	kinds, err := w.s.CountKinds(t.Context(), sup)
	if err != nil || kinds[todo.KindReview] != 3 || kinds[todo.KindUnknown] != 1 {
		t.Errorf("%v, %v", kinds, err)
	}
}

func TestMovedUnitTakesItsMattersAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise(review("review/1", w.east))
	machine := access.System("测试")
	w.tx(func(ctx context.Context, tx pg.Tx) error {
		_, err := org.MoveTx(ctx, tx, noon,
			org.Move{UnitID: w.east.ID, ParentID: w.west.ID, Asker: machine, Actor: machine}, org.Watch{})
		return err
	})
	if got := w.keys(actor(8, access.Reviewer, w.west)); got != "review/1" {
		t.Errorf("the new unit above sees %q", got)
	}
}

func TestAllMattersOfOneThingAreResolved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	item, b := review("a", w.east), review("b", w.east)
	b.SubjectID = 5
	w.raise(item, review("a2", w.east), b)
	w.tx(
		func(ctx context.Context, tx pg.Tx) error { return todo.ResolveSubjectTx(ctx, tx, noon, "post", 4, 0) },
	)
	if got := w.keys(actor(8, access.Reviewer, w.bureau)); got != "b" {
		t.Errorf("left open: %q", got)
	}
}

func TestIncompleteMatterIsADefect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := []todo.Item{{}, review("", w.east), review("x", org.Unit{}), review("x", org.Unit{Path: "/a/"})}
	unreadable := review("y", w.east)

	unreadable.Args = map[string]any{"f": func() {}}
	for _, item := range append(bad, unreadable) {
		raise := func(tx pg.Tx) error { return todo.RaiseTx(t.Context(), tx, noon, item) }
		if err := w.db.InTx(t.Context(), raise); err == nil {
			t.Errorf("raised %+v", item)
		}
	}
	undone := errors.New("undone")
	err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
		return errors.Join(todo.RaiseTx(t.Context(), tx, noon, review("z", w.east)), undone)
	})
	if !errors.Is(err, undone) || w.keys(actor(8, access.Reviewer, w.bureau)) != "" {
		t.Errorf("a matter outlived its transaction (%v)", err)
	}
}

func TestWhatIsSaidByTheItemGoesBeforeTheMatter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	writers := review("review/1", w.east)
	writers.Permission, writers.Subject = access.PostWrite, "star"
	w.raise(writers)
	list, err := w.s.List(t.Context(), actor(8, access.PressOfficer, w.east))
	if err != nil || len(list) != 1 || list[0].Subject != "star" ||
		w.keys(actor(8, access.Reviewer, w.east)) != "" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWordsOfReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	zh, en := i18n.For(i18n.Chinese), i18n.For(i18n.English)
	for _, tc := range []struct {
		code    string
		subject todo.Subject
		args    string // as the database gives them back
		zh, en  string
		tone    todo.Tone
		path    string
	}{
		{"delivery.failed.later", "delivery", `{"account": "甲", "reason": "审核"}`, "甲：没有发出。审核",
			"甲: it did not go out. Reviews", todo.Warning, "/deliveries/6"},
		{failed.Code, "delivery", `{"account": "甲", "reason": "微博拒绝发布：{.text}（{.code}）",
			"reason_args": {"code": 20019,
			"text": "正文 {.n} 字，超过 {.max} 字，请缩短", "text_args": {"n": 141, "max": 140}}}`,
			"甲：没有发出。微博拒绝发布：正文 141 字，超过 140 字，请缩短（20019）",
			"甲: it did not go out. Weibo refused: The text counts 141, more than 140; shorten it (20019)",
			todo.Warning, "/deliveries/6"},
		{"review.waiting", "post", `{"title": "题"}`, "待审：题", "To review: 题", todo.Notice, "/reviews/6"},
		{"never.heard", "star", `{}`, "有一件事需要处理（never.heard）", "Something needs attention (never.heard)",
			todo.Warning, "/stars"},
		{"never.heard", "moon", `{}`, "有一件事需要处理（never.heard）", "Something needs attention (never.heard)",
			todo.Warning, "/todo"},
	} {
		item := review("x", w.east)
		item.Matter.Code, item.Subject, item.SubjectID = tc.code, tc.subject, 6
		if err := json.Unmarshal([]byte(tc.args), &item.Args); err != nil {
			t.Fatal(err)
		}
		w.raise(item)
		list, err := w.s.List(t.Context(), actor(8, access.Reviewer, w.east))
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %+v, %v", tc.code, list, err)
		}
		open := list[0]
		if got := zh.T(open.Text(), open.Pairs()...); got != tc.zh {
			t.Errorf("%s: %q, want %q", tc.code, got, tc.zh)
		}
		if got := en.T(open.Text(), open.Pairs()...); got != tc.en {
			t.Errorf("%s: %q, want %q", tc.code, got, tc.en)
		}
		if open.Tone() != tc.tone || open.Path != tc.path || open.Act() == "" {
			t.Errorf("%s: tone %s, path %s, act %q", tc.code, open.Tone(), open.Path, open.Act())
		}
		w.tx(func(ctx context.Context, tx pg.Tx) error { return todo.ResolveTx(ctx, tx, noon, "x", 0) })
	}

	for _, k := range todo.Kinds() {
		if todo.KindName(k) == todo.KindName("?") {
			t.Errorf("kind %s has no name", k)
		}
	}
}

func TestAMatterIsWholeAndHasOneOwner(t *testing.T) {
	t.Parallel()
	declare := func(spoil func(*todo.Matter)) {
		matter := waiting
		matter.Code = "a.b"
		spoil(&matter)
		new(todo.Declared).Declare(matter)
	}

	for what, do := range map[string]func(){
		"without words":        func() { declare(func(matter *todo.Matter) { matter.Text = "" }) },
		"without a permission": func() { declare(func(matter *todo.Matter) { matter.Permission = "post.reviews" }) },
		"of no kind":           func() { declare(func(matter *todo.Matter) { matter.Kind = "reviews" }) },
		"two of one code":      func() { todo.Join(declared.All(), []todo.Matter{waiting}) },
		"two pages": func() {
			todo.JoinPages(todo.Pages{}.Page("post", "/a"), todo.Pages{}.Page("post", "/b"))
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("taken without a word")
				}
			}()
			do()
		})
	}
}

// TestAMatterThatIsFollowedGoesNoFurther: only by who has it on the list.
func TestAMatterThatIsFollowedGoesNoFurther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise(todo.Item{Matter: unknown, Key: "delivery/9/unknown", UnitPath: w.east.Path, SubjectID: 9})
	watched := func() (n int) {
		t.Helper()
		if err := w.db.Pool().QueryRow(t.Context(), "SELECT count(*) FROM notice_events WHERE watched").
			Scan(&n); err != nil {
			t.Fatal(err)
		}

		return n
	}
	if err := w.s.Opened(
		t.Context(),
		actor(8, access.Supervisor, w.west),
		1,
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("another's: %v", err)
	}
	if n := watched(); n != 1 {
		t.Errorf("%d watched", n)
	}
	if err := w.s.Opened(t.Context(), actor(8, access.Supervisor, w.east), 1); err != nil {
		t.Error(err)
	}
	if n := watched(); n != 0 {
		t.Errorf("opened, and %d watched all the same", n)
	}
}
