package badge

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/review"
)

// all are the states that exist, as their owners list them.
func all() (list []any) {
	for _, s := range post.Phases() {
		list = append(list, s)
	}
	for _, s := range []review.State{review.Pending, review.Approved, review.Returned, review.Void} {
		list = append(list, s)
	}
	for _, s := range delivery.PostStatesList() {
		list = append(list, s)
	}
	for _, s := range delivery.States() {
		list = append(list, s)
	}
	for _, s := range []delivery.Live{delivery.LiveUp, delivery.LiveChanged, delivery.LiveHidden, delivery.LiveRemoved, delivery.LiveDown} {
		list = append(list, s)
	}
	for _, s := range account.States() {
		list = append(list, s)
	}
	for _, s := range account.TokenStates() {
		list = append(list, s)
	}
	for _, s := range []reach.Live{reach.Shown, reach.Changed, reach.Hidden, reach.Removed} {
		list = append(list, s)
	}
	return list
}

func TestEveryStateHasABadgeAndEveryBadgeAState(t *testing.T) {
	t.Parallel()
	icons, err := os.ReadFile("../../../static/src/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(icons))
	tones := []string{"grey", "blue", "teal", "green", "orange", "red", "purple"}
	for _, s := range all() {
		if _, ok := looks[s]; !ok {
			t.Errorf("%T %v has no badge", s, s)
		}
		b, err := Find(s)
		if err != nil || b.Word == "" || b.Word == b.Code || !slices.Contains(tones, b.Tone) || !slices.Contains(names, b.Icon) {
			t.Errorf("%T %v is shown as %+v, %v", s, s, b, err)
		}
	}
	if len(looks) != len(all()) {
		t.Errorf("%d badges for %d states", len(looks), len(all()))
	}
}

// moon is a type that has no badges.
type moon string

// Label is its word.
func (moon) Label() string { return "月亮" }

func TestWhatHasNoBadgeIsTold(t *testing.T) {
	t.Parallel()
	for _, v := range []any{"draft", "", nil, moon("full"), 3} {
		if b, err := Find(v); err == nil {
			t.Errorf("%v (%v) is shown as %+v", v, reflect.TypeOf(v), b)
		}
	}
	if b, err := Find(delivery.State("of_a_newer_version")); err != nil || b.Tone != "grey" || b.Word != "of_a_newer_version" {
		t.Errorf("a state of a newer version is shown as %+v, %v", b, err)
	}
}
