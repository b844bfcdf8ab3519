package public

import (
	"net/http"
	"slices"
)

// airPage is what was said of the air and is still of use.
type airPage struct {
	frame
	Groups []airGroup
}

// airGroup is what was said of one thing.
type airGroup struct {
	ID, Name, Empty string
	Items           []airItem
}

type airItem struct {
	item
	Facts []fact
}

// airGroups are the parts of the page, the most pressing first.
func airGroups(f frame) []airGroup {
	return []airGroup{
		{ID: "warnings", Name: f.T("预警信息"), Empty: f.T("这里没有生效中的预警。")},
		{ID: "live", Name: f.T("实况"), Empty: f.T("最近六小时没有发布实况。")},
		{ID: "forecast", Name: f.T("预报"), Empty: f.T("没有今天仍适用的预报。")},
		{ID: "daily", Name: f.T("日报"), Empty: f.T("没有昨天的日报。")},
		{ID: "tips", Name: f.T("健康提示"), Empty: f.T("现在没有健康提示。")},
	}
}

// groupOf is the part of the page that a kind stands in.
var groupOf = map[string]string{
	airWarning: "warnings", airChange: "warnings", airLift: "warnings", airLive: "live",
	airForecast: "forecast", airDaily: "daily", airTip: "tips",
}

// air is the page of the air, or its data.
func (b *builder) air() (*answer, error) {
	all, err := b.spoken(b.ctx)
	if err != nil {
		return nil, err
	}
	if b.asked.format == "json" {
		return b.airJSON(all)
	}
	page := airPage{frame: b.frame(b.printer().T("空气质量"), "/air")}
	page.Groups = airGroups(page.frame)

	for _, one := range all {
		i := slices.IndexFunc(page.Groups, func(g airGroup) bool { return g.ID == groupOf[one.Kind] })
		if i < 0 {
			continue
		}
		group := &page.Groups[i]
		group.Items = append(group.Items,
			airItem{b.items(page.frame, []post{one.post})[0], airFacts(page.frame, one)})
	}

	return b.page(http.StatusOK, "air", page)
}

// airFacts are the time, the end and the standard of what is said. Of words that a hand changed they are told
// as the post stands, without them.
func airFacts(f frame, one spoken) []fact {
	if one.Standard == "" {
		return nil
	}
	names := map[string]string{
		airLive: f.T("监测时间"), airDaily: f.T("日期"), airForecast: f.T("起"), airWarning: f.T("预警启动"),
		airChange: f.T("变更"), airLift: f.T("解除"), airTip: f.T("起"),
	}
	at := minute(one.Concerns)
	if one.Kind == airDaily || one.Kind == airForecast {
		at = at[:len("2006-01-02")]
	}

	facts := []fact{{Name: names[one.Kind], Value: at}}
	if one.Kind == airWarning || one.Kind == airChange || one.Kind == airTip {
		facts = append(facts, fact{Name: f.T("有效期至"), Value: minute(one.Until)})
	}

	return append(facts, fact{Name: f.T("依据"), Value: one.Standard})
}

// alerts are the warnings in force, for the head of the newest posts.
func (b *builder) alerts(f frame) (links []link, err error) {
	if b.asked.of != (what{}) || b.asked.before != "" {
		return nil, nil
	}
	all, err := b.spoken(b.ctx)

	for _, one := range all {
		if one.Kind == airWarning || one.Kind == airChange {
			links = append(links, link{At: f.At(postAt(one.Number)), Name: title(one.Text)})
		}
	}

	return links, err
}

func (b *builder) airJSON(all []spoken) (*answer, error) {
	type airData struct {
		Kind     string   `json:"kind"`
		Concerns string   `json:"concerns"`
		Until    string   `json:"until"`
		Standard string   `json:"standard,omitempty"` // absent where the words were changed by hand
		Post     postJSON `json:"post"`
	}
	list := struct {
		Air []airData `json:"air"`
	}{Air: []airData{}}

	for _, one := range all {
		list.Air = append(list.Air, airData{
			one.Kind, stamp(one.Concerns), stamp(one.Until), one.Standard, b.asData(one.post),
		})
	}

	return asJSON(jsonKind, list)
}
