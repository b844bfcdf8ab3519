package template_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/template"
	"juzhen/internal/weibo"
)

func TestFromTemplateToDraft(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := pgtest.New(t)
	stage.Bureau(t, db, "值班宣传专员", "宣传专员乙", "值班审核员", "朝阳专员")
	stage.BureauAccounts(t, db)
	now := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	service, posts := template.New(db, clock), post.New(db, weibo.Rules{}, clock)
	actor := func(id int64, role access.Role, unit int64, path string) access.Actor {
		return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
	}
	writer := actor(1, access.PressOfficer, 1, "/1/")
	afar := actor(4, access.PressOfficer, 3, "/1/3/")
	reviewer := actor(3, access.Reviewer, 1, "/1/")

	warning := template.Ask{Kind: template.Warning, UnitID: 1, Values: template.Values{
		"colour": "橙", "from": "2026-12-01T00:00", "until": "2026-12-03T23:00", "cause": "静稳",
	}}
	if _, err := service.Draft(ctx, reviewer, warning); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a reviewer writes: %v", err)
	}
	if _, err := service.Draft(ctx, afar, warning); err == nil {
		t.Error("a district writes for the bureau")
	}
	if shown, err := service.Preview(
		ctx,
		writer,
		warning,
	); err != nil ||
		!strings.Contains(shown.Text, "橙色预警（二级）") {
		t.Errorf("preview: %+v, %v", shown, err)
	}
	made, err := service.Draft(ctx, writer, warning)
	if err != nil {
		t.Fatal(err)
	}
	if _, version, err := posts.Find(ctx, writer, made.ID); err != nil || made.Phase != post.Draft ||
		!strings.HasPrefix(version.Text, "【空气重污染橙色预警（二级）】") {
		t.Errorf("%+v, %v", version, err)
	}

	open, err := service.Open(ctx, writer, 1)
	if err != nil || len(open) != 1 || open[0].Colour != "橙" || open[0].PostID != made.ID {
		t.Fatalf("open: %+v, %v", open, err)
	}
	lift := template.Ask{
		Kind: template.Lift, UnitID: 1, Supersedes: open[0].ID,
		Values: template.Values{"from": "2026-12-02T12:00", "cause": "冷空气到达"},
	}
	if _, err := service.Draft(ctx, writer, lift); err != nil {
		t.Fatal(err)
	}
	if _, err := service.Draft(ctx, writer, lift); err == nil {
		t.Error("lifted twice")
	}

	// A unit's own wording holds below it, in versions.
	edit := template.Edit{UnitID: 1, Kind: template.Ozone, Text: "{起止}，{臭氧}。{健康提示}"}
	saved, err := service.Save(ctx, writer, edit)
	if err != nil {
		t.Fatal(err)
	}
	next := template.Edit{ID: saved.ID, Version: saved.Version, Text: "请注意：{起止}，{臭氧}。{健康提示}"}
	if saved, err = service.Save(ctx, writer, next); err != nil || saved.Version != 2 {
		t.Fatalf("%+v, %v", saved, err)
	}
	if _, err := service.Save(ctx, writer, next); !fault.Is(err, fault.KindConflict) {
		t.Errorf("overwritten: %v", err)
	}
	if _, err := service.Save(
		ctx,
		afar,
		template.Edit{ID: saved.ID, Version: 2, Text: edit.Text},
	); err == nil {
		t.Error("a district words for the bureau")
	}
	shown, err := service.Preview(
		ctx,
		afar,
		template.Ask{Kind: template.Ozone, UnitID: 3, Values: template.Values{
			"from": "2026-12-01T12:00", "until": "2026-12-01T20:00", "o3_8h": "216",
		}},
	)
	if err != nil || !strings.HasPrefix(shown.Text, "请注意：12月1日12时") {
		t.Errorf("%+v, %v", shown.Text, err)
	}
	if err := service.Retire(ctx, writer, saved.ID, 2); err != nil {
		t.Error(err)
	}

	// A template of the unit's own becomes each account's.
	own, err := service.Save(ctx, writer, template.Edit{
		UnitID: 1, Kind: template.Own, Name: "提醒", Text: "{账号}提醒：{日期}请绿色出行",
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := template.Ask{Kind: template.Own, TemplateID: own.ID, UnitID: 1}
	if _, err := service.Preview(ctx, writer, ask); err == nil {
		t.Error("without accounts it cannot be resolved")
	}
	ask.AccountIDs = []int64{1}

	for _, year := range []int{1, 2008, 9999} {
		ask.Date = time.Date(year, 5, 1, 0, 0, 0, 0, time.UTC)
		if _, err := service.Preview(ctx, writer, ask); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a date of the year %d: %v", year, err)
		}
	}
	ask.Date = time.Time{}
	if made, err = service.Draft(ctx, writer, ask); err != nil {
		t.Fatal(err)
	}
	_, version, err := posts.Find(ctx, writer, made.ID)
	if err != nil || len(version.Targets) != 1 || version.Targets[0].Variant == nil ||
		!strings.HasSuffix(*version.Targets[0].Variant, "提醒：11月30日请绿色出行") {
		t.Errorf("%+v, %v", version.Targets, err)
	}
}
