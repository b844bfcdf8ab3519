package reach

import (
	"context"
	"slices"
	"strings"

	"juzhen/internal/access"
)

// scope is what somebody sees the figures of.
type scope struct {
	ids []int64 // the accounts, those included that left in the period or in the one before

	// The units whose subtrees make up all of that; none where somebody sees a unit without what lies below
	// it, which is seldom more than a few accounts.
	units []int64
}

// scopeOf gives the accounts at or below path ("" for all) of which the actor may see the figures.
func scopeOf(ctx context.Context, q querier, actor access.Actor, path string, period Period) (scope, error) {
	ids, err := selectPresent(ctx, q, actor, path, period)
	if err != nil || len(ids) == 0 {
		return scope{}, err
	}
	paths, whole := subtrees(actor, path)
	if !whole {
		return scope{ids: ids}, nil
	}
	units, err := selectUnitsAt(ctx, q, paths)

	return scope{ids, units}, err
}

// subtrees are the paths of the subtrees in which an actor sees figures at or below path, none of them
// within another; "" is the whole tree. It is false where some unit is seen without what lies below it.
func subtrees(actor access.Actor, path string) (paths []string, whole bool) {
	if actor.IsSystem() {
		return []string{path}, true
	}

	for _, grant := range actor.Grants {
		switch {
		case access.ExtentOf(grant.Role, access.ReachView) != access.Subtree:
		case strings.HasPrefix(path, grant.Path):
			return []string{path}, true
		case strings.HasPrefix(grant.Path, path):
			paths = append(paths, grant.Path)
		}
	}
	slices.Sort(paths) // what lies within another comes right after it
	paths = slices.CompactFunc(paths, func(a, b string) bool { return strings.HasPrefix(b, a) })

	for _, grant := range actor.Grants {
		alone := access.ExtentOf(grant.Role, access.ReachView) == access.OwnUnit &&
			strings.HasPrefix(grant.Path, path)
		if alone &&
			!slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(grant.Path, p) }) {
			return nil, false
		}
	}

	return paths, true
}
