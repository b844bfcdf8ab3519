package sandbox

import (
	"fmt"
	"net/http"
)

// apiError is a refusal in the shape of the interfaces: error, error_code, request.
type apiError struct {
	code int
	text string
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.code, e.text) }

// fail makes the refusal of a code, with the wire's text.
func fail(code int) *apiError { return &apiError{code: code, text: wireText(code)} }

// failf fills the place in the code's text, e.g. the name of a parameter.
func failf(code int, args ...any) *apiError {
	return &apiError{code: code, text: fmt.Sprintf(wireText(code), args...)}
}

// statError is a refusal of the commercial statistic calls, which have a shape of their own.
type statError struct{ text string }

func (e *statError) Error() string { return e.text }

type errorBody struct {
	Error   string `json:"error"`
	Code    int    `json:"error_code"`
	Request string `json:"request"`
}

type oauthErrorBody struct {
	Error       string `json:"error"`
	Code        int    `json:"error_code"`
	Request     string `json:"request"`
	URI         string `json:"error_uri"`
	Description string `json:"error_description,omitempty"`
}

type statErrorBody struct {
	Errno int    `json:"errno"`
	Msg   string `json:"msg"`
	Code  string `json:"code"`
}

// errorAnswer renders a refusal in the shape of the call that was refused.
func errorAnswer(err error, call, path string) answer {
	switch e := err.(type) { //nolint:errorlint // never wrapped here
	case *statError:
		return jsonAnswer(http.StatusOK, statErrorBody{Errno: -1, Msg: e.text, Code: "A00001"})
	case *apiError:
		a := jsonAnswer(wireStatus(e.code), errorBody{Error: e.text, Code: e.code, Request: path})
		if isOAuth(call) {
			a = jsonAnswer(http.StatusBadRequest, oauthBody(e, path))
		}
		a.code = e.code

		return a
	}

	return errorAnswer(fail(10001), call, path)
}

func oauthBody(e *apiError, path string) oauthErrorBody {
	b := oauthErrorBody{Error: wireText(e.code), Code: e.code, Request: path, URI: path}
	if e.text != b.Error {
		b.Description = e.text
	}

	return b
}

func wireText(code int) string {
	if t, ok := wireTexts[code]; ok {
		return t
	}

	return "unknown error!"
}

// wireStatus is the HTTP status beside a code. There is no table of the platform's own; a client must
// not decide by it.
func wireStatus(code int) int {
	switch {
	case code == 10001, code == 10003, code == 10011:
		return http.StatusInternalServerError
	case code == 10002, code == 10009:
		return http.StatusServiceUnavailable
	case code == 10020:
		return http.StatusNotFound
	case code == 10021:
		return http.StatusMethodNotAllowed
	case code >= 10004 && code <= 10006,
		code == 10014,
		code >= 10022 && code <= 10024,
		code >= 21301 && code <= 21399:
		return http.StatusForbidden
	case code == 20032, code == 20053:
		return http.StatusOK
	}

	return http.StatusBadRequest
}

// wireTexts are the texts as seen on the wire, which are not those of the documentation.
var wireTexts = map[int]string{
	10001: "system error!",
	10002: "service unavailable!",
	10003: "remote service error!",
	10004: "ip limit!",
	10005: "permission denied, need a high level appkey!",
	10006: "source parameter(appkey) is missing",
	10007: "unsupport mediatype!",
	10008: "param error, see doc for more info.",
	10009: "too many pending tasks, system is busy!",
	10010: "job expired!",
	10011: "rpc error!",
	10012: "illegal request!",
	10013: "invalid weibo user!",
	10014: "Insufficient app permissions!",
	10016: "miss required parameter (%s), see doc for more info.",
	10017: "parameter (%s)'s value invalid, see doc for more info.",
	10018: "request body length over limit!",
	10020: "request api not found!",
	10021: "http method is not suported for this request!",
	10022: "IP requests out of rate limit!",
	10023: "User requests out of rate limit!",
	10024: "User requests for (%s) out of rate limit!",
	20001: "ids is null!",
	20002: "uid parameter is null!",
	20003: "user does not exists!",
	20005: "unsupported image type, only support JPG, GIF, PNG!",
	20006: "image size too large!",
	20007: "does multipart has image?",
	20008: "content is null!",
	20009: "ids is too many!",
	20012: "text too long, please input text less than 140 characters!",
	20013: "text too long, please input text less than 300 characters!",
	20014: "param is error, please try again!",
	20015: "account or ip or app is illgal, can not continue!",
	20016: "update weibo too fast!",
	20017: "repeat content similar!",
	20018: "contain illegal website!",
	20019: "repeat content!",
	20020: "contain advertising!",
	20021: "content is illegal!",
	20022: "your ip's behave in a comic boisterous or unruly manner!",
	20031: "test and verify!",
	20032: "update success, while server slow now, please wait 1-2 minutes!",
	20049: "long text too long!",
	20053: "Your Weibo has been successfully released and needs manual review for 3 minutes!",
	20101: "target weibo does not exist!",
	20102: "not your own weibo!",
	20103: "can't repost yourself weibo!",
	20104: "illegal weibo!",
	20109: "weibo id is null!",
	20111: "repeated weibo text!",
	20201: "target weibo comment does not exist!",
	20202: "illegal comment!",
	20203: "not your own comment!",
	20204: "comment id is null!",
	20301: "can't send direct message to user who is not your follower!",
	20302: "illegal direct message!",
	20303: "not your own direct message!",
	20305: "direct message does not exist!",
	20306: "repeated direct message text!",
	20307: "illegal direct message id!",
	20401: "domain not exist!",
	20402: "wrong verifier!",
	20501: "source_user or target_user does not exists!",
	20505: "follow users out of rate limit!",
	20508: "this operation is blocked by privacy settings!",
	21301: "auth faild!",
	21302: "username or password error!",
	21303: "username and pwd auth out of rate limit!",
	21304: "version rejected!",
	21305: "parameter absent!",
	21306: "parameter rejected!",
	21307: "timestamp refused!",
	21308: "nonce used!",
	21309: "signature method rejected!",
	21310: "signature invalid!",
	21311: "consumer key unknown!",
	21312: "consumer key refused!",
	21313: "miss consumer key!",
	21314: "token used!",
	21315: "token expired!",
	21316: "token revoked!",
	21317: "token rejected!",
	21318: "verifier fail!",
	21319: "accessor was revoked!",
	21320: "oauth2 must use https!",
	21321: "applications over the unaudited use restrictions!",
	21322: "redirect_uri_mismatch",
	21323: "invalid_request",
	21324: "invalid_client",
	21325: "invalid_grant",
	21326: "unauthorized_client",
	21327: "expired_token",
	21328: "unsupported_grant_type",
	21329: "unsupported_response_type",
	21330: "access_denied",
	21331: "temporarily_unavailable",
	21332: "invalid_access_token",
	21501: "urls is null!",
	21502: "urls is too many!",
	21503: "ip is null!",
	21504: "url is null!",
	21601: "manage notice error, need auth!",
	21602: "contains forbid world!",
	21603: "applications send notice over the restrictions!",
	21901: "geo code input error!",
	23201: "backend service connect timeout!",
}
