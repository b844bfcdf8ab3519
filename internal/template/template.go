// Package template writes posts from numbers: live air quality, forecasts, warnings with their changes and
// lifting, health tips, rankings, a week of the districts, and templates of a unit's own. Number, class,
// level, colour and primary pollutant of one text are made together, by the rules of internal/air; what a
// unit may word in its own way are the sentences around them. It makes drafts and sends nothing.
package template

import (
	"slices"
	"strings"
	"unicode/utf8"

	"juzhen/internal/air"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Kind is what a template writes.
type Kind string

// The kinds. Own is a text of the unit's with plain placeholders.
const (
	Live     Kind = "live"
	Daily    Kind = "daily"
	Forecast Kind = "forecast"
	Warning  Kind = "warning"
	Change   Kind = "warning_change"
	Lift     Kind = "warning_lift"
	Ozone    Kind = "ozone"
	Dust     Kind = "dust"
	Ranking  Kind = "ranking"
	Digest   Kind = "digest"
	Own      Kind = "own"
)

// Shipped are the kinds that come with the console, in the order of a day's work.
func Shipped() []Kind {
	return []Kind{Live, Daily, Forecast, Warning, Change, Lift, Ozone, Dust, Ranking, Digest}
}

// Label is the kind in Chinese.
func (k Kind) Label() string {
	return map[Kind]string{
		Live:     "空气质量实况",
		Daily:    "空气质量日报",
		Forecast: "空气质量预报",
		Warning:  "空气重污染预警",
		Change:   "预警变更",
		Lift:     "预警解除",
		Ozone:    "臭氧健康提示",
		Dust:     "沙尘天气提示",
		Ranking:  "月度排名",
		Digest:   "各区一周",
		Own:      "本单位模板",
	}[k]
}

// Help says in Chinese what the kind is for.
func (k Kind) Help() string {
	return map[Kind]string{
		Live:     "粘贴全市和五个区域的小时浓度，AQI、级别和首要污染物按当日标准算出",
		Daily:    "粘贴前一天全市和五个区域的日均浓度，AQI、级别和首要污染物按当日标准算出",
		Forecast: "三天的AQI范围和首要污染物",
		Warning:  "颜色与级别按当日的预案对应，写明起止时间",
		Change:   "接着一条已写的预警：写明原来的颜色，新的颜色和有效期",
		Lift:     "接着一条已写的预警：写明解除哪一条、何时解除",
		Ozone:    "臭氧超标时的健康提示，不是预警",
		Dust:     "沙尘天气按沙尘预案，不用重污染预警",
		Ranking:  "粘贴各区PM2.5月均浓度，自动排名，相同的并列",
		Digest:   "粘贴各区一周的消息和链接",
		Own:      "本单位写的文字，其中的占位符换成各账号自己的内容",
	}[k]
}

// Follows tells whether the kind continues an earlier warning.
func (k Kind) Follows() bool { return k == Change || k == Lift }

// Continued tells whether a later template may continue this one.
func (k Kind) Continued() bool { return k == Warning || k == Change }

// Measured tells whether the kind can be written of data alone. A warning cannot: people decide on it.
func (k Kind) Measured() bool {
	return slices.Contains([]Kind{Live, Daily, Forecast, Ozone, Dust, Ranking, Digest}, k)
}

// FieldType is how a field is typed.
type FieldType string

// The types of fields. A table is pasted: rows of cells between tabs or commas.
const (
	Words  FieldType = "text"
	Number FieldType = "number"
	Time   FieldType = "datetime-local"
	Date   FieldType = "date"
	Month  FieldType = "month"
	Choice FieldType = "choice"
	Table  FieldType = "table"
)

// Field is one thing a template asks for.
type Field struct {
	Name     string
	Label    string
	Help     string
	Type     FieldType
	Optional bool
	Min, Max float64 // of a number
	Options  []string
	Columns  []Column // of a table
	Headed   bool     // the first row of the table names its columns; those that are optional may be left out
}

// Column is what stands in one column of a table.
type Column struct {
	Name     string
	Label    string // as the first row names it
	Optional bool
}

// Values are what was filled in, by field: as typed, times as "2006-01-02T15:04" in Beijing.
type Values map[string]string

// Bounds of what is filled in, in runes unless said otherwise.
const (
	maxWords = 500
	maxTable = 16 << 10 // bytes
	maxRows  = 40
	maxCells = 20
	maxWord  = 2000 // of a wording
)

// colours of warnings that any plan has, the gravest first.
var colours = []string{"红", "橙", "黄", "蓝"}

// measured are the columns of the readings of an hour or a day.
var measured = []Column{
	{Name: "zone", Label: i18n.N("区域")},
	{Name: "pm25", Label: "PM2.5", Optional: true},
	{Name: "pm10", Label: "PM10", Optional: true},
	{Name: "so2", Label: "SO2", Optional: true},
	{Name: "no2", Label: "NO2", Optional: true},
	{Name: "co", Label: "CO", Optional: true},
	{Name: "o3", Label: "O3", Optional: true},
}

// fields of each kind, in the order of the form.
var fields = map[Kind][]Field{
	Live: {
		{Name: "at", Label: i18n.N("监测时间"), Type: Time},
		{
			Name:  "readings",
			Label: i18n.N("小时浓度"),
			Help: i18n.N(
				"从 Excel 复制粘贴：第一行写 区域、PM2.5、PM10、SO2、NO2、CO、O3，以下每行一个区域：全市、城六区、西北部、东北部、东南部、西南部。缺测写 —。CO 的单位是毫克/立方米，其余是微克/立方米",
			),
			Type:    Table,
			Columns: measured,
			Headed:  true,
		},
	},
	Daily: {
		{Name: "day", Label: i18n.N("哪一天"), Type: Date},
		{
			Name:  "readings",
			Label: i18n.N("日均浓度"),
			Help: i18n.N(
				"从 Excel 复制粘贴：第一行写 区域、PM2.5、PM10、SO2、NO2、CO、O3，以下每行一个区域：全市、城六区、西北部、东北部、东南部、西南部。O3 是日最大8小时平均。缺测写 —。CO 的单位是毫克/立方米，其余是微克/立方米",
			),
			Type:    Table,
			Columns: measured,
			Headed:  true,
		},
	},
	Forecast: {
		{Name: "from", Label: i18n.N("第一天"), Help: i18n.N("预报从这一天起，共三天"), Type: Time},
		{Name: "weather", Label: i18n.N("天气与扩散条件"), Type: Words, Optional: true},
		{
			Name:  "days",
			Label: i18n.N("三天的预报"),
			Help:  i18n.N("每行一天：最低AQI、最高AQI、首要污染物，之间用制表符或逗号；AQI不超过50的不写首要污染物"),
			Type:  Table,
			Columns: []Column{
				{Name: "low", Label: i18n.N("最低AQI")},
				{Name: "high", Label: i18n.N("最高AQI")},
				{Name: "primary", Label: i18n.N("首要污染物"), Optional: true},
			},
		},
	},
	Warning: {
		{Name: "colour", Label: i18n.N("预警颜色"), Type: Choice, Options: colours},
		{Name: "from", Label: i18n.N("启动时间"), Type: Time},
		{Name: "until", Label: i18n.N("有效期至"), Type: Time},
		forecastField,
		{Name: "cause", Label: i18n.N("预报和成因"), Type: Words},
	},
	Change: {
		{Name: "colour", Label: i18n.N("改为的颜色"), Type: Choice, Options: colours},
		{Name: "from", Label: i18n.N("变更时间"), Type: Time},
		{Name: "until", Label: i18n.N("有效期至"), Type: Time},
		forecastField,
		{Name: "cause", Label: i18n.N("预报和成因"), Type: Words},
	},
	Lift: {
		{Name: "from", Label: i18n.N("解除时间"), Type: Time},
		{Name: "cause", Label: i18n.N("解除的原因"), Type: Words},
	},
	Ozone: {
		{Name: "from", Label: i18n.N("起"), Type: Time},
		{Name: "until", Label: i18n.N("止"), Type: Time},
		{
			Name: "o3_8h", Label: i18n.N("预计臭氧日最大8小时浓度（微克/立方米）"), Type: Number,
			Min: 161, Max: 2000,
		},
	},
	Dust: {
		{Name: "from", Label: i18n.N("起"), Type: Time},
		{Name: "until", Label: i18n.N("止"), Type: Time},
		{
			Name: "pm10", Label: i18n.N("预计PM10小时浓度（微克/立方米）"), Type: Number,
			Min: 1, Max: air.Most,
		},
		{Name: "area", Label: i18n.N("影响的区域"), Type: Words},
	},
	Ranking: {
		{Name: "month", Label: i18n.N("月份"), Type: Month},
		{
			Name:  "ranks",
			Label: i18n.N("各区月均浓度"),
			Help:  i18n.N("每行一个区：区名、PM2.5浓度（微克/立方米）、同比（%，可不写），之间用制表符或逗号"),
			Type:  Table,
			Columns: []Column{
				{Name: "district", Label: i18n.N("区名")},
				{Name: "pm25", Label: i18n.N("PM2.5浓度")},
				{Name: "change", Label: i18n.N("同比"), Optional: true},
			},
		},
	},
	Digest: {
		{Name: "from", Label: i18n.N("这一周的第一天"), Type: Time},
		{
			Name:  "items",
			Label: i18n.N("各区消息"),
			Help:  i18n.N("每行一条：区名、消息、链接（可不写），之间用制表符"),
			Type:  Table,
			Columns: []Column{
				{Name: "district", Label: i18n.N("区名")},
				{Name: "news", Label: i18n.N("消息")},
				{Name: "link", Label: i18n.N("链接"), Optional: true},
			},
		},
	},
}

var forecastField = Field{
	Name:     "days",
	Label:    i18n.N("预报的日均AQI"),
	Help:     i18n.N("从启动当天起每天一个数，用逗号隔开；填写后与预案的启动条件对照"),
	Type:     Words,
	Optional: true,
}

// Fields are what a kind asks for.
func (k Kind) Fields() []Field { return slices.Clone(fields[k]) }

// wordings are those that the console comes with. A name in braces is a slot; each slot of a kind stands
// in its wording.
var wordings = map[Kind]string{
	Daily:    "【空气质量日报】{日期}，{空气质量}。{各区浓度}。",
	Live:     "【空气质量实况】{时间}，{空气质量}。{各区浓度}。{健康提示}",
	Forecast: "【空气质量预报】{逐日预报}。{天气}{健康提示}",
	Warning: "【{预警}】{发布单位}依据《{预案}》，发布{预警}，{起止}。{成因}。{健康提示}" +
		"请关注后续变更和解除信息。",
	Change:  "【预警变更】{发布单位}依据《{预案}》，自{时间}起将{原预警}变更为{预警}，{有效期}。{成因}。{健康提示}",
	Lift:    "【预警解除】{发布单位}自{时间}起解除{原预警}。{成因}。",
	Ozone:   "【臭氧健康提示】预计{起止}，{臭氧}。{健康提示}这是健康提示，不是空气重污染预警。",
	Dust:    "【沙尘天气提示】预计{起止}，{区域}受沙尘影响，{沙尘}。{健康提示}沙尘天气按沙尘应急预案应对。",
	Ranking: "【各区空气质量】{月份}各区PM2.5月均浓度（微克/立方米），由低到高：{排名}。",
	Digest:  "【各区一周】{周}生态环境快讯：\n{消息}",
}

// Wording is the one that the console comes with; "" for Own.
func (k Kind) Wording() string { return wordings[k] }

// Placeholders of a unit's own templates: they become each account's.
const (
	ofUnit    = "{区}"
	ofAccount = "{账号}"
	ofDate    = "{日期}"
	ofLink    = "{链接}"
)

// Slots are the names in braces of a kind: of a shipped one those that its wording must hold, of Own those
// that it may.
func (k Kind) Slots() []string {
	if k == Own {
		return []string{ofUnit, ofAccount, ofDate, ofLink}
	}

	return slotsOf(wordings[k])
}

func slotsOf(text string) (slots []string) {
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return slots
		}
		name, further, ok := strings.Cut(after, "}")
		if !ok {
			return append(slots, "{"+after)
		}
		if slot := "{" + name + "}"; !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
		rest = further
	}
}

// CheckWording tells why a wording cannot be one of the kind; nil when it can. A shipped kind keeps all of
// its slots, so that no number goes out without its class, and names no class or colour beside them.
func CheckWording(k Kind, text string) *fault.Error {
	text = strings.TrimSpace(text)
	known := k.Slots()

	switch {
	case text == "":
		return fault.Invalid("wording", "请填写文字")
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxWord:
		return fault.Invalid("wording", "文字过长，最多 {.max} 字", "max", maxWord)
	}

	has := slotsOf(text)
	for _, slot := range has {
		if !slices.Contains(known, slot) {
			return fault.Invalid("wording", "没有 {.slot} 这个占位符", "slot", slot)
		}
	}
	if k == Own {
		return nil
	}

	for _, slot := range known {
		if !slices.Contains(has, slot) {
			return fault.Invalid("wording", "缺少占位符 {.slot}：数字和级别由它写出，不能去掉", "slot", slot)
		}
	}

	for _, level := range air.Levels()[2:] {
		if strings.Contains(text, level.Class()) {
			return fault.Invalid("wording", "不能写死“{.word}”：级别由占位符写出", "word", level.Class())
		}
	}

	for _, colour := range colours {
		if word := colour + "色预警"; strings.Contains(text, word) {
			return fault.Invalid("wording", "不能写死“{.word}”：级别由占位符写出", "word", word)
		}
	}

	return nil
}
