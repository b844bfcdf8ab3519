package weibo

import "time"

// Kinds of rows. Each sets class, scope, what a write has done, and the rest; the table adds the words.
var (
	retry   = Code{Class: ClassRetry, Write: Unknown, Rest: Rest{For: time.Minute}} // † of docs/weibo.md
	ipHour  = Code{Class: ClassSlow, Scope: ScopeIP, Write: NotPublished, Rest: Rest{NextHour: true}}
	user    = Code{Class: ClassSlow, Scope: ScopeUser, Write: NotPublished, Rest: Rest{NextHour: true}}
	perCall = Code{Class: ClassSlow, Scope: ScopeCall, Write: NotPublished, Rest: Rest{NextHour: true}}
	pause   = Code{Class: ClassSlow, Scope: ScopeBehaviour, Write: NotPublished, Rest: Rest{For: time.Hour}}
	ipPause = Code{Class: ClassSlow, Scope: ScopeIP, Write: NotPublished, Rest: Rest{For: time.Hour}}
	token   = Code{Class: ClassToken, Write: NotPublished}
	edit    = Code{Class: ClassEdit, Write: NotPublished}
	again   = Code{Class: ClassEdit, Write: NotPublished, Repeat: true}
	never   = Code{Class: ClassNever, Write: NotPublished}
	setup   = Code{Class: ClassConfig, Write: NotPublished}
	human   = Code{Class: ClassHuman, Write: NotPublished}
	live    = Code{Class: ClassPublished, Write: PublishedNoID}
)

func (k Code) row(number int, name, text string) Code {
	k.Number, k.Name, k.Text = number, name, text
	return k
}

// Words that serve more than one row.
const (
	textBusy     = "微博接口暂时出错或繁忙，过一会儿再试"
	textProgram  = "请求不符合接口要求，属程序问题；请联系系统维护人员"
	textRights   = "应用没有这个接口的权限；请管理员向微博开放平台申请"
	textReauth   = "账号授权已失效；请管理员重新授权"
	textRepeat   = "微博认为这条内容已经发过；请修改文字后再发"
	textNoPost   = "这条微博不存在，可能已被删除"
	textSignOld  = "微博要求的是旧版签名参数，属程序问题；请联系系统维护人员"
	textFriends  = "关注关系类操作被微博拒绝；控制台不使用此功能"
	textMessages = "私信类操作被微博拒绝；控制台不使用此功能"
	textComments = "评论不存在或不允许操作"
	textLists    = "分组、标签类操作被微博拒绝；控制台不使用此功能"
	textShort    = "短链接参数不对，属程序问题；请联系系统维护人员"
	textNotices  = "通知类操作被微博拒绝；控制台不使用此功能"
	textApp      = "应用的密钥或回调地址配置不对；请管理员核对应用设置"
)

// codes is the table. Sources and doubts of each row: docs/weibo.md.
var codes = []Code{
	// System
	retry.row(10001, "System error", textBusy),
	retry.row(10002, "Service unavailable", textBusy),
	retry.row(10003, "Remote service error", textBusy),
	setup.row(10004, "IP limit", "微博不接受来自本服务器地址的请求；请管理员核对应用的 IP 白名单"),
	setup.row(10005, "Permission denied, need a high level appkey", textRights),
	token.row(10006, "Source parameter (appkey) is missing", "请求未带有效的应用或授权；请管理员重新授权该账号"),
	never.row(10007, "Unsupported media type", textProgram),
	never.row(10008, "Param error, see doc for more info", textProgram),
	retry.row(10009, "Too many pending tasks, system is busy", textBusy),
	retry.row(10010, "Job expired", textBusy),
	retry.row(10011, "RPC error", textBusy),
	never.row(10012, "Illegal request", textProgram),
	never.row(10013, "Invalid weibo user", "该微博用户无效；请核对账号是否正常"),
	setup.row(10014, "Insufficient app permissions", textRights),
	never.row(10016, "Miss required parameter", textProgram),
	edit.row(10017, "Parameter's value invalid", "参数不被接受，多因正文缺少安全域名内的链接；请修改正文，或请管理员核对应用的安全域名"),
	edit.row(10018, "Request body length over limit", "内容超过接口允许的大小；请缩短文字或压缩图片"),
	never.row(10020, "Request api not found", "接口不存在；请管理员核对接口地址"),
	never.row(10021, "HTTP method is not supported for this request", textProgram),
	ipHour.row(10022, "IP requests out of rate limit", "本服务器的调用次数已达上限，所有账号暂停到下一个整点"),
	user.row(10023, "User requests out of rate limit", "该账号的调用次数已达上限，暂停到下一个整点"),
	perCall.row(10024, "User requests for this api out of rate limit", "该账号在此接口的调用次数已达上限，暂停到下一个整点"),

	// Service: input and publishing
	never.row(20001, "IDs is null", textProgram),
	never.row(20002, "Uid parameter is null", textProgram),
	never.row(20003, "User does not exist", "用户不存在；请核对账号"),
	edit.row(20005, "Unsupported image type", "图片类型不支持，只接受 JPG、GIF、PNG；请更换图片"),
	edit.row(20006, "Image size too large", "图片太大；请压缩到 5 MB 以内"),
	never.row(20007, "Does multipart has image", textProgram),
	edit.row(20008, "Content is null", "内容为空；请填写正文"),
	never.row(20009, "IDs is too many", textProgram),
	edit.row(20012, "Text too long, less than 140 characters", "正文太长，超过 140 字；请缩短"),
	edit.row(20013, "Text too long, less than 300 characters", "正文太长，超过 300 字；请缩短"),
	retry.row(20014, "Param is error, please try again", textBusy),
	human.row(
		20015,
		"Account, ip or app is illegal, can not continue",
		"微博暂时禁止该账号、本服务器或应用继续操作；请登录微博查看账号状态并联系平台",
	),
	pause.row(20016, "Out of limit: update too fast", "该账号发布过于频繁；停发一小时"),
	again.row(20017, "Repeat content (similar)", "微博认为内容与已发的相似；请修改文字后再发"),
	edit.row(20018, "Contain illegal website", "正文含有微博不允许的网址；请修改链接"),
	again.row(20019, "Repeat content", textRepeat),
	edit.row(20020, "Contain advertising", "微博认为内容含有广告；请修改文字"),
	edit.row(20021, "Content is illegal", "微博认为内容不合规；请修改文字"),
	ipPause.row(20022, "Abnormal behaviour of this ip", "微博认为本服务器的行为异常，所有账号停发一小时；请管理员查明原因"),
	human.row(20031, "Test and verify", "微博要求输入验证码；请登录微博完成验证"),
	live.row(20032, "Update success, while server slow now", "已发布，微博显示有延迟；稍后自动取回编号"),
	edit.row(20049, "Long text too long", "长微博超过允许的长度；请缩短"),
	live.row(20053, "Released, needs manual review", "已发布，正在接受微博人工审核；稍后自动取回编号"),
	never.row(20101, "Target weibo does not exist", textNoPost),
	never.row(20102, "Not your own weibo", "这条微博不是该账号发布的，不能操作"),
	never.row(20103, "Can't repost yourself weibo", "微博不允许转发自己的这条微博"),
	never.row(20104, "Illegal weibo", "这条微博不可用，可能已被屏蔽"),
	never.row(20109, "Weibo id is null", textProgram),
	again.row(20111, "Repeated weibo text", textRepeat),
	never.row(20201, "Target comment does not exist", textComments),
	never.row(20202, "Illegal comment", textComments),
	never.row(20203, "Not your own comment", textComments),
	never.row(20204, "Comment id is null", textComments),
	never.row(20301, "Can't send direct message to non-follower", textMessages),
	never.row(20302, "Illegal direct message", textMessages),
	never.row(20303, "Not your own direct message", textMessages),
	never.row(20305, "Direct message does not exist", textMessages),
	never.row(20306, "Repeated direct message", textMessages),
	never.row(20307, "Illegal direct message id", textMessages),
	never.row(20401, "Domain not exist", textProgram),
	never.row(20402, "Wrong verifier", textProgram),

	// Relations
	never.row(20501, "Source or target user does not exist", textFriends),
	never.row(20502, "Need target uid or screen_name", textFriends),
	never.row(20503, "Must follow the user", textFriends),
	never.row(20504, "Can not follow yourself", textFriends),
	pause.row(20505, "Follow rate limit", textFriends),
	never.row(20506, "Already followed", textFriends),
	human.row(20507, "Captcha needed", textFriends),
	never.row(20508, "Blocked by the user's privacy settings", textFriends),
	never.row(20509, "Quiet follow limit", textFriends),
	never.row(20510, "Quiet follow refused", textFriends),
	never.row(20511, "Blacklist refuses to follow", textFriends),
	never.row(20512, "Friend count limit", textFriends),
	never.row(20513, "Friend count limit of members", textFriends),
	pause.row(20521, "Following too fast", textFriends),
	never.row(20522, "Not followed", textFriends),
	never.row(20523, "Not a follower", textFriends),
	pause.row(20524, "Unfollowing too fast", textFriends),

	// Lists, favourites, trends, blacklist, tags, profile
	never.row(20601, "List refused", textLists),
	never.row(20602, "List refused", textLists),
	never.row(20603, "List refused", textLists),
	never.row(20604, "List refused", textLists),
	never.row(20605, "List refused", textLists),
	never.row(20606, "List refused", textLists),
	never.row(20607, "List refused", textLists),
	never.row(20608, "List refused", textLists),
	never.row(20609, "List refused", textLists),
	never.row(20610, "List refused", textLists),
	never.row(20611, "List refused", textLists),
	never.row(20612, "List refused", textLists),
	never.row(20613, "List refused", textLists),
	never.row(20614, "List refused", textLists),
	never.row(20615, "List refused", textLists),
	never.row(20701, "Favourite tag refused", textLists),
	never.row(20702, "Favourite tag refused", textLists),
	never.row(20703, "Favourite tag refused", textLists),
	never.row(20801, "Trend name is null", textLists),
	never.row(20802, "Trend id is null", textLists),
	never.row(20901, "Blacklist refused", textLists),
	never.row(20902, "Blacklist refused", textLists),
	never.row(20903, "Blacklist refused", textLists),
	never.row(20904, "Blacklist refused", textLists),
	never.row(20905, "Blacklist refused", textLists),
	never.row(21001, "Tag is null", textLists),
	never.row(21002, "Tag is too long", textLists),
	never.row(21101, "Domain refused", textLists),
	never.row(21102, "Phone number used", textLists),
	never.row(21103, "Phone number refused", textLists),
	never.row(21104, "Verifier refused", textLists),

	// Authorisation
	token.row(21301, "Auth failed", textReauth),
	setup.row(21302, "Username or password error", "用户名或密码不正确"),
	user.row(21303, "Username and password auth out of rate limit", "登录尝试次数已达上限，暂停到下一个整点"),
	never.row(21304, "Version rejected", textSignOld),
	never.row(21305, "Parameter absent", textSignOld),
	never.row(21306, "Parameter rejected", textSignOld),
	never.row(21307, "Timestamp refused", textSignOld),
	never.row(21308, "Nonce used", textSignOld),
	never.row(21309, "Signature method rejected", textSignOld),
	never.row(21310, "Signature invalid", textSignOld),
	setup.row(21311, "Consumer key unknown", textApp),
	setup.row(21312, "Consumer key refused", textApp),
	setup.row(21313, "Miss consumer key", textApp),
	token.row(21314, "Token used", textReauth),
	token.row(21315, "Token expired", "账号授权已过期；请管理员重新授权"),
	token.row(21316, "Token revoked", textReauth),
	token.row(21317, "Token rejected", textReauth),
	never.row(21318, "Verifier fail", textSignOld),
	token.row(21319, "Accessor was revoked", "授权已被账号持有人解除；请管理员重新授权"),
	setup.row(21320, "OAuth2 must use https", "授权必须使用 https；请管理员核对接口地址"),
	setup.row(
		21321,
		"Applications over the unaudited use restrictions",
		"应用未通过审核或使用人数超限，也可能是授权已解除；请管理员核对应用状态并重新授权",
	),
	setup.row(21322, "redirect_uri_mismatch", textApp),
	never.row(21323, "invalid_request", textProgram),
	setup.row(21324, "invalid_client", textApp),
	human.row(21325, "invalid_grant", "授权码无效、过期或已用过；请重新点击授权"),
	setup.row(21326, "unauthorized_client", textRights),
	token.row(21327, "expired_token", "账号授权已过期；请管理员重新授权"),
	never.row(21328, "unsupported_grant_type", textProgram),
	never.row(21329, "unsupported_response_type", textProgram),
	human.row(21330, "access_denied", "账号持有人或授权服务器拒绝了授权；请重新授权并同意"),
	retry.row(21331, "temporarily_unavailable", textBusy),
	token.row(21332, "invalid_access_token", textReauth),

	// Short links, notices, rest
	never.row(21501, "Urls is null", textShort),
	never.row(21502, "Urls is too many", textShort),
	never.row(21503, "IP is null", textShort),
	never.row(21504, "Url is null", textShort),
	never.row(21601, "Manage notice error, need auth", textNotices),
	edit.row(21602, "Contains forbidden word", "正文含有微博不允许的词；请修改文字"),
	never.row(21603, "Applications send notice over the restrictions", textNotices),
	never.row(21701, "Remind refused", textNotices),
	never.row(21702, "Remind category refused", textNotices),
	never.row(21703, "Remind status refused", textNotices),
	never.row(21901, "Geo code input error", "地理位置参数不对，属程序问题；请联系系统维护人员"),
	retry.row(23201, "Backend Service Connect Timeout", textBusy),
}
