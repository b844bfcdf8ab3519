package courier_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/courier"
	"juzhen/internal/outward"
	"juzhen/internal/seal"
)

var noon = time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)

// group is an imitation of one of the three: it checks address, signature and fields as its documents say,
// and keeps what was said.
type group struct {
	*httptest.Server
	secret string
	heard  []string
	answer string // instead of its own; "" its own
	status int
	hang   chan struct{} // while open nothing is answered
}

func newGroup(
	t *testing.T,
	secret string,
	check func(g *group, r *http.Request, body map[string]any) string,
) *group {
	t.Helper()
	g := &group{secret: secret, status: http.StatusOK}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		if g.hang != nil {
			select {
			case <-g.hang:
			case <-r.Context().Done():
			}

			return
		}
		var body map[string]any
		if r.Method != http.MethodPost || json.Unmarshal(raw, &body) != nil ||
			!strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answer := g.answer
		if answer == "" {
			answer = check(g, r, body)
		}
		w.WriteHeader(g.status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(g.Close)

	return g
}

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))

	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func dig(body map[string]any, path ...string) any {
	var at any = body
	for _, name := range path {
		m, _ := at.(map[string]any)
		at = m[name]
	}

	return at
}

// dingTalk answers as oapi.dingtalk.com does.
func dingTalk(g *group, r *http.Request, body map[string]any) string {
	query := r.URL.Query()
	stamp, _ := strconv.ParseInt(query.Get("timestamp"), 10, 64)

	switch {
	case query.Get("access_token") != "t0ken":
		return `{"errcode":300001,"errmsg":"token is not exist"}`
	case noon.Sub(time.UnixMilli(stamp)).Abs() > time.Hour:
		return `{"errcode":310000,"errmsg":"invalid timestamp"}`
	case query.Get("sign") != mac(g.secret, fmt.Sprint(stamp)+"\n"+g.secret):
		return `{"errcode":310000,"errmsg":"sign not match, more: [https://ding-doc.dingtalk.com]"}`
	case body["msgtype"] != "text":
		return `{"errcode":40035,"errmsg":"param error"}`
	}
	g.heard = append(g.heard, fmt.Sprint(dig(body, "text", "content")))

	return `{"errcode":0,"errmsg":"ok"}`
}

// weCom answers as qyapi.weixin.qq.com does.
func weCom(g *group, r *http.Request, body map[string]any) string {
	text := fmt.Sprint(dig(body, "text", "content"))

	switch {
	case r.URL.Query().Get("key") != "t0ken":
		return `{"errcode":93000,"errmsg":"invalid webhook url"}`
	case body["msgtype"] != "text" || len(text) > 2048:
		return `{"errcode":40058,"errmsg":"invalid Request Parameter"}`
	}
	g.heard = append(g.heard, text)

	return `{"errcode":0,"errmsg":"ok"}`
}

// feishu answers as open.feishu.cn does.
func feishu(g *group, r *http.Request, body map[string]any) string {
	stamp, _ := strconv.ParseInt(fmt.Sprint(body["timestamp"]), 10, 64)

	switch {
	case r.URL.Path != "/hook/t0ken":
		return `{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}`
	case noon.Sub(time.Unix(stamp, 0)).Abs() > time.Hour || body["sign"] != mac(fmt.Sprint(stamp)+"\n"+g.secret, ""):
		return `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`
	case body["msg_type"] != "post":
		return `{"code":9499,"msg":"Bad Request","data":{}}`
	}
	text, _ := json.Marshal(dig(body, "content", "post", "zh_cn"))
	g.heard = append(g.heard, string(text))

	return `{"code":0,"msg":"success","data":{}}`
}

func courierTo(t *testing.T, limit time.Duration, servers ...*httptest.Server) *courier.Courier {
	t.Helper()

	var allowed []string
	for _, server := range servers {
		allowed = append(allowed, server.Listener.Addr().String())
	}

	return courier.New(outward.New(outward.Options{Allowed: allowed, Timeout: limit}), courier.Server{},
		func() time.Time { return noon })
}

var kinds = map[courier.Kind]struct {
	check func(*group, *http.Request, map[string]any) string
	path  string
}{
	courier.DingTalk: {dingTalk, "/robot/send?access_token=t0ken"},
	courier.WeCom:    {weCom, "/cgi-bin/webhook/send?key=t0ken"},
	courier.Feishu:   {feishu, "/hook/t0ken"},
}

var message = courier.Message{
	Title: "矩阵台",
	Text:  "待审：<at user_id=\"all\">全体</at> @all",
	Link:  "https://console.example/notices",
	Act:   "查看",
}

// TestEachRobotSpeaks: signed as its documents say, with the words and the link.
func TestEachRobotSpeaks(t *testing.T) {
	t.Parallel()

	for kind, c := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			g := newGroup(t, "SEC1", c.check)
			send := courierTo(t, 0, g.Server)
			robot := courier.Robot{Kind: kind, Address: seal.Secret(g.URL + c.path), Secret: "SEC1"}
			if err := send.Post(t.Context(), robot, message); err != nil {
				t.Fatal(err)
			}
			if len(g.heard) != 1 || !strings.Contains(g.heard[0], "待审") ||
				!strings.Contains(g.heard[0], "https://console.example/notices") {
				t.Errorf("heard %q", g.heard)
			}
			if kind == courier.Feishu && !strings.Contains(g.heard[0], `"tag":"text"`) {
				t.Errorf("a tag in it could call everybody: %s", g.heard[0])
			}
		})
	}
}

// TestALongMessageFits: WeCom takes 2,048 bytes.
func TestALongMessageFits(t *testing.T) {
	t.Parallel()
	g := newGroup(t, "", weCom)
	long := message
	long.Text = strings.Repeat("长", 3000)
	robot := courier.Robot{Kind: courier.WeCom, Address: seal.Secret(g.URL + kinds[courier.WeCom].path)}
	if err := courierTo(t, 0, g.Server).Post(t.Context(), robot, long); err != nil {
		t.Fatal(err)
	}
}

func reason(err error) courier.Reason {
	failure := courier.FailureOf(err)
	if failure == nil {
		return ""
	}

	return failure.Reason
}

// TestWhatARobotAnswers types out answers of the three and what they mean.
func TestWhatARobotAnswers(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		kind   courier.Kind
		status int
		answer string
		want   courier.Reason
		again  bool
	}{
		{courier.DingTalk, 200, `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`, courier.Limited, true},
		{courier.DingTalk, 200, `{"errcode":310000,"errmsg":"keywords not in content"}`, courier.Refused, false},
		{courier.DingTalk, 200, `{"errcode":310000,"errmsg":"sign not match"}`, courier.Secret, false},
		{courier.DingTalk, 200, `{"errcode":400102,"errmsg":"机器人已停用"}`, courier.Gone, false},
		{courier.DingTalk, 200, `{"errcode":-1,"errmsg":"系统繁忙"}`, courier.Busy, true},
		{courier.WeCom, 200, `{"errcode":45009,"errmsg":"api freq out of limit"}`, courier.Limited, true},
		{courier.WeCom, 200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, courier.Gone, false},
		{courier.WeCom, 200, `{"errcode":40058,"errmsg":"invalid"}`, courier.Refused, false},
		{courier.Feishu, 200, `{"code":11232,"msg":"frequency limited psm"}`, courier.Limited, true},
		{courier.Feishu, 400, `{"code":9499,"msg":"too many request","data":{}}`, courier.Limited, true},
		{courier.Feishu, 200, `{"code":9499,"msg":"Bad Request","data":{}}`, courier.Refused, false},
		{courier.Feishu, 200, `{"code":19021,"msg":"sign match fail"}`, courier.Secret, false},
		{courier.Feishu, 200, `{"code":19024,"msg":"Key Words Not Found"}`, courier.Refused, false},
		{courier.Feishu, 200, `{"StatusCode":0,"StatusMessage":"success"}`, "", false},
		{courier.DingTalk, 500, `oops`, courier.Busy, true},
		{courier.DingTalk, 429, ``, courier.Limited, true},
		{courier.WeCom, 404, `<html>`, courier.Gone, false},
		{courier.WeCom, 200, `<html>sign in</html>`, courier.Strange, true},
		{courier.WeCom, 302, ``, courier.Refused, false},
		{courier.Feishu, 200, `{}`, courier.Strange, true},
	} {
		t.Run(fmt.Sprint(c.kind, c.status, c.answer), func(t *testing.T) {
			t.Parallel()
			g := newGroup(t, "", nil)
			g.status, g.answer = c.status, c.answer+" "
			robot := courier.Robot{
				Kind:    c.kind,
				Address: seal.Secret(g.URL + kinds[c.kind].path),
				Secret:  "x",
			}
			err := courierTo(t, 0, g.Server).Post(t.Context(), robot, message)
			if got := reason(err); got != c.want || got.Again() != c.again {
				t.Errorf("%v: %q again %v", err, got, got.Again())
			}
		})
	}
}

// TestAWrongSecretIsToldAsSuch: by the imitations themselves.
func TestAWrongSecretIsToldAsSuch(t *testing.T) {
	t.Parallel()

	for kind, c := range kinds {
		if !kind.Signs() {
			continue
		}
		g := newGroup(t, "SEC1", c.check)
		robot := courier.Robot{Kind: kind, Address: seal.Secret(g.URL + c.path), Secret: "SEC2"}
		if got := reason(courierTo(t, 0, g.Server).Post(t.Context(), robot, message)); got != courier.Secret {
			t.Errorf("%s: %q", kind, got)
		}
		robot.Address = seal.Secret(strings.Replace(g.URL+c.path, "t0ken", "other", 1))
		if got := reason(courierTo(t, 0, g.Server).Post(t.Context(), robot, message)); got != courier.Gone {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

// TestNoAnswerIsNoRefusal: what hangs or is cut may have been taken; the error holds no key.
func TestNoAnswerIsNoRefusal(t *testing.T) {
	t.Parallel()
	g := newGroup(t, "", weCom)
	g.hang = make(chan struct{})
	robot := courier.Robot{
		Kind:    courier.WeCom,
		Address: seal.Secret(g.URL + "/cgi-bin/webhook/send?key=t0ken"),
	}
	err := courierTo(t, 50*time.Millisecond, g.Server).Post(t.Context(), robot, message)
	if reason(err) != courier.Unreached || !reason(err).Again() || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = courierTo(t, 0, g.Server).Post(ended, robot, message)
	if reason(err) != courier.Unreached || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("%v", err)
	}
}

// TestAddressesKeepTheRule: this machine and its network are no place for a message, by name or by number.
func TestAddressesKeepTheRule(t *testing.T) {
	t.Parallel()
	g := newGroup(t, "", weCom)
	send := courierTo(t, 0)
	robot := courier.Robot{Kind: courier.WeCom, Address: seal.Secret(g.URL)}
	if got := reason(send.Post(t.Context(), robot, message)); got != courier.Address {
		t.Errorf("%q", got)
	}

	for address, want := range map[string]bool{
		"https://oapi.dingtalk.com/robot/send?access_token=x": true, "http://oapi.dingtalk.com/x": false,
		g.URL: false, "ftp://x": false, "": false, "https://u:p@x.cn/": false,
	} {
		if send.CheckAddress(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
	if !courierTo(t, 0, g.Server).CheckAddress(g.URL) {
		t.Error("what the operator named is refused")
	}
	if err := send.Post(
		t.Context(),
		courier.Robot{Kind: "fax", Address: "https://x.cn"},
		message,
	); err == nil {
		t.Error("a kind that is none")
	}
}

func TestEveryReasonSpeaks(t *testing.T) {
	t.Parallel()

	for _, one := range courier.Reasons() {
		if one.Label() == "" {
			t.Errorf("%s says nothing", one)
		}
	}
	if courier.FailureOf(nil) != nil || courier.FailureOf(errors.New("x")).Reason != courier.Strange {
		t.Error("an error of another sort")
	}
}
