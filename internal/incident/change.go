package incident

import (
	"context"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/chain"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/signing"
	"juzhen/internal/todo"
)

// noted is the text that the story tells; a statement has a place of its own.
func noted(m Move) string {
	if m.Act == Say {
		return ""
	}

	return m.Text
}

// change writes what an act changes, and tells it in words for the story.
func (s *Service) change(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	now := s.now()
	set := func(sql string, of pgx.NamedArgs) error {
		return update(ctx, tx, i.ID, m.Revision, now, sql, of)
	}

	switch m.Act {
	case Edit:
		return s.edit(ctx, tx, i, m)
	case Say:
		if err := set(
			"version = version + 1, stage = 'draft', asked_by = NULL, returned_why = '', signing = '{}'",
			nil,
		); err != nil {
			return nil, err
		}

		return nil, insertStatement(ctx, tx, i.ID, m.Text, m.Reason, actor.UserID, now)
	case Ask:
		round, err := signing.BeginTx(ctx, tx, now, i.UnitPath, chain.Statement, i.Words.By, actor.UserID)
		if err != nil {
			return nil, err
		}

		return nil, set(
			"stage = 'signing', asked_by = @by, returned_why = '', signing = @round",
			pgx.NamedArgs{"by": actor.UserID, "round": round},
		)
	case Sign:
		return s.sign(ctx, tx, actor, i, m)
	case Return:
		return nil, set(
			"stage = 'draft', returned_why = @why, signing = '{}'",
			pgx.NamedArgs{"why": m.Reason},
		)
	case Link:
		return s.link(ctx, tx, actor, i, m)
	case Record:
		if err := set("state = state", nil); err != nil {
			return nil, err
		}
		detail := map[string]string{"due": string(m.Due), "at": beijing.ClockTime(m.At)}

		return detail, insertMark(ctx, tx, i.ID, m, actor.UserID, now)
	case Follow:
		return nil, set("next_at = @next", pgx.NamedArgs{"next": m.NextAt})
	case Hold, Release:
		return s.hold(ctx, tx, actor, i, m)
	case AskEnd:
		return nil, set(
			"state = 'closing', end_asked_by = @by, end_asked_at = @at, summary = @text",
			pgx.NamedArgs{"by": actor.UserID, "text": m.Text},
		)
	case Resume:
		return nil, set("state = 'open', end_asked_by = NULL, end_asked_at = NULL", nil)
	case End:
		return s.end(ctx, tx, actor, i, m)
	case Reopen:
		return nil, set(`state = 'open', end_asked_by = NULL, end_asked_at = NULL, ended_by = NULL,
    ended_at = NULL`, nil)
	}

	return nil, fault.Forbidden("没有这种操作")
}

// sign writes a signature; the last one puts the version in force.
func (s *Service) sign(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	step := i.Round.Open().Name
	round, err := i.Round.SignTx(ctx, access.NewAct(tx, s.now(), actor))
	if err != nil {
		return nil, err
	}
	set := "signing = @round"
	if round.Passed() {
		set += ", stage = 'signed', signed_version = version"
	}
	if err := update(ctx, tx, i.ID, m.Revision, s.now(), set, pgx.NamedArgs{"round": round}); err != nil {
		return nil, err
	}
	if len(round.Steps) == 1 {
		step = ""
	}

	return map[string]string{"step": step},
		insertSignature(ctx, tx, i.ID, i.Words.Number, i.Round.At+1, round.Passed(), actor.UserID, s.now())
}

// edit writes changed facts, and tells which of the weighty ones changed.
func (s *Service) edit(ctx context.Context, tx pg.Tx, i Incident, m Move) (map[string]string, error) {
	facts, err := s.checked(ctx, tx, i.UnitPath, m.Facts, i.Facts)
	if err != nil {
		return nil, err
	}
	err = update(ctx, tx, i.ID, m.Revision, s.now(),
		"title = @title, grade = @grade, t0 = @t0, owner_id = @owner, keywords = @keywords",
		pgx.NamedArgs{
			"title":    facts.Title,
			"grade":    string(facts.Grade),
			"t0":       facts.T0,
			"owner":    facts.OwnerID,
			"keywords": facts.Keywords,
		})
	if err != nil {
		return nil, err
	}
	detail := map[string]string{}
	differs := func(name, from, to string) {
		if from != to {
			detail[name+"_from"], detail[name] = from, to
		}
	}
	differs("title", i.Title, facts.Title)
	differs("grade", string(i.Grade), string(facts.Grade))
	differs("t0", beijing.ClockTime(i.T0), beijing.ClockTime(facts.T0))

	return detail, setVoices(ctx, tx, i.ID, facts)
}

// link lets a post that the actor reads count as one by which the event is spoken of.
func (s *Service) link(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	if _, err := post.FindTx(ctx, tx, actor, access.PostView, m.PostID); err != nil {
		return nil, fault.Invalid("post_id", "没有找到这篇稿件，或不在您的管辖范围内")
	}
	if err := update(ctx, tx, i.ID, m.Revision, s.now(), "state = state", nil); err != nil {
		return nil, err
	}

	n, err := insertPost(ctx, tx, i.ID, m.PostID, actor.UserID, s.now())
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, fault.Invalid("post_id", "这篇稿件已经关联，或关联的已有 {.max} 篇", "max", mostPosts)
	}

	return map[string]string{"post": post.Ref(m.PostID)}, nil
}

// hold holds planned posts for the event, or lets them go.
func (s *Service) hold(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	now := s.now()
	ids, err := within(ctx, tx, actor, i, m.Deliveries)
	if err != nil {
		return nil, err
	}
	if m.Act == Hold { // it must lock before the event's row does
		held, err := delivery.HoldForTx(ctx, tx, now, i.cause(), ids, actor.UserID)
		if err != nil {
			return nil, err
		}
		if len(held) == 0 {
			return nil, fault.Conflict("所选的已经发出、暂停或取消，没有可以暂停的").WithCode("state_changed")
		}

		return counted("held", len(held)), update(ctx, tx, i.ID, m.Revision, now, "state = state", nil)
	}
	if err := update(ctx, tx, i.ID, m.Revision, now, "state = state", nil); err != nil {
		return nil, err
	}
	freed, missed, err := delivery.ReleaseForTx(ctx, tx, now, i.cause(), ids, actor.UserID)
	if err != nil {
		return nil, err
	}
	if freed+missed == 0 {
		return nil, fault.Conflict("所选的已不因这个事件暂停").WithCode("state_changed")
	}

	return released(freed, missed), nil
}

// end closes the event and lets go what it held.
func (s *Service) end(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	now := s.now()
	err := update(
		ctx,
		tx,
		i.ID,
		m.Revision,
		now,
		"state = 'closed', ended_by = @by, ended_at = @at, next_at = NULL",
		pgx.NamedArgs{"by": actor.UserID},
	)
	if err != nil {
		return nil, err
	}
	freed, missed, err := delivery.ReleaseForTx(ctx, tx, now, i.cause(), nil, actor.UserID)
	if err != nil || freed+missed == 0 {
		return nil, err
	}

	return released(freed, missed), nil
}

// wait puts the event on the lists of those it waits for now, and takes off what it waited for before.
func (s *Service) wait(ctx context.Context, tx pg.Tx, i Incident, by int64) error {
	return todo.SettleSubjectTx(ctx, tx, s.now(), TodoSubject, i.ID, i.todos(s.now()), by)
}
