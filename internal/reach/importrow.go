package reach

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/post"
)

// Unfit is why a row of an import file was left out; empty for one that is fit.
type Unfit string

// The reasons.
const (
	UnfitRow     Unfit = "row"
	UnfitQuote   Unfit = "quote"
	UnfitID      Unfit = "id"
	UnfitRounded Unfit = "rounded"
	UnfitTime    Unfit = "time"
	UnfitPast    Unfit = "past"
	UnfitText    Unfit = "text"
	UnfitLength  Unfit = "length"
	UnfitNumber  Unfit = "number"
	UnfitMany    Unfit = "many"
)

var unfit = map[Unfit]string{
	UnfitRow:     i18n.N("这一行的格式不对"),
	UnfitQuote:   i18n.N("这一行的引号没有配对，只略去这一行"),
	UnfitID:      i18n.N("没有微博 ID，或不是微博的编号"),
	UnfitRounded: i18n.N("微博 ID 已被电子表格改写成近似数，请把这一列设为文本后重新导出"),
	UnfitTime:    i18n.N("发布时间应写成 2026-11-01 08:30 这样"),
	UnfitPast:    i18n.N("发布时间不可能：早于 2009-08-14，或晚于现在"),
	UnfitText:    i18n.N("正文里有无法保存的字符"),
	UnfitLength:  i18n.N("正文超过 20 000 字"),
	UnfitNumber:  i18n.N("数字一栏不是数字，或小于 0"),
	UnfitMany:    i18n.N("数字大得不可能"),
}

// Label is the Chinese text of the reason.
func (u Unfit) Label() string { return unfit[u] }

// Bounds of what a row may hold.
const (
	maxImportText  = 20_000 // characters
	maxImportCount = int64(1_000_000_000_000)
	maxPictures    = 1000
)

// columns are the names a head or an entry may use, in this program's own files and in those of the
// crawlers in use.
var columns = map[string]string{
	"id":                "id",
	"微博id":              "id",
	"mid":               "id",
	"idstr":             "id",
	"编号":                "id",
	"微博编号":              "id",
	"bid":               "bid",
	"微博bid":             "bid",
	"mblogid":           "bid",
	"微博链接":              "link",
	"链接":                "link",
	"link":              "link",
	"url":               "link",
	"weibo_link":        "link",
	"posted_at":         "posted_at",
	"发布时间":              "posted_at",
	"完整日期":              "posted_at",
	"publish_time":      "posted_at",
	"full_created_at":   "posted_at",
	"created_at":        "day",
	"日期":                "day",
	"发布日期":              "day",
	"text":              "text",
	"正文":                "text",
	"微博正文":              "text",
	"微博内容":              "text",
	"content":           "text",
	"text_raw":          "text",
	"original":          "original",
	"是否原创":              "original",
	"是否为原创微博":           "original",
	"原创":                "original",
	"源微博id":             "repost",
	"retweet_id":        "repost",
	"retweet":           "repost",
	"retweeted_status":  "repost",
	"pictures":          "pictures",
	"图片数":               "pictures",
	"pic_num":           "pictures",
	"原始图片url":           "urls",
	"微博图片url":           "urls",
	"图片":                "urls",
	"图片链接":              "urls",
	"pics":              "urls",
	"original_pictures": "urls",
	"reposts":           "reposts",
	"转发数":               "reposts",
	"转发":                "reposts",
	"reposts_count":     "reposts",
	"retweet_num":       "reposts",
	"comments":          "comments",
	"评论数":               "comments",
	"评论":                "comments",
	"comments_count":    "comments",
	"comment_num":       "comments",
	"likes":             "likes",
	"点赞数":               "likes",
	"点赞":                "likes",
	"attitudes_count":   "likes",
	"up_num":            "likes",
	"reads":             "reads",
	"阅读数":               "reads",
	"阅读":                "reads",
	"reads_count":       "reads",
}

// headName is the name of a column as columns knows it.
func headName(s string) string {
	return strings.ToLower(
		strings.ReplaceAll(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), bom)), " ", ""),
	)
}

// placesOf finds the columns of a head; of two of one name the first counts.
func placesOf(head []string) map[string]int {
	places := map[string]int{}

	for i, name := range head {
		column, ok := columns[headName(name)]
		if _, twice := places[column]; ok && !twice {
			places[column] = i
		}
	}

	return places
}

// values are the cells of a row by the names of their columns.
type values map[string]string

// rowReader reads rows as of one instant: nothing was posted later.
type rowReader struct{ now time.Time }

// post makes a post of a row, or tells why not.
func (r rowReader) post(v values) (fresh, Unfit) {
	for _, cell := range v {
		if !isText(cell) {
			return fresh{}, UnfitText
		}
	}

	id, ok := platformID(v)
	switch {
	case !ok && rounded.MatchString(v["id"]):
		return fresh{}, UnfitRounded
	case !ok:
		return fresh{}, UnfitID
	case utf8.RuneCountInString(v["text"]) > maxImportText:
		return fresh{}, UnfitLength
	}

	at, ok := r.instant(v)
	switch {
	case !ok:
		return fresh{}, UnfitTime
	case at.Before(instant.First) || at.After(r.now):
		return fresh{}, UnfitPast
	}

	out := fresh{
		RemoteID: id,
		Origin:   Past,
		PostedAt: at,
		Text:     strings.ReplaceAll(v["text"], "\r\n", "\n"),
		Original: original(v),
		State:    Shown,
		Counted:  true,
	}

	return out, out.count(v)
}

// count reads the numbers of a row. An empty one is zero, but for reads, which are then not available.
func (f *fresh) count(v values) Unfit {
	var why Unfit
	number := func(name string, most int64) int64 {
		n, wrong := figureOf(v[name], most)
		if why == "" {
			why = wrong
		}

		return n
	}

	f.Counts = Counts{
		Reposts:  number("reposts", maxImportCount),
		Comments: number("comments", maxImportCount),
		Likes:    number("likes", maxImportCount),
	}
	if v["reads"] != "" {
		reads := number("reads", maxImportCount)
		f.Counts.Reads = &reads
	}

	f.Pictures = int(number("pictures", maxPictures))
	if v["pictures"] == "" {
		f.Pictures = min(addresses(v["urls"]), maxPictures)
	}

	return why
}

// rounded is a number as a spreadsheet writes what has more than fifteen digits.
var rounded = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d+$`)

// platformID is the platform's number of the post: as it is, out of the short form, or out of the address.
func platformID(v values) (string, bool) {
	for _, name := range []string{"id", "bid"} {
		s := v[name]
		if s == "" {
			continue
		}

		if strings.Trim(s, "0123456789") != "" {
			s, _ = shortID(s)
		}
		n, err := strconv.ParseInt(s, 10, 64)

		return s, err == nil && n > 0
	}

	link := v["link"]
	if link == "" {
		return "", false
	}
	if !strings.Contains(link, "//") {
		link = "https://" + link
	}
	id, err := post.ParseRepost(link)

	return id, err == nil && id != ""
}

// shortID reads the form of addresses, such as F2Enf9YSN.
func shortID(s string) (string, bool) {
	if strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", false
	}
	id, err := post.ParseRepost("https://weibo.com/0/" + s)

	return id, err == nil
}

// importLayouts are the forms of an instant that files hold: this program's, Excel's, the platform's
// and the crawlers'.
var importLayouts = []string{
	time.RFC3339,
	time.RubyDate,
	"2006-1-2 15:04:05",
	"2006-1-2 15:04",
	"2006-1-2T15:04:05",
	"2006/1/2 15:04:05",
	"2006/1/2 15:04",
	"2006年1月2日 15:04:05",
	"2006年1月2日 15:04",
	"2006-1-2",
	"2006/1/2",
	"2006年1月2日",
}

// instant is when the post went out. Where a file has the day and the whole instant, the instant
// counts; without a zone it is Shanghai's.
func (r rowReader) instant(v values) (time.Time, bool) {
	s := v["posted_at"]
	if s == "" {
		s = v["day"]
	}
	if len(s) > 64 {
		return time.Time{}, false
	}

	at, err := instant.Parse(s, importLayouts...)
	if err != nil {
		at, err = instant.Parse(halfDay.Replace(s),
			"2006/1/2 PM 3:04:05", "2006/1/2 PM 3:04",
			"2006-1-2 PM 3:04:05", "2006-1-2 PM 3:04",
		)
	}

	return at.UTC(), err == nil
}

// halfDay writes the halves of a day as layouts know them.
var halfDay = strings.NewReplacer("上午 ", "AM ", "上午", "AM ", "下午 ", "PM ", "下午", "PM ")

// original tells whether the text is the account's own: as the file says, else unless it names what was
// reposted.
func original(v values) bool {
	switch strings.ToLower(v["original"]) {
	case "":
		return v["repost"] == "" || v["repost"] == "0"
	case "1", "true", "是", "原创", "yes":
		return true
	}

	return false
}

// figureOf reads a number: 1024, 1,024, 1.2万.
func figureOf(s string, most int64) (int64, Unfit) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, ",", ""), "，", "")
	if s == "" || s == "无" || s == "-" {
		return 0, ""
	}

	if tens, ok := strings.CutSuffix(s, "万"); ok {
		f, err := strconv.ParseFloat(tens, 64)
		switch {
		case err != nil || f < 0 || f != f:
			return 0, UnfitNumber
		case f*1e4 > float64(most):
			return 0, UnfitMany
		}

		return int64(f*1e4 + 0.5), ""
	}

	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil && strings.Trim(s, "0123456789") == "":
		return 0, UnfitMany
	case err != nil || n < 0:
		return 0, UnfitNumber
	case n > most:
		return 0, UnfitMany
	}

	return n, ""
}

// addresses counts the addresses of pictures in a cell.
func addresses(s string) int {
	return strings.Count(s, "http://") + strings.Count(s, "https://")
}
