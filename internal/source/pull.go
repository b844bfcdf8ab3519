package source

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
	"juzhen/internal/pg"
	"juzhen/internal/template"
	"juzhen/internal/todo"
)

// underWay is how long a pull may take before another may begin: longer than any fetch.
const underWay = time.Minute

// Pull takes readings now, because a person asks. It needs source.manage at the unit. Fails with
// fault.Conflict while another pull of the source is under way, and when it is switched off; an address
// that fails is no failure of Pull but its result.
func (s *Service) Pull(ctx context.Context, actor access.Actor, id int64) (_ Pull, err error) {
	defer fault.Step(&err, "source.Pull %d", id)

	if _, err := findSource(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return Pull{}, err
	}

	select {
	case s.asked <- struct{}{}:
		defer func() { <-s.asked }()
	default:
		return Pull{}, fault.TooMany("正在取数的人较多，请稍后再试")
	}

	source, ok, err := s.claim(ctx, id, false)

	switch {
	case err != nil:
		return Pull{}, err
	case !source.Active:
		return Pull{}, fault.Conflict("数据来源已停用")
	case !ok:
		return Pull{}, fault.Conflict("正在取数，请稍候")
	}

	return s.pull(ctx, source, actor)
}

// PullDue takes readings by the schedule. It does nothing when the source is not due any more, or a pull
// is under way.
func (s *Service) PullDue(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "source.PullDue %d", id)

	source, ok, err := s.claim(ctx, id, true)
	if fault.Is(err, fault.KindNotFound) || err == nil && !ok {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.pull(ctx, source, access.System("数据来源"))

	return err
}

// claim keeps others from pulling a source for a while. ok is false where nothing is to be pulled.
func (s *Service) claim(ctx context.Context, id int64, due bool) (source Source, ok bool, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		row, err := locked(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		source = row.Source
		now := s.now()
		ok = row.Active && (row.PullingUntil == nil || !row.PullingUntil.After(now)) &&
			(!due || row.NextAt != nil && !row.NextAt.After(now))
		if !ok {
			return nil
		}

		return claim(ctx, tx.DB, id, now.Add(underWay))
	})

	return source, ok, err
}

// pull fetches with no transaction open, and then keeps in one what came of it: the draft, the result, the
// next time, what people are told.
func (s *Service) pull(ctx context.Context, source Source, by access.Actor) (Pull, error) {
	began := time.Now()
	values, failed := s.readings(ctx, source)
	took := int(time.Since(began).Milliseconds())

	if failed == nil {
		done, err := s.keep(ctx, source, by, Pull{TookMS: took}, values)
		if err == nil || fault.KindOf(err) == fault.KindInternal {
			return done, err
		}
		failed = err // nothing was kept: the template refuses what was read, or the author may not write
	}

	return s.keep(ctx, source, by, Pull{TookMS: took, Reasons: reasonsOf(failed)}, nil)
}

func (s *Service) readings(ctx context.Context, source Source) (template.Values, error) {
	document, err := s.fetch(ctx, source.URL)
	if err != nil {
		return nil, err
	}

	return source.Mapping.values(source.Kind, document)
}

// keep writes down a pull. values are nil where it failed.
func (s *Service) keep(
	ctx context.Context, source Source, by access.Actor, done Pull, values template.Values,
) (Pull, error) {
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		row, err := locked(ctx, tx.DB, source.ID)
		if err != nil {
			return err
		}
		done.At, done.Result = s.now(), Failed

		var digest []byte

		switch {
		case values == nil:
		case row.Version != source.Version:
			done.Reasons = []Reason{{Text: changedMeanwhile}}
		default:
			sum := digestOf(source, values)
			if done.Result = Same; string(sum) != string(row.Digest) {
				done.Result, digest = Drafted, sum
				if done.PostID, err = s.draft(ctx, tx, row.Source, values); err != nil {
					return err
				}
			}
		}

		return s.settle(ctx, tx, row.Source, by, &done, digest)
	})

	return done, err
}

var changedMeanwhile = i18n.N("取数期间数据来源被改动，没有写草稿")

// settle keeps the result of a pull, and tells whom it concerns.
func (s *Service) settle(
	ctx context.Context, tx pg.Tx, source Source, by access.Actor, done *Pull, digest []byte,
) (err error) {
	failures := 0
	if done.Result == Failed {
		failures = source.Failures + 1
	}

	var due *time.Time
	if source.Active {
		at := next(source.Every, source.At, s.now(), failures)
		due = &at
	}
	if err := settle(ctx, tx, source.ID, due, failures, digest); err != nil {
		return err
	}
	if done.ID, err = insertPull(ctx, tx.DB, source.ID, by.UserID, *done); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, source, failures, done.PostID); err != nil {
		return err
	}
	if by.IsSystem() && done.Result != Drafted {
		return nil
	}
	detail := map[string]any{"result": done.Result}
	if done.PostID != 0 {
		detail["post"] = done.PostID
	}

	return s.record(ctx, tx, by, actPull, source, detail)
}

// tell puts a draft on the list of those who write at the unit, one at a time for a source, and a source
// that fails again and again on the list of those who keep it.
func (s *Service) tell(ctx context.Context, tx pg.Tx, source Source, failures int, postID int64) error {
	if failures == 0 {
		if err := resolveFailing(ctx, tx, s.now(), source.ID); err != nil {
			return err
		}
	}
	if failures >= worrying {
		return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
			Matter:    todoFailing,
			Key:       failingKey(source.ID),
			UnitPath:  source.UnitPath,
			SubjectID: source.ID,
			Args:      map[string]any{"name": source.Name, "n": failures},
		})
	}
	if postID == 0 {
		return nil
	}
	made := fmt.Sprintf("source/%d/drafted", source.ID)
	if err := todo.ResolveTx(ctx, tx, s.now(), made, 0); err != nil {
		return err
	}

	return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    todoDrafted,
		Key:       made,
		UnitPath:  source.UnitPath,
		SubjectID: postID,
		Args:      map[string]any{"name": source.Name},
	})
}

// SettleDrafts takes drafts off people's lists that were submitted, withdrawn or deleted meanwhile.
func (s *Service) SettleDrafts(ctx context.Context) (err error) {
	defer fault.Step(&err, "source.SettleDrafts")

	keys, err := doneDrafts(ctx, s.db.Gorm(ctx))
	if err != nil || len(keys) == 0 {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error { return todo.ResolveManyTx(ctx, tx, s.now(), keys, 0) })
}

func failingKey(id int64) string { return fmt.Sprintf("source/%d/failing", id) }

func resolveFailing(ctx context.Context, tx pg.Tx, at time.Time, id int64) error {
	return todo.ResolveTx(ctx, tx, at, failingKey(id), 0)
}

// draft writes the post. It is in the name of the person whom the source names, who may not approve it
// either; the trail says which source wrote it.
func (s *Service) draft(
	ctx context.Context, tx pg.Tx, source Source, values template.Values,
) (int64, error) {
	author, err := identity.ActingTx(ctx, tx, source.AuthorID, s.now())
	if err != nil {
		return 0, err
	}
	if !author.CanAt(access.PostWrite, source.UnitPath) {
		return 0, fault.Invalid("author", "{.name}已不能为这个单位撰稿，请另选一位", "name", source.AuthorName)
	}
	author.Name = "数据来源“" + source.Name + "”（" + author.Name + "）"
	made, err := s.templates.DraftTx(ctx, tx, author, template.Ask{
		Kind:   source.Kind,
		UnitID: source.UnitID,
		Values: values,
	})

	return made.ID, err
}

// digestOf tells readings apart. Values that are the same make no second draft.
func digestOf(source Source, values template.Values) []byte {
	raw, _ := json.Marshal(values) // names in order; texts alone: cannot fail
	sum := sha256.Sum256(append([]byte(source.Kind+"\n"), raw...))

	return sum[:]
}

// shownReasons is how many reasons a pull keeps.
const shownReasons = 5

// reasonsOf is why a pull failed, in source texts with parameters that can be kept.
func reasonsOf(err error) (reasons []Reason) {
	failures := fault.FieldErrors(err)
	if len(failures) == 0 {
		failures = fault.Fields{fault.Public(err)}
	}

	for _, failure := range failures {
		if len(reasons) == shownReasons || failure == nil {
			break
		}
		args := map[string]any{}

		for i := 0; i+1 < len(failure.Args); i += 2 {
			args[fmt.Sprint(failure.Args[i])] = fmt.Sprint(failure.Args[i+1])
		}
		reasons = append(reasons, Reason{Field: failure.Field, Text: failure.Text, Args: args})
	}

	return reasons
}

// Pairs gives the parameters as a printer takes them.
func (r Reason) Pairs() []any { return i18n.Pairs(r.Args, "why") }
