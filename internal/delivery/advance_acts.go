package delivery

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// askAdvance opens a request and puts it before those who may be the second person. A newer request of
// the same thing takes the place of an open one.
func (s *Service) askAdvance(
	ctx context.Context,
	act access.Act,
	p post.Post,
	advance Advance,
) (Advance, error) {
	advance.PostID, advance.AskedBy, advance.AskedAt = p.ID, act.Actor.UserID, act.Now
	const same = "post_id = @post AND delivery_id IS NOT DISTINCT FROM @delivery"
	if err := endAdvances(
		ctx,
		act.Tx,
		act.Now,
		act.Actor.UserID,
		same,
		pgx.NamedArgs{"post": p.ID, "delivery": advance.DeliveryID},
	); err != nil {
		return Advance{}, err
	}
	id, err := insertAdvance(ctx, act.Tx, advance)
	if err != nil {
		return Advance{}, err
	}
	advance.ID = id
	if err := advance.tell(ctx, act.Tx, act.Now, EarlierAsked, advance.Reason, act.Actor.UserID); err != nil {
		return Advance{}, err
	}
	version, err := post.VersionTx(ctx, act.Tx, p.VersionID)
	if err != nil {
		return Advance{}, err
	}
	if err := todo.RaiseManyTx(ctx, act.Tx, act.Now, advance.items(p, version.Title())); err != nil {
		return Advance{}, err
	}
	if err := note(
		ctx,
		act,
		actPostAdvance,
		p.Ref(),
		p.UnitPath,
		advance.Reason,
		advance.detail(),
	); err != nil {
		return Advance{}, err
	}

	return findAdvance(ctx, act.Tx.DB, access.System("delivery"), id)
}

// items are what people are told: reviewers always, and the writers where their word is enough.
func (x Advance) items(p post.Post, title string) []todo.Item {
	review := todo.Item{
		Matter:    todoAdvanceNow,
		Key:       advanceKey(x.ID, "review"),
		UnitPath:  p.UnitPath,
		NotUser:   x.AskedBy,
		SubjectID: x.ID,
		Args:      map[string]any{"title": title, "from": beijing.ClockTime(x.DueFrom)},
		DueAt:     &x.DueFrom,
	}
	if x.DueTo != nil {
		review.Matter, review.Args["to"], review.DueAt = todoAdvanceAt, beijing.ClockTime(*x.DueTo), x.DueTo
	}
	if x.Basis != AtApproval {
		return []todo.Item{review}
	}
	write := review
	write.Key, write.Permission = advanceKey(x.ID, "write"), access.PostWrite

	return []todo.Item{review, write}
}

// detail is the request as the audit trail keeps it.
func (x Advance) detail() map[string]any {
	return map[string]any{
		"advance":  x.ID,
		"delivery": x.DeliveryID,
		"basis":    string(x.Basis),
		"from":     x.DueFrom,
		"to":       x.toldTime(),
	}
}

// tell writes a step of the request into the stories of the deliveries it is about.
func (x Advance) tell(ctx context.Context, tx pg.Tx, now time.Time, code Reason, why string, by int64) error {
	with := Args{"due_from": x.DueFrom.UTC(), "due_to": x.toldTime()}
	if why != "" {
		with[whyArg] = why
	}
	_, err := Move{
		From:  append([]State{Failed, Missed}, movable...),
		Where: "d.post_id = @post AND (@one::bigint IS NULL OR d.id = @one::bigint)",
		Args:  pgx.NamedArgs{"post": x.PostID, "one": x.DeliveryID},
		Code:  code,
		With:  with,
		By:    by,
	}.Run(ctx, tx.Pgx, now)

	return err
}

// Advances reads the requests about a post, the newest first. It fails with fault.NotFound when the
// actor may not see the post.
func (s *Service) Advances(
	ctx context.Context,
	actor access.Actor,
	postID int64,
) (list []Advance, err error) {
	defer fault.Step(&err, "delivery.Advances %d", postID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := post.FindTx(ctx, tx, actor, access.PostView, postID); err != nil {
			return err
		}
		list, err = advances(ctx, tx.DB, actor, "x.post_id = ?", postID)

		return err
	})

	return list, err
}

// OpenAdvances lists the requests that wait for a second person and whose posts the actor may see.
func (s *Service) OpenAdvances(ctx context.Context, actor access.Actor) (_ []Advance, err error) {
	defer fault.Step(&err, "delivery.OpenAdvances")

	return advances(ctx, s.db.Gorm(ctx), actor, "x.state = 'asked'")
}

// FindAdvance reads one request and whether the actor may answer it now: nil, or the fault that says why not.
func (s *Service) FindAdvance(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (advance Advance, mayNot error, err error) {
	defer fault.Step(&err, "delivery.FindAdvance %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if advance, err = findAdvance(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		p, err := post.FindTx(ctx, tx, actor, access.PostView, advance.PostID)
		if err != nil {
			return err
		}
		mayNot = s.mayAnswer(ctx, tx, actor, p, advance)

		return nil
	})

	return advance, mayNot, err
}

func (s *Service) mayAnswer(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	p post.Post,
	advance Advance,
) error {
	if advance.State != AdvanceAsked {
		return advance.answered()
	}
	worked, err := review.WorkedOnTx(ctx, tx, actor.UserID, p.VersionID)
	if err != nil {
		return err
	}
	who := answerer{
		Asked:   advance.AskedBy == actor.UserID,
		Worked:  worked,
		Writes:  actor.CanAt(access.PostWrite, p.UnitPath),
		Reviews: actor.CanAt(access.PostReview, p.UnitPath),
	}
	if bad := advance.Basis.mayAnswer(who); bad != nil {
		return bad
	}

	return nil
}

// AgreeAdvance is the second person's yes: everything the request is about goes out at its time, or at
// once. It fails with fault.Forbidden for whoever may not be the second person, with fault.Conflict
// when the request was answered or is over, when its time has passed, and when the text names a day
// that would be wrong then.
func (s *Service) AgreeAdvance(ctx context.Context, actor access.Actor, id int64) (_ Advance, err error) {
	defer fault.Step(&err, "delivery.AgreeAdvance %d", id)

	return s.answerAdvance(ctx, actor, id, func(tx pg.Tx, now time.Time, p post.Post, advance Advance) error {
		act := access.NewAct(tx, now, actor)

		due, err := advance.wanted(now)
		if err != nil {
			return err
		}
		if p.Phase != post.Approved {
			return fault.Conflict("稿件当前没有有效的批准，不能提前发布")
		}
		if err := rightWords(ctx, tx, p, advance.DeliveryID, advance.DueFrom, due); err != nil {
			return err
		}
		if err := answerAdvance(ctx, tx, now, id, AdvanceAgreed, actor.UserID, ""); err != nil {
			return err
		}
		if err := advance.tell(ctx, tx, now, EarlierAgreed, "", actor.UserID); err != nil {
			return err
		}
		if err := s.moveEarlier(ctx, act, p, advance, due); err != nil {
			return err
		}

		return note(ctx, act, actPostAdvanceAgree, p.Ref(), p.UnitPath, advance.Reason, advance.detail())
	})
}

// moveEarlier carries out what two people agreed on.
func (s *Service) moveEarlier(
	ctx context.Context,
	act access.Act,
	p post.Post,
	advance Advance,
	due time.Time,
) error {
	if err := shareTx(ctx, act.Tx, p.ID); err != nil {
		return err
	}
	if advance.DeliveryID != nil {
		delivery, err := LockTx(ctx, act.Tx, *advance.DeliveryID)
		if err != nil {
			return err
		}

		return s.replan(ctx, act, due, delivery, p, &due)
	}
	if err := post.SetDueTx(ctx, act, p.ID, advance.DueTo, advance.DueTo == nil); err != nil {
		return err
	}
	reach, err := s.reschedule(ctx, act, p, due, &due)
	if err == nil && reach.Done == 0 {
		return fault.Conflict("没有尚未发出的账号，不能改期")
	}

	return err
}

// RefuseAdvance is the second person's no, with a reason: everything stays at its time. Fails as
// AgreeAdvance does, with fault.Invalid on "reason" without one.
func (s *Service) RefuseAdvance(
	ctx context.Context,
	actor access.Actor,
	id int64,
	why string,
) (_ Advance, err error) {
	defer fault.Step(&err, "delivery.RefuseAdvance %d", id)

	why, err = reason("reason", why)
	if err != nil {
		return Advance{}, err
	}

	return s.answerAdvance(ctx, actor, id, func(tx pg.Tx, now time.Time, p post.Post, advance Advance) error {
		if err := answerAdvance(ctx, tx, now, id, AdvanceRefused, actor.UserID, why); err != nil {
			return err
		}
		if err := advance.tell(ctx, tx, now, EarlierRefused, why, actor.UserID); err != nil {
			return err
		}

		return note(
			ctx,
			access.NewAct(tx, now, actor),
			actPostAdvanceRefuse,
			p.Ref(),
			p.UnitPath,
			why,
			advance.detail(),
		)
	})
}

// answerAdvance finds a request for its second person, with its post locked, and lets do act on it.
func (s *Service) answerAdvance(
	ctx context.Context,
	actor access.Actor,
	id int64,
	do func(pg.Tx, time.Time, post.Post, Advance) error,
) (Advance, error) {
	var out Advance
	err := s.act(ctx, func(tx pg.Tx, now time.Time) error {
		advance, err := findAdvance(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		if err := recallPostTx(ctx, tx, now, advance.PostID); err != nil {
			return err
		}
		p, err := post.LockTx(ctx, tx, actor, access.PostView, advance.PostID)
		if err != nil {
			return err
		}
		if advance, err = findAdvance(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if err := s.mayAnswer(ctx, tx, actor, p, advance); err != nil {
			return err
		}
		if err := do(tx, now, p, advance); err != nil {
			return err
		}
		if err := resolveAdvance(ctx, tx, now, id, actor.UserID); err != nil {
			return err
		}
		out, err = findAdvance(ctx, tx.DB, actor, id)

		return err
	})

	return out, err
}

// wrongWords are the words of the texts a post is still to go out with, on one delivery or on all, that
// name a day and are no longer right when it goes out at the instant to instead of from.
func wrongWords(
	ctx context.Context,
	tx pg.Tx,
	p post.Post,
	deliveryID *int64,
	from, to time.Time,
) ([]string, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT DISTINCT coalesce(vt.variant, v.text) FROM deliveries d JOIN post_versions v ON v.id = @version_id
JOIN version_targets vt ON vt.version_id = v.id AND vt.account_id = d.account_id
WHERE d.post_id = @post_id AND (@delivery_id::bigint IS NULL OR d.id = @delivery_id)
    AND d.state NOT IN ('sent', 'cancelled')`,
		pgx.NamedArgs{"post_id": p.ID, "version_id": p.VersionID, "delivery_id": deliveryID})
	if err != nil {
		return nil, err
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}

	return post.DaysMadeWrong(texts, from, to), nil
}

// rightWords fails with fault.Conflict, naming them, when words of the text would name the wrong day.
func rightWords(ctx context.Context, tx pg.Tx, p post.Post, deliveryID *int64, from, to time.Time) error {
	words, err := wrongWords(ctx, tx, p, deliveryID, from, to)
	if err != nil || len(words) == 0 {
		return err
	}

	return errWrongWords(words)
}

func errWrongWords(words []string) *fault.Error {
	return fault.Conflict("正文中的 {.words} 到那时就不对了；请先修改正文，重新提交审核", "words", Quoted(words)).
		WithCode("date_words")
}

// Quoted lists words as a sentence shows them.
func Quoted(words []string) string { return "“" + strings.Join(words, "”“") + "”" }
