package org

import (
	"strings"
	"testing"

	"juzhen/internal/fault"
)

func TestPathEndsInTheUnitsNumber(t *testing.T) {
	t.Parallel()

	for path, want := range map[string]int64{"/1/": 1, "/1/40/": 40, "/7/8/9/": 9} {
		if got, err := IDOf(path); err != nil || got != want {
			t.Errorf("IDOf(%q) = %d, %v", path, got, err)
		}
	}

	for _, path := range []string{"", "/", "1", "/1", "1/", "/a/", "/-1/", "/0/", "//"} {
		if id, err := IDOf(path); err == nil {
			t.Errorf("IDOf(%q) = %d, want an error", path, id)
		}
	}
}

func TestDepthCountsUnitsAbove(t *testing.T) {
	t.Parallel()

	for path, want := range map[string]int{"/1/": 0, "/1/4/": 1, "/1/4/9/": 2} {
		if got := (Unit{Path: path}).Depth(); got != want {
			t.Errorf("depth of %s is %d, want %d", path, got, want)
		}
	}
}

func TestNamesAndKindsAreChecked(t *testing.T) {
	t.Parallel()
	if err := check("宣教中心", Centre); err != nil {
		t.Error(err)
	}
	if err := check(strings.Repeat("字", 40), District); err != nil {
		t.Errorf("40 characters: %v", err)
	}
	fields := fault.FieldErrors(check("", "tent"))
	if len(fields) != 2 || fields[0].Field != "name" || fields[1].Field != "kind" {
		t.Errorf("faults %v", fields)
	}
	if f := fault.FieldErrors(check(strings.Repeat("字", 41), Bureau)); len(f) != 1 || f[0].Field != "name" {
		t.Errorf("41 characters: %v", f)
	}

	for _, kind := range Kinds() {
		if kind.Label() == "" {
			t.Errorf("kind %s has no name", kind)
		}
	}
}

func TestWhereAUnitMayGo(t *testing.T) {
	t.Parallel()
	root := Unit{ID: 1, Path: "/1/"}
	unit := Unit{ID: 4, ParentID: 1, Path: "/1/4/"}
	b := Unit{ID: 5, ParentID: 1, Path: "/1/5/"}

	below := Unit{ID: 9, ParentID: 4, Path: "/1/4/9/"}
	for _, tc := range []struct {
		u, parent Unit
		kind      fault.Kind
		ok        bool
	}{
		{unit, b, 0, true},
		{below, root, 0, true},
		{below, b, 0, true},
		{unit, unit, fault.KindInvalid, false},
		{unit, below, fault.KindInvalid, false},
		{unit, root, fault.KindInvalid, false},
	} {
		err := canMove(tc.u, tc.parent)
		if (err == nil) != tc.ok || err != nil && fault.KindOf(err) != tc.kind {
			t.Errorf("%s below %s: %v", tc.u.Path, tc.parent.Path, err)
		}
	}
}
