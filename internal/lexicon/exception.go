package lexicon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Exception says that a word of a list may stand in one text all the same. One person asks for it, another
// one confirms it. It is bound to the word and to the text as a whole, and holds for posts of its unit and of
// those below; it never ends, since any change of the text does.
type Exception struct {
	ID       int64
	List     List // ID, Name and Kind alone
	UnitID   int64
	UnitName string
	UnitPath string
	Word     string
	Text     string
	PostID   int64 // 0: of a text that is not kept
	Asked
}

// HashOf names a text as exceptions are bound to it: blanks at its ends and the kind of its line breaks say
// nothing.
func HashOf(text string) []byte {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	sum := sha256.Sum256([]byte(strings.TrimSpace(text)))

	return sum[:]
}

func (e Exception) key() string { return fmt.Sprintf("lexicon_exception/%d", e.ID) }

// Holds tells whether the word may stand in the text.
func (e Exception) Holds() bool { return e.State == ChangeConfirmed }

// MayConfirm tells why somebody may not be the second person; nil when he or she may. It is decided where the
// text belongs, and not where the list does.
func (e Exception) MayConfirm(actor access.Actor) error { return e.MayConfirmAt(actor, e.UnitPath) }

// MayStop tells why somebody may not stop it; nil when he or she may. The asker may withdraw it.
func (e Exception) MayStop(actor access.Actor) error { return e.MayStopAt(actor, e.UnitPath) }

// Plea is what somebody asks: that a word may stand in a text of a unit.
type Plea struct {
	ListID int64
	UnitID int64 // of the post
	PostID int64 // 0: it is not kept yet
	Word   string
	Text   string
	Why    string
}

// Bounds of exceptions.
const (
	pleaText  = 20_000 // bytes: a draft's 5,000 code points
	pleasOpen = 200    // of one unit that wait
)

func (p Plea) clean() (Plea, error) {
	var fields fault.Fields
	p.Word, p.Why = strings.TrimSpace(p.Word), glyph.Clean(p.Why)
	if p.Word == "" || len([]rune(p.Word)) > wordLimit {
		fields.Add(fault.Invalid("word", "请填写词语"))
	}
	if strings.TrimSpace(p.Text) == "" || len(p.Text) > pleaText {
		fields.Add(fault.Invalid("text", "请给出整段文字，最多 {.max} 字", "max", pleaText/4))
	}

	switch n := len([]rune(p.Why)); {
	case n == 0:
		fields.Add(fault.Invalid("reason", "请写明为什么这段文字里可以有这个词"))
	case n > whyLimit:
		fields.Add(fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit))
	}

	return p, fields.Err()
}

// MayPlea tells whether the actor may ask for an exception in a unit: who writes there, and who reviews
// there.
func MayPlea(actor access.Actor, unitPath string) bool {
	return actor.CanAt(access.PostWrite, unitPath) || actor.CanAt(access.LexiconConfirm, unitPath)
}

// Except asks that a word of a list may stand in a text. What is asked for already is given back as it is.
// Fails with fault.Invalid at "word", "text" or "reason", with fault.NotFound for a list or unit that the
// actor does not see, with fault.Forbidden for who neither writes nor reviews there.
func (s *Service) Except(ctx context.Context, actor access.Actor, plea Plea) (made Exception, err error) {
	defer fault.Step(&err, "lexicon.Except %d", plea.ListID)

	if plea, err = plea.clean(); err != nil {
		return Exception{}, err
	}
	list, err := s.Find(ctx, actor, plea.ListID)
	if err != nil {
		return Exception{}, err
	}
	if err := s.stands(ctx, list, plea); err != nil {
		return Exception{}, err
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.LexiconView, plea.UnitID)
		if err != nil {
			return err
		}
		if !MayPlea(actor, unit.Path) {
			return fault.Forbidden("您的角色没有这项权限")
		}
		made, err = s.exceptTx(ctx, tx, actor, plea, unit.Path)

		return err
	})

	return made, err
}

// stands fails when the list does not find the word in the text.
func (s *Service) stands(ctx context.Context, list List, plea Plea) error {
	ready, err := s.ready(ctx, version{list.ID, list.Kind, list.Version})
	if err != nil {
		return err
	}

	for _, hit := range ready.look(plea.Text, beijing.Date(s.now())) {
		if hit.Word == plea.Word {
			return nil
		}
	}

	return fault.Invalid("word", "词表在这段文字中没有找到「{.word}」", "word", plea.Word)
}

func (s *Service) exceptTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	plea Plea,
	path string,
) (Exception, error) {
	if err := lockPleas(ctx, tx, plea.UnitID); err != nil {
		return Exception{}, err
	}
	if err := s.expirePleas(ctx, tx); err != nil {
		return Exception{}, err
	}
	there, waiting, err := pleaThere(ctx, tx, plea)
	if err != nil {
		return Exception{}, err
	}
	if there != 0 {
		return oneException(exceptionsWhere(ctx, tx.DB, "e.id = ?", there))
	}
	if waiting >= pleasOpen {
		return Exception{}, fault.Conflict("本单位已有 {.n} 项例外等待确认，请先处理", "n", waiting)
	}

	id, err := insertException(ctx, tx, plea, actor.UserID, s.now())
	if err != nil {
		return Exception{}, err
	}
	made, err := oneException(exceptionsWhere(ctx, tx.DB, "e.id = ?", id))
	if err != nil {
		return Exception{}, err
	}
	if err := s.recordException(ctx, tx, actor, actExcept, made, made.Why); err != nil {
		return Exception{}, err
	}

	return made, todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    todoExcept,
		Key:       made.key(),
		UnitPath:  path,
		NotUser:   actor.UserID,
		SubjectID: id,
		Args:      map[string]any{"who": actor.Name, "word": made.Word},
		DueAt:     &made.Expires,
	})
}

// recordException writes an act into the trail: about the list, in the unit of the text.
func (s *Service) recordException(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	e Exception,
	why string,
) error {
	detail := map[string]any{
		"exception": e.ID,
		"name":      e.List.Name,
		"word":      e.Word,
		"text_hash": hex.EncodeToString(HashOf(e.Text)),
		"asked":     e.AskedByName,
	}
	if e.PostID != 0 {
		detail["post"] = e.PostID
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  e.List.Ref(),
		UnitPath: e.UnitPath,
		Why:      why,
		Detail:   detail,
	})
}

// FindException gives one exception. Fails with fault.NotFound when the actor does not see its unit.
func (s *Service) FindException(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (_ Exception, err error) {
	defer fault.Step(&err, "lexicon.FindException %d", id)

	found, err := seenException(ctx, s.db.Gorm(ctx), actor, id)
	found.Asked = found.AsOf(s.now())

	return found, err
}

// ConfirmException is the second person's yes; what is held because of the word alone goes on. Fails with
// fault.Forbidden for the asker, fault.NotFound outside of the confirmer's units, fault.Conflict when it was
// decided or has expired.
func (s *Service) ConfirmException(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (_ Exception, err error) {
	defer fault.Step(&err, "lexicon.ConfirmException %d", id)

	return s.decideException(ctx, actor, id, Exception.MayConfirm, func(tx pg.Tx, e *Exception) error {
		e.Decide(actor, ChangeConfirmed, s.now())
		if err := s.recordException(ctx, tx, actor, actExceptConfirm, *e, e.Why); err != nil {
			return err
		}
		if s.told.Excepted == nil {
			return nil
		}

		return s.told.Excepted(ctx, tx, *e)
	})
}

// StopException refuses or withdraws what was asked. Who refuses says why. Fails with fault.Invalid at
// "reason", else as ConfirmException does.
func (s *Service) StopException(
	ctx context.Context,
	actor access.Actor,
	id int64,
	why string,
) (_ Exception, err error) {
	defer fault.Step(&err, "lexicon.StopException %d", id)

	return s.decideException(ctx, actor, id, Exception.MayStop, func(tx pg.Tx, e *Exception) error {
		if err := e.Reason(actor, why); err != nil {
			return err
		}
		e.Decide(actor, ChangeStopped, s.now())

		return s.recordException(ctx, tx, actor, actExceptStop, *e, e.DecideWhy)
	})
}

// decideException ends an exception that is asked for, in one transaction with what do does.
func (s *Service) decideException(
	ctx context.Context,
	actor access.Actor,
	id int64,
	may func(Exception, access.Actor) error,
	do func(tx pg.Tx, e *Exception) error,
) (e Exception, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := seenException(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if e, err = oneException(exceptionsWhere(ctx, tx.DB, "e.id = ? FOR UPDATE OF e", id)); err != nil {
			return err
		}
		e.Asked = e.AsOf(s.now())
		if err := may(e, actor); err != nil {
			return err
		}
		if err := e.Open(); err != nil {
			return err
		}
		if err := do(tx, &e); err != nil {
			return err
		}
		if err := updateException(ctx, tx, e); err != nil {
			return err
		}
		if err := todo.ResolveTx(ctx, tx, s.now(), e.key(), actor.UserID); err != nil {
			return err
		}
		if e.State != ChangeStopped || actor.UserID == e.AskedBy {
			return nil
		}

		return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
			Matter:    todoExceptStopped,
			Key:       e.key() + "/stopped",
			UnitPath:  e.UnitPath,
			NotUser:   actor.UserID,
			SubjectID: e.ID,
			Args:      map[string]any{"who": actor.Name, "word": e.Word, "why": e.DecideWhy},
		})
	})

	return e, err
}

// expirePleas ends what nobody confirmed in time.
func (s *Service) expirePleas(ctx context.Context, tx pg.Tx) error {
	ids, err := expireExceptions(ctx, tx, s.now())
	if err != nil {
		return err
	}

	for _, id := range ids {
		if err := todo.ResolveSubjectTx(ctx, tx, s.now(), ExceptionSubject, id, 0); err != nil {
			return err
		}
	}

	return nil
}

// Exceptions gives what was asked for a text of units and is confirmed or waits, by list and word.
func (s *Service) Exceptions(
	ctx context.Context,
	unitIDs []int64,
	text string,
) (_ map[Excepted]Exception, err error) {
	defer fault.Step(&err, "lexicon.Exceptions")

	found, err := exceptionsWhere(ctx, s.db.Gorm(ctx), `e.text_hash = ?
AND (e.state = 'confirmed' OR e.state = 'asked' AND e.expires_at > ?)
AND EXISTS (SELECT FROM units t WHERE t.id IN ? AND starts_with(t.path, u.path))
ORDER BY e.state = 'confirmed', e.id`, HashOf(text), s.now(), append([]int64{0}, unitIDs...))
	if err != nil {
		return nil, err
	}
	by := map[Excepted]Exception{}

	for _, e := range found {
		by[Excepted{e.List.ID, e.Word}] = e // what is confirmed comes last
	}

	return by, nil
}

// Excepted names what an exception is about within a text.
type Excepted struct {
	ListID int64
	Word   string
}
