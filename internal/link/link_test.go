package link

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/outward"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC) // 12:00 in Beijing

func TestAnAddressHasOneForm(t *testing.T) {
	t.Parallel()

	for address, want := range map[string]string{
		"HTTP://A.Example":                    "http://a.example/",
		"http://a.example:80/x#part":          "http://a.example/x",
		"https://a.example:443":               "https://a.example/",
		"https://a.example:80/":               "https://a.example:80/",
		"http://a.example/A?b=C":              "http://a.example/A?b=C",
		"ftp://a.example/":                    "",
		"http://name:word@a.example/":         "",
		"http:///x":                           "",
		"http://a/" + string(rune(0x7f)):      "",
		"http://" + strings.Repeat("a", 3000): "",
	} {
		if got, ok := Normal(address); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", address, got, ok, want)
		}
	}
}

func TestALookIsJudged(t *testing.T) {
	t.Parallel()
	failed := func(kind outward.Kind) error { return &outward.Failure{Kind: kind} }

	for name, c := range map[string]struct {
		seen  outward.Seen
		err   error
		state State
		said  string
	}{
		"open":         {seen: outward.Seen{Status: 200, Final: "http://a.example/x"}, state: Open},
		"of its own":   {seen: outward.Seen{Status: 200, Final: "https://www.a.example/"}, state: Open},
		"gone":         {seen: outward.Seen{Status: 404, Final: "http://a.example/x"}, state: Dead, said: "没有这个网页（404）"},
		"broken":       {seen: outward.Seen{Status: 503, Final: "http://a.example/x"}, state: Dead, said: "服务器出错（503）"},
		"not for us":   {seen: outward.Seen{Status: 403, Final: "http://a.example/x"}, state: Unclear},
		"of a wall":    {seen: outward.Seen{Status: 521, Final: "http://a.example/x"}, state: Unclear},
		"away":         {seen: outward.Seen{Status: 200, Final: "http://b.example/y"}, state: Elsewhere, said: "别处 http://b.example/y"},
		"another port": {seen: outward.Seen{Status: 200, Final: "http://a.example:8080/"}, state: Elsewhere, said: "别处"},
		"away, gone":   {seen: outward.Seen{Status: 404, Final: "http://b.example/y"}, state: Dead, said: "404"},
		"slow":         {err: failed(outward.TimedOut), state: Dead, said: "链接 12:00 打不开：连接超时"},
		"unknown":      {err: failed(outward.NoHost), state: Dead, said: "找不到这个域名"},
		"inner":        {err: failed(outward.Private), state: Dead, said: "内部网络"},
		"offline":      {err: failed(outward.NoWay), state: Unclear},
		"certificate":  {err: failed(outward.Certificate), state: Certificate, said: "证书不正确"},
	} {
		link := Link{Address: "http://a.example/x"}.judged(c.seen, c.err, noon)
		text, args := link.Said(noon)
		said := fault.Invalid("", text, args...).Plain()

		if link.State != c.state || !strings.Contains(said, c.said) || (said == "") != (c.said == "") {
			t.Errorf("%s: %s, said %q; want %s, %q", name, link.State, said, c.state, c.said)
		}
	}

	for _, kind := range outward.Kinds() {
		link := Link{Address: "http://a.example/"}.judged(outward.Seen{}, failed(kind), noon)
		if text, _ := link.Said(noon); text == "" && kind != outward.NoWay {
			t.Errorf("%s has no words", kind)
		}
	}
}

func TestAnotherDayIsNamed(t *testing.T) {
	t.Parallel()
	at := noon
	link := Link{State: Dead, Why: outward.Refused, LookedAt: &at}

	_, args := link.Said(noon.Add(13 * time.Hour))
	if args[1] != "11-30 12:00" {
		t.Errorf("%v", args)
	}
}

// TestWhatFailsIsLookedAtSooner: a fault on the way is not told for a whole day, and no server is asked
// again and again.
func TestWhatFailsIsLookedAtSooner(t *testing.T) {
	t.Parallel()
	link := Link{Address: "http://a.example/"}

	for _, want := range []time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour, 16 * time.Hour, day, day} {
		link = link.judged(outward.Seen{}, &outward.Failure{Kind: outward.TimedOut}, noon)
		if got := link.NextAt.Sub(noon); got != want {
			t.Errorf("after %d failures %v, want %v", link.Failures, got, want)
		}
	}
	if link = link.judged(outward.Seen{Status: 200, Final: link.Address}, nil, noon); link.Failures != 0 ||
		link.NextAt != noon.Add(day) {
		t.Errorf("%+v", link)
	}
}

func TestDomainsAreReadAsTheyArePasted(t *testing.T) {
	t.Parallel()

	hosts, err := readDomains("B.example.cn，*.a.example.cn\r\n\n .a.example.cn ;政务.cn\n")
	if err != nil || strings.Join(hosts, " ") != "a.example.cn b.example.cn xn--it8ay8a.cn" &&
		len(hosts) != 3 {
		t.Errorf("%v, %v", hosts, err)
	}
	if got := Readable(hosts); got[len(got)-1] != "政务.cn" {
		t.Errorf("%v", got)
	}

	_, err = readDomains("good.cn\nhttp://bad.cn/x\nlocalhost\n10.0.0.1\na..cn\n-a.cn\na_b.cn\nname.123")
	said := fault.Public(err).Plain()

	for _, want := range []string{"2 “http://bad.cn/x”", "3 “localhost”", "4 “10.0.0.1”", "5 “a..cn”", "6 “-a.cn”",
		"7 “a_b.cn”", "8 “name.123”"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not named in %s", want, said)
		}
	}
	if strings.Contains(said, "good.cn") || len(fault.FieldErrors(err)) != 1 {
		t.Errorf("%v", err)
	}

	for name, text := range map[string]string{
		"too many":  strings.Join(names(MaxDomains+1), "\n"),
		"too long":  strings.Repeat(" ", MaxDomainsText+1),
		"all wrong": strings.Repeat("x\n", 5000),
	} {
		if _, err := readDomains(text); err == nil || len(fault.Public(err).Plain()) > 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if hosts, err := readDomains(
		strings.Join(names(MaxDomains), "\n"),
	); err != nil ||
		len(hosts) != MaxDomains {
		t.Errorf("%d, %v", len(hosts), err)
	}
}

func names(n int) (all []string) {
	for i := range n {
		all = append(all, "a"+strings.Repeat("b", i/26)+string(rune('a'+i%26))+".cn")
	}

	return all
}

func TestADomainMeansWhatLiesBelowIt(t *testing.T) {
	t.Parallel()
	allowed := Allowed{
		units:  map[int64][]string{1: {"gov.example", "xn--it8ay8a.cn"}, 2: {"b.example"}},
		always: []string{"app.example"},
	}

	for _, c := range []struct {
		address string
		units   []int64
		refused bool
	}{
		{"http://gov.example/", []int64{1}, false},
		{"http://A.Gov.Example./x", []int64{1}, false},
		{"http://notgov.example/", []int64{1}, true},
		{"http://gov.example.evil.cn/", []int64{1}, true},
		{"http://evil.cn/gov.example", []int64{1}, true},
		{"http://gov.example@evil.cn/", []int64{1}, false}, // nobody can fetch it: another rule tells
		{"http://10.0.0.1/", []int64{1}, true},
		{"http://gov.example/", []int64{1, 2}, true},
		{"http://gov.example/", []int64{1, 3}, false},
		{"http://evil.cn/", []int64{3}, false},
		{"http://x.app.example/", []int64{1, 2}, false},
	} {
		if _, refused := allowed.Refuses(c.address, c.units); refused != c.refused {
			t.Errorf("%s for %v: %v", c.address, c.units, refused)
		}
	}
}
