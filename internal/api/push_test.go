package api_test

import (
	"strings"
	"testing"
)

// TestAPushAddressIsToldOnce, and neither its token nor the secret stands in any other answer or in a log.
func TestAPushAddressIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := "/accounts/" + w.call("admin", "POST", "/accounts", body{
		"unit_id":      1,
		"handle":       "朝阳环保示例",
		"display_name": "朝阳环保示例",
		"seat":         "district",
		"connector":    "commercial",
	}).want(201).text("id") + "/push"
	w.call("admin", "GET", at, nil).want(200).says("false", "open").says("0", "revision")
	made := w.call("admin", "POST", at, body{"revision": 0, "secret": "xyz123xyz"}).want(200)
	fans := made.text("fans_url")
	if !strings.HasPrefix(fans, "https://push.example/push/weibo/fans/") {
		t.Errorf("made is %s", fans)
	}
	shown := w.call("admin", "GET", at, nil).want(200).says("true", "secret").says("1", "revision")
	w.call("admin", "POST", at, body{"revision": 0}).want(409)
	w.call("admin", "POST", at, body{"revision": 1, "secret": "两个 字"}).
		want(422).
		says("body.secret", "errors", 0, "location")
	w.call("admin", "DELETE", at+"?revision=0", nil).want(409)
	w.call("admin", "DELETE", at+"?revision=1&reason=换平台", nil).want(204)
	after := w.call("admin", "GET", at, nil).want(200).says("false", "open").says("false", "secret")

	token := fans[strings.LastIndex(fans, "/")+1:]
	for _, told := range []string{shown.Body.String(), after.Body.String(), w.log.String()} {
		if strings.Contains(told, token) || strings.Contains(told, "xyz123xyz") {
			t.Errorf("it is told again: %s", told)
		}
	}
}
