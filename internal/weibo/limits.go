package weibo

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// CallLimit is a limit of one interface. The same interface may have several, per hour and per day.
type CallLimit struct {
	Call      string // "statuses/update"
	Unit      string // MINUTES, HOURS, DAYS
	Limit     int64
	Remaining int64
}

// Limits is what is left of the application's calls for this user and this address.
type Limits struct {
	IPLimit, IPLeft     int64
	UserLimit, UserLeft int64
	ResetIn             time.Duration // to the next full counting period
	Calls               []CallLimit
}

// RateLimitStatus reads what is left. The call itself is not counted.
func (c *Client) RateLimitStatus(ctx context.Context, token Token) (Limits, error) {
	var w struct {
		IPLimit   number `json:"ip_limit"`
		IPLeft    number `json:"remaining_ip_hits"`
		UserLimit number `json:"user_limit"`
		UserLeft  number `json:"remaining_user_hits"`
		ResetIn   number `json:"reset_time_in_seconds"`
		Calls     []struct {
			API   string `json:"api"`
			Unit  string `json:"limit_time_unit"`
			Limit number `json:"limit"`
			Left  number `json:"remaining_hits"`
		} `json:"api_rate_limits"`
	}
	if err := c.get(ctx, "account/rate_limit_status", c.opt.PublicURL, token, nil, &w); err != nil {
		return Limits{}, err
	}

	limits := Limits{
		IPLimit:   int64(w.IPLimit),
		IPLeft:    int64(w.IPLeft),
		UserLimit: int64(w.UserLimit),
		UserLeft:  int64(w.UserLeft),
		ResetIn:   time.Duration(w.ResetIn) * time.Second,
	}
	for _, a := range w.Calls {
		limits.Calls = append(limits.Calls, CallLimit{
			strings.TrimPrefix(a.API, "/"), a.Unit, int64(a.Limit), int64(a.Left),
		})
	}

	return limits, nil
}

// CommercialQuota reads how much of the contract was used on a day (2006-01-02), by Weibo's own names
// of the call groups; nested groups are joined by dots.
func (c *Client) CommercialQuota(ctx context.Context, token Token, day string) (map[string]int64, error) {
	const call = "commercial/get_count"
	var w map[string]json.RawMessage
	if err := c.get(ctx, call, c.opt.CommercialURL, token, url.Values{"date": {day}}, &w); err != nil {
		return nil, err
	}
	used := map[string]int64{}
	flatten(used, "", w, 0)

	return used, nil
}

func flatten(into map[string]int64, prefix string, from map[string]json.RawMessage, depth int) {
	for name, raw := range from {
		var n number

		var inner map[string]json.RawMessage
		switch {
		case json.Unmarshal(raw, &inner) == nil && inner != nil && depth < 4:
			flatten(into, prefix+name+".", inner, depth+1)
		case n.UnmarshalJSON(raw) == nil && strings.HasSuffix(name, "count"):
			into[prefix+name] = int64(n)
		case prefix != "" && n.UnmarshalJSON(raw) == nil:
			into[prefix+name] = int64(n)
		}
	}
}
