package public_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// said makes a post one that speaks of the air; superseded by whatever names its writing.
func (w *world) said(post, writing int64, supersedes any, kind string, at, until time.Time, standard string) {
	w.Helper()
	w.exec(`INSERT INTO site.air (post, writing, supersedes, kind, concerns, until, standard)
VALUES ($1, $2, $3, $4, $5, $6, $7)`, post, writing, supersedes, kind, at, until, standard)
}

// TestTheAirOfToday: the newest of what comes by the hour, each text once, what holds and nothing else.
func TestTheAirOfToday(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hour := time.Hour
	old, fresh, again := w.published("实况十一时"), w.published("实况十二时"), w.published("实况十二时，转自市级")
	w.said(old, 1, nil, "live", noon.Add(-hour), noon.Add(5*hour), "HJ 633-2026")
	w.said(fresh, 2, nil, "live", noon, noon.Add(6*hour), "HJ 633-2026")
	w.exec("UPDATE site.posts SET account = 102 WHERE number = $1", again)
	w.said(again, 2, nil, "live", noon, noon.Add(6*hour), "HJ 633-2026")
	w.said(w.published("昨天的预报"), 3, nil, "forecast", noon.Add(-72*hour), noon.Add(-hour), "HJ 633-2026")
	w.said(w.published("手工改过的提示"), 4, nil, "tip", noon, noon.Add(hour), "")

	body := w.want("/air", http.StatusOK, "实况十二时", "HJ 633-2026", "手工改过的提示", "没有今天仍适用的预报。")
	for text, want := range map[string]int{
		"实况十一时": 0, "转自市级": 0, "昨天的预报": 0, "监测时间": 1, "HJ 633-2026": 1, "有效期至": 0,
	} {
		if n := strings.Count(body, text); n != want {
			t.Errorf("%q stands there %d times, want %d", text, n, want)
		}
	}
	w.want("/air.json", http.StatusOK, `"kind":"live"`, `"standard":"HJ 633-2026"`)
	w.want("/en/air", http.StatusOK, "Health advice")
}

// TestAWarningHoldsUntilItIsChangedLiftedOrOver: and stands above the newest posts meanwhile.
func TestAWarningHoldsUntilItIsChangedLiftedOrOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	until := noon.Add(48 * time.Hour)
	yellow := w.published("【空气重污染黄色预警】发布黄色预警")
	w.said(yellow, 1, nil, "warning", noon, until, "空气重污染应急预案（2023年修订）")
	w.want("/", http.StatusOK, "生效中的预警", "空气重污染黄色预警")
	w.want("/air", http.StatusOK, "发布黄色预警", "预警启动", "有效期至", "空气重污染应急预案（2023年修订）")

	orange := w.published("【预警变更】变更为橙色预警")
	w.said(orange, 2, int64(1), "change", noon, until, "空气重污染应急预案（2023年修订）")
	w.site = w.another()
	if body := w.want("/air", http.StatusOK, "变更为橙色预警"); strings.Contains(body, "发布黄色预警") {
		t.Error("what was changed still holds")
	}

	lift := w.published("【预警解除】解除橙色预警")
	w.said(lift, 3, int64(2), "lift", noon, noon.Add(24*time.Hour), "空气重污染应急预案（2023年修订）")
	w.site = w.another()
	if body := w.want("/air", http.StatusOK, "解除橙色预警"); strings.Contains(body, "变更为橙色") {
		t.Error("what was lifted still holds")
	}
	if strings.Contains(w.want("/", http.StatusOK), "生效中的预警") {
		t.Error("a lifted warning stands above the newest posts")
	}

	// The change and the lifting are withdrawn: what they ended is public and holds until its own end.
	w.exec("DELETE FROM site.posts WHERE number IN ($1, $2)", orange, lift)
	w.site = w.another()
	w.want("/air", http.StatusOK, "发布黄色预警")
	w.at = until
	w.site = w.another()
	if strings.Contains(w.want("/air", http.StatusOK, "这里没有生效中的预警"), "发布黄色预警") {
		t.Error("what is over still holds")
	}
}

// TestARebuttalIsReadWhileItHolds: by everybody, with its proof; one that was withdrawn with what corrects
// it.
func TestARebuttalIsReadWhileItHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`
INSERT INTO site.rebuttals (number, unit_name, claim, truth, area, evidence, valid_from, valid_until,
    signed_at, hash, withdrawn_at, correction)
VALUES (401, '某市生态环境局', '明天<b>红色</b>预警', '没有发布预警', '全市',
        '[{"source": "https://example.org/e", "note": "会商结论"}]', $1::timestamptz, $1::timestamptz + interval '2 days', $1::timestamptz, 'x', NULL, ''),
    (402, '某市生态环境局', '旧传言', '旧事实', '全市', '[]', $1::timestamptz - interval '9 days',
        $1::timestamptz, $1::timestamptz, 'x', NULL, ''),
    (403, '某区', '错的辟谣', '错的事实', '某区', '[]', $1::timestamptz - interval '9 days',
        $1::timestamptz + interval '9 days', $1::timestamptz, 'x',
        $1::timestamptz - interval '1 hour', '已在 https://example.org/c 更正')`, noon)

	body := w.want("/rebuttals", http.StatusOK, "明天&lt;b&gt;红色", "没有发布预警", "有效期至 2026-12-02 12:00",
		"错的辟谣", "已于 2026-11-30 11:00 撤回")
	for _, text := range []string{"旧传言", "错的事实"} {
		if strings.Contains(body, text) {
			t.Errorf("%q stands in the list", text)
		}
	}
	w.want("/r/401", http.StatusOK, "ClaimReview", `href="https://example.org/e"`, "会商结论", "适用地区",
		"2026-11-30 12:00 – 2026-12-02 12:00")
	w.want("/r/402", http.StatusGone)
	w.want("/r/403", http.StatusOK, "请不要再引用", `href="https://example.org/c"`)
	w.want("/r/404", http.StatusNotFound)
	w.want("/rebuttals.json", http.StatusOK, `"number":"401"`, `"withdrawn_at"`)
	if body := w.want("/sitemap.xml", http.StatusOK, home+"/r/401"); strings.Contains(body, "/r/402") {
		t.Error("the map names what is over")
	}

	w.at = noon.Add(48 * time.Hour)
	w.site = w.another()
	w.want("/r/401", http.StatusGone)
}

// TestTheEmblemStandsInTheHead, where there is one.
func TestTheEmblemStandsInTheHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.want("/emblem.png", http.StatusNotFound)
	if strings.Contains(w.want("/", http.StatusOK), "emblem.png") {
		t.Error("a picture that is not there")
	}
	w.exec("UPDATE site.settings SET emblem = 'png'")
	w.site = w.another()
	w.want(
		"/",
		http.StatusOK,
		`<link rel="icon" type="image/png" href="/emblem.png">`,
		`src="/emblem.png" alt=""`,
	)
	w.want("/emblem.png", http.StatusOK, "png")
	w.want("/en/emblem.png", http.StatusNotFound)
}
