package public

import (
	"html/template"
	"net/http"
	"strings"

	"juzhen/internal/i18n"
)

func (b *builder) items(f frame, posts []post) (all []item) {
	for _, p := range posts {
		one := item{
			Title: title(p.Text), Byline: b.byline(f, p), Text: pieces(p.Text), At: f.At(postAt(p.Number)),
			Open: f.T("全文与出处"),
		}
		if p.ColumnName != nil {
			one.Column = *p.ColumnName
		}
		if len(p.Pictures) > 0 {
			first := p.Pictures[0]
			one.Picture = &shot{pictureAt(first), first.Alt, first.Width, first.Height}
		}
		if n := len(p.Pictures); n > 1 {
			one.More = f.T("共 {.n} 张图", "n", n)
		}
		if p.Times > 1 {
			one.More = strings.TrimSpace(one.More + "　" + f.T("另有 {.n} 个账号发布", "n", p.Times-1))
		}
		all = append(all, one)
	}

	return all
}

// listed is a list of posts as a page, a feed or data.
func (b *builder) listed() (*answer, error) {
	from := newest
	if b.asked.before != "" {
		from, _ = parsePlace(b.asked.before)
	}
	heading, path, about, err := b.subject()
	if err != nil {
		return nil, err
	}
	posts, more, err := b.list(b.ctx, b.asked.of, from)
	if err != nil {
		return nil, err
	}

	switch b.asked.format {
	case "atom":
		return b.atom(heading, path, posts)
	case "feed":
		return b.jsonFeed(heading, path, posts)
	case "json":
		return b.postsJSON(posts, more)
	}

	page := listPage{frame: b.frame(heading, path)}
	page.Items, page.Empty = b.items(page.frame, posts), page.T("还没有公开的内容。")
	page.Feed = strings.TrimSuffix(page.At(path), "/") + "/"
	page.Hidden = b.asked.before != ""

	switch {
	case about != nil:
		page.Account = b.head(page.frame, *about)
	case b.asked.of.District != 0:
		accounts, err := b.ofDistrict(b.ctx, b.asked.of.District)
		if err != nil {
			return nil, err
		}

		for _, a := range accounts {
			page.Members = append(page.Members, memberOf(page.frame, a))
		}
	default:
		columns, err := b.columns(b.ctx)
		if err != nil {
			return nil, err
		}

		for _, column := range columns {
			at := columnAt(column.Number)
			page.Columns = append(page.Columns, link{page.At(at), column.Name, at == path})
		}
	}
	if page.Alerts, err = b.alerts(page.frame); err != nil {
		return nil, err
	}
	if more {
		last := posts[len(posts)-1]
		page.Older = page.At(path) + "?before=" + place{last.PostedAt, last.Number}.String()
	}

	return b.page(http.StatusOK, "list", page)
}

// subject is what a list is of: its name, its path and, of one account, the account.
func (b *builder) subject() (heading, path string, about *account, err error) {
	p := i18n.For(b.asked.lang)
	switch of := b.asked.of; {
	case of.Account != 0:
		found, err := b.account(b.ctx, of.Account)
		return found.Name, accountAt(of.Account), &found, err
	case of.Column != 0:
		found, err := b.column(b.ctx, of.Column)
		return found.Name, columnAt(of.Column), nil, err
	case of.District != 0:
		name, err := b.district(b.ctx, of.District)
		return name, districtAt(of.District), nil, err
	}

	return p.T("最新发布"), "/", nil, nil
}

func (b *builder) head(f frame, a account) *head {
	h := &head{Handle: a.Handle, Link: a.Link}
	add := func(name, value string) { h.Facts = append(h.Facts, fact{Name: name, Value: value}) }
	add(f.T("微博账号"), "@"+a.Handle)
	add(f.T("所属"), a.DistrictName)
	if a.Confirmed {
		add(f.T("归属"), f.T("已与微博核对"))
	}
	if a.Closed {
		add(f.T("状态"), f.T("账号已停止使用，内容保留备查"))
	}
	if a.Followers != nil && a.FollowersAt != nil {
		add(f.T("粉丝"), f.T("{.n}（{.time} 读取）", "n", *a.Followers, "time", minute(*a.FollowersAt)))
	}
	if a.LookedAt != nil {
		add(f.T("上次在微博上核对"), minute(*a.LookedAt))
	}

	return h
}

func (b *builder) matrix() (*answer, error) {
	accounts, err := b.accounts(b.ctx)
	if err != nil {
		return nil, err
	}
	if b.asked.format == "json" {
		return b.matrixJSON(accounts)
	}
	page := matrixPage{frame: b.frame(i18n.For(b.asked.lang).T("微博矩阵"), "/matrix"), Count: len(accounts)}

	for i, a := range accounts {
		if i == 0 || accounts[i-1].District != a.District {
			page.Districts = append(page.Districts,
				district{At: page.At(districtAt(a.District)), Name: a.DistrictName})
		}
		last := &page.Districts[len(page.Districts)-1]
		last.Accounts = append(last.Accounts, memberOf(page.frame, a))
	}

	return b.page(http.StatusOK, "matrix", page)
}

// memberOf is an account in a list of accounts.
func memberOf(f frame, a account) line {
	said := "@" + a.Handle
	if a.Followers != nil {
		said += "　" + f.T("粉丝 {.n}", "n", *a.Followers)
	}
	if a.LatestAt != nil {
		said += "　" + f.T("最近发布 {.time}", "time", minute(*a.LatestAt))
	}

	return line{f.At(accountAt(a.Number)), a.Name, said, f.T("归属已核对"), a.Confirmed}
}

func (b *builder) searched() (*answer, error) {
	page := searchPage{frame: b.frame(i18n.For(b.asked.lang).T("搜索"), "/search"), Query: b.asked.query}
	page.Hidden, page.Empty = b.asked.query != "", page.T("没有找到。")
	if b.asked.query == "" {
		return b.page(http.StatusOK, "search", page)
	}
	terms, grams, ok := b.opt.Asked(b.asked.query)
	if !ok || len(terms) == 0 {
		page.Trouble = page.T("请少写几个词：最多 100 字、8 个词。")
		return b.page(http.StatusOK, "search", page)
	}
	from := newest
	if b.asked.before != "" {
		from, _ = parsePlace(b.asked.before)
	}
	posts, more, err := b.search(b.ctx, terms, grams, from)
	if err != nil {
		return nil, err
	}
	page.Items = b.items(page.frame, posts)
	if more {
		last := posts[len(posts)-1]
		page.Older = page.At("/search") + "?q=" + template.URLQueryEscaper(b.asked.query) + "&before=" +
			place{last.PostedAt, last.Number}.String()
	}

	return b.page(http.StatusOK, "search", page)
}
