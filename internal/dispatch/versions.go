package dispatch

import (
	"sync"

	"juzhen/internal/post"
)

// versions keeps the frozen versions that deliveries in hand belong to: a version never changes once it
// was submitted.
type versions struct {
	mu   sync.Mutex
	byID map[int64]post.Version
	used []int64
}

// keepVersions bounds the memory of versions.
const keepVersions = 256

func newVersions() *versions { return &versions{byID: map[int64]post.Version{}} }

func (v *versions) get(id int64) (post.Version, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	version, ok := v.byID[id]

	return version, ok
}

func (v *versions) put(version post.Version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.byID[version.ID]; ok {
		return
	}
	v.byID[version.ID], v.used = version, append(v.used, version.ID)
	if len(v.used) > keepVersions {
		delete(v.byID, v.used[0])
		v.used = v.used[1:]
	}
}
