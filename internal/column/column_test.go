package column_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/column"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

func supervisor(id int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: access.Supervisor, Path: path}}}
}

func newService(t *testing.T) (*column.Service, *pg.DB) {
	t.Helper()
	db := pgtest.New(t)
	stage.Bureau(t, db, "主管一", "主管二")

	return column.New(db, func() time.Time { return noon }), db
}

func names(list []column.Column) string {
	var out []string
	for _, one := range list {
		out = append(out, one.Name)
	}

	return strings.Join(out, " ")
}

const shipped = "空气质量 预警 科普 曝光台 活动 回应 转载"

func TestTheShippedColumnsHoldForAllAndAreTheRoots(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	list, err := s.For(t.Context(), supervisor(1, "/1/3/"), 3)
	if err != nil || names(list) != shipped || list[0].UnitPath != "/1/" || list[0].UnitName != "市局" {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := s.For(t.Context(), supervisor(1, "/1/3/"), 2); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("columns of another unit: %v", err)
	}

	name := "空气"
	if _, err := s.Change(
		t.Context(),
		supervisor(1, "/1/3/"),
		list[0].ID,
		column.Change{Name: &name},
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("a district renamed it: %v", err)
	}
	done, err := s.Change(t.Context(), supervisor(1, "/1/"), list[0].ID, column.Change{Name: &name})
	if err != nil || done.ID != list[0].ID || done.Name != name {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestAColumnHoldsBelowItsUnitAlone(t *testing.T) {
	t.Parallel()
	s, db := newService(t)
	centre, bureau := supervisor(1, "/1/2/"), supervisor(2, "/1/")
	made, err := s.Create(t.Context(), centre, 2, " 京环讲堂 ")
	if err != nil || made.Name != "京环讲堂" || made.UnitPath != "/1/2/" || !made.Active {
		t.Fatalf("%+v, %v", made, err)
	}

	for unit, want := range map[int64]string{1: shipped, 2: shipped + " 京环讲堂", 3: shipped} {
		if list, err := s.For(t.Context(), bureau, unit); err != nil || names(list) != want {
			t.Errorf("unit %d: %s, %v", unit, names(list), err)
		}
	}

	if list, err := s.List(t.Context(), supervisor(1, "/1/3/")); err != nil || names(list) != shipped {
		t.Errorf("the district sees %s, %v", names(list), err)
	}

	for what, path := range map[string]string{"above": "/1/", "beside": "/1/3/", "below": "/1/2/9/"} {
		err := db.InTx(t.Context(), func(tx pg.Tx) error {
			_, err := column.HoldsTx(t.Context(), tx, made.ID, path)
			return err
		})
		if (err == nil) != (what == "below") || err != nil && !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}

	off := false
	if _, err := s.Change(t.Context(), bureau, made.ID, column.Change{Active: &off}); err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(tx pg.Tx) error {
		_, err := column.HoldsTx(t.Context(), tx, made.ID, "/1/2/")
		return err
	})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("one that was switched off: %v", err)
	}
}

func TestNamesOfOneListAreToldApart(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	bureau := supervisor(1, "/1/")

	for _, name := range []string{"", " ", "预警", "预\n警", "#话题#", strings.Repeat("长", 21), "科\u200b普"} {
		if _, err := s.Create(t.Context(), bureau, 2, name); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}

	if _, err := s.Create(t.Context(), bureau, 2, "讲堂"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), bureau, 3, "讲堂"); err != nil {
		t.Errorf("beside: %v", err)
	}
	if _, err := s.Create(t.Context(), bureau, 1, "讲堂"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("above: %v", err)
	}

	officer := access.Actor{UserID: 2, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}
	if _, err := s.Create(t.Context(), officer, 2, "别的"); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a press officer: %v", err)
	}
}
