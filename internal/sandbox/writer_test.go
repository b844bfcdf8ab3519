package sandbox

import (
	"strings"
	"testing"
	"time"
)

// heads counts the 【…】 heads of an account's past posts.
func heads(server *Server, handle string) map[string]int {
	list := map[string]int{}

	for _, post := range server.must(handle).posts {
		head, _, ok := strings.Cut(strings.TrimPrefix(post.read().Raw, "【"), "】")
		if ok {
			list[head]++
		}
	}

	return list
}

func TestEachKindOfAccountWritesWhatItWould(t *testing.T) {
	t.Parallel()

	server := New(Options{Frozen: noon, PastPosts: 8000})
	for handle, want := range map[string][]string{
		"北京环境监测": {"空气质量实况", "空气质量预报", "昨日空气质量", "沙尘提示", "臭氧提示", "环境科普"},
		"环保北京":   {"空气质量预报", "执法检查", "曝光台", "月度通报", "政策解读", "公众开放日"},
		"京环之声":   {"环境科普", "网友问", "环保进社区", "低碳办公"},
		"密云环保示例": {"空气质量播报", "扬尘管控", "水环境", "执法检查"},
	} {
		got := heads(server, handle)
		for _, head := range want {
			if got[head] == 0 {
				t.Errorf("%s never wrote 【%s】: %v", handle, head, got)
			}
		}
	}
	if n := heads(server, "京环之声")["执法检查"]; n != 0 {
		t.Errorf("the publicity centre inspects nobody: %d", n)
	}
}

func TestDistrictsWriteAboutThemselves(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon, PastPosts: 5000})

	for _, district := range districts {
		own := 0

		for _, post := range server.must(district.handle).posts {
			text := post.read().Raw
			if strings.Contains(text, district.name) {
				own++
			}

			for _, other := range districts {
				if other.name != district.name && strings.Contains(text, other.name) {
					t.Errorf("%s writes about %s: %s", district.handle, other.name, text)
				}
			}
		}
		if own == 0 {
			t.Errorf("%s never writes about %s", district.handle, district.name)
		}
	}
}

func TestSeasonsHaveTheirTips(t *testing.T) {
	t.Parallel()

	for month, want := range map[time.Month]string{
		time.January: "烟花爆竹", time.April: "祭扫", time.July: "加油", time.October: "秸秆", time.December: "烟花爆竹",
	} {
		found := map[string]bool{}

		for seed := range uint64(400) {
			w := &writer{seed: mix(seed), at: time.Date(2024, month, 15, 9, 0, 0, 0, shanghai), area: "全市"}

			text := w.tip()
			for _, word := range []string{"烟花爆竹", "祭扫", "加油", "秸秆"} {
				if strings.Contains(text, word) {
					found[word] = true
				}
			}
		}
		if len(found) != 1 || !found[want] {
			t.Errorf("%v speaks of %v", month, found)
		}
	}
}

func TestTheAirGotBetterOverTheYears(t *testing.T) {
	t.Parallel()
	mean := func(year int) int {
		sum := 0

		for seed := range uint64(2000) {
			w := &writer{
				seed: mix(seed),
				at:   time.Date(year, time.Month(1+seed%12), 10, 8, 0, 0, 0, shanghai),
			}
			sum += w.fine()
		}

		return sum / 2000
	}
	early, late := mean(2013), mean(2024)
	if early < 60 || early > 130 || late < 20 || late > 50 || early < 2*late {
		t.Errorf("%d µg/m³ in 2013, %d in 2024", early, late)
	}
}

func TestClassesFollowTheIndex(t *testing.T) {
	t.Parallel()

	for aqi, want := range map[int]string{0: "优", 50: "优", 51: "良", 100: "良", 101: "轻度污染", 150: "轻度污染",
		151: "中度污染", 200: "中度污染", 201: "重度污染", 300: "重度污染", 301: "严重污染", 500: "严重污染"} {
		if got := classes[classOf(aqi)]; got != want {
			t.Errorf("AQI %d is %s, want %s", aqi, got, want)
		}
	}
}

func TestAdviceFitsTheAir(t *testing.T) {
	t.Parallel()

	for seed := range uint64(50) {
		w := &writer{seed: mix(seed)}
		if text := w.advice(10); strings.Contains(text, "防护") || strings.Contains(text, "口罩") {
			t.Errorf("clean air: %s", text)
		}
		if text := w.advice(280); strings.Contains(text, "适宜") || strings.Contains(text, "户外走走") {
			t.Errorf("heavy pollution: %s", text)
		}
	}
}

func TestPastPostsEndBeforeTheStartAndGrowOverTheYears(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon, PastPosts: 6000})
	account := server.must(bureau)
	first, last := account.posts[0].time(), account.posts[len(account.posts)-1].time()
	if first.In(shanghai).Year() != 2011 || last.After(noon.Add(-time.Hour)) ||
		noon.Sub(last) > 14*24*time.Hour {
		t.Errorf("from %v to %v", first, last)
	}

	perYear := map[int]int{}
	for _, post := range account.posts {
		perYear[post.time().In(shanghai).Year()]++
	}
	if perYear[2012] >= perYear[2024] || perYear[2012] == 0 {
		t.Errorf("%v", perYear)
	}
}

func TestSharesOfThePastFollowTheWeights(t *testing.T) {
	t.Parallel()

	for _, n := range []int{0, 1, 19, 777, 30000} {
		server := New(Options{Frozen: noon, PastPosts: n})

		sum := 0
		for _, account := range server.all() {
			sum += len(account.posts)
		}
		if sum != n {
			t.Errorf("%d posts, want %d", sum, n)
		}
	}
}

func TestAStartAtAnotherInstantMovesThePast(t *testing.T) {
	t.Parallel()
	born := time.Date(2020, 1, 1, 9, 0, 0, 0, shanghai)

	server := New(Options{Frozen: noon, PastPosts: 500, Born: born})
	for _, account := range server.all() {
		if n := len(account.posts); n > 0 && account.posts[n-1].time().After(born) {
			t.Errorf("%s wrote at %v", account.Handle, account.posts[n-1].time())
		}
	}
	if n := server.Followers(bureau); n <= 3_200_000 {
		t.Errorf("%d followers six years later", n)
	}
}
