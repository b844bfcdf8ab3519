package deliveries

import (
	"context"
	"fmt"
	"sync"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/pause"
	"juzhen/internal/web/page"
)

// banners tells everybody what lasts and concerns them.
type banners struct {
	deps   Deps
	health memo
}

// Banners gives the frame what concerns everybody who is signed in: sending stopped, clock wrong, what
// of theirs is paused, accounts of theirs without a token. now is the console's clock. The engine is
// asked at most every few seconds, however many pages are opened.
func Banners(
	deps Deps,
	now func() time.Time,
) func(ctx context.Context, actor access.Actor) ([]page.Banner, error) {
	b := &banners{deps: deps, health: memo{ask: deps.Health, now: now}}
	return b.of
}

func (b *banners) of(ctx context.Context, actor access.Actor) ([]page.Banner, error) {
	health, err := b.health.get(ctx)
	if err != nil {
		return nil, err
	}
	out := engineBanners(health, actor)
	pauses, err := b.deps.Pauses.Open(ctx, actor)
	if err != nil {
		return out, err
	}
	out = append(out, pauseBanners(pauses)...)
	if health.TokensBad == 0 || !actor.Can(access.AccountView) {
		return out, nil
	}
	bad, err := b.deps.Accounts.CountUnusable(ctx, actor)
	if bad > 0 {
		out = append(out, page.Banner{
			Tone: "warn",
			Text: "有 {.n} 个账号没有可用授权，到时不能发送。",
			Args: []any{"n", bad},
			Href: "/matrix?token=trouble",
			Link: "查看账号",
		})
	}

	return out, err
}

// engineBanners are about the machine: they stop everything.
func engineBanners(health Health, actor access.Actor) []page.Banner {
	var out []page.Banner
	if text := stoppedText(health.Stopped); text != "" {
		banner := page.Banner{Tone: "bad", Text: text}
		if actor.Can(access.Pause) {
			banner.Href, banner.Link = "/sending", "查看发送状况"
		}
		out = append(out, banner)
	}
	if health.ClockWarn && health.Stopped == "" {
		out = append(out, page.Banner{
			Tone: "warn",
			Text: "服务器时钟与数据库相差 {.ms} 毫秒，请管理员校时。",
			Args: []any{"ms", health.ClockOffset.Abs().Milliseconds()},
		})
	}

	return out
}

// stoppedText says why nothing is sent; "" while it is.
func stoppedText(why string) string {
	switch why {
	case "":
		return ""
	case "restored":
		return "数据库经过恢复，发送已停止：没有任何账号会发出。请核对结果待核的发送，再由主管恢复。"
	case "clock_wrong":
		return "服务器时钟与数据库相差过大，发送已停止。请管理员校时，时钟恢复后自动继续。"
	case "clock_unmeasured":
		return "正在核对服务器时钟，发送稍候继续。"
	case "lock_lost":
		return "与数据库的连接中断，发送已停止；连接恢复后自动继续。"
	case "shutdown":
		return "系统正在停机，尚未发出的到时由重启后的系统处理。"
	}

	return "发送已停止，请管理员查看。"
}

// pauseBanners names the first two paused units and a single paused account, and counts the rest: each
// line pushes the page down.
func pauseBanners(list []pause.Pause) []page.Banner {
	var units, accounts []pause.Pause

	for _, one := range list {
		if one.AccountID != nil {
			accounts = append(accounts, one)
		} else {
			units = append(units, one)
		}
	}
	var out []page.Banner

	for i, one := range units {
		if i == 2 && len(units) > 3 {
			out = append(out, countBanner("另有 {.n} 处暂停发送。", len(units)-i))
			break
		}
		text := i18n.N("{.place} 及其下属已暂停发送：{.why}（{.name}，{.time}）")
		if one.SparesUrgent {
			text = i18n.N("{.place} 及其下属已暂停发送，加急的照常发：{.why}（{.name}，{.time}）")
		}
		out = append(out, pauseBanner(one, text, one.UnitName))
	}
	if len(accounts) == 1 {
		return append(
			out,
			pauseBanner(accounts[0], "@{.place} 已暂停发送：{.why}（{.name}，{.time}）", accounts[0].AccountHandle),
		)
	}
	if len(accounts) > 1 {
		out = append(out, countBanner("有 {.n} 个账号单独暂停发送。", len(accounts)))
	}

	return out
}

func pauseBanner(one pause.Pause, text, place string) page.Banner {
	return page.Banner{Tone: "warn", Text: text, Href: "/pauses", Link: "查看暂停",
		Args: []any{
			"place", place, "why", one.Reason, "name", one.PausedName, "time",
			beijing.ClockTime(one.PausedAt),
		}}
}

func countBanner(text string, n int) page.Banner {
	return page.Banner{Tone: "warn", Text: text, Args: []any{"n", n}, Href: "/pauses", Link: "查看暂停"}
}

// memo keeps the last answer of the engine for a moment.
type memo struct {
	ask func(ctx context.Context) (Health, error)
	now func() time.Time

	mu   sync.Mutex
	last Health
	at   time.Time
}

// fresh is how old an answer may be.
const fresh = 3 * time.Second

func (m *memo) get(ctx context.Context) (Health, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if age := m.now().Sub(m.at); !m.at.IsZero() && age >= 0 && age < fresh {
		return m.last, nil
	}
	health, err := m.ask(ctx)
	if err != nil {
		return health, fmt.Errorf("ask how the sending is: %w", err)
	}
	m.last, m.at = health, m.now()

	return health, nil
}
