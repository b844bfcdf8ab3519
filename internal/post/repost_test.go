package post

import "testing"

func TestParseRepostReadsWhatPeoplePaste(t *testing.T) {
	t.Parallel()

	for in, want := range map[string]string{
		"":                                       "",
		" 3501756485200075 ":                     "3501756485200075",
		"https://weibo.com/2039018811/z0JH2lOMb": "3501756485200075",
		"https://weibo.com/2039018811/z0JH2lOMb?from=page#rnd": "3501756485200075",
		"https://www.weibo.com/detail/3501756485200075":        "3501756485200075",
		"https://m.weibo.cn/status/3501756485200075/":          "3501756485200075",
	} {
		got, err := ParseRepost(in)
		if err != nil || got != want {
			t.Errorf("ParseRepost(%q) = %q, %v", in, got, err)
		}
	}

	for _, in := range []string{
		"那一条", "https://weibo.com/u/2039018811", "https://weibo.com.evil.cn/1/z0JH2lOMb",
		"https://weibo.com/1/z0JH2-OMb", "https://weibo.com/1/ZZZZZZZZ", "123456789012345678901",
		"https://weibo.com/", "http://%zz",
	} {
		if got, err := ParseRepost(in); err == nil || got != in {
			t.Errorf("ParseRepost(%q) = %q, %v", in, got, err)
		}
	}
}
