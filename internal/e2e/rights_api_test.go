package e2e

// apiRules are the rights at every operation of the JSON interface. They must not differ from those of
// the pages.
var apiRules = []rule{
	// Everybody, also signed out.
	{"GET /api/v1/docs", open, nil, "", "", usual},
	{"GET /api/v1/openapi.json", open, nil, "", "", usual},
	{"GET /api/v1/openapi-3.0.json", open, nil, "", "", usual},
	{"POST /api/v1/sessions", open, nil, `{"username":"first","password":"` + password + `"}`, "", usual},
	{
		"POST /api/v1/first-sign-in", open, newcomer,
		`{"username":"{name}","current":"` + password + `","code":"{code}","password":"hK8m-Tq3v-Zr6b"}`,
		"", usual,
	},

	// One's own.
	{"GET /api/v1/me", "PRSMA", nil, "", "墙内单位", usual},
	{
		"PATCH /api/v1/me", "PRSMA", nil, `{"theme":"dark"}`,
		"SELECT theme = 'dark' FROM users WHERE id = {self}", oneself,
	},
	{"PUT /api/v1/me/password", "PRSMA", nil, `{"current":"` + password + `","password":"Lantian-2027-qz"}`,
		`
			SELECT password_hash <> (SELECT password_hash FROM users WHERE username = 'first') FROM users
				WHERE id = {self}`, oneself},
	{"GET /api/v1/sessions", "PRSMA", nil, "", "", usual},
	{"DELETE /api/v1/sessions", "PRSMA", nil, "", `
		SELECT revoked_at IS NOT NULL FROM sessions WHERE id = {session}`, oneself},
	{"DELETE /api/v1/sessions/current", "PRSMA", nil, "", `
		SELECT revoked_at IS NOT NULL FROM sessions WHERE id = {session}`, oneself},
	{"DELETE /api/v1/sessions/:id", "PRSMA", ownSession, "", `
		SELECT revoked_at IS NOT NULL FROM sessions WHERE id = {session}`, oneself},
	{"DELETE /api/v1/sessions/:id", "-----", otherSession, "", "", usual},
	{"GET /api/v1/views", "PRSMA", unitView, "", "墙内视图", listed},
	{"POST /api/v1/views", "PRSMA", nil, `{"list":"todo","filter":{"kind":"review"},"name":"墙的视图"}`,
		"SELECT EXISTS (SELECT FROM list_views WHERE user_id = {self} AND unit_id IS NULL)", oneself},
	{"POST /api/v1/views", "P-S--", unitView,
		`{"list":"todo","filter":{"kind":"review"},"name":"接口视图{n}","unit_id":{unit}}`,
		"SELECT EXISTS (SELECT FROM list_views WHERE unit_id = {unit} AND name = '接口视图{n}')", usual},
	{"PATCH /api/v1/views/:id", "P-S--", unitView, `{"revision":1,"name":"改过的视图{n}"}`,
		"SELECT name = '改过的视图{n}' FROM list_views WHERE id = {id}", usual},
	{"PATCH /api/v1/views/:id", "-----", otherView, `{"revision":1,"name":"改过的视图"}`, "", usual},
	{"DELETE /api/v1/views/:id", "P-S--", unitView, "revision=1",
		"SELECT NOT EXISTS (SELECT FROM list_views WHERE id = {id})", usual},
	{"DELETE /api/v1/views/:id", "-----", otherView, "revision=1", "", usual},
	{"GET /api/v1/todos", "PRSMA", nil, "", "", usual},
	{"POST /api/v1/todos/:id/read", "PRSMA", notice, "", `
		SELECT EXISTS (SELECT FROM todo_readers WHERE todo_id = {id} AND user_id = {self})`, usual},

	// Word lists.
	{"GET /api/v1/lexicons", "PRS-A", words, "", "墙内词表", listed},
	{"POST /api/v1/lexicons", "--S--", words, `{"unit_id":{unit},"kind":"typo","name":"接口词表{id}"}`, `
		SELECT EXISTS (SELECT FROM lexicons WHERE unit_id = {unit} AND name = '接口词表{id}')`, usual},
	{"GET /api/v1/lexicons/:id/entries", "PRS-A", words, "", "墙内错字", usual},
	{"POST /api/v1/lexicons/:id/entries", "--S--", words, `{"word":"接口的词"}`, `
		SELECT EXISTS (SELECT FROM lexicon_entries WHERE lexicon_id = {id} AND word = '接口的词')`, usual},
	{"POST /api/v1/lexicons/:id/import", "--S--", words, "file file words.csv", `
		SELECT EXISTS (SELECT FROM lexicon_entries WHERE lexicon_id = {id} AND word = '另一个')`, usual},
	{"POST /api/v1/lexicons/:id/switch", "--S--", words, `{"state":"off","reason":"不用了"}`, `
		SELECT EXISTS (SELECT FROM lexicon_changes WHERE lexicon_id = {id} AND kind = 'off')`, usual},
	{
		"POST /api/v1/lexicons/:id/exceptions", "PRS--", pleaList,
		`{"unit_id":{unit},"word":"{word}","text":"讲{word}的一段文字 {n}","reason":"讲的就是它"}`, `
		SELECT EXISTS (SELECT FROM lexicon_exceptions WHERE lexicon_id = {id} AND text LIKE '%文字 {n}' AND asked_by = {self})`, usual,
	},
	{"GET /api/v1/checks/levels", "PRS-A", levelled, "unit_id={unit}", `"rule":"mobile"`, usual},
	{
		"POST /api/v1/checks/levels",
		"--S--",
		levelled,
		`{"unit_id":{unit},"rule":"topic","level":"second","version":0}`,
		`
		SELECT EXISTS (SELECT FROM rule_levels WHERE unit_id = {unit} AND rule = 'topic' AND level = 'second')`,
		usual,
	},
	{"GET /api/v1/checks/domains", "PRS-A", domains, "unit_id={unit}", "a.example.cn", usual},
	{
		"PUT /api/v1/checks/domains", "--S--", domains,
		`{"unit_id":{unit},"domains":["b.example.cn"],"version":{version}}`, `
		SELECT hosts = '{b.example.cn}' FROM link_domains WHERE unit_id = {unit}`, usual,
	},
	{"POST /api/v1/checks/levels/changes/:id/confirm", "-RS--", levelChange, "", `
		SELECT state = 'confirmed' FROM rule_level_changes WHERE id = {id}`, usual},
	{"POST /api/v1/checks/levels/changes/:id/stop", "-RS--", levelChange, `{"reason":"不妥"}`, `
		SELECT state = 'stopped' FROM rule_level_changes WHERE id = {id}`, usual},
	{"POST /api/v1/lexicons/exceptions/:id/confirm", "-RS--", plea, "", `
		SELECT state = 'confirmed' FROM lexicon_exceptions WHERE id = {id}`, usual},
	{"POST /api/v1/lexicons/exceptions/:id/stop", "-RS--", plea, `{"reason":"不妥"}`, `
		SELECT state = 'stopped' FROM lexicon_exceptions WHERE id = {id}`, usual},
	{"POST /api/v1/lexicons/changes/:id/confirm", "-RS--", wordChange, "", `
		SELECT state = 'confirmed' FROM lexicon_changes WHERE id = {id}`, usual},
	{"POST /api/v1/lexicons/changes/:id/stop", "-RS--", wordChange, `{"reason":"不妥"}`, `
		SELECT state = 'stopped' FROM lexicon_changes WHERE id = {id}`, usual},

	// Posts and pictures.
	{"GET /api/v1/posts", "PRS-A", draft, "unit_id={unit}", "墙内的话", listed},
	{"GET /api/v1/posts.csv", "PRS-A", draft, "unit_id={unit}", "墙内的话", listed},
	{
		"POST /api/v1/posts", "P----", blank,
		`{"text":"接口写的","unit_id":{unit},"account_ids":[{account}],"now":true}`,
		"SELECT editors[1] = {self} FROM post_versions WHERE text = '接口写的'", usual,
	},
	{"GET /api/v1/posts/:id/links", "PRS-A", linked, "", `"unseen"`, usual},
	{"POST /api/v1/posts/:id/links/look", "PRS--", linked, "", `
		SELECT EXISTS (SELECT FROM post_links WHERE post_id = {post})`, usual},
	{"GET /api/v1/posts/:id", "PRS-A", approved, "", "墙内的话", usual},
	{
		"PATCH /api/v1/posts/:id", "P----", draft, `{"text":"接口改的","revision":{revision}}`, `
			SELECT v.text = '接口改的' FROM posts p JOIN post_versions v ON v.id = p.version_id WHERE p.id = {id}`,
		usual,
	},
	{
		"DELETE /api/v1/posts/:id", "P----", draft, "",
		"SELECT NOT EXISTS (SELECT FROM posts WHERE id = {id})", usual,
	},
	{
		"POST /api/v1/posts/:id/copy", "P----", approved, "",
		"SELECT EXISTS (SELECT FROM posts WHERE copied_from = {id} AND author_id = {self})", usual,
	},
	{"GET /api/v1/posts/:id/versions", "PRS-A", approved, "", "墙内的话", usual},
	{
		"POST /api/v1/checks", "PRS-A", nil, `{"text":"AQI 98，轻度污染"}`,
		`"suggestion":"良"`, reckons,
	},
	{
		"POST /api/v1/air/index", "PRS-A", nil, `{"averaging":"day","values":{"pm25":35}}`,
		`"aqi":50`, reckons,
	},
	{"GET /api/v1/templates", "PRS-A", nil, "", "live", usual},
	{
		"POST /api/v1/templates", "P-S--", blank,
		`{"unit_id":{unit},"kind":"own","name":"接口的{self}","wording":"某文"}`,
		"SELECT EXISTS (SELECT FROM templates WHERE unit_id = {unit} AND name = '接口的{self}')", usual,
	},
	{
		"PATCH /api/v1/templates/:id", "P-S--", ownTemplate, `{"version":1,"name":"改名{id}","wording":"新文"}`,
		"SELECT version = 2 FROM templates WHERE id = {id}", usual,
	},
	{
		"DELETE /api/v1/templates/:id", "P-S--", ownTemplate, "version=1",
		"SELECT retired_at IS NOT NULL FROM templates WHERE id = {id}", usual,
	},
	{"GET /api/v1/templates/warnings", "P----", blank, "unit_id={unit}", "items", usual},
	{"GET /api/v1/templates/duties", "P-S--", nil, "", "墙内单位", usual},
	{
		"PUT /api/v1/templates/duties",
		"P-S--",
		noDuty,
		`{"unit_id":{unit},"daily":60,"version":0}`,
		"SELECT EXISTS (SELECT FROM duties WHERE unit_id = {unit} AND changed_by = {self} AND leads->>'daily' = '60')",
		usual,
	},
	{
		"POST /api/v1/templates/render", "P----", blank,
		`{"unit_id":{unit},"kind":"digest","values":{"from":"{today}","items":"某区\t某事"}}`, "某事", reckons,
	},
	{
		"POST /api/v1/templates/drafts", "P----", blank,
		`{"unit_id":{unit},"kind":"digest","values":{"from":"{today}","items":"某区\t接口的事"}}`,
		"SELECT editors[1] = {self} FROM post_versions WHERE text LIKE '%接口的事%'", usual,
	},
	{
		"POST /api/v1/warnings", "P----", running,
		`{"unit_id":{unit},"kind":"warning","lead_account_id":{account},"values":{"colour":"橙",` +
			`"from":"2026-12-02T00:00","until":"2026-12-04T23:00","cause":"接口{self}"}}`,
		"SELECT author_id = {self} AND urgent AND phase = 'submitted' FROM posts p JOIN post_versions v " +
			"ON v.id = p.version_id WHERE v.text LIKE '%接口{self}%'", usual,
	},
	{"GET /api/v1/posts/:id/check", "PRS-A", draft, "", "", usual},
	{
		"POST /api/v1/posts/:id/submit", "P----", draft, `{"revision":{revision}}`,
		"SELECT phase = 'submitted' FROM posts WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/posts/:id/withdraw", "P----", approved, `{"reason":"不发了"}`,
		"SELECT phase = 'withdrawn' FROM posts WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/posts/:id/revise", "P----", approved, "",
		"SELECT phase = 'draft' FROM posts WHERE id = {id}", usual,
	},
	{"POST /api/v1/posts/:id/reschedule", "P----", approved, `{"due_at":"{due_at}"}`, `
		SELECT due_at > now() + interval '150 min' FROM posts WHERE id = {id}`, usual},
	{
		"POST /api/v1/posts/acts", "P----", dated,
		`{"act":"withdraw","reason":"不发了","posts":[{"post_id":{post},"revision":{seen}}]}`,
		"SELECT phase = 'withdrawn' FROM posts WHERE id = {post}", usual,
	},
	{
		"POST /api/v1/posts/:id/review", "-RS--", submitted,
		`{"version":{version},"hash":"{hash}","decision":"approve","opinion":"同意"}`,
		"SELECT phase = 'approved' FROM posts WHERE id = {id}", usual,
	},
	{"GET /api/v1/posts/:id/review", "PRS-A", submitted, "", "一审", usual},
	{"GET /api/v1/chains", "PRSMA", newChain, "", "墙内流程", listed},
	{
		"POST /api/v1/chains", "---M-", blank,
		`{"unit_id":{unit},"name":"接口流程","active":false,"steps":[{"name":"初审","relation":"line"}]}`,
		"SELECT EXISTS (SELECT FROM chain_versions WHERE name = '接口流程' AND asked_by = {self})", usual,
	},
	{
		"PATCH /api/v1/chains/:id", "---M-", newChain,
		`{"version":1,"name":"接口改的","active":false,"steps":[{"name":"初审","relation":"line"}]}`,
		"SELECT EXISTS (SELECT FROM chain_versions WHERE chain_id = {id} AND number = 2)", usual,
	},
	{"POST /api/v1/chains/:id/confirm", "--S--", askedChain, `{"version":1}`, `
		SELECT EXISTS (SELECT FROM chain_versions WHERE chain_id = {id} AND state = 'in_force')`, usual},
	{"POST /api/v1/chains/:id/stop", "--S--", askedChain, `{"version":1,"reason":"再议"}`, `
		SELECT EXISTS (SELECT FROM chain_versions WHERE chain_id = {id} AND state = 'stopped')`, usual},
	{"GET /api/v1/stand-ins", "PRSMA", nil, "", "", usual},
	{
		"POST /api/v1/stand-ins", "-RS--", colleague,
		`{"stand_in_id":{colleague},"until":"{later}"}`, `
		SELECT EXISTS (SELECT FROM stand_ins WHERE user_id = {self} AND stand_in_id = {colleague}
			AND until_at > now() + interval '3 days')`, chosen,
	},
	{"DELETE /api/v1/stand-ins/:id", "--S--", standIn, "", `
		SELECT ended_at IS NOT NULL FROM stand_ins WHERE id = {id}`, usual},
	{
		"POST /api/v1/posts/:id/review/edit",
		"-RS--",
		atEdit,
		`{"version":{version},"hash":"{hash}","text":"编辑过的话"}`,
		"SELECT version_id <> (SELECT min(id) FROM post_versions WHERE post_id = {id}) FROM posts WHERE id = {id}",
		usual,
	},
	{"GET /api/v1/posts/:id/notes", "-RS--", noted, "", "请核对数据", usual},
	{
		"POST /api/v1/posts/:id/notes", "-RS--", submitted, `{"version":{version},"text":"请核对"}`,
		"SELECT EXISTS (SELECT FROM review_notes WHERE post_id = {id} AND by_user = {self})", usual,
	},
	{"POST /api/v1/posts/:id/notes/:note/resolve", "-RS--", noted, "", `
		SELECT resolved_at IS NOT NULL FROM review_notes WHERE id = {note}`, usual},
	{"GET /api/v1/posts/:id/reviews", "PRS-A", submitted, "", "", usual},
	{"GET /api/v1/reviews", "-RS--", submitted, "", "墙内的话", listed},
	{
		"POST /api/v1/media", "P----", blank, "file file dot.png&unit_id={unit}",
		"SELECT count(*) = 1 FROM media WHERE uploaded_by = {self}", oneself,
	},
	{"POST /api/v1/media", "-----", elsewhere, "file file dot.png&unit_id={unit}", "", usual},
	{"GET /api/v1/media/:id", "PRS-A", picture, "", "", usual},
	{"GET /api/v1/media/:id/thumb", "PRS-A", picture, "", "", usual},

	// Deliveries.
	{"GET /api/v1/deliveries", "PRS-A", waiting, "unit_id={unit}", "墙内号", listed},
	{"GET /api/v1/deliveries.csv", "PRS-A", waiting, "unit_id={unit}", "墙内号", listed},
	{"GET /api/v1/deliveries/:id", "PRS-A", waiting, "", "墙内号", usual},
	{"GET /api/v1/deliveries/:id/events", "PRS-A", waiting, "", "", usual},
	{"GET /api/v1/deliveries/:id/certificate", "PRS-A", sent, "", "墙内的话", usual},
	{"GET /api/v1/deliveries/:id/decisions", "PRS-A", takendown, "", "内容有误", usual},
	{"GET /api/v1/deliveries/:id/handoff", "PRS-A", handoff, "", "墙内的话", usual},
	{
		"POST /api/v1/deliveries/:id/cancel", "P----", waiting, `{"reason":"不发"}`,
		"SELECT state = 'cancelled' FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/deliveries/:id/replan", "P-S--", failed, `{"now":true,"reason":"再发"}`,
		"SELECT state = 'waiting' FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/deliveries/:id/resolve", "P-S--", unknown,
		`{"outcome":"sent","link":"{link}","reason":"已核对"}`,
		"SELECT state = 'sent' FROM deliveries WHERE id = {id}", usual,
	},
	{"POST /api/v1/deliveries/:id/resolve", "P-S--", unknown, `{"outcome":"not_sent","reason":"已核对"}`,
		`
			SELECT EXISTS (SELECT FROM delivery_decisions
				WHERE delivery_id = {id} AND state = 'awaiting_second')`, usual},
	{
		"POST /api/v1/deliveries/:id/handoff/take", "P-S--", handoff, "",
		"SELECT taken_by = {self} FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/deliveries/:id/handoff/return", "P-S--", taken, "",
		"SELECT taken_by IS NULL FROM deliveries WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/deliveries/:id/handoff/record", "P-S--", taken, `{"link":"{link}"}`,
		"SELECT state = 'sent' FROM deliveries WHERE id = {id}", usual,
	},
	{"POST /api/v1/deliveries/:id/takedown", "--S--", sent, `{"reason":"有误"}`, `
		SELECT EXISTS (SELECT FROM delivery_decisions WHERE delivery_id = {id})`, usual},
	{"POST /api/v1/takedowns", "--S--", sent, `{"delivery_ids":[{id}],"reason":"有误"}`, `
		SELECT EXISTS (SELECT FROM delivery_decisions WHERE delivery_id = {id})`, usual},
	{"POST /api/v1/deliveries/:id/confirm", "-RS--", takendown, "", `
		SELECT state = 'confirmed' FROM delivery_decisions WHERE id = {decision}`, usual},
	{"POST /api/v1/takedowns/:id/confirm", "-RS--", batch, "", `
		SELECT bool_and(state = 'confirmed') FROM delivery_decisions WHERE batch_id = {id}`, usual},
	{"POST /api/v1/takedowns/:id/refuse", "-RS--", batch, `{"reason":"没有错"}`, `
		SELECT bool_and(state = 'refused') FROM delivery_decisions WHERE batch_id = {id}`, usual},
	{"POST /api/v1/deliveries/:id/takedown/confirm", "-RS--", takendown, "", `
		SELECT state = 'confirmed' FROM delivery_decisions WHERE id = {decision}`, usual},
	{"POST /api/v1/deliveries/:id/resolve/confirm", "-RS--", resolved, "", `
		SELECT state IN ('confirmed', 'done') FROM delivery_decisions WHERE id = {decision}`, usual},
	{"GET /api/v1/advances", "PRS-A", advance, "", "asked_by", listed},
	{"GET /api/v1/advances/:id", "PRS-A", advance, "", "asked_by", usual},
	{
		"POST /api/v1/advances/:id/agree", "-RS--", advance, "",
		"SELECT state = 'agreed' FROM advances WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/advances/:id/refuse", "-RS--", advance, `{"reason":"不急"}`,
		"SELECT state = 'refused' FROM advances WHERE id = {id}", usual,
	},
	{"GET /api/v1/decisions", "PRS-A", takedown, "", "墙内号", listed},
	{"GET /api/v1/decisions/:id", "PRS-A", takedown, "", "内容有误", usual},
	{"POST /api/v1/decisions/:id/confirm", "-RS--", takedown, "", `
		SELECT state = 'confirmed' FROM delivery_decisions WHERE id = {id}`, usual},
	{"POST /api/v1/decisions/:id/refuse", "-RS--", takedown, `{"reason":"没有错"}`, `
		SELECT state = 'refused' FROM delivery_decisions WHERE id = {id}`, usual},

	// Pauses and the state of sending.
	{"GET /api/v1/plan", "PRS-A", only, "from=2026-11-30&to=2026-12-02&unit_id={unit}", "墙内号", listed},
	{
		"POST /api/v1/plan/import", "P----", blank, "file file {handle}.xlsx",
		"SELECT EXISTS (SELECT FROM plan_imports WHERE made_by = {self})", oneself,
	},
	{
		"POST /api/v1/plan/imports/:id/undo", "P----", planImport, "",
		"SELECT undone_by = {self} FROM plan_imports WHERE id = {id}", usual,
	},
	{"GET /api/v1/notices", "PRSMA", nil, "", "items", usual},
	{"GET /api/v1/notices/stream", "PRSMA", nil, "", "retry:", usual},
	{"GET /api/v1/notices/settings", "PRSMA", nil, "", "counted", usual},
	{"GET /api/v1/notices/outside", "PRSMA", nil, "", "items", usual},
	{"POST /api/v1/notices/:id/read", "-----", otherRow, "", "", usual},
	{
		"POST /api/v1/notices/:id/read", "PRSMA", ownRow, "",
		"SELECT read_at IS NOT NULL FROM notices WHERE id = {id}", oneself,
	},
	{
		"POST /api/v1/notices/read", "PRSMA", ownNotice, `{"last_id":9000000000}`,
		"SELECT read_at IS NOT NULL FROM notices WHERE event_id = {id}", oneself,
	},
	{
		"PUT /api/v1/notices/settings", "PRSMA", nil, `{"version":0,"counted":["review"]}`,
		"SELECT version = 1 FROM notice_settings WHERE user_id = {self}", oneself,
	},
	{"GET /api/v1/feeds", "PRSMA", nil, "", "items", usual},
	{"POST /api/v1/feeds", "PRS-A", nil, `{"name":"接口{self}"}`, `
		SELECT EXISTS (SELECT FROM plan_feeds WHERE user_id = {self} AND name = '接口{self}')`, usual},
	{"DELETE /api/v1/feeds/:id", "PRSMA", ownFeed, "",
		"SELECT revoked_at IS NOT NULL FROM plan_feeds WHERE id = {id}", usual},
	{"POST /api/v1/plan/free", "P----", nil, `{"account_ids":[]}`, "due_at", reckons},
	{
		"POST /api/v1/plan/copy", "P----", dated, `{"from":"{on}","to":"{week}","post_ids":[{post}]}`,
		"SELECT EXISTS (SELECT FROM posts WHERE copied_from = {post} AND author_id = {self})", usual,
	},
	{
		"POST /api/v1/plan/move", "P----", dated, `{"from":"{on}","to":"{next}","post_ids":[{post}]}`,
		"SELECT due_at > now() + interval '20 hours' FROM posts WHERE id = {post}", usual,
	},
	{"GET /api/v1/series", "PRS-A", series, "", "墙内的话，{", listed},
	{"GET /api/v1/series/:id", "PRS-A", series, "", "墙内的话", usual},
	{
		"POST /api/v1/series", "P----", series,
		`{"post_id":{source},"text":"又一次{日期}","first":"{first}:00+08:00","rule":"FREQ=DAILY;COUNT=2"}`,
		"SELECT EXISTS (SELECT FROM plan_series WHERE source_id = {source} AND made_by = {self})", usual,
	},
	{
		"POST /api/v1/series/:id/submit", "P----", series, `{"posts":[{"post_id":{post},"revision":1}]}`,
		"SELECT phase = 'submitted' FROM posts WHERE id = {post}", usual,
	},
	{
		"POST /api/v1/series/:id/stop", "P----", series, `{"from":2,"revision":1,"reason":"不再需要"}`,
		"SELECT ended_by = {self} FROM plan_series WHERE id = {id}", usual,
	},
	{"GET /api/v1/series/:id/review", "-RS--", seriesWaiting, "", "墙内的话", usual},
	{
		"POST /api/v1/series/:id/review", "-RS--", seriesWaiting,
		`{"posts":[{"post_id":{post},"version":1,"step":1,"hash":"{hash}","due_at":"{due}"}]}`,
		"SELECT phase = 'approved' FROM posts WHERE id = {post}", usual,
	},
	{"GET /api/v1/slots", "PRS-A", running, "account_id={account}", "weeks", usual},
	{"PUT /api/v1/slots", "P-S--", running,
		`{"account_id":{account},"revision":0,"times":[{"weekday":1,"time":"08:30"}]}`,
		"SELECT EXISTS (SELECT FROM slot_weeks WHERE account_id = {account})", usual},
	{"GET /api/v1/slots/next", "P----", nil, "account_id=1", "due_at", usual},
	{"GET /api/v1/queue", "PRS-A", running, "account_id={account}", "places", usual},
	{"GET /api/v1/roster", "PRS-A", shiftAhead, "unit_id={unit}", "on_duty", usual},
	{"GET /api/v1/roster/shifts/:id", "PRS-A", shiftAhead, "", "handover", usual},
	{
		"POST /api/v1/roster/shifts", "P-S--", shiftAhead,
		`{"unit_id":{unit},"revision":1,"starts_at":"{later}","ends_at":"{after}","people":[{person}]}`,
		"SELECT count(*) = 2 FROM duty_shifts WHERE unit_id = {unit}", usual,
	},
	{
		"PATCH /api/v1/roster/shifts/:id", "P-S--", shiftAhead,
		`{"revision":1,"starts_at":"{from}","ends_at":"{till}","people":[{person}]}`,
		"SELECT ends_at = '{till}' FROM duty_shifts WHERE id = {id}", usual,
	},
	{
		"DELETE /api/v1/roster/shifts/:id", "P-S--", shiftAhead, "revision=1",
		"SELECT NOT EXISTS (SELECT FROM duty_shifts WHERE id = {id})", usual,
	},
	{
		"PUT /api/v1/roster/shifts/:id/note", "PRS-A", shiftOwn, `{"version":0,"note":"交代{self}"}`,
		"SELECT note_by = {self} FROM duty_shifts WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/roster/shifts/:id/read", "PRS-A", noteComes, `{"version":1}`,
		"SELECT EXISTS (SELECT FROM duty_reads WHERE shift_id = {id} AND user_id = {self})", usual,
	},
	{
		"PUT /api/v1/roster/cover", "P-S--", shiftAhead,
		`{"unit_id":{unit},"revision":1,"from":"08:00","to":"20:00"}`,
		"SELECT revision = 2 FROM rosters WHERE unit_id = {unit}", usual,
	},
	{
		"POST /api/v1/roster/import", "P-S--", shiftAhead,
		"?unit_id={unit}&revision=1&month={month}&replace=true file file {day} {who}.csv",
		"SELECT revision = 2 FROM rosters WHERE unit_id = {unit}", usual,
	},
	{"GET /api/v1/holidays", "PRS-A", nil, "year=2026", "国庆节", usual},
	{
		"PUT /api/v1/holidays", "P-S--", unknownYear,
		`?year={year} {"version":0,"days":[{"day":"{year}-10-01","name":"国庆节","off":true}]}`,
		"SELECT EXISTS (SELECT FROM holiday_years WHERE year = {year} AND set_by = {self})", ruler,
	},
	{"GET /api/v1/sources", "---M-", newSource, "", "墙内来源", listed},
	{"GET /api/v1/sources/:id", "---M-", newSource, "", "墙内来源", usual},
	{
		"POST /api/v1/sources", "---M-", newSource,
		`{"unit_id":{unit},"name":"接口来源{self}","kind":"ranking","url":"http://127.0.0.1:1/","every":60,
			"from_time":"00:10","author_id":{author},
			"mapping":{"month":"=2026-10","ranks.district":"d","ranks.pm25":"p"}}`,
		"SELECT EXISTS (SELECT FROM sources WHERE name = '接口来源{self}' AND created_by = {self})", usual,
	},
	{
		"PATCH /api/v1/sources/:id", "---M-", newSource, `{"version":1,"active":false}`,
		"SELECT NOT active FROM sources WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/sources/:id/pull", "---M-", newSource, "",
		"SELECT EXISTS (SELECT FROM source_pulls WHERE source_id = {id} AND by_user = {self})", usual,
	},
	{"GET /api/v1/channels", "---M-", newChannel, "", "墙内渠道", listed},
	{
		"POST /api/v1/channels", "---M-", blank,
		`{"unit_id":{unit},"kind":"wecom","name":"接口渠道{unit}","address":"https://127.0.0.1/send?key=abc"}`,
		"SELECT EXISTS (SELECT FROM channels WHERE name = '接口渠道{unit}' AND created_by = {self})", usual,
	},
	{
		"PATCH /api/v1/channels/:id", "---M-", newChannel, `{"version":1,"active":false}`,
		"SELECT NOT active FROM channels WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/channels/:id/test", "---M-", newChannel, `{}`,
		"SELECT failures = 1 AND reason = 'secret' FROM channels WHERE id = {id}", usual,
	},
	{"GET /api/v1/channels/:id/messages", "---M-", newChannel, "", "items", usual},
	{"GET /api/v1/site", "--SM-", savedSite, "", "试名", ruler},
	{
		"PUT /api/v1/site", "--SM-", savedSite,
		`{"revision":7,"name":"新名{self}","name_en":"New","footer":"主办","accent":"#1f5f8b"}`,
		"SELECT name = '新名{self}' FROM site_drafts", ruler,
	},
	{
		"PUT /api/v1/site/emblem", "--SM-", savedSite, "file file dot.png&revision=7",
		"SELECT revision = 8 AND octet_length(emblem) > 0 FROM site_drafts", ruler,
	},
	{
		"DELETE /api/v1/site/emblem", "--SM-", savedSite, "revision=7",
		"SELECT emblem IS NULL FROM site_drafts", ruler,
	},
	{
		"POST /api/v1/site/ask", "--SM-", savedSite, `{"revision":7}`,
		"SELECT asked_by = {self} FROM site_drafts", ruler,
	},
	{
		"POST /api/v1/site/confirm", "--SM-", askedSite, `{"revision":7}`,
		"SELECT open AND name = '试名' FROM site.settings", ruler,
	},
	{
		"POST /api/v1/site/refuse", "--SM-", askedSite, `{"revision":7}`,
		"SELECT asked_by IS NULL FROM site_drafts", ruler,
	},
	{
		"POST /api/v1/site/close", "--SM-", openSite, `{"revision":7}`,
		"SELECT NOT open FROM site.settings", ruler,
	},
	{"GET /api/v1/account-groups", "P----", accountGroup, "", "墙内账号组", listed},
	{
		"POST /api/v1/account-groups", "P----", accountGroup,
		`{"unit_id":{unit},"name":"接口的组{self}","account_ids":[{account}]}`,
		"SELECT EXISTS (SELECT FROM account_groups WHERE unit_id = {unit} AND name = '接口的组{self}')", usual,
	},
	{
		"DELETE /api/v1/account-groups/:id", "P----", accountGroup, "",
		"SELECT NOT EXISTS (SELECT FROM account_groups WHERE id = {id})", usual,
	},
	{"GET /api/v1/library", "PRS-A", nil, "q=空气", "items", usual},
	{"GET /api/v1/library/items", "PRS-A", libraryItem, "", "墙内素材", listed},
	{"GET /api/v1/library/items/:id", "PRS-A", libraryItem, "", "墙内素材", usual},
	{
		"POST /api/v1/library/items", "P-S--", blank,
		`{"unit_id":{unit},"kind":"snippet","title":"接口素材{self}","text":"某文"}`,
		"SELECT EXISTS (SELECT FROM library_items WHERE unit_id = {unit} AND title = '接口素材{self}')", usual,
	},
	{
		"PATCH /api/v1/library/items/:id",
		"P-S--",
		libraryItem,
		`{"revision":1,"title":"改名{id}","text":"某文"}`,
		"SELECT title = '改名{id}' FROM library_items WHERE id = {id}",
		usual,
	},
	{
		"DELETE /api/v1/library/items/:id", "P-S--", libraryItem, "revision=1",
		"SELECT retired_at IS NOT NULL FROM library_items WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/library/items/:id/use", "P----", libraryItem, `{"unit_id":{unit}}`,
		"SELECT uses = 1 FROM library_items WHERE id = {id}", usual,
	},
	{"GET /api/v1/columns", "PRSMA", newColumn, "", "墙内栏目", listed},
	{
		"POST /api/v1/columns", "--S--", blank, `{"unit_id":{unit},"name":"接口栏目"}`,
		"SELECT EXISTS (SELECT FROM columns WHERE name = '接口栏目' AND created_by = {self})", usual,
	},
	{
		"PATCH /api/v1/columns/:id", "--S--", newColumn, `{"active":false}`,
		"SELECT NOT active FROM columns WHERE id = {id}", usual,
	},
	{"GET /api/v1/pauses", "PRSMA", aPause, "", "墙内演练", listed},
	{"GET /api/v1/pauses/preview", "--SM-", running, "account_id={account}", "", usual},
	{"POST /api/v1/pauses", "--SM-", running, `{"account_id":{account},"reason":"演练"}`,
		"SELECT EXISTS (SELECT FROM pauses WHERE account_id = {account} AND paused_by = {self})", usual},
	{"GET /api/v1/pauses/:id/deliveries", "PRSMA", aPause, "", "墙内号", usual},
	{
		"POST /api/v1/pauses/:id/resume", "--SM-", aPause,
		`{"deliveries":[{"id":{delivery},"action":"send"}]}`,
		"SELECT resumed_by = {self} FROM pauses WHERE id = {id}", usual,
	},
	{"GET /api/v1/sending", "PRSMA", nil, "", "", usual},
	{"POST /api/v1/sending/release", "--SM-", stopped, `{"reason":"已核对"}`, `
		SELECT NOT EXISTS (SELECT FROM installation WHERE name = 'sending_stopped')`, ruler},

	// The matrix.
	{"GET /api/v1/accounts", "PRSMA", fresh, "", "墙内号", listed},
	{
		"POST /api/v1/accounts", "---M-", blank,
		`{"unit_id":{unit},"handle":"接口号{unit}","display_name":"接口号","seat":"district","connector":"manual"}`,
		"SELECT EXISTS (SELECT FROM accounts WHERE handle = '接口号{unit}')", usual,
	},
	{"GET /api/v1/accounts/:id", "PRSMA", running, "", "墙内号", usual},
	{
		"PATCH /api/v1/accounts/:id", "---M-", fresh, `{"display_name":"改名"}`,
		"SELECT display_name = '改名' FROM accounts WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/accounts/:id/state", "---M-", running, `{"state":"suspended","reason":"维护"}`,
		"SELECT state = 'suspended' FROM accounts WHERE id = {id}", usual,
	},
	{"GET /api/v1/accounts/:id/names", "PRSMA", running, "", "", usual},
	{"PUT /api/v1/accounts/:id/credential", "---M-", fresh, `{"access_token":"{token}"}`, `
		SELECT obtained_by = {self} FROM credentials WHERE account_id = {id}`, usual},
	{"DELETE /api/v1/accounts/:id/credential", "---M-", running, "reason=停用", `
		SELECT NOT EXISTS (SELECT FROM credentials WHERE account_id = {id} AND state = 'valid')`, usual},
	{"GET /api/v1/accounts/:id/push", "---M-", pushedTo, "", `"revision":1`, usual},
	{"POST /api/v1/accounts/:id/push", "---M-", running, `{"revision":0,"secret":"xyz123xyz"}`, `
		SELECT EXISTS (SELECT FROM push_addresses WHERE account_id = {id} AND made_by = {self})`, usual},
	{"DELETE /api/v1/accounts/:id/push", "---M-", pushedTo, "revision=1&reason=停用", `
		SELECT token_hash IS NULL FROM push_addresses WHERE account_id = {id}`, usual},
	{"POST /api/v1/accounts/:id/authorisation", "---M-", fresh, "", `
		SELECT EXISTS (SELECT FROM oauth_states WHERE account_id = {id} AND user_id = {self})`, usual},
	{
		"POST /api/v1/accounts/:id/test", "---M-", fresh, "",
		"SELECT tested_at IS NOT NULL FROM accounts WHERE id = {id}", usual,
	},
	{"GET /api/v1/accounts/:id/backfill", "PRSMA", running, "", "", usual},
	{"POST /api/v1/accounts/:id/backfill", "---M-", running, "", `
		SELECT EXISTS (SELECT FROM backfills WHERE account_id = {id})`, usual},
	{"POST /api/v1/accounts/:id/history", "---M-", running, "file file 54{id}.json", `
		SELECT EXISTS (SELECT FROM platform_posts WHERE account_id = {id})`, usual},
	{"GET /api/v1/accounts/:id/imports", "PRSMA", running, "", "", usual},
	{"GET /api/v1/imports/:id", "PRSMA", imported, "", "墙内文件", usual},
	{
		"POST /api/v1/imports/:id/undo", "---M-", imported, "",
		"SELECT state = 'undone' FROM imports WHERE id = {id}", usual,
	},

	// Reach. A press officer sees the own unit's accounts, not those of units below it.
	{"GET /api/v1/reach", "PRS-A", noticed, "", "墙内号", listed},
	{"GET /api/v1/reports", "PRS-A", reportDraft, "limit=200", "墙内报告", listed},
	{"GET /api/v1/reports/:id", "PRS-A", reportDraft, "", "墙内报告", usual},
	{"GET /api/v1/reports/:id/file", "PRS-A", reportDraft, "format=docx", "", usual},
	{
		"POST /api/v1/reports", "P-S--", reportDraft,
		`{"kind":"league","unit_id":{unit},"from":"2026-08-01","to":"2026-08-31"}`,
		`SELECT EXISTS (SELECT FROM reports
			WHERE unit_id = {unit} AND made_by = {self} AND from_day = '2026-08-01')`, usual,
	},
	{
		"POST /api/v1/reports/:id/words", "P-S--", reportDraft, `{"revision":1,"title":"新标题"}`,
		"SELECT title = '新标题' FROM reports WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/reports/:id/sign", "--S--", reportDraft, `{"revision":1}`,
		"SELECT first_by = {self} FROM reports WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/reports/:id/return", "--S--", reportSigning, `{"revision":1,"reason":"漏了"}`,
		"SELECT state = 'draft' FROM reports WHERE id = {id}", usual,
	},
	{"GET /api/v1/incidents", "PRS-A", eventOpen, "limit=200", "墙内事件", listed},
	{"GET /api/v1/incidents/:id", "PRS-A", eventOpen, "", "墙内事件", usual},
	{"GET /api/v1/incidents/:id/statements", "PRS-A", eventDraft, "", "正在检测", usual},
	{
		"POST /api/v1/incidents", "P-S--", eventOpen,
		`{"unit_id":{unit},"title":"又一件事","grade":"other","keywords":["异味"],"t0":"{since}"}`,
		"SELECT EXISTS (SELECT FROM incidents WHERE title = '又一件事' AND opened_by = {self})", usual,
	},
	{
		"PUT /api/v1/incidents/:id", "P-S--", eventOpen,
		`{"revision":1,"reason":"不对","title":"又一件事","grade":"other","keywords":["异味"],"t0":"{since}"}`,
		"SELECT grade = 'other' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/incidents/:id/statements", "P-S--", eventOpen, `{"revision":1,"text":"正在检测"}`,
		"SELECT stage = 'draft' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/incidents/:id/statements/ask", "P-S--", eventDraft, `{"revision":1}`,
		"SELECT stage = 'signing' AND asked_by = {self} FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/incidents/:id/statements/sign",
		"-RS--",
		eventSigning,
		`{"revision":1}`,
		"SELECT EXISTS (SELECT FROM incident_signatures WHERE incident_id = {id} AND by_user = {self})",
		usual,
	},
	{
		"POST /api/v1/incidents/:id/statements/return",
		"-RS--",
		eventSigning,
		`{"revision":1,"reason":"没有写点位"}`,
		"SELECT stage = 'draft' AND returned_why <> '' FROM incidents WHERE id = {id}",
		usual,
	},
	{
		"POST /api/v1/incidents/:id/posts", "P-S--", eventBesides, `{"revision":1,"post_id":{post}}`,
		"SELECT EXISTS (SELECT FROM incident_posts WHERE incident_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /api/v1/incidents/:id/record", "P-S--", eventOpen,
		`{"revision":1,"due":"meet","at":"{since}","reason":"新闻办"}`,
		"SELECT EXISTS (SELECT FROM incident_marks WHERE incident_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /api/v1/incidents/:id/follow", "P-S--", eventOpen, `{"revision":1,"text":"没有新情况"}`,
		"SELECT EXISTS (SELECT FROM incident_steps WHERE incident_id = {id} AND by_user = {self})", usual,
	},
	{
		"POST /api/v1/incidents/:id/hold",
		"P-S--",
		eventBesides,
		`{"revision":1,"delivery_ids":[{delivery}]}`,
		"SELECT state = 'held' AND reason = 'held_for' FROM deliveries WHERE id = {delivery}",
		usual,
	},
	{
		"POST /api/v1/incidents/:id/release",
		"P-S--",
		eventHolding,
		`{"revision":1,"delivery_ids":[{delivery}]}`,
		"SELECT state = 'waiting' FROM deliveries WHERE id = {delivery}",
		usual,
	},
	{
		"POST /api/v1/incidents/:id/ask-end", "P-S--", eventOpen, `{"revision":1,"text":"已经处置"}`,
		"SELECT state = 'closing' AND end_asked_by = {self} FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/incidents/:id/end", "--S--", eventClosing, `{"revision":1}`,
		"SELECT state = 'closed' AND ended_by = {self} FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/incidents/:id/resume", "--S--", eventClosing, `{"revision":1,"reason":"还没有完"}`,
		"SELECT state = 'open' FROM incidents WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/incidents/:id/reopen", "--S--", eventClosed, `{"revision":1,"reason":"又有一处"}`,
		"SELECT state = 'open' FROM incidents WHERE id = {id}", usual,
	},
	{"GET /api/v1/rebuttals", "PRS-A", rebutDraft, "limit=200", "墙内传言", listed},
	{"GET /api/v1/rebuttals/:id", "PRS-A", rebutDraft, "", "墙内传言", usual},
	{
		"POST /api/v1/rebuttals",
		"P-S--",
		rebutDraft,
		`{"unit_id":{unit},"claim":"接口写的传言","truth":"不是","area":"全市","expert":"预报员","evidence":[{"source":"会商单.pdf"}],"keywords":[["谣言词语"]],"valid_from":"{since}","valid_until":"{till}"}`,
		"SELECT EXISTS (SELECT FROM rebuttal_versions WHERE claim = '接口写的传言' AND by_user = {self})",
		usual,
	},
	{
		"PUT /api/v1/rebuttals/:id",
		"P-S--",
		rebutDraft,
		`{"revision":1,"claim":"接口写的传言","truth":"不是","area":"全市","expert":"预报员","evidence":[{"source":"会商单.pdf"}],"keywords":[["谣言词语"]],"valid_from":"{since}","valid_until":"{till}"}`,
		"SELECT version = 2 FROM rebuttals WHERE id = {id}",
		usual,
	},
	{
		"POST /api/v1/rebuttals/:id/ask", "P-S--", rebutDraft, `{"revision":1}`,
		"SELECT state = 'signing' AND asked_by = {self} FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/rebuttals/:id/sign", "-RS--", rebutSigning, `{"revision":1}`,
		"SELECT state = 'signed' AND signed_by = {self} FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/rebuttals/:id/return", "-RS--", rebutSigning, `{"revision":1,"reason":"依据不够"}`,
		"SELECT state = 'draft' AND returned_why <> '' FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/rebuttals/:id/review", "P-S--", rebutSigned, `{"revision":1}`,
		"SELECT revision = 2 FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/rebuttals/:id/withdraw", "P-S--", rebutSigned, `{"revision":1,"reason":"不属实了"}`,
		"SELECT state = 'withdrawn' AND withdrawn_by = {self} FROM rebuttals WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/rebuttals/:id/correct", "P-S--", rebutWithdrawn, `{"revision":1,"reason":"稿件 7"}`,
		"SELECT correction = '稿件 7' FROM rebuttals WHERE id = {id}", usual,
	},
	{"GET /api/v1/faultbook", "PRS-A", faulty, "limit=200", "墙内问题", listed},
	{"GET /api/v1/faultbook/:id", "PRS-A", faulty, "", "墙内问题", usual},
	{
		"POST /api/v1/faultbook", "PRS--", running,
		`{"account_id":{account},"code":"wording","description":"错字{self}"}`,
		"SELECT EXISTS (SELECT FROM faults WHERE account_id = {account} AND opened_by = {self})", usual,
	},
	{
		"POST /api/v1/faultbook/:id/assign", "PRS--", faulty, `{"revision":1,"deadline":"{day}"}`,
		"SELECT state = 'assigned' FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/faultbook/:id/correct", "PRS--", faultAssigned, `{"revision":2,"note":"已改"}`,
		"SELECT state = 'corrected' AND corrected_by = {self} FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/faultbook/:id/check", "PRS--", faultCorrected,
		`{"revision":3,"passed":true,"note":"看过"}`,
		"SELECT state = 'checked' AND checked_by = {self} FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/faultbook/:id/close", "--S--", faultChecked, `{"revision":4}`,
		"SELECT state = 'closed' FROM faults WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/faultbook/:id/reopen", "--S--", faultClosed, `{"revision":5,"note":"又有"}`,
		"SELECT state = 'reopened' FROM faults WHERE id = {id}", usual,
	},
	{"GET /api/v1/inbox", "PRS-A", heard, "limit=200", "墙内市民的话", listed},
	{"GET /api/v1/inbox/:id", "PRS-A", heard, "", "墙内市民的话", usual},
	{
		"POST /api/v1/inbox/:id/assign", "P-S--", heard, `{"revision":1}`,
		"SELECT state = 'assigned' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/return", "P-S--", heardAssigned, `{"revision":2,"note":"不是本单位的"}`,
		"SELECT state = 'open' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/refer", "P-S--", heard, `{"revision":1,"number":"12345-7"}`,
		"SELECT state = 'referred' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/back", "P-S--", heardReferred, `{"revision":3}`,
		"SELECT state = 'assigned' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/reply", "P-S--", heard, `{"revision":1,"text":"已答"}`,
		"SELECT written_by = {self} FROM inbox_answers WHERE matter_id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/replies/:reply", "P-S--", heardDoubt, `{"act":"agree"}`,
		"SELECT state = 'ended' FROM inbox_answers WHERE id = {answer}", usual,
	},
	{"GET /api/v1/inbox/:id/replies", "PRS-A", heardDoubt, "", "墙内的答复", usual},
	{
		"POST /api/v1/inbox/:id/answer", "P-S--", heard, `{"revision":1,"way":"phone","note":"已答"}`,
		"SELECT state = 'answered' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/close", "P-S--", heardAnswered, `{"revision":4,"result":"solved"}`,
		"SELECT state = 'closed' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/reopen", "P-S--", heardClosed, `{"revision":5,"note":"没有解决"}`,
		"SELECT state = 'reopened' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/sort", "P-S--", heard, `{"revision":1,"kind":"report"}`,
		"SELECT kind = 'report' FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/merge", "P-S--", heardTwice, `{"revision":1,"into":{other}}`,
		"SELECT state = 'closed' AND merged_into = {other} FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/note", "P-S--", heard, `{"revision":1,"note":"问过了"}`,
		"SELECT revision = 2 FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/reveal", "P-S--", heard, "", `
		SELECT EXISTS (SELECT FROM audit_entries WHERE action = 'inbox.reveal' AND subject_type = 'inbox' AND subject_id = '{id}')`, usual,
	},
	{
		"POST /api/v1/inbox/:id/snooze", "P-S--", heard, `{"revision":1}`,
		"SELECT revision = 2 FROM inbox_matters WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/:id/rate",
		"P-S--",
		heardClosed,
		`{"revision":5,"rating":"fair","note":"市民回复说还行"}`,
		"SELECT rating = 'fair' FROM inbox_matters WHERE id = {id}",
		usual,
	},
	{"GET /api/v1/inbox/rates", "PRS-A", heard, "month={month}", "墙内单位", listed},
	{"GET /api/v1/inbox/rates.csv", "PRS-A", heard, "month={month}", "墙内单位", listed},
	{"GET /api/v1/inbox/terms", "PRS-A", nil, "", "墙内单位", listed},
	{"GET /api/v1/inbox/terms/:id", "PRS-A", unitTerms, "", "墙内单位", usual},
	{
		"PUT /api/v1/inbox/terms/:id", "--S--", unitTerms, `{"revision":0}`,
		"SELECT EXISTS (SELECT FROM inbox_terms WHERE unit_id = {id} AND written_by = {self})", usual,
	},
	{"GET /api/v1/inbox/rules", "PRS-A", assignRule, "limit=200", "墙内规则", listed},
	{
		"POST /api/v1/inbox/rules",
		"--S--",
		blank,
		`{"unit_id":{unit},"name":"新规则","position":5,"to_kind":"report"}`,
		"SELECT EXISTS (SELECT FROM inbox_rules WHERE unit_id = {unit} AND name = '新规则' AND changed_by = {self})",
		usual,
	},
	{
		"PUT /api/v1/inbox/rules/:id", "--S--", assignRule,
		`{"revision":4,"name":"改名","position":5,"to_kind":"ask"}`,
		"SELECT name = '改名' FROM inbox_rules WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/rules/:id/retire", "--S--", assignRule, `{"revision":4}`,
		"SELECT retired_at IS NOT NULL FROM inbox_rules WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/inbox/rules/:id/apply", "--S--", heardRule, `{"revision":4}`,
		"SELECT kind = 'praise' FROM inbox_matters WHERE id = {matter}", usual,
	},
	{"GET /api/v1/faultbook/quarters", "PRS-A", nil, "", "", usual},
	{"GET /api/v1/faultbook/held", "--S--", nil, "", "", usual},
	{
		"POST /api/v1/faultbook/held",
		"--S--",
		unentered,
		`{"code":"silence"}`,
		"SELECT EXISTS (SELECT FROM faults WHERE account_id = {id} AND source = 'rule' AND opened_by = {self})",
		usual,
	},
	{"GET /api/v1/inspection", "PRS-A", running, "limit=200", "墙内号", listed},
	{"GET /api/v1/inspection/runs", "PRS-A", nil, "", "", usual},
	{"GET /api/v1/inspection/runs/:id", "PRS-A", keptRun, "limit=200", "墙内号", listed},
	{"GET /api/v1/inspection/accounts/:id", "PRS-A", running, "", "墙内号", usual},
	{
		"POST /api/v1/inspection/accounts/:id",
		"--S--",
		unlooked,
		`{"number":0,"on":"{today}","next":"{soon}","answers":[{"question":"comments","given":"yes","evidence":"a"},
			{"question":"messages","given":"yes","evidence":"a"},{"question":"auto_reply","given":"none"},
			{"question":"menu","given":"none"}]}`,
		"SELECT EXISTS (SELECT FROM interaction_checks WHERE account_id = {id} AND by_user = {self})",
		usual,
	},
	{"GET /api/v1/reach.csv", "PRS-A", noticed, "", "墙内号", listed},
	{"GET /api/v1/accounts/:id/reach", "PRS-A", running, "", "墙内号", usual},
	{"GET /api/v1/indexes/:index", "PRS-A", spread, "account_id={id}", "BCI7-1", usual},
	{"GET /api/v1/indexes/:index", "-RS-A", spreadBelow, "account_id={id}", "BCI7-1", usual},
	{"GET /api/v1/peers", "PRS-A", peers, "limit=200", "墙内同行", listed},
	{
		"POST /api/v1/peers",
		"--S--",
		blank,
		`{"unit_id":{unit},"name":"新的一组"}`,
		"SELECT EXISTS (SELECT FROM peer_groups WHERE unit_id = {unit} AND name = '新的一组' AND made_by = {self})",
		usual,
	},
	{"GET /api/v1/peers/:id", "PRS-A", peers, "", "墙内同行号", usual},
	{
		"POST /api/v1/peers/:id/accounts", "--S--", peers, `{"revision":3,"uid":"5550002","name":"又一个"}`,
		"SELECT EXISTS (SELECT FROM peers WHERE group_id = {id} AND uid = '5550002')", usual,
	},
	{
		"POST /api/v1/peers/:id/accounts/:peer/drop", "--S--", peers, `{"revision":3}`,
		"SELECT NOT EXISTS (SELECT FROM peers WHERE id = {peer})", usual,
	},
	{
		"POST /api/v1/peers/:id/retire", "--S--", peers, `{"revision":3}`,
		"SELECT retired_at IS NOT NULL FROM peer_groups WHERE id = {id}", usual,
	},
	{"GET /api/v1/indexes/house/weights", "PRS-A", nil, "", `"unit_id":0`, usual},
	{
		"POST /api/v1/indexes/house/weights",
		"--S--",
		unweighed,
		`{"unit_id":{unit},"revision":0,"weights":
			{"publishing":40,"service":30,"interaction":30,"forwards":0,"approval":0}}`,
		"SELECT EXISTS (SELECT FROM score_weights WHERE unit_id = {unit} AND publishing = 40 AND set_by = {self})",
		usual,
	},
	{"GET /api/v1/reach/readings", "PRS-A", spread, "account_id={id}", `"readings"`, usual},
	{"GET /api/v1/reach/readings", "-RS-A", spreadBelow, "account_id={id}", `"readings"`, usual},
	{"GET /api/v1/reach/heat", "PRS-A", spread, "account_id={id}", `"median"`, usual},
	{"GET /api/v1/reach/heat", "-RS-A", spreadBelow, "account_id={id}", `"median"`, usual},
	{
		"POST /api/v1/indexes/bci7", "PRS-A", nil, `{"posts":0,"originals":0,"reposts":0,"comments":0,
			"original_reposts":0,"original_comments":0,"likes":0}`, `"value":0`, reckons,
	},
	{
		"POST /api/v1/indexes/bci4", "PRS-A", nil, `{"posts":0,"reposts":0,"comments":0,"likes":0}`,
		`"value":0`, reckons,
	},
	{"GET /api/v1/accounts/:id/reach.csv", "PRS-A", running, "", "日期", usual},
	{"GET /api/v1/accounts/:id/reach", "-RS-A", below, "", "墙内号", usual},
	{"GET /api/v1/reach/posts", "PRS-A", noticed, "", "墙内的微博", listed},
	{"GET /api/v1/reach/posts.csv", "PRS-A", noticed, "", "墙内的微博", listed},
	{"GET /api/v1/reach/posts/:id", "PRS-A", noticed, "", "墙内的微博", usual},
	{"POST /api/v1/reach/posts/:id/note", "P-S--", noticed, `{"reason":"已核对"}`, `
		SELECT noted_by = {self} FROM platform_posts WHERE id = {id}`, usual},
	{"GET /api/v1/reach/noticed", "PRS-A", noticed, "", "墙内的微博", listed},
	{"GET /api/v1/reach/budget", "PRSMA", nil, "", "", usual},

	// Units, people, the trail.
	{"GET /api/v1/units", "PRSMA", emptyUnit, "", "墙内空", listed},
	{
		"POST /api/v1/units", "---M-", blank,
		`{"name":"接口科室{unit}","kind":"department","parent_id":{unit}}`,
		"SELECT EXISTS (SELECT FROM units WHERE name = '接口科室{unit}')", usual,
	},
	{"GET /api/v1/units/:id", "PRSMA", emptyUnit, "", "墙内空", usual},
	{
		"PATCH /api/v1/units/:id", "---M-", emptyUnit, `{"name":"接口改名{id}"}`,
		"SELECT name = '接口改名{id}' FROM units WHERE id = {id}", usual,
	},
	{"POST /api/v1/units/:id/move", "---M-", emptyUnit, `{"parent_id":{child}}`,
		`
			SELECT EXISTS (SELECT FROM user_changes WHERE kind = 'move' AND what ->> 'moved_id' = '{id}'
				AND asked_by = {self})`, usual},
	{
		"DELETE /api/v1/units/:id", "---M-", emptyUnit, "",
		"SELECT NOT EXISTS (SELECT FROM units WHERE id = {id})", usual,
	},
	{"GET /api/v1/users", "---M-", someone, "q=某人", "墙内某人", listed},
	{
		"POST /api/v1/users",
		"---M-",
		someone,
		`{"username":"jiekou{id}","display_name":"新人","unit_id":{unit},"password":"` + password + `","grants":[{"role":"press_officer","unit_id":{unit}}]}`,
		`
			SELECT EXISTS (SELECT FROM user_changes WHERE what ->> 'username' = 'jiekou{id}'
				AND asked_by = {self})`,
		chosen,
	},
	{"GET /api/v1/users/:id", "---M-", someone, "", "墙内某人", usual},
	{"PATCH /api/v1/users/:id", "---M-", someone, `{"display_name":"改名","unit_id":{unit}}`, `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'update'
			AND asked_by = {self})`, usual},
	{
		"PUT /api/v1/users/:id/password", "---M-", someone, `{"password":"Lantian-2027-qz"}`, `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'reset' AND asked_by = {self})`,
		usual,
	},
	{
		"POST /api/v1/users/:id/disable", "---M-", someone, `{"reason":"离岗"}`,
		"SELECT disabled_at IS NOT NULL FROM users WHERE id = {id}", usual,
	},
	{"POST /api/v1/users/:id/enable", "---M-", disabled, "", `
		SELECT EXISTS (SELECT FROM user_changes WHERE user_id = {id} AND kind = 'enable'
			AND asked_by = {self})`, usual},
	{"POST /api/v1/users/:id/grants", "---M-", someone, `{"role":"reviewer","unit_id":{child}}`,
		`
			SELECT EXISTS (SELECT FROM user_changes
				WHERE user_id = {id} AND kind = 'grant' AND asked_by = {self})`, usual},
	{
		"POST /api/v1/grants/:id/revoke", "---M-", oneGrant, `{"reason":"调岗"}`,
		"SELECT revoked_by = {self} FROM grants WHERE id = {id}", usual,
	},
	{"GET /api/v1/user-changes", "--SMA", change, "", "墙内某人", listed},
	{"GET /api/v1/user-changes/:id", "--SMA", change, "", "墙内某人", usual},
	{"POST /api/v1/user-changes/:id/confirm", "--SM-", change, "", `
		SELECT state = 'confirmed' AND confirmed_by = {self} FROM user_changes WHERE id = {id}`, usual},
	{"POST /api/v1/user-changes/:id/stop", "--SMA", change, `{"reason":"没有任命"}`, `
		SELECT state = 'stopped' AND stopped_by = {self} FROM user_changes WHERE id = {id}`, usual},
	{"GET /api/v1/refused-sign-ins", "--SMA", refused, "", "墙内某人", listed},
	{"GET /api/v1/audit", "----A", waiting, "", "墙内审核", listed},
	{"GET /api/v1/audit.csv", "----A", waiting, "", "墙内审核", listed},
	{"GET /api/v1/audit/verify", "----A", nil, "", "", usual},
}
