package world

import (
	"fmt"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Account is the account of the matrix with this name, without @.
func (w *World) Account(handle string) account.Account {
	w.t.Helper()

	for _, a := range w.Matrix.Accounts {
		if a.Handle == handle {
			return a
		}
	}
	w.t.Fatalf("no account %s in the matrix", handle)

	return account.Account{}
}

// Draft keeps a post of the press officer's for the named accounts; due nil is "as soon as approved".
func (w *World) Draft(text string, due *time.Time, handles ...string) post.Post {
	w.t.Helper()
	officer, _ := w.Actor("xuanchuan")

	content := post.Content{Text: text, DueAt: due, DueNow: due == nil}
	for _, h := range handles {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: w.Account(h).ID})
	}
	p, err := w.Posts.Create(w.t.Context(), officer, w.Matrix.Root.ID, content)
	must(w.t, err)

	return p
}

// Submit is Draft and its submission.
func (w *World) Submit(text string, due *time.Time, handles ...string) post.Post {
	w.t.Helper()
	officer, _ := w.Actor("xuanchuan")
	p := w.Draft(text, due, handles...)
	must(w.t, w.Deliveries.Submit(w.t.Context(), officer, p.ID, p.Revision))

	return p
}

// Approve is Submit and its approval by the reviewer on duty.
func (w *World) Approve(text string, due *time.Time, handles ...string) post.Post {
	w.t.Helper()
	reviewer, _ := w.Actor("shenhe")
	p := w.Submit(text, due, handles...)
	_, version, err := w.Posts.Find(w.t.Context(), reviewer, p.ID)
	must(w.t, err)
	_, err = w.Deliveries.Review(w.t.Context(), reviewer, p.ID, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
		Opinion:  "内容属实",
	})
	must(w.t, err)

	return p
}

// In is an instant from now.
func In(d time.Duration) *time.Time {
	at := time.Now().UTC().Add(d).Truncate(time.Second)
	return &at
}

// Delivery is the newest delivery of a post to an account.
func (w *World) Delivery(postID int64, handle string) delivery.Delivery {
	w.t.Helper()
	officer, _ := w.Actor("xuanchuan")
	list, err := w.Deliveries.OfPost(w.t.Context(), officer, postID)
	must(w.t, err)

	for _, d := range list {
		if d.AccountHandle == handle {
			return d
		}
	}
	w.t.Fatalf("post %d has no delivery to %s", postID, handle)

	return delivery.Delivery{}
}

// Wait waits until a post's delivery to an account is in a state, and gives it.
func (w *World) Wait(postID int64, handle string, state delivery.State) (d delivery.Delivery) {
	w.t.Helper()
	w.Eventually(fmt.Sprintf("%s to be %s", handle, state), func() bool {
		d = w.Delivery(postID, handle)
		return d.State == state
	})

	return d
}
