package template_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/template"
)

const zoned = "区域\tPM2.5\tPM10\tSO2\tNO2\tCO\tO3\n全市\t36\t50\t5\t20\t0.5\t60\n城六区\t36\t50\t5\t20\t0.5\t60\n" +
	"西北部\t20\t50\t5\t20\t0.5\t60\n东北部\t20\t50\t5\t20\t0.5\t60\n东南部\t20\t50\t5\t20\t0.5\t60\n西南部\t20\t50\t5\t20\t0.5\t60"

// TestWhatIsDueAndMissingIsToldInTime walks a day by a held clock: what is on people's lists after each
// step.
func TestWhatIsDueAndMissingIsToldInTime(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	stage.Bureau(t, db, "值班宣传专员")
	var now time.Time
	service := template.New(db, func() time.Time { return now })
	writer := access.Actor{
		UserID: 1,
		Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}},
	}
	at := func(clock string) {
		t.Helper()
		var err error
		if now, err = time.Parse("2006-01-02 15:04 -0700", "2026-"+clock+" +0800"); err != nil {
			t.Fatal(err)
		}
	}
	at("11-30 09:00")
	if err := service.SetDuty(ctx, writer, template.Duty{UnitID: 1, Leads: map[template.Kind]int{
		template.Live: 20, template.Daily: 60, template.Forecast: 120,
	}}); err != nil {
		t.Fatal(err)
	}

	draft := func(kind template.Kind, values template.Values) post.Post {
		t.Helper()
		made, err := service.Draft(ctx, writer, template.Ask{Kind: kind, UnitID: 1, Values: values})
		if err != nil {
			t.Fatal(err)
		}

		return made
	}
	approve := func(made post.Post, due string) {
		t.Helper()
		if _, err := db.Pool().
			Exec(ctx, "UPDATE posts SET phase = 'approved', due_at = $2 WHERE id = $1", made.ID,
				"2026-"+due+"+08"); err != nil {
			t.Fatal(err)
		}
	}
	live := func(hour string) post.Post {
		return draft(template.Live, template.Values{"at": "2026-11-30T" + hour, "readings": zoned})
	}

	var early, daily, forecast post.Post

	for _, step := range []struct {
		clock string
		do    func()
		want  string // codes and what they are about
	}{
		{"11-30 09:39", nil, ""},
		{"11-30 09:40", nil, "duty.live 11-30 09:00 10:00"},
		{"11-30 09:50", func() { early = live("09:00") }, "duty.live 11-30 09:00 10:00"}, // a draft is not enough
		{"11-30 10:05", nil, "duty.live 11-30 09:00 10:00"},                              // late, and told still
		{"11-30 10:10", func() { approve(early, "11-30 10:10") }, ""},
		{"11-30 10:45", func() { approve(live("10:00"), "11-30 11:30") }, "duty.live 11-30 10:00 11:00"}, // too late
		{"11-30 10:59", func() { daily = draft(template.Daily, template.Values{"day": "2026-11-29", "readings": zoned}) },
			"duty.live 11-30 10:00 11:00"},
		{"11-30 11:00", nil, "duty.daily 11-29 12:00, duty.live 11-30 10:00 11:00"},
		{"11-30 11:31", func() { approve(daily, "11-30 11:31") }, ""},
		{"11-30 11:45", nil, "duty.live 11-30 11:00 12:00"},
		{"11-30 12:45", nil, "duty.live 11-30 12:00 13:00"}, // the hour before gives way
		{"11-30 12:46", func() {
			if err := service.SetDuty(ctx, writer, template.Duty{UnitID: 1, Version: 1, Leads: map[template.Kind]int{
				template.Forecast: 120,
			}}); err != nil {
				t.Fatal(err)
			}
		}, ""}, // switched off
		{"11-30 17:59", nil, ""},
		{"11-30 18:00", func() {
			forecast = draft(template.Forecast, template.Values{"from": "2026-11-30", "days": "40,50\n40,50\n40,50"})
			approve(forecast, "11-30 18:00")
		}, "duty.forecast 11-30 20:00"}, // it is for today and not for the days behind
		{"11-30 23:59", nil, "duty.forecast 11-30 20:00"},
		{"12-01 08:00", nil, "duty.forecast 11-30 20:00"},
		{"12-01 18:00", nil, "duty.forecast 12-01 20:00"},
		{"12-01 19:00", func() {
			approve(draft(template.Forecast, template.Values{"from": "2026-12-02", "days": "40,50\n40,50\n40,50"}),
				"12-01 19:30")
		}, ""},
	} {
		at(step.clock)
		if step.do != nil {
			step.do()
		}

		for range 2 { // twice is as once
			if err := service.Remind(ctx); err != nil {
				t.Fatalf("%s: %v", step.clock, err)
			}
		}
		rows, err := db.Pool().
			Query(ctx, `SELECT code || ' ' || (args->>'what') || ' ' || (args->>'by') FROM todos
			WHERE resolved_at IS NULL ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		var open []string

		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				t.Fatal(err)
			}
			open = append(open, one)
		}
		if got := strings.Join(open, ", "); got != step.want {
			t.Errorf("%s: %q, want %q", step.clock, got, step.want)
		}
	}
}

func TestWhoSetsTheClocks(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	stage.Bureau(t, db, "值班宣传专员")
	service := template.New(db, time.Now)
	actor := func(role access.Role, id int64, path string) access.Actor {
		return access.Actor{UserID: 1, Grants: []access.Grant{{Role: role, UnitID: id, Path: path}}}
	}
	officer, boss := actor(access.PressOfficer, 1, "/1/"), actor(access.Supervisor, 1, "/1/")
	set := template.Duty{UnitID: 3, Leads: map[template.Kind]int{template.Live: 20}}

	for _, other := range []access.Actor{officer, actor(access.Reviewer, 1, "/1/"), actor(access.Supervisor, 2, "/1/2/")} {
		if err := service.SetDuty(ctx, other, set); err == nil || fault.Is(err, fault.KindInternal) {
			t.Errorf("%v sets it: %v", other.Grants, err)
		}
	}
	if err := service.SetDuty(ctx, boss, set); err != nil {
		t.Fatal(err)
	}
	if err := service.SetDuty(ctx, boss, set); !fault.Is(err, fault.KindConflict) {
		t.Errorf("twice from one page: %v", err)
	}
	set.Version, set.Leads[template.Live] = 1, 7
	if err := service.SetDuty(ctx, boss, set); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("7 minutes: %v", err)
	}
	set.Leads = map[template.Kind]int{template.Warning: 10}
	if err := service.SetDuty(ctx, boss, set); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a warning: %v", err)
	}

	all, err := service.Duties(ctx, boss)
	if err != nil || len(all) != 3 || fmt.Sprint(all[2].Leads) != "map[live:20]" || all[2].Version != 1 ||
		all[0].Version != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if own, err := service.Duties(ctx, officer); err != nil || len(own) != 1 {
		t.Errorf("%+v, %v", own, err)
	}
}
