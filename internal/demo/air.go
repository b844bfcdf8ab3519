package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/template"
)

// monitor is the account that tells the readings of the hour.
const monitor = "北京环境监测"

// tellAir has the readings of the hour written from their template, approved and sent by the monitoring
// centre: what citizens find under the air of today on the public site.
func (s *Show) tellAir(ctx context.Context) error {
	officer, err := s.signIn(ctx, "xuanchuan")
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.Matrix.Accounts, func(a account.Account) bool { return a.Handle == monitor })
	if at < 0 || s.Matrix.Accounts[at].State != account.Live {
		s.say("@%s 不在运行，空气质量实况这次不发", monitor)
		return nil
	}
	column, err := s.column(ctx, officer)
	if err != nil {
		return err
	}

	draft, err := s.Services.Templates.Draft(ctx, officer, template.Ask{
		Kind: template.Live, UnitID: s.Matrix.Root.ID, Values: hourly(time.Now()),
	})
	if err != nil {
		return err
	}
	draft, version, err := s.Services.Posts.Find(ctx, officer, draft.ID)
	if err != nil {
		return err
	}
	content := post.ContentOf(draft, version)
	content.ColumnID, content.DueNow = column, true
	content.Targets = []post.TargetChoice{{AccountID: s.Matrix.Accounts[at].ID}}

	if _, err = s.Services.Posts.Save(ctx, officer, draft.ID, draft.Revision, content); err != nil {
		return err
	}
	if draft, _, err = s.Services.Posts.Find(ctx, officer, draft.ID); err != nil {
		return err
	}
	if err := s.Services.Deliveries.Submit(ctx, officer, draft.ID, draft.Revision); err != nil {
		return err
	}
	s.say("用模板写的空气质量实况已提交审核：稿件 #%d，由 @%s 发出", draft.ID, monitor)

	if _, err := s.approve(ctx, draft.ID); err != nil {
		return err
	}
	sent, err := s.follow(ctx, officer, draft.ID)
	if err != nil {
		return err
	}
	if len(sent) != 1 || sent[0].State != delivery.Sent {
		return fmt.Errorf("the readings of the hour were not sent: %+v", sent)
	}

	return nil
}

// hourly are readings of the last full hour as a duty officer pastes them: of the city and its five zones.
// They differ from run to run, since the platform refuses a repeated text.
func hourly(now time.Time) template.Values {
	rows := []string{"区域\tPM2.5\tPM10\tSO2\tNO2\tCO\tO3"}
	drift := now.Minute()*60 + now.Second()

	for i, zone := range []string{"全市", "城六区", "西北部", "东北部", "东南部", "西南部"} {
		fine := 28 + (drift+i*7)%24
		rows = append(rows, fmt.Sprintf("%s\t%d\t%d\t3\t%d\t0.5\t%d",
			zone, fine, fine+20+drift%9, 18+drift%11, 50+drift%23))
	}

	return template.Values{
		"at":       now.In(beijing.Zone).Truncate(time.Hour).Format("2006-01-02T15:04"),
		"readings": strings.Join(rows, "\n"),
	}
}
