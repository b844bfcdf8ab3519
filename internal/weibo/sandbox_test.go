package weibo_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

// meet puts connector and sandbox, which share no type, at one table.
type meet struct {
	box    *sandbox.Server
	url    string
	client *weibo.Client
	acc    sandbox.Account
	token  weibo.Token
}

func newMeet(t *testing.T) *meet {
	t.Helper()
	box := sandbox.New(sandbox.Options{})
	s := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); s.Close() })
	acc := box.Accounts()[0]
	c := clientFor(t, s.URL, func(o *weibo.Options) {
		o.AppKey, o.AppSecret, o.RIP = sandbox.DemoAppKey, sandbox.DemoAppSecret, "203.0.113.9"
	})
	return &meet{box: box, url: s.URL, client: c, acc: acc, token: weibo.Token(box.Token(acc.Handle))}
}

func (m *meet) send(t *testing.T, p weibo.Payload, id string) weibo.Outcome {
	t.Helper()
	s := weibo.Sending{Token: m.token, DeliveryID: id}
	if p.Mode() == weibo.Commercial {
		for _, pic := range p.Pictures() {
			got, err := m.client.UploadPicture(t.Context(), m.token, pic)
			if err != nil {
				t.Fatal(err)
			}
			s.PicIDs = append(s.PicIDs, got)
		}
	}
	return m.client.Send(t.Context(), p, s)
}

func (m *meet) look(t *testing.T, p weibo.Payload, id string) weibo.Verdict {
	t.Helper()
	from := m.box.Now().Add(-2 * time.Minute)
	s, err := m.client.Look(t.Context(), p.Mode(), m.token, strconv.FormatInt(m.acc.UID, 10), from)
	if err != nil || !s.Complete {
		t.Fatalf("look: %+v, %v", s, err)
	}
	return weibo.Match(weibo.Sent{Payload: p, DeliveryID: id, From: from, Source: "矩阵台"}, s.Posts)
}

func TestSandboxEachKindIsPublishedFoundAndTakenDown(t *testing.T) {
	t.Parallel()
	link := "https://www." + sandbox.DemoSafeDomain + "/aqi?a=1&copy=2"
	for name, c := range map[string]struct {
		mode weibo.Mode
		d    weibo.Draft
	}{
		"text":         {weibo.Commercial, weibo.Draft{Text: `今日 "AQI" < 50 & 良，` + link + " 。"}},
		"long text":    {weibo.Commercial, weibo.Draft{Text: strings.Repeat("今日空气质量良好。", 40) + link}},
		"two pictures": {weibo.Commercial, weibo.Draft{Text: "看图 " + link, Pictures: []weibo.Picture{realPNG(t, 1), realPNG(t, 2)}}},
		"long, pics":   {weibo.Commercial, weibo.Draft{Text: strings.Repeat("看图。", 100), Pictures: []weibo.Picture{realPNG(t, 3)}}},
		"share":        {weibo.Public, weibo.Draft{Text: "今日良 " + link}},
		"share, pic":   {weibo.Public, weibo.Draft{Text: "今日良 " + link, Pictures: []weibo.Picture{realPNG(t, 4)}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, p, id := newMeet(t), weibo.Build(c.mode, c.d), weibo.NewDeliveryID()
			if f := weibo.CheckPayload(p, weibo.Rules{SafeDomains: []string{sandbox.DemoSafeDomain}}); f != nil {
				t.Fatal(f)
			}
			o := m.send(t, p, id)
			if o.Result != weibo.Published {
				t.Fatalf("%+v, err %v", o, o.Err)
			}
			posts := m.box.Posts(m.acc.Handle)
			if len(posts) != 1 || strconv.FormatInt(posts[0].ID, 10) != o.ID || posts[0].Text != p.Text() {
				t.Fatalf("the sandbox holds %+v", posts)
			}
			for i, pic := range p.Pictures() {
				if posts[0].Pictures[i] != pic.SHA256 {
					t.Errorf("picture %d is %s, want %s", i, posts[0].Pictures[i], pic.SHA256)
				}
			}
			v := m.look(t, p, id)
			if v.Finding != weibo.FoundOne || v.Post.ID != o.ID || v.ByID && c.mode == weibo.Public {
				t.Errorf("look: %+v", v)
			}
			m.takeDown(t, c.mode, o.ID)
		})
	}
}

func (m *meet) takeDown(t *testing.T, mode weibo.Mode, id string) {
	t.Helper()
	if o := m.client.Destroy(t.Context(), mode, m.token, weibo.Mark{}, id); o.Result != weibo.Published {
		t.Errorf("destroy: %+v, err %v", o, o.Err)
	}
	if m.box.Count(m.acc.Handle) != 0 {
		t.Error("it is still there")
	}
	if p, err := m.client.Show(t.Context(), m.token, id); !weibo.Gone(err) && !p.Deleted {
		t.Errorf("show after destroy: %+v, %v", p, err)
	}
}

func TestSandboxEachFaultEndsInWhatIsTrue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  sandbox.Fault
		want   weibo.Result
		posted int
	}{
		"cut before":    {sandbox.Fault{Kind: sandbox.FaultCut, When: sandbox.Before}, weibo.Unknown, 0},
		"cut after":     {sandbox.Fault{Kind: sandbox.FaultCut, When: sandbox.After}, weibo.Unknown, 1},
		"502 before":    {sandbox.Fault{Kind: sandbox.FaultStatus, When: sandbox.Before}, weibo.Unknown, 0},
		"502 after":     {sandbox.Fault{Kind: sandbox.FaultStatus, When: sandbox.After}, weibo.Unknown, 1},
		"redirect":      {sandbox.Fault{Kind: sandbox.FaultRedirect, When: sandbox.After}, weibo.Unknown, 1},
		"broken JSON":   {sandbox.Fault{Kind: sandbox.FaultBroken}, weibo.Unknown, 1},
		"empty":         {sandbox.Fault{Kind: sandbox.FaultEmpty}, weibo.Unknown, 1},
		"partial":       {sandbox.Fault{Kind: sandbox.FaultPartial}, weibo.Unknown, 1},
		"drip":          {sandbox.Fault{Kind: sandbox.FaultDrip, Delay: 20 * time.Millisecond}, weibo.Unknown, 1},
		"in review":     {sandbox.Fault{Kind: sandbox.FaultReview}, weibo.PublishedNoID, 1},
		"slow":          {sandbox.Fault{Kind: sandbox.FaultSlow}, weibo.PublishedNoID, 1},
		"expired":       {sandbox.Fault{Kind: sandbox.FaultExpired}, weibo.NotPublished, 0},
		"limit":         {sandbox.Fault{Kind: sandbox.FaultLimit}, weibo.NotPublished, 0},
		"unlisted code": {sandbox.Fault{Kind: sandbox.FaultError, Code: 20099}, weibo.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMeet(t)
			short := clientFor(t, m.url, func(o *weibo.Options) { o.CallLimit = 400 * time.Millisecond })
			c.fault.Call, c.fault.Times = sandbox.PostCalls, 1
			m.box.Fault(c.fault)
			o := short.Send(t.Context(), plain("今日良"), weibo.Sending{Token: m.token, DeliveryID: weibo.NewDeliveryID()})
			if o.Result != c.want {
				t.Errorf("%+v, err %v", o, o.Err)
			}
			if n := m.box.Count(m.acc.Handle); n != c.posted {
				t.Errorf("%d posts, want %d", n, c.posted)
			}
		})
	}
}

func TestSandboxReadsHaveTheShapesWeExpect(t *testing.T) {
	t.Parallel()
	m := newMeet(t)
	uid := strconv.FormatInt(m.acc.UID, 10)
	o := m.send(t, plain("今日良"), weibo.NewDeliveryID())
	info, err := m.client.TokenInfo(t.Context(), m.token)
	if err != nil || info.UID != uid || info.AppKey != sandbox.DemoAppKey || !info.ExpiresAt.After(m.box.Now()) {
		t.Errorf("token info %+v, %v", info, err)
	}
	if got, err := m.client.UID(t.Context(), m.token); err != nil || got != uid {
		t.Errorf("uid %s, %v", got, err)
	}
	for _, mode := range []weibo.Mode{weibo.Commercial, weibo.Public} {
		if n, err := m.client.Counts(t.Context(), mode, m.token, []string{o.ID}); err != nil || len(n) != 1 || n[0].ID != o.ID || n[0].Reads != nil {
			t.Errorf("%s counts %+v, %v", mode, n, err)
		}
	}
	if n, err := m.client.UsersCounts(t.Context(), m.token, []string{uid}); err != nil || len(n) != 1 || n[0].Followers == 0 {
		t.Errorf("users %+v, %v", n, err)
	}
	if u, err := m.client.UserShow(t.Context(), m.token, uid); err != nil || u.ScreenName != m.acc.Handle {
		t.Errorf("user %+v, %v", u, err)
	}
	if l, err := m.client.RateLimitStatus(t.Context(), m.token); err != nil || l.UserLimit == 0 || len(l.Calls) == 0 {
		t.Errorf("limits %+v, %v", l, err)
	}
	if posts, err := m.client.ShowBatch(t.Context(), m.token, []string{o.ID}); err != nil || len(posts) != 1 || posts[0].Text != "今日良" {
		t.Errorf("batch %+v, %v", posts, err)
	}
	if err := m.client.Revoke(t.Context(), m.token); err != nil {
		t.Error(err)
	}
	if _, err := m.client.UID(t.Context(), m.token); weibo.ClassOf(err) != weibo.ClassToken && weibo.ClassOf(err) != weibo.ClassConfig {
		t.Errorf("after revocation: %v", err)
	}
}

func TestSandboxReadsOfMediaAccounts(t *testing.T) {
	t.Parallel()
	m := newMeet(t)
	for _, acc := range m.box.Accounts() {
		tok := weibo.Token(m.box.Token(acc.Handle))
		o := m.client.Send(t.Context(), plain("今日良"+acc.Handle), weibo.Sending{Token: tok})
		got, err := m.client.Reads(t.Context(), tok, []string{o.ID})
		if err != nil || len(got) > 0 != acc.Media || (acc.Media && got[0].Reads == nil) {
			t.Errorf("%s (media %v): %+v, %v", acc.Handle, acc.Media, got, err)
		}
	}
}

func TestSandboxCountsLengthAsWeDo(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("良", 140), strings.Repeat("良", 141), strings.Repeat("良", 130) + "http://a.gov.cn/x",
		strings.Repeat("良", 131) + "http://a.gov.cn/x", strings.Repeat("良", 138) + "😀", strings.Repeat("良", 139) + "😀",
	} {
		m := newMeet(t)
		m.box.AddApp(sandbox.App{Key: sandbox.DemoAppKey, Secret: sandbox.DemoAppSecret, Name: "矩阵台", SafeDomain: "gov.cn"})
		text = "http://a.gov.cn/ " + strings.TrimPrefix(text, strings.Repeat("良", 11))
		o := m.send(t, weibo.Build(weibo.Public, weibo.Draft{Text: text}), "")
		if tooLong := o.Code == 20012; tooLong != (weibo.Length(text) > 140) {
			t.Errorf("%d by us, %+v by the sandbox, err %v", weibo.Length(text), o.Result, o.Err)
		}
	}
}
