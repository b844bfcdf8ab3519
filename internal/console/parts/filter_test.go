package parts_test

import (
	"fmt"
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/console/parts"
)

func TestAnAccountIsAskedForByIDOrName(t *testing.T) {
	t.Parallel()

	var list []account.Account
	for i := range 101 {
		list = append(list, account.Account{ID: int64(i + 1), Handle: fmt.Sprintf("环保第%03d号", i+1)})
	}

	for asked, want := range map[string]int64{
		"": 0, "7": 7, "@环保第007号": 7, "环保第101号": 101, "第042": 42, "环保第": -1, "没有": -1, "999": -1,
	} {
		if got, name := parts.AccountAsked(list, asked); got != want || (name == "") != (asked == "") {
			t.Errorf("%q: got %d %q, want %d", asked, got, name, want)
		}
	}
	if got := parts.AccountOptions(list); got != nil {
		t.Errorf("%d choices are offered, want a field to type in", len(got))
	}
	if got := parts.AccountOptions(list[:100]); len(got) != 101 || got[0].Value != "" {
		t.Errorf("%d choices, want all and each", len(got))
	}
}

func TestAnActNamesItsAccountInFull(t *testing.T) {
	t.Parallel()
	list := []account.Account{{ID: 7, Handle: "环保第20号"}, {ID: 20, Handle: "Air北京"}, {ID: 3, Handle: "7"}}

	for name, want := range map[string]int64{
		"环保第20号": 7, " @air北京 ": 20, "20": 20, "7": 3, "第20": 0, "环保": 0, "": 0, "99": 0,
	} {
		var got int64
		if a := parts.AccountNamed(list, name); a != nil {
			got = a.ID
		}
		if got != want {
			t.Errorf("%q: got %d, want %d", name, got, want)
		}
	}
}
