package sandbox

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// writer makes believable texts from a seed: the same seed, the same text.
type writer struct {
	seed uint64
	at   time.Time
	area string
}

func (w *writer) next(n int) int {
	w.seed = mix(w.seed)
	return int(w.seed % uint64(n))
}

func (w *writer) pick(list ...string) string { return list[w.next(len(list))] }

// pastText is the text of a past post of the account.
func pastText(a *account, at time.Time, seed uint64) string {
	w := &writer{seed: seed, at: at, area: "全市"}

	switch a.Handle {
	case "北京环境监测":
		return w.monitoring()
	case "京环之声":
		return w.publicity()
	case "环保北京":
		return w.bureau()
	}
	w.area = strings.TrimPrefix(a.Location, "北京 ")

	return w.district()
}

func (w *writer) monitoring() string {
	switch w.next(6) {
	case 0, 1:
		return w.live()
	case 2, 3:
		return w.forecast()
	case 4:
		return w.yesterday()
	}

	return w.pick(w.ozone(), w.dust(), w.science())
}

func (w *writer) bureau() string {
	switch w.next(8) {
	case 0, 1:
		return w.forecast()
	case 2:
		return w.live()
	case 3:
		return w.enforcement()
	case 4:
		return w.tip()
	case 5:
		return w.monthly()
	case 6:
		return w.policy()
	}

	return w.event()
}

func (w *writer) publicity() string {
	switch w.next(5) {
	case 0, 1:
		return w.science()
	case 2:
		return w.event()
	case 3:
		return w.question()
	}

	return w.tip()
}

func (w *writer) district() string {
	switch w.next(7) {
	case 0, 1:
		return w.enforcement()
	case 2:
		return w.live()
	case 3:
		return w.event()
	case 4:
		return w.dustControl()
	case 5:
		return w.water()
	}

	return w.tip()
}

// fine is a believable PM2.5 of the day, µg/m³: falling over the years, higher in winter.
func (w *writer) fine() int {
	year := float64(w.at.Year()) + float64(w.at.YearDay())/365
	mean := 30 + 62*math.Exp(-math.Max(year-2012, 0)/5)
	winter := 1 + 0.35*math.Cos(2*math.Pi*float64(w.at.YearDay()-15)/365)
	w.seed = mix(w.seed)

	return max(int(mean*winter*0.8*math.Exp(0.55*bell(w.seed))), 4)
}

var (
	pmSteps  = []int{0, 35, 75, 115, 150, 250, 350, 500}
	aqiSteps = []int{0, 50, 100, 150, 200, 300, 400, 500}
	classes  = []string{"优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"}
	levels   = []string{"一级", "二级", "三级", "四级", "五级", "六级"}
)

// aqiOf is the index of a PM2.5 day mean after HJ 633-2012, rounded up.
func aqiOf(pm int) int {
	for i := 1; i < len(pmSteps); i++ {
		if pm <= pmSteps[i] {
			span, rise := pmSteps[i]-pmSteps[i-1], aqiSteps[i]-aqiSteps[i-1]
			return aqiSteps[i-1] + ((pm-pmSteps[i-1])*rise+span-1)/span
		}
	}

	return 500
}

func classOf(aqi int) int {
	for i, top := range []int{50, 100, 150, 200, 300} {
		if aqi <= top {
			return i
		}
	}

	return 5
}

func (w *writer) day() string { return w.at.Format("1月2日") }

func (w *writer) near(v int) int { return max(v+w.next(v/3+2)-v/6, 3) }

func (w *writer) live() string {
	pm := w.fine()
	class := classes[classOf(aqiOf(pm))]
	if w.area != "全市" {
		return fmt.Sprintf("【空气质量播报】%s%d时，%s细颗粒物小时浓度%d微克/立方米，空气质量%s。%s",
			w.day(), w.at.Hour(), w.area, pm, class, w.advice(pm))
	}

	return fmt.Sprintf(
		"【空气质量实况】%s%d时，全市%s。各区域PM2.5小时均值（微克/立方米）：城六区%d，西北部%d，东北部%d，东南部%d，西南部%d。%s",
		w.day(),
		w.at.Hour(),
		class,
		pm,
		w.near(pm*8/10),
		w.near(pm*8/10),
		w.near(pm*11/10),
		w.near(pm*11/10),
		w.advice(pm),
	)
}

func (w *writer) advice(pm int) string {
	switch c := classOf(aqiOf(pm)); {
	case c == 0:
		return w.pick("适宜开窗通风，欢迎到户外走走。", "空气清新，适合户外活动。", "能见度很好，出门记得带上相机。")
	case c == 1:
		return w.pick("可以正常参加户外活动。", "大气扩散条件总体有利。", "极少数敏感人群可适当减少户外活动。")
	case c < 4:
		return w.pick("敏感人群请减少长时间户外锻炼。", "外出建议选择公共交通，减少机动车排放。",
			"老人和孩子外出请做好防护。")
	}

	return w.pick("请减少户外活动，外出佩戴口罩。", "学校和幼儿园请停止户外课程。", "请关闭门窗，等待扩散条件好转。")
}

func (w *writer) forecast() string {
	now, next := w.fine(), w.fine()
	a, b := aqiOf(now), aqiOf(next)

	return fmt.Sprintf(
		"【空气质量预报】%s预报：今天夜间%s，AQI %d至%d，%s；明天白天%s，AQI %d至%d，%s%s。%s",
		w.day(),
		w.weather(),
		a,
		a+15,
		classes[classOf(a)],
		w.weather(),
		b,
		b+20,
		levels[classOf(b)],
		classes[classOf(b)],
		w.advice(next),
	)
}

func (w *writer) weather() string {
	return w.pick("受弱高压控制，扩散条件一般", "偏北风逐渐增大，扩散条件有利", "湿度上升，扩散条件转差",
		"有分散性阵雨，对污染物有清除作用", "南风输送，浓度缓慢上升")
}

func (w *writer) yesterday() string {
	pm := w.fine()
	aqi := aqiOf(pm)

	return fmt.Sprintf("【昨日空气质量】%s，全市PM2.5日均浓度%d微克/立方米，空气质量指数%d，级别%s，属%s。今年以来达标天数%d天，比去年同期%s%d天。",
		w.at.AddDate(0, 0, -1).Format("1月2日"), pm, aqi, levels[classOf(aqi)], classes[classOf(aqi)],
		w.at.YearDay()*(60+w.next(25))/100, w.pick("增加", "增加", "减少"), 1+w.next(12))
}

func (w *writer) ozone() string {
	return fmt.Sprintf("【臭氧提示】%s午后日照强、气温高，预计臭氧浓度在14时至18时出现峰值，%s。建议避开午后时段进行剧烈运动，给车加油尽量安排在夜间。",
		w.day(), w.pick("部分区域可达轻度污染", "以良为主", "南部地区略高于北部"))
}

func (w *writer) dust() string {
	return fmt.Sprintf("【沙尘提示】受上游沙尘影响，%s%s前后PM10浓度将短时上升，预计持续%d小时左右。请关好门窗，外出注意防护，施工工地落实苫盖。",
		w.day(), w.pick("凌晨", "上午", "傍晚"), 3+w.next(9))
}

func (w *writer) monthly() string {
	m := w.at.AddDate(0, -1, 0)

	list := append([]district(nil), districts...)
	for i := range list {
		j := i + w.next(len(list)-i)
		list[i], list[j] = list[j], list[i]
	}

	return fmt.Sprintf(
		"【月度通报】%d年%d月，全市PM2.5平均浓度%d微克/立方米，同比%s%d%%。浓度较低的三个区依次为%s、%s、%s；%s、%s改善幅度较大。",
		m.Year(),
		int(m.Month()),
		w.fine(),
		w.pick("下降", "下降", "上升"),
		2+w.next(18),
		list[0].name,
		list[1].name,
		list[2].name,
		list[3].name,
		list[4].name,
	)
}

func (w *writer) enforcement() string {
	place := w.area
	if place == "全市" {
		place = districts[w.next(len(districts))].name
	}

	return w.pick(
		fmt.Sprintf("【执法检查】%s，环境执法人员对%s%d家重点单位开展夜间检查，发现%s问题%d起，均已责令立即整改并依法立案。",
			w.day(), place, 8+w.next(40), w.pick("无组织排放", "治理设施未正常运行", "台账不全",
				"渣土车未苫盖"), 1+w.next(5)),
		fmt.Sprintf("【曝光台】%s一%s因%s被处罚款%d万元。守法是企业的底线，欢迎市民通过12345提供线索。",
			place, w.pick("汽修企业",
				"印刷厂", "混凝土搅拌站",
				"工地", "餐饮单位",
			), w.pick("喷漆作业未在密闭空间进行", "超标排放油烟", "土方作业未采取降尘措施",
				"擅自停用在线监测设备"), 1+w.next(20)),
		fmt.Sprintf(
			"【路检路查】本周在%s设点检查重型柴油车%d辆次，查处超标车%d辆。请车主按时保养，不使用劣质油品和尿素。",
			place,
			300+w.next(2600),
			5+w.next(90),
		),
	)
}

func (w *writer) tip() string {
	list := []string{
		"【绿色出行】一公里走路，三公里骑车，五公里坐公交。今天，您选哪一种方式上班？",
		"【小贴士】雾霾天开窗选在午后，每次十来分钟即可；空气净化器滤网请按说明书更换。",
		"【垃圾分类】厨余垃圾要沥干水分再投放；废电池、过期药品属于有害垃圾，请投入红色桶。",
		"【低碳办公】双面打印，少用一次性纸杯；下班前关闭电脑显示器，一台一年可节电近百度。",
		fmt.Sprintf("【今日提示】%s，出门前看一眼空气质量：下载“北京空气质量”客户端，各站点数据每小时更新。", w.day()),
	}

	return w.pick(append(list, seasonal[(int(w.at.Month())%12)/3]...)...)
}

// seasonal are the tips of winter, spring, summer and autumn.
var seasonal = [4][]string{
	{"【禁燃提醒】节日期间请遵守烟花爆竹禁放限放规定，用电子鞭炮、鲜花灯笼迎新春。",
		"【取暖提示】煤改电后请定期清洁设备滤网，室内保持通风。"},
	{"【文明祭扫】鲜花寄哀思，清风慰故人。请不要在路口焚烧纸钱，一起守护首都的蓝天。",
		"【飞絮提示】晴朗多风的中午飞絮最多，过敏人群请错峰出行。"},
	{"【加油提示】夏季请选择早晚加油，不要加得过满，看到油枪跳枪即停，减少油气挥发。",
		"【绿色生活】空调调高一度，一个夏天能省下不少电。离家半小时以上，请随手关灯、关空调。"},
	{"【禁烧提醒】秋收时节，落叶和秸秆可以还田、堆肥，请不要露天焚烧。",
		"【绿色生活】秋高气爽，少开一天车，和家人一起骑行看红叶。"},
}

func (w *writer) science() string {
	return w.pick(
		"【环境科普】PM2.5是直径小于等于2.5微米的颗粒物，大约是头发丝的二十分之一。它来自燃煤、机动车、工业和扬尘，也由气体在空气中转化而来。",
		"【环境科普】为什么有时蓝天下也会超标？夏天午后，氮氧化物和挥发性有机物在阳光下生成臭氧，它无色，看不见，却会刺激呼吸道。",
		"【环境科普】AQI和PM2.5浓度不是一回事：指数取各项污染物分指数的最大值，首要污染物只在指数大于50时公布。",
		"【环境科普】逆温像一个锅盖，把污染物压在近地面。秋冬季清晨逆温多，晨练不妨等太阳升起之后。",
		"【监测故事】一个空气站要测六项污染物，滤带要换、流量要校、数据要审。监测员风雨无阻，只为每小时的一个准数。",
		"【数说蓝天】从燃煤锅炉改造到老旧机动车淘汰，再到工地视频监控全覆盖，细颗粒物浓度逐年下降，蓝天看得见。",
		"【误区】“喝猪血清肺”没有科学依据：可吸入颗粒物进的是呼吸道，不是消化道。科学防护才是正道。")
}

func (w *writer) policy() string {
	return w.pick(
		fmt.Sprintf(
			"【政策解读】%d年清洁空气行动计划发布，压减燃煤、控车减油、治污减排、清洁降尘四个方面共%d项任务，全文见 http://www.bjepb.gov.cn/plan/%d.html",
			w.at.Year(),
			40+w.next(40),
			w.at.Year(),
		),
		fmt.Sprintf(
			"【征求意见】《%s》公开征求意见，%s前可通过信件、网站和本微博留言反馈。",
			w.pick("机动车排放污染防治办法", "噪声管理规定", "挥发性有机物治理方案"),
			w.at.AddDate(0, 1, 0).Format("1月2日"),
		),
		fmt.Sprintf("【老旧车更新】截至%s，今年已淘汰更新老旧机动车%d万辆。补助申请流程可到就近的服务站咨询。",
			w.day(), 3+w.next(40)),
	)
}

func (w *writer) event() string {
	where := w.area
	if where == "全市" {
		where = districts[w.next(len(districts))].name
	}

	return w.pick(
		fmt.Sprintf("【环保进社区】%s，志愿者走进%s%s社区，为居民讲解垃圾分类和节水知识，现场发放宣传册%d份。",
			w.day(), where, w.pick("和平",
				"向阳", "景泰",
				"西山", "滨河",
			), 100+w.next(600)),
		fmt.Sprintf("【公众开放日】本周末%s环境监测站向市民开放，可以看监测车、听讲解、做小实验，限%d人，预约请私信留言。",
			where, 30+w.next(50)),
		fmt.Sprintf(
			"【环保课堂】%s%s的孩子们今天学会了看空气质量指数，还用废纸箱做了“蓝天小屋”。为小小环保人点赞！",
			where,
			w.pick("实验小学", "第一小学", "中心小学", "少年宫"),
		),
	)
}

func (w *writer) question() string {
	return w.pick(
		"【网友问】为什么监测数据和我家仪器不一样？答：便携仪器多用光散射法，湿度大时容易偏高，国家标准方法要先除湿。",
		"【网友问】看到冒黑烟的车怎么办？答：记下车牌、时间、路段，拨打12345，我们将转交属地核查并反馈。",
		"【网友问】装修噪声归谁管？答：居民装修有时段限制，可先找物业协调，也可以向公安机关反映。",
		"【网友问】哪里能查到站点数据？答：官网和手机客户端每小时更新，历史数据可按站点、按日期查询。")
}

func (w *writer) dustControl() string {
	return fmt.Sprintf("【扬尘管控】%s本周检查施工工地%d处，对%d处苫盖不到位、%d处车辆带泥上路的责任单位通报批评。吸扫、冲洗道路%d公里。",
		w.area, 20+w.next(120), 1+w.next(9), 1+w.next(6), 200+w.next(1500))
}

func (w *writer) water() string {
	return fmt.Sprintf("【水环境】%s%d月地表水监测断面达标率%d%%，%s。爱护河湖，请不要向雨水口倾倒污水和杂物。",
		w.area, int(w.at.AddDate(0, -1, 0).Month()), 70+w.next(30), w.pick("无劣Ⅴ类断面", "水质同比改善",
			"河道岸线整治完成"))
}
