package relay

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// PostChangedTx has the relay of a post follow when the post was approved, revised or withdrawn. It is what
// package delivery tells, in the transaction of the change; the rest is done by a job.
func PostChangedTx(ctx context.Context, tx pg.Tx, postID int64) (err error) {
	defer fault.Step(&err, "relay.PostChangedTx %d", postID)

	id, err := ofPostTx(ctx, tx, postID)
	if err != nil || id == 0 {
		return err
	}

	return wantSettled(ctx, tx, id)
}

// Settle brings a relay to where its lead stands: approved, its accounts are asked, and what two people
// allowed beforehand is carried; written anew or withdrawn, what waited for it is taken back. It may be
// called at any time, again and again.
func (s *Service) Settle(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "relay.Settle %d", id)

	relay, err := findAny(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	if relay.Status() == Withdrawn || relay.Status() == Closed {
		return nil
	}
	if relay.LeadVersion == nil || *relay.LeadVersion != relay.VersionID || relay.Phase != post.Approved {
		if err := s.recall(ctx, relay); err != nil || relay.Phase != post.Approved {
			return err
		}
		if err := s.ask(ctx, id); err != nil {
			return err
		}
	}

	return s.carryStanding(ctx, id)
}

// recall takes back what accounts were asked for an older version of the lead. First nobody can confirm any
// more, then what was confirmed is withdrawn.
func (s *Service) recall(ctx context.Context, relay Relay) error {
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := lockRelay(ctx, tx, relay.ID, "UPDATE"); err != nil {
			return err
		}
		if relay.AskedAt != nil {
			if err := s.note(
				ctx,
				tx,
				s.now(),
				access.System("relay"),
				actRecall,
				relay,
				"",
				nil,
			); err != nil {
				return err
			}
		}

		return stopAsking(ctx, tx, relay.ID)
	})
	if err != nil {
		return err
	}

	return s.takeBack(ctx, relay.ID, Recall, "首发稿件已改动或撤回")
}

// takeBack withdraws the posts of tasks that are not out, and moves the tasks where the act leads.
func (s *Service) takeBack(ctx context.Context, id int64, act Act, why string) error {
	tasks, err := tasksOf(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	var moved []int64

	for _, task := range tasks {
		if task.State(s.now(), s.now()) == Sent {
			continue
		}
		if task.PostID != nil && task.Phase != post.Withdrawn {
			_, err := s.opt.Deliveries.Withdraw(ctx, access.System("relay"), *task.PostID, why)
			if err != nil && !fault.Is(err, fault.KindConflict) { // conflict: it is out, or was taken back
				return err
			}
		}
		moved = append(moved, task.ID)
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		left, err := tasksOf(ctx, tx.DB, id) // what went out meanwhile stays what it is
		if err != nil {
			return err
		}
		var ids []int64

		for _, task := range left {
			if task.State(s.now(), s.now()) != Sent {
				ids = append(ids, task.ID)
			}
		}
		if _, err := moveTasks(ctx, tx, act, ids); err != nil {
			return err
		}

		return settleTodos(ctx, tx, s.now(), moved, 0)
	})
}

// ask puts the tasks on their people's lists, once the lead is approved.
func (s *Service) ask(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := lockRelay(ctx, tx, id, "UPDATE"); err != nil {
			return err
		}
		relay, err := findAny(ctx, tx.DB, id)
		if err != nil || relay.Status() != Drafted || relay.Phase != post.Approved {
			return err
		}
		tasks, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		version, err := post.VersionTx(ctx, tx, relay.VersionID)
		if err != nil {
			return err
		}
		now := s.now()
		covered := bytes.Equal(version.Relay, relay.digest(accountsOf(tasks)))
		if err := setAsked(ctx, tx, now, relay, covered); err != nil {
			return err
		}
		moved, err := moveTasks(ctx, tx, Ask, idsOf(tasks))
		if err != nil {
			return err
		}
		var items []todo.Item

		for _, task := range tasks {
			if task.Stage == Planned {
				items = append(items, item(relay, task, todoTask, task.Ref()))
			}
		}
		if err := todo.RaiseManyTx(ctx, tx, now, items); err != nil {
			return err
		}

		return s.note(ctx, tx, now, access.System("relay"), actAsk, relay, "", map[string]any{
			"accounts": len(moved), "covered": covered,
		})
	})
}

// Sweep ends what was asked and not answered by its deadline, and tells who asked.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "relay.Sweep")

	ids, err := overdue(ctx, s.db, s.now())
	if err != nil {
		return err
	}
	var failed []error

	for _, id := range ids {
		failed = append(failed, s.db.InTx(ctx, func(tx pg.Tx) error { return s.end(ctx, tx, id) }))
	}

	return errors.Join(failed...)
}

func (s *Service) end(ctx context.Context, tx pg.Tx, id int64) error {
	if err := lockRelay(ctx, tx, id, "UPDATE"); err != nil {
		return err
	}
	relay, err := findAny(ctx, tx.DB, id)
	if err != nil {
		return err
	}
	now := s.now()
	if relay.Status() != Open || !now.After(relay.Deadline) {
		return nil
	}
	missed, err := lapse(ctx, tx, now, relay)
	if err != nil || missed == 0 {
		return err
	}
	err = todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoLate,
		Key:       relay.Ref() + "/late",
		UnitPath:  relay.UnitPath,
		SubjectID: relay.ID,
		Args:      map[string]any{"n": missed, "title": relay.Title()},
	})
	if err != nil {
		return err
	}

	return s.note(ctx, tx, now, access.System("relay"), actLapse, relay, "", map[string]any{"missed": missed})
}

// coverOf is the lead's approval as it covers the suggested words.
func coverOf(ctx context.Context, tx pg.Tx, relay Relay) (*review.Cover, error) {
	run, err := review.ApprovedTx(ctx, tx, *relay.LeadVersion)
	if err != nil {
		return nil, err
	}

	return &review.Cover{
		Kind: review.ByLead, ID: run.ID, People: strings.Join(run.Approvers(), "、"),
	}, nil
}

// stillAsked tells whether what was read of a relay still holds when a task of it is answered: it is open,
// for the same version of the lead. The relay's row is held until the transaction ends.
func stillAsked(ctx context.Context, tx pg.Tx, relay Relay, now time.Time) error {
	if err := lockRelay(ctx, tx, relay.ID, "SHARE"); err != nil {
		return err
	}
	again, err := findAny(ctx, tx.DB, relay.ID)
	if err != nil {
		return err
	}
	if again.Status() != Open || again.Phase != post.Approved || *again.LeadVersion != *relay.LeadVersion ||
		again.VersionID != *again.LeadVersion || now.After(again.Deadline) {
		return fault.Conflict("首发刚有改动或联动已结束，请刷新页面查看").WithCode("relay_changed")
	}

	return nil
}
