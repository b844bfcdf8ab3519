package weibo

import (
	"context"
	"net/url"
)

// UserCount is how many followers, friends and posts an account has.
type UserCount struct {
	UID       string
	Followers int64
	Friends   int64
	Posts     int64
}

// UsersCounts reads the figures of up to 100 accounts in one call.
func (c *Client) UsersCounts(ctx context.Context, token Token, uids []string) ([]UserCount, error) {
	const call = "users/counts"
	if len(uids) == 0 {
		return nil, nil
	}
	if len(uids) > maxIDs {
		return nil, tooMany(call, len(uids), maxIDs)
	}
	var list []struct {
		ID        text   `json:"id"`
		Followers number `json:"followers_count"`
		Friends   number `json:"friends_count"`
		Posts     number `json:"statuses_count"`
	}
	if err := c.get(
		ctx,
		call,
		c.opt.PublicURL,
		token,
		url.Values{"uids": {joinIDs(uids)}},
		&list,
	); err != nil {
		return nil, err
	}

	out := make([]UserCount, 0, len(list))
	for _, w := range list {
		if !isID(string(w.ID)) {
			return nil, readUnclear(call, 200, errMalformed)
		}
		out = append(out, UserCount{string(w.ID), int64(w.Followers), int64(w.Friends), int64(w.Posts)})
	}

	return out, nil
}

// User is an account as Weibo shows it.
type User struct {
	UID          string
	ScreenName   string
	Description  string
	AvatarURL    string
	Followers    int64
	Friends      int64
	Posts        int64
	Verified     bool
	VerifiedType int64 // 1 is said to mean government; Weibo does not document it
}

// UserShow reads an account by its uid. For one that has not authorised our application Weibo keeps the
// figures back.
func (c *Client) UserShow(ctx context.Context, token Token, uid string) (User, error) {
	return c.userShow(ctx, token, url.Values{"uid": {uid}})
}

// UserByName reads an account by its screen name.
func (c *Client) UserByName(ctx context.Context, token Token, name string) (User, error) {
	return c.userShow(ctx, token, url.Values{"screen_name": {name}})
}

func (c *Client) userShow(ctx context.Context, token Token, values url.Values) (User, error) {
	const call = "users/show"
	var w struct {
		ID           text   `json:"id"`
		IDStr        text   `json:"idstr"`
		ScreenName   string `json:"screen_name"`
		Description  string `json:"description"`
		AvatarURL    string `json:"avatar_large"`
		Followers    number `json:"followers_count"`
		Friends      number `json:"friends_count"`
		Posts        number `json:"statuses_count"`
		Verified     flag   `json:"verified"`
		VerifiedType number `json:"verified_type"`
	}
	if err := c.get(ctx, call, c.opt.PublicURL, token, values, &w); err != nil {
		return User{}, err
	}
	user := User{
		UID:          string(or(w.IDStr, w.ID)),
		ScreenName:   w.ScreenName,
		Description:  w.Description,
		AvatarURL:    w.AvatarURL,
		Followers:    int64(w.Followers),
		Friends:      int64(w.Friends),
		Posts:        int64(w.Posts),
		Verified:     bool(w.Verified),
		VerifiedType: int64(w.VerifiedType),
	}
	if !isID(user.UID) {
		return User{}, readUnclear(call, 200, errMalformed)
	}

	return user, nil
}

// TrendDay is one day of an account's figures. Posts, reposts and comments are of the day; followers
// and friends are the state at its end.
type TrendDay struct {
	Day       string // 2006-01-02, China time
	Followers int64
	Friends   int64
	Posts     int64
	Reposted  int64 // reposts received
	Received  int64 // comments received
}

// BehaviorTrend reads the daily figures of an account (from, to: 2006-01-02; at most 90 days; blue-V
// accounts only, else empty), commercial interface.
func (c *Client) BehaviorTrend(ctx context.Context, token Token, uid, from, to string) ([]TrendDay, error) {
	const call = "users/behavior_trend/biz"
	values := url.Values{"uid": {uid}, "starttime": {from}, "endtime": {to}}
	var w struct {
		Result []struct {
			Day       text   `json:"day_key"`
			Followers number `json:"followers_count"`
			Friends   number `json:"friends_count"`
			Posts     number `json:"statuses_count"`
			Reposted  number `json:"reposted_count"`
			Received  number `json:"receive_comments_count"`
		} `json:"result"`
	}
	if err := c.get(ctx, call, c.opt.CommercialURL, token, values, &w); err != nil {
		return nil, err
	}

	out := make([]TrendDay, 0, len(w.Result))
	for _, d := range w.Result {
		out = append(out, TrendDay{
			string(d.Day), int64(d.Followers), int64(d.Friends), int64(d.Posts), int64(d.Reposted),
			int64(d.Received),
		})
	}

	return out, nil
}
