package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"time"

	"juzhen/internal/beijing"
)

// advice is what a district tells its own people; each account says something else, as a matrix should.
var advice = []string{
	"建议错峰出行，短途优先步行或骑行。", "沿街商户请在上午十点前完成门前洒扫。", "各工地请落实苫盖与雾炮降尘，值守人员到岗。",
	"学校可照常开展户外活动，体育课注意补水。", "餐饮单位请检查油烟净化设施并做好清洗记录。", "汽修企业请在密闭喷漆房内作业，勿敞开喷涂。",
	"山区防火期内严禁露天焚烧，发现请拨打12369。", "请渣土车辆按规定路线行驶并密闭运输。", "水上活动区域今日水质监测正常，可放心游览。",
	"航站楼周边道路将增加两次机扫。", "大学城周边工地已完成夜间巡查，未发现违规作业。", "物流园区柴油货车请配合尾气路检。",
	"湖区周边禁止露营用火，请文明游园。", "果园修剪枝条请送指定点粉碎还田，勿焚烧。", "水源地保护区今日巡查未见异常。", "绿色出行，园区接驳班车照常运行。",
	"企业请核对自动监测数据并按时上传。",
}

// noticeTitle heads every wording of the notice, so that a reader finds the twenty together.
func noticeTitle(at time.Time) string {
	at = at.In(beijing.Zone)
	return fmt.Sprintf("【空气质量预报】%d月%d日%s", int(at.Month()), at.Day(), at.Format("15:04:05"))
}

// wording is what the account with this place in the matrix says. No two are alike, and no two runs
// repeat each other: the platform refuses repeated texts.
func wording(i int, s seat, at time.Time) string {
	head := noticeTitle(at)

	switch s.handle {
	case "环保北京":
		return head + "发布：今天白天扩散条件较好，全市以良为主，首要污染物PM2.5；夜间转为二级良。各区提示请见本区账号。"
	case "京环之声":
		return head + "解读：偏北风把昨夜积累的污染物送走，湿度下降，能见度转好。为什么山前比平原先转好？看下图就明白。"
	case "北京环境监测":
		return head + "实况：城六区PM2.5均值48微克/立方米，西北部31，东北部37，东南部56，西南部52，均为优至良。"
	}
	text := head + s.unit + "：今天空气质量预计为良。" + advice[(i-3)%len(advice)]
	if s.connector == "public" {
		text += "详情 https://sthjj.beijing.gov.cn/kqzl/" + strings.ToLower(
			at.In(beijing.Zone).Format("0102-150405"),
		)
	}

	return text
}

// chart draws the picture that goes with the notice: bars of the five zones, drawn anew for each run.
func chart(at time.Time) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 720, 405))
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(img.Bounds(), color.White)
	fill(image.Rect(60, 340, 680, 343), color.RGBA{0x66, 0x70, 0x85, 0xff})

	for i := range 5 {
		height := 60 + int(uint(at.Unix()/60+int64(i*37))%200)
		left := 90 + i*120
		fill(image.Rect(left, 340-height, left+72, 340), color.RGBA{0x20, 0x6b, 0xc4, 0xff})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // memory and a valid image: cannot fail
	}

	return b.Bytes()
}
