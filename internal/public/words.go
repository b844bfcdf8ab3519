package public

import (
	"net/http"

	"juzhen/internal/i18n"
)

// words are the pages that say something of the site itself.
func (b *builder) words() (*answer, error) {
	p := i18n.For(b.asked.lang)

	page := wordsPage{}

	switch b.asked.kind {
	case "about":
		page.frame = b.frame(p.T("关于本站"), "/about")
		page.Parts = about(page.frame)
	case "contact":
		page.frame = b.frame(p.T("联系我们"), "/contact")
		page.Parts = contact(page.frame)
	default:
		page.frame = b.frame(p.T("无障碍声明"), "/accessibility")
		page.Parts = accessibility(page.frame)
	}
	page.Description = page.Heading + " · " + page.SiteName

	return b.page(http.StatusOK, "words", page)
}

func about(f frame) []part {
	return []part{
		{Text: []string{
			f.T("本站汇集本市生态环境系统官方微博矩阵已经发布的内容，供没有微博账号的人阅读和查证。"),
			f.T("这里只有经审核、由官方账号发出并已在微博上看到的内容，以及账号接入以前自行发布的内容；转发不列。"),
		}},
		{Heading: f.T("撤下与更正"), Text: []string{
			f.T("内容撤下、被平台删除或隐藏后，本站在得知后一分钟内不再显示，订阅中会注明已撤下。微博上的变化要到下一次核对时才能得知，每条内容写明上次核对的时间。"),
			f.T("更正的内容列在被更正的内容之上。"),
		}},
		{Heading: f.T("怎样核对"), Text: []string{
			f.T("每条内容有一个公开编号、发布时间和正文的 SHA-256 值，可与微博原文比对。"),
		}},
		{Heading: f.T("订阅与数据"), Rows: []fact{
			{Name: "Atom", Value: "/feed.atom", At: "/feed.atom"},
			{Name: "JSON Feed", Value: "/feed.json", At: "/feed.json"},
			{Name: "JSON", Value: "/posts.json", At: "/posts.json"},
			{Name: f.T("矩阵的账号"), Value: "/matrix.json", At: "/matrix.json"},
			{Name: f.T("网站地图"), Value: "/sitemap.xml", At: "/sitemap.xml"},
		}},
		{Heading: f.T("隐私"), Text: []string{
			f.T("本站不用 Cookie，不收集读者信息，不加载其他网站的任何内容。"),
		}},
	}
}

func contact(f frame) []part {
	return []part{
		{Rows: []fact{
			{Name: f.T("市民服务热线"), Value: "12345", At: "tel:12345"},
			{Name: f.T("生态环境举报热线"), Value: "12369", At: "tel:12369"},
		}},
		{Text: []string{
			f.T("本站只发布信息，不受理投诉和咨询。环境污染举报请拨 12369，其他诉求请拨 12345；紧急情况请拨 110、119、120。"),
		}},
	}
}

func accessibility(f frame) []part {
	return []part{
		{Text: []string{
			f.T("本站以《信息无障碍 互联网内容可访问性技术要求与测试方法》（GB/T 37668）和 WCAG 2.2 AA 级为目标。"),
		}},
		{Heading: f.T("已经做到的"), Text: []string{
			f.T("不用脚本就能阅读和使用全部内容；键盘可以到达每个链接和按钮，焦点清楚可见，每页开头可以跳到正文。"),
			f.T("正文的阅读顺序与显示顺序一致；标题逐级；图片都有文字说明；文字可放大到 200% 而不丢失内容。"),
			f.T("文字与背景的对比度不低于 4.5；随系统设置显示深色；打印时只留正文。"),
		}},
		{Heading: f.T("还做不到的"), Text: []string{
			f.T("微博正文是中文，英文界面不翻译正文；图片里的文字只有说明，没有逐字转写；接入以前发布的内容不带图片。"),
			f.T("本站自行检查，没有经过第三方检测，也没有请残障人士试用。"),
		}},
		{Heading: f.T("反馈"), Text: []string{
			f.T("遇到无法阅读的内容，请拨 12345 说明网址，我们会尽快处理。"),
		}},
	}
}

// message is a page that says why there is nothing else.
func (s *Site) message(set settings, lang string, status int) (*answer, error) {
	b := &builder{Site: s, set: set, asked: request{lang: lang}}
	p := i18n.For(lang)

	heading, text := p.T("没有这一页"), p.T("网址可能写错了，或内容已经移走。")

	switch status {
	case http.StatusGone:
		heading, text = p.T("内容已撤下"), p.T("这条内容曾在这里发布，现已撤下。")
	case http.StatusServiceUnavailable:
		heading, text = p.T("本站暂时不能访问"), p.T("请稍后再试。")
	case http.StatusTooManyRequests:
		heading, text = p.T("访问太频繁"), p.T("请等一会儿再试。")
	case http.StatusMisdirectedRequest:
		heading, text = p.T("这个网址不属于本站"), p.T("请核对网址。")
	case http.StatusMethodNotAllowed, http.StatusBadRequest, http.StatusRequestEntityTooLarge,
		http.StatusRequestURITooLong:
		heading, text = p.T("无法理解这个请求"), p.T("本站只供阅读。")
	}
	f := b.frame(heading, "/")
	f.Hidden = true
	if f.SiteName == "" {
		f.SiteName = f.T("微官网")
	}

	return b.page(status, "words", wordsPage{f, []part{{Text: []string{text}}}})
}
