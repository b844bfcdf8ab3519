package weibo_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

// byHand is typed from the reading of Weibo's own table, independent of the code: what a write answered
// with the code has done, and what to do. Letters: † unknown, then a plain retry for reads; OK
// published without id; T token; E edit; E= edit, "sent before"; N never; C configuration; H human;
// S/ip, S/user, S/call, S/behaviour slow down.
const byHand = `
†   10001 10002 10003 10009 10010 10011 20014 21331 23201
OK  20032 20053
T   10006 21301 21314 21315 21316 21317 21319 21327 21332
E   10017 10018 20005 20006 20008 20012 20013 20018 20020 20021 20049 21602
E=  20017 20019 20111
C   10004 10005 10014 21302 21311 21312 21313 21320 21321 21322 21324 21326
H   20015 20031 20507 21325 21330
S/ip 10022 20022
S/user 10023 21303
S/call 10024
S/behaviour 20016 20505 20521 20524
N   10007 10008 10012 10013 10016 10020 10021
N   20001 20002 20003 20007 20009 20101 20102 20103 20104 20109
N   20201 20202 20203 20204 20301 20302 20303 20305 20306 20307 20401 20402
N   20501 20502 20503 20504 20506 20508 20509 20510 20511 20512 20513 20522 20523
N   20601 20602 20603 20604 20605 20606 20607 20608 20609 20610 20611 20612 20613 20614 20615
N   20701 20702 20703 20801 20802 20901 20902 20903 20904 20905 21001 21002 21101 21102 21103 21104
N   21304 21305 21306 21307 21308 21309 21310 21318 21323 21328 21329
N   21501 21502 21503 21504 21601 21603 21701 21702 21703 21901
`

type expectation struct {
	result weibo.Result
	class  weibo.Class
	scope  weibo.Scope
	repeat bool
}

var letters = map[string]expectation{
	"†":           {result: weibo.Unknown, class: weibo.ClassRetry},
	"OK":          {result: weibo.PublishedNoID, class: weibo.ClassPublished},
	"T":           {result: weibo.NotPublished, class: weibo.ClassToken},
	"E":           {result: weibo.NotPublished, class: weibo.ClassEdit},
	"E=":          {result: weibo.NotPublished, class: weibo.ClassEdit, repeat: true},
	"N":           {result: weibo.NotPublished, class: weibo.ClassNever},
	"C":           {result: weibo.NotPublished, class: weibo.ClassConfig},
	"H":           {result: weibo.NotPublished, class: weibo.ClassHuman},
	"S/ip":        {result: weibo.NotPublished, class: weibo.ClassSlow, scope: weibo.ScopeIP},
	"S/user":      {result: weibo.NotPublished, class: weibo.ClassSlow, scope: weibo.ScopeUser},
	"S/call":      {result: weibo.NotPublished, class: weibo.ClassSlow, scope: weibo.ScopeCall},
	"S/behaviour": {result: weibo.NotPublished, class: weibo.ClassSlow, scope: weibo.ScopeBehaviour},
}

func expectations(t *testing.T) map[int]expectation {
	t.Helper()
	want := map[int]expectation{}

	for line := range strings.Lines(strings.TrimSpace(byHand)) {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			n, err := strconv.Atoi(w)
			if err != nil {
				t.Fatal(err)
			}
			if _, twice := want[n]; twice {
				t.Fatalf("%d is typed twice", n)
			}
			want[n] = letters[words[0]]
		}
	}

	return want
}

// codeServer answers ?…status=CODE/HTTP with that error code and status; odd ones as a string.
func codeServer(w http.ResponseWriter, r *http.Request) {
	code, status, _ := strings.Cut(r.PostForm.Get("status"), "/")
	h, _ := strconv.Atoi(status)
	w.WriteHeader(h)
	shape := `{"error":"whatever it says today!","error_code":%s,"request":"/2/statuses/update/biz.json"}`
	if h%2 == 1 {
		shape = strings.Replace(shape, "%s", `"%s"`, 1)
	}
	_, _ = fmt.Fprintf(w, shape, code)
}

func TestEachCodeDecidesWhateverTheStatus(t *testing.T) {
	t.Parallel()
	fake := newFake(t, codeServer)
	client := fake.client(t)

	want := expectations(t)
	for code, exp := range want {
		for _, status := range []int{200, 400, 403, 503} {
			outcome := send(t, client, plain(fmt.Sprintf("%d/%d", code, status)))
			if outcome.Result != exp.result || outcome.Code != code || outcome.HTTPStatus != status ||
				outcome.Err == nil {
				t.Errorf("%d with HTTP %d: %+v, err %v", code, status, outcome, outcome.Err)
				continue
			}
			if e := outcome.Err; e.Class != exp.class || e.Scope != exp.scope || e.Repeat != exp.repeat ||
				e.Text == "" {
				t.Errorf("%d: %+v", code, e)
			}
			if outcome.Err.Class == weibo.ClassSlow != (outcome.Err.Rest != weibo.Rest{}) &&
				outcome.Err.Class != weibo.ClassRetry {
				t.Errorf("%d: class %s with rest %+v", code, outcome.Err.Class, outcome.Err.Rest)
			}
		}
	}

	for _, row := range weibo.Codes() {
		if _, ok := want[row.Number]; !ok {
			t.Errorf("%d is in the code's table and not in the one typed by hand", row.Number)
		}
		if row.Name == "" || row.Text == "" {
			t.Errorf("%d has no words", row.Number)
		}
	}
}

func TestCodesAlsoDecideForReads(t *testing.T) {
	t.Parallel()

	for code, exp := range map[int]weibo.Class{
		10001: weibo.ClassRetry, 10023: weibo.ClassSlow, 21327: weibo.ClassToken,
		20101: weibo.ClassNever, 29999: weibo.ClassRetry,
	} {
		fake := newFake(t, says(403, fmt.Sprintf(`{"error":"x","error_code":%d,"request":"/2/x"}`, code)))
		_, err := fake.client(t).Show(t.Context(), secret, "5012345678901234")
		if weibo.CodeOf(err) != code || weibo.ClassOf(err) != exp || weibo.Gone(err) != (code == 20101) {
			t.Errorf("%d: %v", code, err)
		}
	}
}

func TestStatisticShapeOfARefusal(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, `{"errno":-6,"msg":"参数错误","code":"A00006"}`))
	_, err := fake.client(t).BehaviorTrend(t.Context(), secret, "1404376560", "2026-01-01", "2026-01-31")
	if weibo.CodeOf(err) != -6 || weibo.ClassOf(err) != weibo.ClassRetry {
		t.Errorf("err %v", err)
	}
}

func TestRestUntilTheNextFullHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 20, 0, 0, time.UTC)
	user, _ := weibo.Lookup(10023)
	if got := user.Rest.Until(now); !got.Equal(time.Date(2026, 3, 1, 10, 0, 5, 0, time.UTC)) {
		t.Errorf("10023 rests until %v", got)
	}
	fast, _ := weibo.Lookup(20016)
	if got := fast.Rest.Until(now); !got.Equal(now.Add(time.Hour)) {
		t.Errorf("20016 rests until %v", got)
	}
}

func TestErrorsReadAsFaults(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(400, `{"error":"expired_token","error_code":21327,"request":"/2/x"}`))
	outcome := send(t, fake.client(t), plain("x"))
	if got := outcome.Err.Fault().Plain(); !strings.Contains(got, "重新授权") {
		t.Errorf("fault %q", got)
	}
}

func TestNoSecretInErrorsOrURLs(t *testing.T) {
	t.Parallel()
	echo := func(w http.ResponseWriter, r *http.Request) {
		tok := r.PostForm.Get(
			"access_token",
		) + r.PostForm.Get(
			"client_secret",
		) + r.Header.Get(
			"Authorization",
		)
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(
			w,
			`{"error":"bad token `+tok+`","error_code":21332,"error_description":"`+tok+`"}`,
		)
	}
	fake := newFake(t, echo)
	client := fake.client(t)
	_, showErr := client.Show(t.Context(), secret, "5012345678901234")
	_, infoErr := client.TokenInfo(t.Context(), secret)

	_, codeErr := client.Exchange(t.Context(), "code", "http://localhost/cb")
	for _, err := range []error{send(t, client, plain("x")).Err, showErr, infoErr, codeErr} {
		if err == nil || strings.Contains(err.Error(), string(secret)) ||
			strings.Contains(err.Error(), "app-secret-xyz") {
			t.Errorf("error %v", err)
		}
	}

	for _, asked := range fake.asked() {
		if strings.Contains(asked.query, "secret") {
			t.Errorf("a secret in the URL: %s?%s", asked.path, asked.query)
		}
	}
	if s := fmt.Sprintf(
		"%v %s %#v %+v",
		secret,
		secret,
		secret,
		weibo.Sending{Token: secret},
	); strings.Contains(
		s,
		"TOKEN",
	) {
		t.Errorf("a token prints as %s", s)
	}
}
