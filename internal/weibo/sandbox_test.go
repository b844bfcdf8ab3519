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
	client := clientFor(t, s.URL, func(options *weibo.Options) {
		options.AppKey = sandbox.DemoAppKey
		options.AppSecret = sandbox.DemoAppSecret
		options.RIP = "203.0.113.9"
	})

	return &meet{box: box, url: s.URL, client: client, acc: acc, token: weibo.Token(box.Token(acc.Handle))}
}

func (m *meet) send(t *testing.T, payload weibo.Payload, id string) weibo.Outcome {
	t.Helper()
	sending := weibo.Sending{Token: m.token, DeliveryID: id}
	if payload.Mode() == weibo.Commercial {
		for _, pic := range payload.Pictures() {
			got, err := m.client.UploadPicture(t.Context(), m.token, pic)
			if err != nil {
				t.Fatal(err)
			}
			sending.PicIDs = append(sending.PicIDs, got)
		}
	}

	return m.client.Send(t.Context(), payload, sending)
}

func (m *meet) look(t *testing.T, payload weibo.Payload, id string) weibo.Verdict {
	t.Helper()
	from := m.box.Now().Add(-2 * time.Minute)
	sight, err := m.client.Look(t.Context(), payload.Mode(), m.token, strconv.FormatInt(m.acc.UID, 10), from)
	if err != nil || !sight.Complete {
		t.Fatalf("look: %+v, %v", sight, err)
	}

	return weibo.Match(weibo.Sent{Payload: payload, DeliveryID: id, From: from, Source: "矩阵台"}, sight.Posts)
}

func TestSandboxEachKindIsPublishedFoundAndTakenDown(t *testing.T) {
	t.Parallel()

	link := "https://www." + sandbox.DemoSafeDomain + "/aqi?a=1&copy=2"
	for name, c := range map[string]struct {
		mode weibo.Mode
		d    weibo.Draft
	}{
		"text":      {weibo.Commercial, weibo.Draft{Text: `今日 "AQI" < 50 & 良，` + link + " 。"}},
		"long text": {weibo.Commercial, weibo.Draft{Text: strings.Repeat("今日空气质量良好。", 40) + link}},
		"two pictures": {
			weibo.Commercial,
			weibo.Draft{Text: "看图 " + link, Pictures: []weibo.Picture{realPNG(t, 1), realPNG(t, 2)}},
		},
		"long, pics": {
			weibo.Commercial,
			weibo.Draft{Text: strings.Repeat("看图。", 100), Pictures: []weibo.Picture{realPNG(t, 3)}},
		},
		"share": {weibo.Public, weibo.Draft{Text: "今日良 " + link}},
		"share, pic": {
			weibo.Public,
			weibo.Draft{Text: "今日良 " + link, Pictures: []weibo.Picture{realPNG(t, 4)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			meet, payload, id := newMeet(t), weibo.Build(c.mode, c.d), weibo.NewDeliveryID()
			if fields := weibo.CheckPayload(
				payload,
				weibo.Rules{SafeDomains: []string{sandbox.DemoSafeDomain}},
			); fields != nil {
				t.Fatal(fields)
			}
			outcome := meet.send(t, payload, id)
			if outcome.Result != weibo.Published {
				t.Fatalf("%+v, err %v", outcome, outcome.Err)
			}
			posts := meet.box.Posts(meet.acc.Handle)
			if len(posts) != 1 || strconv.FormatInt(posts[0].ID, 10) != outcome.ID ||
				posts[0].Text != payload.Text() {
				t.Fatalf("the sandbox holds %+v", posts)
			}

			for i, pic := range payload.Pictures() {
				if posts[0].Pictures[i] != pic.SHA256 {
					t.Errorf("picture %d is %s, want %s", i, posts[0].Pictures[i], pic.SHA256)
				}
			}
			verdict := meet.look(t, payload, id)
			if verdict.Finding != weibo.FoundOne || verdict.Post.ID != outcome.ID ||
				verdict.ByID && c.mode == weibo.Public {
				t.Errorf("look: %+v", verdict)
			}
			meet.takeDown(t, c.mode, outcome.ID)
		})
	}
}

func (m *meet) takeDown(t *testing.T, mode weibo.Mode, id string) {
	t.Helper()
	if outcome := m.client.Destroy(
		t.Context(),
		mode,
		m.token,
		weibo.Mark{},
		id,
	); outcome.Result != weibo.Published {
		t.Errorf("destroy: %+v, err %v", outcome, outcome.Err)
	}
	if m.box.Count(m.acc.Handle) != 0 {
		t.Error("it is still there")
	}
	if post, err := m.client.Show(t.Context(), m.token, id); !weibo.Gone(err) && !post.Deleted {
		t.Errorf("show after destroy: %+v, %v", post, err)
	}
}

func TestSandboxEachFaultEndsInWhatIsTrue(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		fault  sandbox.Fault
		want   weibo.Result
		posted int
	}{
		"cut before":  {sandbox.Fault{Kind: sandbox.FaultCut, When: sandbox.Before}, weibo.Unknown, 0},
		"cut after":   {sandbox.Fault{Kind: sandbox.FaultCut, When: sandbox.After}, weibo.Unknown, 1},
		"502 before":  {sandbox.Fault{Kind: sandbox.FaultStatus, When: sandbox.Before}, weibo.Unknown, 0},
		"502 after":   {sandbox.Fault{Kind: sandbox.FaultStatus, When: sandbox.After}, weibo.Unknown, 1},
		"redirect":    {sandbox.Fault{Kind: sandbox.FaultRedirect, When: sandbox.After}, weibo.Unknown, 1},
		"broken JSON": {sandbox.Fault{Kind: sandbox.FaultBroken}, weibo.Unknown, 1},
		"empty":       {sandbox.Fault{Kind: sandbox.FaultEmpty}, weibo.Unknown, 1},
		"partial":     {sandbox.Fault{Kind: sandbox.FaultPartial}, weibo.Unknown, 1},
		"drip": {
			sandbox.Fault{Kind: sandbox.FaultDrip, Delay: 20 * time.Millisecond}, weibo.Unknown, 1,
		},
		"in review":     {sandbox.Fault{Kind: sandbox.FaultReview}, weibo.PublishedNoID, 1},
		"slow":          {sandbox.Fault{Kind: sandbox.FaultSlow}, weibo.PublishedNoID, 1},
		"expired":       {sandbox.Fault{Kind: sandbox.FaultExpired}, weibo.NotPublished, 0},
		"limit":         {sandbox.Fault{Kind: sandbox.FaultLimit}, weibo.NotPublished, 0},
		"unlisted code": {sandbox.Fault{Kind: sandbox.FaultError, Code: 20099}, weibo.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			meet := newMeet(t)
			short := clientFor(
				t,
				meet.url,
				func(options *weibo.Options) { options.CallLimit = 400 * time.Millisecond },
			)
			c.fault.Call, c.fault.Times = sandbox.PostCalls, 1
			meet.box.Fault(c.fault)
			outcome := short.Send(t.Context(), plain("今日良"), weibo.Sending{
				Token:      meet.token,
				DeliveryID: weibo.NewDeliveryID(),
			})
			if outcome.Result != c.want {
				t.Errorf("%+v, err %v", outcome, outcome.Err)
			}
			if n := meet.box.Count(meet.acc.Handle); n != c.posted {
				t.Errorf("%d posts, want %d", n, c.posted)
			}
		})
	}
}

func TestSandboxReadsHaveTheShapesWeExpect(t *testing.T) {
	t.Parallel()
	meet := newMeet(t)
	uid := strconv.FormatInt(meet.acc.UID, 10)
	outcome := meet.send(t, plain("今日良"), weibo.NewDeliveryID())
	info, err := meet.client.TokenInfo(t.Context(), meet.token)
	if err != nil || info.UID != uid || info.AppKey != sandbox.DemoAppKey ||
		!info.ExpiresAt.After(meet.box.Now()) {
		t.Errorf("token info %+v, %v", info, err)
	}
	if got, err := meet.client.UID(t.Context(), meet.token); err != nil || got != uid {
		t.Errorf("uid %s, %v", got, err)
	}

	for _, mode := range []weibo.Mode{weibo.Commercial, weibo.Public} {
		if counts, err := meet.client.Counts(
			t.Context(),
			mode,
			meet.token,
			[]string{outcome.ID},
		); err != nil || len(counts) != 1 || counts[0].ID != outcome.ID ||
			counts[0].Reads != nil {
			t.Errorf("%s counts %+v, %v", mode, counts, err)
		}
	}
	if userCounts, err := meet.client.UsersCounts(
		t.Context(),
		meet.token,
		[]string{uid},
	); err != nil || len(userCounts) != 1 ||
		userCounts[0].Followers == 0 {
		t.Errorf("users %+v, %v", userCounts, err)
	}
	if user, err := meet.client.UserShow(
		t.Context(),
		meet.token,
		uid,
	); err != nil ||
		user.ScreenName != meet.acc.Handle {
		t.Errorf("user %+v, %v", user, err)
	}
	if limits, err := meet.client.RateLimitStatus(
		t.Context(),
		meet.token,
	); err != nil || limits.UserLimit == 0 ||
		len(limits.Calls) == 0 {
		t.Errorf("limits %+v, %v", limits, err)
	}
	if posts, err := meet.client.ShowBatch(
		t.Context(),
		meet.token,
		[]string{outcome.ID},
	); err != nil || len(posts) != 1 ||
		posts[0].Text != "今日良" {
		t.Errorf("batch %+v, %v", posts, err)
	}
	if err := meet.client.Revoke(t.Context(), meet.token); err != nil {
		t.Error(err)
	}
	if _, err := meet.client.UID(
		t.Context(),
		meet.token,
	); weibo.ClassOf(err) != weibo.ClassToken &&
		weibo.ClassOf(err) != weibo.ClassConfig {
		t.Errorf("after revocation: %v", err)
	}
}

func TestSandboxReadsOfMediaAccounts(t *testing.T) {
	t.Parallel()

	meet := newMeet(t)
	for _, acc := range meet.box.Accounts() {
		tok := weibo.Token(meet.box.Token(acc.Handle))
		outcome := meet.client.Send(t.Context(), plain("今日良"+acc.Handle), weibo.Sending{Token: tok})
		got, err := meet.client.Reads(t.Context(), tok, []string{outcome.ID})
		if err != nil || len(got) > 0 != acc.Media || (acc.Media && got[0].Reads == nil) {
			t.Errorf("%s (media %v): %+v, %v", acc.Handle, acc.Media, got, err)
		}
	}
}

func TestSandboxCountsLengthAsWeDo(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		strings.Repeat("良", 140), strings.Repeat("良", 141),
		strings.Repeat("良", 130) + "http://a.gov.cn/x",
		strings.Repeat("良", 131) + "http://a.gov.cn/x", strings.Repeat("良", 138) + "😀",
		strings.Repeat("良", 139) + "😀",
	} {
		meet := newMeet(t)
		meet.box.AddApp(sandbox.App{
			Key:        sandbox.DemoAppKey,
			Secret:     sandbox.DemoAppSecret,
			Name:       "矩阵台",
			SafeDomain: "gov.cn",
		})
		text = "http://a.gov.cn/ " + strings.TrimPrefix(text, strings.Repeat("良", 11))
		outcome := meet.send(t, weibo.Build(weibo.Public, weibo.Draft{Text: text}), "")
		if tooLong := outcome.Code == 20012; tooLong != (weibo.Length(text) > 140) {
			t.Errorf("%d by us, %+v by the sandbox, err %v", weibo.Length(text), outcome.Result, outcome.Err)
		}
	}
}
