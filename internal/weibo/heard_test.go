package weibo_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

// hearing is a client of a server that gives one answer to everything, and the paths it was asked for.
func hearing(t *testing.T, body string) (*weibo.Client, *[]string) {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path+"?"+r.URL.RawQuery)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)

	return weibo.New(weibo.Options{PublicURL: server.URL, CommercialURL: server.URL + "/c"}), &asked
}

// TestHeardReadsComments with numbers as numbers or strings, escaped texts and links, and leaves out what
// says not who spoke, when or where.
func TestHeardReadsComments(t *testing.T) {
	t.Parallel()

	client, asked := hearing(t, `{"comments":[
		{"created_at":"Mon Nov 30 10:00:00 +0800 2026","id":41,"idstr":"41","text":"&lt;好&gt; <a href=\"x\">@环保北京</a>",
		 "user":{"id":7,"screen_name":"通州老张"},"status":{"id":"9","user":{"idstr":"5"}},
		 "reply_comment":{"id":40}},
		{"created_at":"Mon Nov 30 10:00:00 +0800 2026","id":39,"text":"没有作者","status":{"id":9}},
		{"created_at":"","id":38,"text":"没有时间","user":{"id":7},"status":{"id":9}},
		{"created_at":"Mon Nov 30 10:00:00 +0800 2026","id":"37","text":"没有微博","user":{"id":7}}
	]}`)
	page, err := client.Heard(t.Context(), weibo.Commercial, "token", weibo.FeedComments, weibo.HeardQuery{
		SinceID: "30", MaxID: "50", Count: 50,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := weibo.Heard{
		ID:        "41",
		Text:      "<好> @环保北京",
		At:        time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC),
		UID:       "7",
		Name:      "通州老张",
		ThreadID:  "9",
		ThreadUID: "5",
		ReplyTo:   "40",
	}
	if len(page.Heard) != 1 || page.Heard[0] != want || page.Raw != 4 || page.Below != "36" {
		t.Errorf("heard %+v", page)
	}
	if got := (*asked)[0]; got != "/c/2/comments/timeline/biz.json?count=50&max_id=50&since_id=30" {
		t.Errorf("asked for %s", got)
	}
}

// TestHeardReadsMentions as posts of their own threads.
func TestHeardReadsMentions(t *testing.T) {
	t.Parallel()

	client, asked := hearing(t, `{"statuses":[{"created_at":"Mon Nov 30 10:00:00 +0800 2026","id":41,
		"text":"@环保北京 有人偷排","user":{"id":7,"screen_name":"通州老张"}}]}`)
	page, err := client.Heard(t.Context(), weibo.Public, "token", weibo.FeedMentions, weibo.HeardQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Heard) != 1 || !page.Heard[0].Post || page.Heard[0].ThreadID != "41" ||
		page.Heard[0].ThreadUID != "7" {
		t.Errorf("heard %+v", page)
	}
	if got := (*asked)[0]; got != "/2/statuses/mentions.json?" {
		t.Errorf("asked for %s", got)
	}
}

// TestNothingIsConcludedFromAnEmptyShell of an answer.
func TestNothingIsConcludedFromAnEmptyShell(t *testing.T) {
	t.Parallel()

	for _, body := range []string{
		`{}`,
		`[]`,
		`{"comments":null}`,
		`{"comments":[{"id":"x"}]}`,
		`{"comments":[{"id":-1}]}`,
		`<html>`,
		``,
		`{"error":"auth faild!","error_code":21301}`,
	} {
		client, _ := hearing(t, body)
		if _, err := client.Heard(t.Context(), weibo.Public, "token", weibo.FeedComments,
			weibo.HeardQuery{}); err == nil {
			t.Errorf("%s: no error", body)
		}
		if _, err := client.Unread(t.Context(), "token", "7"); err == nil {
			t.Errorf("%s: counters without an error", body)
		}
	}
	client, _ := hearing(t, `{"comments":[]}`)
	page, err := client.Heard(
		t.Context(),
		weibo.Public,
		"token",
		weibo.FeedCommentMentions,
		weibo.HeardQuery{},
	)
	if err != nil || len(page.Heard) != 0 || page.Below != "" {
		t.Errorf("an empty list is %+v, %v", page, err)
	}
}

// TestUnreadAndStanding read the counters, and which comments are there.
func TestUnreadAndStanding(t *testing.T) {
	t.Parallel()

	client, _ := hearing(t, `{"status":1,"cmt":"3","dm":2,"mention_status":1,"mention_cmt":0}`)
	unread, err := client.Unread(t.Context(), "token", "7")
	if err != nil || unread != (weibo.Unread{Comments: 3, Mentions: 1, Messages: 2}) {
		t.Errorf("unread %+v, %v", unread, err)
	}
	client, _ = hearing(t, `[{"id":41,"text":""},{"idstr":"43"}]`)
	there, err := client.Standing(t.Context(), "token", []string{"41", "42", "43"})
	if err != nil || !there["41"] || there["42"] || !there["43"] {
		t.Errorf("there are %v, %v", there, err)
	}
	if _, err := client.Standing(t.Context(), "token", make([]string, weibo.MostStanding+1)); err == nil {
		t.Error("one too many was asked for")
	}
}
