package page

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

	"active":   {Word: "正常", Tone: "green", Icon: "circle-check"},
	"inactive": {Word: "停用", Tone: "grey", Icon: "ban"},
	"closed":   {Word: "已注销", Tone: "grey", Icon: "archive"},
	"pending":  {Word: "待接入", Tone: "orange", Icon: "plug"},
	"locked":   {Word: "锁定", Tone: "red", Icon: "lock"},
}

// StateOrder lists the state codes of posts and deliveries as ui lists them, for legends and filters.
var StateOrder = []string{"draft", "submitted", "returned", "approved", "unknown", "waiting", "preparing", "sending", "sent",
	"held", "handoff", "failed", "missed", "expired", "cancelled", "removed", "takendown"}

// StateOf gives the badge of a state code; "taken_down" and "takendown" are one.
func StateOf(code string) State {
	if code == "taken_down" || code == "withdrawn" {
		code = map[string]string{"taken_down": "takendown", "withdrawn": "cancelled"}[code]
	}
	s, ok := states[code]
	if !ok {
		s = State{Word: code, Tone: "grey", Icon: "circle-dashed"}
	}
	s.Code = code
	return s
}
