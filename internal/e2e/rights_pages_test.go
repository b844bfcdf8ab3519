package e2e

// pageRules are the rights at every page and form of the console, written from docs/rights.md, not from
// the code.
var pageRules = []rule{
	// Everybody, also signed out.
	{"GET /assets/:name", open, asset, "", "", usual},
	{"POST /preferences", open, nil, "lang=zh-CN&theme=dark&back=/signin", "", usual},
	{"GET /signin", open, nil, "", "", usual},
	{"POST /signin", open, nil, "username=first&password=" + password, "", usual},
	{"GET /first", open, nil, "", "", usual},
	{
		"POST /first", open, newcomer,
		"username={name}&current=" + password + "&code={code}&password=hK8m-Tq3v-Zr6b&repeat=hK8m-Tq3v-Zr6b",
		"", usual,
	},
	{"POST /signout", open, nil, "", "", usual},
	{"GET /healthz", open, nil, "", "", usual},
	{"GET /readyz", open, nil, "", "", usual},

	// One's own.
	{"GET /", "PRSMA", nil, "", "", usual},
	{"GET /todo", "PRSMA", nil, "", "", usual},
	{"POST /todo/:id/read", "PRSMA", notice, "", `
		SELECT EXISTS (SELECT FROM todo_readers WHERE todo_id = {id} AND user_id = {self})`, usual},
	{"POST /todo/:id/open", "PRSMA", unopened, "",
		"SELECT NOT watched FROM notice_events WHERE todo_id = {id}", usual},
	{"GET /notices", "PRSMA", nil, "", "", usual},
	{"GET /notices/bell", "PRSMA", nil, "", "head-bell", usual},
	{"GET /notices/settings", "PRSMA", nil, "", "", usual},
	{"POST /notices/of/:id", "-----", otherNotice, "", "", usual},
	{"POST /notices/:id/read", "-----", otherRow, "", "", usual},
	{
		"POST /notices/of/:id", "PRSMA", ownNotice, "",
		"SELECT read_at IS NOT NULL FROM notices WHERE event_id = {id}", oneself,
	},
	{
		"POST /notices/:id/read", "PRSMA", ownRow, "",
		"SELECT read_at IS NOT NULL FROM notices WHERE id = {id}", oneself,
	},
	{"POST /notices/read", "PRSMA", ownNotice, "last=9000000000",
		"SELECT read_at IS NOT NULL FROM notices WHERE event_id = {id}", oneself},
	{"POST /notices/settings", "PRSMA", nil, "version=0&console=review",
		"SELECT version = 1 FROM notice_settings WHERE user_id = {self}", oneself},
	{"GET /search", "PRSMA", running, "q=号", "墙内号", listed},
	{"GET /search", "PRSMA", draft, "q=的话", "的话", listed},
	{"GET /follow", "PRSMA", nil, "of=todos&of=pauses", "retry:", usual},
	{"GET /follow", "PRS-A", nil, "of=posts&of=deliveries", "retry:", usual},
	{"GET /follow", "PRS-A", approved, "of=post/{id}", "retry:", usual},
	{"GET /follow", "PRS-A", waiting, "of=delivery/{id}", "retry:", usual},
	{"GET /search/past", "PRS-A", noticed, "q=微博", "墙内的<mark>微博", listed},
	{"GET /views", "PRSMA", unitView, "", "墙内视图", listed},
	{"POST /views", "PRSMA", nil, "list=todo&filter=kind%3Dreview&name=墙的视图",
		"SELECT EXISTS (SELECT FROM list_views WHERE user_id = {self} AND unit_id IS NULL)", oneself},
	{"POST /views", "P-S--", unitView, "list=todo&filter=kind%3Dreview&name=墙的视图{n}&unit={unit}",
		"SELECT EXISTS (SELECT FROM list_views WHERE unit_id = {unit} AND name = '墙的视图{n}')", usual},
	{"POST /views/:id", "P-S--", unitView, "revision=1&name=墙改视图{n}",
		"SELECT name = '墙改视图{n}' FROM list_views WHERE id = {id}", usual},
	{"POST /views/:id", "-----", otherView, "revision=1&name=墙改视图", "", usual},
	{"POST /views/:id", "PRSMA", ownView, "revision=1&name=墙改视图",
		"SELECT name = '墙改视图' FROM list_views WHERE id = {id}", oneself},
	{"POST /views/:id/drop", "P-S--", unitView, "revision=1",
		"SELECT NOT EXISTS (SELECT FROM list_views WHERE id = {id})", usual},
	{"POST /views/:id/drop", "PRSMA", ownView, "revision=1",
		"SELECT NOT EXISTS (SELECT FROM list_views WHERE id = {id})", oneself},
	{"GET /me", "PRSMA", nil, "", "墙内单位", usual},
	{"GET /me/password", "PRSMA", nil, "", "", usual},
	{
		"POST /me/password", "PRSMA", nil,
		"current=" + password + "&password=Lantian-2027-qz&repeat=Lantian-2027-qz", `
			SELECT password_changed_at > now() - interval '1 minute'
				AND password_hash <> (SELECT password_hash FROM users WHERE username = 'first') FROM users
				WHERE id = {self}`, oneself,
	},
	{"POST /me/sessions/end-all", "PRSMA", nil, "", `
		SELECT revoked_at IS NOT NULL FROM sessions WHERE id = {session}`, oneself},
	{"POST /me/sessions/:id/end", "PRSMA", ownSession, "", `
		SELECT revoked_at IS NOT NULL FROM sessions WHERE id = {session}`, oneself},
	{"POST /me/sessions/:id/end", "-----", otherSession, "", "", usual},
	{"GET /admin", "--SMA", nil, "", "", usual},

	// Writing.
	{"GET /posts", "PRS-A", draft, "unit={unit}&account={account}", "", listed},
	{"GET /posts/new", "P----", nil, "", "", usual},
	{"GET /templates", "PRS-A", nil, "", "空气质量实况", usual},
	{"GET /templates/use", "P----", nil, "kind=warning", "预警颜色", usual},
	{
		"POST /templates/use", "P----", blank,
		"kind=digest&unit={unit}&v.from=2026-11-23&v.items=某区%09某事&act=draft",
		"SELECT editors[1] = {self} FROM post_versions WHERE text LIKE '%某区：某事%'", usual,
	},
	{"GET /templates/urgent", "P----", nil, "", "预警颜色", usual},
	{
		"POST /templates/urgent", "P----", running,
		"kind=warning&unit={unit}&lead={account}&minutes=60&v.colour=橙&v.from=2026-12-02T00:00" +
			"&v.until=2026-12-04T23:00&v.cause=页面{self}&act=start",
		"SELECT author_id = {self} AND urgent AND phase = 'submitted' FROM posts p JOIN post_versions v " +
			"ON v.id = p.version_id WHERE v.text LIKE '%页面{self}%'", usual,
	},
	{"GET /templates/warnings", "PRS-A", nil, "", "预警", usual},
	{"GET /templates/duties", "P-S--", nil, "", "墙内单位", usual},
	{
		"POST /templates/duties",
		"P-S--",
		noDuty,
		"unit={unit}&version=0&live=20&daily=&forecast=60",
		"SELECT EXISTS (SELECT FROM duties WHERE unit_id = {unit} AND changed_by = {self} AND leads->>'live' = '20')",
		usual,
	},
	{"GET /templates/edit", "P-S--", nil, "kind=ozone", "臭氧健康提示", usual},
	{
		"POST /templates/edit", "P-S--", blank, "kind=own&unit={unit}&name=自己的{self}&wording=某文&act=save",
		"SELECT EXISTS (SELECT FROM templates WHERE unit_id = {unit} AND name = '自己的{self}')", usual,
	},
	{"POST /posts/free", "P----", blank, "unit={unit}&account={account}", "due", reckons},
	{"GET /posts/accounts", "P----", running, "unit={unit}&find=号", "墙内号", listed},
	{"GET /posts/accounts", "P----", running, "unit={unit}&branch={unit}", "墙内号", listed},
	{"GET /posts/own", "P----", running, "unit={unit}&of={account}", "墙内号", typed},
	{"POST /posts/save", "P----", blank, "unit={unit}&text=又一条&account={account}&when=at&due={due}&act=save",
		"SELECT text = '又一条' FROM post_versions WHERE text = '又一条' AND editors[1] = {self}", usual},
	{
		"POST /posts/save", "P----", draft,
		"id={post}&revision={revision}&unit={unit}&text=改过&account={account}&act=save", `
			SELECT v.text = '改过' FROM posts p JOIN post_versions v ON v.id = p.version_id WHERE p.id = {post}`, usual,
	},
	{
		"POST /posts/save", "P----", draft,
		"id={post}&revision={revision}&unit={unit}&text=改过再交&account={account}&when=now&act=submit",
		"SELECT phase = 'submitted' FROM posts WHERE id = {post}", usual,
	},
	{
		"POST /posts/pictures", "P----", blank, "file file dot.png&unit={unit}",
		"SELECT count(*) = 1 FROM media WHERE uploaded_by = {self}", oneself,
	},
	{"GET /library", "PRS-A", libraryItem, "on=kept", "墙内素材", listed},
	{"GET /library", "PRS-A", nil, "q=空气", "", usual},
	{"GET /library/new", "P-S--", nil, "", "墙内单位", usual},
	{"GET /library/items/:id", "PRS-A", libraryItem, "", "墙内素材", usual},
	{"GET /library/items/:id/picture", "PRS-A", libraryPicture, "", "", usual},
	{
		"POST /library/items", "P-S--", blank, "unit={unit}&kind=snippet&title=新素材{self}&text=某文",
		"SELECT EXISTS (SELECT FROM library_items WHERE unit_id = {unit} AND title = '新素材{self}')", usual,
	},
	{
		"POST /library/items/:id", "P-S--", libraryItem, "revision=1&title=改名{id}&text=某文",
		"SELECT title = '改名{id}' FROM library_items WHERE id = {id}", usual,
	},
	{
		"POST /library/items/:id/retire", "P-S--", libraryItem, "revision=1",
		"SELECT retired_at IS NOT NULL FROM library_items WHERE id = {id}", usual,
	},
	{"GET /posts/words", "P----", nil, "sign=%23&find=", "words", usual},
	{"GET /posts/library", "P----", libraryItem, "q=", "墙内素材", listed},
	{
		"POST /posts/library/:id", "P----", libraryItem, "unit={unit}",
		"SELECT uses = 1 FROM library_items WHERE id = {id}", usual,
	},
	{"POST /posts/pictures", "-----", elsewhere, "file file dot.png&unit={unit}", "", usual},
	{
		"POST /posts/check", "P----", blank, "unit={unit}&text=AQI 98，轻度污染&account={account}",
		"data-suggestion=\"良\"", reckons,
	},
	{
		"POST /posts/check/exceptions", "P----", forbidden,
		"unit={unit}&text={said}&plea={key}&reason.{key}=讲的就是它", `
		SELECT EXISTS (SELECT FROM lexicon_exceptions WHERE text = '{said}' AND asked_by = {self})`, usual,
	},
	{"POST /posts/:id/exceptions", "PRS--", forbidden, "key={key}&reason=讲的就是它", `
		SELECT EXISTS (SELECT FROM lexicon_exceptions WHERE post_id = {post} AND asked_by = {self})`, usual},
	{"GET /posts/many", "P----", dated, "act=withdraw&unit={unit}", "墙内的话", listed},
	{
		"POST /posts/many", "P----", dated, "act=withdraw&reason=不发了&pick={post}.{seen}",
		"SELECT phase = 'withdrawn' FROM posts WHERE id = {post}", usual,
	},
	{"POST /posts/:id/links/look", "PRS--", linked, "", `
		SELECT EXISTS (SELECT FROM post_links WHERE post_id = {post})`, usual},
	{"GET /posts/:id", "PRS-A", approved, "", "墙内的话", usual},
	{"GET /posts/:id/edit", "P----", draft, "", "墙内的话", usual},
	{
		"POST /posts/:id/copy", "P----", approved, "",
		"SELECT EXISTS (SELECT FROM posts WHERE copied_from = {id} AND author_id = {self})", usual,
	},
	{
		"POST /posts/:id/revise", "P----", approved, "",
		"SELECT phase = 'draft' FROM posts WHERE id = {id}", usual,
	},
	{
		"POST /posts/:id/withdraw", "P----", approved, "reason=不发了",
		"SELECT phase = 'withdrawn' FROM posts WHERE id = {id}", usual,
	},
	{"POST /posts/:id/reschedule", "P----", approved, "when=at&due={due}", `
		SELECT due_at > now() + interval '150 min' FROM posts WHERE id = {id}`, usual},
	{
		"POST /posts/:id/delete", "P----", draft, "",
		"SELECT NOT EXISTS (SELECT FROM posts WHERE id = {id})", usual,
	},
	{"GET /posts/:id/deliveries/:delivery", "PRS-A", approved, "", "", usual},
	{"POST /posts/:id/deliveries/:delivery/cancel", "P----", approved, "reason=此账号不发", `
		SELECT state = 'cancelled' FROM deliveries WHERE id = {delivery}`, usual},
	{"POST /posts/:id/deliveries/:delivery/replan", "P-S--", failedPost, "when=now&reason=再发", `
		SELECT state = 'waiting' FROM deliveries WHERE id = {delivery}`, usual},
	{"GET /media/:id", "PRS-A", picture, "", "", usual},
	{"GET /media/:id/thumb", "PRS-A", picture, "", "", usual},
	{"GET /calendar", "PRS-A", approved, "", "", listed},
	{"GET /calendar", "PRS-A", only, "month={month}&account={account}", "墙内的话", listed},
	{"GET /calendar/feed", "PRS-A", only, "account={account}&from={from}&to={to}", "墙内的话", listed},
	{"POST /calendar/:id/move", "P----", approved, "due_at={due}", `
		SELECT due_at > now() + interval '150 min' FROM posts WHERE id = {id}`, usual},

	// The plan. How a year is worked is the whole bureau's.
	{"GET /plan", "PRS-A", only, "q=墙内号", "墙内号", listed},
	{"GET /plan/import", "P----", nil, "", "下载模板", usual},
	{"GET /plan/import/template.xlsx", "P----", nil, "", "", usual},
	{
		"POST /plan/import", "P----", blank, "file file {handle}.xlsx",
		"SELECT EXISTS (SELECT FROM plan_files WHERE sent_by = {self})", oneself,
	},
	{"GET /plan/import/:id", "P----", planFile, "", "墙内一篇", usual},
	{
		"POST /plan/import/:id", "P----", planFile, "again=1",
		"SELECT NOT EXISTS (SELECT FROM plan_files WHERE id = {id})", usual,
	},
	{
		"POST /plan/imports/:id/undo", "P----", planImport, "",
		"SELECT undone_by = {self} FROM plan_imports WHERE id = {id}", usual,
	},
	{"GET /plan/export.xlsx", "PRS-A", only, "q=墙内号", "PK", listed},
	{"GET /feeds/plan/:file", open, openFeed, "", "", usual},
	{"POST /me/feeds", "PRS-A", nil, "name=手机{self}", `
		SELECT EXISTS (SELECT FROM plan_feeds WHERE user_id = {self} AND name = '手机{self}')`, usual},
	{"POST /me/feeds/:id/revoke", "PRSMA", ownFeed, "",
		"SELECT revoked_at IS NOT NULL FROM plan_feeds WHERE id = {id}", usual},
	{"GET /plan/copy", "P----", dated, "from={on}&to={week}&unit={unit}", "墙内的话", listed},
	{
		"POST /plan/copy", "P----", dated, "from={on}&to={week}&post={post}",
		"SELECT EXISTS (SELECT FROM posts WHERE copied_from = {post} AND author_id = {self})", usual,
	},
	{"GET /plan/move", "P----", dated, "from={on}&to={next}&unit={unit}", "墙内的话", listed},
	{
		"POST /plan/move", "P----", dated, "from={on}&to={next}&post={post}",
		"SELECT due_at > now() + interval '20 hours' FROM posts WHERE id = {post}", usual,
	},
	{"GET /plan/series", "PRS-A", series, "", "墙内的话，{", listed},
	{"GET /plan/series/new", "P----", series, "post={source}", "墙内的话", usual},
	{
		"POST /plan/series", "P----", series,
		"post={source}&text=又一次{日期}&first={first}&freq=DAILY&interval=1&count=2&shown={shown}&act=make",
		"SELECT EXISTS (SELECT FROM plan_series WHERE source_id = {source} AND made_by = {self})", usual,
	},
	{"GET /plan/series/:id", "PRS-A", series, "", "墙内的话", usual},
	{
		"POST /plan/series/:id/submit", "P----", series, "pick={post}.1",
		"SELECT phase = 'submitted' FROM posts WHERE id = {post}", usual,
	},
	{
		"POST /plan/series/:id/stop", "P----", series, "from=2&revision=1&reason=不再需要",
		"SELECT ended_by = {self} FROM plan_series WHERE id = {id}", usual,
	},
	{"GET /plan/slots", "PRS-A", running, "account={account}", "墙内号", usual},
	{"POST /plan/slots", "P-S--", running, "account={account}&revision=0&d1=08:30+12:00&workdays=1",
		"SELECT EXISTS (SELECT FROM slot_weeks WHERE account_id = {account} AND workdays)", usual},
	{"GET /plan/queue", "PRS-A", running, "account={account}", "墙内号", usual},
	{"POST /plan/queue/move", "P----", approved, "account={account}&post={id}&due_at={due}",
		"SELECT due_at > now() + interval '150 min' FROM posts WHERE id = {id}", usual},
	{"GET /roster", "PRS-A", shiftAhead, "unit={unit}", "墙内单位", usual},
	{"GET /roster/shifts/:id", "PRS-A", shiftAhead, "", "墙内单位", usual},
	{
		"POST /roster/shifts", "P-S--", shiftAhead,
		"unit={unit}&revision=1&starts_at={later}&ends_at={after}&people={person}",
		"SELECT count(*) = 2 FROM duty_shifts WHERE unit_id = {unit}", usual,
	},
	{
		"POST /roster/shifts/:id", "P-S--", shiftAhead,
		"revision=1&starts_at={from}&ends_at={till}&people={person}",
		"SELECT ends_at = '{till}' FROM duty_shifts WHERE id = {id}", usual,
	},
	{
		"POST /roster/shifts/:id/remove", "P-S--", shiftAhead, "revision=1",
		"SELECT NOT EXISTS (SELECT FROM duty_shifts WHERE id = {id})", usual,
	},
	{
		"POST /roster/shifts/:id/note", "PRS-A", shiftOwn, "version=0&note=交代{self}",
		"SELECT note_by = {self} FROM duty_shifts WHERE id = {id}", usual,
	},
	{
		"POST /roster/shifts/:id/read", "PRS-A", noteComes, "version=1",
		"SELECT EXISTS (SELECT FROM duty_reads WHERE shift_id = {id} AND user_id = {self})", usual,
	},
	{
		"POST /roster/cover", "P-S--", shiftAhead, "unit={unit}&revision=1&from=08:00&to=20:00",
		"SELECT revision = 2 FROM rosters WHERE unit_id = {unit}", usual,
	},
	{"GET /roster/import", "P-S--", shiftAhead, "unit={unit}", "墙内单位", usual},
	{"GET /roster/import/template.xlsx", "P-S--", nil, "month=2026-12", "", usual},
	{
		"POST /roster/import", "P-S--", shiftAhead,
		"file file {day} {who}.csv&unit={unit}&revision=1&month={month}&replace=1",
		"SELECT revision = 2 FROM rosters WHERE unit_id = {unit}", usual,
	},
	{"GET /plan/holidays", "PRS-A", nil, "", "六五环境日", usual},
	{
		"POST /plan/holidays", "P-S--", unknownYear,
		"year={year}&version=0&days={year}-10-01～{year}-10-03 国庆节 休&source=通知",
		"SELECT EXISTS (SELECT FROM holiday_years WHERE year = {year} AND set_by = {self})", ruler,
	},

	// Reviewing.
	{"GET /reviews", "-RS--", submitted, "", "墙内的话", listed},
	{"GET /reviews/:id", "-RS--", submitted, "", "墙内的话", usual},
	{
		"POST /reviews/:id", "-RS--", submitted,
		"version={version}&hash={hash}&decision=approve&opinion=同意",
		"SELECT phase = 'approved' FROM posts WHERE id = {id}", usual,
	},
	{
		"POST /reviews/:id", "-RS--", submitted,
		"version={version}&hash={hash}&decision=return&opinion=请改",
		"SELECT phase = 'returned' FROM posts WHERE id = {id}", usual,
	},
	{
		"POST /reviews/:id",
		"-RS--",
		submitted,
		"version={version}&hash={hash}&decision=opened",
		"SELECT EXISTS (SELECT FROM review_opened o JOIN post_versions v ON v.id = o.version_id WHERE v.post_id = {id} AND o.user_id = {self})",
		usual,
	},
	{
		"POST /reviews", "-RS--", opened, "pick={id}+{version}+1+{hash}+{shown}",
		"SELECT phase = 'approved' FROM posts WHERE id = {id}", usual,
	},
	{"GET /reviews/series/:id", "-RS--", seriesWaiting, "", "墙内的话", usual},
	{
		"POST /reviews/series/:id", "-RS--", seriesWaiting, "pick={post}+1+1+{hash}+{due}",
		"SELECT phase = 'approved' FROM posts WHERE id = {post}", usual,
	},
	{
		"POST /reviews/:id/edit",
		"-RS--",
		atEdit,
		"version={version}&hash={hash}&text=编辑过的话",
		"SELECT version_id <> (SELECT min(id) FROM post_versions WHERE post_id = {id}) FROM posts WHERE id = {id}",
		usual,
	},
	{
		"POST /reviews/:id/notes", "-RS--", submitted, "version={version}&note=请核对",
		"SELECT EXISTS (SELECT FROM review_notes WHERE post_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /reviews/:id/notes/:note/resolve", "-RS--", noted, "",
		"SELECT resolved_at IS NOT NULL FROM review_notes WHERE id = {note}", usual,
	},

	// Sending.
	{"GET /deliveries", "PRS-A", waiting, "", "墙内的话", listed},
	{"GET /deliveries/:id", "PRS-A", waiting, "", "墙内的话", usual},
	{"GET /deliveries/:id/pictures/:n", "PRS-A", illustrated, "", "", usual},
	{"GET /deliveries/:id/certificate", "PRS-A", sent, "", "墙内的话", usual},
	{
		"POST /deliveries/:id/cancel", "P----", waiting, "reason=不发",
		"SELECT state = 'cancelled' FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /deliveries/:id/replan", "P-S--", failed, "when=now&reason=再发",
		"SELECT state = 'waiting' FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /deliveries/:id/sent", "P-S--", unknown, "link={link}&reason=已核对",
		"SELECT state = 'sent' FROM deliveries WHERE id = {id}", usual,
	},
	{"GET /advances/:id", "PRS-A", advance, "", "待第二人同意", usual},
	{
		"POST /advances/:id/agree", "-RS--", advance, "",
		"SELECT state = 'agreed' FROM advances WHERE id = {id}", usual,
	},
	{
		"POST /advances/:id/refuse", "-RS--", advance, "reason=不急",
		"SELECT state = 'refused' FROM advances WHERE id = {id}", usual,
	},
	{
		"POST /deliveries/:id/not-sent", "P-S--", unknown, "reason=已核对", `
		SELECT EXISTS (SELECT FROM delivery_decisions WHERE delivery_id = {id} AND state = 'awaiting_second')`, usual,
	},
	{
		"POST /deliveries/:id/take", "P-S--", handoff, "",
		"SELECT taken_by = {self} FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /deliveries/:id/give-back", "P-S--", taken, "",
		"SELECT taken_by IS NULL FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /deliveries/:id/link", "P-S--", taken, "link={link}",
		"SELECT state = 'sent' FROM deliveries WHERE id = {id}", usual,
	},
	{"GET /posts/:id/takedown", "--S--", sentPost, "", "墙内", usual},
	{"POST /posts/:id/takedown", "--S--", sentPost, "delivery={delivery}&reason=有误", `
		SELECT EXISTS (SELECT FROM delivery_decisions WHERE delivery_id = {delivery})`, usual},
	{"GET /takedowns/:id", "PRS-A", batch, "", "墙内号", usual},
	{"GET /takedowns/:id/progress", "PRS-A", batch, "", "", usual},
	{"POST /takedowns/:id/confirm", "-RS--", batch, "", `
		SELECT bool_and(state = 'confirmed') FROM delivery_decisions WHERE batch_id = {id}`, usual},
	{"POST /takedowns/:id/refuse", "-RS--", batch, "reason=没有错", `
		SELECT bool_and(state = 'refused') FROM delivery_decisions WHERE batch_id = {id}`, usual},
	{"GET /decisions/:id", "PRS-A", takedown, "", "墙内的话", usual},
	{"POST /decisions/:id/confirm", "-RS--", takedown, "", `
		SELECT state = 'confirmed' FROM delivery_decisions WHERE id = {id}`, usual},
	{"POST /decisions/:id/refuse", "-RS--", takedown, "reason=没有错", `
		SELECT state = 'refused' FROM delivery_decisions WHERE id = {id}`, usual},
	{"GET /pauses", "PRSMA", aPause, "", "墙内演练", listed},
	{"GET /pauses/accounts", "--SM-", running, "find=号", "墙内号", listed},
	{"GET /pauses/preview", "--SM-", running, "unit={unit}", "", usual},
	{"GET /pauses/new", "--SM-", running, "unit={unit}", "", usual},
	{"GET /pauses/new", "--SM-", running, "unit={unit}&account={account}", "", typed},
	{"POST /pauses", "--SM-", running, "unit={unit}&account={account}&reason=演练", `
		SELECT EXISTS (SELECT FROM pauses WHERE account_id = {account} AND paused_by = {self})`, typed},
	{"GET /pauses/:id", "--SM-", aPause, "", "墙内演练", usual},
	{
		"POST /pauses/:id/resume", "--SM-", aPause, "all=send",
		"SELECT resumed_by = {self} FROM pauses WHERE id = {id}", usual,
	},
	{"GET /sending", "--SM-", nil, "", "", usual},
	{"POST /sending/release", "--SM-", stopped, "why=已核对", `
		SELECT NOT EXISTS (SELECT FROM installation WHERE name = 'sending_stopped')`, ruler},

	// Word lists.
	{"GET /lexicon", "PRS-A", words, "", "墙内词表", listed},
	{"GET /lexicon/new", "--S--", nil, "", "", usual},
	{"POST /lexicon", "--S--", words, "unit={unit}&kind=typo&name=新词表{id}", `
		SELECT EXISTS (SELECT FROM lexicons WHERE unit_id = {unit} AND name = '新词表{id}')`, usual},
	{"GET /lexicon/try", "PRS-A", nil, "", "", usual},
	{"POST /lexicon/try", "PRS-A", words, "unit={unit}&text=这里有墙内错字", "<mark", reckons},
	{"GET /lexicon/changes/:id", "PRS-A", wordChange, "", "墙内禁词", usual},
	{"POST /lexicon/changes/:id/confirm", "-RS--", wordChange, "", `
		SELECT state = 'confirmed' FROM lexicon_changes WHERE id = {id}`, usual},
	{"POST /lexicon/changes/:id/stop", "-RS--", wordChange, "reason=不妥", `
		SELECT state = 'stopped' FROM lexicon_changes WHERE id = {id}`, usual},
	{"GET /lexicon/levels", "PRS-A", levelled, "unit={unit}", "rule-mobile", usual},
	{"POST /lexicon/levels", "--S--", levelled, "unit={unit}&rule=topic&level=second&version=0", `
		SELECT EXISTS (SELECT FROM rule_levels WHERE unit_id = {unit} AND rule = 'topic' AND level = 'second')`, usual},
	{"GET /lexicon/levels/:id", "PRS-A", levelChange, "", "墙内的原因", usual},
	{"POST /lexicon/levels/:id/confirm", "-RS--", levelChange, "", `
		SELECT state = 'confirmed' FROM rule_level_changes WHERE id = {id}`, usual},
	{"POST /lexicon/levels/:id/stop", "-RS--", levelChange, "reason=不妥", `
		SELECT state = 'stopped' FROM rule_level_changes WHERE id = {id}`, usual},
	{"GET /lexicon/domains", "PRS-A", domains, "unit={unit}", "a.example.cn", usual},
	{"POST /lexicon/domains", "--S--", domains, "unit={unit}&domains=b.example.cn&version={version}", `
		SELECT hosts = '{b.example.cn}' FROM link_domains WHERE unit_id = {unit}`, usual},
	{"GET /lexicon/exceptions/:id", "PRS-A", plea, "", "就是这样写的", usual},
	{"POST /lexicon/exceptions/:id/confirm", "-RS--", plea, "", `
		SELECT state = 'confirmed' FROM lexicon_exceptions WHERE id = {id}`, usual},
	{"POST /lexicon/exceptions/:id/stop", "-RS--", plea, "reason=不妥", `
		SELECT state = 'stopped' FROM lexicon_exceptions WHERE id = {id}`, usual},
	{"GET /lexicon/:id", "PRS-A", words, "", "墙内错字", usual},
	{"GET /lexicon/:id/entries/new", "--S--", words, "", "", usual},
	{"GET /lexicon/:id/entries/:entry", "--S--", words, "", "墙内错字", usual},
	{"POST /lexicon/:id/entries", "--S--", words, "act=save&state=on&word=又一个", `
		SELECT EXISTS (SELECT FROM lexicon_entries WHERE lexicon_id = {id} AND word = '又一个')`, usual},
	{"GET /lexicon/:id/versions", "PRS-A", words, "", "墙内错字", usual},
	{"GET /lexicon/:id/words.csv", "PRS-A", words, "", "墙内错字", usual},
	{"GET /lexicon/:id/words.xlsx", "PRS-A", words, "", "", usual},
	{"POST /lexicon/:id/import", "--S--", words, "file file words.csv", `
		SELECT count(*) = 2 FROM lexicon_files WHERE lexicon_id = {id}`, usual},
	{"GET /lexicon/:id/import/:file", "--S--", words, "", "a.csv", usual},
	{"POST /lexicon/:id/import/:file", "--S--", words, "", `
		SELECT EXISTS (SELECT FROM lexicon_entries WHERE lexicon_id = {id} AND word = '另一个')`, usual},
	{"POST /lexicon/:id/switch", "--S--", words, "to=off&reason=不用了", `
		SELECT EXISTS (SELECT FROM lexicon_changes WHERE lexicon_id = {id} AND kind = 'off')`, usual},
	{"POST /lexicon/:id/offer", "--S--", words, "", "", reckons},

	// The matrix.
	{"GET /matrix", "PRSMA", fresh, "", "墙内号", listed},
	{"GET /matrix/accounts/new", "---M-", nil, "", "墙内单位", usual},
	{
		"POST /matrix/accounts",
		"---M-",
		blank,
		"unit_id={unit}&handle=新号{unit}&display_name=新号&seat=district&connector=manual&late_limit=10&min_gap=1",
		"SELECT EXISTS (SELECT FROM accounts WHERE handle = '新号{unit}')",
		usual,
	},
	{"GET /matrix/accounts/:id", "PRSMA", running, "", "墙内号", usual},
	{"GET /matrix/accounts/:id/backfill", "PRSMA", running, "", "", usual},
	{"GET /matrix/accounts/:id/edit", "---M-", running, "", "墙内号", usual},
	{
		"POST /matrix/accounts/:id/edit",
		"---M-",
		fresh,
		"unit_id={unit}&handle={handle}&display_name=改名&seat=district&connector=commercial&remote_uid={uid}&late_limit=10&min_gap=1",
		"SELECT display_name = '改名' FROM accounts WHERE id = {id}",
		usual,
	},
	{
		"POST /matrix/accounts/:id/state", "---M-", running, "to=suspended&reason=维护",
		"SELECT state = 'suspended' FROM accounts WHERE id = {id}", usual,
	},
	{"POST /matrix/accounts/:id/authorise", "---M-", fresh, "", `
		SELECT EXISTS (SELECT FROM oauth_states WHERE account_id = {id} AND user_id = {self})`, usual},
	{"POST /matrix/accounts/:id/token", "---M-", fresh, "token={token}", `
		SELECT obtained_by = {self} FROM credentials WHERE account_id = {id}`, usual},
	{"POST /matrix/accounts/:id/revoke", "---M-", running, "reason=停用", `
		SELECT NOT EXISTS (SELECT FROM credentials WHERE account_id = {id} AND state = 'valid')`, usual},
	{"POST /matrix/accounts/:id/push", "---M-", running, "revision=0&secret=xyz123xyz", `
		SELECT EXISTS (SELECT FROM push_addresses WHERE account_id = {id} AND made_by = {self})`, usual},
	{"POST /matrix/accounts/:id/push/revoke", "---M-", pushedTo, "revision=1&reason=停用", `
		SELECT token_hash IS NULL FROM push_addresses WHERE account_id = {id}`, usual},
	{
		"POST /matrix/accounts/:id/test", "---M-", fresh, "",
		"SELECT tested_at IS NOT NULL FROM accounts WHERE id = {id}", usual,
	},
	{"POST /matrix/accounts/:id/backfill", "---M-", running, "", `
		SELECT EXISTS (SELECT FROM backfills WHERE account_id = {id})`, usual},
	{"POST /matrix/accounts/:id/import", "---M-", running, "file file 53{id}.json", `
		SELECT EXISTS (SELECT FROM platform_posts WHERE account_id = {id})`, usual},
	{"GET /matrix/imports/:id", "PRSMA", imported, "", "墙内文件", usual},
	{"GET /matrix/imports/:id/progress", "PRSMA", imported, "", "墙内文件", usual},
	{"GET /matrix/imports/:id/rejected.csv", "PRSMA", imported, "", "", usual},
	{
		"POST /matrix/imports/:id/undo", "---M-", imported, "",
		"SELECT state = 'undone' FROM imports WHERE id = {id}", usual,
	},
	{"GET /oauth/weibo/callback", "---M-", authorising, "state={state}&code={code}", `
		SELECT origin = 'oauth' FROM credentials WHERE account_id = {id}`, returns},

	// Reach. A press officer sees the own unit's accounts, not those of units below it.
	{"GET /reach", "PRS-A", noticed, "", "墙内号", listed},
	{"GET /inspection", "PRS-A", running, "account={id}", "墙内号", usual},
	{"GET /inspection/runs", "PRS-A", nil, "", "", usual},
	{"GET /inspection/runs/:id", "PRS-A", keptRun, "", "墙内号", listed},
	{"GET /inspection/runs/:id/export.xlsx", "PRS-A", keptRun, "", "PK", listed},
	{"GET /inspection/accounts/:id", "PRS-A", running, "", "墙内号", usual},
	{"GET /inspection/accounts/:id", "-RS-A", below, "", "墙内号", usual},
	{
		"POST /inspection/accounts/:id",
		"--S--",
		unlooked,
		"number=0&on={today}&next={soon}&given_comments=yes&evidence_comments=a&given_messages=yes&evidence_messages=a" +
			"&given_auto_reply=none&given_menu=none",
		"SELECT EXISTS (SELECT FROM interaction_checks WHERE account_id = {id} AND by_user = {self})",
		usual,
	},
	{"GET /inspection/accounts/:id/checks/:check/:question", "PRS-A", lookedAt, "", "", usual},
	{"GET /reports", "PRS-A", reportDraft, "", "墙内报告", listed},
	{"GET /reports/new", "P-S--", nil, "", "", usual},
	{"GET /reports/:id", "PRS-A", reportDraft, "", "墙内报告", usual},
	{"GET /reports/:id/file", "PRS-A", reportDraft, "format=xlsx", "", usual},
	{
		"POST /reports", "P-S--", reportDraft, "kind=league&unit_id={unit}&from=2026-09-01&to=2026-09-30",
		"SELECT EXISTS (SELECT FROM reports WHERE unit_id = {unit} AND made_by = {self})", usual,
	},
	{
		"POST /reports/:id/words", "P-S--", reportDraft, "revision=1&title=新标题",
		"SELECT title = '新标题' FROM reports WHERE id = {id}", usual,
	},
	{
		"POST /reports/:id/sign", "--S--", reportDraft, "revision=1",
		"SELECT first_by = {self} FROM reports WHERE id = {id}", usual,
	},
	{
		"POST /reports/:id/return", "--S--", reportSigning, "revision=1&reason=漏了",
		"SELECT state = 'draft' FROM reports WHERE id = {id}", usual,
	},
	{"GET /incidents", "PRS-A", eventOpen, "", "墙内事件", listed},
	{"GET /incidents/:id", "PRS-A", eventOpen, "", "墙内事件", usual},
	{"GET /incidents/:id/review", "PRS-A", eventOpen, "", "墙内事件", usual},
	{"GET /incidents/new", "P-S--", nil, "", "", usual},
	{"GET /incidents/:id/edit", "P-S--", eventOpen, "", "墙内事件", usual},
	{
		"POST /incidents", "P-S--", eventOpen, "unit={unit}&title=又有一件事&grade=other&keywords=异味&t0={at}",
		"SELECT EXISTS (SELECT FROM incidents WHERE title = '又有一件事' AND opened_by = {self})", usual,
	},
	{
		"POST /incidents/:id/edit", "P-S--", eventOpen,
		"revision=1&title=又一件事&grade=other&keywords=异味&t0={at}&reason=等级不对",
		"SELECT grade = 'other' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/say", "P-S--", eventOpen, "revision=1&text=正在检测",
		"SELECT stage = 'draft' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/ask", "P-S--", eventDraft, "revision=1",
		"SELECT stage = 'signing' AND asked_by = {self} FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/sign",
		"-RS--",
		eventSigning,
		"revision=1",
		"SELECT EXISTS (SELECT FROM incident_signatures WHERE incident_id = {id} AND by_user = {self})",
		usual,
	},
	{
		"POST /incidents/:id/return", "-RS--", eventSigning, "revision=1&reason=没有写点位",
		"SELECT stage = 'draft' AND returned_why <> '' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/link", "P-S--", eventBesides, "revision=1&post_id={post}",
		"SELECT EXISTS (SELECT FROM incident_posts WHERE incident_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /incidents/:id/record", "P-S--", eventOpen, "revision=1&due=meet&at={at}&reason=新闻办",
		"SELECT EXISTS (SELECT FROM incident_marks WHERE incident_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /incidents/:id/follow", "P-S--", eventOpen, "revision=1&text=没有新情况",
		"SELECT EXISTS (SELECT FROM incident_steps WHERE incident_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /incidents/:id/hold", "P-S--", eventBesides, "revision=1&delivery={delivery}",
		"SELECT state = 'held' AND reason = 'held_for' FROM deliveries WHERE id = {delivery}", usual,
	},
	{
		"POST /incidents/:id/release", "P-S--", eventHolding, "revision=1&delivery={delivery}",
		"SELECT state = 'waiting' FROM deliveries WHERE id = {delivery}", usual,
	},
	{
		"POST /incidents/:id/ask-end", "P-S--", eventOpen, "revision=1&text=已经处置",
		"SELECT state = 'closing' AND end_asked_by = {self} FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/end", "--S--", eventClosing, "revision=1",
		"SELECT state = 'closed' AND ended_by = {self} FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/resume", "--S--", eventClosing, "revision=1&reason=还没有完",
		"SELECT state = 'open' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /incidents/:id/reopen", "--S--", eventClosed, "revision=1&reason=又有一处",
		"SELECT state = 'open' FROM incidents WHERE id = {id}", usual,
	},
	{"GET /rebuttals", "PRS-A", rebutDraft, "", "墙内传言", listed},
	{"GET /rebuttals/:id", "PRS-A", rebutDraft, "", "墙内传言", usual},
	{"GET /rebuttals/new", "P-S--", nil, "", "", usual},
	{"GET /rebuttals/:id/edit", "P-S--", rebutDraft, "", "墙内传言", usual},
	{
		"POST /rebuttals",
		"P-S--",
		rebutDraft,
		"unit={unit}&claim=又一条传言&truth=不是&area=全市&expert=预报员&evidence=会商单.pdf&keywords=谣言词语&valid_from={from}&valid_until={until}",
		"SELECT EXISTS (SELECT FROM rebuttal_versions WHERE claim = '又一条传言' AND by_user = {self})",
		usual,
	},
	{
		"POST /rebuttals/:id/edit",
		"P-S--",
		rebutDraft,
		"revision=1&claim=又一条传言&truth=不是&area=全市&expert=预报员&evidence=会商单.pdf&keywords=谣言词语&valid_from={from}&valid_until={until}",
		"SELECT version = 2 FROM rebuttals WHERE id = {id}",
		usual,
	},
	{
		"POST /rebuttals/:id/ask", "P-S--", rebutDraft, "revision=1",
		"SELECT state = 'signing' AND asked_by = {self} FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /rebuttals/:id/sign", "-RS--", rebutSigning, "revision=1",
		"SELECT state = 'signed' AND signed_by = {self} FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /rebuttals/:id/return", "-RS--", rebutSigning, "revision=1&reason=依据不够",
		"SELECT state = 'draft' AND returned_why <> '' FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /rebuttals/:id/review", "P-S--", rebutSigned, "revision=1",
		"SELECT revision = 2 FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /rebuttals/:id/withdraw", "P-S--", rebutSigned, "revision=1&reason=不属实了",
		"SELECT state = 'withdrawn' AND withdrawn_by = {self} FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /rebuttals/:id/correct", "P-S--", rebutWithdrawn, "revision=1&reason=稿件 7",
		"SELECT correction = '稿件 7' FROM rebuttals WHERE id = {id}", usual,
	},
	{"GET /faults", "PRS-A", faulty, "", "墙内问题", listed},
	{"GET /faults/export.xlsx", "PRS-A", nil, "", "PK", usual},
	{"GET /faults/new", "PRS--", nil, "", "", usual},
	{
		"POST /faults/held",
		"--S--",
		unentered,
		"code=silence",
		"SELECT EXISTS (SELECT FROM faults WHERE account_id = {id} AND source = 'rule' AND opened_by = {self})",
		usual,
	},
	{"GET /faults/:id", "PRS-A", faulty, "", "墙内问题", usual},
	{
		"POST /faults", "PRS--", running, "account={account}&code=wording&description=错字{self}",
		"SELECT EXISTS (SELECT FROM faults WHERE account_id = {account} AND opened_by = {self})", typed,
	},
	{
		"POST /faults/:id/assign", "PRS--", faulty, "revision=1&unit={unit}&deadline={day}",
		"SELECT state = 'assigned' FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /faults/:id/correct", "PRS--", faultAssigned, "revision=2&note=已改",
		"SELECT state = 'corrected' AND corrected_by = {self} FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /faults/:id/check", "PRS--", faultCorrected, "revision=3&note=看过&verdict=pass",
		"SELECT state = 'checked' AND checked_by = {self} FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /faults/:id/close", "--S--", faultChecked, "revision=4",
		"SELECT state = 'closed' FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /faults/:id/reopen", "--S--", faultClosed, "revision=5&note=又有",
		"SELECT state = 'reopened' FROM faults WHERE id = {id}", usual,
	},
	{"GET /inbox", "PRS-A", heard, "show=all", "墙内市民的话", listed},
	{"GET /inbox/:id", "PRS-A", heard, "", "墙内市民的话", usual},
	{
		"POST /inbox/:id/assign", "P-S--", heard, "revision=1",
		"SELECT state = 'assigned' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/return", "P-S--", heardAssigned, "revision=2&note=不是本单位的",
		"SELECT state = 'open' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/refer", "P-S--", heard, "revision=1&number=12345-7",
		"SELECT state = 'referred' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/back", "P-S--", heardReferred, "revision=3",
		"SELECT state = 'assigned' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/reply", "P-S--", heard, "revision=1&text=已答",
		"SELECT written_by = {self} FROM inbox_answers WHERE matter_id = {id}", usual,
	},
	{
		"POST /inbox/:id/replies/:answer", "P-S--", heardDoubt, "act=agree",
		"SELECT state = 'ended' FROM inbox_answers WHERE id = {answer}", usual,
	},
	{
		"POST /inbox/:id/replies/:answer", "P-S--", heardHeld, "act=take_back",
		"SELECT state = 'cancelled' FROM all_deliveries WHERE id = {delivery}", usual,
	},
	{"GET /inbox/answers/:id", "PRS-A", heardAnswer, "", "", usual},
	{
		"POST /inbox/:id/answer", "P-S--", heard, "revision=1&way=phone&note=已答",
		"SELECT state = 'answered' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/close", "P-S--", heardAnswered, "revision=4&result=solved",
		"SELECT state = 'closed' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/reopen", "P-S--", heardClosed, "revision=5&note=没有解决",
		"SELECT state = 'reopened' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/sort", "P-S--", heard, "revision=1&kind=report",
		"SELECT kind = 'report' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/merge", "P-S--", heardTwice, "revision=1&into={other}",
		"SELECT state = 'closed' AND merged_into = {other} FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/note", "P-S--", heard, "revision=1&note=问过了",
		"SELECT revision = 2 FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/reveal", "P-S--", heard, "", `
		SELECT EXISTS (SELECT FROM audit_entries WHERE action = 'inbox.reveal' AND subject_type = 'inbox' AND subject_id = '{id}')`, usual,
	},
	{
		"POST /inbox/:id/snooze", "P-S--", heard, "revision=1",
		"SELECT revision = 2 FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /inbox/:id/rate", "P-S--", heardClosed, "revision=5&rating=fair&note=市民回复说还行",
		"SELECT rating = 'fair' FROM inbox_matters WHERE id = {id}", usual,
	},
	{"GET /inbox/rates", "PRS-A", heard, "month={month}", "墙内单位", listed},
	{"GET /inbox/rates.csv", "PRS-A", heard, "month={month}", "墙内单位", listed},
	{"GET /inbox/terms", "PRS-A", nil, "", "墙内单位", listed},
	{"GET /inbox/terms/:id", "PRS-A", unitTerms, "", "墙内单位", usual},
	{
		"POST /inbox/terms/:id", "--S--", unitTerms, "revision=0&inherits=yes",
		"SELECT EXISTS (SELECT FROM inbox_terms WHERE unit_id = {id} AND written_by = {self})", usual,
	},
	{"GET /inbox/rules", "PRS-A", assignRule, "", "墙内规则", listed},
	{"GET /inbox/rules/new", "--S--", blank, "unit={unit}", "墙内单位", usual},
	{
		"POST /inbox/rules",
		"--S--",
		blank,
		"unit={unit}&name=页上新建&position=5&kind=report",
		"SELECT EXISTS (SELECT FROM inbox_rules WHERE unit_id = {unit} AND name = '页上新建' AND changed_by = {self})",
		usual,
	},
	{"GET /inbox/rules/:id", "--S--", assignRule, "", "墙内规则", usual},
	{
		"POST /inbox/rules/:id", "--S--", assignRule, "revision=4&name=改名&position=5&kind=ask",
		"SELECT name = '改名' FROM inbox_rules WHERE id = {id}", usual,
	},
	{
		"POST /inbox/rules/:id/retire", "--S--", assignRule, "revision=4",
		"SELECT retired_at IS NOT NULL FROM inbox_rules WHERE id = {id}", usual,
	},
	{
		"POST /inbox/rules/:id/apply", "--S--", heardRule, "revision=4",
		"SELECT kind = 'praise' FROM inbox_matters WHERE id = {matter}", usual,
	},
	{"GET /inspection", "-RS-A", below, "account={id}", "墙内号", usual},
	{"GET /reach/matrix.csv", "PRS-A", noticed, "", "墙内号", listed},
	{"GET /reach/board", "PRS-A", running, "", "墙内号", listed},
	{"GET /reach/peers", "PRS-A", peers, "", "墙内同行", listed},
	{
		"POST /reach/peers",
		"--S--",
		blank,
		"unit={unit}&name=页上新建",
		"SELECT EXISTS (SELECT FROM peer_groups WHERE unit_id = {unit} AND name = '页上新建' AND made_by = {self})",
		usual,
	},
	{"GET /reach/peers/template.xlsx", "--S--", nil, "", "", usual},
	{"GET /reach/peers/:id", "PRS-A", peers, "", "墙内同行号", usual},
	{
		"POST /reach/peers/:id/accounts", "--S--", peers, "revision=3&uid=5550002&name=又一个",
		"SELECT EXISTS (SELECT FROM peers WHERE group_id = {id} AND uid = '5550002')", usual,
	},
	{
		"POST /reach/peers/:id/drop", "--S--", peers, "revision=3&peer={peer}",
		"SELECT NOT EXISTS (SELECT FROM peers WHERE id = {peer})", usual,
	},
	{
		"POST /reach/peers/:id/retire", "--S--", peers, "revision=3",
		"SELECT retired_at IS NOT NULL FROM peer_groups WHERE id = {id}", usual,
	},
	{"GET /reach/peers/:id/import", "--S--", peers, "", "墙内同行", usual},
	{
		"POST /reach/peers/:id/import", "--S--", peers, "file file peers.csv&revision=3",
		"SELECT EXISTS (SELECT FROM peers WHERE group_id = {id} AND uid = '5550003')", usual,
	},
	{"GET /reach/falls", "PRS-A", nil, "", "", usual},
	{"GET /reach/weights", "PRS-A", nil, "", "", usual},
	{
		"POST /reach/weights",
		"--S--",
		unweighed,
		"unit={unit}&revision=0&publishing=40&service=30&interaction=30&forwards=0&approval=0",
		"SELECT EXISTS (SELECT FROM score_weights WHERE unit_id = {unit} AND publishing = 40 AND set_by = {self})",
		usual,
	},
	{"GET /reach/accounts/:id", "PRS-A", running, "", "墙内号", usual},
	{"GET /reach/accounts/:id", "-RS-A", below, "", "墙内号", usual},
	{"GET /reach/accounts/:id/days.csv", "PRS-A", running, "", "", usual},
	{"GET /reach/accounts/:id/readings.csv", "PRS-A", running, "", "", usual},
	{"GET /reach/accounts/:id/posts.csv", "PRS-A", running, "", "", usual},
	{"GET /reach/posts.csv", "PRS-A", noticed, "", "墙内的微博", listed},
	{"GET /reach/posts/:id", "PRS-A", noticed, "", "墙内的微博", usual},
	{"POST /reach/posts/:id/note", "P-S--", noticed, "reason=已核对", `
		SELECT noted_by = {self} FROM platform_posts WHERE id = {id}`, usual},
	{"GET /reach/budget", "PRSMA", nil, "", "", usual},

	// Review chains, stand-ins, the form.
	{"GET /posts/:id/review-form", "PRS-A", submitted, "", "墙内的话", usual},
	{"GET /posts/:id/review-form.pdf", "PRS-A", submitted, "", "", usual},
	{"GET /chains", "PRSMA", newChain, "", "墙内流程", listed},
	{"GET /chains/new", "---M-", nil, "", "", usual},
	{"GET /chains/:id", "PRSMA", newChain, "", "墙内流程", usual},
	{"GET /chains/:id/edit", "---M-", newChain, "", "墙内流程", usual},
	{
		"POST /chains", "---M-", blank, "unit={unit}&name=页面流程&step=初审&relation=line",
		"SELECT EXISTS (SELECT FROM chain_versions WHERE name = '页面流程' AND asked_by = {self})", usual,
	},
	{
		"POST /chains/:id", "---M-", newChain, "version=1&name=页面改的&step=初审&relation=line",
		"SELECT EXISTS (SELECT FROM chain_versions WHERE chain_id = {id} AND number = 2)", usual,
	},
	{"POST /chains/:id/confirm", "--S--", askedChain, "version=1", `
		SELECT EXISTS (SELECT FROM chain_versions WHERE chain_id = {id} AND state = 'in_force')`, usual},
	{"POST /chains/:id/stop", "--S--", askedChain, "version=1&reason=再议", `
		SELECT EXISTS (SELECT FROM chain_versions WHERE chain_id = {id} AND state = 'stopped')`, usual},
	{"GET /me/stand-ins", "PRSMA", nil, "", "", usual},
	{
		"POST /me/stand-ins", "-RS--", colleague, "stand_in={colleague}&until={soon}", `
		SELECT EXISTS (SELECT FROM stand_ins WHERE user_id = {self} AND stand_in_id = {colleague}
			AND until_at < now() + interval '3 days')`, chosen,
	},
	{"POST /me/stand-ins/:id/end", "--S--", standIn, "", `
		SELECT ended_at IS NOT NULL FROM stand_ins WHERE id = {id}`, usual},
	// Data sources.
	{"GET /sources", "---M-", newSource, "", "墙内来源", listed},
	{"GET /sources/new", "---M-", nil, "kind=live", "PM2.5", usual},
	{"GET /sources/:id", "---M-", newSource, "", "墙内来源", usual},
	{"GET /sources/:id/edit", "---M-", newSource, "", "墙内来源", usual},
	{
		"POST /sources",
		"---M-",
		newSource,
		"unit={unit}&kind=ranking&name=新来源{self}&url=http://127.0.0.1:1/&map.month==2026-10&map.ranks.district=d" +
			"&map.ranks.pm25=p&every=60&from_time=00:10&author={author}&act=save",
		"SELECT EXISTS (SELECT FROM sources WHERE name = '新来源{self}' AND created_by = {self})",
		usual,
	},
	{
		"POST /sources/:id",
		"---M-",
		newSource,
		"version=1&name=改名{id}&url=http://127.0.0.1:1/&map.month==2026-10&map.ranks.district=d&map.ranks.pm25=p" +
			"&every=60&from_time=00:10&author={author}&act=save",
		"SELECT name = '改名{id}' FROM sources WHERE id = {id}",
		usual,
	},
	{
		"POST /sources/:id/switch", "---M-", newSource, "version=1&to=off",
		"SELECT NOT active FROM sources WHERE id = {id}", usual,
	},
	{
		"POST /sources/:id/pull", "---M-", newSource, "",
		"SELECT EXISTS (SELECT FROM source_pulls WHERE source_id = {id} AND by_user = {self})", usual,
	},

	// Channels of notices.
	{"GET /channels", "---M-", newChannel, "", "墙内渠道", listed},
	{"GET /channels/new", "---M-", nil, "kind=wecom", "Webhook", usual},
	{"GET /channels/:id", "---M-", newChannel, "", "墙内渠道", usual},
	{"GET /channels/:id/edit", "---M-", newChannel, "", "墙内渠道", usual},
	{
		"POST /channels", "---M-", blank,
		"unit={unit}&kind=wecom&name=新渠道{unit}&address=https://127.0.0.1/send?key%3Dabc",
		"SELECT EXISTS (SELECT FROM channels WHERE name = '新渠道{unit}' AND created_by = {self})", usual,
	},
	{
		"POST /channels/:id", "---M-", newChannel, "version=1&name=改名{id}",
		"SELECT name = '改名{id}' FROM channels WHERE id = {id}", usual,
	},
	{
		"POST /channels/:id/switch", "---M-", newChannel, "version=1&to=off",
		"SELECT NOT active FROM channels WHERE id = {id}", usual,
	},
	{
		"POST /channels/:id/test", "---M-", newChannel, "",
		"SELECT failures = 1 AND reason = 'secret' FROM channels WHERE id = {id}", usual,
	},

	// The public site, which is the whole bureau's: who keeps it of one unit alone may not.
	{"GET /site", "--SM-", savedSite, "", "试名", ruler},
	{"GET /site/preview", "--SM-", savedSite, "", "试名", ruler},
	{"GET /site/preview/*path", "--SM-", savedSite, "", "试名", ruler},
	{"GET /site/emblem", "--SM-", savedSite, "", "PNG", ruler},
	{
		"POST /site/emblem", "--SM-", savedSite, "file file dot.png&revision=7",
		"SELECT revision = 8 AND octet_length(emblem) > 0 FROM site_drafts", ruler,
	},
	{
		"POST /site/emblem/remove", "--SM-", savedSite, "revision=7",
		"SELECT emblem IS NULL FROM site_drafts", ruler,
	},
	{
		"POST /site", "--SM-", savedSite, "revision=7&name=新名{self}&name_en=New&footer=主办&accent=%231f5f8b",
		"SELECT name = '新名{self}' FROM site_drafts", ruler,
	},
	{
		"POST /site/ask", "--SM-", savedSite, "revision=7",
		"SELECT asked_by = {self} FROM site_drafts", ruler,
	},
	{
		"POST /site/confirm", "--SM-", askedSite, "revision=7",
		"SELECT open AND name = '试名' FROM site.settings", ruler,
	},
	{
		"POST /site/refuse", "--SM-", askedSite, "revision=7",
		"SELECT asked_by IS NULL FROM site_drafts", ruler,
	},
	{"POST /site/close", "--SM-", openSite, "revision=7", "SELECT NOT open FROM site.settings", ruler},

	// Columns.
	{"GET /columns", "--S--", newColumn, "", "墙内栏目", listed},
	{
		"POST /columns", "--S--", blank, "unit={unit}&name=新栏目{unit}",
		"SELECT EXISTS (SELECT FROM columns WHERE name = '新栏目{unit}' AND created_by = {self})", usual,
	},
	{
		"POST /columns/:id", "--S--", newColumn, "name=改名{id}",
		"SELECT name = '改名{id}' FROM columns WHERE id = {id}", usual,
	},
	{
		"POST /columns/:id", "--S--", newColumn, "switch=off",
		"SELECT NOT active FROM columns WHERE id = {id}", usual,
	},

	// Units, people, the trail.
	{"GET /admin/units", "---M-", emptyUnit, "", "墙内空", listed},
	{"GET /admin/units/new", "---M-", nil, "", "墙内单位", usual},
	{
		"POST /admin/units", "---M-", blank, "name=新科室{unit}&kind=department&parent={unit}",
		"SELECT EXISTS (SELECT FROM units WHERE name = '新科室{unit}')", usual,
	},
	{"GET /admin/units/:id", "---M-", emptyUnit, "", "墙内空", usual},
	{"GET /admin/units/:id/edit", "---M-", emptyUnit, "", "墙内空", usual},
	{
		"POST /admin/units/:id/edit", "---M-", emptyUnit, "name=改名{id}&kind=centre",
		"SELECT name = '改名{id}' FROM units WHERE id = {id}", usual,
	},
	{"GET /admin/units/:id/move", "---M-", emptyUnit, "", "墙内空", usual},
	{"POST /admin/units/:id/move", "---M-", emptyUnit, "parent={child}",
		`
			SELECT EXISTS (SELECT FROM user_changes WHERE kind = 'move' AND what ->> 'moved_id' = '{id}'
				AND asked_by = {self})`, usual},
	{
		"POST /admin/units/:id/delete", "---M-", emptyUnit, "",
		"SELECT NOT EXISTS (SELECT FROM units WHERE id = {id})", usual,
	},
	{"GET /admin/users", "---M-", someone, "q=某人", "墙内某人", listed},
	{"GET /admin/users/new", "---M-", nil, "", "墙内单位", usual},
	{
		"POST /admin/users", "---M-", someone,
		"username=xin{id}&display_name=新人&unit={unit}&password=" + password + "&role=press_officer",
		`
			SELECT EXISTS (SELECT FROM user_changes
				WHERE what ->> 'username' = 'xin{id}' AND asked_by = {self})`, chosen,
	},
	{"GET /admin/users/:id", "---M-", someone, "", "墙内某人", usual},
	{"GET /admin/users/:id/edit", "---M-", someone, "", "墙内某人", usual},
	{"POST /admin/users/:id/edit", "---M-", someone, "display_name=改名&unit={unit}", `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'update'
			AND asked_by = {self})`, usual},
	{"GET /admin/users/:id/grant", "---M-", someone, "", "墙内某人", usual},
	{
		"POST /admin/users/:id/grant", "---M-", someone, "role=reviewer&unit={child}", `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'grant' AND asked_by = {self})`, usual,
	},
	{
		"POST /admin/users/:id/grants/:grant/revoke", "---M-", someone, "reason=调岗",
		"SELECT revoked_by = {self} FROM grants WHERE id = {grant}", usual,
	},
	{"GET /admin/users/:id/password", "---M-", someone, "", "", usual},
	{
		"POST /admin/users/:id/password", "---M-", someone, "password=Lantian-2027-qz", `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'reset' AND asked_by = {self})`, usual,
	},
	{
		"POST /admin/users/:id/disable", "---M-", someone, "reason=离岗",
		"SELECT disabled_at IS NOT NULL FROM users WHERE id = {id}", usual,
	},
	{"POST /admin/users/:id/enable", "---M-", disabled, "", `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'enable'
			AND asked_by = {self})`, usual},
	{"GET /admin/changes", "--SMA", change, "", "墙内某人", listed},
	{"GET /admin/changes/:id", "--SMA", change, "", "墙内某人", usual},
	{"POST /admin/changes/:id/confirm", "--SM-", change, "", `
		SELECT state = 'confirmed' AND confirmed_by = {self} FROM user_changes WHERE id = {id}`, usual},
	{"POST /admin/changes/:id/stop", "--SMA", change, "reason=没有任命", `
		SELECT state = 'stopped' AND stopped_by = {self} FROM user_changes WHERE id = {id}`, usual},
	{"GET /admin/refusals", "--SMA", refused, "", "墙内某人", listed},
	{"GET /admin/audit", "----A", waiting, "", "墙内审核", listed},
	{"GET /admin/audit/verify", "----A", nil, "", "", usual},
	{
		"POST /admin/audit/export", "----A", nil, "", `
		SELECT EXISTS (SELECT FROM audit_entries WHERE actor_id = {self} AND action = 'audit.export')`, usual,
	},
}
