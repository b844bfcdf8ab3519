package relay

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// PostChangedTx has the relay of a post follow when the post was approved, revised, moved or withdrawn,
// and ends the reminders of a task whose post it is. It is what package delivery tells, in the
// transaction of the change; the rest is done by a job.
func PostChangedTx(ctx context.Context, tx pg.Tx, now time.Time, postID int64) (err error) {
	defer fault.Step(&err, "relay.PostChangedTx %d", postID)

	lead, task, err := ofPostTx(ctx, tx, postID)
	if err != nil {
		return err
	}
	if task != 0 {
		if err := settleTodos(ctx, tx, now, []int64{task}, 0); err != nil {
			return err
		}
	}
	if lead == 0 {
		return nil
	}

	return wantSettled(ctx, tx, lead)
}

// Settle brings a relay to where its lead stands: approved, its accounts are asked, and what two people
// allowed beforehand is carried; written anew or withdrawn, what waited for it is taken back. It may be
// called at any time, again and again, by several at once.
func (s *Service) Settle(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "relay.Settle %d", id)

	relay, err := findAny(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}

	switch status := relay.Status(); {
	case status == Withdrawn:
		return s.takeBackAll(ctx, id, Withdraw, relay.WithdrawnWhy)
	case status == Closed && !relay.stands(): // what its approval covered is approved by nobody any more
		return s.takeBackAll(ctx, id, Withdraw, leadChanged)
	case status == Closed:
		return nil
	case !relay.stands():
		if err := s.recall(ctx, id); err != nil {
			return err
		}
	}
	if err := s.ask(ctx, id); err != nil {
		return err
	}
	if err := s.follow(ctx, id); err != nil {
		return err
	}

	if err := s.carryStanding(ctx, id); err != nil {
		return err
	}

	return s.carryAtOnce(ctx, id)
}

// carryAtOnce confirms what whoever asked has confirmed beforehand, under the lead's approval, for the
// accounts that this person writes for still. What cannot be confirmed so waits for its people.
func (s *Service) carryAtOnce(ctx context.Context, id int64) error {
	relay, err := findAny(ctx, s.db.Gorm(ctx), id)
	if err != nil || relay.Status() != Open || !relay.Covered || relay.AtOnceBy == nil {
		return err
	}
	actor, _, err := s.opt.People(ctx, *relay.AtOnceBy)
	if fault.Is(err, fault.KindNotFound) { // disabled meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	tasks, err := tasksOf(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	var failed []error

	for _, task := range tasks {
		if task.Stage != Asked || !actor.CanAt(access.PostWrite, task.UnitPath) ||
			relay.MayConfirm(task, s.now()) != nil {
			continue
		}
		_, err := s.Confirm(ctx, actor, task.ID, Answer{LeadVersion: *relay.LeadVersion})
		failed = append(failed, s.leave(ctx, task, err))
	}

	return errors.Join(failed...)
}

// leave keeps why a task was not confirmed by itself, for its people; a failure of ours is tried again.
func (s *Service) leave(ctx context.Context, task Task, refused error) error {
	if refused == nil || fault.Is(refused, fault.KindInternal) {
		return refused
	}
	s.opt.Log.Warn("a task is left to its people", "task", task.ID, "err", refused)

	return setStuck(ctx, s.db, task.ID, stuckBy(refused))
}

// leadChanged is why posts are taken back that carried a lead which is no more.
const leadChanged = "首发稿件已改动或撤回"

// recall takes back what accounts were asked for an older version of the lead. First nobody can confirm any
// more, and who had not is asked no more; then what was confirmed is withdrawn.
func (s *Service) recall(ctx context.Context, id int64) error {
	var confirmed []Task

	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		confirmed = nil
		if err := lockRelay(ctx, tx, id, "UPDATE"); err != nil {
			return err
		}
		relay, err := findAny(ctx, tx.DB, id) // another job may have been faster
		if err != nil || relay.stands() {
			return err
		}
		now := s.now()
		if relay.AskedAt != nil {
			err := s.note(ctx, access.NewAct(tx, now, access.System("relay")), actRecall, relay, "", nil)
			if err != nil {
				return err
			}
		}
		if err := stopAsking(ctx, tx, id); err != nil {
			return err
		}
		confirmed, err = s.letGo(ctx, tx, now, id, Recall)

		return err
	})
	if err != nil {
		return err
	}

	return s.takeBack(ctx, confirmed, Recall, leadChanged, nil)
}

// letGo moves the tasks of which there is no post where the act leads, and gives the others.
func (s *Service) letGo(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	id int64,
	act Act,
) (confirmed []Task, err error) {
	tasks, err := tasksOf(ctx, tx.DB, id)
	if err != nil {
		return nil, err
	}
	var rest []Task

	for _, task := range tasks {
		if task.PostID == nil {
			rest = append(rest, task)
		} else {
			confirmed = append(confirmed, task)
		}
	}
	moved, err := moveTasks(ctx, tx, act, rest)
	if err != nil {
		return nil, err
	}

	return confirmed, settleTodos(ctx, tx, now, idsOf(moved), 0)
}

// takeBackAll takes back what is left of a relay that has ended.
func (s *Service) takeBackAll(ctx context.Context, id int64, act Act, why string) error {
	var confirmed []Task

	err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		confirmed, err = s.letGo(ctx, tx, s.now(), id, act)
		return err
	})
	if err != nil {
		return err
	}

	return s.takeBack(ctx, confirmed, act, why, nil)
}

// takeBack withdraws the posts of tasks, and moves the tasks that are free then where the act leads; what is
// out, or may be, stays as it is. Where one fails the others go on. also is done with those that moved, in
// the same transaction; nil: nothing.
func (s *Service) takeBack(
	ctx context.Context,
	tasks []Task,
	act Act,
	why string,
	also func(tx pg.Tx, moved []Task) error,
) error {
	if len(tasks) == 0 {
		return nil
	}
	var failed []error

	for _, task := range tasks {
		if task.Delivery == delivery.Sent || task.Phase == post.Withdrawn {
			continue
		}
		_, err := s.opt.Deliveries.Withdraw(ctx, access.System("relay"), *task.PostID, why)
		if err != nil && !fault.Is(err, fault.KindConflict) { // conflict: it is out, or was taken back
			failed = append(failed, err)
		}
	}

	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		now, err := tasksBy(ctx, tx.DB, idsOf(tasks))
		if err != nil {
			return err
		}
		now = slices.DeleteFunc(now, func(task Task) bool { // answered anew meanwhile, or not free
			return !task.Free() || task.PostID == nil || !slices.ContainsFunc(tasks, func(old Task) bool {
				return old.ID == task.ID && *old.PostID == *task.PostID
			})
		})
		moved, err := moveTasks(ctx, tx, act, now)
		if err != nil {
			return err
		}
		if err := settleTodos(ctx, tx, s.now(), idsOf(moved), 0); err != nil || also == nil {
			return err
		}

		return also(tx, moved)
	})

	return errors.Join(append(failed, err)...)
}

// ask puts the tasks that are planned on their people's lists, once the lead is approved. Where the lead does
// not fit what was to be asked any more, who asks is told instead.
func (s *Service) ask(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := lockRelay(ctx, tx, id, "UPDATE"); err != nil {
			return err
		}
		relay, err := findAny(ctx, tx.DB, id)
		if err != nil || !relay.Live() || relay.Phase != post.Approved ||
			relay.LeadVersion != nil && *relay.LeadVersion != relay.VersionID {
			return err
		}
		tasks, err := tasksOf(ctx, tx.DB, id)
		if err != nil || !slices.ContainsFunc(tasks, func(task Task) bool { return task.Stage == Planned }) {
			return err
		}
		version, err := post.VersionTx(ctx, tx, relay.VersionID)
		if err != nil {
			return err
		}
		now := s.now()
		if why := relay.fits(version, tasks); why != nil {
			return s.tellUnfit(ctx, tx, now, relay, why)
		}
		if relay.Status() == Drafted {
			relay.Covered = bytes.Equal(version.Relay, relay.digest(accountsOf(tasks)))
			if err := setAsked(ctx, tx, now, relay); err != nil {
				return err
			}
		}
		moved, err := moveTasks(ctx, tx, Ask, tasks)
		if err != nil {
			return err
		}
		var items []todo.Item

		for _, task := range moved {
			items = append(items, item(relay, task, todoTask, task.Ref()))
		}
		if err := todo.RaiseManyTx(ctx, tx, now, items); err != nil {
			return err
		}
		if err := todo.ResolveTx(ctx, tx, now, relay.unfitKey(), 0); err != nil {
			return err
		}

		return s.note(ctx, access.NewAct(tx, now, access.System("relay")), actAsk, relay, "", map[string]any{
			"accounts": len(moved), "covered": relay.Covered,
		})
	})
}

func (r Relay) unfitKey() string { return r.Ref() + "/unfit" }

// tellUnfit tells who asks that a lead and what was to be asked do not go together.
func (s *Service) tellUnfit(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	relay Relay,
	why *fault.Error,
) error {
	return todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoUnfit,
		Key:       relay.unfitKey(),
		UnitPath:  relay.UnitPath,
		SubjectID: relay.ID,
		Args: map[string]any{
			"title": relay.Title(), "why": why.Text, "why" + i18n.ArgsOf: argsOf(why),
		},
	})
}

// argsOf are the parameters of a text by name.
func argsOf(why *fault.Error) map[string]any {
	args := map[string]any{}
	for i := 0; i+1 < len(why.Args); i += 2 {
		args[why.Args[i].(string)] = why.Args[i+1]
	}

	return args
}

// follow gives what is planned behind a lead that has moved its place behind the new time. Earlier than
// approved nothing goes by itself: what the lead has overtaken keeps its time.
func (s *Service) follow(ctx context.Context, id int64) error {
	relay, err := findAny(ctx, s.db.Gorm(ctx), id)
	if err != nil || relay.Status() != Open {
		return err
	}
	if why := relay.inTime(); why != nil {
		return s.db.InTx(ctx, func(tx pg.Tx) error { return s.tellUnfit(ctx, tx, s.now(), relay, why) })
	}
	tasks, err := tasksOf(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	var failed []error

	for _, task := range tasks {
		due, ok := relay.place(task, len(tasks))
		if !ok || task.Stage != Confirmed || !task.Delivery.Stoppable() || task.DueAt == nil ||
			!due.After(*task.DueAt) {
			continue
		}
		_, err := s.opt.Deliveries.Reschedule(ctx, access.System("relay"), *task.PostID,
			delivery.DueChoice{At: &due})
		if err != nil && fault.Is(err, fault.KindInternal) {
			failed = append(failed, err)
		}
	}

	return errors.Join(failed...)
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

	return s.note(
		ctx,
		access.NewAct(tx, now, access.System("relay")),
		actLapse,
		relay,
		"",
		map[string]any{"missed": missed},
	)
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
	if again.Status() != Open || !again.stands() || *again.LeadVersion != *relay.LeadVersion ||
		now.After(again.Deadline) {
		return errChanged()
	}

	return nil
}

func errChanged() *fault.Error {
	return fault.Conflict("首发刚有改动或联动已结束，请刷新页面查看").WithCode("relay_changed")
}
