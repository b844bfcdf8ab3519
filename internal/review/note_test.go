package review

import (
	"slices"
	"strings"
	"testing"

	"juzhen/internal/fault"
	"juzhen/internal/identity"
)

func TestWhatANoteMaySay(t *testing.T) {
	t.Parallel()
	wordings := []string{"今日空气质量良", "今日良"}

	for name, c := range map[string]struct{ text, quoted, field string }{
		"of the whole":       {"请核对", "", ""},
		"of a word":          {"请核对", "空气质量", ""},
		"of an own wording":  {"请核对", "今日良", ""},
		"nothing":            {"", "", "note"},
		"too long":           {strings.Repeat("字", MaxNote+1), "", "note"},
		"unseen":             {"请\u202e核对", "", "note"},
		"words of nobody":    {"请核对", "臭氧", "quoted"},
		"across the wording": {"请核对", "良今日", "quoted"},
		"a long quotation":   {"请核对", strings.Repeat("字", MaxQuoted+1), "quoted"},
	} {
		err := checkNote(c.text, c.quoted, wordings)
		if c.field == "" && err != nil ||
			c.field != "" && (err == nil || fault.FieldErrors(err)[0].Field != c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhomANoteAsks(t *testing.T) {
	t.Parallel()
	colleagues := []identity.Holder{
		{UserID: 1, Name: "值班审核员"}, {UserID: 2, Name: "值班审核员甲"}, {UserID: 3, Name: "值班主管"}, {UserID: 4},
	}

	for text, want := range map[string][]int64{
		"请核对":                {},
		"@值班审核员 请核对":         {1},
		"@值班审核员甲请核对":         {2},
		"@值班审核员甲、@值班审核员 请核对": {2, 1},
		"@值班主管@值班主管":         {3},
		"@宣传中心 请核对":          {},
		"值班主管":               {},
	} {
		got := []int64{}
		for _, person := range asked(text, colleagues) {
			got = append(got, person.UserID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s asks %v, wanted %v", text, got, want)
		}
	}
}
