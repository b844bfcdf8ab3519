package posts

import (
	"fmt"
	"strings"
	"time"

	"juzhen/internal/console/parts"
	"juzhen/internal/pdf"
	"juzhen/internal/review"
)

// document says what the page of the form says, for a machine without a Chromium that prints the page.
func (p formPage) document(now time.Time) pdf.Document {
	return pdf.Document{
		Title: p.T("信息发布审核表"),
		Made:  now,
		Parts: []pdf.Part{p.aboutPost(), p.wordings(), p.steps(), p.findings(), p.editions()},
	}
}

func (p formPage) aboutPost() pdf.Part {
	part := pdf.Part{Heading: p.T("稿件")}
	add := func(name, value string) {
		part.Facts = append(part.Facts, pdf.Fact{Name: p.T(name), Value: value})
	}

	number := p.T("第 {.id} 号，第 {.n} 版", "id", p.Post.ID, "n", p.Version.Number)
	add("编号", number+" · "+p.T(p.State.Label()))
	add("作者", p.Post.AuthorName+" · "+p.Post.UnitName)

	if at := p.Version.SubmittedAt; at != nil {
		add("提交", p.Version.SubmittedName+" · "+p.Exact(*at))
	}

	if p.Post.DueAt != nil {
		add("发布时间", p.Exact(*p.Post.DueAt))
	} else {
		add("发布时间", p.T("批准后立即"))
	}

	if until := p.Version.NotAfter; until != nil {
		add("最晚发出", p.Exact(*until))
	}

	if p.Version.ColumnName != "" {
		add("栏目", p.Version.ColumnName)
	}

	declared := p.Version.Generated.Words()
	if declared == "" {
		declared = p.T("没有声明")
	}

	add("AI生成内容", declared)
	add("内容指纹", p.Hash)

	return part
}

func (p formPage) wordings() pdf.Part {
	part := pdf.Part{Heading: p.T("发布内容")}

	for _, line := range p.Wordings {
		part.Text = append(part.Text, line.Text, "— "+strings.Join(line.Accounts, ", "))
	}

	for i, shown := range p.Version.Media {
		described := shown.Alt
		if described == "" {
			described = p.T("没有说明")
		}

		picture := p.T("第 {.n} 张图片", "n", i+1)
		part.Text = append(part.Text, fmt.Sprintf("%s: %s %s", picture, described, shown.Media.Hash()))
	}

	return part
}

func (p formPage) steps() pdf.Part {
	table := pdf.Table{
		Head:   []string{p.T("步骤"), p.T("审核人"), p.T("时间"), p.T("决定"), p.T("意见")},
		Widths: []float64{2, 2, 2, 2, 3},
	}

	for _, step := range p.Run.Steps {
		name := fmt.Sprintf("%d. %s", step.Number, step.Name)

		made := p.MadeAt(step.Number)
		if len(made) == 0 {
			table.Rows = append(table.Rows, []string{name, "", "", p.T(step.State.Label()), ""})
		}

		for _, decision := range made {
			table.Rows = append(table.Rows, p.stepRow(name, decision))
		}
	}

	return pdf.Part{Heading: p.T("审核流程：{.name}", "name", p.Run.Chain), Table: table}
}

func (p formPage) stepRow(name string, made review.Made) []string {
	who := made.ByName
	if made.ForName != "" {
		who += p.T("（代{.name}）", "name", made.ForName)
	}

	said := p.T(made.Label(), "n", made.To)
	if p.Undone(made) {
		said += " · " + p.T("此后被退回，不再算数")
	}

	opinion := made.Opinion
	for _, ticked := range made.Ticked {
		opinion = strings.TrimPrefix(opinion+"\n· "+ticked, "\n")
	}

	return []string{name, who, p.Exact(made.At), said, opinion}
}

func (p formPage) findings() pdf.Part {
	part := pdf.Part{Heading: p.T("正文检查")}
	for _, found := range p.Found {
		part.Text = append(part.Text, p.finding(found))
	}

	if len(p.Found) == 0 {
		part.Text = []string{p.T("提交时没有发现问题")}
	}

	return part
}

func (p formPage) finding(found parts.Found) string {
	kind := p.T("提示")

	switch {
	case found.Stopped():
		kind = p.T("两人确认的例外")
	case found.Explained():
		kind = p.T("已说明理由")
	}

	line := "[" + kind + "] "
	if found.Account != "" {
		line += found.Account + " "
	}

	if found.Found != "" {
		line += fmt.Sprintf("“%s[%s]%s” ", found.Before, found.Found, found.After)
	}

	line += found.Message
	if found.Reason != "" {
		line += "\n" + p.T("{.name} 的理由：{.reason}", "name", found.By, "reason", found.Reason)
	}

	if found.AgreedBy != "" && found.AgreedAt != nil {
		line += " · " + p.T("{.name} 同意", "name", found.AgreedBy) + " " + p.Exact(*found.AgreedAt)
	}

	return line
}

func (p formPage) editions() pdf.Part {
	part := pdf.Part{Heading: p.T("各版")}

	for _, version := range p.Versions {
		line := p.T("第 {.n} 版", "n", version.Number) + " · " + p.T(version.State.Label())
		if at := version.SubmittedAt; at != nil {
			line += " · " + version.SubmittedName + " " + p.Exact(*at)
		}

		part.Text = append(part.Text, line)
	}

	part.Text = append(part.Text, p.T("表中时间均为北京时间。"))

	return part
}
