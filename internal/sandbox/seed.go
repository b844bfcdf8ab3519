package sandbox

import (
	"math"
	"sort"
	"time"
)

// DemoPosts is how many past posts the demonstration has. Its accounts have ten million followers in all.
const DemoPosts = 30000

// SeedAccounts is the demonstration matrix: three accounts of the city, sixteen districts and the
// development area. The districts' handles are invented and say so. Uids are fixed: 5600000001 and on,
// in this order.
func SeedAccounts() []Account {
	list := []Account{
		{
			Handle:    "环保北京",
			Reason:    "北京市环境保护局官方微博",
			Followers: 3_200_000,
			Media:     true,
			Weight:    5600,
			Since:     2011,
		},
		{
			Handle:    "京环之声",
			Reason:    "北京市环境保护宣传中心官方微博",
			Followers: 1_450_000,
			Media:     true,
			Weight:    3700,
			Since:     2012,
		},
		{
			Handle:    "北京环境监测",
			Reason:    "北京市环境保护监测中心官方微博",
			Followers: 1_850_000,
			Media:     true,
			Weight:    6200,
			Since:     2012,
		},
	}
	for _, district := range districts {
		list = append(list, Account{
			Handle:    district.handle,
			Reason:    district.name + "生态环境部门微博（示例）",
			City:      district.city,
			Location:  "北京 " + district.name,
			Followers: district.followers,
			Weight:    600 + district.followers/1570,
			Since:     2013,
		})
	}

	for i := range list {
		account := &list[i]
		account.UID = 5600000001 + int64(i)
		account.Description = "发布空气质量、环境监测、执法与便民信息。"
		if account.City == "" {
			account.City, account.Location = "1000", "北京"
		}
	}

	return list
}

type district struct {
	handle, name, city string
	followers          int
}

var districts = []district{
	{"东城环保示例", "东城区", "1", 265_000}, {"西城环保示例", "西城区", "2", 281_000},
	{"朝阳环保示例", "朝阳区", "5", 412_000}, {"海淀环保示例", "海淀区", "8", 388_000},
	{"丰台环保示例", "丰台区", "6", 243_000}, {"石景山环保示例", "石景山区", "7", 171_000},
	{"门头沟环保示例", "门头沟区", "9", 118_000}, {"房山环保示例", "房山区", "11", 186_000},
	{"通州环保示例", "通州区", "12", 262_000}, {"顺义环保示例", "顺义区", "13", 193_000},
	{"昌平环保示例", "昌平区", "14", 231_000}, {"大兴环保示例", "大兴区", "15", 217_000},
	{"怀柔环保示例", "怀柔区", "16", 112_000}, {"平谷环保示例", "平谷区", "17", 104_000},
	{"密云环保示例", "密云区", "28", 116_000}, {"延庆环保示例", "延庆区", "29", 109_000},
	{"经开区环保示例", "北京经济技术开发区", "15", 92_000},
}

// seedPosts spreads n past posts over the accounts by weight. Nothing is written down but instant and
// seed: a post's text is made when it is read.
func (s *Server) seedPosts(n int) {
	total := 0
	for _, account := range s.accounts {
		total += account.Weight
	}
	if n <= 0 || total == 0 {
		return
	}

	sum, given := 0, 0
	for _, account := range s.accounts {
		sum += account.Weight
		share := n*sum/total - given
		given += share
		s.seedAccount(account, share)
	}
}

func (s *Server) seedAccount(a *account, n int) {
	seconds := s.pastSeconds(a, n)
	slab := make([]post, n)
	a.posts = make([]*post, n, n+64)

	for i, sec := range seconds {
		p := &slab[i]
		p.id = (sec-idEpoch)<<22 | int64(a.index)<<8
		p.at = sec*1e6 + int64(mix(uint64(sec))%1e6)
		p.acc, p.seed = a, uint32(mix(uint64(p.id)^s.opt.Seed))|1
		a.posts[i] = p
	}
}

// pastSeconds are the instants of an account's past posts, rising, the last one at least an hour before
// the start: more in later years, on the round hours a press office keeps.
func (s *Server) pastSeconds(a *account, n int) []int64 {
	first := time.Date(a.Since, 1, 10+a.index%17, 0, 0, 0, 0, shanghai).Unix()
	last := s.born.Unix() - 3600
	span := float64(max(last-first, int64(n)))

	out := make([]int64, n)
	for i := range out {
		h := mix(s.opt.Seed<<40 ^ uint64(a.UID)<<20 ^ uint64(i))
		t := first + int64(span*math.Pow((float64(i)+unit(h))/float64(n), 0.72))
		out[i] = min(officeHour(t, mix(h)), last)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })

	for i := n - 2; i >= 0; i-- { // no two in one second
		out[i] = min(out[i], out[i+1]-1)
	}

	return out
}

var officeHours = []int64{7, 8, 8, 9, 10, 10, 11, 12, 14, 15, 16, 16, 17, 18, 19, 20}

// officeHour moves an instant to an hour of the same day at which such posts are written.
func officeHour(t int64, h uint64) int64 {
	day := (t + 8*3600) / 86400 * 86400
	hour := officeHours[h%uint64(len(officeHours))]
	return day - 8*3600 + hour*3600 + int64(h>>8%2400)
}

// pastBody writes a past post.
func pastBody(p *post) *body {
	return &body{Raw: pastText(p.acc, p.time().In(shanghai), uint64(p.seed)), Source: phoneSource}
}
