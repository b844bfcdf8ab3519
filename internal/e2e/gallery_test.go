package e2e

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/svg"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
	"juzhen/internal/web/webtest"
)

//go:embed testdata/pages
var galleryFiles embed.FS

// galleryPage shows every part in every state, so that they can be looked at and checked side by side.
type galleryPage struct {
	page.Base
	Choices []page.Option
	Chips   []page.Chip
	Rows    []galleryRow
	Pager   page.Pager
	States  []badge.Labelled
	Figures []page.Figure

	Progress page.Progress
	Text     string
	At       time.Time
	Picker   page.Picker
	Events   []page.Event
	Charts   []page.Chart
}

type galleryRow struct {
	Title, Handle string
	State         badge.Labelled
	N             int
	At            time.Time
	Spark         template.HTML
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, beijing.Zone)

// gallery serves the gallery, an empty page and the kit's own pages.
func gallery(t *testing.T) string {
	t.Helper()
	extra, err := fs.Sub(galleryFiles, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	supervisor := access.Actor{UserID: 1, Name: "值班主管", Grants: []access.Grant{
		{Role: access.Supervisor, UnitID: 1, Path: "/1/"},
		{Role: access.PressOfficer, UnitID: 1, Path: "/1/"},
	}}
	other := supervisor
	other.UserID, other.Name = 2, "另一位主管"
	kit, err := web.New(web.Options{
		Sessions: lapsing{webtest.People{"boss": supervisor, "other": other}, supervisor.UserID},
		Extra:    extra,
		Now:      func() time.Time { return noon },
		Log:      slog.New(slog.DiscardHandler),
		Counts: func(context.Context, access.Actor) (page.Counts, error) {
			return page.Counts{Todo: 7, ByKind: map[string]int{"returned": 3, "review": 12}}, nil
		},
		Banners: func(context.Context, access.Actor) ([]page.Banner, error) {
			return []page.Banner{{
				Tone: "bad",
				Text: "门头沟区分局及下级 3 个账号已暂停发送",
				Href: "/matrix",
				Link: "查看",
			}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	kit.Duty(page.NavEntry{Text: "工作台", Href: "/", Icon: "layout-dashboard", Phone: true})
	kit.Duty(page.NavEntry{
		Text:  "稿件",
		Href:  "/posts",
		Icon:  "file-text",
		Phone: true,
		Waits: []string{"returned"},
	})
	kit.Duty(page.NavEntry{Text: "日历", Href: "/calendar", Icon: "calendar", Phone: true})
	kit.Duty(page.NavEntry{
		Text:  "审核",
		Href:  "/reviews",
		Icon:  "clipboard-check",
		Phone: true,
		Waits: []string{"review"},
	})
	kit.Duty(page.NavEntry{Text: "矩阵", Href: "/matrix", Icon: "sitemap"})
	kit.Duty(page.NavEntry{Text: "成效", Href: "/reach", Icon: "chart-line"})
	kit.Badges(badge.Find)
	kit.Declare("gallery/gallery", galleryPage{})
	kit.Declare("gallery/empty", galleryPage{})
	kit.Declare("gallery/calendar", galleryPage{})
	g := kit.Group("/g")
	kit.Handle(g, "GET", "", access.Self, func(c *gin.Context) error {
		p := sample(kit.Base(c, "稿件", page.Crumb{
			Text: "工作台", Href: "/",
		}, page.Crumb{Text: "稿件", Href: "/posts"}))
		p.Bundle = []string{"charts"}

		p.Path, p.Heading = "/posts", "今日空气质量播报"
		for i, navEntry := range p.Nav {
			p.Nav[i].Active = navEntry.Href == p.Path
		}
		p.Errors = page.Errors{"text": "正文按微博规则计 152 字，最多 140 字；请删减或改为长微博"}

		return kit.Show(c, http.StatusOK, "gallery/gallery", p)
	})
	kit.Handle(g, "GET", "/empty", access.Self, func(c *gin.Context) error {
		return kit.Show(c, http.StatusOK, "gallery/empty", galleryPage{Base: kit.Base(c, "稿件")})
	})
	kit.Handle(g, "GET", "/calendar", access.Self, func(c *gin.Context) error {
		p := galleryPage{Base: kit.Base(c, "日历")}
		p.Bundle = []string{"calendar"}
		return kit.Show(c, http.StatusOK, "gallery/calendar", p)
	})
	kit.Declare("gallery/parts", galleryPage{})
	kit.Declare("gallery/parts#part", galleryPage{})
	kit.Handle(g, "GET", "/parts", access.Self, func(c *gin.Context) error {
		return kit.Show(c, http.StatusOK, "gallery/parts", galleryPage{Base: kit.Base(c, "稿件")})
	})
	kit.Declare("gallery/work", galleryPage{})
	kit.Declare("gallery/work#step", galleryPage{})
	kit.Handle(g, "GET", "/work", access.Self, func(c *gin.Context) error {
		return kit.Show(c, http.StatusOK, "gallery/work", galleryPage{Base: kit.Base(c, "稿件")})
	})
	kit.Handle(g, "GET", "/part", access.Self, func(c *gin.Context) error { return part(kit, c) })
	kit.Handle(kit.Group(""), "POST", web.SignInPath, web.Open, func(c *gin.Context) error {
		return kit.SignedIn(c, "boss", noon.Add(time.Hour))
	})
	kit.Handle(
		g,
		"GET",
		"/feed",
		access.Self,
		func(c *gin.Context) error { c.JSON(http.StatusOK, feed()); return nil },
	)
	kit.Handle(g, "POST", "/move", access.Self, func(c *gin.Context) error {
		var form struct {
			DueAt time.Time `form:"due_at"`
		}
		if err := web.Bind(c, &form); err != nil {
			return err
		}
		if !form.DueAt.After(noon) {
			return fault.Conflict("这个时间已经过去")
		}
		c.JSON(http.StatusOK, map[string]string{"text": "已改期"})

		return nil
	})
	kit.Handle(kit.Group(""), "GET", web.SignInPath, web.Open, func(c *gin.Context) error {
		p, err := kit.SignInForm(c)
		if err != nil {
			return err
		}

		return kit.ShowSignIn(c, http.StatusOK, p)
	})
	kit.Handle(
		g,
		"POST",
		"",
		access.PostWrite,
		func(c *gin.Context) error { return kit.See(c, "/g", "已提交审核") },
	)
	webtest.CheckTemplates(t, kit)
	server := httptest.NewServer(kit.Handler())
	t.Cleanup(server.Close)

	return server.URL
}

// part answers a script: with a part, a conflict, or the way to another page.
func part(kit *web.Kit, c *gin.Context) error {
	var form struct {
		Do string `form:"do"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}

	switch form.Do {
	case "conflict":
		return fault.Conflict("这个时间已经过去")
	case "away":
		return kit.See(c, "/g/empty", "已提交审核")
	case "step":
		return kit.Show(c, http.StatusOK, "gallery/work#step", galleryPage{Base: kit.Base(c, "稿件")})
	}

	return kit.Show(c, http.StatusOK, "gallery/parts#part", galleryPage{Base: kit.Base(c, "稿件")})
}

func sample(base page.Base) galleryPage {
	p := galleryPage{
		Base:    base,
		States:  galleryStates(),
		At:      noon.Add(150 * time.Minute),
		Choices: []page.Option{{Value: "", Text: "全部"}, {Value: "sent", Text: "已发"}},
		Chips:   []page.Chip{{Name: "状态", Value: "已发", Href: "/g"}, {Name: "单位", Value: "宣传中心", Href: "/g"}},
		Pager:   page.Pager{First: "/g", Next: "/g", Total: 1234},
		Text:    "【今日空气质量】11 月 23 日，本市空气质量良，AQI 72，首要污染物 PM2.5。\n明日扩散条件转差，请关注。https://sthjj.beijing.gov.cn/air/today",
	}
	titles := []string{
		"今日空气质量播报：全市良，首要污染物 PM2.5", "重污染天气橙色预警解除", "第三届生态文明摄影展征稿启事，欢迎市民投稿",
		"转发：生态环境部关于冬季供暖季大气污染防治的问答", "河长制进展",
	}
	handles := []string{"环保北京", "京环之声", "北京环境监测", "密云生态环境示例", "北京经济技术开发区生态环境示例"}
	at := []time.Duration{
		-3 * time.Hour, 2 * time.Hour, 26 * time.Hour, -20 * time.Hour, -400 * 24 * time.Hour,
	}

	for i, state := range []badge.Labelled{
		delivery.Unknown, delivery.Sent, delivery.Waiting, delivery.Failed, delivery.Planned,
	} {
		var v []*float64

		for d := range 14 {
			f := 50 + 30*math.Sin(float64(d*(i+1))/3)
			v = append(v, &f)
		}
		p.Rows = append(p.Rows, galleryRow{titles[i], handles[i], state, i * i * 4321, noon.Add(at[i]),
			svg.Sparkline(v, 80, 20, svg.Label{Title: "近 14 天转发", Desc: "50 到 80"})})
	}
	p.Figures = []page.Figure{
		{
			Label:      "转发",
			Value:      "12,345",
			Unit:       "次",
			Definition: "统计期内新增的转发次数，含已删除的转发。",
			Change:     "12.5%",
			Direction:  1,
			Period:     "较上周",
		},
		{Label: "评论", Value: "2,104", Unit: "条", Change: "3.1%", Direction: -1, Period: "较上周"},
		{Label: "阅读", Missing: "商业接口合同不含阅读量"},
		{Label: "粉丝", Value: "312.4 万", Unit: "人", Change: "0", Period: "较上周", Picture: p.Rows[1].Spark},
	}
	p.Progress = page.Progress{Done: 13, All: 20, Label: "发送进度", Note: "可以离开本页，完成后会出现在待办里"}
	p.Charts = charts()
	p.Picker = page.Picker{
		Name:  "account",
		Label: "发送账号",
		Help:  "按单位选择",
		Roots: []page.Node{{Name: "北京市生态环境局", Open: true, Children: []page.Node{
			{Name: "环保北京", Note: "主账号", Value: "1", Checked: true},
			{
				Name: "直属单位",
				Open: true,
				Children: []page.Node{
					{Name: "京环之声", Value: "2", Checked: true},
					{Name: "北京环境监测", Value: "3", Disabled: "授权已过期"},
				},
			},
			{Name: "区分局", Children: []page.Node{{Name: "东城示例", Value: "4"}, {Name: "西城示例", Value: "5"}}}}}},
	}
	stamp := func(d time.Duration) page.Stamp { return page.StampOf(base.P, noon.Add(d), noon) }
	p.Events = []page.Event{
		{Icon: "pencil", Tone: "grey", Text: "写稿", Who: "值班宣传专员", Stamp: stamp(-26 * time.Hour)},
		{
			Icon:  "check",
			Tone:  "teal",
			Text:  "批准第 3 版",
			Who:   "值班审核员",
			Stamp: stamp(-25 * time.Hour),
			Note:  "与送审稿一致",
		},
		{Icon: "send", Tone: "blue", Text: "开始发送", Who: "系统", Stamp: stamp(-time.Hour)},
		{
			Icon:  "help",
			Tone:  "purple",
			Text:  "微博未确认是否发出。系统已查看该账号最新微博，尚未找到；14:36 再查一次。请勿手动重发。",
			Who:   "系统",
			Stamp: stamp(-time.Hour + 3*time.Second),
		},
	}

	return p
}

// galleryStates are those of posts and deliveries.
func galleryStates() (list []badge.Labelled) {
	for _, postState := range delivery.PostStatesList() {
		list = append(list, postState)
	}

	for _, state := range delivery.States() {
		list = append(list, state)
	}

	return list
}

// feed is a month of entries as the calendar's feed answers them.
func feed() []map[string]string {
	var out []map[string]string

	for i, state := range append(delivery.States(), delivery.Waiting, delivery.Sent, delivery.Waiting, delivery.Unknown) {
		s, move := badge.Of(state), ""
		if state == delivery.Waiting {
			move = "/g/move"
		}
		out = append(out, map[string]string{
			"id":    fmt.Sprint(i),
			"title": "@环保北京 今日空气质量播报",
			"url":   "/g",
			"tone":  s.Tone,
			"state": s.Word,
			"move":  move,
			"start": noon.Add(time.Duration(i%9-2) * 27 * time.Hour).Format(time.RFC3339),
		})
	}

	return out
}

func charts() []page.Chart {
	days := []string{"11-17", "11-18", "11-19", "11-20", "11-21", "11-22", "11-23"}
	reposts := svg.Floats([]int{120, 180, 150, 400, 320, 90, 210})
	reposts[5] = nil
	comments := svg.Floats([]int{20, 80, 50, 100, 120, 40, 60})

	return []page.Chart{
		{
			ID:     "trend",
			Kind:   "line",
			Title:  "转发与评论",
			Unit:   "次",
			XName:  "日期",
			X:      days,
			Series: []page.Series{{Name: "转发", Data: reposts}, {Name: "评论", Data: comments}},
		},
		{
			ID:     "stack",
			Kind:   "stack",
			Title:  "互动构成",
			Unit:   "次",
			XName:  "日期",
			X:      days,
			Series: []page.Series{{Name: "转发", Data: reposts}, {Name: "评论", Data: comments}},
		},
	}
}

// lapsing is people one of whose sessions ended a moment ago: the token "lapsed".
type lapsing struct {
	webtest.People
	user int64
}

// Actor finds who is signed in, and whose session it was.
func (l lapsing) Actor(ctx context.Context, token, ip, agent string) (access.Actor, web.Session, error) {
	actor, session, err := l.People.Actor(ctx, token, ip, agent)
	if token == "lapsed" {
		session.EndedOf = l.user
	}

	return actor, session, err
}
