package sandbox_test

import (
	"testing"
	"time"

	"juzhen/internal/sandbox"
)

// TestCitizensCommentAndTakeAway what they said; one name is one citizen.
func TestCitizensCommentAndTakeAway(t *testing.T) {
	t.Parallel()

	server := sandbox.New(sandbox.Options{Frozen: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)})
	t.Cleanup(server.Close)
	if err := server.AddAccount(sandbox.Account{UID: 5800000001, Handle: "安静市局"}); err != nil {
		t.Fatal(err)
	}
	post := server.Rival("安静市局", "今日空气质量良").ID

	first := server.Comment(post, "通州老张", "请问")
	second := server.Comment(post, "通州老张", "再问")
	answer := server.Say("安静市局", post, first, "答")
	if first == 0 || first == second || answer <= second {
		t.Errorf("comments %d, %d, answer %d", first, second, answer)
	}
	if got := server.Reach(post).Comments; got != 3 {
		t.Errorf("%d comments are counted, want 3", got)
	}
	server.Uncomment(first)
	server.Uncomment(first)
	if got := server.Reach(post).Comments; got != 2 {
		t.Errorf("%d comments are counted after one was taken away, want 2", got)
	}
	if id := server.Comment(1, "通州老张", "没有这条微博"); id != 0 {
		t.Errorf("a comment on nothing is %d", id)
	}
}
