package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// raw sends a body as it is.
func (w *world) raw(path, kind, body string) reply {
	w.t.Helper()
	r, err := http.NewRequest("POST", w.http.URL+path, strings.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", kind)
	}

	return w.do(r, err)
}

func TestMalformedBodiesAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	query := path(updateBiz) + "?access_token=" + w.token
	for _, c := range []struct{ kind, body, code string }{
		{"application/x-www-form-urlencoded", "status=%zz", "10012"},
		{"multipart/form-data; boundary=x", "--x\r\nnonsense", "10012"},
		{"multipart/form-data", "no boundary", "10012"},
		{"application/json", `{"status":"一"}`, "20008"},
		{"", "status=一", "20008"},
	} {
		w.wantCode(w.raw(query, c.kind, c.body), c.code)
	}
	w.wantCount(0)
}

func TestAHugeBodyIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := "access_token=" + w.token + "&status=" + strings.Repeat("a", maxBody)
	w.wantCode(w.raw(path(updateBiz), "application/x-www-form-urlencoded", body), "10018")
	w.wantCount(0)
}

func TestParametersMayStandInTheQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.raw(
		path(updateBiz)+"?"+values("access_token", w.token, "status", "在地址里").Encode(),
		"application/x-www-form-urlencoded",
		"",
	)
	wantFine(t, reply)
	if posts := w.Posts(bureau); posts[0].Text != "在地址里" {
		t.Errorf("%+v", posts)
	}
}

func TestMultipartWithoutAPictureIsAnOrdinaryPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantFine(t, w.send("statuses/share", nil, "status", "看 http://beijing.gov.cn/", "rip", "1.1.1.1"))
	if posts := w.Posts(bureau); len(posts[0].Pictures) != 0 {
		t.Errorf("%+v", posts)
	}
}

func TestOnlyTheFirstPictureOfARequestCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("access_token", w.token)

	_ = m.WriteField("status", "两张图")
	for i := range 2 {
		f, _ := m.CreateFormFile("pic", fmt.Sprint(i, ".png"))
		_, _ = f.Write(append(png[:len(png):len(png)], byte(i)))
	}
	_ = m.Close()
	wantFine(t, w.raw(path("statuses/upload/biz"), m.FormDataContentType(), b.String()))
	if posts := w.Posts(bureau); len(posts[0].Pictures) != 1 {
		t.Errorf("%+v", posts)
	}
}

func TestDoubleEncodingShowsAsGarbage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.post(updateBiz, "status", "%E5%A5%BD")
	if got := reply.tree(t)["text"]; got != "%E5%A5%BD" {
		t.Errorf("%v", got)
	}
}

func TestTheBareAddressIsTheCallersWhenItHasNoPort(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon, Limits: &Limits{IPHour: 1}})
	call := func(from string) int {
		r := httptest.NewRequest("GET", "/2/account/get_uid.json?access_token="+server.Token(bureau), nil)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)

		return w.Code
	}
	if call("10.0.0.1:4000") != 200 || call("10.0.0.1:4001") != 403 || call("10.0.0.2") != 200 ||
		call("10.0.0.2") != 403 {
		t.Error("addresses are mixed up")
	}
}

func TestSpanParametersAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for _, name := range []string{"since_id", "max_id", "count", "page", "feature"} {
		for _, bad := range []string{"x", "-1", "99999999999999999999"} {
			for _, call := range []string{
				"statuses/user_timeline", "statuses/user_timeline/ids",
				"statuses/user_timeline/biz", "comments/to_me",
			} {
				w.wantCode(w.get(call, name, bad), "10017")
			}
		}
	}
	w.wantCode(w.get("statuses/user_timeline/ids", "uid", "3"), "10017")
	w.wantCode(w.get("statuses/repost_timeline", "id", "x"), "10017")
	w.wantCode(w.get("statuses/repost_timeline"), "20109")
	w.wantCode(w.get("statuses/repost_timeline", "id", "5", "count", "x"), "10017")
	w.wantCode(w.get("statuses/queryid", "mid", "!"), "10017")
	w.wantCode(w.get("statuses/querymid"), "20001")
	w.wantCode(w.get("statuses/show_batch/biz", "ids", strings.Repeat("1,", 50)+"1"), "20009")
	w.wantCode(w.post("comments/reply", "id", "5"), "20204")
	w.wantCode(w.post("comments/reply"), "20109")
	w.wantCode(w.post("comments/create"), "20109")
	w.wantCode(w.post("comments/destroy"), "20204")
	w.wantCode(w.post("statuses/repost/biz"), "20109")
	w.wantCode(w.get("statuses/show"), "20109")
}

func TestFeaturesFilterTheTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := w.post(updateBiz, "access_token", w.Token("京环之声"), "status", "别人的").id(t)
	w.post(updateBiz, "status", "纯文字")
	w.send("statuses/upload/biz", png, "status", "有图")
	w.post("statuses/repost/biz", "id", theirs, "status", "转的")

	for feature, want := range map[string]string{
		"0": "转的 有图 纯文字",
		"1": "有图 纯文字",
		"2": "有图",
		"3": "",
		"4": "",
	} {
		if got := strings.Join(
			w.get("statuses/user_timeline/biz", "feature", feature).texts(t),
			" ",
		); got != want {
			t.Errorf("feature %s: %q, want %q", feature, got, want)
		}
	}
}

func TestRepostsMayCommentOnBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := w.post(updateBiz, "status", "原文").id(t)
	middle := w.post("statuses/repost/biz", "access_token", w.Token("京环之声"), "id", root, "status", "中转").id(t)
	w.post("statuses/repost/biz",
		"access_token", w.Token("北京环境监测"),
		"id", middle,
		"status", "都评",
		"is_comment", "3",
	)

	for _, id := range []string{root, middle} {
		if reply := w.get("comments/show", "id", id); !strings.Contains(reply.body, `"text":"都评"`) {
			t.Errorf("%s: %s", id, reply.body)
		}
	}
	w.wantCode(w.post("statuses/repost",
		"access_token", w.Token("北京环境监测"),
		"id", root,
		"status", "无地址",
	), "10016")
	w.wantCode(w.post("statuses/repost/biz",
		"access_token", w.Token("北京环境监测"),
		"id", root,
		"status", strings.Repeat("长", 141),
	), "20012")
}

func TestCommentsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "一").id(t)

	var cids []string
	for i := range 7 {
		cids = append(cids, w.post("comments/create", "id", id, "comment", fmt.Sprint("评", i)).id(t))
		w.Advance(time.Millisecond)
	}

	texts := func(pairs ...string) string {
		var out []string
		for _, c := range w.get("comments/show", append(pairs, "id", id)...).tree(t)["comments"].([]any) {
			out = append(out, strings.TrimPrefix(c.(map[string]any)["text"].(string), "评"))
		}

		return strings.Join(out, "")
	}
	for _, c := range []struct {
		pairs []string
		want  string
	}{
		{nil, "6543210"},
		{[]string{"count", "3"}, "654"},
		{[]string{"count", "3", "page", "3"}, "0"},
		{[]string{"since_id", cids[4]}, "65"},
		{[]string{"max_id", cids[2]}, "210"},
	} {
		if got := texts(c.pairs...); got != c.want {
			t.Errorf("%v: %s, want %s", c.pairs, got, c.want)
		}
	}
}

func TestHiddenPostsShowNoComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "一", "visible", "1").id(t)
	w.Advance(24 * time.Hour)
	if reply := w.get("comments/show", "id", id); !strings.Contains(reply.body, `"comments":[]`) {
		t.Error(reply.body)
	}
	w.wantCode(w.get("comments/show", "access_token", w.Token("京环之声"), "id", id), "20101")
}

func TestOwnBehaviorIsAMonthAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.get("users/behavior_trend", "starttime", "2026-10-01", "endtime", "2026-11-01")
	if !strings.HasPrefix(reply.body, `{"errno":-1`) {
		t.Error(reply.body)
	}
	reply = w.get("users/behavior_trend", "starttime", "2026-10-01", "endtime", "2026-10-31")
	if n := len(reply.tree(t)["result"].([]any)); n != 31 {
		t.Errorf("%d days", n)
	}
}

func TestLimitedApplicationsAdmitTheirTestersOnly(t *testing.T) {
	t.Parallel()
	app := App{Unreviewed: true, Testers: []string{"甲", "乙"}}
	if !app.admits("甲") || !app.admits("乙") || app.admits("丙") || !(App{}).admits("丙") {
		t.Error("wrong people admitted")
	}
}

func TestTheAuthorizePageEscapesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddApp(App{Key: "66", Secret: "x", Name: `<script>alert(1)</script>`})
	values := authorizeQuery("client_id", "66", "state", `"><script>`)
	reply := w.page("/oauth2/authorize?" + values.Encode())
	if reply.status != 200 || strings.Contains(reply.body, "<script>") ||
		!strings.Contains(reply.body, "&lt;script&gt;") {
		t.Error(reply.body)
	}
	_, back := w.decide(func() (v map[string][]string) {
		values.Set("account", bureau)
		values.Set("decision", "allow")
		return values
	}())
	if back.Get("state") != `"><script>` || back.Get("code") == "" {
		t.Errorf("%v", back)
	}
}

func TestTheCallbackKeepsItsOwnParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply, values := w.decide(
		authorizeQuery(
			"redirect_uri",
			"http://localhost:8080/cb?account=7",
			"account",
			bureau,
			"decision",
			"allow",
			"state",
			"",
		),
	)
	if values.Get("account") != "7" || values.Get("code") == "" || values.Has("state") {
		t.Errorf("%s", reply.header.Get("Location"))
	}
}

func TestKeepReportsWhatItCannotSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done, ended := make(chan struct{}), make(chan error, 1)
	reported := make(chan error)
	go func() {
		ended <- w.Keep("/nonexistent/folder/state.json", time.Millisecond, done, func(err error) {
			select {
			case reported <- err:
			case <-done:
			}
		})
	}()
	wantFine(t, w.post(updateBiz, "status", "一"))
	if err := <-reported; err == nil {
		t.Error("reported nothing")
	}
	close(done)
	if err := <-ended; err == nil {
		t.Error("the last save failed and nobody was told")
	}
}

func TestAFileWithAPostOfNobodyIsRefused(t *testing.T) {
	t.Parallel()

	server := New(Options{Frozen: noon})
	for _, snap := range []snapshot{
		{Posts: []savedPost{{ID: 1, UID: 99, Body: &body{}}}},
		{Posts: []savedPost{{ID: 1, UID: 5600000001}}},
		{Accounts: []Account{{UID: 5600000001, Handle: "双"}}},
	} {
		if err := server.restore(snap); err == nil {
			t.Errorf("%+v was restored", snap)
		}
	}
}

func TestPagesOfAMissingTemplateAreAnError(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Options{Frozen: noon}).render(w, 200, "none", nil)
	if w.Code != http.StatusInternalServerError {
		t.Errorf("%d", w.Code)
	}
}

func TestARemovedPicturesSumIsEmpty(t *testing.T) {
	t.Parallel()
	var store pictureStore
	if store.sum("none") != "" {
		t.Error("a sum of nothing")
	}
	store.put("a", picture{Data: []byte("x")})
	if got := store.sum("a"); len(got) != 64 {
		t.Error(got)
	}
	store.reset()
	if _, ok := store.get("a"); ok {
		t.Error("still there")
	}
}

func TestControlAnswersAreJSONWithAType(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, path := range []string{
		"state", "accounts", "posts", "faults", "log", "counters", "clock", "settings",
	} {
		reply := w.control("GET", "/_control/"+path, "")
		if reply.status != 200 || !json.Valid([]byte(reply.body)) ||
			!strings.HasPrefix(reply.header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %s", path, reply.status, reply.body)
		}
	}
	if reply := w.control("GET", "/_control/nothing", ""); reply.status != 404 {
		t.Errorf("%d", reply.status)
	}
	if reply := w.control("PUT", "/_control/faults", ""); reply.status != 405 {
		t.Errorf("%d", reply.status)
	}
}
