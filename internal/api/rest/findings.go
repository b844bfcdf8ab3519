package rest

import (
	"juzhen/internal/check"
	"juzhen/internal/i18n"
)

// ShownFinding is one thing that is wrong. Places are code points, End exclusive.
type ShownFinding struct {
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

// ShowFindings shows findings in the language of the printer.
func ShowFindings(words *i18n.Printer, found []check.Finding) []ShownFinding {
	return Each(found, func(f check.Finding) ShownFinding {
		shown := ShownFinding{
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
