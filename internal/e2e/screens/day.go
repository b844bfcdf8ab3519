package main

import (
	"fmt"
	"os"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/sandbox"
)

// day is what there is to see after a day's work.
type day struct{ draft, submitted, sent, sentDelivery, unknown, account int64 }

// work makes a day: past posts fetched and rolled up, posts sent, one in review, one unknown, some ahead.
func work(s *stage, w *world.World) day {
	past(s, w)
	all := []string{"环保北京", "京环之声", "北京环境监测"}
	districts := []string{"东城环保示例", "西城环保示例", "朝阳环保示例", "海淀环保示例", "丰台环保示例"}
	d := day{account: w.Account("环保北京").ID}

	post := w.Approve("【空气质量预报】今天白天扩散条件较好，全市以良为主，首要污染物PM2.5；夜间转为二级良。",
		nil, append(all, districts...)...)
	for _, handle := range all {
		d.sentDelivery = w.Wait(post.ID, handle, delivery.Sent).ID
	}
	d.sent = post.ID
	w.Wait(
		w.Approve("【实况】城六区PM2.5均值48微克/立方米，西北部31，东北部37，东南部56，西南部52。", nil,
			"北京环境监测").ID,
		"北京环境监测",
		delivery.Sent,
	)

	for i, text := range []string{
		"【科普】为什么山前比平原先转好？一张图看懂。", "【提示】周末适宜户外活动，建议绿色出行。",
		"【通报】本周扬尘执法检查情况。", "【预告】明日发布月度空气质量报告。",
	} {
		w.Approve(text, world.In(time.Duration(5+i*19)*time.Hour), all[i%3], districts[i])
	}
	d.submitted = w.Submit(
		"【空气质量周报】上周全市空气质量以良为主，PM2.5平均浓度为41微克/立方米，同比下降12%。各区情况见所在区账号。",
		world.In(3*time.Hour),
		append(all, districts...)...).ID
	d.draft = draft(s, w, append(all, districts[:2]...))

	w.Weibo.SetLag(time.Hour)
	w.Weibo.Fault(sandbox.Fault{
		Account: "通州环保示例",
		Call:    sandbox.PostCalls,
		Kind:    sandbox.FaultCut,
		When:    sandbox.After,
		Times:   1,
	})
	lost := w.Approve("【提示】今天夜间有雾，能见度较低，请注意行车安全。", nil, "通州环保示例")
	d.unknown = w.Wait(lost.ID, "通州环保示例", delivery.Unknown).ID
	w.Eventually(
		"two looks that found nothing",
		func() bool { return w.Delivery(lost.ID, "通州环保示例").Looks >= 2 },
	)

	return d
}

// draft is a forecast with a picture and a wording of its own for one account.
func draft(s *stage, w *world.World, handles []string) int64 {
	officer, _ := w.Actor("xuanchuan")
	file, err := os.Open("docs/screens/reach.png")
	if err != nil {
		s.Fatal(err)
	}
	defer file.Close()
	media, err := w.Media.Upload(s.Context(), officer, w.Matrix.Root.ID, "每日走势.png", file,
		"近三十天每日互动的柱状图")
	if err != nil {
		s.Fatal(err)
	}

	content := post.Content{
		Text:  "【空气质量预报】明天有4级偏北风，空气质量预计为优至良，适宜户外活动。各区提示请见本区账号。",
		DueAt: world.In(21 * time.Hour),
		Media: []post.MediaChoice{{MediaID: media.ID, Alt: media.Alt}},
	}
	for _, h := range handles {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: w.Account(h).ID})
	}
	own := "【解读】为什么一阵风就能吹走雾霾？明天的4级偏北风给出答案，看图。"
	content.Targets[1].Variant = &own
	p, err := w.Posts.Create(s.Context(), officer, w.Matrix.Root.ID, content)
	if err != nil {
		s.Fatal(err)
	}

	return p.ID
}

// past fetches what the accounts posted before, and their followers.
func past(s *stage, w *world.World) {
	ctx, machine := s.Context(), access.System("演示数据")
	for _, account := range w.Matrix.Accounts {
		// under way already
		if err := w.Reach.StartBackfill(
			ctx,
			machine,
			account.ID,
		); err != nil &&
			!fault.Is(err, fault.KindConflict) {
			s.Fatal(err)
		}
	}
	patience := time.Now().Add(3 * time.Minute)

	for fetched := false; !fetched; {
		w.Eventually("past posts", func() bool {
			found, err := w.Reach.Backfills(ctx, machine)

			fetched = err == nil && len(found) == len(w.Matrix.Accounts)
			for _, backfill := range found {
				fetched = fetched && backfill.State != reach.BackfillRunning
			}

			return fetched || time.Now().Before(patience)
		})
	}
	if _, err := w.Reach.Followers(ctx); err != nil {
		s.Fatal(err)
	}
	if err := w.Reach.RollUp(ctx); err != nil {
		s.Fatal(err)
	}
}

// pictures are those of docs/screens.
func pictures(d day) []picture {
	zh := func(name, user, path string) picture {
		return picture{name, user, path, "zh-CN", "light", 1440, 900, ""}
	}
	tall := func(p picture) picture { p.height = 1300; return p }
	phone := func(p picture) picture { p.width, p.height = 390, 844; return p }
	dark := func(p picture) picture { p.theme = "dark"; return p }
	english := func(p picture) picture { p.lang = "en"; return p }

	return []picture{
		zh("signin", "", "/signin"), zh("desk", "xuanchuan", "/"),
		tall(zh("compose", "xuanchuan", fmt.Sprintf("/posts/%d/edit", d.draft))),
		zh("review", "shenhe", fmt.Sprintf("/reviews/%d", d.submitted)),
		zh("post", "xuanchuan", fmt.Sprintf("/posts/%d", d.sent)),
		tall(zh("calendar", "xuanchuan", "/calendar")), zh("matrix", "guanli", "/matrix"),
		tall(zh("reach", "zhuguan", "/reach")),
		zh("reach-account", "zhuguan", fmt.Sprintf("/reach/accounts/%d?days=30", d.account)),
		zh("unknown", "zhuguan", fmt.Sprintf("/deliveries/%d", d.unknown)),
		zh("certificate", "shenji", fmt.Sprintf("/deliveries/%d/certificate", d.sentDelivery)),
		dark(zh("reach-dark", "zhuguan", "/reach?days=30")),
		english(zh("deliveries-en", "zhuguan", "/deliveries")),
		phone(zh("phone-desk", "xuanchuan", "/")),
		phone(dark(zh("phone-review", "shenhe", fmt.Sprintf("/reviews/%d", d.submitted)))),
	}
}
