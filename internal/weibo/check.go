package weibo

import (
	"regexp"
	"strings"

	"juzhen/internal/fault"
)

// shortLimit is the length up to which a text is an ordinary one.
const shortLimit = 140

// Rules is what CheckPayload must know about the application and the account.
type Rules struct {
	SafeDomains []string // of the application; the public interface wants a link on one of them
	NoLongText  bool     // the account is not entitled to texts over 140
}

var topicPattern = regexp.MustCompile(`#[^#\n]+#`)

// CheckPayload finds everything in p that Weibo would refuse and that can be known before sending; nil
// when nothing is wrong. Fields of the faults: "text", "pictures", "repost", "visible", "mode".
func CheckPayload(payload Payload, rules Rules) fault.Fields {
	can, known := capabilities[payload.mode]
	if !known {
		return fault.Fields{fault.Invalid("mode", "账号的连接方式未知")}
	}
	if payload.Replies() {
		return checkReply(payload, can)
	}
	var fields fault.Fields
	fields.Add(checkText(payload, can, rules))
	if can.NeedsSafeLink {
		fields.Add(checkSafeLink(payload.Text(), rules.SafeDomains))
	}
	if !can.Topics && payload.mode != Manual &&
		topicPattern.MatchString(urlPattern.ReplaceAllString(payload.Text(), " ")) {
		fields.Add(fault.Invalid("text", "公开接口不允许 #话题#，请去掉"))
	}
	fields = append(fields, checkPictures(payload.pictures, can)...)
	fields.Add(checkRepost(payload, can))

	return fields
}

func checkText(payload Payload, can Capability, rules Rules) *fault.Error {
	if strings.TrimSpace(payload.Text()) == "" {
		return fault.Invalid("text", "请填写正文")
	}
	limit := can.MaxLength
	if rules.NoLongText {
		limit = min(limit, shortLimit)
	}
	if payload.mode == Public && payload.Waits() {
		limit -= leadRoom
	}
	if n := Length(payload.Text()); n > limit {
		return fault.Invalid("text", "正文 {.n} 字，超过 {.max} 字，请缩短", "n", n, "max", limit)
	}

	return nil
}

func checkSafeLink(s string, domains []string) *fault.Error {
	if len(domains) == 0 {
		return fault.Invalid("text", "应用未设置安全域名，公开接口不能发布；请管理员设置")
	}

	for _, link := range Links(s) {
		host := linkHost(link)

		for _, d := range domains {
			d = strings.ToLower(strings.TrimSpace(d))
			if d != "" && (host == d || strings.HasSuffix(host, "."+d)) {
				return nil
			}
		}
	}
	list := strings.Join(domains, ", ")

	return fault.Invalid("text", "公开接口要求正文含有安全域名（{.domains}）内的链接", "domains", list)
}

func checkPictures(pictures []Picture, can Capability) fault.Fields {
	var fields fault.Fields
	if len(pictures) > can.MaxPictures {
		fields.Add(
			fault.Invalid("pictures", "图片 {.n} 张，最多 {.max} 张", "n", len(pictures), "max", can.MaxPictures),
		)
	}

	for i, picture := range pictures {
		switch {
		case picture.Type != "image/jpeg" && picture.Type != "image/png" && picture.Type != "image/gif":
			fields.Add(fault.Invalid("pictures", "第 {.i} 张图片的类型不支持，只接受 JPG、PNG、GIF", "i", i+1))
		case picture.Size <= 0:
			fields.Add(fault.Invalid("pictures", "第 {.i} 张图片是空的", "i", i+1))
		case picture.Size >= MaxPictureBytes:
			fields.Add(fault.Invalid("pictures", "第 {.i} 张图片太大，须小于 5 MB", "i", i+1))
		}
	}

	return fields
}

func checkRepost(payload Payload, can Capability) *fault.Error {
	passesOn := payload.draft.RepostID != "" || payload.draft.Lead != ""

	switch {
	case payload.draft.RepostID != "" && !can.Repost:
		return fault.Invalid("repost", "公开接口不能转发")
	case payload.draft.RepostID != "" && !isID(payload.draft.RepostID):
		return fault.Invalid("repost", "被转发微博的编号不对")
	case passesOn && len(payload.pictures) > 0:
		return fault.Invalid("pictures", "转发不能带图片")
	case passesOn && payload.draft.Visible != VisibleAll:
		return fault.Invalid("visible", "转发不能限定可见范围")
	case payload.draft.Visible != VisibleAll && !can.Visibility && payload.mode != Manual:
		return fault.Invalid("visible", "公开接口不能限定可见范围")
	case payload.draft.Visible != VisibleAll && payload.draft.Visible != VisibleSelf:
		return fault.Invalid("visible", "可见范围不对")
	}

	return nil
}
