package template

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// ranking sorts districts by their mean; equal ones share a place.
func (r *reader) ranking(slots map[string]string) {
	month, err := instant.Parse(strings.TrimSpace(r.values["month"]), "2006-01")
	if err != nil || month.After(r.on) || month.Before(r.on.Add(-10*farthest)) {
		r.refuse(fault.Invalid("month", "请选择月份"))
	}
	type district struct {
		name, change string
		tenths       int
	}
	var list []district
	seen := map[string]bool{}

	for _, row := range r.table("ranks") {
		name := row.cell(0)

		value, ok := number(row.cell(1))
		switch {
		case name == "" || len([]rune(name)) > 20 || seen[name]:
			r.cell("ranks", row, 0, i18n.N("没有区名，或重复了"))
			continue
		case !ok || value <= 0 || value > 1000:
			r.cell("ranks", row, 1, i18n.N("应为 0 到 1000 之间的浓度"))
			continue
		}
		d := district{name: name, tenths: int(math.Round(value * 10))}
		if text := strings.TrimSuffix(row.cell(2), "%"); text != "" {
			change, ok := number(text)
			if !ok || change < -100 || change > 1000 {
				r.cell("ranks", row, 2, i18n.N("应为同比的百分数"))
				continue
			}
			d.change = changed(change)
		}
		seen[name] = true
		list = append(list, d)
	}
	if len(r.faults) > 0 {
		return
	}

	slices.SortStableFunc(list, func(a, b district) int { return a.tenths - b.tenths })
	var said []string
	place := 0

	for i, d := range list {
		if i == 0 || d.tenths != list[i-1].tenths {
			place = i + 1
		}
		said = append(said, fmt.Sprintf("%d. %s%s%s", place, d.name, decimal(float64(d.tenths)/10), d.change))
	}
	slots["{月份}"] = month.Format("2006年1月")
	slots["{排名}"] = strings.Join(said, "；")
}

// digest lists the news of the districts.
func (r *reader) digest(slots map[string]string) {
	from := r.time("from")
	var said []string

	for i, row := range r.table("items") {
		district, news, link := row.cell(0), row.cell(1), row.cell(2)
		switch {
		case district == "":
			r.cell("items", row, 0, i18n.N("没有区名"))
		case news == "" || utf8.RuneCountInString(news) > maxWords:
			r.cell("items", row, 1, i18n.N("没有消息，或过长"))
		case link != "" && !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://"):
			r.cell("items", row, 2, i18n.N("应为 http 或 https 网址"))
		}
		said = append(said, strings.TrimSpace(fmt.Sprintf("%d. %s：%s %s", i+1, district, news, link)))
	}

	slots["{周}"] = day(from) + "至" + day(from.AddDate(0, 0, 6))
	slots["{消息}"] = strings.Join(said, "\n")
}
