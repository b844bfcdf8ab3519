package post_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

func (w *world) revise(id int64) error {
	w.t.Helper()

	return w.tx(func(ctx context.Context, tx pg.Tx) error {
		_, _, err := post.ReviseTx(ctx, access.NewAct(tx, w.now, w.writer), id)
		return err
	})
}

func (w *world) approve(id, version int64) error {
	w.t.Helper()

	return w.tx(
		func(ctx context.Context, tx pg.Tx) error { return post.ApprovedTx(ctx, tx, w.now, id, version) },
	)
}

func (w *world) giveBack(id, version int64) error {
	w.t.Helper()

	return w.tx(func(ctx context.Context, tx pg.Tx) error {
		return post.ReturnedTx(ctx, tx, w.now, id, version, "请核对数据")
	})
}

func (w *world) withdraw(id int64) error {
	w.t.Helper()

	return w.tx(
		func(ctx context.Context, tx pg.Tx) error {
			return post.WithdrawnTx(ctx, access.NewAct(tx, w.now, w.writer), id)
		},
	)
}

func (w *world) openTodos(key string) int {
	return w.count("SELECT count(*) FROM todos WHERE key = $1 AND resolved_at IS NULL", key)
}

func TestSubmittingFreezesTextAndHashes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content("今日空气质量良")
	content.Targets[1].Variant = words("京环之声：良")
	content.Media = []post.MediaChoice{{MediaID: w.picture(8).ID}}
	p := w.create(content)
	p, version := w.mustSubmit(p.ID)
	if p.Phase != post.Submitted || p.Revision != 2 || version.State != post.VersionSubmitted ||
		version.SubmittedName != "值班宣传专员" ||
		len(version.Hash) != 32 {
		t.Errorf("post %+v, version %+v", p, version)
	}

	for _, target := range version.Targets {
		payload, err := post.PayloadFor(version, target)
		w.must(err)
		if hex.EncodeToString(target.PayloadHash) != payload.Hash() ||
			payload.Text() != target.TextOf(version) ||
			len(payload.Pictures()) != 1 {
			t.Errorf("payload of %d: %s", target.AccountID, payload.Canonical())
		}
	}
	if _, err := w.Save(
		t.Context(),
		w.writer,
		p.ID,
		p.Revision,
		w.content("改"),
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("a submitted text was changed: %v", err)
	}
	if _, _, err := w.submit(p.ID, 0); !fault.Is(err, fault.KindConflict) {
		t.Errorf("submitted twice: %v", err)
	}
}

func TestWhatAConnectorWouldRefuseIsFoundBeforeSubmitting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pictures := []post.MediaChoice{{MediaID: w.picture(8).ID}, {MediaID: w.picture(9).ID}}

	long := strings.Repeat("字", 141)
	for name, c := range map[string]struct {
		content post.Content
		want    []string // fields
	}{
		"nothing": {post.Content{}, []string{"accounts", "text", "due"}},
		"public needs a link": {
			post.Content{Text: "#话题# 良", Targets: to(bureau, public), DueNow: true},
			[]string{"text", "text"},
		},
		"public is short": {
			post.Content{
				Text:    long + " https://sthjj.beijing.gov.cn/a",
				Targets: to(bureau, public),
				DueNow:  true,
			},
			[]string{"text"},
		},
		"own words": {
			post.Content{
				Text:    "良",
				Targets: []post.TargetChoice{{AccountID: public, Variant: words("无链接")}, {AccountID: bureau}},
				DueNow:  true,
			},
			[]string{"variant.3"},
		},
		"pictures": {
			post.Content{
				Text:    "见 https://beijing.gov.cn/",
				Targets: to(public),
				Media:   pictures,
				DueNow:  true,
			},
			[]string{"media"},
		},
		"repost of nonsense": {
			post.Content{Text: "转", RepostOf: "那一条", Targets: to(bureau), DueNow: true},
			[]string{"repost"},
		},
		"repost with picture": {
			post.Content{
				Text:     "转",
				RepostOf: "5012345678901234",
				Targets:  to(bureau),
				Media:    pictures,
				DueNow:   true,
			},
			[]string{"media"},
		},
		"past": {
			post.Content{Text: "良", Targets: to(bureau), DueAt: w.in(-time.Second)},
			[]string{"due"},
		},
		"manual is patient": {post.Content{Text: "良", Targets: to(district), DueNow: true}, nil},
	} {
		p := w.create(c.content)
		_, _, err := w.submit(p.ID, 0)

		var got []string
		for _, failure := range fault.FieldErrors(err) {
			got = append(got, failure.Field)
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: fields %v, want %v (%v)", name, got, c.want, err)
		}
	}
}

func TestTheSameFindingIsToldOnceWithItsAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(post.Content{Text: strings.Repeat("字", 2001), Targets: to(bureau, centre), DueNow: true})
	p, version := w.version(p.ID)
	ps := w.Check(p, version).At("text")
	if len(ps) != 1 || len(ps[0].Accounts) != 2 || ps[0].Accounts[0].Handle != "环保北京" {
		t.Errorf("got %+v", ps)
	}
	if _, err := w.db.Pool().Exec(t.Context(), `
		UPDATE accounts SET state = 'suspended' WHERE id = 1; UPDATE accounts SET unit_id = 3
			WHERE id = 2; UPDATE posts SET unit_id = 2`); err != nil {
		t.Fatal(err)
	}
	p, version = w.version(p.ID)
	if ps = w.Check(p, version).At("accounts"); len(ps) != 2 {
		t.Errorf("got %+v", ps)
	}
}

func TestAStaleSubmitIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(w.content("甲"))
	_, err := w.Save(t.Context(), w.second, p.ID, 1, w.content("乙"))
	w.must(err)
	if _, _, err = w.submit(p.ID, 1); err == nil {
		t.Fatal("a text its submitter never saw was submitted")
	}
	if stale, ok := post.StaleIn(err); !ok || stale.Theirs.Text != "乙" {
		t.Errorf("got %v", err)
	}
}

func TestApprovalAndReturnNameTheirVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, version := w.mustSubmit(w.create(w.content("甲")).ID)
	if err := w.approve(p.ID, version.ID+100); !fault.Is(err, fault.KindConflict) {
		t.Errorf("another version: %v", err)
	}
	w.must(w.giveBack(p.ID, version.ID))
	if w.openTodos(post.Ref(p.ID)+"/returned") != 1 {
		t.Error("nobody was told of the return")
	}
	if err := w.approve(p.ID, version.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("approved after the return: %v", err)
	}
	p, next := w.mustSubmit(p.ID)
	if next.Number != 2 || next.Text != "甲" || bytes.Equal(next.Hash, nil) ||
		w.openTodos(post.Ref(p.ID)+"/returned") != 0 {
		t.Errorf("submitted again: %+v", next)
	}
	w.must(w.approve(p.ID, next.ID))
	list, err := w.Versions(t.Context(), w.reviewer, p.ID)
	w.must(err)
	if p, _ = w.version(
		p.ID,
	); p.Phase != post.Approved || len(list) != 2 || list[0].State != post.VersionApproved ||
		list[1].State != post.VersionReturned {
		t.Errorf("post %s, versions %+v", p.Phase, list)
	}
}

func TestRevisingKeepsWhatWasDecidedAsEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, version := w.mustSubmit(w.create(w.content("甲")).ID)
	w.must(w.approve(p.ID, version.ID))
	w.must(w.revise(p.ID))
	p, next := w.version(p.ID)
	if p.Phase != post.Draft || p.VersionNumber != 2 || next.State != post.VersionDraft || next.Hash != nil ||
		next.Targets[0].PayloadHash != nil {
		t.Errorf("post %+v, version %+v", p, next)
	}
	if err := w.revise(p.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a draft was opened again: %v", err)
	}
	w.mustSubmit(p.ID)
	w.must(w.revise(p.ID))
	list, err := w.Versions(t.Context(), w.writer, p.ID)
	w.must(err)

	var states []string
	for _, v := range list {
		states = append(states, string(v.State))
	}
	if got := strings.Join(states, " "); got != "draft void approved" {
		t.Errorf("versions: %s", got)
	}
}

func TestWithdrawingEndsEverythingOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, version := w.mustSubmit(w.create(w.content("甲")).ID)
	w.must(w.giveBack(p.ID, version.ID))
	w.must(w.withdraw(p.ID))
	if p, _ = w.version(p.ID); p.Phase != post.Withdrawn || w.openTodos(post.Ref(p.ID)+"/returned") != 0 {
		t.Errorf("got %+v", p)
	}
	if err := w.withdraw(p.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
	if err := w.tx(func(ctx context.Context, tx pg.Tx) error {
		return post.SetDueTx(ctx, access.NewAct(tx, w.now, w.writer), p.ID, w.in(time.Hour), false)
	}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a withdrawn post got a time: %v", err)
	}
	w.must(w.revise(p.ID))
}

func TestAnotherTimeIsTakenOnlyWhenItIsAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(w.content("甲"))
	set := func(due *time.Time, now bool) error {
		return w.tx(func(ctx context.Context, tx pg.Tx) error {
			return post.SetDueTx(ctx, access.NewAct(tx, w.now, w.writer), p.ID, due, now)
		})
	}
	w.must(set(w.in(3*time.Hour), false))
	if got, _ := w.version(p.ID); !got.DueAt.Equal(*w.in(3 * time.Hour)) || got.Revision != 2 {
		t.Errorf("got %+v", got)
	}
	w.must(set(w.in(3*time.Hour), true))
	if got, _ := w.version(p.ID); got.DueAt != nil || !got.DueNow {
		t.Errorf("got %+v", got)
	}

	for _, due := range []*time.Time{nil, w.in(0), w.in(-time.Hour)} {
		if err := set(due, false); fault.Public(err).Field != "due" {
			t.Errorf("%v: %v", due, err)
		}
	}
}

func TestFindTxKnowsForbiddenFromNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	p := w.create(w.content("甲"))
	for kind, actor := range map[fault.Kind]access.Actor{
		fault.KindForbidden: w.reviewer,
		fault.KindNotFound:  w.afar,
	} {
		err := w.tx(func(ctx context.Context, tx pg.Tx) error {
			_, err := post.FindTx(ctx, tx, actor, access.PostWrite, p.ID)
			return err
		})
		if !fault.Is(err, kind) {
			t.Errorf("got %v", err)
		}
	}
	err := w.tx(func(ctx context.Context, tx pg.Tx) error {
		_, err := post.VersionTx(ctx, tx, 999)
		return err
	})
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("version: %v", err)
	}
}

func TestAsSoonAsApprovedBecomesTheInstantOfApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content("甲")
	content.DueNow = true
	p, version := w.mustSubmit(w.create(content).ID)
	if p.DueAt != nil {
		t.Errorf("due at %s before the approval", p.DueAt)
	}
	w.now = w.now.Add(time.Minute)
	w.must(w.approve(p.ID, version.ID))
	if p, _ = w.version(p.ID); !p.DueNow || p.DueAt == nil || !p.DueAt.Equal(w.now) {
		t.Errorf("due at %v", p.DueAt)
	}
	if rows, err := w.DueIn(t.Context(), w.writer, []post.Span{{
		From: w.now,
		To:   w.now.Add(time.Hour),
	}}, post.Filter{}, 10); err != nil || len(rows) != 1 {
		t.Errorf("the calendar shows %v, %v", rows, err)
	}
	w.must(w.revise(p.ID))
	if p, _ = w.version(p.ID); !p.DueNow || p.DueAt != nil {
		t.Errorf("after an edit due at %v", p.DueAt)
	}
	w.mustSubmit(p.ID)
}
