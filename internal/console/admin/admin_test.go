package admin_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/console/admin"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

const password = "Kongqi-2026"

// world is a bureau with two districts; its people sign in by role and unit, such as "administrator 局".
type world struct {
	*testing.T
	db    *pg.DB
	id    *identity.Service
	trail *audit.Service
	kit   *web.Kit
	units map[string]org.Unit
	users map[string]identity.User
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// everybody signs anybody in by the user's name.
type everybody struct{ w *world }

func (e everybody) Actor(_ context.Context, token, ip, _ string) (access.Actor, web.Session, error) {
	user := e.w.users[token]
	me, err := e.w.id.Me(context.Background(), access.Actor{UserID: user.ID})

	actor := access.Actor{UserID: user.ID, Name: user.DisplayName, IP: ip}
	for _, grant := range me.Grants {
		actor.Grants = append(actor.Grants, access.Grant{
			Role: grant.Role, UnitID: grant.UnitID, Path: grant.UnitPath,
		})
	}

	return actor, web.Session{}, err
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, db: pgtest.New(t), units: map[string]org.Unit{}, users: map[string]identity.User{}}
	var err error
	if w.id, err = identity.New(
		w.db,
		now,
		identity.Options{Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}},
	); err != nil {
		t.Fatal(err)
	}
	w.trail = audit.New(
		w.db,
		now,
		audit.Join(identity.TrailActs(), org.TrailActs(), post.TrailActs(), audit.TrailActs())...).
		Naming(identity.TrailSubjects(), org.TrailSubjects(), post.TrailSubjects())
	if w.kit, err = web.New(web.Options{
		Sessions: everybody{w},
		Log:      slog.New(slog.DiscardHandler),
	}); err != nil {
		t.Fatal(err)
	}
	units := org.New(w.db, now)
	admin.Register(w.kit, admin.Deps{Org: units, Identity: w.id, Audit: w.trail})

	for _, u := range [][3]string{{"局", "", "bureau"}, {"东", "局", "district"}, {"西", "局", "district"}} {
		if w.units[u[0]], err = units.Create(
			t.Context(),
			access.System("测试"),
			w.units[u[1]].ID,
			u[0],
			org.Kind(u[2]),
		); err != nil {
			t.Fatal(err)
		}
	}
	w.user("root", "局", access.Administrator)

	return w
}

func (w *world) user(name, unit string, roles ...access.Role) {
	w.Helper()

	newUser := identity.NewUser{
		Username:    name,
		DisplayName: "岗位" + name,
		UnitID:      w.units[unit].ID,
		Password:    password,
	}
	for _, role := range roles {
		newUser.Grants = append(newUser.Grants, identity.NewGrant{Role: role, UnitID: w.units[unit].ID})
	}
	u, err := w.id.CreateUser(w.Context(), access.System("命令行"), newUser)
	if err != nil {
		w.Fatal(err)
	}
	w.users[name] = u
}

func (w *world) as(name string) *webtest.Browser { return webtest.Open(w.T, w.kit.Handler(), name) }

func (w *world) unit(name string) string { return fmt.Sprintf("/admin/units/%d", w.units[name].ID) }

func (w *world) page(user string) string { return fmt.Sprintf("/admin/users/%d", w.users[user].ID) }

func (w *world) unitID(name string) string { return fmt.Sprint(w.units[name].ID) }

func (w *world) leads(page *webtest.Page, to string) {
	w.Helper()
	if page.Want(303); !strings.HasPrefix(page.Location, to) {
		w.Errorf("leads to %q, want %q", page.Location, to)
	}
}

// confirmed confirms on the machine what a page asked for, and gives the page of the user it is about.
func (w *world) confirmed(page *webtest.Page) string {
	w.Helper()
	w.leads(page, "/admin/changes/")
	id, err := strconv.ParseInt(path.Base(page.Location), 10, 64)
	if err != nil {
		w.Fatal(err)
	}
	change, _, err := w.id.Confirm(w.Context(), access.System("命令行"), id)
	if err != nil {
		w.Fatal(err)
	}

	return fmt.Sprintf("/admin/users/%d", change.UserID)
}

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	webtest.CheckTemplates(t, newWorld(t).kit)
}

func TestIndexLeadsToWhatThePersonMayOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("auditor", "局", access.Auditor)
	w.user("press", "局", access.PressOfficer)
	w.leads(w.as("root").Get("/admin"), "/admin/units")
	w.leads(w.as("auditor").Get("/admin"), "/admin/audit")
	w.as("press").Get("/admin").Want(403)
	w.as("root").Get("/admin/units").WantCount(".tabs a", 8).WantText(".tabs a[aria-current]", "单位")
	w.as("auditor").Get("/admin/audit").WantCount(".tabs a", 2)
	w.user("chief", "局", access.Supervisor)
	w.leads(w.as("chief").Get("/admin"), "/admin/changes")
	w.user("deputy", "东", access.Supervisor)
	w.as("chief").Get("/admin/changes").WantCount(".tabs a[href='/site']", 1)
	w.as("deputy").Get("/admin/changes").WantCount(".tabs a[href='/site']", 0)
}

func TestUnitsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("root")
	browser.Get("/admin/units").Want(200).WantCount("tbody tr", 3).WantCount(".indent-1", 2)
	browser.Get("/admin/units/new?parent="+w.unitID("东")).
		Want(200).
		WantText("select[name=parent] option[selected]", "东")
	page := browser.Post("/admin/units", url.Values{
		"parent": {w.unitID("东")},
		"name":   {"宣教科"},
		"kind":   {"department"},
	})
	w.leads(page, "/admin/units/")
	made := page.Location
	browser.Get(made).
		Want(200).
		WantText("h1", "宣教科").
		WantText(".lead", "处室").
		WantText(".banner-good", "已新建单位")
	browser.Get(w.unit("东")).Want(200).WantText("tbody", "宣教科")
	w.leads(browser.Post(made+"/edit", url.Values{"name": {"宣传科"}, "kind": {"centre"}}), made)
	browser.Get(made+"/edit").Want(200).WantCount("input[name=name][value=宣传科]", 1)
	browser.Get(w.unit("东")+"/move").Want(200).WantText(".banner-warn", "下级 1 个单位")
	asked := browser.Post(w.unit("东")+"/move", url.Values{"parent": {w.unitID("西")}, "reason": {"机构调整"}})
	w.leads(asked, "/admin/changes/")
	browser.Get(asked.Location).
		Want(200).
		WantText(".facts", "局").
		WantText(".facts", "西").
		WantText(".facts", "下级单位 1 个").
		WantCount(".confirm-change", 0)
	browser.Get(w.unit("东")).Want(200).WantText(".banner-info", "申请移动单位")
	browser.Get(made).Want(200).WantText(".lead", "局")
	w.user("chief", "局", access.Supervisor)
	chief := w.as("chief")
	chief.Get(asked.Location).Want(200).WantText(".facts", "机构调整").WantCount(".confirm-change", 1)
	w.leads(chief.Post(asked.Location+"/confirm", nil), asked.Location)
	browser.Get(made).Want(200).WantText(".lead", "西")
	w.leads(browser.Post(made+"/delete", nil), "/admin/units")
	browser.Get(made).Want(404)
}

func TestUnitRefusalsComeBackInTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("root")
	page := browser.Post("/admin/units", url.Values{
		"parent": {w.unitID("局")},
		"name":   {"东"},
		"kind":   {"district"},
	}).Want(422)
	page.WantText(".field-error", "同名单位").
		WantCount("input[name=name][value=东]", 1).
		WantText("select[name=kind] option[selected]", "区局")
	browser.Post("/admin/units", url.Values{"parent": {w.unitID("局")}}).Want(422).WantCount(".field-error", 2)
	browser.Post(w.unit("东")+"/edit", url.Values{
		"name": {""}, "kind": {"district"},
	}).Want(422).WantText(".field-error", "请填写单位名称")
	browser.Post(w.unit("东")+"/move", nil).Want(422).WantText(".field-error", "不能为空")
	browser.Post(w.unit("东")+"/move", url.Values{"parent": {w.unitID("东")}}).
		Want(422).
		WantText(".field-error", "自己或其下级")
	browser.Post(w.unit("局")+"/delete", nil).Want(409).WantText(".banner-bad", "不能移动或删除")
	browser.Get("/admin/units/999").Want(404)
	browser.Get("/admin/units/x").Want(404)
}

func TestUserIsCreatedGrantedAndRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("root")
	browser.Get("/admin/users/new").Want(200).WantCount("select[name=role] option", 6)
	p := browser.Post("/admin/users", url.Values{
		"username":     {"shenhe"},
		"display_name": {"值班审核员"},
		"unit":         {w.unitID("东")},
		"password":     {"Vb4n-Kt8w-Xe2q"},
		"role":         {"reviewer"},
	})
	made := w.confirmed(p)
	browser.Get(made).
		Want(200).
		WantText("h1", "值班审核员").
		WantText(".lead", "待设新密码").
		WantText("tbody", "审核员").
		WantText("tbody", "长期")
	browser.Get(made+"/grant").Want(200).WantText("h1", "授予角色")
	until := time.Now().Add(48 * time.Hour).UTC().Add(8 * time.Hour).Format("2006-01-02T15:04")
	w.confirmed(browser.Post(made+"/grant", url.Values{
		"role":  {"supervisor"},
		"unit":  {w.unitID("西")},
		"until": {until},
	}))
	page := browser.Get(made).Want(200)
	page.WantCount("section:nth-of-type(2) tbody tr", 2)
	action, _ := page.Find("form[action*='/grants/']").First().Attr("action")
	browser.Post(action, url.Values{"reason": {"轮岗"}}).Want(303)
	browser.Get(made).Want(200).WantText("body", "已结束的授权").WantText("body", "岗位root")
	browser.Post(action, url.Values{"reason": {"轮岗"}}).Want(409).WantText(".banner-bad", "已经结束")
}

func TestUserRefusalsComeBackInTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", "东", access.PressOfficer)
	browser := w.as("root")
	page := browser.Post("/admin/users", url.Values{
		"username":     {"root"},
		"display_name": {"甲"},
		"unit":         {w.unitID("东")},
		"password":     {"Vb4n-Kt8w-Xe2q"},
	}).Want(422)
	page.WantText(".field-error", "已有人使用").WantCount("input[name=display_name][value=甲]", 1)
	browser.Post("/admin/users", url.Values{
		"username": {"大"}, "password": {"weak"},
	}).Want(422).WantCount(".field-error", 4)
	browser.Post("/admin/users", url.Values{"username": {"neu"}}).
		Want(422).
		WantText(".field-error", "请填写初始密码")
	browser.Post(w.page("press")+"/grant", url.Values{
		"role": {"auditor"},
		"unit": {w.unitID("东")},
	}).Want(409).WantText(".banner-bad", "不能与其他角色兼任")
	browser.Post(w.page("press")+"/grant", nil).Want(422).WantCount(".field-error", 2)
	browser.Post(w.page("press")+"/password", url.Values{"password": {"weak"}}).
		Want(422).
		WantText(".field-error", "至少 8 个字符")
	browser.Post(w.page("press")+"/edit", url.Values{
		"display_name": {""},
		"unit":         {w.unitID("东")},
	}).Want(422).WantText(".field-error", "请填写显示名称")
	browser.Get("/admin/users/999").Want(404)
}

func TestUserIsChangedResetDisabledAndEnabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", "东", access.PressOfficer)
	browser, at := w.as("root"), w.page("press")
	browser.Get(at+"/edit").Want(200).WantText("select[name=unit] option[selected]", "东")
	w.confirmed(browser.Post(at+"/edit", url.Values{"display_name": {"新岗位"}, "unit": {w.unitID("西")}}))
	browser.Get(at+"/password").Want(200).WantText(".banner-warn", "会话立即结束")
	w.confirmed(browser.Post(at+"/password", url.Values{"password": {"Vb4n-Kt8w-Xe2q"}}))
	browser.Get(at).Want(200).WantText("h1", "新岗位").WantText(".lead", "待设新密码").WantText(".lead", "西")
	w.leads(browser.Post(at+"/disable", url.Values{"reason": {"离岗"}}), at)
	browser.Get(at).Want(200).WantText(".lead", "已停用").WantText("button", "申请启用")
	w.leads(browser.Post(at+"/enable", nil), at)
	browser.Get(at).Want(200).WantText(".banner-info", "申请启用用户，等待第二人确认").WantText(".lead", "已停用")
	browser.Get(w.page("root")).Want(200).WantCount("form[action$='/disable']", 0).WantText("body", "这是您自己")
	browser.Post(w.page("root")+"/disable", nil).Want(403)
}

func TestUsersAreFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", "东", access.PressOfficer)
	w.user("idle", "西")
	browser := w.as("root")
	browser.Get("/admin/users").
		Want(200).
		WantCount("tbody tr", 3).
		WantText("tbody", "从未登录").
		WantText("tbody", "无授权")
	browser.Get("/admin/users?q=pre").Want(200).WantCount("tbody tr", 1).WantText(".chips", "pre")
	browser.Get("/admin/users?role=administrator&state=active").
		Want(200).
		WantCount("tbody tr", 1).
		WantCount(".chips li", 2)
	browser.Get("/admin/users?unit="+w.unitID("西")).Want(200).WantCount("tbody tr", 1).WantText(".chips", "西")
	browser.Get("/admin/users?unit=999").Want(200).WantText(".empty-state", "没有符合条件的用户")
	browser.Get("/admin/users?after=x").Want(422)
}

func TestDistrictAdministratorStaysInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("east", "东", access.Administrator)
	w.user("press", "西", access.PressOfficer)
	browser := w.as("east")
	browser.Get("/admin/units").Want(200).WantCount("tbody tr", 1)
	browser.Get("/admin/users").Want(200).WantCount("tbody tr", 1)

	for _, at := range []string{
		w.unit("西"), w.unit("西") + "/edit", w.unit("局") + "/move", w.page("press"),
		w.page("press") + "/grant", w.page("root") + "/password",
	} {
		browser.Get(at).Want(404)
	}

	for at, values := range map[string]url.Values{
		w.unit("西") + "/edit":       {"name": {"南"}, "kind": {"district"}},
		w.unit("西") + "/delete":     {},
		w.page("press") + "/grant":  {"role": {"reviewer"}, "unit": {w.unitID("东")}},
		w.page("root") + "/disable": {"reason": {"x"}},
	} {
		browser.Post(at, values).Want(404)
	}
	browser.Get("/admin/audit").Want(403)
}

// TestTrailSpeaksOfCodesByName: no key, code or inner number of an entry is left to guess, and a long
// hash does not push the table.
func TestTrailSpeaksOfCodesByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("auditor", "局", access.Auditor)

	hash := strings.Repeat("ab12", 16)
	for action, detail := range map[string]map[string]any{
		"media.upload":     {"sha256": hash, "bytes": 2_048_123},
		"account.backfill": {"from": "interface"},
		"account.state":    {"from": "live", "to": "suspended"},
		"account.update": {
			"connector":   map[string]any{"from": "public", "to": "commercial"},
			"auto_resend": map[string]any{"from": true, "to": false},
			"late_limit":  map[string]any{"from": "30m0s", "to": "1h0m0s"},
		},
		"account.test":     {"passed": false, "steps": []string{"token ok", "timeline: 超时"}},
		"delivery.resolve": {"outcome": "sent"},
		"delivery.confirm": {"kind": "takedown"},
	} {
		err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
			return audit.Write(t.Context(), tx, audit.Entry{
				Actor:    access.Actor{UserID: 1, Name: "甲"},
				At:       now(),
				Action:   audit.Act{Code: action},
				Subject:  "account/999",
				UnitPath: "/1/",
				Detail:   detail,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	browser := w.as("auditor")
	for action, want := range map[string][]string{
		"media.upload":     {"图片指纹: ab12ab12ab12…", "大小: 2.0 MB"},
		"account.backfill": {"来源: 微博接口"},
		"account.state":    {"原为: 运行中", "改为: 已停用"},
		"account.update":   {"接口: 公开接口 → 商业接口", "自动补发: 是 → 否", "最晚补发: 30 分"},
		"account.test":     {"通过: 否", "核对令牌 通过；读取时间线 超时"},
		"delivery.resolve": {"判定: 已发"},
		"delivery.confirm": {"类别: 下架"},
	} {
		page := browser.Get("/admin/audit?action=" + action).Want(200)
		for _, text := range want {
			page.WantText(".entry-facts", text)
		}
	}
	if whole, _ := browser.Get("/admin/audit?action=media.upload").
		Find(".entry-facts code").
		Attr("title"); whole != hash {
		t.Errorf("the whole hash is %q", whole)
	}
}

func TestTrailIsShownFilteredAndExported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("auditor", "局", access.Auditor)
	w.confirmed(w.as("root").Post(w.page("auditor")+"/edit", url.Values{
		"display_name": {"审计"},
		"unit":         {w.unitID("局")},
	}))
	browser := w.as("auditor")
	browser.Get("/admin/audit").
		Want(200).
		WantText("tbody", "授予角色").
		WantText("tbody", "角色: 审计员").
		WantText("tbody", "待入链").
		WantText("tbody", "命令行")
	page := browser.Get("/admin/audit?action=user.update").
		Want(200).
		WantCount("tbody tr", 1).
		WantText(".chips", "修改用户资料").
		WantText("tbody", "原为: 岗位auditor")
	page.WantText(".entry-subject a", "审计").WantText(".entry-subject .note", "用户 ")
	link, _ := page.Find("tbody td a").Attr("href")
	browser.Get(link).Want(200).WantCount("tbody tr", 3)
	one := browser.Get("/admin/audit?kind=unit&number="+w.unitID("东")).
		Want(200).
		WantText(".chips", "单位 "+w.unitID("东"))
	if all := browser.Get("/admin/audit?subject=unit/" + w.unitID("东")).
		Want(200); all.Text(
		"tbody",
	) != one.Text(
		"tbody",
	) {
		t.Errorf("two ways to name an object: %q and %q", all.Text("tbody"), one.Text("tbody"))
	}
	browser.Get("/admin/audit?actor=nobody").Want(200).WantText(".empty-state", "没有符合条件的记录")
	browser.Get("/admin/audit?unit="+w.unitID("东")+"&from=2026-01-01T00:00&to=2030-01-01T00:00").
		Want(200).
		WantCount("tbody tr", 1).
		WantCount(".chips li", 3)
	browser.Get("/admin/audit?after=x").Want(422)
	file := browser.Post("/admin/audit/export", url.Values{"action": {"user.update"}}).Want(200)
	if got := file.Header.Get("Content-Disposition"); !strings.Contains(got, "audit.csv") {
		t.Errorf("disposition %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][5] != "user.update" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	browser.Get("/admin/audit?action=audit.export").Want(200).WantCount("tbody tr", 1)
}

func TestTrailPagesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("auditor", "局", access.Auditor)
	err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
		for i := range 60 {
			if err := audit.Write(t.Context(), tx, audit.Entry{
				Actor:    access.Actor{UserID: 1, Name: "甲"},
				At:       now(),
				Action:   audit.Act{Code: "post.submit"},
				Subject:  fmt.Sprintf("post/%d", i+1),
				UnitPath: w.units["东"].Path,
			}); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	browser := w.as("auditor")
	page := browser.Get("/admin/audit?action=post.submit").Want(200).WantCount("tbody tr", 50)
	next, _ := page.Find(".pager a[rel=next]").Attr("href")
	browser.Get(next).Want(200).WantCount("tbody tr", 10).WantText(".pager", "回到第一页")
}

func TestVerifySaysWhetherTheTrailHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("auditor", "局", access.Auditor)
	browser := w.as("auditor")
	browser.Get("/admin/audit/verify").
		Want(200).
		WantText(".banner-good", "0 条记录全部相符").
		WantText(".facts", "条，最早")
	if _, err := w.trail.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	browser.Get("/admin/audit/verify").Want(200).WantText(".banner-good", "条记录全部相符").WantText(".facts", "没有")
	c, err := w.db.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()

	for _, sql := range []string{
		"SET session_replication_role = replica",
		"UPDATE audit_entries SET actor_name = '别人' WHERE seq = 2",
		"RESET session_replication_role",
	} {
		if _, err := c.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	browser.Get("/admin/audit/verify").
		Want(200).
		WantText(".banner-bad", "链上第 2 条").
		WantText(".banner-bad", "字段与登记的内容不一致")
}
