package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/faultbook"
	"juzhen/internal/i18n"
	"juzhen/internal/index"
	"juzhen/internal/inspect"
	"juzhen/internal/reach"
)

// zh fills the sentences of other features: a report is a Chinese document.
var zh = i18n.For(i18n.Chinese)

// gathered is what features say of a period and a subtree, each asked once, as their pages ask.
type gathered struct {
	period  reach.Period
	at      time.Time
	matrix  reach.Matrix
	board   inspect.Board
	judged  time.Time // the instant that the rules were asked of
	faults  []faultbook.Fault
	spreads map[int64]reach.Spread
	series  reach.Series
	best    []reach.Post
}

// gather asks the features as the actor, within path. Fails with fault.Invalid at "unit_id" for more than
// MaxAccounts accounts.
func (s *Service) gather(
	ctx context.Context, actor access.Actor, kind Kind, path string, accountID int64, period reach.Period,
) (g gathered, err error) {
	g = gathered{period: period, at: s.now()}

	if kind == Account {
		if g.series, err = s.from.Reach.Series(ctx, actor, accountID, period); err != nil {
			return g, err
		}
		g.best, err = s.from.Reach.Posts(ctx, actor, reach.PostFilter{AccountID: accountID, Period: period})
		if err != nil {
			return g, err
		}
	} else {
		g.matrix, err = s.from.Reach.Matrix(ctx, actor, period, reach.View{
			UnitPath: path, Limit: MaxAccounts,
		})
		if err != nil {
			return g, err
		}
		if g.matrix.All > MaxAccounts {
			return g, fault.Invalid("unit_id", "账号超过 {.max} 个，请选一个单位", "max", MaxAccounts)
		}
	}

	if kind == League || kind == Account {
		if g.spreads, err = s.from.Reach.Spreads(ctx, actor, path, accountID, period); err != nil {
			return g, err
		}
	}

	if kind == Quarter || kind == Inspection {
		if err := s.judge(ctx, actor, path, &g); err != nil {
			return g, err
		}
	}

	if kind != League {
		g.faults, err = s.faults(ctx, actor, path, accountID, period)
	}

	return g, err
}

// judge asks the rules: of now, or, where the period is over, of the instant at which it ended.
func (s *Service) judge(ctx context.Context, actor access.Actor, path string, g *gathered) (err error) {
	ask := inspect.Ask{UnitPath: path}
	g.judged = g.at

	if g.period.To.Before(g.at) {
		ask.At, g.judged = g.period.To, g.period.To
	}
	g.board, err = s.from.Inspect.Board(ctx, actor, ask)

	return err
}

// mostFaults is how many faults one report lists.
const mostFaults = 2000

// faults are those that were entered in the period.
func (s *Service) faults(
	ctx context.Context, actor access.Actor, path string, accountID int64, period reach.Period,
) (list []faultbook.Fault, err error) {
	query := faultbook.Query{
		UnitPath: path, Closed: true, AccountID: accountID, OpenedFrom: period.From, OpenedTo: period.To,
	}

	for {
		page, err := s.from.Faults.List(ctx, actor, query)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Rows...)
		query.After = page.Next

		if page.Next == "" {
			break
		}
		if len(list) >= mostFaults {
			return nil, fault.Invalid("from", "这一时段的问题超过 {.max} 个，请缩短时段或选一个单位", "max", mostFaults)
		}
	}

	slices.SortFunc(list, func(a, b faultbook.Fault) int { return cmp.Compare(a.ID, b.ID) })

	return list, nil
}

// sections puts what was gathered into the form of a kind.
func (g gathered) sections(kind Kind) []Section {
	switch kind {
	case Quarter:
		return []Section{
			{Heading: "基本情况", Words: Overview, Tables: []Table{
				totals(g.matrix.Total, whole(int64(g.matrix.All))), g.accounts(),
			}},
			{Heading: "检查情况", Tables: []Table{g.states(), g.findings(false)}},
			{Heading: "发现的问题及整改", Words: Problems, Tables: []Table{g.byCode(), g.faultTable()}},
			{Heading: "下一步措施", Words: Measures},
		}
	case League:
		return []Section{
			{Heading: "说明", Words: Overview, Tables: []Table{
				totals(g.matrix.Total, whole(int64(g.matrix.All))),
			}},
			{Heading: "榜单（内部参考）", Tables: []Table{g.league()}},
			{Heading: "备注", Words: Measures},
		}
	case Inspection:
		return []Section{
			{Heading: "总体情况", Words: Overview, Tables: []Table{g.states()}},
			{Heading: "各账号检查结果", Tables: []Table{g.findings(true)}},
			{Heading: "问题及整改", Words: Problems, Tables: []Table{g.byCode(), g.faultTable()}},
			{Heading: "下一步措施", Words: Measures},
		}
	default:
		return []Section{
			{Heading: "概况", Words: Overview, Tables: []Table{totals(g.series.Row, Cell{}), g.spread()}},
			{Heading: "每日走势", Tables: []Table{g.days()}},
			{Heading: "互动最多的微博", Tables: []Table{g.bestPosts()}},
			{Heading: "问题及整改", Words: Problems, Tables: []Table{g.faultTable()}},
			{Heading: "下一步措施", Words: Measures},
		}
	}
}

// sources say where the figures come from, and how old they are.
func (g gathered) sources(kind Kind) []string {
	list := []string{"数据截至 " + exact(g.at) + "（北京时间）。成效数字来自微博接口的读数，按日汇总；" +
		"互动数属于发布那天的微博，按截至时最近一次读数计，已删除的微博不计；没有读到的是“不可用”，不是 0。"}

	if kind == Quarter || kind == Inspection {
		var rules []string

		for _, rule := range g.board.Rules {
			said := fmt.Sprintf("%s（%s，%d 天）", rule.Source, rule.Kind.Label(), rule.Days)
			if rule.Days == 0 {
				said = fmt.Sprintf("%s（%s）", rule.Source, rule.Kind.Label())
			}
			rules = append(rules, said)
		}
		said := "检查按 " + strings.Join(rules, "；") + " 判断，以 " + exact(g.judged) + " 的情况为准。"
		if len(rules) == 0 {
			said = "到 " + exact(g.judged) + " 为止没有须检查的账号：那时还没有登记，或没有启用。"
		}
		list = append(list, said)
	}
	if kind != League {
		list = append(list, "问题取自问题台账中在这一时段记入的，状态是截至时的。")
	}
	if kind == League || kind == Account {
		list = append(list, "传播指数 "+index.BCI7.Label()+"（"+index.BCI7.Version()+"）由微博现有的数字重新合计，"+
			"仅供内部参考，不用于评价个人；长短不同的时段不能相比。")
	}

	return list
}

func exact(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04") }
