package roster

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// WriteNote writes what a shift hands over. version is the note's as it was shown, 0 for none. What was read
// of an older version has to be read again. Fails with fault.NotFound, as Shift.May does, with fault.Invalid
// at "note", with fault.Conflict where a colleague of the shift was faster.
func (s *Service) WriteNote(
	ctx context.Context,
	actor access.Actor,
	id int64,
	version int,
	note string,
) (shift Shift, err error) {
	defer fault.Step(&err, "roster.WriteNote %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.find(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := before.May(actor, Write, s.now()); err != nil {
			return err
		}
		if note, err = checkNote(note); err != nil {
			return err
		}
		if err := updateNote(ctx, tx, id, version, note, actor.UserID, s.now()); err != nil {
			return err
		}
		if shift, err = findShift(ctx, tx, id, s.now()); err != nil {
			return err
		}
		if err := s.hand(ctx, tx, shift, actor.UserID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actNote, shift, map[string]any{"version": shift.NoteVersion})
	})

	return shift, err
}

// Confirm says that the actor, who comes, has read the note of a shift. version is the note's as it was
// shown. Fails with fault.NotFound, as Shift.May does, with fault.Conflict where the note was written anew.
func (s *Service) Confirm(
	ctx context.Context,
	actor access.Actor,
	id int64,
	version int,
) (shift Shift, err error) {
	defer fault.Step(&err, "roster.Confirm %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.find(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := before.May(actor, Confirm, s.now()); err != nil {
			return err
		}
		if err := insertRead(ctx, tx, id, version, actor.UserID, s.now()); err != nil {
			return err
		}
		if err := todo.ResolveSubjectTx(ctx, tx, s.now(), ShiftSubject, id, actor.UserID); err != nil {
			return err
		}
		if shift, err = findShift(ctx, tx, id, s.now()); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actRead, shift, map[string]any{"version": version})
	})

	return shift, err
}

// hand puts the note on the lists of those who come.
func (s *Service) hand(ctx context.Context, tx pg.Tx, shift Shift, by int64) error {
	if err := todo.ResolveSubjectTx(ctx, tx, s.now(), ShiftSubject, shift.ID, by); err != nil {
		return err
	}
	item := shift.handover()
	if len(item.OnlyUsers) == 0 {
		return nil
	}

	return todo.RaiseTx(ctx, tx, s.now(), item)
}

// handAgain puts the notes that wait on the lists of those who come now, after shifts were changed.
func (s *Service) handAgain(ctx context.Context, tx pg.Tx, unitID int64) error {
	waiting, err := waitingNotes(ctx, tx, unitID, s.now().Add(-inUse), s.now())
	if err != nil {
		return err
	}

	for _, shift := range waiting {
		if err := s.hand(ctx, tx, shift, 0); err != nil {
			return err
		}
	}

	return nil
}
