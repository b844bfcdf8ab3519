package rest

import (
	"strings"

	"github.com/danielgtaylor/huma/v2/validation"

	"juzhen/internal/i18n"
)

// words are what may be wrong at one place of a request, by its stable code. {.a} is the bound.
var words = map[string]string{
	"invalid":      i18n.N("这里的值不正确"),
	"required":     i18n.N("缺少 {.a}"),
	"missing":      i18n.N("这里不能为空"),
	"unknown_name": i18n.N("没有这个字段"),
	"not_boolean":  i18n.N("要用 true 或 false"),
	"not_number":   i18n.N("这里要填数字"),
	"not_integer":  i18n.N("这里要填整数"),
	"not_string":   i18n.N("这里要用字符串"),
	"not_list":     i18n.N("这里要用列表"),
	"not_object":   i18n.N("这里要用对象"),
	"not_time":     i18n.N("时间要按 RFC 3339 写，如 2026-01-31T14:30:00+08:00"),
	"not_date":     i18n.N("日期要写成 2026-01-31 的样子"),
	"one_of":       i18n.N("只能是其中之一：{.a}"),
	"minimum":      i18n.N("不能小于 {.a}"),
	"maximum":      i18n.N("不能大于 {.a}"),
	"too_short":    i18n.N("至少 {.a} 个字"),
	"too_long":     i18n.N("最多 {.a} 个字"),
	"pattern":      i18n.N("格式不正确"),
	"too_few":      i18n.N("至少 {.a} 项"),
	"too_many":     i18n.N("最多 {.a} 项"),
	"not_unique":   i18n.N("不能有重复的项"),
}

// mark stands between code and bound in huma's messages, which are made by Sprintf and so can carry both.
const mark = "\x1f"

// init puts our codes in the place of huma's English messages, which are package variables.
func init() {
	for message, text := range map[*string]string{
		&validation.MsgUnexpectedProperty:       "unknown_name",
		&validation.MsgExpectedRFC3339DateTime:  "not_time",
		&validation.MsgExpectedRFC3339Date:      "not_date",
		&validation.MsgExpectedBoolean:          "not_boolean",
		&validation.MsgExpectedNumber:           "not_number",
		&validation.MsgExpectedInteger:          "not_integer",
		&validation.MsgExpectedString:           "not_string",
		&validation.MsgExpectedArray:            "not_list",
		&validation.MsgExpectedObject:           "not_object",
		&validation.MsgExpectedArrayItemsUnique: "not_unique",
		&validation.MsgExpectedOneOf:            "one_of" + mark + "%s",
		&validation.MsgExpectedMinimumNumber:    "minimum" + mark + "%v",
		&validation.MsgExpectedMaximumNumber:    "maximum" + mark + "%v",
		&validation.MsgExpectedMinLength:        "too_short" + mark + "%d",
		&validation.MsgExpectedMaxLength:        "too_long" + mark + "%d",
		&validation.MsgExpectedMinItems:         "too_few" + mark + "%d",
		&validation.MsgExpectedMaxItems:         "too_many" + mark + "%d",
		&validation.MsgExpectedRequiredProperty: "required" + mark + "%s",
		&validation.MsgExpectedBePattern:        "pattern" + mark + "%s",
		&validation.MsgExpectedMatchPattern:     "pattern" + mark + "%s",
	} {
		*message = text
	}
}

// fixed are messages huma has no variable for.
var fixed = map[string]string{
	"invalid integer":                     "not_integer",
	"invalid float":                       "not_number",
	"invalid boolean":                     "not_boolean",
	"unknown query parameter":             "unknown_name",
	"required path parameter is missing":  "missing",
	"required query parameter is missing": "missing",
	"request body is required":            "missing",
	"File required":                       "missing",
}

// wordOf reads a message of huma's as a code of ours with its bound. What is not known is plainly
// invalid: no English text of a library reaches anybody.
func wordOf(message string) (code, arg string) {
	code, arg, _ = strings.Cut(message, mark)
	if known, ok := fixed[code]; ok {
		code = known
	}
	if strings.HasPrefix(code, "invalid date/time") {
		code = "not_time"
	}
	if _, ok := words[code]; !ok {
		return "invalid", ""
	}

	return code, strings.ReplaceAll(arg, `", "`, ", ")
}
