package sandbox

import (
	"strconv"
	"time"
)

type countJSON struct {
	ID        int64         `json:"id"`
	IDStr     string        `json:"idstr"`
	Comments  int           `json:"comments"`
	Reposts   int           `json:"reposts"`
	Attitudes int           `json:"attitudes"`
	Number    numberDisplay `json:"number_display_strategy"`
}

type countBizJSON struct {
	ID       string `json:"id"`
	Comments string `json:"comments"`
	Reposts  string `json:"reposts"`
	Likes    string `json:"likes"`
}

type countReadsJSON struct {
	ID        int64 `json:"id"`
	Comments  int   `json:"comments"`
	Reposts   int   `json:"reposts"`
	Attitudes int   `json:"attitudes"`
	Reads     int   `json:"reads"`
}

// counted calls yield for each post asked for that can be seen; the others are left out without a word.
func (c *call) counted(yield func(*post, Reach)) error {
	ids, err := c.ids("ids", 100)
	if err != nil {
		return err
	}

	for _, id := range ids {
		if p := c.s.post(id); p != nil && p.visibleAt(c.now, p.acc == c.acc) {
			yield(p, c.s.reach(p, c.now))
		}
	}

	return nil
}

// countPublic answers statuses/count: numbers, no reads.
func countPublic(c *call) (any, error) {
	out := []countJSON{}
	err := c.counted(func(p *post, reach Reach) {
		out = append(out, countJSON{
			p.id, strconv.FormatInt(p.id, 10), reach.Comments, reach.Reposts, reach.Likes,
			displayStrategy(),
		})
	})

	return out, err
}

// countBiz answers statuses/count/biz: everything as text, likes instead of attitudes, no reads.
func countBiz(c *call) (any, error) {
	out := []countBizJSON{}
	err := c.counted(func(p *post, reach Reach) {
		out = append(out, countBizJSON{
			strconv.FormatInt(p.id, 10), strconv.Itoa(reach.Comments), strconv.Itoa(reach.Reposts),
			strconv.Itoa(reach.Likes),
		})
	})

	return out, err
}

// countReads answers media_statuses/count_sp/biz, the one call with reads; posts of accounts that are
// not of the media type are left out.
func countReads(c *call) (any, error) {
	out := []countReadsJSON{}
	err := c.counted(func(p *post, reach Reach) {
		if p.acc.Media {
			out = append(out, countReadsJSON{p.id, reach.Comments, reach.Reposts, reach.Likes, reach.Reads})
		}
	})

	return out, err
}

type trendJSON struct {
	Errno  int        `json:"errno"`
	Msg    string     `json:"msg"`
	Code   string     `json:"code"`
	Result []trendDay `json:"result"`
}

type ownTrendJSON struct {
	UID    int64      `json:"uid"`
	Result []trendDay `json:"result"`
}

// trendDay is one day of an account; every figure is text.
type trendDay struct {
	Day        string `json:"day_key"`
	Followers  string `json:"followers_count"`
	VFollowers string `json:"v_followers_count"`
	Daren      string `json:"daren_followers_count"`
	Friends    string `json:"friends_count"`
	VFriends   string `json:"v_friends_count"`
	Received   string `json:"receive_comments_count"`
	Statuses   string `json:"statuses_count"`
	BiFollow   string `json:"bi_followers_count"`
	Reposts    string `json:"repost_count"`
	Reposted   string `json:"reposted_count"`
	Comments   string `json:"comments_count"`
}

// behaviorBiz answers users/behavior_trend/biz for any account of the platform.
func behaviorBiz(c *call) (any, error) {
	account := c.s.find(c.form.Get("uid"))
	if account == nil {
		return nil, &statError{"uid参数错误"}
	}
	days, err := c.trend(account, 90)
	if err != nil {
		return nil, err
	}

	return trendJSON{1, "成功", "B00001", days}, nil
}

// behaviorOwn answers users/behavior_trend: the caller's own days, in another envelope.
func behaviorOwn(c *call) (any, error) {
	days, err := c.trend(c.acc, 31)
	if err != nil {
		return nil, err
	}

	return ownTrendJSON{c.acc.UID, days}, nil
}

// trend makes the days from starttime to endtime; the running day is not there yet.
func (c *call) trend(a *account, most int) ([]trendDay, error) {
	from, err1 := time.ParseInLocation(time.DateOnly, c.form.Get("starttime"), shanghai)
	to, err2 := time.ParseInLocation(time.DateOnly, c.form.Get("endtime"), shanghai)
	if err1 != nil || err2 != nil || to.Before(from) {
		return nil, &statError{"starttime或endtime参数错误"}
	}
	if to.Sub(from) >= time.Duration(most)*24*time.Hour {
		return nil, &statError{"时间跨度超过限制"}
	}
	days := []trendDay{}

	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		end := d.AddDate(0, 0, 1)
		if end.After(c.now) {
			break
		}
		days = append(days, c.trendDay(a, d, end))
	}

	return days, nil
}

func (c *call) trendDay(a *account, from, to time.Time) trendDay {
	followers := c.s.followers(a, to)
	written, got := c.s.dayOf(a, from, to)
	n := strconv.Itoa

	return trendDay{
		Day:        from.Format(time.DateOnly),
		Followers:  n(followers),
		VFollowers: n(followers / 900),
		Daren:      n(followers / 400),
		Friends:    n(friendsOf(a)),
		VFriends:   n(friendsOf(a) * 3 / 4),
		Received:   n(got.Comments),
		Statuses:   n(written),
		BiFollow:   n(friendsOf(a) / 2),
		Reposts:    "0",
		Reposted:   n(got.Reposts),
		Comments:   "0",
	}
}

type quotaJSON struct {
	Total   int            `json:"total_count"`
	Search  int            `json:"search_count"`
	Repost  int            `json:"repost_status_count"`
	Batch   int            `json:"user_batch_count"`
	Comment int            `json:"comment_show_count"`
	Sub     map[string]int `json:"sub_count"`
}

// quota answers commercial/get_count: what was used of the paid calls. The sandbox counts from its
// start, whatever the date.
func quota(c *call) (any, error) {
	if c.form.Get("date") == "" {
		return nil, &statError{"date参数错误"}
	}
	q := quotaJSON{Sub: map[string]int{}}

	for _, counter := range c.s.Counters() {
		if !commercialNames[counter.Call] {
			continue
		}
		q.Total += counter.Requests
		q.Sub[counter.Call] += counter.Requests
	}
	q.Comment, q.Repost = q.Sub["comments/show/biz"], q.Sub["statuses/repost_timeline/biz"]

	return q, nil
}
