package post

import "testing"

// TestALinkIsReadAsItIsPasted is the table of what browsers and phones give, and what must not be taken.
func TestALinkIsReadAsItIsPasted(t *testing.T) {
	t.Parallel()
	const uid, id = "2039018811", "3501756485200075"

	both, only := Link{UID: uid, ID: id}, Link{ID: id}
	for in, want := range map[string]Link{
		"https://weibo.com/2039018811/z0JH2lOMb":                                            both,
		" https://m.weibo.cn/2039018811/3501756485200075 ":                                  both,
		"http://www.weibo.com/2039018811/z0JH2lOMb?from=page_100#comment":                   both,
		"weibo.com/2039018811/z0JH2lOMb":                                                    both,
		"HTTPS://Weibo.com/2039018811/z0JH2lOMb/":                                           both,
		"https://weibo.cn/comment/z0JH2lOMb?uid=2039018811&rl=0":                            both,
		"https://m.weibo.cn/status/3501756485200075":                                        only,
		"m.weibo.cn/detail/3501756485200075?jumpfrom=weibocom":                              only,
		"https://m.weibo.cn/status/z0JH2lOMb":                                               only,
		"https://weibo.com/detail/3501756485200075":                                         only,
		"https://share.api.weibo.cn/share/248386133,3501756485200075.html":                  only,
		"https://share.api.weibo.cn/share/248386133.html?weibo_id=3501756485200075":         only,
		"【环保北京】今日空气质量良 https://weibo.com/2039018811/z0JH2lOMb，来自微博":                         both,
		"我分享了@环保北京 的微博：weibo.com/2039018811/z0JH2lOMb。":                                     both,
		"看这条https://weibo.com/2039018811/z0JH2lOMb":                                         both,
		"https://weibo.com/2039018811/z0JH2lOMb https://m.weibo.cn/status/3501756485200075": both,
	} {
		if got, err := ReadLink("link", in); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", in, got, err)
		}
	}

	for in, want := range map[string]linkFault{
		"":                               linkNone,
		"z0JH2lOMb":                      linkNone,
		"https://weibo.com/u/2039018811": linkNone,
		"https://weibo.com/":             linkNone,
		"https://example.org/2039018811/z0JH2lOMb":                         linkNone,
		"https://weibo.com.evil.cn/2039018811/z0JH2lOMb":                   linkNone,
		"https://evilweibo.com/2039018811/z0JH2lOMb":                       linkNone,
		"https://evil.cn/weibo.com/2039018811/z0JH2lOMb":                   linkNone,
		"https://evil.cn/?to=https://weibo.com/2039018811/z0JH2lOMb":       linkNone,
		"https://weibo.com@evil.cn/2039018811/z0JH2lOMb":                   linkNone,
		"https://name@weibo.com/2039018811/z0JH2lOMb":                      linkNone,
		"https://weibo.com/ttarticle/p/show?id=2309404":                    linkNone,
		"javascript://weibo.com/2039018811/z0JH2lOMb":                      linkForeign,
		"JavaScript://weibo.com/2039018811/z0JH2lOMb%0aalert(1)":           linkForeign,
		"ftp://weibo.com/2039018811/z0JH2lOMb":                             linkForeign,
		"sinaweibo://detail?mblogid=3501756485200075":                      linkForeign,
		"javascript://weibo.com/1/z0JH2lOMb https://weibo.com/1/z0JH2lOMb": linkForeign,
		"http://t.cn/A6abcdef":                                             linkShort,
		"分享微博 t.cn/A6abcdef":                                               linkShort,
		"https://weibo.com/1/z0JH2lOMb https://weibo.com/1/NxYz8k3Qp":      linkSeveral,
	} {
		if got, why := readLink(in); why != want {
			t.Errorf("%q: %+v, %d, want %d", in, got, why, want)
		}
	}
}
