package words

import (
	"context"
	"net/http"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

type checkQuestion struct {
	Text       string     `json:"text" maxLength:"5000" doc:"要检查的文字"`
	UnitID     int64      `json:"unit_id,omitempty" doc:"按哪个单位的词表；不填为所选账号的单位和本人的单位"`
	AccountIDs []int64    `json:"account_ids,omitempty" maxItems:"5000" doc:"要发到哪些账号：它们单位的词表也算，近期重复也看"`
	MediaIDs   []int64    `json:"media_ids,omitempty" maxItems:"100" doc:"图片：没有说明的会指出"`
	At         *time.Time `json:"at,omitempty" doc:"什么时候发；按这一天的标准和词条检查，不填为现在"`
	Slot       string     `json:"slot,omitempty" enum:"next" doc:"代替 at：next 为所选账号在这个栏目的下一个空着的时段；没有时答 409 no_slot"`
	Column     int64      `json:"column,omitempty" minimum:"0" doc:"与 slot 一起：栏目编号"`
}

type checkAnswer struct {
	Findings []rest.ShownFinding `json:"findings"`
	At       *time.Time          `json:"at,omitempty" doc:"与 slot 一起问时：按这个时段检查的"`
}

// FindingReason explains a finding at submission. It names it by rule and place.
type FindingReason struct {
	AccountID int64  `json:"account_id,omitempty" doc:"在哪个账号单独的正文里；没有则为正文或稿件本身"`
	Rule      string `json:"rule" maxLength:"64"`
	Start     int    `json:"start" minimum:"0" maximum:"2147483647"`
	End       int    `json:"end" minimum:"0" maximum:"2147483647"`
	Reason    string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么照发"`
}

func (a *api) checks() {
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/checks", "check-text",
		"checks", i18n.N("检查一段文字：词表、指数与级别、日期、单位、个人信息、话题与链接"),
	), access.LexiconView, a.checkText)
}

// checkText looks and keeps nothing.
func (a *api) checkText(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body checkQuestion },
) (*rest.Out[checkAnswer], error) {
	question := check.Question{
		UnitID:     in.Body.UnitID,
		AccountIDs: in.Body.AccountIDs,
		MediaIDs:   in.Body.MediaIDs,
		Text:       in.Body.Text,
	}
	at, err := a.slotOr(ctx, who, in.Body)
	if err != nil {
		return nil, err
	}
	if at != nil {
		question.At = *at
	}

	found, err := a.Checks.Text(ctx, who, question)
	if err != nil {
		return nil, err
	}

	answer := checkAnswer{Findings: rest.ShowFindings(rest.PrinterOf(rest.Request(ctx)), found)}
	if in.Body.Slot != "" {
		answer.At = rest.UTC(at)
	}

	return &rest.Out[checkAnswer]{Body: answer}, nil
}

// slotOr gives the time that a check is asked for: that of the next slot, or the one that was given.
func (a *api) slotOr(ctx context.Context, who access.Actor, asked checkQuestion) (*time.Time, error) {
	if asked.Slot == "" {
		return asked.At, nil
	}
	if asked.At != nil {
		return nil, fault.Invalid("body.slot", "发布时段与发布时间只能写一个")
	}
	found, err := a.Plan.NextSlot(ctx, who, asked.AccountIDs, asked.Column, 0)
	if err != nil {
		return nil, err
	}
	at, err := found.Due()

	return &at, err
}

// ReasonsOf are the reasons of a submission as the use case takes them.
func ReasonsOf(given []FindingReason) []check.Reason {
	return rest.Each(given, func(r FindingReason) check.Reason {
		return check.Reason{
			AccountID: r.AccountID,
			Rule:      check.Rule(r.Rule),
			Start:     r.Start,
			End:       r.End,
			Text:      strings.TrimSpace(r.Reason),
		}
	})
}
