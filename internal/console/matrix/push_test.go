package matrix_test

import (
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/account"
)

// TestThePushAddressIsShownOnce, to who manages the account alone, and ends with a press of a button.
func TestThePushAddressIsShownOnce(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	admin := pages.As("admin")
	admin.Get(at(a.ID, "")).Want(200).WantText("#push", "没有开通").WantCount("#push code", 0)

	made := admin.Post(at(a.ID, "/push"), url.Values{"revision": {"0"}, "secret": {"xyz123xyz"}}).Want(200)
	fans := made.WantCount("#push code", 2).Text("#push code")
	if !strings.HasPrefix(fans, "https://push.example.gov.cn/push/weibo/fans/") ||
		strings.Contains(made.Body, "xyz123xyz") {
		t.Errorf("made is %s", fans)
	}
	admin.Get(at(a.ID, "")).WantText("#push", "已开通").WantText("#push", "已填写").WantCount("#push code", 0)
	admin.Post(at(a.ID, "/push"), url.Values{"revision": {"0"}}).Want(409).WantText("main", "他人改过")
	admin.Post(at(a.ID, "/push"), url.Values{"revision": {"1"}, "secret": {"两个 字"}}).Want(422).
		WantText("#push", "App Secret")
	pages.As("boss").Get(at(a.ID, "")).Want(200).WantCount("#push", 0)
	admin.Post(at(a.ID, "/push/revoke"), url.Values{"revision": {"1"}, "reason": {"换人"}}).Want(303)
	admin.Get(at(a.ID, "")).WantText("#push", "已撤销")
}
