package review

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Notes are the notes beside a post, the oldest first, with the colleagues whom a note can ask: all who may
// decide a step of the newest review, without the reader. They are told to who may review the post and did
// not work on it; fails with fault.NotFound and fault.Forbidden for others.
func (s *Service) Notes(
	ctx context.Context,
	actor access.Actor,
	postID int64,
) (notes []Note, colleagues []identity.Holder, err error) {
	defer fault.Step(&err, "review.Notes %d", postID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		_, run, err := s.reviewedBy(ctx, tx, actor, postID)
		if err != nil {
			return err
		}
		if notes, err = notesOf(ctx, tx.Pgx, "n.post_id = @post", pgx.NamedArgs{"post": postID}); err != nil {
			return err
		}
		colleagues, err = s.colleagues(ctx, tx, actor, run)

		return err
	})

	return notes, colleagues, err
}

// AddNote writes a note beside the version that is under review; colleagues whom it names with @ find it on
// their lists. Fails as Notes does, with fault.Conflict where another version is under review or none, and
// with fault.Invalid at "note" and "quoted".
func (s *Service) AddNote(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	version int,
	text, quoted string,
) (note Note, err error) {
	defer fault.Step(&err, "review.AddNote %d", postID)

	text, quoted = strings.TrimSpace(text), strings.TrimSpace(quoted)
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		matter, _, err := s.reviewedBy(ctx, tx, actor, postID)
		if err != nil {
			return err
		}
		run, err := lockRun(ctx, tx, postID, version)
		if err != nil {
			return err
		}
		if run.State != Pending {
			return run.overtaken()
		}
		wordings, err := wordingsOf(ctx, tx, run.VersionID)
		if err != nil {
			return err
		}
		if err := checkNote(text, quoted, wordings); err != nil {
			return err
		}
		colleagues, err := s.colleagues(ctx, tx, actor, run)
		if err != nil {
			return err
		}

		note = Note{
			PostID: postID, VersionNumber: version, By: actor.UserID, At: s.now(), Text: text, Quoted: quoted,
		}
		asks := asked(text, colleagues)
		if note.ID, err = insertNote(ctx, tx, run.VersionID, note, ids(asks)); err != nil {
			return err
		}
		if err := s.ask(ctx, tx, actor, matter, note, asks); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actNote, postID, matter.UnitPath, map[string]any{
			"version": version, "note": note.ID, "asks": len(asks),
		})
	})

	return note, err
}

// ask puts a note on the lists of the colleagues whom it names.
func (s *Service) ask(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	matter matter,
	note Note,
	asks []identity.Holder,
) error {
	if len(asks) == 0 {
		return nil
	}

	return todo.RaiseTx(ctx, tx, note.At, todo.Item{
		Matter:    todoNote,
		Key:       noteKey(note.PostID, note.ID),
		UnitPath:  matter.UnitPath,
		OnlyUsers: ids(asks),
		SubjectID: note.PostID,
		Args:      map[string]any{"title": matter.Title, "name": actor.Name},
		DueAt:     matter.DueAt,
	})
}

// ResolveNote says that a note is dealt with. Whoever may read it may say so; it stays to be read. Fails as
// Notes does, with fault.NotFound for no note of this post; one that is resolved already is no fault.
func (s *Service) ResolveNote(ctx context.Context, actor access.Actor, postID, noteID int64) (err error) {
	defer fault.Step(&err, "review.ResolveNote %d", noteID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		matter, _, err := s.reviewedBy(ctx, tx, actor, postID)
		if err != nil {
			return err
		}
		notes, err := notesOf(ctx, tx.Pgx, "n.post_id = @post AND n.id = @id",
			pgx.NamedArgs{"post": postID, "id": noteID})
		if err != nil {
			return err
		}
		if len(notes) == 0 {
			return fault.NotFound("没有找到这条批注")
		}
		done, err := tx.Pgx.Exec(ctx, `
UPDATE review_notes SET resolved_by = @user_id,
    resolved_at = @resolved_at WHERE id = @note_id AND resolved_at IS NULL`,
			pgx.NamedArgs{"note_id": noteID, "user_id": actor.UserID, "resolved_at": s.now()})
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		if err := todo.ResolveTx(ctx, tx, s.now(), noteKey(postID, noteID), actor.UserID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actNoteResolved, postID, matter.UnitPath, map[string]any{
			"version": notes[0].VersionNumber, "note": noteID,
		})
	})
}

// reviewedBy lets the actor at the notes of a post, and gives the run of its newest submitted version.
func (s *Service) reviewedBy(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	postID int64,
) (matter, Run, error) {
	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return matter, Run{}, err
	}
	if err := mayReview(ctx, tx, actor, postID, matter.UnitPath); err != nil {
		return matter, Run{}, err
	}
	run, ok, err := newestRun(ctx, tx, postID)
	if err != nil {
		return matter, run, err
	}
	if !ok {
		return matter, run, fault.Conflict("这份稿件没有提交审核，还没有批注")
	}
	workers, err := workersOf(ctx, tx, run.VersionID)
	if err == nil && slices.Contains(workers, actor.UserID) {
		err = fault.Forbidden("批注是审核员之间的，参与撰写的人看不到").WithCode("self_review")
	}

	return matter, run, err
}

// newestRun is the run of the version submitted last; false where nothing was.
func newestRun(ctx context.Context, tx pg.Tx, postID int64) (Run, bool, error) {
	runs, err := runsOf(
		ctx,
		tx.Pgx,
		`r.post_id = @post AND v.number = (SELECT max(n.number) FROM review_runs o
    JOIN post_versions n ON n.id = o.version_id WHERE o.post_id = @post)`,
		pgx.NamedArgs{"post": postID},
	)
	if err != nil || len(runs) == 0 {
		return Run{}, false, err
	}

	return runs[0], true, nil
}

// colleagues are all who may decide a step of the run, without the actor.
func (s *Service) colleagues(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	run Run,
) (people []identity.Holder, err error) {
	workers, err := workersOf(ctx, tx, run.VersionID)
	if err != nil {
		return nil, err
	}
	placed := make([]chain.Placed, len(run.Steps))

	for i, step := range run.Steps {
		placed[i] = step.Placed
	}
	able, err := chain.AbleTx(ctx, tx, s.now(), placed, append(workers, actor.UserID))
	if err != nil {
		return nil, err
	}

	for _, step := range able {
		for _, person := range step {
			if !slices.Contains(ids(people), person.UserID) {
				people = append(people, person)
			}
		}
	}

	return people, nil
}

func ids(people []identity.Holder) []int64 {
	list := make([]int64, len(people))
	for i, person := range people {
		list[i] = person.UserID
	}

	return list
}

// noteKey names the to-do of a note.
func noteKey(postID, noteID int64) string {
	return keyOf(postID, "note/"+strconv.FormatInt(noteID, 10))
}

// noteTodos are the to-dos of a post's open notes.
func noteTodos(ctx context.Context, tx pg.Tx, postID int64) (keys []string, err error) {
	open, err := openNotes(ctx, tx, postID)
	for _, id := range open {
		keys = append(keys, noteKey(postID, id))
	}

	return keys, err
}

// asksAboutNotes fails where an approval lets the version go out while notes are open, unless the reviewer
// was asked and says so.
func asksAboutNotes(ctx context.Context, tx pg.Tx, run Run, word Word) error {
	open := run.Open()
	if word.Decision != Approve || word.DespiteNotes || open == nil || open.Number < len(run.Steps) {
		return nil
	}
	notes, err := openNotes(ctx, tx, run.PostID)
	if err != nil || len(notes) == 0 {
		return err
	}

	return fault.Invalid("notes", "还有 {.n} 条批注没有解决，请先处理，或确认仍要批准", "n", len(notes)).
		WithCode("notes_open")
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	postID int64,
	unitPath string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: "post/" + strconv.FormatInt(postID, 10),
		UnitPath: unitPath, Detail: detail,
	})
}

// settleNotes takes notes from the lists of those whom they ask, once the review has ended.
func settleNotes(ctx context.Context, tx pg.Tx, at time.Time, postID, by int64) error {
	keys, err := noteTodos(ctx, tx, postID)
	if err != nil || len(keys) == 0 {
		return err
	}

	return todo.ResolveManyTx(ctx, tx, at, keys, by)
}
