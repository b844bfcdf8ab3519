package weibo_test

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"juzhen/internal/fault"
	"juzhen/internal/weibo"
)

var (
	jpeg = weibo.NewPicture([]byte("\xff\xd8\xff\xe0 one"))
	png  = weibo.NewPicture([]byte("\x89PNG\r\n\x1a\n two"))
	gif  = weibo.NewPicture([]byte("GIF89a three"))
	bmp  = weibo.NewPicture([]byte("BM four"))
)

func TestTheHashIsOfTheRequestThatIsSent(t *testing.T) {
	t.Parallel()
	payload := weibo.Build(weibo.Commercial, weibo.Draft{
		Text:     "今日\r\n良",
		Pictures: []weibo.Picture{jpeg, png},
	})
	const want = "juzhen payload 1\ncommercial statuses/upload_url_text/biz\nstatus 10 今日\n良\nvisible 1 0\npicture "
	if got := string(
		payload.Canonical(),
	); !strings.HasPrefix(
		got,
		want+jpeg.SHA256+"\npicture "+png.SHA256+"\n",
	) {
		t.Errorf("canonical form\n%s", got)
	}
	if b, err := hex.DecodeString(payload.Hash()); err != nil || len(b) != 32 {
		t.Errorf("hash %q", payload.Hash())
	}
	fake := newFake(t, says(200, goodStatus))
	outcome := fake.client(t).Send(t.Context(), payload, weibo.Sending{
		Token:  secret,
		PicIDs: []string{"p1", "p2"},
	})
	if outcome.Result != weibo.Published {
		t.Fatalf("outcome %+v, err %v", outcome, outcome.Err)
	}

	form := fake.asked()[0].form
	for _, field := range payload.Fields() {
		if !slices.Equal(form[field.Name], []string{field.Value}) {
			t.Errorf("%s: sent %q, hashed %q", field.Name, form[field.Name], field.Value)
		}
		delete(form, field.Name)
	}
	if form["pic_id"][0] != "p1,p2" || len(form) != 2 { // beside the token
		t.Errorf("fields outside the hash: %v", form)
	}
}

func TestEverythingThatIsSeenChangesTheHash(t *testing.T) {
	t.Parallel()
	base := weibo.Draft{Text: "今日良", Pictures: []weibo.Picture{jpeg, png}}

	seen := map[string]string{weibo.Build(weibo.Commercial, base).Hash(): "base"}
	for name, payload := range map[string]weibo.Payload{
		"text":   weibo.Build(weibo.Commercial, weibo.Draft{Text: "今日优", Pictures: base.Pictures}),
		"mode":   weibo.Build(weibo.Public, base),
		"manual": weibo.Build(weibo.Manual, base),
		"picture order": weibo.Build(weibo.Commercial, weibo.Draft{
			Text:     base.Text,
			Pictures: []weibo.Picture{png, jpeg},
		}),
		"picture gone": weibo.Build(weibo.Commercial, weibo.Draft{
			Text:     base.Text,
			Pictures: []weibo.Picture{jpeg},
		}),
		"no pictures": weibo.Build(weibo.Commercial, weibo.Draft{Text: base.Text}),
		"visibility": weibo.Build(weibo.Commercial, weibo.Draft{
			Text:     base.Text,
			Pictures: base.Pictures,
			Visible:  weibo.VisibleSelf,
		}),
		"repost": weibo.Build(weibo.Commercial, weibo.Draft{
			Text:     base.Text,
			RepostID: "4900000000000001",
		}),
		"another repost": weibo.Build(weibo.Commercial, weibo.Draft{
			Text:     base.Text,
			RepostID: "4900000000000002",
		}),
		"forged fields": weibo.Build(weibo.Commercial, weibo.Draft{Text: "今日良\nvisible 1 0\npicture " + jpeg.SHA256}),
	} {
		if other, twice := seen[payload.Hash()]; twice {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[payload.Hash()] = name
	}
}

func TestWhatChangesAtEachSendingLeavesTheHash(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draft := weibo.Draft{Text: rapid.String().Draw(t, "text"), Pictures: []weibo.Picture{jpeg}}
		bare := draft
		bare.Pictures = []weibo.Picture{{SHA256: jpeg.SHA256, Size: jpeg.Size, Type: jpeg.Type}}
		if weibo.Build(weibo.Commercial, draft).Hash() != weibo.Build(weibo.Commercial, bare).Hash() {
			t.Fatal("the hash needs the bytes")
		}
	})
}

func TestInterfacesByMode(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("良", 141)
	for name, c := range map[string]struct {
		p      weibo.Payload
		path   string
		fields map[string]string
	}{
		"update": {
			plain("良"), "/c/2/statuses/update/biz.json",
			map[string]string{"visible": "0", "is_longtext": ""},
		},
		"long update": {plain(long), "/c/2/statuses/update/biz.json", map[string]string{"is_longtext": "1"}},
		"repost": {
			weibo.Build(weibo.Commercial, weibo.Draft{RepostID: "4900000000000001"}),
			"/c/2/statuses/repost/biz.json",
			map[string]string{
				"id":          "4900000000000001",
				"status":      "转发微博",
				"is_comment":  "0",
				"annotations": "",
			},
		},
		"share": {weibo.Build(weibo.Public, weibo.Draft{Text: "http://gov.cn/"}), "/2/statuses/share.json",
			map[string]string{
				"status":      "http://gov.cn/",
				"visible":     "",
				"annotations": "",
				"rip":         "203.0.113.9",
			}},
		"share with picture": {
			weibo.Build(weibo.Public, weibo.Draft{Text: "http://gov.cn/", Pictures: []weibo.Picture{png}}),
			"/2/statuses/share.json",
			map[string]string{"status": "http://gov.cn/", "access_token": string(secret)},
		},
	} {
		fake := newFake(t, says(200, goodStatus))
		outcome := send(t, fake.client(t, func(options *weibo.Options) { options.RIP = "203.0.113.9" }), c.p)
		if outcome.Result != weibo.Published {
			t.Errorf("%s: %+v, err %v", name, outcome, outcome.Err)
			continue
		}
		asked := fake.asked()[0]
		if asked.path != c.path || asked.method != "POST" {
			t.Errorf("%s: %s %s", name, asked.method, asked.path)
		}

		for field, want := range c.fields {
			if got := strings.Join(asked.form[field], "|"); got != want {
				t.Errorf("%s: %s is %q, want %q", name, field, got, want)
			}
		}
		if isForm := strings.HasPrefix(
			asked.ctype,
			"application/x-www-form-urlencoded",
		); isForm == strings.Contains(
			name,
			"picture",
		) {
			t.Errorf("%s: %s", name, asked.ctype)
		}
		if strings.Contains(name, "picture") && string(asked.pic) != string(png.Data) {
			t.Errorf("%s: picture %q", name, asked.pic)
		}
	}
}

func TestAPayloadThatIsNotReadyIsNotSent(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, goodStatus))
	client := fake.client(t)
	bad := jpeg

	bad.Data = []byte("\xff\xd8\xff other bytes")
	for name, s := range map[string]struct {
		p weibo.Payload
		s weibo.Sending
	}{
		"manual":   {weibo.Build(weibo.Manual, weibo.Draft{Text: "x"}), weibo.Sending{Token: secret}},
		"no token": {plain("x"), weibo.Sending{}},
		"picture ids gone": {
			weibo.Build(weibo.Commercial, weibo.Draft{Text: "x", Pictures: []weibo.Picture{jpeg}}),
			weibo.Sending{Token: secret},
		},
		"other bytes": {
			weibo.Build(weibo.Public, weibo.Draft{Text: "x", Pictures: []weibo.Picture{bad}}),
			weibo.Sending{Token: secret},
		},
	} {
		if outcome := client.Send(
			t.Context(),
			s.p,
			s.s,
		); outcome.Result != weibo.NotPublished || outcome.Written ||
			outcome.Err.Class != weibo.ClassNever {
			t.Errorf("%s: %+v", name, outcome)
		}
	}
	if len(fake.asked()) != 0 {
		t.Error("the server was asked")
	}
}

func TestUploadPicture(t *testing.T) {
	t.Parallel()
	fake := newFake(
		t,
		says(
			200,
			`{"pic_id":"53b33af0gy1","thumbnail_pic":"http://wx1.sinaimg.cn/thumbnail/53b33af0gy1.jpg"}`,
		),
	)
	id, err := fake.client(t).UploadPicture(t.Context(), secret, jpeg)
	if err != nil || id != "53b33af0gy1" || fake.asked()[0].path != "/c/2/statuses/upload_pic/biz.json" ||
		string(fake.asked()[0].pic) != string(jpeg.Data) {
		t.Errorf("%s, %v", id, err)
	}

	for body, class := range map[string]weibo.Class{
		`{"error":"x","error_code":20006}`: weibo.ClassEdit,
		`{}`:                               weibo.ClassRetry,
		`<html>`:                           weibo.ClassRetry,
	} {
		f := newFake(t, says(403, body))
		if _, err := f.client(t).UploadPicture(t.Context(), secret, jpeg); weibo.ClassOf(err) != class {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestDestroySaysWhatIsGone(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]weibo.Result{
		goodStatus:                           weibo.Published,
		`{"id":5012345678901299}`:            weibo.Unknown,
		`{"error":"x","error_code":20101}`:   weibo.NotPublished,
		`{"error":"x","error_code":"20102"}`: weibo.NotPublished,
	} {
		fake := newFake(t, says(200, body))
		outcome := fake.client(t).
			Destroy(t.Context(), weibo.Commercial, secret, weibo.Mark{}, "5012345678901234")
		if outcome.Result != want || fake.asked()[0].path != "/c/2/statuses/destroy/biz.json" ||
			fake.asked()[0].form["id"][0] != "5012345678901234" {
			t.Errorf("%s: %+v", body, outcome)
		}
	}
}

func TestCheckPayload(t *testing.T) {
	t.Parallel()
	safe := weibo.Rules{SafeDomains: []string{"gov.cn"}}
	ten := slices.Repeat([]weibo.Picture{jpeg}, 10)

	huge := weibo.Picture{SHA256: jpeg.SHA256, Size: weibo.MaxPictureBytes, Type: "image/jpeg"}
	for name, c := range map[string]struct {
		mode  weibo.Mode
		d     weibo.Draft
		rules weibo.Rules
		want  string // fields, in order
	}{
		"commercial, all good": {
			weibo.Commercial,
			weibo.Draft{Text: "#空气# 良", Pictures: ten[:9]},
			weibo.Rules{}, "",
		},
		"empty": {weibo.Commercial, weibo.Draft{Text: " \n"}, weibo.Rules{}, "text"},
		"long": {
			weibo.Commercial,
			weibo.Draft{Text: strings.Repeat("良", 2000)},
			weibo.Rules{}, "",
		},
		"too long": {
			weibo.Commercial,
			weibo.Draft{Text: strings.Repeat("良", 2001)},
			weibo.Rules{}, "text",
		},
		"long, not entitled": {
			weibo.Commercial,
			weibo.Draft{Text: strings.Repeat("良", 141)},
			weibo.Rules{NoLongText: true}, "text",
		},
		"ten pictures": {
			weibo.Commercial,
			weibo.Draft{Text: "x", Pictures: ten},
			weibo.Rules{}, "pictures",
		},
		"bmp": {
			weibo.Commercial,
			weibo.Draft{Text: "x", Pictures: []weibo.Picture{gif, bmp}},
			weibo.Rules{}, "pictures",
		},
		"huge picture": {
			weibo.Commercial,
			weibo.Draft{Text: "x", Pictures: []weibo.Picture{huge}},
			weibo.Rules{}, "pictures",
		},
		"repost": {
			weibo.Commercial,
			weibo.Draft{RepostID: "4900000000000001"},
			weibo.Rules{}, "",
		},
		"repost with picture": {
			weibo.Commercial,
			weibo.Draft{RepostID: "4900000000000001", Pictures: ten[:1]},
			weibo.Rules{}, "pictures",
		},
		"repost of nothing": {
			weibo.Commercial,
			weibo.Draft{RepostID: "abc"},
			weibo.Rules{}, "repost",
		},
		"repost for self": {
			weibo.Commercial,
			weibo.Draft{RepostID: "49", Visible: weibo.VisibleSelf},
			weibo.Rules{}, "visible",
		},
		"group": {
			weibo.Commercial,
			weibo.Draft{Text: "x", Visible: 3},
			weibo.Rules{}, "visible",
		},
		"public, all good": {
			weibo.Public,
			weibo.Draft{Text: "良 https://sub.gov.cn/x#a#b"}, safe, "",
		},
		"public without link": {weibo.Public, weibo.Draft{Text: "良"}, safe, "text"},
		"public with another's link": {
			weibo.Public,
			weibo.Draft{Text: "良 https://notgov.cn/"}, safe, "text",
		},
		"public without a safe domain": {
			weibo.Public,
			weibo.Draft{Text: "良 https://gov.cn/"},
			weibo.Rules{}, "text",
		},
		"public with topic": {
			weibo.Public,
			weibo.Draft{Text: "#空气# https://gov.cn/"}, safe, "text",
		},
		"public with a lone #": {weibo.Public, weibo.Draft{Text: "第# https://gov.cn/"}, safe, ""},
		"public, two pictures": {
			weibo.Public,
			weibo.Draft{Text: "https://gov.cn/", Pictures: ten[:2]}, safe, "pictures",
		},
		"public, for self": {
			weibo.Public,
			weibo.Draft{Text: "https://gov.cn/", Visible: weibo.VisibleSelf}, safe, "visible",
		},
		"public repost": {
			weibo.Public,
			weibo.Draft{Text: "https://gov.cn/", RepostID: "49"}, safe, "repost",
		},
		"manual with topic": {
			weibo.Manual,
			weibo.Draft{Text: "#空气# 良", Pictures: ten[:9]},
			weibo.Rules{}, "",
		},
		"unknown mode": {"fax", weibo.Draft{Text: "x"}, weibo.Rules{}, "mode"},
	} {
		got := weibo.CheckPayload(weibo.Build(c.mode, c.d), c.rules)
		if fields := fieldsOf(got); fields != c.want {
			t.Errorf("%s: %q (%v), want %q", name, fields, got, c.want)
		}
	}
}

func fieldsOf(list fault.Fields) string {
	var names []string
	for _, failure := range list {
		names = append(names, failure.Field)
	}

	return strings.Join(names, " ")
}

func TestCapabilitiesAreHonest(t *testing.T) {
	t.Parallel()
	biz := weibo.Capabilities(weibo.Commercial)
	pub := weibo.Capabilities(weibo.Public)
	hand := weibo.Capabilities(weibo.Manual)
	if pub.Window != 5 || pub.Reads || pub.Annotations || pub.MaxPictures != 1 || pub.Topics ||
		!pub.NeedsSafeLink ||
		pub.TimelineAll {
		t.Errorf("public %+v", pub)
	}
	if biz.MaxPictures != 9 || biz.MaxLength != 2000 || !biz.Annotations || !biz.TimelineAll ||
		!biz.Visibility {
		t.Errorf("commercial %+v", biz)
	}
	if hand.Posts || hand.Look || hand.Destroy || weibo.Capabilities("fax") != (weibo.Capability{}) {
		t.Errorf("manual %+v", hand)
	}
}
