package demo

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/app"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/media"
	"juzhen/internal/post"
)

// Show is one run of the main job in a terminal.
type Show struct {
	Services  app.Services
	Matrix    Matrix
	Weibo     *Weibo
	Passwords map[string]string
	Out       io.Writer
	Ahead     time.Duration // from writing to the due time
}

// Run writes one notice, has it approved, watches it go out, reads its reach back and prints a table.
// It fails unless the imitation Weibo holds exactly one post for each account, with the approved text
// and picture.
func (s *Show) Run(ctx context.Context) error {
	officer, err := s.signIn(ctx, "xuanchuan")
	if err != nil {
		return err
	}
	reviewer, err := s.signIn(ctx, "shenhe")
	if err != nil {
		return err
	}
	if err := s.threeSteps(ctx); err != nil {
		return fmt.Errorf("three steps: %w", err)
	}
	if err := s.openSite(ctx); err != nil {
		return fmt.Errorf("public site: %w", err)
	}

	if err := s.citizensWrite(ctx); err != nil {
		return fmt.Errorf("private messages: %w", err)
	}

	for _, a := range s.Matrix.Accounts {
		if a.State != account.Live {
			s.say("%s %s，这次不发", a.At(), a.State.Label())
		}
	}
	s.say("值班宣传专员撰写通知，%d 个账号各有措辞，附图一张", s.live())
	post, pic, err := s.write(ctx, officer)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if post, err = s.mend(ctx, officer, post); err != nil {
		return fmt.Errorf("mend: %w", err)
	}
	due := post.DueAt.In(beijing.Zone)
	if err := s.Services.Deliveries.Submit(ctx, officer, post.ID, post.Revision); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	s.say("已提交审核：稿件 #%d，定于 %s（北京时间）发出", post.ID, due.Format("15:04:05"))
	version, err := s.approve(ctx, post.ID)
	if err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	s.say("已批准：第 %d 版，批准哈希 %s", version.Number, hex.EncodeToString(version.Hash)[:16])
	sent, err := s.follow(ctx, officer, post.ID)
	if err != nil {
		return err
	}
	rows, wrong := s.judge(ctx, version, pic, sent)
	if err := s.tellAir(ctx); err != nil {
		return fmt.Errorf("the air of this hour: %w", err)
	}
	s.say("等候读者 %d 秒，然后读取成效", int(audience.Seconds()))
	if err := wait(ctx, audience); err != nil {
		return err
	}
	if err := s.readReach(ctx, reviewer, rows); err != nil {
		return fmt.Errorf("read reach: %w", err)
	}
	printTable(s.Out, rows)
	if err := s.lastQuarter(ctx); err != nil {
		return fmt.Errorf("last quarter's report: %w", err)
	}
	if err := s.rebuttals(ctx); err != nil {
		return fmt.Errorf("rebuttals: %w", err)
	}
	if err := s.lastWeeksEvent(ctx); err != nil {
		return fmt.Errorf("last week's event: %w", err)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d accounts do not hold exactly the approved post, once", wrong, len(rows))
	}
	s.say("微博上 %d 个账号各有且仅有一条，正文与图片和批准稿一致", len(rows))

	return nil
}

// live is how many accounts take part.
func (s *Show) live() (n int) {
	for _, a := range s.Matrix.Accounts {
		if a.State == account.Live {
			n++
		}
	}

	return n
}

func (s *Show) say(format string, args ...any) {
	fmt.Fprintf(
		s.Out,
		"%s  %s\n",
		time.Now().In(beijing.Zone).Format("15:04:05.000"),
		fmt.Sprintf(format, args...),
	)
}

func (s *Show) signIn(ctx context.Context, username string) (access.Actor, error) {
	_, token, err := s.Services.Identity.SignIn(
		ctx,
		username,
		s.Passwords[username],
		"127.0.0.1",
		"juzhen demo",
	)
	if err != nil {
		return access.Actor{}, fmt.Errorf("sign in as %s (has the password been changed?): %w", username, err)
	}
	actor, _, err := s.Services.Identity.Actor(ctx, token, "127.0.0.1", "juzhen demo")

	return actor, err
}

// write keeps the notice as a draft of the press officer: a common text, a wording of its own for each
// account, one picture.
func (s *Show) write(ctx context.Context, officer access.Actor) (post.Post, media.Media, error) {
	now := time.Now()
	pic, err := s.Services.Media.Upload(
		ctx,
		officer,
		s.Matrix.Root.ID,
		"五区空气质量.png",
		bytes.NewReader(chart(now)),
		"五个区域PM2.5浓度柱状图",
	)
	if err != nil {
		return post.Post{}, pic, err
	}
	due := now.Add(s.Ahead)
	column, err := s.column(ctx, officer)
	if err != nil {
		return post.Post{}, pic, err
	}
	content := post.Content{
		ColumnID: column,

		Text:  noticeTitle(now) + "发布，各区提示见各账号。",
		DueAt: &due,
		Media: []post.MediaChoice{{MediaID: pic.ID, Alt: pic.Alt}},
	}

	for i, seat := range seats() {
		if s.Matrix.Accounts[i].State != account.Live {
			continue
		}
		words := wording(i, seat, now)
		if len(content.Targets) == 0 {
			words += slipped
		}
		content.Targets = append(content.Targets, post.TargetChoice{
			AccountID: s.Matrix.Accounts[i].ID,
			Variant:   &words,
		})
	}
	p, err := s.Services.Posts.Create(ctx, officer, s.Matrix.Root.ID, content)

	return p, pic, err
}

// audience is the time readers get before their first reactions are read back.
const audience = 8 * time.Second

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// patience bounds how long after the due time the show waits for the last account.
const patience = 60 * time.Second

// follow prints each step of each delivery as it is recorded and returns when all have come to rest.
func (s *Show) follow(ctx context.Context, officer access.Actor, postID int64) ([]delivery.Delivery, error) {
	end := time.After(s.Ahead + patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	told := map[int64]delivery.State{}

	for {
		list, err := s.Services.Deliveries.OfPost(ctx, officer, postID)
		if err != nil {
			return nil, err
		}
		if s.tell(list, told) {
			return list, nil
		}

		select {
		case <-tick.C:
		case <-end:
			return nil, errors.New(unrested(list))
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// unrested names the accounts that have not come to rest, and why. The console goes on with them.
func unrested(list []delivery.Delivery) string {
	zh := i18n.For("zh")
	var waiting []string

	for _, d := range list {
		if d.State.Final() {
			continue
		}
		text, args := d.ReasonText()
		waiting = append(
			waiting,
			fmt.Sprintf("@%s %s（%s）", d.AccountHandle, d.State.Label(), zh.T(text, args...)),
		)
	}

	return fmt.Sprintf(
		"到时 %d 秒后还有 %d 个账号没有着落：%s",
		int(patience.Seconds()),
		len(waiting),
		strings.Join(waiting, "；"),
	)
}

// tell prints what is new and says whether every delivery is at rest.
func (s *Show) tell(list []delivery.Delivery, told map[int64]delivery.State) bool {
	done := true

	for _, d := range list {
		if told[d.ID] != d.State {
			told[d.ID] = d.State
			s.say("%s  %s%s", pad("@"+d.AccountHandle, 18), d.State.Label(), detail(d))
		}
		done = done && d.State.Final()
	}

	return done
}

// detail is the platform's id and how late the first byte went out, or why nothing went out.
func detail(d delivery.Delivery) string {
	if d.State == delivery.Sent && d.RemoteID != nil {
		return fmt.Sprintf("  微博 id %s，迟 %d ms", *d.RemoteID, lateness(d).Milliseconds())
	}
	if text, args := d.ReasonText(); d.State.Final() && text != "" {
		return "  " + i18n.For("zh").T(text, args...)
	}

	return ""
}

func lateness(d delivery.Delivery) time.Duration {
	if d.MarkedAt == nil || d.DueAt == nil {
		return 0
	}

	return max(0, d.MarkedAt.Sub(*d.DueAt))
}
