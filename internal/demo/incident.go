package demo

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/incident"
)

// lastWeeksEvent plays a hot event through, once: a smell in the tap water at night, a statement that is
// corrected, a press conference, and its end, by two people.
func (s *Show) lastWeeksEvent(ctx context.Context) error {
	boss, err := s.signIn(ctx, "zhuguan")
	if err != nil {
		return err
	}
	reviewer, err := s.signIn(ctx, "shenhe")
	if err != nil {
		return err
	}
	deputy, err := s.signIn(ctx, "fuzhuguan")
	if err != nil {
		return err
	}
	there, err := s.Services.Incidents.List(ctx, boss, incident.Query{Limit: 1})
	if err != nil || len(there.Rows) > 0 {
		return err
	}

	begin := time.Now().AddDate(0, 0, -7).Truncate(time.Minute)
	play := &incidentPlay{s: s, begin: begin}
	play.open(ctx, boss)
	play.do(ctx, 20, boss, incident.Move{
		Act:  incident.Say,
		Text: "接到反映，正在三个点位检测，一小时内公布结果。",
	})
	play.do(ctx, 22, boss, incident.Move{Act: incident.Ask})
	play.do(ctx, 30, reviewer, incident.Move{Act: incident.Sign})
	play.do(ctx, 45, boss, incident.Move{
		Act:    incident.Record,
		Due:    incident.Speak,
		At:     begin.Add(40 * time.Minute),
		Reason: "值班电话和官网公告",
	})
	play.do(ctx, 90, boss, incident.Move{
		Act: incident.Say, Text: "检测结果：异味由藻类引起，各项指标达标，煮沸后可以饮用；明早 8 时再公布。",
		Reason: "检测结果出来了",
	})
	play.do(ctx, 92, boss, incident.Move{Act: incident.Ask})
	play.do(ctx, 100, reviewer, incident.Move{Act: incident.Sign})
	play.do(ctx, 16*60, boss, incident.Move{
		Act: incident.Record, Due: incident.Meet, At: begin.Add(15 * time.Hour), Reason: "市政府新闻办公室",
	})
	play.do(ctx, 40*60, boss, incident.Move{
		Act:  incident.AskEnd,
		Text: "藻类引起的异味，第二天消除。第一次发声用了四十分钟，口径更正一次；以后先公布检测点位。",
	})
	play.do(ctx, 41*60, deputy, incident.Move{Act: incident.End})
	if play.err == nil {
		s.say("热点事件“%s”，口径更正一次，由另一人确认结束", play.now.Title)
	}

	return play.err
}

// incidentPlay does one act after the other with an event, each at its minute; the first error ends it.
type incidentPlay struct {
	s     *Show
	begin time.Time
	now   incident.Incident
	err   error
}

func (p *incidentPlay) at(minutes int) *incident.Service {
	return p.s.Services.Incidents.At(
		func() time.Time { return p.begin.Add(time.Duration(minutes) * time.Minute) },
	)
}

func (p *incidentPlay) open(ctx context.Context, who access.Actor) {
	p.now, p.err = p.at(5).Open(ctx, who, p.s.Matrix.Root.ID, incident.Facts{
		Title: "自来水异味", Grade: incident.Grave, T0: p.begin, Keywords: []string{"异味", "自来水"},
	}, "一小时内有 30 位市民说到“自来水有异味”")
}

func (p *incidentPlay) do(ctx context.Context, minutes int, who access.Actor, move incident.Move) {
	if p.err != nil {
		return
	}
	move.Revision = p.now.Revision
	p.now, p.err = p.at(minutes).Do(ctx, who, p.now.ID, move)
}
