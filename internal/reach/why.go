package reach

import (
	"strconv"

	"juzhen/internal/i18n"
)

// Why is a reason in Chinese source text with its arguments.
type Why struct {
	Text string
	Args []any
}

// What is said of a post that went well.
var (
	saidTimes    = i18n.N("是该账号平时一条（{.usual} 次）的 {.times} 倍")
	saidUsual    = i18n.N("该账号平时一条 {.usual} 次")
	saidReposts  = i18n.N("主要是转发，占 {.share}%")
	saidComments = i18n.N("主要是评论，占 {.share}%")
	saidLikes    = i18n.N("主要是点赞，占 {.share}%")
	saidMixed    = i18n.N("转发 {.reposts} · 评论 {.comments} · 点赞 {.likes}")
)

// mainly is the share, in hundredths, from which one kind of interaction is what a post lives by.
const mainly = 60

// outstanding is from how many times the usual, in hundredths, a post is said to stand out.
const outstanding = 150

// WhyOf says why a post stands out: beside what a post of its account usually gets, and by which kind of
// interaction. usual is 0 where it is not known.
func WhyOf(counts Counts, usual float64) []Why {
	var out []Why

	all := counts.Interactions()
	if usual > 0 && all > 0 {
		text := saidUsual
		if float64(all)*100 >= usual*outstanding {
			text = saidTimes
		}
		out = append(out, Why{text, []any{
			"usual", strconv.FormatFloat(usual, 'f', 0, 64),
			"times", strconv.FormatFloat(float64(all)/usual, 'f', 1, 64),
		}})
	}

	for _, kind := range []struct {
		n    int64
		text string
	}{{counts.Reposts, saidReposts}, {counts.Comments, saidComments}, {counts.Likes, saidLikes}} {
		if all > 0 && kind.n*100 >= all*mainly {
			share := (kind.n*200 + all) / (2 * all) // rounded to the nearest
			return append(out, Why{kind.text, []any{"share", share}})
		}
	}

	return append(out, Why{saidMixed, []any{
		"reposts", counts.Reposts, "comments", counts.Comments, "likes", counts.Likes,
	}})
}
