package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUpdateMakesOnePostAndReturnsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.post("statuses/update/biz", "status", "今日空气质量良", "annotations", `[{"delivery":"a1"}]`)

	posts := w.Posts(bureau)
	if reply.status != 200 || len(posts) != 1 || posts[0].Text != "今日空气质量良" {
		t.Fatalf("answer %d %s, posts %+v", reply.status, reply.body, posts)
	}
	if reply.id(t) != fmt.Sprint(posts[0].ID) || len(reply.id(t)) != 16 {
		t.Errorf("id %s, post %d", reply.id(t), posts[0].ID)
	}
	if got := string(posts[0].Annotations); got != `[{"delivery":"a1"}]` {
		t.Errorf("annotations %s", got)
	}
}

func TestShareDemandsItsRules(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ name, text, rip, code, says string }{
		{"no link", "今日空气质量良", "1.2.3.4", "10017", "text not find domain!"},
		{"foreign link", "看 http://example.com/a", "1.2.3.4", "10017", "text not find domain!"},
		{"look-alike domain", "看 http://notbeijing.gov.cn/a", "1.2.3.4", "10017", "text not find domain!"},
		{"topic", "#蓝天# http://beijing.gov.cn/a", "1.2.3.4", "10017", "status"},
		{"no address of the user", "看 http://beijing.gov.cn/a", "", "10016", "rip"},
		{"nothing", " ", "1.2.3.4", "20008", "null"},
		{"too long", strings.Repeat("长", 131) + " http://beijing.gov.cn/a", "1.2.3.4", "20012", "140"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			reply := w.post("statuses/share", "status", c.text, "rip", c.rip)
			w.wantCode(reply, c.code)
			if !strings.Contains(reply.body, c.says) {
				t.Errorf("answer %s does not say %q", reply.body, c.says)
			}
			w.wantCount(0)
		})
	}
}

func TestSharePostsWithALinkOnTheSafeDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if reply := w.post("statuses/share",
		"status", "看 http://sthjj.beijing.gov.cn/a#b",
		"rip", "1.2.3.4",
	); reply.status != 200 {
		t.Fatalf("%d %s", reply.status, reply.body)
	}
	r := w.send("statuses/share", png, "status", "图 https://beijing.gov.cn/b", "rip", "1.2.3.4")
	if r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	posts := w.Posts(bureau)
	sum := sha256.Sum256(png)
	if len(posts) != 2 || len(posts[1].Pictures) != 1 || posts[1].Pictures[0] != hex.EncodeToString(sum[:]) {
		t.Errorf("posts %+v", posts)
	}
	if posts[0].Annotations != nil {
		t.Error("share keeps no annotations")
	}
}

func TestShareWithoutBoundDomainSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Apps = []App{{Key: "7", Secret: "x", Name: "无域名"}} })
	reply := w.post("statuses/share", "status", "看 http://beijing.gov.cn/", "rip", "1.2.3.4")
	w.wantCode(reply, "10017")
	if !strings.Contains(reply.body, "appkey not bind domain!") {
		t.Error(reply.body)
	}
}

func TestPermissionsPerApplication(t *testing.T) {
	t.Parallel()
	plain := App{Key: "7", Secret: "x", Name: "普通应用"}

	for _, c := range []struct {
		call  string
		app   func(App) App
		wants bool // refused with 10014
	}{
		{"statuses/update", func(a App) App { return a }, true},
		{"statuses/update", func(a App) App { a.Update = true; return a }, false},
		{"statuses/upload_url_text", func(a App) App { a.Update = true; return a }, true},
		{"statuses/update/biz", func(a App) App { a.Update, a.Advanced = true, true; return a }, true},
		{"statuses/update/biz", func(a App) App { a.Commercial = true; return a }, false},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(options *Options) { options.Apps = []App{c.app(plain)} })
			reply := w.post(c.call, "status", "文字", "rip", "1.2.3.4")
			if got := reply.code(t) == "10014"; got != c.wants {
				t.Errorf("refused = %v, want %v: %s", got, c.wants, reply.body)
			}
		})
	}
}

func TestRepeatIsRefusedUntilSomethingElseWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("statuses/update/biz", "status", "一")
	w.wantCode(w.post("statuses/update/biz", "status", "一"), "20019")
	w.post("statuses/update/biz", "status", "二")
	w.post("statuses/update/biz", "status", "一")
	w.wantCount(3)
}

func TestPostsTooCloseTogetherAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Limits = &Limits{Gap: 10 * time.Second} })
	w.post("statuses/update/biz", "status", "一")
	w.Advance(9 * time.Second)
	w.wantCode(w.post("statuses/update/biz", "status", "二"), "20016")
	w.Advance(time.Second)
	w.post("statuses/update/biz", "status", "二")
	w.wantCount(2)
}

func TestParametersAreChecked(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, c := range []struct{ name, value, code string }{
		{"annotations", `{"a":`, "10017"},
		{"annotations", `"` + strings.Repeat("x", 511) + `"`, "10017"},
		{"visible", "7", "10017"},
		{"visible", "3", "10016"},
		{"lat", "91", "21901"},
		{"long", "x", "21901"},
	} {
		w.wantCode(w.post("statuses/update/biz", "status", "好", c.name, c.value), c.code)
	}
	w.wantCode(w.post("statuses/update/biz", "status", "　 "), "20008")
}

func TestLongPostsNeedTheirParameterAndEntitlement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("长", 1000)
	w.wantCode(w.post("statuses/update/biz", "status", long), "20012")
	if reply := w.post("statuses/update/biz", "status", long, "is_longtext", "1"); reply.status != 200 {
		t.Error(reply.body)
	}
	w.wantCode(w.post("statuses/update/biz",
		"status", strings.Repeat("长", 2001),
		"is_longtext", "1",
	), "20049")
	if err := w.AddAccount(Account{UID: 1, Handle: "短", NoLong: true}); err != nil {
		t.Fatal(err)
	}
	w.wantCode(w.post("statuses/update/biz",
		"access_token", w.Token("短"),
		"status", long,
		"is_longtext", "1",
	), "20012")
}

func TestPicturesAreCheckedByContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	big := append([]byte("\xff\xd8\xff\xe0"), make([]byte, 5<<20)...)
	for _, c := range []struct {
		pic  []byte
		code string
	}{{[]byte("BM......"), "20005"}, {[]byte("<svg></svg>"), "20005"}, {big, "20006"}, {nil, "20007"}} {
		w.wantCode(w.send("statuses/upload_pic/biz", c.pic), c.code)
		w.wantCode(w.send("statuses/upload/biz", c.pic, "status", "图"), c.code)
	}
	w.wantCount(0)
	w.wantCode(w.send("statuses/upload_pic/biz", make([]byte, maxBody)), "10018")
}

func TestNinePicturesUploadedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string

	for i := range 10 {
		reply := w.send("statuses/upload_pic/biz", append(png[:len(png):len(png)], byte(i)))
		ids = append(ids, reply.tree(t)["pic_id"].(string))
	}
	w.wantCode(w.post("statuses/upload_url_text/biz",
		"status", "十张",
		"pic_id", strings.Join(ids, ","),
	), "10017")
	r := w.post("statuses/upload_url_text/biz", "status", "九张", "pic_id", strings.Join(ids[:9], ","))
	if n := fmt.Sprint(r.tree(t)["pic_num"]); n != "9" {
		t.Errorf("pic_num %s: %s", n, r.body)
	}
	other := w.Token("京环之声")
	w.wantCode(w.post("statuses/upload_url_text/biz",
		"access_token", other,
		"status", "偷",
		"pic_id", ids[0],
	), "10017")
	w.wantCode(w.post("statuses/upload_url_text/biz", "status", "无"), "10016")
	w.wantCode(w.post("statuses/upload_url_text/biz",
		"status", "外",
		"url", "http://example.com/a.jpg",
	), "10017")
	address := r.tree(t)["original_pic"].(string)
	if got := w.post("statuses/upload_url_text/biz", "status", "址", "url", address); got.status != 200 {
		t.Error(got.body)
	}
}

func TestDestroyIsForOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post("statuses/update/biz", "status", "测试").id(t)
	w.wantCode(w.post("statuses/destroy/biz", "access_token", w.Token("京环之声"), "id", id), "20102")
	w.wantCode(w.post("statuses/destroy/biz"), "20109")
	if reply := w.post("statuses/destroy/biz", "id", id); reply.id(t) != id {
		t.Error(reply.body)
	}
	w.wantCode(w.post("statuses/destroy/biz", "id", id), "20101")
	w.wantCode(w.get("statuses/show", "id", id), "20101")
	w.wantCount(0)
	if posts := w.Posts(bureau); len(posts) != 1 || !posts[0].Deleted {
		t.Errorf("the judge must still see it: %+v", posts)
	}
}

func TestRepostLeadsToTheOriginal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post("statuses/update/biz", "status", "原文").id(t)
	w.wantCode(w.post("statuses/repost/biz", "id", id), "20103")
	first := w.post("statuses/repost/biz",
		"access_token", w.Token("京环之声"),
		"id", id,
		"status", "转",
		"is_comment", "1",
	)
	second := w.post("statuses/repost/biz", "access_token", w.Token("北京环境监测"), "id", first.id(t))

	of := second.tree(t)["retweeted_status"].(map[string]any)
	if fmt.Sprint(of["id"]) != id || second.tree(t)["text"] != "转发微博" {
		t.Errorf("second repost %s", second.body)
	}
	list := w.get("statuses/repost_timeline", "id", id).tree(t)["reposts"].([]any)
	if len(list) != 2 {
		t.Errorf("%d reposts listed, want 2", len(list))
	}
	if reply := w.get("statuses/repost_timeline", "id", first.id(t)); reply.body != "[]" {
		t.Errorf("nothing found must be a bare list: %s", reply.body)
	}
	if got := w.get(
		"statuses/count/biz",
		"ids",
		id,
	).body; got != `[{"id":"`+id+`","comments":"1","reposts":"2","likes":"0"}]` {
		t.Error(got)
	}
	w.wantCode(w.post("statuses/repost/biz", "id", "5"), "20101")
}

func TestManyAtOnceEachExactlyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.PastPosts = 500 })

	tokens := map[string]string{}
	for _, account := range w.Accounts() {
		tokens[account.Handle] = w.Token(account.Handle)
	}

	var group sync.WaitGroup
	for handle, token := range tokens {
		group.Add(1)
		go func() {
			defer group.Done()

			for i := range 20 {
				w.post("statuses/update/biz", "access_token", token, "status", fmt.Sprint(handle, i))
				w.get("statuses/user_timeline/biz", "access_token", token, "count", "5")
			}
		}()
	}
	group.Wait()
	seen := map[int64]bool{}

	for handle := range tokens {
		for i, post := range w.Posts(handle) {
			if post.Text != fmt.Sprint(handle, i) || seen[post.ID] {
				t.Errorf("%s: post %d is %q, id seen before: %v", handle, i, post.Text, seen[post.ID])
			}
			seen[post.ID] = true
		}
	}
	if len(seen) != 400 {
		t.Errorf("%d posts, want 400", len(seen))
	}
}
