package audit

import (
	"encoding/hex"
	"testing"
	"time"

	"juzhen/internal/access"
)

func TestCanonicalBytesAreStable(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 89_123_999, time.FixedZone("", 8*3600))
	entry := Entry{
		Actor:    access.Actor{UserID: 3, Name: "值班审核员", IP: "10.0.0.8"},
		At:       at,
		Action:   Act{Code: "post.approve"},
		Subject:  "post/41",
		UnitPath: "/1/4/",
		Why:      "<按规定>",
		Detail: map[string]any{"z": 1, "a": struct {
			Y int `json:"y"`
			B int `json:"b"`
		}{2, 1}, "big": int64(9007199254740993)},
	}
	const want = `{"action":"post.approve","actor":"值班审核员","actor_id":3,"at":"2026-03-03T21:06:07.089123Z",` +
		`"detail":{"a":{"b":1,"y":2},"big":9007199254740993,"z":1},"ip":"10.0.0.8","subject":"post/41","unit":"/1/4/","v":1,"why":"<按规定>"}`

	for range 20 { // maps are walked in another order each time
		got, err := entry.canonical()
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Fatalf("canonical bytes\n%s\nwant\n%s", got, want)
		}
	}
}

const knownHash = "d247a82e949390ebdb7a1e6a47a058209c0a3aebcd391db2ce42289df2fe8480"

func TestHashOfAKnownEntry(t *testing.T) {
	t.Parallel()
	// SHA-256 of origin ‖ 1 ‖ 7 ‖ "{}", worked out apart with sha256sum.
	got := hex.EncodeToString(hash(origin(), 1, 7, []byte("{}")))
	if got != knownHash {
		t.Errorf("hash %s, want %s: a change of the rule breaks every trail in the field", got, knownHash)
	}
}

func TestChainHoldsAndEachChangeBreaksIt(t *testing.T) {
	t.Parallel()
	fresh := func() []Link {
		return chain(0, origin(), []Link{
			{ID: 5, Body: []byte("a")},
			{ID: 3, Body: []byte("b")},
			{ID: 9, Body: []byte("c")},
		})
	}
	if code := walk(fresh()); code != "" {
		t.Fatalf("an untouched chain is broken: %s", code)
	}

	for name, tc := range map[string]struct {
		spoil func([]Link) []Link
		want  string
	}{
		"content": {func(links []Link) []Link { links[1].Body = []byte("B"); return links }, BrokenHash},
		"number":  {func(links []Link) []Link { links[1].ID = 4; return links }, BrokenHash},
		"removed": {func(links []Link) []Link { return append(links[:1], links[2]) }, BrokenGap},
		"swapped": {
			func(links []Link) []Link { links[0].Body, links[1].Body = links[1].Body, links[0].Body; return links },
			BrokenHash,
		},
		"replaced": {
			func(links []Link) []Link {
				links[1] = chain(1, origin(), []Link{{ID: 3, Body: []byte("x")}})[0]
				return links
			},
			BrokenPrev,
		},
		"rehashed": {
			func(links []Link) []Link {
				links[1] = chain(1, links[0].Hash, []Link{{ID: 3, Body: []byte("x")}})[0]
				return links
			},
			BrokenPrev,
		},
	} {
		if got := walk(tc.spoil(fresh())); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func walk(links []Link) string {
	seq, prev := int64(0), origin()
	for _, link := range links {
		if code := checkLink(seq, prev, link); code != "" {
			return code
		}
		seq, prev = link.Seq, link.Hash
	}

	return ""
}

func TestSafeCellDisarmsFormulas(t *testing.T) {
	t.Parallel()

	for in, want := range map[string]string{
		"":                 "",
		"正常":               "正常",
		"12":               "12",
		"=1+1":             "'=1+1",
		"+86":              "'+86",
		"-1":               "'-1",
		"@SUM(A1)":         "'@SUM(A1)",
		"\t=1":             "'\t=1",
		"＝1":               "'＝1",
		"4456240593602075": "'4456240593602075",
		"007":              "'007",
		"12e5":             "'12e5",
		"999999999999999":  "999999999999999",
		"0":                "0",
		"0.5":              "0.5",
	} {
		if got := SafeCell(in); got != want {
			t.Errorf("SafeCell(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestActsAreJoinedAndEachHasOneOwner(t *testing.T) {
	t.Parallel()
	var posts, trail Declared
	approve := posts.Declare("post.approve", "批准稿件")
	trail.Declare("audit.export", "导出审计日志")
	service := New(nil, time.Now, Join(posts.All(), trail.All())...)
	if list := service.Acts(); len(list) != 2 || list[0] != approve {
		t.Errorf("the acts are %v", list)
	}
	if service.Label("post.approve") != "批准稿件" || service.Label("new.act") != "new.act" {
		t.Error("labels are mixed up")
	}

	for what, do := range map[string]func(){
		"within one feature": func() { posts.Declare("post.approve", "同意") },
		"by two features":    func() { Join(posts.All(), []Act{{"post.approve", "同意"}}) },
	} {
		t.Run(what, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a code is declared twice without a word")
				}
			}()
			do()
		})
	}
}
