package push

import (
	"testing"
	"time"
)

// TestSignature is the platform's own example.
func TestSignature(t *testing.T) {
	t.Parallel()

	const stamp, nonce, want = "1397022061823", "57155157", "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"
	if got := sign("xyz123xyz", stamp, nonce); got != want {
		t.Errorf("signed %s", got)
	}
	at := time.UnixMilli(1397022061823)

	for name, c := range map[string]struct {
		call   Call
		secret string
		now    time.Time
		want   Reason
	}{
		"its own":        {Call{want, stamp, nonce}, "xyz123xyz", at, ""},
		"ten minutes":    {Call{want, stamp, nonce}, "xyz123xyz", at.Add(10 * time.Minute), ""},
		"older":          {Call{want, stamp, nonce}, "xyz123xyz", at.Add(10*time.Minute + 1), BadTime},
		"from ahead":     {Call{want, stamp, nonce}, "xyz123xyz", at.Add(-10*time.Minute - 1), BadTime},
		"another secret": {Call{want, stamp, nonce}, "xyz123xyy", at, BadSignature},
		"another nonce":  {Call{want, stamp, "57155158"}, "xyz123xyz", at, BadSignature},
		"no signature":   {Call{"", stamp, nonce}, "xyz123xyz", at, BadSignature},
		"no time":        {Call{sign("xyz123xyz", "now", nonce), "now", nonce}, "xyz123xyz", at, BadTime},
	} {
		_, err := c.call.check(c.secret, c.now)
		got := Reason("")
		if refused, ok := err.(*Refused); ok {
			got = refused.Reason
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestRead takes the forms that the platform's pages show, and what it may invent.
func TestRead(t *testing.T) {
	t.Parallel()

	const head = `"receiver_id":1902538057,"sender_id":"2489518277",` +
		`"created_at":"Mon Jul 16 18:09:20 +0800 2012",`
	now := time.Date(2012, 7, 16, 10, 10, 0, 0, time.UTC)

	for body, want := range map[string]string{
		`{"type":"text",` + head + `"text":"你好\u0000","data":{}}`:                                  "text 你好 true",
		`{"type":"position",` + head + `"text":"我在","data":{"latitude":"39.9","longitude":116.4}}`: "position 我在\n39.9, 116.4 true",
		`{"type":"sticker",` + head + `"text":{"a":1},"data":7}`:                                   "other  false",
		`{"type":"mention",` + head + `"text":"@市局 在吗"}`:                                           "mention @市局 在吗 false",
		`{"type":"event",` + head + `"text":"关注","data":{"subtype":"follow"}}`:                     " + true",
		`{"type":"event",` + head + `"text":"取消关注","data":{"subtype":"unfollow"}}`:                 " - false",
		`{"type":"event",` + head + `"text":"菜单","data":{"subtype":"click"}}`:                      "  true",
		`{"type":"event",` + head + `"text":"新的","data":{"subtype":"whatever"}}`:                   "  false",
		`{"type":"text","receiver_id":1,"sender_id":2,"created_at":"yesterday"}`:                   "refused",
		`{"type":"text","receiver_id":1,"sender_id":1,` + head[54:] + `"text":"我"}`:                "refused",
		`{"type":"text","receiver_id":"x","sender_id":1}`:                                          "refused",
		`{"type":"text",` + head[:46] + `"created_at":"Mon Jul 16 18:30:20 +0800 2012"}`:           "refused",
		`[]`:                                 "refused",
		`<xml><MsgType>text</MsgType></xml>`: "refused",
	} {
		m, err := read([]byte(body), now)
		told, got := m.told(), "refused"
		if err == nil {
			got = string(told.Form) + " " + told.Text
			if told.Follows != nil {
				got = " " + map[bool]string{true: "+", false: "-"}[*told.Follows]
			}
			got += map[bool]string{true: " true", false: " false"}[told.Opens]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
