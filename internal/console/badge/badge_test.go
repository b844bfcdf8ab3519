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
	for _, phase := range post.Phases() {
		list = append(list, phase)
	}

	for _, state := range []review.State{review.Pending, review.Approved, review.Returned, review.Void} {
		list = append(list, state)
	}

	for _, postState := range delivery.PostStatesList() {
		list = append(list, postState)
	}

	for _, state := range delivery.States() {
		list = append(list, state)
	}

	for _, live := range []delivery.Live{
		delivery.LiveUp, delivery.LiveChanged, delivery.LiveHidden, delivery.LiveRemoved,
		delivery.LiveDown,
	} {
		list = append(list, live)
	}

	for _, state := range account.States() {
		list = append(list, state)
	}

	for _, tokenState := range account.TokenStates() {
		list = append(list, tokenState)
	}

	for _, live := range []reach.Live{reach.Shown, reach.Changed, reach.Hidden, reach.Removed} {
		list = append(list, live)
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
		state, err := Find(s)
		if err != nil || state.Word == "" || state.Word == state.Code ||
			!slices.Contains(tones, state.Tone) ||
			!slices.Contains(names, state.Icon) {
			t.Errorf("%T %v is shown as %+v, %v", s, s, state, err)
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
		if state, err := Find(v); err == nil {
			t.Errorf("%v (%v) is shown as %+v", v, reflect.TypeOf(v), state)
		}
	}
	if state, err := Find(
		delivery.State("of_a_newer_version"),
	); err != nil || state.Tone != "grey" ||
		state.Word != "of_a_newer_version" {
		t.Errorf("a state of a newer version is shown as %+v, %v", state, err)
	}
}
