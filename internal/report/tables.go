package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/faultbook"
	"juzhen/internal/glyph"
	"juzhen/internal/index"
	"juzhen/internal/inspect"
	"juzhen/internal/reach"
)

// totals is the sum of all accounts, or one account, beside the period before.
func totals(row reach.Row, accounts Cell) Table {
	table := Table{
		Name: "总体情况",
		Columns: []Column{
			{"指标", false, 3}, {"本期", true, 2}, {"上一时段", true, 2}, {"变化（%）", true, 2},
		},
		Note: "上一时段是紧接在前的同样天数。",
	}
	add := func(name string, cells ...Cell) {
		row := append([]Cell{text(name)}, cells...)
		for len(row) < len(table.Columns) {
			row = append(row, text("—"))
		}
		table.Rows = append(table.Rows, row)
	}
	change := func(name string, figure reach.Change) {
		percent, known := figure.Percent()
		last := text("—")

		if known {
			last = decimal(percent, true, 1)
		}
		add(name, count(figure.Now), count(figure.Before), last)
	}

	if accounts.Number != nil {
		add("账号数", accounts)
	}
	change("发布数", row.Posts)

	if row.Posts.Now != nil {
		add("其中原创", whole(row.Originals))
		share, known := 0.0, *row.Posts.Now > 0

		if known {
			share = float64(row.Originals) / float64(*row.Posts.Now) * 100
		}
		add("原创占比（%）", decimal(share, known, 1))
	}
	change("互动数", row.Interacted)

	if row.Interacted.Now != nil {
		add("转发", whole(row.Reposts))
		add("评论", whole(row.Comments))
		add("点赞", whole(row.Likes))
	}
	add("阅读数", count(row.Reads))
	add("期末粉丝数", count(row.Followers))
	change("粉丝净增", row.Gained)

	return table
}

// accounts is every account of the period with what the rules say of it.
func (g gathered) accounts() Table {
	table := Table{
		Name: "各账号情况",
		Columns: []Column{
			{"账号", false, 3}, {"主办单位", false, 3}, {"发布数", true, 1.4}, {"原创", true, 1.4},
			{"互动数", true, 1.6}, {"条均互动", true, 1.6}, {"期末粉丝数", true, 2}, {"净增", true, 1.6},
			{"检查", false, 1.8},
		},
		Chart: &Chart{Label: 0, Values: []int{2, 4}, Rows: 20},
	}

	worst := map[int64]inspect.State{}
	for _, found := range g.board.Rows {
		if now, ok := worst[found.ID]; !ok ||
			slices.Index(inspect.States(), found.State) < slices.Index(inspect.States(), now) {
			worst[found.ID] = found.State
		}
	}

	for _, row := range g.matrix.Rows {
		said := text("不检查")
		if state, ok := worst[row.AccountID]; ok {
			said = text(state.Label())
		}
		each, known := row.PerPost()
		table.Rows = append(table.Rows, []Cell{
			text(
				row.Handle,
			),
			text(row.UnitName),
			count(row.Posts.Now),
			originals(row),
			count(row.Interacted.Now),
			decimal(each, known, 1),
			count(row.Followers),
			count(row.Gained.Now),
			said,
		})
	}

	return table
}

// originals are not available where posts are not.
func originals(row reach.Row) Cell {
	if row.Posts.Now == nil {
		return Cell{}
	}

	return whole(row.Originals)
}

// league is the accounts by their index.
func (g gathered) league() Table {
	table := Table{
		Name: "账号榜",
		Columns: []Column{
			{"名次", true, 1.2}, {"账号", false, 3}, {"主办单位", false, 3}, {"发布数", true, 1.4},
			{"原创", true, 1.4}, {"互动数", true, 1.6}, {"条均互动", true, 1.6}, {"万粉互动", true, 1.6},
			{"期末粉丝数", true, 2}, {"净增", true, 1.6}, {index.BCI7.Label(), true, 1.6},
		},
		Note:  "按 " + index.BCI7.Label() + " 排名，相同的名次相同；没有数据的不排。内部参考。",
		Chart: &Chart{Label: 1, Values: []int{10}, Rows: 20},
	}
	value := func(row reach.Row) *float64 { return g.spreads[row.AccountID].Index(index.BCI7) }
	rows := slices.Clone(g.matrix.Rows)
	slices.SortStableFunc(rows, func(a, b reach.Row) int { return higher(value(a), value(b)) })

	for i, row := range rows {
		var rank Cell

		switch {
		case value(row) == nil:
			rank = text("—")
		case i > 0 && *value(rows[i-1]) == *value(row):
			rank = table.Rows[i-1][0]
		default:
			rank = whole(int64(i + 1))
		}
		each, eachKnown := row.PerPost()
		ten, tenKnown := row.PerTenThousand()
		mark := Cell{Number: value(row), Decimals: 2}
		table.Rows = append(table.Rows, []Cell{
			rank, text(row.Handle), text(row.UnitName), count(row.Posts.Now), originals(row),
			count(row.Interacted.Now), decimal(each, eachKnown, 1), decimal(ten, tenKnown, 1),
			count(row.Followers), count(row.Gained.Now), mark,
		})
	}

	return table
}

// higher puts the higher in front, and what is not available behind.
func higher(a, b *float64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}

	return cmp.Compare(*b, *a)
}

// states counts the accounts by what the rules say.
func (g gathered) states() Table {
	table := Table{
		Name:    "检查结论",
		Columns: []Column{{"结论", false, 2}, {"账号数", true, 2}},
		Note:    "一个账号按最差的一条计。",
	}
	for _, state := range inspect.States() {
		table.Rows = append(table.Rows, []Cell{text(state.Label()), whole(int64(g.board.By[state]))})
	}
	table.Rows = append(table.Rows, []Cell{text("检查的账号"), whole(int64(g.board.Accounts))})

	return table
}

// findings are what the rules say of accounts: of all, or of those that fail or are about to.
func (g gathered) findings(all bool) Table {
	table := Table{
		Name: "各账号检查结果",
		Columns: []Column{
			{"账号", false, 3}, {"主办单位", false, 3}, {"项目", false, 2}, {"结论", false, 1.8},
			{"距最近一条（天）", true, 1.8}, {"何日起不合格", false, 2.2}, {"说明", false, 4},
		},
	}
	if !all {
		table.Name, table.Note = "不合格和即将不合格的账号", "其余账号合格。"
	}

	for _, found := range g.board.Rows {
		if !all && found.State == inspect.OK {
			continue
		}

		var because []string
		for _, reason := range found.Because {
			because = append(because, zh.T(reason.Text, reason.Args...))
		}
		silent, fails := Cell{}, ""
		if found.Rule.Kind == inspect.Silence {
			silent = whole(int64(found.Days))
		}
		if !found.FailsOn.IsZero() {
			fails = beijing.Date(found.FailsOn)
		}
		table.Rows = append(table.Rows, []Cell{
			text(
				found.Handle,
			),
			text(found.UnitName),
			text(found.Rule.Kind.Label()),
			text(found.State.Label()),
			silent,
			text(fails),
			text(strings.Join(because, "；")),
		})
	}

	return table
}

// byCode counts the faults of the period by what is wrong.
func (g gathered) byCode() Table {
	table := Table{
		Name: "问题分类",
		Columns: []Column{
			{"问题", false, 4}, {"记入", true, 1}, {"已销号", true, 1}, {"未销号", true, 1},
		},
	}

	type sum struct{ all, closed int64 }
	by := map[string]sum{}

	for _, f := range g.faults {
		one := by[f.Code]
		one.all++

		if f.State == faultbook.Closed {
			one.closed++
		}
		by[f.Code] = one
	}
	add := func(name string, one sum) {
		table.Rows = append(table.Rows,
			[]Cell{text(name), whole(one.all), whole(one.closed), whole(one.all - one.closed)})
	}

	var all sum

	for _, code := range faultbook.Codes() {
		if one, ok := by[code.Code]; ok {
			add(code.Text, one)
			all.all, all.closed = all.all+one.all, all.closed+one.closed
		}
	}
	add("合计", all)

	return table
}

// faultTable lists the faults of the period.
func (g gathered) faultTable() Table {
	table := Table{
		Name: "问题台账",
		Columns: []Column{
			{"账号", false, 2.4}, {"问题", false, 2.6}, {"记入日期", false, 1.8}, {"整改单位", false, 2.4},
			{"期限", false, 1.8}, {"状态", false, 1.6}, {"整改情况", false, 3.4},
		},
	}

	for _, f := range g.faults {
		due, done := f.Due(), f.Correction
		table.Rows = append(table.Rows, []Cell{
			text(f.Handle), text(f.Kind().Text), text(beijing.Date(f.OpenedAt)), text(f.UnitName),
			text(cmp.Or(due, "未定")), text(f.State.Label()), text(cmp.Or(done, "—")),
		})
	}

	return table
}

// spread is the indexes of an account with what they are made of.
func (g gathered) spread() Table {
	table := Table{
		Name: "传播指数（内部参考）",
		Columns: []Column{
			{"指数", false, 1}, {"公式版本", false, 1}, {"数值", true, 1}, {"计数", false, 5},
		},
	}
	names := map[string]string{
		"posts": "发博", "originals": "原创", "reposts": "转发", "comments": "评论", "likes": "点赞",
		"original_reposts": "原创转发", "original_comments": "原创评论",
	}
	spread := g.spreads[g.series.Account.ID]

	for _, formula := range index.Formulas() {
		var inputs []string
		for _, input := range formula.Inputs(spread.Counts) {
			inputs = append(inputs, fmt.Sprintf("%s %d", names[input.Name], input.Count))
		}
		table.Rows = append(table.Rows, []Cell{
			text(formula.Label()), text(formula.Version()), {Number: spread.Index(formula), Decimals: 2},
			text(strings.Join(inputs, "，")),
		})
	}

	return table
}

// days are the days of an account.
func (g gathered) days() Table {
	table := Table{
		Name: "每日数据",
		Columns: []Column{
			{"日期", false, 2}, {"粉丝数", true, 2}, {"发布数", true, 1.4}, {"原创", true, 1.4}, {"转发", true, 1.4},
			{"评论", true, 1.4}, {"点赞", true, 1.4}, {"互动数", true, 1.6}, {"阅读数", true, 2},
		},
		Chart: &Chart{Line: true, Label: 0, Values: []int{2, 7}},
	}
	for _, point := range g.series.Points {
		table.Rows = append(table.Rows, []Cell{
			text(point.Day.Format(time.DateOnly)), count(point.Followers), count(point.Posts),
			count(point.Originals), count(point.Reposts), count(point.Comments), count(point.Likes),
			count(point.Interactions()), count(point.Reads),
		})
	}

	return table
}

// bestPosts are the posts of an account with the most interactions.
func (g gathered) bestPosts() Table {
	table := Table{
		Name: "互动最多的微博",
		Columns: []Column{
			{"发布时间", false, 2}, {"正文", false, 5}, {"转发", true, 1.2}, {"评论", true, 1.2}, {"点赞", true, 1.2},
			{"互动数", true, 1.4},
		},
	}

	for _, post := range g.best {
		counts := post.Counts
		table.Rows = append(table.Rows, []Cell{
			text(exact(post.PostedAt)), text(shortened(post.Text)), whole(counts.Reposts),
			whole(counts.Comments), whole(counts.Likes),
			whole(counts.Interactions()),
		})
	}

	return table
}

func shortened(post string) string { return glyph.Cut(strings.Join(strings.Fields(post), " "), shown) }

// shown is how many signs of a post stand in a table.
const shown = 60
