package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

// ways lists every call by hand: path, method, and what a good request carries beside the token. POST
// and OLD stand for the id of another account's post and of one's own, PIC for an uploaded picture.
var ways = []struct {
	method, path, params string
	code                 string // of a good request by the demonstration's application; empty: fine
}{
	{"GET", "/2/account/get_uid.json", "", ""},
	{"GET", "/2/account/rate_limit_status.json", "", ""},
	{"POST", "/2/statuses/share.json", "status=看 http://beijing.gov.cn/&rip=1.1.1.1", ""},
	{"POST", "/2/statuses/update.json", "status=一&rip=1.1.1.1", "10014"},
	{"POST", "/2/statuses/upload.json", "status=一&rip=1.1.1.1", "10014"},
	{"POST", "/2/statuses/upload_url_text.json", "status=一&rip=1.1.1.1&pic_id=PIC", "10014"},
	{"POST", "/2/statuses/upload_pic.json", "", "10014"},
	{"POST", "/2/statuses/repost.json", "id=POST&rip=1.1.1.1", ""},
	{"POST", "/2/statuses/destroy.json", "id=OLD", ""},
	{"GET", "/2/statuses/user_timeline.json", "", ""},
	{"GET", "/2/statuses/user_timeline/ids.json", "", ""},
	{"GET", "/2/statuses/show.json", "id=POST", ""},
	{"GET", "/2/statuses/count.json", "ids=POST,OLD", ""},
	{"GET", "/2/statuses/repost_timeline.json", "id=POST", ""},
	{"GET", "/2/statuses/querymid.json", "id=POST&type=1", ""},
	{"GET", "/2/statuses/queryid.json", "mid=yfcLPlKKn&type=1", ""},
	{"GET", "/2/statuses/home_timeline.json", "", ""},
	{"GET", "/2/statuses/friends_timeline.json", "", ""},
	{"GET", "/2/statuses/mentions.json", "", ""},
	{"GET", "/2/emotions.json", "type=face&language=cnname", ""},
	{"GET", "/2/friendships/show.json", "target_id=5600000002", ""},
	{"GET", "/2/comments/timeline.json", "", ""},
	{"GET", "/2/comments/mentions.json", "", ""},
	{"GET", "/2/remind/unread_count.json", "", ""},
	{"GET", "/2/comments/show_batch.json", "cids=5,6", ""},
	{"GET", "/c/2/users/counts_batch/other.json", "uids=5600000002,5600000003", ""},
	{"GET", "/c/2/statuses/mentions/biz.json", "", ""},
	{"GET", "/c/2/comments/timeline/biz.json", "", ""},
	{"GET", "/c/2/comments/mentions/biz.json", "", ""},
	{"GET", "/2/users/show.json", "uid=5600000002", ""},
	{"GET", "/2/users/counts.json", "uids=5600000002,5600000003", ""},
	{"GET", "/2/comments/show.json", "id=POST", ""},
	{"GET", "/2/comments/to_me.json", "", ""},
	{"GET", "/2/comments/by_me.json", "", ""},
	{"POST", "/2/comments/create.json", "id=POST&comment=好", ""},
	{"POST", "/2/comments/reply.json", "id=POST&cid=5&comment=好", ""},
	{"POST", "/2/comments/destroy.json", "cid=5", "20201"},
	{"GET", "/2/short_url/shorten.json", "url_long=http://beijing.gov.cn/", ""},
	{"GET", "/2/short_url/expand.json", "url_short=http://t.cn/x", ""},
	{"GET", "/c/2/account/get_uid.json", "", ""},
	{"GET", "/c/2/account/rate_limit_status.json", "", ""},
	{"POST", "/c/2/statuses/update/biz.json", "status=一", ""},
	{"POST", "/c/2/statuses/upload/biz.json", "status=一", "20007"},
	{"POST", "/c/2/statuses/upload_url_text/biz.json", "status=一&pic_id=PIC", ""},
	{"POST", "/c/2/statuses/upload_pic/biz.json", "", "20007"},
	{"POST", "/c/2/statuses/repost/biz.json", "id=POST", ""},
	{"POST", "/c/2/statuses/destroy/biz.json", "id=OLD", ""},
	{"GET", "/c/2/statuses/user_timeline/biz.json", "", ""},
	{"GET", "/c/2/statuses/show_batch/biz.json", "ids=POST,OLD", ""},
	{"GET", "/c/2/statuses/repost_timeline/biz.json", "id=POST", ""},
	{"GET", "/c/2/statuses/count/biz.json", "ids=POST", ""},
	{"GET", "/c/2/media_statuses/count_sp/biz.json", "ids=POST", ""},
	{"GET", "/c/2/users/show/biz.json", "uid=5600000002", ""},
	{"GET", "/c/2/users/counts/biz.json", "uids=5600000002", ""},
	{"GET", "/c/2/users/behavior_trend.json", "starttime=2026-11-01&endtime=2026-11-02", ""},
	{
		"GET", "/c/2/users/behavior_trend/biz.json",
		"uid=5600000002&starttime=2026-11-01&endtime=2026-11-02", "",
	},
	{"GET", "/c/2/comments/show/biz.json", "id=POST", ""},
	{"GET", "/c/2/comments/to_me/biz.json", "", ""},
	{"GET", "/c/2/comments/by_me/biz.json", "", ""},
	{"POST", "/c/2/comments/create/biz.json", "id=POST&comment=好", ""},
	{"POST", "/c/2/comments/reply/biz.json", "id=POST&cid=5&comment=好", ""},
	{"POST", "/c/2/comments/destroy/biz.json", "cid=5", "20201"},
	{"GET", "/c/2/commercial/get_count.json", "date=2026-11-23", ""},
}

// walk makes one request of the table, with a fresh world's ids filled in.
func (w *world) walk(method, path, params, token string) reply {
	w.t.Helper()
	form := strings.ReplaceAll(params, " ", "%20")
	if token != "" {
		form += "&access_token=" + token
	}
	var r *http.Request
	var err error
	if method == "GET" {
		r, err = http.NewRequest(method, w.http.URL+path+"?"+form, nil)
	} else {
		r, err = http.NewRequest(method, w.http.URL+path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	return w.do(r, err)
}

// filled puts real ids into the parameters.
func (w *world) filled(params string) string {
	w.t.Helper()
	theirs := w.post(updateBiz, "access_token", w.Token("京环之声"), "status", "别人的").id(w.t)
	own := w.post(updateBiz, "status", "自己的").id(w.t)
	pic := w.send("statuses/upload_pic/biz", png).tree(w.t)["pic_id"].(string)

	return strings.NewReplacer("POST", theirs, "OLD", own, "PIC", pic).Replace(params)
}

func TestEveryCallAnswersAGoodRequest(t *testing.T) {
	t.Parallel()

	for _, way := range ways {
		t.Run(way.path, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			reply := w.walk(way.method, way.path, w.filled(way.params), w.token)
			if way.code != "" {
				w.wantCode(reply, way.code)
				return
			}
			if reply.status != 200 || strings.Contains(reply.body, `"error_code"`) ||
				strings.Contains(reply.body, `"errno":-1`) {
				t.Errorf("%d %s", reply.status, reply.body)
			}
		})
	}
}

func TestEveryCallRefusesTheOtherMethodAndBadTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stale := w.TokenFor(bureau, DemoAppKey, 1)
	w.Advance(1)

	for _, way := range ways {
		other := map[string]string{"GET": "POST", "POST": "GET"}[way.method]
		w.wantCode(w.walk(other, way.path, way.params, w.token), "10021")
		w.wantCode(w.walk(way.method, way.path, way.params, ""), "10006")
		w.wantCode(w.walk(way.method, way.path, way.params, "2.00nobody"), "21332")
		w.wantCode(w.walk(way.method, way.path, way.params, stale), "21327")
	}
	w.wantCount(0)
}

func TestTheHandwrittenListIsComplete(t *testing.T) {
	t.Parallel()

	listed := map[string]bool{}
	for _, way := range ways {
		listed[way.path] = true
	}

	for _, side := range []struct {
		prefix string
		calls  map[string]endpoint
	}{{"/2/", publicCalls}, {"/c/2/", commercialCalls}} {
		for name := range side.calls {
			if p := side.prefix + name + ".json"; !isOAuth(name) && !listed[p] {
				t.Errorf("%s is not tested", p)
			}
		}
	}
	if n := len(ways) + 3; n != len(publicCalls)+len(commercialCalls) {
		t.Errorf("%d calls listed, %d served", n, len(publicCalls)+len(commercialCalls))
	}
}

func TestCommercialCallsNeedTheContract(t *testing.T) {
	t.Parallel()

	w := newWorld(t, func(options *Options) {
		options.Apps = []App{{
			Key:        "7",
			Secret:     "x",
			Name:       "普通应用",
			SafeDomain: "beijing.gov.cn",
			Update:     true,
			Advanced:   true,
		}}
	})
	for _, way := range ways {
		reply := w.walk(way.method, way.path, way.params, w.token)
		commercial := strings.HasPrefix(way.path, "/c/")
		if refused := strings.Contains(reply.body, `"error_code":10014`); refused != commercial {
			t.Errorf("%s: refused %v: %s", way.path, refused, reply.body)
		}
	}
}

func TestEveryCallCanBeStruck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for _, way := range ways {
		path := strings.TrimPrefix(way.path, "/c")
		name := strings.TrimSuffix(strings.TrimPrefix(path, "/2/"), ".json")
		w.Fault(Fault{Call: name, Kind: FaultError, Code: 10011, Times: 1})
		reply := w.walk(way.method, way.path, way.params, w.token)
		w.wantCode(reply, "10011")
		if reply.status != 500 || !strings.Contains(reply.body, `"request":"`+path+`"`) {
			t.Errorf("%s: %d %s", way.path, reply.status, reply.body)
		}
	}
	w.wantCount(0)
}

func TestOAuthCallsCanBeStruckToo(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, name := range []string{"oauth2/access_token", "oauth2/get_token_info", "oauth2/revokeoauth2"} {
		w.Fault(Fault{Call: name, Kind: FaultError, Code: 21331, Times: 1})
		reply := w.post(name, "access_token", w.token)
		w.wantCode(reply, "21331")
		if !strings.Contains(reply.body, `"error_uri":"/`+name+`"`) {
			t.Error(reply.body)
		}
	}
}
