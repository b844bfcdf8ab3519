package demo

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/rumour"
)

// rebuttals writes two rebuttals and has them signed, once: one that holds, and one whose time is over.
func (s *Show) rebuttals(ctx context.Context) error {
	officer, err := s.signIn(ctx, "xuanchuan")
	if err != nil {
		return err
	}
	reviewer, err := s.signIn(ctx, "shenhe")
	if err != nil {
		return err
	}
	there, err := s.Services.Rumours.List(ctx, officer, rumour.Query{Limit: 1})
	if err != nil || len(there.Rows) > 0 {
		return err
	}
	now, today := time.Now(), beijing.Day(time.Now())
	week := now.AddDate(0, 0, -7)

	if err := s.rebut(ctx, officer, reviewer, week, rumour.Words{
		Claim: "网传上周将启动空气重污染红色预警", Area: "全市", Expert: "首席预报员，会商单签字",
		Truth:    "没有发布任何级别的空气重污染预警；未来三天空气质量以良为主。",
		Evidence: []rumour.Evidence{{Source: "空气质量会商单.pdf", Note: "当日 17 时会商"}},
		Keywords: [][]string{{"空气重污染", "预警"}, {"红色预警"}},
		From:     week, Until: beijing.Day(week).AddDate(0, 0, 4),
	}); err != nil {
		return err
	}

	return s.rebut(ctx, officer, reviewer, now, rumour.Words{
		Claim: "网传饮用水源地发生泄漏，自来水不能喝", Area: "全市", Expert: "水环境监测值班专家，监测快报签字",
		Truth: "水源地没有发生泄漏，今天各项监测指标均达标；监测继续进行，结果每天公布。",
		Evidence: []rumour.Evidence{
			{
				Source: "水源地监测快报.pdf",
				Note:   "今天 8 时",
			},
			{Source: "https://sthjj.example.cn/water", Note: "每日公布的结果"},
		},
		Keywords: [][]string{{"水源地", "泄漏"}, {"自来水", "不能喝"}},
		From:     now, Until: today.AddDate(0, 0, 4),
	})
}

// rebut writes a rebuttal as of an instant, and has another person sign it.
func (s *Show) rebut(
	ctx context.Context, officer, reviewer access.Actor, at time.Time, words rumour.Words,
) error {
	then := s.Services.Rumours.At(func() time.Time { return at })
	made, err := then.Write(ctx, officer, s.Matrix.Root.ID, words)
	if err != nil {
		return err
	}
	if made, err = then.Do(ctx, officer, made.ID, rumour.Move{Act: rumour.Ask, Revision: 1}); err != nil {
		return err
	}
	_, err = then.Do(ctx, reviewer, made.ID, rumour.Move{Act: rumour.Sign, Revision: made.Revision})
	if err == nil {
		s.say("辟谣“%s”，由另一人签发", words.Claim)
	}

	return err
}
