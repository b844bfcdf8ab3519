package weibo_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

// TestAReplyIsHashedAsItIsSent types the canonical form out: what a second person would approve is every
// field that goes on the wire.
func TestAReplyIsHashedAsItIsSent(t *testing.T) {
	t.Parallel()

	for want, draft := range map[string]weibo.Draft{
		"juzhen payload 1\ncommercial comments/reply/biz\ncid 2 77\nid 2 55\ncomment 9 已处理\nwithout_mention 1 1\n" +
			"comment_ori 1 0\n": {Text: "已处理", ReplyTo: weibo.ReplyTo{Post: "55", Comment: "77"}},
		"juzhen payload 1\ncommercial comments/create/biz\nid 2 55\ncomment 9 已处理\ncomment_ori 1 0\n": {
			Text: "已处理", ReplyTo: weibo.ReplyTo{Post: "55"},
		},
	} {
		payload := weibo.Build(weibo.Commercial, draft)
		if got := string(payload.Canonical()); got != want {
			t.Errorf("canonical form\n%swant\n%s", got, want)
		}
		if payload.Text() != "已处理" || !payload.Replies() || payload.Annotated() {
			t.Errorf("%s is no reply of its text", payload.Call())
		}
	}
}

func TestAReplyIsCheckedBeforeItIsSent(t *testing.T) {
	t.Parallel()

	to, nameless := weibo.ReplyTo{Post: "55", Comment: "77"}, weibo.ReplyTo{Post: "5", Comment: "x"}
	for name, c := range map[string]struct {
		mode  weibo.Mode
		draft weibo.Draft
		field string
	}{
		"ordinary":             {weibo.Public, weibo.Draft{Text: "已处理", ReplyTo: to}, ""},
		"as long as may be":    {weibo.Commercial, weibo.Draft{Text: strings.Repeat("好", 140), ReplyTo: to}, ""},
		"too long":             {weibo.Commercial, weibo.Draft{Text: strings.Repeat("好", 141), ReplyTo: to}, "text"},
		"nothing said":         {weibo.Commercial, weibo.Draft{Text: " \n", ReplyTo: to}, "text"},
		"to no number":         {weibo.Commercial, weibo.Draft{Text: "好", ReplyTo: weibo.ReplyTo{Post: "那条"}}, "text"},
		"to no comment":        {weibo.Commercial, weibo.Draft{Text: "好", ReplyTo: nameless}, "text"},
		"by hand":              {weibo.Manual, weibo.Draft{Text: "好", ReplyTo: to}, "mode"},
		"no safe link is due":  {weibo.Public, weibo.Draft{Text: "今晚八点前修复", ReplyTo: to}, ""},
		"a topic in a comment": {weibo.Public, weibo.Draft{Text: "见#空气质量#", ReplyTo: to}, ""},
	} {
		faults := weibo.CheckPayload(weibo.Build(c.mode, c.draft), weibo.Rules{})
		switch {
		case c.field == "" && len(faults) > 0,
			c.field != "" && (len(faults) != 1 || faults[0].Field != c.field):
			t.Errorf("%s: %v, want a fault of %q", name, faults, c.field)
		}
	}
}

// TestSandboxAReplyIsPublishedAndFound: of two like replies the look takes the one under the right comment,
// and what another person wrote counts for nothing.
func TestSandboxAReplyIsPublishedAndFound(t *testing.T) {
	t.Parallel()

	for _, mode := range []weibo.Mode{weibo.Commercial, weibo.Public} {
		m := newMeet(t)
		post := m.box.Rival(m.acc.Handle, "今日良。").ID
		first := m.box.Comment(post, "胡同里的风", "明天限行吗")
		other := m.box.Comment(post, "早起遛弯的人", "明天限行吗")
		reply := func(comment int64) weibo.Payload {
			return weibo.Build(mode, weibo.Draft{Text: "不限行，A<B & \"好\"", ReplyTo: weibo.ReplyTo{
				Post: strconv.FormatInt(post, 10), Comment: strconv.FormatInt(comment, 10),
			}})
		}
		if got := m.send(t, reply(other), ""); got.Result != weibo.Published {
			t.Fatalf("%s: %+v, %v", mode, got, got.Err)
		}
		if got := m.lookReplies(t, reply(first)); got.Finding != weibo.FoundNone {
			t.Errorf("%s: the reply to another comment was taken: %+v", mode, got)
		}
		sent := m.send(t, reply(first), "")
		if got := m.lookReplies(t, reply(first)); got.Finding != weibo.FoundOne || got.Post.ID != sent.ID {
			t.Errorf("%s: %+v, want %s", mode, got, sent.ID)
		}
		if said := m.box.Said(m.acc.Handle, post); len(said) != 2 || said[0] != "不限行，A<B & \"好\"" {
			t.Errorf("%s: the account said %q", mode, said)
		}
	}
}

func (m *meet) lookReplies(t *testing.T, payload weibo.Payload) weibo.Verdict {
	t.Helper()
	from := m.box.Now().Add(-2 * time.Minute)
	sight, err := m.client.LookReplies(t.Context(), payload.Mode(), m.token, from)
	if err != nil || !sight.Complete {
		t.Fatalf("look: %+v, %v", sight, err)
	}

	return weibo.Match(weibo.Sent{Payload: payload, From: from, Source: "矩阵台"}, sight.Posts)
}

// TestWhatDoesNotSayWhichCommentItAnswersProvesNothing holds likenesses that a look must not take for the
// reply.
func TestWhatDoesNotSayWhichCommentItAnswersProvesNothing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
	payload := weibo.Build(weibo.Commercial, weibo.Draft{
		Text: "已处理", ReplyTo: weibo.ReplyTo{Post: "55", Comment: "77"},
	})
	said := func(id, text, post, comment string) weibo.Post {
		return weibo.Post{
			ID: id, Text: text, CreatedAt: at, ReplyTo: weibo.ReplyTo{Post: post, Comment: comment},
		}
	}
	early := said("1", "已处理", "55", "77")
	early.CreatedAt = at.Add(-time.Minute)

	for name, c := range map[string]struct {
		seen weibo.Post
		want weibo.Finding
	}{
		"the reply":                {said("1", "已处理", "55", "77"), weibo.FoundOne},
		"with the citizen's name":  {said("1", "回复@胡同里的风:已处理", "55", "77"), weibo.FoundOne},
		"which comment is unsaid":  {said("1", "已处理", "55", ""), weibo.FoundWeak},
		"another comment":          {said("1", "已处理", "55", "78"), weibo.FoundNone},
		"another post":             {said("1", "已处理", "56", "77"), weibo.FoundNone},
		"before the attempt":       {early, weibo.FoundNone},
		"other words":              {said("1", "已经处理", "55", "77"), weibo.FoundNone},
		"that of another delivery": {said("9", "已处理", "55", "77"), weibo.FoundNone},
	} {
		got := weibo.Match(weibo.Sent{
			Payload: payload, From: at, Recorded: func(id string) bool { return id == "9" },
		}, []weibo.Post{c.seen})
		if got.Finding != c.want {
			t.Errorf("%s: %s, want %s", name, got.Finding, c.want)
		}
	}
}
