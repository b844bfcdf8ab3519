package report

import (
	"fmt"
	"time"

	"juzhen/internal/instant"
)

// title is how a report of a kind is called until somebody calls it otherwise.
func (f Figures) title(kind Kind) string {
	switch kind {
	case Quarter:
		return fmt.Sprintf("%s政务微博%s自查报告", f.Unit, f.span())
	case League:
		return fmt.Sprintf("%s微博账号榜（%s，内部参考）", f.Unit, f.span())
	case Inspection:
		return fmt.Sprintf("%s政务微博检查结果（%s）", f.Unit, f.span())
	default:
		return fmt.Sprintf("@%s 账号报告（%s）", f.Account, f.span())
	}
}

// span names the period: a quarter, a month or a year where it is one, else its days.
func (f Figures) span() string {
	from, err := instant.Parse(f.From, time.DateOnly)
	if err != nil {
		return f.From + " 至 " + f.To
	}
	last := func(months int) string { return from.AddDate(0, months, -1).Format(time.DateOnly) }
	year, month := from.Year(), int(from.Month())

	switch {
	case from.Day() != 1:
	case month == 1 && f.To == last(12):
		return fmt.Sprintf("%d年", year)
	case month%3 == 1 && f.To == last(3):
		return fmt.Sprintf("%d年第%s季度", year, []string{"一", "二", "三", "四"}[month/3])
	case f.To == last(1):
		return fmt.Sprintf("%d年%d月", year, month)
	}

	return f.From + "至" + f.To
}

// begun are the words that a report begins with. No figure stands in them: figures are in the tables.
func (f Figures) begun(kind Kind) Words {
	whom := f.Unit
	if f.Subtree {
		whom += "及下属单位"
	}

	words := Words{}
	for _, place := range f.Places() {
		words[place] = ""
	}

	switch kind {
	case Quarter:
		words[Overview] = "按照《国务院办公厅秘书局关于印发政府网站与政务新媒体检查指标、监管工作年度考核指标的通知》（国办秘函〔2019〕19号）要求，" +
			whom + "对所办政务微博" + f.span() + "的运行情况逐个进行了自查，情况如下。"
		words[Problems] = "自查发现的问题已记入问题台账，逐条分派、整改、复核、销号，情况见下表。"
		words[Measures] = "对尚未销号的问题按期限整改，整改后由另一人复核；对即将不合格的账号提前安排发布。"
	case League:
		words[Overview] = "本榜反映" + whom + "各微博账号" + f.span() + "的发布与互动情况，仅供内部改进工作参考，不作为考核个人的依据。"
	case Inspection:
		words[Overview] = "对" + whom + "各政务微博" + f.span() + "的情况进行检查，结果如下。"
		words[Problems] = "发现的问题已记入问题台账，情况见下表。"
	case Account:
		words[Overview] = "本报告反映微博账号 @" + f.Account + " " + f.span() + "的运行情况。"
	}

	return words
}
