package sandbox

import (
	"strconv"
	"strings"
)

// endpoint says how a call is made and who answers it.
type endpoint struct {
	post   bool // POST, else GET
	both   bool // either
	bare   bool // path without .json
	open   bool // no token needed
	writes bool // publishes
	free   bool // not counted against limits
	permit permit
	fn     func(*call) (any, error)
}

// publicCalls is the public interface, with the OAuth calls.
var publicCalls = map[string]endpoint{
	"oauth2/access_token":        {post: true, bare: true, open: true, free: true, fn: accessToken},
	"oauth2/get_token_info":      {post: true, bare: true, open: true, free: true, fn: tokenInfo},
	"oauth2/revokeoauth2":        {both: true, bare: true, open: true, free: true, fn: revokeToken},
	"account/get_uid":            {fn: getUID},
	"account/rate_limit_status":  {free: true, fn: rateLimitStatus},
	"statuses/share":             {post: true, writes: true, fn: share},
	"statuses/update":            {post: true, writes: true, permit: updateApp, fn: update},
	"statuses/upload":            {post: true, writes: true, permit: updateApp, fn: upload},
	"statuses/upload_url_text":   {post: true, writes: true, permit: advancedApp, fn: uploadURLText},
	"statuses/upload_pic":        {post: true, permit: advancedApp, fn: uploadPic},
	"statuses/repost":            {post: true, writes: true, fn: repost},
	"statuses/destroy":           {post: true, fn: destroy},
	"statuses/user_timeline":     {fn: publicTimeline},
	"statuses/user_timeline/ids": {fn: publicTimelineIDs},
	"statuses/show":              {fn: showStatus},
	"statuses/count":             {fn: countPublic},
	"statuses/repost_timeline":   {fn: repostTimeline},
	"statuses/querymid":          {fn: queryMID},
	"statuses/queryid":           {fn: queryID},
	"statuses/home_timeline":     {fn: homeTimeline},
	"statuses/friends_timeline":  {fn: homeTimeline},
	"statuses/mentions":          {fn: mentions},
	"emotions":                   {fn: emotions},
	"friendships/show":           {fn: showFriendship},
	"users/show":                 {fn: showUser},
	"users/counts":               {fn: userCounts},
	"comments/show":              {fn: showComments},
	"comments/timeline":          {fn: commentsTimeline},
	"comments/mentions":          {fn: commentsMentions},
	"comments/show_batch":        {fn: commentBatch},
	"comments/to_me":             {fn: commentsToMe},
	"comments/by_me":             {fn: commentsByMe},
	"comments/create":            {post: true, fn: createComment},
	"comments/reply":             {post: true, fn: replyComment},
	"comments/destroy":           {post: true, fn: destroyComment},
	"remind/unread_count":        {fn: unreadCount},
	"short_url/shorten":          {fn: shorten},
	"short_url/expand":           {fn: expand},
}

// commercialCalls is the commercial interface, under /c/2/.
var commercialCalls = map[string]endpoint{
	"account/get_uid":              {fn: getUID},
	"account/rate_limit_status":    {free: true, fn: rateLimitStatus},
	"statuses/update/biz":          {post: true, writes: true, fn: update},
	"statuses/upload/biz":          {post: true, writes: true, fn: upload},
	"statuses/upload_url_text/biz": {post: true, writes: true, fn: uploadURLText},
	"statuses/upload_pic/biz":      {post: true, fn: uploadPic},
	"statuses/repost/biz":          {post: true, writes: true, fn: repost},
	"statuses/destroy/biz":         {post: true, fn: destroy},
	"statuses/user_timeline/biz":   {fn: bizTimeline},
	"statuses/show_batch/biz":      {fn: showBatch},
	"statuses/repost_timeline/biz": {fn: repostTimeline},
	"statuses/count/biz":           {fn: countBiz},
	"media_statuses/count_sp/biz":  {fn: countReads},
	"users/show/biz":               {fn: showUser},
	"users/counts/biz":             {fn: userCounts},
	"users/counts_batch/other":     {fn: userCounts},
	"statuses/mentions/biz":        {fn: mentions},
	"users/behavior_trend":         {fn: behaviorOwn},
	"users/behavior_trend/biz":     {fn: behaviorBiz},
	"comments/show/biz":            {fn: showComments},
	"comments/timeline/biz":        {fn: commentsTimeline},
	"comments/mentions/biz":        {fn: commentsMentions},
	"comments/to_me/biz":           {fn: commentsToMe},
	"comments/by_me/biz":           {fn: commentsByMe},
	"comments/create/biz":          {post: true, fn: createComment},
	"comments/reply/biz":           {post: true, fn: replyComment},
	"comments/destroy/biz":         {post: true, fn: destroyComment},
	"commercial/get_count":         {fn: quota},
}

// Filled by init, because the handlers look back at the table.
var tables [2]map[string]endpoint

// commercialNames are the calls that commercial/get_count counts.
var commercialNames = map[string]bool{}

func init() {
	tables = [2]map[string]endpoint{publicCalls, commercialCalls}
	for name := range commercialCalls {
		commercialNames[name] = true
	}
}

func endpoints(commercial bool) map[string]endpoint {
	if commercial {
		return tables[1]
	}

	return tables[0]
}

func isOAuth(call string) bool { return strings.HasPrefix(call, "oauth2/") }

// int reads an optional whole number; something else in its place is 10017.
func (c *call) int(name string, otherwise int64) (int64, error) {
	text := c.form.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, failf(10017, name)
	}

	return n, nil
}

// id reads the id a call is about.
func (c *call) id(name string, missing int) (int64, error) {
	if c.form.Get(name) == "" {
		return 0, fail(missing)
	}

	return c.int(name, 0)
}

// ids reads a comma list of at most limit ids.
func (c *call) ids(name string, limit int) ([]int64, error) {
	text := c.form.Get(name)
	if text == "" {
		return nil, fail(20001)
	}
	parts := strings.Split(text, ",")
	if len(parts) > limit {
		return nil, fail(20009)
	}

	list := make([]int64, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseInt(strings.TrimSpace(p), 10, 64)
		if err != nil {
			return nil, failf(10017, name)
		}
		list[i] = n
	}

	return list, nil
}

type uidBody struct {
	UID string `json:"uid"`
}

func getUID(c *call) (any, error) { return uidBody{strconv.FormatInt(c.acc.UID, 10)}, nil }
