package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/i18n"
)

type checkQuestion struct {
	Text       string     `json:"text" maxLength:"5000" doc:"要检查的文字"`
	UnitID     int64      `json:"unit_id,omitempty" doc:"按哪个单位的词表；不填为所选账号的单位和本人的单位"`
	AccountIDs []int64    `json:"account_ids,omitempty" maxItems:"5000" doc:"要发到哪些账号：它们单位的词表也算，近期重复也看"`
	MediaIDs   []int64    `json:"media_ids,omitempty" maxItems:"100" doc:"图片：没有说明的会指出"`
	At         *time.Time `json:"at,omitempty" doc:"什么时候发；按这一天的标准和词条检查，不填为现在"`
}

// shownFinding is one thing that is wrong. Places are code points, End exclusive.
type shownFinding struct {
	AccountID  *int64 `json:"account_id,omitempty" doc:"在哪个账号单独的正文里；没有则为正文或稿件本身"`
	Rule       string `json:"rule" doc:"哪条规则，或哪类词表"`
	Level      string `json:"level" enum:"block,second,hint" doc:"block 必须改正，second 须说明理由并由审核人同意，hint 提示"`
	Start      int    `json:"start" doc:"从第几个字符起，按 Unicode 码点计"`
	End        int    `json:"end" doc:"到第几个字符止，不含"`
	Found      string `json:"found" doc:"那里写着什么"`
	Suggestion string `json:"suggestion" doc:"应当怎样写；空为须由人判断"`
	Message    string `json:"message" doc:"为什么"`
	ListID     int64  `json:"lexicon_id,omitempty" doc:"出自哪个词表"`
	Word       string `json:"word,omitempty" doc:"词表中的词；申请例外时用"`
	Excepted   bool   `json:"excepted,omitempty" doc:"两人已确认这段文字的例外，不再阻止"`
}

type checkAnswer struct {
	Findings []shownFinding `json:"findings"`
}

// findingReason explains a finding at submission. It names it by rule and place.
type findingReason struct {
	AccountID int64  `json:"account_id,omitempty" doc:"在哪个账号单独的正文里；没有则为正文或稿件本身"`
	Rule      string `json:"rule" maxLength:"64"`
	Start     int    `json:"start" minimum:"0" maximum:"2147483647"`
	End       int    `json:"end" minimum:"0" maximum:"2147483647"`
	Reason    string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么照发"`
}

func (a *api) checks() {
	register(a, op(http.MethodPost,
		"/checks", "check-text",
		"checks", i18n.N("检查一段文字：词表、指数与级别、日期、单位、个人信息、话题与链接"),
	), access.LexiconView, a.checkText)
}

// checkText looks and keeps nothing.
func (a *api) checkText(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body checkQuestion },
) (*out[checkAnswer], error) {
	question := check.Question{
		UnitID:     in.Body.UnitID,
		AccountIDs: in.Body.AccountIDs,
		MediaIDs:   in.Body.MediaIDs,
		Text:       in.Body.Text,
	}
	if in.Body.At != nil {
		question.At = *in.Body.At
	}

	found, err := a.Checks.Text(ctx, who, question)
	if err != nil {
		return nil, err
	}

	return &out[checkAnswer]{checkAnswer{showFindings(printerOf(request(ctx)), found)}}, nil
}

func showFindings(words *i18n.Printer, found []check.Finding) []shownFinding {
	return each(found, func(f check.Finding) shownFinding {
		shown := shownFinding{
			Rule:       string(f.Rule),
			Level:      string(f.Level),
			Start:      f.Start,
			End:        f.End,
			Found:      f.Found,
			Suggestion: f.Suggestion,
			Message:    words.T(f.Text, f.Args...),
			ListID:     f.ListID,
			Word:       f.Word,
			Excepted:   f.Excepted(),
		}
		if f.AccountID != 0 {
			shown.AccountID = &f.AccountID
		}

		return shown
	})
}

// reasonsOf are the reasons of a submission as the use case takes them.
func reasonsOf(given []findingReason) []check.Reason {
	return each(given, func(r findingReason) check.Reason {
		return check.Reason{
			AccountID: r.AccountID,
			Rule:      check.Rule(r.Rule),
			Start:     r.Start,
			End:       r.End,
			Text:      strings.TrimSpace(r.Reason),
		}
	})
}
