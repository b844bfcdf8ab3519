package relay

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Remind puts tasks on their people's lists anew, taskID 0 for all that wait. It gives how many, and fails
// with fault.Conflict where a single one cannot be reminded or none can.
func (s *Service) Remind(ctx context.Context, actor access.Actor, id, taskID int64) (done int, err error) {
	defer fault.Step(&err, "relay.Remind %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		relay, err := s.steer(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		tasks, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		now := s.now()
		var chosen []Task
		refused := error(fault.NotFound("没有找到联动任务，或不在您的管辖范围内"))

		for _, task := range tasks {
			if taskID != 0 && task.ID != taskID {
				continue
			}
			if err := relay.MayRemind(task, now); err != nil {
				refused = err
				continue
			}
			chosen = append(chosen, task)
		}
		if done = len(chosen); done == 0 {
			return refused
		}

		return s.remind(ctx, access.NewAct(tx, now, actor), relay, chosen)
	})

	return done, err
}

func (s *Service) remind(ctx context.Context, act access.Act, relay Relay, chosen []Task) error {
	var ids []int64
	var keys []string
	var items []todo.Item

	for _, task := range chosen {
		item := item(relay, task, todoRemind, task.Ref()+"/remind")
		item.Args["who"] = act.Actor.Name
		ids, keys, items = append(ids, task.ID), append(keys, item.Key), append(items, item)
	}
	if err := setReminded(ctx, act.Tx, act.Now, ids); err != nil {
		return err
	}
	if err := todo.ResolveManyTx(ctx, act.Tx, act.Now, keys, 0); err != nil {
		return err
	}
	if err := todo.RaiseManyTx(ctx, act.Tx, act.Now, items); err != nil {
		return err
	}

	return s.note(ctx, act, actRemind, relay, "", map[string]any{"tasks": ids})
}

// settleTodos takes tasks from everybody's list.
func settleTodos(ctx context.Context, tx pg.Tx, now time.Time, ids []int64, by int64) error {
	var keys []string

	for _, id := range ids {
		key := Task{ID: id}.Ref()
		keys = append(keys, key, key+"/remind")
	}

	return todo.ResolveManyTx(ctx, tx, now, keys, by)
}

// item puts a task on its people's lists.
func item(relay Relay, task Task, matter todo.Matter, key string) todo.Item {
	deadline := relay.Deadline

	return todo.Item{
		Matter:    matter,
		Key:       key,
		UnitPath:  task.UnitPath,
		SubjectID: task.ID,
		Args:      map[string]any{"account": "@" + task.Handle, "title": relay.Title()},
		DueAt:     &deadline,
	}
}
