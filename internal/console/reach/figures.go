package reach

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/reach"
	"juzhen/internal/svg"
	"juzhen/internal/web/page"
)

// Definitions of the figures, one click away from each.
const (
	aboutFollowers    = "时段内最后一次读到的粉丝数；净增为它与时段开始时的读数之差"
	aboutPosts        = "时段内发布且仍在平台上的微博数，含转发和非本台发出的"
	aboutInteractions = "时段内发布的微博累计获得的转发、评论、点赞之和，按最近一次读数计"
	aboutPerPost      = "互动数除以发布数"
	aboutReads        = "时段内微博的阅读数之和；只有合同返回阅读数的账号才有，其余不计入，也不按 0 计"
)

// noReads is why there are no reads.
const noReads = "账号的接口合同不返回阅读数"

// figures are the five of a row, with the change against the period before.
func figures(base page.Base, row reach.Row) []page.Figure {
	const nothing = "该时段还没有读到微博"

	return []page.Figure{
		follower(row),
		figure("发布数", "条", aboutPosts, row.Posts.Now, row.Posts, nothing),
		figure("互动数", "次", aboutInteractions, row.Interacted.Now, row.Interacted, nothing),
		ratio(row),
		readers(base, row),
	}
}

// readers shows the reads, and of how many posts they are when not of all.
func readers(base page.Base, row reach.Row) page.Figure {
	f := figure("阅读数", "次", aboutReads, row.Reads, reach.Change{}, noReads)
	if row.Reads != nil && row.Posts.Now != nil && row.ReadPosts < *row.Posts.Now {
		text := base.T("{.posts} 条微博中 {.n} 条有读数", "posts", group(*row.Posts.Now), "n", row.ReadPosts)
		f.Picture = template.HTML(`<p class="note">` + template.HTMLEscapeString(text) + `</p>`)
	}

	return f
}

func figure(label, unit, about string, v *int64, change reach.Change, missing string) page.Figure {
	f := page.Figure{Label: label, Unit: unit, Definition: about, Period: "与上一时段相比"}
	if v == nil {
		f.Missing = missing
		return f
	}
	f.Value = group(*v)
	if p, ok := change.Percent(); ok {
		f.Change, f.Direction = percent(p), change.Trend()
	}

	return f
}

// follower shows the followers, and as change how many were gained.
func follower(row reach.Row) page.Figure {
	f := figure("粉丝数", "人", aboutFollowers, row.Followers, reach.Change{}, "该时段没有读到粉丝数")
	if row.Followers != nil && row.Gained.Now != nil {
		f.Change, f.Direction, f.Period = signed(*row.Gained.Now), sign(*row.Gained.Now), "时段内净增"
	}

	return f
}

func ratio(row reach.Row) page.Figure {
	figure := page.Figure{Label: "条均互动", Unit: "次", Definition: aboutPerPost, Missing: "该时段没有微博"}
	if v, ok := row.PerPost(); ok {
		figure.Missing, figure.Value = "", strconv.FormatFloat(v, 'f', 1, 64)
	}

	return figure
}

// group writes a number with separators.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	negative := strings.HasPrefix(s, "-")

	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if negative {
		return "−" + s
	}

	return s
}

func signed(n int64) string {
	if n > 0 {
		return "+" + group(n)
	}

	return group(n)
}

func sign(n int64) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}

	return 0
}

func percent(p float64) string {
	if p < 0 {
		p = -p
	}

	return strconv.FormatFloat(p, 'f', 1, 64) + "%"
}

// floats are figures as a chart takes them; what is missing stays missing.
func floats(points []reach.Point, of func(reach.Point) *int64) []*float64 {
	out := make([]*float64, len(points))
	for i, point := range points {
		if v := of(point); v != nil {
			f := float64(*v)
			out[i] = &f
		}
	}

	return out
}

func days(points []reach.Point) []string {
	out := make([]string, len(points))
	for i, point := range points {
		out[i] = point.Day.Format("01-02")
		if point.Day.YearDay() == 1 || i == 0 {
			out[i] = point.Day.Format(time.DateOnly)
		}
	}

	return out
}

// charts are followers, posts and interactions of a series of days; reads only where there are any.
func charts(base page.Base, points []reach.Point) []page.Chart {
	x, name := days(points), base.T("日期")
	zoom := len(points) > 40
	own := func(point reach.Point) *int64 { return point.Originals }
	rest := func(point reach.Point) *int64 {
		if point.Posts == nil || point.Originals == nil {
			return nil
		}
		n := *point.Posts - *point.Originals

		return &n
	}
	out := []page.Chart{
		{
			ID:    "interactions",
			Kind:  "stack",
			Title: base.T("每日互动"),
			Unit:  base.T("次"),
			XName: name,
			X:     x,
			Zoom:  zoom,
			Series: []page.Series{
				{
					Name: base.T("转发"),
					Data: floats(points, func(point reach.Point) *int64 { return point.Reposts }),
				},
				{
					Name: base.T("评论"),
					Data: floats(points, func(point reach.Point) *int64 { return point.Comments }),
				},
				{
					Name: base.T("点赞"),
					Data: floats(points, func(point reach.Point) *int64 { return point.Likes }),
				},
			},
		},
		{
			ID:    "posts",
			Kind:  "stack",
			Title: base.T("每日发布"),
			Unit:  base.T("条"),
			XName: name,
			X:     x,
			Zoom:  zoom,
			Series: []page.Series{
				{Name: base.T("原创"), Data: floats(points, own)},
				{Name: base.T("转发他人"), Data: floats(points, rest)},
			},
		},
		{
			ID:    "followers",
			Kind:  "line",
			Title: base.T("粉丝数"),
			Unit:  base.T("人"),
			XName: name,
			X:     x,
			Zoom:  zoom,
			Series: []page.Series{
				{
					Name: base.T("粉丝数"),
					Data: floats(points, func(point reach.Point) *int64 { return point.Followers }),
				},
			},
		},
	}

	reads := floats(points, func(point reach.Point) *int64 { return point.Reads })
	for _, v := range reads {
		if v != nil {
			return append(out, page.Chart{
				ID:     "reads",
				Kind:   "bar",
				Title:  base.T("每日微博的阅读数"),
				Unit:   base.T("次"),
				XName:  name,
				X:      x,
				Zoom:   zoom,
				Series: []page.Series{{Name: base.T("阅读"), Data: reads}},
			})
		}
	}

	return out
}

// spark is the small picture of a row.
func spark(base page.Base, daily []int64, handle string) template.HTML {
	return svg.Sparkline(svg.Floats(daily), 96, 24, svg.Label{Title: base.T("{.name} 每日互动", "name", handle)})
}
