package page

import (
	"fmt"
	pathpkg "path"
	"reflect"
	"strings"
)

// State is how a state of a post or delivery is shown: never by colour alone.
type State struct{ Code, Word, Tone, Icon string }

// states follow the words every page uses; a code unknown here is shown as itself.
var states = map[string]State{
	"draft":     {Word: "草稿", Tone: "grey", Icon: "pencil"},
	"submitted": {Word: "待审", Tone: "blue", Icon: "hourglass"},
	"returned":  {Word: "退回", Tone: "orange", Icon: "arrow-back-up"},
	"approved":  {Word: "已批准", Tone: "teal", Icon: "check"},

	"waiting":   {Word: "待发", Tone: "blue", Icon: "clock"},
	"preparing": {Word: "准备中", Tone: "blue", Icon: "hourglass-empty"},
	"sending":   {Word: "发送中", Tone: "blue", Icon: "send"},
	"sent":      {Word: "已发", Tone: "green", Icon: "circle-check"},
	"unknown":   {Word: "结果待核", Tone: "purple", Icon: "help"},
	"held":      {Word: "暂停", Tone: "orange", Icon: "player-pause"},
	"handoff":   {Word: "待人工发布", Tone: "orange", Icon: "hand-finger"},
	"failed":    {Word: "失败", Tone: "red", Icon: "circle-x"},
	"missed":    {Word: "错过", Tone: "red", Icon: "clock-exclamation"},
	"expired":   {Word: "过期", Tone: "grey", Icon: "archive"},
	"cancelled": {Word: "已取消", Tone: "grey", Icon: "ban"},
	"removed":   {Word: "平台已删", Tone: "grey", Icon: "trash"},
	"takendown": {Word: "已下架", Tone: "grey", Icon: "eye-off"},

	"planned":   {Word: "待批", Tone: "grey", Icon: "circle-dashed"},
	"withdrawn": {Word: "已撤回", Tone: "grey", Icon: "arrow-back-up"},
	"partly":    {Word: "部分已发", Tone: "orange", Icon: "checks"},
	"undecided": {Word: "结果待核", Tone: "purple", Icon: "help"},
	"void":      {Word: "作废", Tone: "grey", Icon: "ban"},

	"account.preparing":  {Word: "筹备中", Tone: "grey", Icon: "plug"},
	"account.live":       {Word: "运行中", Tone: "green", Icon: "circle-check"},
	"account.suspended":  {Word: "已停用", Tone: "orange", Icon: "player-pause"},
	"account.closed":     {Word: "已关停", Tone: "grey", Icon: "archive"},
	"account.none":       {Word: "未授权", Tone: "orange", Icon: "key"},
	"account.valid":      {Word: "授权有效", Tone: "green", Icon: "shield-check"},
	"account.expiring":   {Word: "即将到期", Tone: "orange", Icon: "clock-exclamation"},
	"account.expired":    {Word: "授权已过期", Tone: "red", Icon: "circle-x"},
	"account.revoked":    {Word: "授权已撤销", Tone: "red", Icon: "circle-x"},
	"account.unreadable": {Word: "令牌无法解密", Tone: "red", Icon: "shield-lock"},

	"live":     {Word: "可见", Tone: "green", Icon: "eye"},
	"changed":  {Word: "内容有变", Tone: "orange", Icon: "git-compare"},
	"hidden":   {Word: "被隐藏", Tone: "orange", Icon: "eye-off"},
	"active":   {Word: "正常", Tone: "green", Icon: "circle-check"},
	"disabled": {Word: "停用", Tone: "grey", Icon: "ban"},
}

// StateOrder lists the state codes of posts and deliveries as ui lists them, for legends and filters.
var StateOrder = []string{"draft", "submitted", "returned", "approved", "unknown", "waiting", "preparing", "sending", "sent",
	"held", "handoff", "failed", "missed", "expired", "cancelled", "removed", "takendown"}

// StateOf gives the badge of a state: a code, or a value of a feature's own type. The type's package is asked first, so
// that one code may mean two things ("account.preparing", "preparing"); its Label, when it has one, is the word.
func StateOf(of any) State {
	code := strings.ReplaceAll(fmt.Sprint(of), "_", "")
	if _, plain := of.(string); !plain {
		if l, ok := of.(interface{ Label() string }); ok {
			s := lookUp(code, pathpkg.Base(reflect.TypeOf(of).PkgPath())+"."+code)
			s.Word = l.Label()
			return s
		}
	}
	return lookUp(code, fmt.Sprint(of))
}

func lookUp(code, full string) State {
	s, ok := states[full]
	if !ok {
		s, ok = states[code]
	}
	if !ok {
		s = State{Word: code, Tone: "grey", Icon: "circle-dashed"}
	}
	s.Code = code
	return s
}
