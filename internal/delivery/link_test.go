package delivery

import "testing"

func TestLinkNamesAccountAndPost(t *testing.T) {
	t.Parallel()
	for link, want := range map[string][2]string{
		"https://weibo.com/2039018811/z0JH2lOMb":          {"2039018811", "3501756485200075"},
		" https://m.weibo.cn/2039018811/3501756485200075": {"2039018811", "3501756485200075"},
		"https://weibo.com/detail/3501756485200075":       {},
		"https://example.org/2039018811/z0JH2lOMb":        {},
		"z0JH2lOMb": {},
		"":          {},
	} {
		uid, id, err := parseLink(link)
		if uid != want[0] || id != want[1] || (err != nil) != (want[0] == "") {
			t.Errorf("%q: got %s %s %v", link, uid, id, err)
		}
	}
}

func TestShortFormOfAnIDIsTheInverse(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"3501756485200075", "5000000000000001", "4100000000000062", "9999999999999999"} {
		_, back, err := parseLink("https://weibo.com/1/" + encodeMID(id))
		if err != nil || back != id {
			t.Errorf("%s became %s and %s (%v)", id, encodeMID(id), back, err)
		}
	}
	if got := encodeMID("3501756485200075"); got != "z0JH2lOMb" {
		t.Errorf("got %s", got)
	}
}
