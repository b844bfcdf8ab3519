package post_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// life is a post driven by random acts beside the plain model of what must be true of it.
type life struct {
	*world
	id       int64
	phase    post.Phase
	version  int            // number of the current version
	frozen   map[int]frozen // what each submitted version said
	decided  map[int]post.VersionState
	attempts int
}

type frozen struct {
	text string
	hash []byte
}

func (l *life) act(a post.Act) {
	t := l.t
	t.Helper()
	_, version := l.world.version(l.id)
	to, ok := l.phase.After(a)
	err := l.do(a, version)
	if (err == nil) != ok {
		t.Fatalf("%s in %s: %v, the table says %v", a, l.phase, err, ok)
	}
	if !ok {
		if !fault.Is(err, fault.KindConflict) {
			t.Fatalf("%s in %s was refused by %v, want a conflict", a, l.phase, err)
		}

		return
	}
	if a == post.Revise || a == post.Submit && l.phase == post.Returned {
		l.version++
	}
	l.phase = to
	l.note(a)
}

// note keeps what an act made final.
func (l *life) note(act post.Act) {
	_, version := l.world.version(l.id)

	switch act {
	case post.Submit:
		l.frozen[version.Number] = frozen{version.Text, version.Hash}
	case post.Approve:
		l.decided[version.Number] = post.VersionApproved
	case post.Return:
		l.decided[version.Number] = post.VersionReturned
	}
}

func (l *life) do(act post.Act, version post.Version) error {
	l.attempts++

	switch act {
	case post.Save:
		p, _ := l.world.version(l.id)
		_, err := l.Save(
			l.t.Context(),
			l.writer,
			l.id,
			p.Revision,
			l.content(fmt.Sprintf("第 %d 稿", l.attempts)),
		)

		return err
	case post.Submit:
		_, _, err := l.submit(l.id, 0)
		return err
	case post.Approve:
		return l.approve(l.id, version.ID)
	case post.Return:
		return l.giveBack(l.id, version.ID)
	case post.Withdraw:
		return l.withdraw(l.id)
	case post.Revise:
		return l.revise(l.id)
	}

	return l.tx(func(ctx context.Context, tx pg.Tx) error {
		return post.SetDueTx(ctx, access.NewAct(tx, l.now, l.writer), l.id, l.in(time.Hour), false)
	})
}

// check holds the stored post against the model.
func (l *life) check() {
	t := l.t
	t.Helper()
	p, version := l.world.version(l.id)
	if p.Phase != l.phase || version.Number != l.version {
		t.Fatalf("stored %s, version %d; model %s, version %d", p.Phase, version.Number, l.phase, l.version)
	}
	list, err := l.Versions(l.t.Context(), l.writer, l.id)
	if err != nil || len(list) != l.version {
		t.Fatalf("%d versions, want %d (%v)", len(list), l.version, err)
	}

	for i, v := range list {
		if v.Number != l.version-i {
			t.Fatalf("version %d stands at place %d", v.Number, i)
		}
		if frozen, ok := l.frozen[v.Number]; ok &&
			(frozen.text != v.Text || !bytes.Equal(frozen.hash, v.Hash)) {
			t.Fatalf("version %d was changed after it was submitted", v.Number)
		}
		if versionState, ok := l.decided[v.Number]; ok && v.State != versionState {
			t.Fatalf("version %d was %s and is %s", v.Number, versionState, v.State)
		}
		if open := v.State == post.VersionDraft || v.State == post.VersionSubmitted; open && i > 0 {
			t.Fatalf("an older version is still %s", v.State)
		}
	}
}

func TestALifeOfRandomActsFollowsTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	acts := slices.DeleteFunc(post.Acts(), func(act post.Act) bool { return act == post.Delete })
	dice := rand.New(rand.NewPCG(2026, 11))

	for i := range 12 {
		l := &life{
			world:   w,
			id:      w.create(w.content(fmt.Sprint("甲", i))).ID,
			phase:   post.Draft,
			version: 1,
			frozen:  map[int]frozen{},
			decided: map[int]post.VersionState{},
		}
		for range 8 {
			l.act(acts[dice.IntN(len(acts))])
			l.check()
		}
	}
}

// both runs two acts on a post at once and gives their errors.
func both(a, b func() error) (ea, eb error) {
	var wg sync.WaitGroup
	wg.Go(func() { ea = a() })
	wg.Go(func() { eb = b() })
	wg.Wait()

	return ea, eb
}

func TestOfTwoActsAtOnceEachIsWholeOrRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 6 {
		p, version := w.mustSubmit(w.create(w.content("甲")).ID)
		approved, revised := both(
			func() error { return w.approve(p.ID, version.ID) },
			func() error { return w.revise(p.ID) },
		)
		got, now := w.version(p.ID)
		if revised != nil {
			t.Fatalf("revising was refused: %v", revised)
		}
		// Whoever was first: the post is a draft, and what was approved is approved for ever.
		list, err := w.Versions(t.Context(), w.writer, p.ID)
		w.must(err)
		want := post.VersionVoid
		if approved == nil {
			want = post.VersionApproved
		}
		if got.Phase != post.Draft || now.Number != 2 || list[1].State != want {
			t.Errorf(
				"approved %v: post %s, versions %s and %s",
				approved,
				got.Phase,
				list[0].State,
				list[1].State,
			)
		}
	}
}

func TestASaveAndASubmitAtOnceNeverSubmitWhatNobodySaw(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 6 {
		p := w.create(w.content("甲"))
		saved, submitted := both(
			func() error { _, err := w.Save(t.Context(), w.second, p.ID, p.Revision, w.content("乙")); return err },
			func() error { _, _, err := w.submit(p.ID, p.Revision); return err },
		)

		got, version := w.version(p.ID)
		switch {
		case submitted == nil && (saved == nil || version.Text != "甲" || got.Phase != post.Submitted):
			t.Errorf("submitted %q while the save ended with %v", version.Text, saved)
		case submitted != nil && (saved != nil || version.Text != "乙" || got.Phase != post.Draft):
			t.Errorf("saved: %v, submitted: %v, stored %q in %s", saved, submitted, version.Text, got.Phase)
		}
	}
}

func TestAWithdrawalAndAnApprovalAtOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 6 {
		p, version := w.mustSubmit(w.create(w.content("甲")).ID)
		approved, withdrawn := both(
			func() error { return w.approve(p.ID, version.ID) },
			func() error { return w.withdraw(p.ID) },
		)
		got, now := w.version(p.ID)
		if withdrawn != nil || got.Phase != post.Withdrawn {
			t.Errorf("withdrawal ended with %v in %s", withdrawn, got.Phase)
		}
		if (approved == nil) != (now.State == post.VersionApproved) {
			t.Errorf("approval ended with %v, the version is %s", approved, now.State)
		}
	}
}
