package reach

import (
	"strconv"
	"time"

	"juzhen/internal/i18n"
	"juzhen/internal/index"
	"juzhen/internal/score"
	"juzhen/internal/web/page"
)

// house is the house score of an account as it is shown.
type house struct {
	Value   string // with one decimal; "" where nothing is known
	Version string
	Weights string // whose they are and which revision, in the reader's language
	Whole   bool
	Parts   []housePart
	Months  int // of the period; 0: it is days
	Days    int
	At      time.Time
}

// housePart is one part of a house score.
type housePart struct {
	Part   index.Part
	Made   string // of which counts, in the reader's language
	Value  string // "" where it is not known
	Weight int
	Points string
}

func houseOf(base page.Base, got score.Score) house {
	shown := house{
		Version: index.HouseVersion, Weights: weightsOf(base, got.Setting), Whole: got.House.Whole(),
		Months: got.Period.Months(), Days: got.Period.Days(), At: got.At,
	}
	if got.House.Value != nil {
		shown.Value = tenths(*got.House.Value)
	}

	for _, mark := range got.House.Marks {
		if mark.Weight == 0 {
			continue
		}
		part := housePart{Part: mark.Part, Made: made(base, mark.Part, got.Given), Weight: mark.Weight}
		if mark.Value != nil {
			part.Value, part.Points = tenths(*mark.Value), tenths(mark.Points())
		}
		shown.Parts = append(shown.Parts, part)
	}

	return shown
}

func tenths(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// weightsOf says by whose weights a score is worked out.
func weightsOf(base page.Base, setting score.Setting) string {
	if setting.UnitID == 0 {
		return base.T("预设权重 {.weights}", "weights", setting.Weights)
	}

	return base.T("{.unit}的权重第 {.n} 版 {.weights}",
		"unit", setting.UnitName, "n", setting.Revision, "weights", setting.Weights)
}

// made says of which counts a part is made.
func made(base page.Base, part index.Part, given index.Given) string {
	full := index.Full()
	one := func(name string, count, of int64) string {
		return base.T("{.name} {.count}，每天 {.of} 为满分",
			"name", base.T(name), "count", group(count), "of", group(of))
	}

	switch part {
	case index.Publishing:
		return one(i18n.N("发博数"), given.Posts, full.Posts) + base.T("；") +
			one(i18n.N("原创微博数"), given.Originals, full.Originals)
	case index.Interaction:
		return one(i18n.N("被评论数"), given.Comments, full.Comments)
	case index.Forwards:
		return one(i18n.N("被转发数"), given.Reposts, full.Reposts)
	case index.Approval:
		return one(i18n.N("被点赞数"), given.Likes, full.Likes)
	case index.Service:
		if given.Asked == nil {
			return base.T("这一时段的市民互动没有读全")
		}
		if *given.Asked == 0 {
			return base.T("没有应答复的市民互动")
		}

		return base.T("应答复的市民互动 {.n} 件，答复 {.answered} 件", "n", group(*given.Asked),
			"answered", group(given.Answered))
	}

	return ""
}
