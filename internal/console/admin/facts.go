package admin

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/check"
	"juzhen/internal/decision"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/reach"
	"juzhen/internal/web/page"
)

// fact is one detail of an entry in the reader's words. Whole is the full value when a shorter one is shown.
type fact struct {
	Name, Value, Whole string
}

// teller writes the details of one entry.
type teller struct {
	page.Base
	action string
	units  map[int64]string // names of the units the reader sees
	label  func(action string) string
}

// facts are the details in a steady order; what is empty or an inner path is left out.
func (t teller) facts(detail map[string]any) []fact {
	var out []fact

	for _, key := range slices.Sorted(maps.Keys(detail)) {
		v := t.value(key, detail[key])
		if v == "" {
			continue
		}
		f := fact{Name: t.T(t.name(key)), Value: v}
		if (key == "sha256" || key == "hash") && len(v) > 12 {
			f.Value, f.Whole = v[:12]+"…", v
		}
		out = append(out, f)
	}

	return out
}

var factNames = map[string]string{
	"name":               "名称",
	"username":           "用户名",
	"from":               "原为",
	"to":                 "改为",
	"unit":               "单位",
	"role":               "角色",
	"session":            "会话",
	"ended":              "结束会话数",
	"until":              "截止时间",
	"grant":              "授权编号",
	"kind":               "类别",
	"below_name":         "移到",
	"accounts":           "账号数",
	"account":            "账号",
	"version":            "版本",
	"due_at":             "发布时间",
	"due":                "发布时间",
	"opinion":            "意见",
	"change":             "申请编号",
	"asked_by":           "申请人",
	"first":              "首次设置",
	"state":              "状态",
	"reason":             "原因",
	"link":               "链接",
	"hash":               "内容指纹",
	"title":              "标题",
	"action":             "操作",
	"subject":            "对象",
	"actor":              "操作人",
	"disabled":           "已停用",
	"api":                "程序接口",
	"bytes":              "大小",
	"sha256":             "图片指纹",
	"batch":              "批次",
	"decision":           "判定编号",
	"gone":               "下架前已不在",
	"wish":               "留待执行",
	"outcome":            "判定",
	"step":               "步骤",
	"steps":              "步骤",
	"done":               "已处理",
	"too_late":           "发送中，来不及",
	"sent":               "此前已发",
	"uid":                "微博 UID",
	"remote_uid":         "微博 UID",
	"expires_at":         "到期时间",
	"passed":             "通过|测试",
	"left":               "未删除的测试微博",
	"platform_confirmed": "平台已确认",
	"handle":             "微博名称",
	"display_name":       "显示名称",
	"connector":          "接口",
	"seat":               "席位",
	"late_limit":         "最晚补发",
	"min_gap":            "最小间隔",
	"auto_resend":        "自动补发",
	"position":           "排序",
	"file":               "文件",
	"rows":               "行数",
	"new":                "新增",
	"import":             "导入编号",
	"rejected":           "没有收录",
	"removed":            "移出",
	"advance":            "申请编号",
	"remote_id":          "微博编号",
	"origin":             "来源",
	"rules":              "规则",
	"links":              "链接数",
}

func (t teller) name(key string) string {
	if key == "from" && t.action == reach.ActBackfill.Code {
		return "来源"
	}
	if n, ok := factNames[key]; ok {
		return n
	}

	return key
}

func (t teller) value(key string, v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return t.T("是")
		}

		return map[bool]string{true: t.T("否")}[key == "passed" || key == "platform_confirmed"]
	case float64:
		return t.number(key, x)
	case string:
		return t.text(key, x)
	case []any:
		parts := make([]string, len(x))
		for i, one := range x {
			parts[i] = t.value(key, one)
		}

		return strings.Join(parts, t.T("；"))
	case map[string]any:
		return t.change(key, x)
	case nil:
		return ""
	}

	return fmt.Sprint(v)
}

// change is what a field was and what it became.
func (t teller) change(key string, x map[string]any) string {
	show := func(v any) string {
		if b, ok := v.(bool); ok && !b {
			return t.T("否")
		}
		if s := t.value(key, v); s != "" {
			return s
		}

		return t.T("空")
	}

	return show(x["from"]) + " → " + show(x["to"])
}

func (t teller) number(key string, x float64) string {
	switch {
	case key == "unit" && t.units[int64(x)] != "":
		return t.units[int64(x)]
	case key == "bytes" && x >= 1e6:
		return fmt.Sprintf("%.1f MB", x/1e6)
	case key == "bytes":
		return fmt.Sprintf("%.0f kB", max(1, x/1e3))
	}

	return strconv.FormatFloat(x, 'f', -1, 64)
}

// text writes codes by their names, instants in Beijing time and lengths of time in words.
func (t teller) text(key, x string) string {
	if key == "below" || key == "from" && strings.HasPrefix(x, "/") {
		return ""
	}
	if key == "steps" {
		code, rest, _ := strings.Cut(x, " ")
		step := strings.TrimSuffix(code, ":")

		return t.T(known(step, account.Step(step).Label())) + " " + map[bool]string{
			true:  t.T("通过|测试"),
			false: t.T(rest),
		}[rest == "ok"]
	}
	if w := t.word(key, x); w != "" {
		return t.T(w)
	}
	if at, err := time.Parse(time.RFC3339Nano, x); err == nil {
		return at.In(beijing.Zone).Format("2006-01-02 15:04")
	}
	if d, err := time.ParseDuration(x); err == nil && (key == "late_limit" || key == "min_gap") {
		return page.Span(t.P, d)
	}

	return x
}

func known(code, label string) string {
	if label == "" {
		return code
	}

	return label
}

// word is the Chinese name of a code; "" when x is no code of this key.
func (t teller) word(key, x string) string {
	switch key {
	case "role":
		return access.Role(x).Label()
	case "kind":
		if strings.HasPrefix(t.action, "change.") {
			return identity.ChangeKind(x).Label()
		}
		if asked := decision.Kind(x); asked == decision.Takedown || asked == decision.NotSent {
			return asked.Label()
		}

		return org.Kind(x).Label()
	case "connector":
		return account.Connector(x).Label()
	case "seat":
		return account.Seat(x).Label()
	case "rules":
		return check.Rule(x).Label()
	case "origin":
		return reach.Origin(x).Label()
	case "state":
		return reach.Live(x).Label()
	case "action":
		return t.label(x)
	case "from", "to":
		return t.moved(x)
	}

	return codes[key+"/"+x]
}

// moved names the states of an account and the places posts are taken from; other acts keep what was typed.
func (t teller) moved(x string) string {
	switch t.action {
	case account.ActState.Code:
		return account.State(x).Label()
	case reach.ActBackfill.Code:
		return codes["from/"+x]
	}

	return ""
}

var codes = map[string]string{
	"from/interface":        i18n.N("微博接口"),
	"from/file":             i18n.N("文件"),
	"outcome/sent":          i18n.N("已发"),
	"outcome/not_sent":      i18n.N("确认未发"),
	"step/handoff_taken":    i18n.N("领取"),
	"step/handoff_returned": i18n.N("放回"),
	"step/recorded":         i18n.N("登记链接"),
	"wish/cancel":           i18n.N("取消发送"),
	"wish/hold":             i18n.N("暂停发送"),
	"wish/replan":           i18n.N("改期"),
	"wish/revise":           i18n.N("修改稿件"),
}
