package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

// codes lists by hand the codes a client must know, with the HTTP status the sandbox sends beside each.
var codes = []struct {
	code, status int
	text         string
}{
	{10001, 500, "system error!"},
	{10002, 503, "service unavailable!"},
	{10003, 500, "remote service error!"},
	{10004, 403, "ip limit!"},
	{10005, 403, "permission denied, need a high level appkey!"},
	{10006, 403, "source parameter(appkey) is missing"},
	{10007, 400, "unsupport mediatype!"},
	{10008, 400, "param error, see doc for more info."},
	{10009, 503, "too many pending tasks, system is busy!"},
	{10010, 400, "job expired!"},
	{10011, 500, "rpc error!"},
	{10012, 400, "illegal request!"},
	{10013, 400, "invalid weibo user!"},
	{10014, 403, "Insufficient app permissions!"},
	{10016, 400, "miss required parameter (statuses/update/biz), see doc for more info."},
	{10017, 400, "parameter (statuses/update/biz)'s value invalid, see doc for more info."},
	{10018, 400, "request body length over limit!"},
	{10020, 404, "request api not found!"},
	{10021, 405, "http method is not suported for this request!"},
	{10022, 403, "IP requests out of rate limit!"},
	{10023, 403, "User requests out of rate limit!"},
	{10024, 403, "User requests for (statuses/update/biz) out of rate limit!"},
	{20001, 400, "ids is null!"},
	{20002, 400, "uid parameter is null!"},
	{20003, 400, "user does not exists!"},
	{20005, 400, "unsupported image type, only support JPG, GIF, PNG!"},
	{20006, 400, "image size too large!"},
	{20007, 400, "does multipart has image?"},
	{20008, 400, "content is null!"},
	{20009, 400, "ids is too many!"},
	{20012, 400, "text too long, please input text less than 140 characters!"},
	{20013, 400, "text too long, please input text less than 300 characters!"},
	{20014, 400, "param is error, please try again!"},
	{20015, 400, "account or ip or app is illgal, can not continue!"},
	{20016, 400, "update weibo too fast!"},
	{20017, 400, "repeat content similar!"},
	{20018, 400, "contain illegal website!"},
	{20019, 400, "repeat content!"},
	{20020, 400, "contain advertising!"},
	{20021, 400, "content is illegal!"},
	{20022, 400, "your ip's behave in a comic boisterous or unruly manner!"},
	{20031, 400, "test and verify!"},
	{20032, 200, "update success, while server slow now, please wait 1-2 minutes!"},
	{20049, 400, "long text too long!"},
	{20053, 200, "Your Weibo has been successfully released and needs manual review for 3 minutes!"},
	{20101, 400, "target weibo does not exist!"},
	{20102, 400, "not your own weibo!"},
	{20103, 400, "can't repost yourself weibo!"},
	{20104, 400, "illegal weibo!"},
	{20109, 400, "weibo id is null!"},
	{20111, 400, "repeated weibo text!"},
	{20201, 400, "target weibo comment does not exist!"},
	{20202, 400, "illegal comment!"},
	{20203, 400, "not your own comment!"},
	{20204, 400, "comment id is null!"},
	{21301, 403, "auth faild!"},
	{21302, 403, "username or password error!"},
	{21303, 403, "username and pwd auth out of rate limit!"},
	{21311, 403, "consumer key unknown!"},
	{21312, 403, "consumer key refused!"},
	{21314, 403, "token used!"},
	{21315, 403, "token expired!"},
	{21316, 403, "token revoked!"},
	{21317, 403, "token rejected!"},
	{21319, 403, "accessor was revoked!"},
	{21320, 403, "oauth2 must use https!"},
	{21321, 403, "applications over the unaudited use restrictions!"},
	{21322, 403, "redirect_uri_mismatch"},
	{21323, 403, "invalid_request"},
	{21324, 403, "invalid_client"},
	{21325, 403, "invalid_grant"},
	{21326, 403, "unauthorized_client"},
	{21327, 403, "expired_token"},
	{21330, 403, "access_denied"},
	{21331, 403, "temporarily_unavailable"},
	{21332, 403, "invalid_access_token"},
	{21501, 400, "urls is null!"},
	{21602, 400, "contains forbid world!"},
	{21901, 400, "geo code input error!"},
	{23201, 400, "backend service connect timeout!"},
	{29999, 400, "unknown error!"},
}

func TestEveryCodeHasItsTextAndStatus(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, c := range codes {
		w.Fault(Fault{Call: updateBiz, Kind: FaultError, Code: c.code, Times: 1})
		reply := w.post(updateBiz, "status", "一")
		want := fmt.Sprintf(
			`{"error":"%s","error_code":%d,"request":"/2/statuses/update/biz.json"}`,
			c.text,
			c.code,
		)
		if reply.body != want || reply.status != c.status {
			t.Errorf("%d %s, want %d %s", reply.status, reply.body, c.status, want)
		}
	}
	w.wantCount(0)
}

func TestSuccessDisguisedAsErrorLeavesOnePost(t *testing.T) {
	t.Parallel()

	for kind, code := range map[string]int{FaultReview: 20053, FaultSlow: 20032} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Fault(Fault{Kind: kind, Times: 1})
			w.wantCode(w.post(updateBiz, "status", "一"), strconv.Itoa(code))
			w.wantCode(w.post(updateBiz, "status", "一"), "20019")
			w.wantCount(1)
			if w.Posts(bureau)[0].From.Sub(noon).Minutes() != 3 {
				t.Error("hidden for another time than the review takes")
			}
		})
	}
}

func TestARefusedPostIsNotTurnedIntoSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultReview})
	w.wantCode(w.post(updateBiz, "status", ""), "20008")
	w.wantCount(0)
}

func TestErrorsOfOursBecomeSystemErrors(t *testing.T) {
	t.Parallel()
	answer := errorAnswer(errors.New("a defect"), "statuses/share", "/2/statuses/share.json")
	if answer.status != http.StatusInternalServerError || answer.code != 10001 {
		t.Errorf("%+v", answer)
	}
	if got := fail(20019).Error(); got != "20019 repeat content!" {
		t.Error(got)
	}
	if got := (&statError{"参数错误"}).Error(); got != "参数错误" {
		t.Error(got)
	}
	if a := jsonAnswer(200, func() {}); a.status != http.StatusInternalServerError {
		t.Errorf("what cannot be JSON: %+v", a)
	}
}
