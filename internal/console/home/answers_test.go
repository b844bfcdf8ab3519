package home_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/home"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/post"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// now is noon of Monday, 30 November, in Beijing: the week is 23 to 29 November, the four weeks before it
// begin on 26 October.
var now = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

type world struct {
	*pages.Pages
	faults *faultbook.Service
	serial int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	w.Pages = pages.New(t, now, func(p *pages.Pages) {
		rules := inspect.New(p.DB, p.Now)
		w.faults = faultbook.New(p.DB, rules, p.Now)
		p.Kit.Badges(badge.Find)
		home.Register(p.Kit, home.Deps{
			Posts:      post.New(p.DB, weibo.Rules{}, p.Now),
			Deliveries: delivery.New(p.DB, delivery.Options{Now: p.Now}),
			Accounts:   p.Accounts,
			Units:      p.Org,
			Todos: todo.New(p.DB, todo.Join(faultbook.TodoMatters()),
				todo.Pages{}.Page(faultbook.TodoSubject, "/faults/%d"), p.Now),
			Reach:   p.Reach,
			Inspect: rules,
			Faults:  w.faults,
		})
	})

	return w
}

// live is an account of the district that is in use.
func (w *world) live(handle string) account.Account {
	w.Helper()
	a := w.Account(handle, "朝阳区", account.Manual, false)
	w.Exec("UPDATE accounts SET state = 'live', created_at = '2026-01-01' WHERE id = $1", a.ID)

	return a
}

// posted is a post of the platform, so many days old, with its likes read.
func (w *world) posted(a account.Account, daysAgo, likes int, text, origin string) int64 {
	w.Helper()
	w.serial++
	at := now.AddDate(0, 0, -daysAgo)
	var id int64
	err := w.DB.Pool().QueryRow(w.Context(), `
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes, read_at)
VALUES ($1, 'weibo', $2, $3, $4, $5, true, 0, 'live', $4, 0, 0, $6, $4) RETURNING id`,
		a.ID, fmt.Sprint(w.serial), origin, at, text, likes).Scan(&id)
	if err != nil {
		w.Fatal(err)
	}

	return id
}

// rolled brings the prepared days up to date.
func (w *world) rolled() {
	w.Helper()
	if err := w.Reach.RollUp(w.Context()); err != nil {
		w.Fatal(err)
	}
	if err := w.Reach.SumUp(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func TestAnEmptyMatrixAsksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.As("boss").Get("/").Want(200).WantCount(".four-answers", 0)
}

func TestNothingWrongIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.posted(w.live("新鲜示例"), 1, 0, "某文", "past")
	w.rolled()

	w.As("boss").Get("/").Want(200).
		WantText("#answer-silent", "没有静默到要提醒的账号").
		WantText("#answer-silent", "下一个不合格的是 @新鲜示例").
		WantText("#answer-falls", "没有可以比较的账号").
		WantText("#answer-wrong", "没有结果待核的发送，没有要核对的微博，没有未销号的问题").
		WantText("#answer-best", "7 天内没有读到互动的微博").
		WantText(".answers-as-of", "还没有读过数")
	w.As("officer").Get("/").Want(200).WantCount(".four-answers", 0)
	w.As("admin").Get("/").Want(200).WantCount(".four-answers", 0)
}

// TestTheFourAnswers works every figure by hand. 降 had 12 posts of 50 likes in four weeks, 150 a week, and
// two posts of 20 and 40 now: 60, which is 60 of a hundred less.
func TestTheFourAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	silent := w.live("静默示例")
	w.posted(silent, 20, 5, "旧文", "past")
	falling := w.live("下降示例")
	w.posted(falling, 60, 1, "很早", "past")

	for i := range 12 {
		w.posted(falling, 8+2*i, 50, "平时", "past")
	}
	w.posted(falling, 5, 20, "少", "past")
	w.posted(falling, 2, 40, "多一点", "past")
	strange := w.posted(w.live("失管示例"), 1, 200, "不是我们发的", "elsewhere")
	w.rolled()
	found, err := w.faults.Open(w.Context(), w.People["boss"], faultbook.Entry{
		AccountID: falling.ID, Code: "link_dead", Description: "点开是空白页",
	})
	if err != nil {
		t.Fatal(err)
	}

	page := w.As("boss").Get("/").Want(200)
	page.WantText("#answer-silent", "不合格 1 个").WantCount("#answer-silent li", 1).
		WantText("#answer-silent li", "@静默示例").WantText("#answer-silent li", "20 天没有发，规则 14 天").
		WantText("#answer-silent li", "不合格 5 天").WantText("#answer-silent li", "没有已批准的安排").
		WantCount(fmt.Sprintf(`#answer-silent a[href="/inspection?account=%d"]`, silent.ID), 1)
	page.WantText("#answer-falls", "1 个，可比较的共 1 个").WantCount("#answer-falls li", 1).
		WantText("#answer-falls li", "7 天互动 60 次，比自己的平均 150 次低 60%").
		WantText("#answer-falls li", "发得少了，每条的反响也低了").
		WantCount(fmt.Sprintf(`#answer-falls a[href="/reach/accounts/%d"]`, falling.ID), 1)
	page.WantText("#answer-wrong .answer-says", "微博需核对 1").WantText("#answer-wrong .answer-says", "问题 1").
		WantCount("#answer-wrong li", 2).WantText("#answer-wrong li:first-child", "非本台发出").
		WantText("#answer-wrong li:last-child", "链接打不开").
		WantCount(fmt.Sprintf(`#answer-wrong a[href="/reach/posts/%d"]`, strange), 1).
		WantCount(fmt.Sprintf(`#answer-wrong a[href="/faults/%d"]`, found.ID), 1)
	page.WantCount("#answer-best li", 3).WantText("#answer-best li:first-child", "200 次 · 不是我们发的").
		WantText("#answer-best li:nth-child(2)", "该账号平时一条 50 次").
		WantText("#answer-best li:nth-child(2)", "主要是点赞，占 100%")
	page.WantText(".answers-as-of", "截至")
	w.As("boss").English().Get("/").
		WantText("#answer-falls li", "60 interactions in 7 days, 60% below its own mean of 150")

	w.Unit("海淀区", "环保局", "district")
	w.Person("other", access.Supervisor, "海淀区")
	w.As("other").Get("/").Want(200).WantCount(".four-answers", 0)
}

func TestALongListLeavesEveryOtherOneALine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for i := range 7 {
		w.posted(w.live(fmt.Sprintf("失管示例%d", i)), 20+i, 0, "别处发的", "elsewhere")
	}
	a := w.live("问题示例")
	if _, err := w.faults.Open(w.Context(), w.People["boss"], faultbook.Entry{
		AccountID: a.ID, Code: "other", Description: "某事",
	}); err != nil {
		t.Fatal(err)
	}
	w.rolled()

	w.As("boss").Get("/").Want(200).WantCount("#answer-wrong li", 5).
		WantText("#answer-wrong li:last-child", "其他问题").WantText("#answer-wrong", "微博需核对 7").
		WantCount("#answer-silent li", 5).WantText("#answer-silent", "不合格 8 个")
}

// TestAMatrixTooLargeForTheBoardHasItsOtherAnswers: who looks after more accounts than an inspection looks at
// is told so, and sees everything else.
func TestAMatrixTooLargeForTheBoardHasItsOtherAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.live("头号示例")
	w.Exec(
		`INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap,
			auto_resend, position, created_at)
		SELECT unit_id, platform, handle || n, display_name, seat, 'live', connector, late_limit, min_gap,
		auto_resend,
			position + n, created_at FROM accounts, generate_series(1, $2::int) n WHERE id = $1`,
		a.ID,
		inspect.MaxAccounts,
	)
	w.posted(a, 1, 900, "反响最好的一条", "past")
	w.rolled()

	w.As("boss").Get("/").Want(200).
		WantText("#answer-silent", "账号超过 20,000 个，请选一个单位").
		WantText("#answer-best", "反响最好的一条")
}
