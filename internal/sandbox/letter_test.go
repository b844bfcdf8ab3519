package sandbox

import (
	"crypto/sha1" //nolint:gosec // as the platform signs
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// letterbox answers pushes with the next of its numbers, then with 200, and keeps what came.
type letterbox struct {
	*httptest.Server
	answers []int
	bodies  []string
	signed  []bool
}

func newLetterbox(t *testing.T, secret string) *letterbox {
	t.Helper()
	box := &letterbox{}
	box.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		parts := []string{secret, query.Get("timestamp"), query.Get("nonce")}
		slices.Sort(parts)
		sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // see above
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, query.Get("echostr"))
			return
		}
		body, _ := io.ReadAll(r.Body)
		box.bodies = append(box.bodies, string(body))
		box.signed = append(box.signed, query.Get("signature") == hex.EncodeToString(sum[:]))
		if len(box.answers) > 0 {
			w.WriteHeader(box.answers[0])
			box.answers = box.answers[1:]
		}
	}))
	t.Cleanup(box.Close)

	return box
}

// TestLettersArePushedThreeTimes, each time the same, signed as the platform signs, until they are taken.
func TestLettersArePushedThreeTimes(t *testing.T) {
	t.Parallel()

	s := New(Options{Frozen: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)})
	handle := s.Accounts()[0].Handle
	if _, err := s.Write(Letter{Account: handle, Text: "在吗"}); err == nil {
		t.Error("pushed to nowhere")
	}
	box := newLetterbox(t, "xyz")
	s.PushTo(handle, box.URL, "xyz")
	if !s.Verify(handle) {
		t.Error("the address is not found to be the console's")
	}

	for _, c := range []struct {
		answers []int
		sort    LetterSort
		want    Delivered
		signed  []bool
	}{
		{nil, Plain, Delivered{200, 1}, []bool{true}},
		{[]int{503}, Plain, Delivered{200, 2}, []bool{true, true}},
		{[]int{503, 503, 503, 503}, Plain, Delivered{503, 3}, []bool{true, true, true}},
		{nil, Repeated, Delivered{200, 1}, []bool{true, true, true}},
		{nil, Forged, Delivered{200, 1}, []bool{false}},
		{nil, Reused, Delivered{200, 1}, []bool{true, true}},
	} {
		box.answers, box.bodies, box.signed = c.answers, nil, nil
		got, err := s.Write(Letter{Account: handle, From: "老张", Text: "在吗", Sort: c.sort})
		if err != nil || got != c.want || !slices.Equal(box.signed, c.signed) {
			t.Errorf("%q %v: %+v, %v, signed %v", c.sort, c.answers, got, err, box.signed)
		}
		if same := len(slices.Compact(slices.Clone(box.bodies))) == 1; same == (c.sort == Reused) {
			t.Errorf("%q pushes %v", c.sort, box.bodies)
		}
	}
}

// TestALetterHasTheFormOfThePlatform.
func TestALetterHasTheFormOfThePlatform(t *testing.T) {
	t.Parallel()

	s := New(Options{Frozen: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)})
	account := s.Accounts()[0]
	box := newLetterbox(t, "xyz")
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	post := func(path, body string) int {
		res, err := http.Post(server.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()

		return res.StatusCode
	}
	if got := post(
		"/_control/pushes",
		`{"account":"`+account.Handle+`","url":"`+box.URL+`","secret":"xyz"}`,
	); got != 200 {
		t.Fatalf("told where to push: %d", got)
	}
	got := post("/_control/letters", `{"account":"`+account.Handle+
		`","from":"老张","type":"event","text":"关注","data":{"subtype":"follow"},"ago":"90s"}`)
	if got != 200 || len(box.bodies) != 1 {
		t.Fatalf("%d, %v", got, box.bodies)
	}
	var pushed struct {
		Type     string            `json:"type"`
		Receiver int64             `json:"receiver_id"`
		Sender   int64             `json:"sender_id"`
		Created  string            `json:"created_at"`
		Text     string            `json:"text"`
		Data     map[string]string `json:"data"`
	}
	if err := json.Unmarshal([]byte(box.bodies[0]), &pushed); err != nil {
		t.Fatal(err)
	}
	if pushed.Type != "event" || pushed.Receiver != account.UID || pushed.Sender != citizenUID("老张") ||
		pushed.Created != "Mon Nov 30 09:58:30 +0800 2026" || pushed.Text != "关注" ||
		pushed.Data["subtype"] != "follow" {
		t.Errorf("pushed %+v", pushed)
	}
	if got := post("/_control/letters", `{"account":"nobody"}`); got != 404 {
		t.Errorf("to nobody: %d", got)
	}
}
