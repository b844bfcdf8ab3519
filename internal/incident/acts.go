package incident

import (
	"maps"
	"slices"
	"strconv"

	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
)

// The acts on hot events that the trail records.
var (
	acts audit.Declared

	actOpen    = acts.Declare("incident.open", i18n.N("启动热点事件"))
	actEdit    = acts.Declare("incident.edit", i18n.N("修改热点事件"))
	actSay     = acts.Declare("incident.say", i18n.N("写热点事件口径"))
	actAsk     = acts.Declare("incident.ask", i18n.N("送签口径"))
	actSign    = acts.Declare("incident.sign", i18n.N("签发口径"))
	actReturn  = acts.Declare("incident.return", i18n.N("退回口径"))
	actLink    = acts.Declare("incident.link", i18n.N("热点事件关联稿件"))
	actRecord  = acts.Declare("incident.record", i18n.N("登记热点事件回应"))
	actFollow  = acts.Declare("incident.follow", i18n.N("跟踪热点事件"))
	actHold    = acts.Declare("incident.hold", i18n.N("因热点事件暂停稿件"))
	actRelease = acts.Declare("incident.release", i18n.N("恢复因热点事件暂停的稿件"))
	actAskEnd  = acts.Declare("incident.ask_end", i18n.N("申请结束热点事件"))
	actEnd     = acts.Declare("incident.end", i18n.N("结束热点事件"))
	actResume  = acts.Declare("incident.resume", i18n.N("不同意结束热点事件"))
	actReopen  = acts.Declare("incident.reopen", i18n.N("重新启动热点事件"))
)

// recorded are the acts as the trail has them.
var recorded = map[Act]audit.Act{
	Edit:    actEdit,
	Say:     actSay,
	Ask:     actAsk,
	Sign:    actSign,
	Return:  actReturn,
	Link:    actLink,
	Record:  actRecord,
	Follow:  actFollow,
	Hold:    actHold,
	Release: actRelease,
	AskEnd:  actAskEnd,
	End:     actEnd,
	Resume:  actResume,
	Reopen:  actReopen,
}

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{
		Type:    "incident",
		Text:    i18n.N("热点事件"),
		NameSQL: `SELECT title FROM incidents WHERE id = e.number`,
	}}
}

// changes are what steps tell of what changed: where the detail of a step has the key, the text, filled
// from it.
var changes = []struct{ key, text string }{
	{"opened_grade", i18n.N("等级：{.opened_grade}；起算时间：{.t0}（北京时间）")},
	{"title_from", i18n.N("名称：{.title_from} → {.title}")},
	{"grade_from", i18n.N("等级：{.grade_from} → {.grade}")},
	{"t0_from", i18n.N("起算时间：{.t0_from} → {.t0}（北京时间）")},
	{"due", i18n.N("{.due}：{.at}（北京时间）")},
	{"step", i18n.N("签发的一步：{.step}")},
	{"held", i18n.N("暂停 {.held} 条待发")},
	{"released", i18n.N("恢复 {.released} 条；{.missed} 条已过最晚时刻，没有发出")},
}

// Told lists what a step tells beside its note.
func (s Step) Told() (lines []i18n.Filled) {
	var args []any

	for _, key := range slices.Sorted(maps.Keys(s.Detail)) {
		var shown any = s.Detail[key]
		switch key {
		case "grade", "grade_from", "opened_grade":
			shown = i18n.Text(Grade(s.Detail[key]).Label())
		case "due":
			shown = i18n.Text(Due(s.Detail[key]).Label())
		}
		args = append(args, key, shown)
	}

	for _, change := range changes {
		if s.Detail[change.key] != "" {
			lines = append(lines, i18n.Filled{Text: change.text, Args: args})
		}
	}

	return lines
}

// opened is what the first step keeps.
func (i Incident) opened() map[string]string {
	return map[string]string{"opened_grade": string(i.Grade), "t0": beijing.ClockTime(i.T0)}
}

func counted(name string, n int) map[string]string { return map[string]string{name: strconv.Itoa(n)} }

func released(freed, missed int) map[string]string {
	return map[string]string{"released": strconv.Itoa(freed), "missed": strconv.Itoa(missed)}
}
