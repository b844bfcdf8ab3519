package relay

import (
	"context"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Board is a relay with what the reader may see of its tasks.
type Board struct {
	Relay
	Tasks   []Task // in the order of the matrix
	Figures Figures
	All     bool // all tasks are there; else those of the reader's units alone
	Steers  bool // the reader may remind, withdraw and close
}

// Live tells whether the relay can still begin or go on.
func (r Relay) Live() bool { return r.Status() == Drafted || r.Status() == Open }

// MayBeSet tells whether what is asked may be written anew: nobody was asked yet, and no account has a
// post of it, which would be forgotten.
func (b Board) MayBeSet() bool {
	posted := slices.ContainsFunc(b.Tasks, func(task Task) bool { return task.PostID != nil })

	return b.AskedAt == nil && b.ClosedAt == nil && !posted
}

// boards gives relays their tasks, as the actor may see them.
func (s *Service) boards(ctx context.Context, actor access.Actor, relays []Relay) ([]Board, error) {
	now := s.now()

	ids, list := make([]int64, len(relays)), make([]Board, len(relays))
	for i, relay := range relays {
		ids[i] = relay.ID
		list[i] = Board{
			Relay:  relay,
			All:    actor.CanAt(access.PostView, relay.UnitPath),
			Steers: actor.CanAt(access.RelayAsk, relay.UnitPath),
		}
	}
	tasks, err := tasksOf(ctx, s.db.Gorm(ctx), ids...)
	if err != nil {
		return nil, err
	}
	byRelay := map[int64][]Task{}

	for _, task := range tasks {
		byRelay[task.RelayID] = append(byRelay[task.RelayID], task)
	}

	for i := range list {
		board := &list[i]
		board.Relay = board.shownTo(actor)

		for _, task := range byRelay[board.ID] {
			if board.All || task.Stage != Planned && actor.CanAt(access.PostView, task.UnitPath) {
				board.Tasks = append(board.Tasks, task)
			}
		}
		board.Figures = FiguresOf(board.Tasks, now, board.Deadline)
	}

	return list, nil
}

// shownTo leaves out what is still being written, for who does not see the lead itself.
func (r Relay) shownTo(actor access.Actor) Relay {
	if r.Status() == Drafted && !actor.CanAt(access.PostView, r.UnitPath) {
		r.Text, r.Words = "", ""
	}

	return r
}

// List gives the newest relays that the actor sees, at most 100, each with the tasks that he or she sees.
func (s *Service) List(ctx context.Context, actor access.Actor) (_ []Board, err error) {
	defer fault.Step(&err, "relay.List")

	relays, err := seenRelays(ctx, s.db.Gorm(ctx), actor, listed)
	if err != nil {
		return nil, err
	}

	return s.boards(ctx, actor, relays)
}

// Find gives a relay with its tasks. Fails with fault.NotFound for who sees neither its lead nor a task of
// it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Board, err error) {
	defer fault.Step(&err, "relay.Find %d", id)

	relay, err := findRelay(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil {
		return Board{}, err
	}
	list, err := s.boards(ctx, actor, []Relay{relay})
	if err != nil {
		return Board{}, err
	}

	return list[0], nil
}

// OfPost gives what a post asks of other accounts, nil for nothing. It asks no right: the post was found
// before.
func (s *Service) OfPost(ctx context.Context, actor access.Actor, postID int64) (_ *Board, err error) {
	defer fault.Step(&err, "relay.OfPost %d", postID)

	relays, err := ofPost(ctx, s.db.Gorm(ctx), postID)
	if err != nil || len(relays) == 0 {
		return nil, err
	}
	tasks, err := tasksOf(ctx, s.db.Gorm(ctx), relays[0].ID)

	return &Board{
		Relay:   relays[0],
		Tasks:   tasks,
		Figures: FiguresOf(tasks, s.now(), relays[0].Deadline),
		All:     true,
		Steers:  actor.CanAt(access.RelayAsk, relays[0].UnitPath),
	}, err
}

// TaskOf gives a task with its relay, for who sees its account.
func (s *Service) TaskOf(ctx context.Context, actor access.Actor, id int64) (_ Task, _ Relay, err error) {
	defer fault.Step(&err, "relay.TaskOf %d", id)

	task, err := findTask(ctx, s.db.Gorm(ctx), actor, access.PostView, id)
	if err != nil {
		return Task{}, Relay{}, err
	}
	relay, err := findAny(ctx, s.db.Gorm(ctx), task.RelayID)

	return task, relay.shownTo(actor), err
}
