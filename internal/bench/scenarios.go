package bench

import "slices"

// Scenarios is the whole table: what is done, to how many, and what may come of it.
func Scenarios() []Scenario {
	return slices.Concat(
		killScenarios(),
		stopScenarios(),
		answerScenarios(),
		databaseScenarios(),
		raceScenarios(),
		processScenarios(),
		aheadScenarios(),
	)
}

func killScenarios() (list []Scenario) {
	for _, p := range []struct{ point, where string }{
		{"before_mark", "标记之前"}, {"after_mark", "标记之后"}, {"before_write", "写出之前"}, {"during_call", "调用途中"},
		{"after_call", "答复之后"}, {"after_record", "记录之后"},
	} {
		list = append(list, Scenario{
			Name:  "kill_" + p.point,
			Harm:  "kill -9 于" + p.where,
			Full:  100,
			Small: 6,
			run:   killAt(p.point),
		})
	}

	return list
}

func stopScenarios() []Scenario {
	return []Scenario{
		{
			Name:  "stop_short",
			Harm:  "标记之后 SIGSTOP，1 秒后 SIGCONT",
			Full:  20,
			Small: 3,
			run:   stopAt("after_mark", second),
		},
		{
			Name:  "stop_late",
			Harm:  "标记之后 SIGSTOP，他人接手后 SIGCONT",
			Full:  20,
			Small: 3,
			run:   stopAt("after_mark", 9*second),
		},
		{Name: "stop_write", Harm: "检查与写出之间 SIGSTOP，二次核对后 SIGCONT", Full: 20, Small: 3, run: stopUntilLooked},
		{Name: "stop_idle", Harm: "准备之后 SIGSTOP，到时之后 SIGCONT", Full: 20, Small: 3, run: stopPrepared},
	}
}

// answerScenarios are harms the platform or the way to it does: faults of the imitation, by name.
func answerScenarios() []Scenario {
	list := []Scenario{}
	for _, f := range []struct {
		name, harm string
		fault      fields
	}{
		{"cut_before", "连接在受理前断开", fields{"kind": "cut", "when": "before"}},
		{"cut_after", "连接在受理后断开", fields{"kind": "cut", "when": "after"}},
		{"status_before", "受理前 502", fields{"kind": "status", "status": 502, "when": "before"}},
		{"status_after", "受理后 503", fields{"kind": "status", "status": 503, "when": "after"}},
		{"drip", "答复逐字节滴出，超过硬时限", fields{"kind": "drip", "delay": "100ms"}},
		{"partial", "答复只到一半", fields{"kind": "partial"}},
		{"broken_json", "残缺 JSON", fields{"kind": "broken"}},
		{"empty", "空的 200", fields{"kind": "empty"}},
		{"redirect", "302 转向", fields{"kind": "redirect"}},
		{"slow", "受理前拖延到硬时限之后", fields{"kind": "delay", "delay": "4s"}},
	} {
		list = append(list, Scenario{Name: f.name, Harm: f.harm, Full: 50, Small: 4, run: withFault(f.fault)})
	}

	return append(list,
		Scenario{Name: "lag", Harm: "受理后断开，时间线滞后 1.5 秒", Full: 50, Small: 4, run: lagging},
		Scenario{
			Name:      "rival",
			Harm:      "断开，同时旁人发同样的文字：分不清的交人",
			Full:      50,
			Small:     4,
			MayPerson: true,
			run:       rivals,
		},
		Scenario{
			Name:  "review_hidden",
			Harm:  "20053：已发出但在审核，无编号",
			Full:  20,
			Small: 3,
			run:   withFault(fields{"kind": "review", "hide": "1s"}),
		},
		Scenario{
			Name:      "public_cut_after",
			Harm:      "公共接口：受理后断开",
			Connector: "public",
			Full:      20,
			Small:     3,
			MayPerson: true,
			run:       withFault(fields{"kind": "cut", "when": "after"}),
		},
		Scenario{
			Name:      "public_cut_before",
			Harm:      "公共接口：受理前断开，无法断定",
			Connector: "public",
			Full:      20,
			Small:     3,
			MayPerson: true,
			run:       withFault(fields{"kind": "cut", "when": "before"}),
		},
		Scenario{Name: "token_expires", Harm: "令牌中途到期，随后换新", Full: 30, Small: 4, run: tokensExpire},
		Scenario{
			Name:      "ip_limit",
			Harm:      "IP 超限 10022，之后的都等候并告知",
			Full:      30,
			Small:     4,
			MayPerson: true,
			run:       withFault(fields{"kind": "limit", "code": 10022}),
		},
	)
}

func databaseScenarios() []Scenario {
	return []Scenario{
		{
			Name:        "postgres_restart",
			Harm:        "到时之际停 Postgres（快速），3 秒后再启",
			Full:        100,
			Small:       8,
			OwnPostgres: true,
			run:         restartPostgres(fast),
		},
		{
			Name:        "postgres_crash",
			Harm:        "到时之际 Postgres 崩溃，3 秒后恢复",
			Full:        100,
			Small:       8,
			OwnPostgres: true,
			run:         restartPostgres(hard),
		},
		{Name: "database_lost", Harm: "一个进程失去数据库连接，另一个仍在", Full: 50, Small: 6, run: loseDatabase},
		{
			Name:        "disk_full",
			Harm:        "数据库磁盘写满（小 tmpfs），之后腾空",
			Full:        30,
			Small:       6,
			OwnPostgres: true,
			Root:        true,
			Alone:       true,
			prepare:     mountSmall,
			run:         fillDisk,
		},
		{
			Name:        "restored",
			Harm:        "发出之后从旧备份恢复数据库",
			Full:        30,
			Small:       6,
			OwnPostgres: true,
			MayPerson:   true,
			run:         restore,
		},
	}
}

func raceScenarios() []Scenario {
	return []Scenario{
		{
			Name:    "race_withdraw",
			Harm:    "撤回与标记竞争（±200 ms）",
			Full:    100,
			Small:   10,
			MayNone: true,
			run:     raceWith(withdraw),
		},
		{Name: "race_pause", Harm: "暂停与标记竞争（±200 ms），随后恢复", Full: 100, Small: 10, run: racePause},
		{Name: "race_reschedule", Harm: "改期与标记竞争（±200 ms）", Full: 100, Small: 10, run: raceWith(reschedule)},
		{Name: "race_reapprove", Harm: "修改重批与标记竞争（±200 ms）", Full: 100, Small: 10, run: raceWith(reapprove)},
		{Name: "clock_1s", Harm: "进程时钟快 1 秒", Full: 30, Small: 4, run: wrongClock(second, false)},
		{Name: "clock_back_1s", Harm: "进程时钟慢 1 秒", Full: 30, Small: 4, run: wrongClock(-second, false)},
		{
			Name:  "clock_3s",
			Harm:  "进程时钟快 3 秒：停发并告知，校准后补发",
			Full:  30,
			Small: 4,
			run:   wrongClock(3*second, true),
		},
		{
			Name:  "clock_back_3s",
			Harm:  "进程时钟慢 3 秒：停发并告知，校准后补发",
			Full:  30,
			Small: 4,
			run:   wrongClock(-3*second, true),
		},
	}
}

func processScenarios() []Scenario {
	return []Scenario{
		{
			Name:   "takeover",
			Harm:   "准备好的进程被 kill -9，另一进程准时发出",
			Full:   100,
			Small:  6,
			Within: second + second/2,
			run:    takeOver,
		},
		{Name: "rolling_restart", Harm: "突发之中逐个重启三个进程", Full: 300, Small: 30, run: rollingRestart},
		{
			Name:   "leader_killed",
			Harm:   "River 领导者被 kill -9",
			Full:   60,
			Small:  8,
			Within: second,
			run:    killLeader,
		},
	}
}

// aheadScenarios do harm within the second in which a crowd is marked ahead of its instant, and at its
// release.
func aheadScenarios() []Scenario {
	list := []Scenario{
		{
			Name:  "ahead_kill_marked",
			Harm:  "kill -9 于提前标记之后、放行之前",
			Full:  100,
			Small: 6,
			run:   killAt("marked_ahead"),
		},
		{
			Name:  "ahead_kill_released",
			Harm:  "kill -9 于放行之后、写出之前",
			Full:  100,
			Small: 6,
			run:   killAt("released"),
		},
		{
			Name:  "ahead_kill_call",
			Harm:  "提前标记，kill -9 于调用途中",
			Full:  100,
			Small: 6,
			run:   killAt("during_call"),
		},
		{
			Name:  "ahead_stop_short",
			Harm:  "提前标记之后 SIGSTOP，1 秒后 SIGCONT",
			Full:  20,
			Small: 3,
			run:   stopAt("marked_ahead", second),
		},
		{
			Name:  "ahead_stop_late",
			Harm:  "提前标记之后 SIGSTOP，他人接手后 SIGCONT",
			Full:  20,
			Small: 3,
			run:   stopAt("marked_ahead", 9*second),
		},
		{
			Name:  "ahead_stop_released",
			Harm:  "放行之后 SIGSTOP，他人接手后 SIGCONT",
			Full:  20,
			Small: 3,
			run:   stopAt("released", 9*second),
		},
		{Name: "ahead_shutdown", Harm: "提前标记之后、到时之前有序停机，他人接手", Full: 100, Small: 6, run: stopInside},
		{Name: "ahead_takeover", Harm: "到时前 0.5 秒 kill -9，他人接手", Full: 100, Small: 6, run: takeOver},
		{
			Name:    "ahead_withdraw",
			Harm:    "到时前一秒之内至到时之后撤回",
			Full:    100,
			Small:   10,
			MayNone: true,
			run:     raceWith(withdraw),
		},
		{Name: "ahead_pause", Harm: "到时前 0.4 秒暂停，随后恢复", Full: 100, Small: 10, run: pauseInside},
		{Name: "ahead_reschedule", Harm: "到时前一秒之内至到时之后改期", Full: 100, Small: 10, run: raceWith(reschedule)},
		{Name: "ahead_reapprove", Harm: "到时前一秒之内至到时之后修改重批", Full: 100, Small: 10, run: raceWith(reapprove)},
		{Name: "ahead_clock", Harm: "提前标记，进程时钟快 1 秒", Full: 30, Small: 4, run: wrongClock(second, false)},
		{
			Name:  "ahead_clock_back",
			Harm:  "提前标记，进程时钟慢 1 秒",
			Full:  30,
			Small: 4,
			run:   wrongClock(-second, false),
		},
		{
			Name:        "ahead_crash",
			Harm:        "提前标记，到时之际 Postgres 崩溃，3 秒后恢复",
			Full:        100,
			Small:       8,
			OwnPostgres: true,
			run:         restartPostgres(hard),
		},
	}
	for i := range list {
		list[i].Ahead = true
	}

	return list
}
