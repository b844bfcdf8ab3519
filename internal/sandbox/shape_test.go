package sandbox

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// wantShape compares an answer byte for byte with a golden text written over several lines. ID stands
// for the post's id, BASE for the server's address.
func (w *world) wantShape(r reply, id, golden string) {
	w.t.Helper()
	golden = strings.NewReplacer("ID", id, "BASE", w.http.URL).Replace(golden)
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(golden)); err != nil {
		w.t.Fatal(err)
	}
	if r.body != b.String() {
		w.t.Errorf("answer\n%s\nwant\n%s", r.body, b.String())
	}
	if got := r.header.Get("Content-Type"); got != "application/json;charset=UTF-8" {
		w.t.Errorf("content type %s", got)
	}
}

const goldenUser = `{
	"id": 5600000001,
	"idstr": "5600000001",
	"class": 1,
	"screen_name": "环保北京",
	"name": "环保北京",
	"province": "11",
	"city": "1000",
	"location": "北京",
	"description": "发布空气质量、环境监测、执法与便民信息。",
	"url": "",
	"profile_image_url": "BASE/avatar/5600000001.svg",
	"profile_url": "u/5600000001",
	"domain": "",
	"weihao": "",
	"gender": "n",
	"followers_count": 3200000,
	"friends_count": 255,
	"pagefriends_count": 0,
	"statuses_count": 1,
	"video_status_count": 0,
	"favourites_count": 0,
	"created_at": "Wed Jan 12 10:00:00 +0800 2011",
	"following": false,
	"allow_all_act_msg": true,
	"geo_enabled": false,
	"verified": true,
	"verified_type": 1,
	"remark": "",
	"insecurity": {"sexual_content": false},
	"ptype": 0,
	"allow_all_comment": true,
	"avatar_large": "BASE/avatar/5600000001.svg",
	"avatar_hd": "BASE/avatar/5600000001.svg",
	"verified_reason": "北京市环境保护局官方微博",
	"verified_trade": "",
	"follow_me": false,
	"like": false,
	"online_status": 0,
	"bi_followers_count": 127,
	"lang": "zh-cn",
	"star": 0,
	"mbtype": 0,
	"mbrank": 0,
	"block_word": 0,
	"block_app": 0,
	"credit_score": 80,
	"urank": 40
}`

// goldenTail is the part of a status behind the author that never changes here.
const goldenTail = `
	"reposts_count": 0,
	"comments_count": 0,
	"attitudes_count": 0,
	"pending_approval_count": 0,
	"isLongText": false,
	"mlevel": 0,
	"biz_feature": 0,
	"hasActionTypeCard": 0,
	"darwin_tags": [],
	"hot_weibo_tags": [],
	"text_tag_tips": [],
	"userType": 0,
	"positive_recom_flag": 0,
	"gif_ids": "",
	"is_show_bulletin": 0,
	"comment_manage_info": {"comment_permission_type": -1, "approval_comment_type": 0, "comment_sort_type": 0},
	"number_display_strategy": {"apply_scenario_flag": 3, "display_text_min_number": 1000000, "display_text": "100万+"},
	"content_auth": 0,
	"hide_flag": 0,
	"more_info_type": 0,
	"show_additional_indication": 0
`

// goldenStatus is the post "空气质量良", with its author or, trimmed, with the author's uid alone.
func goldenStatus(author string) string {
	return `{
	"visible": {"type": 0, "list_id": 0},
	"created_at": "Mon Nov 23 12:00:00 +0800 2026",
	"id": ID,
	"idstr": "ID",
	"mid": "ID",
	"can_edit": false,
	"text": "空气质量良",
	"textLength": 10,
	"source_allowclick": 0,
	"source_type": 1,
	"source": "<a href=\"http://app.weibo.com/t/feed/4hiB0K\" rel=\"nofollow\">矩阵台</a>",
	"favorited": false,
	"truncated": false,
	"in_reply_to_status_id": "",
	"in_reply_to_user_id": "",
	"in_reply_to_screen_name": "",
	"pic_urls": [],
	"pic_ids": [],
	"pic_num": 0,
	"geo": null,
	"is_paid": false,
	"mblog_vip_type": 0,
	` + author + `,
	"annotations": [{"delivery": "0a"}],` + goldenTail + `}`
}

func TestShapeOfANewPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.post(updateBiz, "status", "空气质量良", "annotations", `[{"delivery":"0a"}]`)
	w.wantShape(reply, reply.id(t), goldenStatus(`"user": `+goldenUser))
}

func TestShapeOfATimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	id := w.post(updateBiz, "status", "空气质量良", "annotations", `[{"delivery":"0a"}]`).id(t)
	for _, call := range []string{"statuses/user_timeline", "statuses/user_timeline/biz"} {
		w.wantShape(w.get(call, "trim_user", "1"), id, `{
			"statuses": [`+goldenStatus(`"uid": 5600000001`)+`],
			"hasvisible": false,
			"previous_cursor": 0,
			"next_cursor": 0,
			"total_number": 1,
			"interval": 0,
			"uve_blank": 0,
			"since_id": 0,
			"max_id": 0,
			"ad": []
		}`)
	}
}

func TestShapeOfAnEmptyTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantShape(w.get("statuses/user_timeline"), "", `{
		"statuses": [],
		"hasvisible": false,
		"previous_cursor": 0,
		"next_cursor": 0,
		"total_number": 0,
		"interval": 0,
		"uve_blank": 0,
		"since_id": 0,
		"max_id": 0,
		"ad": []
	}`)
	w.wantShape(w.get("statuses/user_timeline/ids"), "", `{
		"statuses": [],
		"previous_cursor": 0,
		"next_cursor": 0,
		"total_number": 0
	}`)
}

func TestShapeOfAComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "空气质量良", "annotations", `[{"delivery":"0a"}]`).id(t)
	reply := w.post("comments/create", "id", id, "comment", "谢谢")
	cid := reply.id(t)
	status := strings.Replace(
		goldenStatus(`"user": `+goldenUser),
		`"comments_count": 0`,
		`"comments_count": 1`,
		1,
	)
	one := `{
		"created_at": "Mon Nov 23 12:00:00 +0800 2026",
		"id": CID,
		"rootid": CID,
		"rootidstr": "CID",
		"floor_number": 0,
		"text": "谢谢",
		"disable_reply": 0,
		"user": ` + goldenUser + `,
		"mid": "CID",
		"idstr": "CID",
		"status": ` + status + `,
		"source": "<a href=\"http://weibo.com/\" rel=\"nofollow\">微博 weibo.com</a>",
		"like_count": 0,
		"reply_count": 0,
		"liked": false
	}`
	one = strings.ReplaceAll(one, "CID", cid)
	w.wantShape(reply, id, one)
	w.wantShape(w.get("comments/show", "id", id), id, `{
		"comments": [`+one+`],
		"marks": [],
		"hasvisible": false,
		"previous_cursor": 0,
		"next_cursor": 0,
		"total_number": 1
	}`)
}

func TestShapeOfAnUploadedPicture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.send("statuses/upload_pic/biz", png)
	w.wantShape(reply, reply.tree(t)["pic_id"].(string), `{
		"pic_id": "ID",
		"thumbnail_pic": "BASE/pic/thumbnail/ID.jpg",
		"bmiddle_pic": "BASE/pic/bmiddle/ID.jpg",
		"original_pic": "BASE/pic/large/ID.jpg"
	}`)
}

func TestShapeOfAPostWithPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.send("statuses/upload/biz", png, "status", "图").tree(t)

	id := m["pic_ids"].([]any)[0].(string)
	for name, want := range map[string]string{
		"thumbnail_pic": w.http.URL + "/pic/thumbnail/" + id + ".jpg",
		"bmiddle_pic":   w.http.URL + "/pic/bmiddle/" + id + ".jpg",
		"original_pic":  w.http.URL + "/pic/large/" + id + ".jpg",
	} {
		if m[name] != want {
			t.Errorf("%s = %v, want %s", name, m[name], want)
		}
	}
	urls := m["pic_urls"].([]any)
	if first := urls[0].(map[string]any); len(urls) != 1 || first["thumbnail_pic"] != m["thumbnail_pic"] {
		t.Errorf("pic_urls %v", urls)
	}
}

func TestShapeOfARemovedOriginalInARepost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "原文").id(t)
	other := w.Token("京环之声")
	w.post("statuses/repost/biz", "access_token", other, "id", id)
	w.post("statuses/destroy/biz", "id", id)
	reply := w.get("statuses/user_timeline/biz", "access_token", other)
	of := reply.tree(t)["statuses"].([]any)[0].(map[string]any)["retweeted_status"].(map[string]any)
	if of["text"] != "此微博已被原作者删除。" || of["deleted"] != "1" || of["idstr"] != id || of["user"] != nil {
		t.Errorf("%v", of)
	}
}

func TestShapesOfRefusals(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, c := range []struct {
		reply  reply
		status int
		golden string
	}{
		{w.post(updateBiz, "status", ""), 400, `{
			"error": "content is null!",
			"error_code": 20008,
			"request": "/2/statuses/update/biz.json"
		}`},
		{w.post("statuses/share", "status", "无链接", "rip", "1.1.1.1"), 400, `{
			"error": "text not find domain!",
			"error_code": 10017,
			"request": "/2/statuses/share.json"
		}`},
		{w.post("statuses/update", "status", "x", "rip", "1.1.1.1"), 403, `{
			"error": "Insufficient app permissions!",
			"error_code": 10014,
			"request": "/2/statuses/update.json"
		}`},
		{w.post("oauth2/get_token_info", "access_token", "x"), 400, `{
			"error": "invalid_access_token",
			"error_code": 21332,
			"request": "/oauth2/get_token_info",
			"error_uri": "/oauth2/get_token_info"
		}`},
		{w.get("users/behavior_trend/biz", "uid", "1"), 200, `{
			"errno": -1,
			"msg": "uid参数错误",
			"code": "A00001"
		}`},
		{w.get("commercial/get_count"), 200, `{
			"errno": -1,
			"msg": "date参数错误",
			"code": "A00001"
		}`},
	} {
		if c.reply.status != c.status {
			t.Errorf("status %d, want %d: %s", c.reply.status, c.status, c.reply.body)
		}
		w.wantShape(c.reply, "", c.golden)
	}
}

func TestShapeOfBehavior(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.get("users/behavior_trend/biz",
		"uid", "5600000001",
		"starttime", "2026-11-23",
		"endtime", "2026-11-23",
	)
	w.wantShape(reply, "", `{"errno": 1, "msg": "成功", "code": "B00001", "result": []}`)
	w.SetTime(noon.AddDate(0, 0, 1))
	reply = w.get("users/behavior_trend/biz",
		"uid", "5600000001",
		"starttime", "2026-11-23",
		"endtime", "2026-11-23",
	)
	w.wantShape(reply, reply.tree(t)["result"].([]any)[0].(map[string]any)["followers_count"].(string), `{
		"errno": 1,
		"msg": "成功",
		"code": "B00001",
		"result": [{
			"day_key": "2026-11-23",
			"followers_count": "ID",
			"v_followers_count": "3555",
			"daren_followers_count": "8000",
			"friends_count": "255",
			"v_friends_count": "191",
			"receive_comments_count": "0",
			"statuses_count": "0",
			"bi_followers_count": "127",
			"repost_count": "0",
			"reposted_count": "0",
			"comments_count": "0"
		}]
	}`)
}

func TestAnswersCarryTheSandboxsDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Advance(90 * time.Second)
	if got := w.get("account/get_uid").header.Get("Date"); got != "Mon, 23 Nov 2026 04:01:30 GMT" {
		t.Errorf("Date: %s", got)
	}
}
