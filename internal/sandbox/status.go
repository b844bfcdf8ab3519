package sandbox

import (
	"encoding/json"
	"strconv"
	"time"
)

const removedText = "此微博已被原作者删除。"

// statusJSON is a post on the wire. The order of the fields is the platform's.
type statusJSON struct {
	Visible           visibleJSON     `json:"visible"`
	CreatedAt         string          `json:"created_at"`
	ID                int64           `json:"id"`
	IDStr             string          `json:"idstr"`
	MID               string          `json:"mid"`
	CanEdit           bool            `json:"can_edit"`
	Text              string          `json:"text"`
	TextLength        int             `json:"textLength"`
	SourceAllowClick  int             `json:"source_allowclick"`
	SourceType        int             `json:"source_type"`
	Source            string          `json:"source"`
	Favorited         bool            `json:"favorited"`
	Truncated         bool            `json:"truncated"`
	InReplyToStatus   string          `json:"in_reply_to_status_id"`
	InReplyToUser     string          `json:"in_reply_to_user_id"`
	InReplyToName     string          `json:"in_reply_to_screen_name"`
	PicURLs           []picURLJSON    `json:"pic_urls"`
	Thumbnail         string          `json:"thumbnail_pic,omitempty"`
	Middle            string          `json:"bmiddle_pic,omitempty"`
	Original          string          `json:"original_pic,omitempty"`
	PicIDs            []string        `json:"pic_ids"`
	PicNum            int             `json:"pic_num"`
	Geo               *geoJSON        `json:"geo"`
	IsPaid            bool            `json:"is_paid"`
	VIPType           int             `json:"mblog_vip_type"`
	User              *userJSON       `json:"user,omitempty"`
	UID               int64           `json:"uid,omitempty"`
	Retweeted         *statusJSON     `json:"retweeted_status,omitempty"`
	Annotations       json.RawMessage `json:"annotations,omitempty"`
	Reposts           int             `json:"reposts_count"`
	Comments          int             `json:"comments_count"`
	Attitudes         int             `json:"attitudes_count"`
	PendingApproval   int             `json:"pending_approval_count"`
	IsLongText        bool            `json:"isLongText"`
	LongText          *longTextJSON   `json:"longText,omitempty"`
	MLevel            int             `json:"mlevel"`
	BizFeature        int64           `json:"biz_feature"`
	HasActionTypeCard int             `json:"hasActionTypeCard"`
	DarwinTags        []string        `json:"darwin_tags"`
	HotWeiboTags      []string        `json:"hot_weibo_tags"`
	TextTagTips       []string        `json:"text_tag_tips"`
	UserType          int             `json:"userType"`
	PositiveRecomFlag int             `json:"positive_recom_flag"`
	GIFIDs            string          `json:"gif_ids"`
	IsShowBulletin    int             `json:"is_show_bulletin"`
	CommentManage     commentManage   `json:"comment_manage_info"`
	NumberDisplay     numberDisplay   `json:"number_display_strategy"`
	Deleted           string          `json:"deleted,omitempty"`
	ContentAuth       int             `json:"content_auth"`
	HideFlag          int             `json:"hide_flag"`
	MoreInfoType      int             `json:"more_info_type"`
	ShowAdditional    int             `json:"show_additional_indication"`
}

type visibleJSON struct {
	Type   int   `json:"type"`
	ListID int64 `json:"list_id"`
}

type picURLJSON struct {
	Thumbnail string `json:"thumbnail_pic"`
}

type geoJSON struct {
	Type        string    `json:"type"`
	Coordinates []float64 `json:"coordinates"`
}

type longTextJSON struct {
	Content string `json:"longTextContent"`
}

type commentManage struct {
	Permission int `json:"comment_permission_type"`
	Approval   int `json:"approval_comment_type"`
	Sort       int `json:"comment_sort_type"`
}

type numberDisplay struct {
	Apply int    `json:"apply_scenario_flag"`
	Min   int    `json:"display_text_min_number"`
	Text  string `json:"display_text"`
}

func displayStrategy() numberDisplay { return numberDisplay{3, 1000000, "100万+"} }

// deletedJSON is what is left of a removed post where posts are asked for by id.
type deletedJSON struct {
	CreatedAt string       `json:"created_at"`
	ID        int64        `json:"id"`
	IDStr     string       `json:"idstr"`
	MID       string       `json:"mid"`
	Text      string       `json:"text"`
	Source    string       `json:"source"`
	PicURLs   []picURLJSON `json:"pic_urls"`
	Deleted   string       `json:"deleted"`
}

func rubyDate(t time.Time) string { return t.In(shanghai).Format(time.RubyDate) }

func removed(p *post) deletedJSON {
	id := strconv.FormatInt(p.id, 10)

	return deletedJSON{
		CreatedAt: rubyDate(p.time()),
		ID:        p.id,
		IDStr:     id,
		MID:       id,
		Text:      removedText,
		PicURLs:   []picURLJSON{},
		Deleted:   "1",
	}
}

// status renders a post; trim leaves the author's uid in place of the author.
func (c *call) status(p *post, trim bool) *statusJSON {
	body := p.read()
	reach := c.s.reach(p, c.now)
	id := strconv.FormatInt(p.id, 10)
	st := &statusJSON{
		Visible:       visibleJSON{wireVisible(body.Visible), body.ListID},
		CreatedAt:     rubyDate(p.time()),
		ID:            p.id,
		IDStr:         id,
		MID:           id,
		Text:          c.s.shown(body.Raw, p.acc.UID, p.id, false),
		TextLength:    halfWidths(body.Raw),
		SourceType:    1,
		Source:        body.Source,
		IsLongText:    textLength(body.Raw) > shortLimit,
		Annotations:   body.Annotations,
		Reposts:       reach.Reposts,
		Comments:      reach.Comments,
		Attitudes:     reach.Likes,
		PicURLs:       []picURLJSON{},
		PicIDs:        append([]string{}, body.Pics...),
		PicNum:        len(body.Pics),
		DarwinTags:    []string{},
		HotWeiboTags:  []string{},
		TextTagTips:   []string{},
		CommentManage: commentManage{-1, 0, 0},
		NumberDisplay: displayStrategy(),
	}
	if body.Geo != nil {
		st.Geo = &geoJSON{"Point", body.Geo}
	}
	if trim {
		st.UID = p.acc.UID
	} else {
		st.User = c.user(p.acc, true)
	}
	c.pictures(st, body.Pics)
	c.retweeted(st, body.RepostOf, trim)

	return st
}

func (c *call) pictures(st *statusJSON, ids []string) {
	for _, id := range ids {
		st.PicURLs = append(st.PicURLs, picURLJSON{c.picURL("thumbnail", id)})
	}
	if len(ids) > 0 {
		first := ids[0]
		st.Thumbnail = c.picURL("thumbnail", first)
		st.Middle = c.picURL("bmiddle", first)
		st.Original = c.picURL("large", first)
	}
}

func (c *call) retweeted(st *statusJSON, of int64, trim bool) {
	if of == 0 {
		return
	}
	root := c.s.post(of)
	if root == nil {
		return
	}
	if !root.visibleAt(c.now, root.acc == c.acc) {
		id := strconv.FormatInt(of, 10)
		st.Retweeted = &statusJSON{
			CreatedAt: rubyDate(root.time()),
			ID:        of,
			IDStr:     id,
			MID:       id,
			Text:      removedText,
			Deleted:   "1",
			PicURLs:   []picURLJSON{},
			PicIDs:    []string{},
		}

		return
	}
	st.Retweeted = c.status(root, trim)
}

// wireVisible is the number timelines use: a post for close friends is posted with 2 and comes back as 4.
func wireVisible(v int) int {
	if v == 2 {
		return 4
	}

	return v
}
