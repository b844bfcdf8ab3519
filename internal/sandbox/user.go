package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// userJSON is an account on the wire. province and city are text.
type userJSON struct {
	ID              int64       `json:"id"`
	IDStr           string      `json:"idstr"`
	Class           int         `json:"class"`
	ScreenName      string      `json:"screen_name"`
	Name            string      `json:"name"`
	Province        string      `json:"province"`
	City            string      `json:"city"`
	Location        string      `json:"location"`
	Description     string      `json:"description"`
	URL             string      `json:"url"`
	ProfileImage    string      `json:"profile_image_url"`
	ProfileURL      string      `json:"profile_url"`
	Domain          string      `json:"domain"`
	Weihao          string      `json:"weihao"`
	Gender          string      `json:"gender"`
	Followers       int         `json:"followers_count"`
	Friends         int         `json:"friends_count"`
	PageFriends     int         `json:"pagefriends_count"`
	Statuses        int         `json:"statuses_count"`
	VideoStatuses   int         `json:"video_status_count"`
	Favourites      int         `json:"favourites_count"`
	CreatedAt       string      `json:"created_at"`
	Following       bool        `json:"following"`
	AllowAllActMsg  bool        `json:"allow_all_act_msg"`
	GeoEnabled      bool        `json:"geo_enabled"`
	Verified        bool        `json:"verified"`
	VerifiedType    int         `json:"verified_type"`
	Remark          string      `json:"remark"`
	Insecurity      insecurity  `json:"insecurity"`
	Status          *statusJSON `json:"status,omitempty"`
	PType           int         `json:"ptype"`
	AllowAllComment bool        `json:"allow_all_comment"`
	AvatarLarge     string      `json:"avatar_large"`
	AvatarHD        string      `json:"avatar_hd"`
	VerifiedReason  string      `json:"verified_reason"`
	VerifiedTrade   string      `json:"verified_trade"`
	FollowMe        bool        `json:"follow_me"`
	Like            bool        `json:"like"`
	OnlineStatus    int         `json:"online_status"`
	BiFollowers     int         `json:"bi_followers_count"`
	Lang            string      `json:"lang"`
	Star            int         `json:"star"`
	MBType          int         `json:"mbtype"`
	MBRank          int         `json:"mbrank"`
	BlockWord       int         `json:"block_word"`
	BlockApp        int         `json:"block_app"`
	CreditScore     int         `json:"credit_score"`
	URank           int         `json:"urank"`
}

type insecurity struct {
	SexualContent bool `json:"sexual_content"`
}

func friendsOf(a *account) int { return 180 + int(a.UID%97) }

// user renders an account. full says that the application may see all of it; else profile text, counts
// and last post are withheld. Counting posts is left to users/show and users/counts: inside a post the
// platform's figure may be old, ours is.
func (c *call) user(a *account, full bool) *userJSON {
	id := strconv.FormatInt(a.UID, 10)
	avatar := c.base + "/avatar/" + id + ".svg"
	u := &userJSON{
		ID:              a.UID,
		IDStr:           id,
		Class:           1,
		ScreenName:      a.Handle,
		Name:            a.Handle,
		Province:        "11",
		City:            a.City,
		Location:        a.Location,
		ProfileImage:    avatar,
		AvatarLarge:     avatar,
		AvatarHD:        avatar,
		ProfileURL:      "u/" + id,
		Gender:          "n",
		CreatedAt:       rubyDate(time.Date(or(a.Since, 2011), 1, 12, 10, 0, 0, 0, shanghai)),
		AllowAllActMsg:  true,
		Verified:        true,
		VerifiedType:    1,
		AllowAllComment: true,
		Lang:            "zh-cn",
		CreditScore:     80,
		URank:           40,
	}
	if full {
		u.Description, u.VerifiedReason = a.Description, a.Reason
		u.Followers, u.Friends, u.BiFollowers = c.s.followers(a, c.now), friendsOf(a), friendsOf(a)/2
		u.Statuses = a.count()
	}

	return u
}

// count is the number of posts ever made and not removed, without a look at who may see them.
func (a *account) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.posts)
}

// showUser answers users/show and users/show/biz.
func showUser(c *call) (any, error) {
	uid, name := c.form.Get("uid"), c.form.Get("screen_name")
	if (uid == "") == (name == "") {
		return nil, fail(20002)
	}
	account := c.s.find(uid + name)
	if account == nil {
		return nil, fail(20003)
	}
	full := c.s.oauth.authorized(account.UID, c.app.Key, c.now)
	userJSON := c.user(account, full)
	if full {
		userJSON.Statuses = account.total(c.now)
		account.shown(c.now, account == c.acc, func(p *post) bool {
			userJSON.Status = c.status(p, true)
			return false
		})
	}

	return userJSON, nil
}

type countsJSON struct {
	ID          int64 `json:"id"`
	Followers   int   `json:"followers_count"`
	Friends     int   `json:"friends_count"`
	Statuses    int   `json:"statuses_count"`
	Private     int   `json:"private_friends_count"`
	PageFriends int   `json:"pagefriends_count"`
}

// userCounts answers users/counts: up to 100 accounts in one call.
func userCounts(c *call) (any, error) {
	text := c.form.Get("uids")
	if text == "" {
		return nil, fail(20002)
	}
	uids := strings.Split(text, ",")
	if len(uids) > 100 {
		return nil, fail(20009)
	}
	out := []countsJSON{}

	for _, uid := range uids {
		if account := c.s.find(strings.TrimSpace(uid)); account != nil {
			out = append(out, countsJSON{
				ID:        account.UID,
				Followers: c.s.followers(account, c.now),
				Friends:   friendsOf(account),
				Statuses:  account.total(c.now),
			})
		}
	}

	return out, nil
}
