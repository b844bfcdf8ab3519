package post_test

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// sealed is a version as it is submitted, made by hand.
func sealed() (post.Version, post.Basis) {
	due := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	version := post.Version{
		HashForm: post.FormTwo, ColumnID: 3, DueFrom: &due,
		Generated: post.Generated{Pictures: true},
		Targets: []post.Target{
			{AccountID: 1, PayloadHash: []byte{1}}, {AccountID: 2, PayloadHash: []byte{2}},
		},
		Media: []post.VersionMedia{
			{Alt: "桥", Media: media.Media{ID: 7}}, {Alt: "河", Media: media.Media{ID: 8}},
		},
	}
	basis := post.Basis{Chain: 4, Accepted: []post.Accepted{
		{Rule: "lexicon", Start: 2, End: 4, Found: "秸杆", Reason: "引用原文"},
		{Rule: "mobile", Start: 9, End: 20, Found: "13800138000", Reason: "值班电话"},
	}}

	return version, basis
}

func TestTheApprovalHashSeesEveryChange(t *testing.T) {
	t.Parallel()
	version, basis := sealed()

	was := post.ApprovalHash(version, basis)
	later := version.DueFrom.Add(time.Microsecond)
	changes := map[string]func(v *post.Version, b *post.Basis){
		"request":         func(v *post.Version, _ *post.Basis) { v.Targets[0].PayloadHash = []byte{3} },
		"account":         func(v *post.Version, _ *post.Basis) { v.Targets = v.Targets[:1] },
		"another account": func(v *post.Version, _ *post.Basis) { v.Targets[1].AccountID = 5 },
		"exchanged": func(v *post.Version, _ *post.Basis) {
			v.Targets[0].AccountID, v.Targets[1].AccountID = 2, 1
		},
		"column":             func(v *post.Version, _ *post.Basis) { v.ColumnID = 0 },
		"text declared":      func(v *post.Version, _ *post.Basis) { v.Generated.Text = true },
		"pictures declared":  func(v *post.Version, _ *post.Basis) { v.Generated.Pictures = false },
		"description":        func(v *post.Version, _ *post.Basis) { v.Media[0].Alt = "路" },
		"descriptions moved": func(v *post.Version, _ *post.Basis) { v.Media[0].Alt, v.Media[1].Alt = "河", "桥" },
		"a picture less":     func(v *post.Version, _ *post.Basis) { v.Media = v.Media[:1] },
		"instant":            func(v *post.Version, _ *post.Basis) { v.DueFrom = &later },
		"last instant":       func(v *post.Version, _ *post.Basis) { v.NotAfter = &later },
		"as soon as":         func(v *post.Version, _ *post.Basis) { v.DueFrom = nil },
		"chain":              func(_ *post.Version, b *post.Basis) { b.Chain = 0 },
		"a finding less":     func(_ *post.Version, b *post.Basis) { b.Accepted = b.Accepted[:1] },
		"reason":             func(_ *post.Version, b *post.Basis) { b.Accepted[0].Reason = "无" },
		"what was found":     func(_ *post.Version, b *post.Basis) { b.Accepted[0].Found = "秸秆" },
		"place":              func(_ *post.Version, b *post.Basis) { b.Accepted[0].Start = 3 },
		"whose wording":      func(_ *post.Version, b *post.Basis) { b.Accepted[0].AccountID = 1 },
		"rule":               func(_ *post.Version, b *post.Basis) { b.Accepted[0].Rule = "plate" },
	}

	for name, change := range changes {
		v, b := sealed()
		change(&v, &b)
		if slices.Equal(post.ApprovalHash(v, b), was) {
			t.Errorf("%s: the hash did not change", name)
		}
	}

	v, b := sealed()
	slices.Reverse(v.Targets)
	slices.Reverse(b.Accepted)
	v.Text, v.ColumnName = "未使用的通用文字", "改了名"
	if !slices.Equal(post.ApprovalHash(v, b), was) {
		t.Error("another order, a text nobody publishes or a renamed column changed the hash")
	}
}

// TestAnOlderApprovalStaysValid holds form 1 to the byte: hashes made before form 2 are compared for years.
func TestAnOlderApprovalStaysValid(t *testing.T) {
	t.Parallel()
	version, basis := sealed()
	version.HashForm = post.FormOne

	const want = "9313a46a08fc04aa4a3cce0d7cb679f45f753fa7e46f01ebb3c6000d4bcc8e4a"
	if got := hex.EncodeToString(post.ApprovalHash(version, basis)); got != want {
		t.Errorf("form 1 is %s, was %s", got, want)
	}
}

// TestTheFormIsWritten holds form 2 to the byte: a stored hash must be made again by later programs.
func TestTheFormIsWritten(t *testing.T) {
	t.Parallel()
	version, basis := sealed()

	const want = "1799bcbe5a42083589be346492dd0732ca15443df86e5874c7074984a6d20aeb"
	if got := hex.EncodeToString(post.ApprovalHash(version, basis)); got != want {
		t.Errorf("form 2 is %s, was %s", got, want)
	}
}

func TestAVersionChangedPastTheConsoleIsNotApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	basis := post.Basis{Chain: 0}
	content := w.content("今日空气质量良")
	content.Media = []post.MediaChoice{{MediaID: w.picture(8).ID, Alt: "桥"}}

	for name, change := range map[string]string{
		"text":        "UPDATE post_versions SET text = text || '！' WHERE id = $1",
		"column":      "UPDATE post_versions SET column_id = (SELECT min(id) FROM columns) WHERE id = $1",
		"declaration": "UPDATE post_versions SET generated_text = true WHERE id = $1",
		"description": "UPDATE version_media SET alt = '路' WHERE version_id = $1",
		"instant":     "UPDATE post_versions SET due_from = due_from - interval '1 hour' WHERE id = $1",
		"account":     "DELETE FROM version_targets WHERE version_id = $1 AND account_id = (SELECT max(account_id) FROM version_targets WHERE version_id = $1)",
	} {
		_, version := w.mustSubmit(w.create(content).ID)

		verify := func() error {
			return w.tx(func(ctx context.Context, tx pg.Tx) error {
				stored, err := post.VersionTx(ctx, tx, version.ID)
				if err != nil {
					return err
				}

				return post.Verify(stored, basis)
			})
		}
		if err := verify(); err != nil {
			t.Fatalf("%s: as submitted: %v", name, err)
		}
		if _, err := w.db.Pool().Exec(t.Context(), change, version.ID); err != nil {
			t.Fatal(name, err)
		}
		err := verify()
		var unsealed *post.Unsealed
		if !errors.As(err, &unsealed) || !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s was changed: %v", name, err)
		}
		content.DueAt = w.in(time.Duration(version.ID+5) * time.Hour) // the next one is no twin
	}
}

func TestAnEarlierTimeThanSubmittedIsKnown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	before, after := at.Add(-time.Minute), at.Add(time.Minute)

	for name, c := range map[string]struct {
		form post.HashForm
		from *time.Time
		p    post.Post
		want bool
	}{
		"the same":                  {post.FormTwo, &at, post.Post{DueAt: &at}, false},
		"later":                     {post.FormTwo, &at, post.Post{DueAt: &after}, false},
		"earlier":                   {post.FormTwo, &at, post.Post{DueAt: &before}, true},
		"at once":                   {post.FormTwo, &at, post.Post{DueNow: true}, true},
		"at once from the start":    {post.FormTwo, nil, post.Post{DueNow: true}, false},
		"a time instead of at once": {post.FormTwo, nil, post.Post{DueAt: &before}, false},
		"form 1 names no time":      {post.FormOne, nil, post.Post{DueAt: &before}, false},
	} {
		if got := (post.Version{HashForm: c.form, DueFrom: c.from}).Earlier(c.p); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
