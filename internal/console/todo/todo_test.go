package todo_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	console "juzhen/internal/console/todo"
	"juzhen/internal/delivery"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

var noon = time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)

func now() time.Time { return noon }

// open gives a browser of a supervisor at a bureau where the items wait.
func open(t *testing.T, items ...todo.Item) *webtest.Browser {
	t.Helper()
	db := pgtest.New(t)
	unit, err := org.New(db, now).Create(t.Context(), access.System("测试"), 0, "生态环境局", org.Bureau)
	if err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(tx pg.Tx) error {
		for _, item := range items {
			item.UnitPath = unit.Path
			if err := todo.RaiseTx(t.Context(), tx, noon, item); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	kit, err := web.New(web.Options{
		Now: now,
		Log: slog.New(slog.DiscardHandler),
		Sessions: webtest.People{"chief": access.Actor{UserID: 1, Name: "值班主管",
			Grants: []access.Grant{{Role: access.Supervisor, UnitID: unit.ID, Path: unit.Path}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	console.Register(
		kit,
		console.Deps{Roster: roster.New(db, now), Todo: todo.New(
			db,
			todo.Join(review.TodoMatters(), delivery.TodoMatters()),
			pages,
			func() time.Time { return noon },
		)},
	)
	webtest.CheckTemplates(t, kit)

	return webtest.Open(t, kit.Handler(), "chief")
}

// pages are where the faces deal with what the tests put on the list.
var pages = todo.Pages{}.Page(delivery.TodoSubject, "/deliveries/%d").Page(review.TodoSubject, "/reviews/%d")

// Two matters of the features'.
var (
	waiting = matter(review.TodoMatters(), "review.waiting")
	unknown = matter(delivery.TodoMatters(), "delivery.unknown")
)

func matter(list []todo.Matter, code string) todo.Matter {
	return list[slices.IndexFunc(list, func(m todo.Matter) bool { return m.Code == code })]
}

func TestNothingToDoIsSaid(t *testing.T) {
	t.Parallel()
	open(t).Get("/todo").Want(200).WantText("h1", "待办").WantText(".empty-state", "没有待办").WantCount("table", 0)
}

func TestMattersStandUnderTheirKind(t *testing.T) {
	t.Parallel()
	due := noon.Add(time.Hour)
	browser := open(t,
		todo.Item{
			Matter:    waiting,
			Key:       "review/4",
			SubjectID: 4,
			Args:      map[string]any{"title": "空气质量 <今日>"},
			DueAt:     &due,
		},
		todo.Item{Matter: waiting, Key: "review/5", SubjectID: 5, Args: map[string]any{"title": "蓝天"}},
		todo.Item{
			Matter:    unknown,
			Key:       "delivery/9/unknown",
			SubjectID: 9,
			Args:      map[string]any{"account": "环保北京"},
		},
	)
	page := browser.Get("/todo").Want(200).WantText(".lead", "共 3 件")
	page.WantCount("section", 2).WantCount("tbody tr", 3)
	page.WantText("section:first-of-type h2", "结果待核").
		WantText("section:first-of-type .state", "紧急").
		WantText("section:first-of-type th a", "环保北京：微博未确认是否发出")
	page.WantText("tbody", "待审：空气质量 <今日>").WantText("tbody", "生态环境局").WantText("tbody", "13:00")
	page.WantCount("a[href='/deliveries/9']", 2).WantCount("a[href='/reviews/4']", 2)
	browser.English().Get("/todo").Want(200).WantText("h1", "To do").WantText("tbody", "To review: 蓝天")
}

func TestAFullKindIsShortenedAndLeadsToTheRest(t *testing.T) {
	t.Parallel()

	var items []todo.Item
	for i := range 25 {
		items = append(items, todo.Item{Matter: unknown, Key: fmt.Sprint("u", i), SubjectID: int64(i)})
	}
	items = append(items, todo.Item{Matter: waiting, Key: "r", SubjectID: 1})
	browser := open(t, items...)
	page := browser.Get("/todo").
		Want(200).
		WantText("main", "共 26 件").
		WantCount("tbody tr", 21).
		WantText("section.section", "还有 5 件")
	href, _ := page.Find("section.section p a").Attr("href")
	browser.Get(href).Want(200).WantCount("tbody tr", 25).WantCount("section.section p a", 0)
}

func TestListNeedsASignIn(t *testing.T) {
	t.Parallel()
	browser := open(t)
	browser.Header.Set("Authorization", "Bearer none")
	if page := browser.Get("/todo").Want(303); page.Location != "/signin?next=%2Ftodo" {
		t.Errorf("leads to %s", page.Location)
	}
}
