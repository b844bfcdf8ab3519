package org_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
)

// model is the tree as a plain map: the parent of each unit.
type model map[int64]int64

func (m model) path(id int64) string {
	if id == 0 {
		return "/"
	}

	return fmt.Sprintf("%s%d/", m.path(m[id]), id)
}

func (m model) below(id, above int64) bool { return strings.HasPrefix(m.path(id), m.path(above)) }

func (m model) leaf(id int64) bool {
	for _, parent := range m {
		if parent == id {
			return false
		}
	}

	return true
}

func (m model) ids() []int64 {
	var out []int64
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)

	return out
}

// TestTreeBehavesLikeItsModel runs random changes on the database and on a map, and compares them after each.
func TestTreeBehavesLikeItsModel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, admin := t.Context(), w.actor(access.Administrator, "局")

	m := model{}
	for _, unit := range w.units {
		m[unit.ID] = unit.ParentID
	}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(r, "steps") {
			a, b := rapid.SampledFrom(m.ids()).Draw(r, "a"), rapid.SampledFrom(m.ids()).Draw(r, "b")
			switch rapid.SampledFrom([]string{"create", "move", "move", "delete"}).Draw(r, "act") {
			case "create":
				unit, err := w.s.Create(
					ctx,
					admin,
					a,
					fmt.Sprintf("单位%d", len(m)+int(a)*1000),
					org.Department,
				)
				if err == nil {
					m[unit.ID] = a
				} else if !fault.Is(err, fault.KindInvalid) { // a name that exists there already
					r.Fatalf("create below %d: %v", a, err)
				}
			case "move":
				err := w.move(admin, a, b)
				want := m[a] != 0 && m[a] != b && !m.below(b, a)
				if err == nil != want && (!want || !fault.Is(err, fault.KindInvalid)) {
					r.Fatalf("move %d below %d: %v, want success %v", a, b, err, want)
				}
				if err == nil {
					m[a] = b
				}
			case "delete":
				err := w.s.Delete(ctx, admin, a)
				if err == nil != (m.leaf(a) && m[a] != 0) {
					r.Fatalf("delete %d: %v", a, err)
				}
				if err == nil {
					delete(m, a)
				}
			}
		}
		compare(r, w, m)
	})
	w.consistent()
}

func compare(r *rapid.T, w *world, m model) {
	units, err := w.s.Tree(w.Context(), access.System("测试"))
	if err != nil || len(units) != len(m) {
		r.Fatalf("%d units, the model has %d (%v)", len(units), len(m), err)
	}
	seen := map[int64]bool{0: true}

	for _, unit := range units {
		if unit.Path != m.path(unit.ID) || unit.ParentID != m[unit.ID] {
			r.Fatalf("unit %d lies at %s, the model has %s", unit.ID, unit.Path, m.path(unit.ID))
		}
		if !seen[unit.ParentID] {
			r.Fatalf("unit %d is listed before its parent", unit.ID)
		}
		seen[unit.ID] = true
	}
}
