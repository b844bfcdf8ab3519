package relay

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/column"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// MaxStanding is how long a standing approval holds at most.
const MaxStanding = 365 * 24 * time.Hour

// StandingColumn is the column whose posts a standing approval may be for.
const StandingColumn = "预警"

// Standing is an approval that two people of a unit give beforehand: one of its accounts passes on what is
// asked of it in the column of warnings, with fixed words, without anybody pressing anything.
type Standing struct {
	ID            int64
	AccountID     int64
	Handle        string
	UnitPath      string
	UnitName      string
	ColumnID      int64
	ColumnName    string
	Words         string
	Until         time.Time
	AskedBy       int64
	AskedName     string
	AskedAt       time.Time
	ConfirmedBy   *int64
	ConfirmedName string
	ConfirmedAt   *time.Time
	EndedName     string
	EndedAt       *time.Time
}

// Ref names the approval in the audit trail and in to-dos.
func (s Standing) Ref() string { return "relay_standing/" + strconv.FormatInt(s.ID, 10) }

// StandingState is where a standing approval stands.
type StandingState string

// The states of a standing approval.
const (
	StandingAsked StandingState = "asked"
	StandingHolds StandingState = "holds"
	StandingOver  StandingState = "over"  // its time is
	StandingEnded StandingState = "ended" // somebody ended it
)

// Label is the Chinese name of the state.
func (s StandingState) Label() string {
	return map[StandingState]string{
		StandingAsked: "待第二人确认", StandingHolds: "有效", StandingOver: "已到期", StandingEnded: "已停用",
	}[s]
}

// State tells where the approval stands at an instant.
func (s Standing) State(now time.Time) StandingState {
	switch {
	case s.EndedAt != nil:
		return StandingEnded
	case !now.Before(s.Until):
		return StandingOver
	case s.ConfirmedAt == nil:
		return StandingAsked
	}

	return StandingHolds
}

// MayConfirm says why the actor may not be the second person; nil when he or she may.
func (s Standing) MayConfirm(actor access.Actor, now time.Time) error {
	switch {
	case s.State(now) != StandingAsked:
		return fault.Conflict("这项申请已处理，请刷新页面查看")
	case s.AskedBy == actor.UserID:
		return fault.Forbidden("须由另一人确认").WithCode("same_person")
	}

	return access.Require(actor, access.RelayStanding, s.UnitPath)
}

// Covers tells whether the approval carries a relay at an instant.
func (s Standing) Covers(relay Relay, task Task, now time.Time) bool {
	return s.State(now) == StandingHolds && relay.Kind == Repost && relay.ColumnID == s.ColumnID &&
		task.AccountID == s.AccountID && task.Stage == Asked
}

// cover is the approval as a version carries it.
func (s Standing) cover() *review.Cover {
	return &review.Cover{Kind: review.ByStanding, ID: s.ID, People: s.AskedName + "、" + s.ConfirmedName}
}

// StandingRequest is what a person asks a second one to allow.
type StandingRequest struct {
	AccountID int64
	ColumnID  int64 // 0: the column of warnings
	Words     string
	Until     time.Time
}

func (q StandingRequest) check(now time.Time) (StandingRequest, error) {
	var wrong fault.Fields
	q.Words = strings.TrimSpace(q.Words)
	q.Until = q.Until.UTC().Truncate(time.Second)

	switch {
	case q.Words == "":
		wrong.Add(fault.Invalid("words", "请填写转发时的文字"))
	case len([]rune(q.Words)) > MaxWords:
		wrong.Add(fault.Invalid("words", "文字最多 {.max} 字", "max", MaxWords))
	}
	if !q.Until.After(now) || q.Until.After(now.Add(MaxStanding)) {
		wrong.Add(fault.Invalid("until", "有效期须在今后一年之内"))
	}

	return q, wrong.Err()
}

// Standings lists the standing approvals of the accounts that the actor sees, the newest first; at most
// 200.
func (s *Service) Standings(ctx context.Context, actor access.Actor) (_ []Standing, err error) {
	defer fault.Step(&err, "relay.Standings")

	return seenStandings(ctx, s.db.Gorm(ctx), actor)
}

// AskStanding asks a second person of the unit to let an account pass warnings on by itself. Fails with
// fault.NotFound and fault.Forbidden at the account's unit, with fault.Fields ("account", "column",
// "words", "until"), with fault.Conflict where the account has one for the column already.
func (s *Service) AskStanding(
	ctx context.Context,
	actor access.Actor,
	q StandingRequest,
) (standing Standing, err error) {
	defer fault.Step(&err, "relay.AskStanding")

	err = s.LookThrough(ctx, actor, Request{AccountIDs: []int64{q.AccountID}, Words: q.Words})
	if err != nil {
		return Standing{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		if q, err = q.check(now); err != nil {
			return err
		}
		one, err := account.FindTx(ctx, tx, q.AccountID)
		if fault.Is(err, fault.KindNotFound) {
			return fault.Invalid("account", "请选择账号")
		}
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PostWrite, one.UnitPath); err != nil {
			return err
		}
		if q.ColumnID == 0 {
			if q.ColumnID, err = warningColumn(ctx, tx, one.UnitPath); err != nil {
				return err
			}
		}
		col, err := column.HoldsTx(ctx, tx, q.ColumnID, one.UnitPath)
		if err != nil {
			return err
		}
		if col.Name != StandingColumn {
			return fault.Invalid("column", "只有栏目“{.name}”可以常设批准", "name", StandingColumn)
		}
		id, err := insertStanding(ctx, tx, now, actor.UserID, q)
		if err != nil {
			return pg.Fault(err, map[string]error{
				"relay_standings_open": fault.Conflict("这个账号在这个栏目已有常设批准或申请，请先停用"),
			})
		}
		if standing, err = findStanding(ctx, tx.DB, access.System("relay"), id); err != nil {
			return err
		}
		err = todo.RaiseTx(ctx, tx, now, todo.Item{
			Matter: todoStanding, Key: standing.Ref(), UnitPath: standing.UnitPath, SubjectID: id,
			NotUser: actor.UserID, Args: map[string]any{"who": actor.Name, "account": "@" + standing.Handle},
		})
		if err != nil {
			return err
		}

		return s.noteStanding(ctx, access.NewAct(tx, now, actor), actStandingAsk, standing)
	})

	return standing, err
}

// ConfirmStanding is the word of the second person. Fails with fault.Forbidden for who asked, and for who
// holds no relay.standing at the unit.
func (s *Service) ConfirmStanding(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "relay.ConfirmStanding %d", id)

	return s.onStanding(ctx, actor, id, func(tx pg.Tx, now time.Time, standing Standing) error {
		if err := standing.MayConfirm(actor, now); err != nil {
			return err
		}
		if err := setStandingConfirmed(ctx, tx, now, id, actor.UserID); err != nil {
			return err
		}

		return s.noteStanding(ctx, access.NewAct(tx, now, actor), actStandingConfirm, standing)
	})
}

// EndStanding ends an approval, or stops one that was asked for, at once. Whoever writes for the account
// or may confirm can.
func (s *Service) EndStanding(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "relay.EndStanding %d", id)

	err = s.onStanding(ctx, actor, id, func(tx pg.Tx, now time.Time, standing Standing) error {
		if !actor.CanAt(access.PostWrite, standing.UnitPath) {
			if err := access.Require(actor, access.RelayStanding, standing.UnitPath); err != nil {
				return err
			}
		}
		if standing.EndedAt != nil {
			return fault.Conflict("这项常设批准已停用")
		}
		if err := setStandingEnded(ctx, tx, now, id, actor.UserID); err != nil {
			return err
		}
		if err := queue.Insert(ctx, tx, RevokeArgs{StandingID: id}, nil); err != nil {
			return err
		}

		return s.noteStanding(ctx, access.NewAct(tx, now, actor), actStandingEnd, standing)
	})
	if err != nil {
		return err
	}

	if err := s.Revoke(ctx, id); err != nil {
		s.opt.Log.Warn(
			"not all of a standing approval is taken back yet, a job goes on",
			"standing",
			id,
			"err",
			err,
		)
	}

	return nil
}

// Revoke takes back what a standing approval that was ended has planned and what surely is not out, and asks
// people for it instead. It may be called again and again.
func (s *Service) Revoke(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "relay.Revoke %d", id)

	tasks, err := carriedBy(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}

	return s.takeBack(ctx, tasks, Revoke, "常设批准已停用", func(tx pg.Tx, moved []Task) error {
		var items []todo.Item

		for _, task := range moved {
			relay, err := findAny(ctx, tx.DB, task.RelayID)
			if err != nil {
				return err
			}
			if relay.Status() == Open {
				items = append(items, item(relay, task, todoTask, task.Ref()))
			}
		}

		return todo.RaiseManyTx(ctx, tx, s.now(), items)
	})
}

// stillHolds tells whether an approval holds when something is bound to it; nobody ends it meanwhile.
func stillHolds(ctx context.Context, tx pg.Tx, id int64, now time.Time) error {
	if err := lockStanding(ctx, tx, id); err != nil {
		return err
	}
	standing, err := findStanding(ctx, tx.DB, access.System("relay"), id)
	if err != nil {
		return err
	}
	if standing.State(now) != StandingHolds {
		return fault.Conflict("这项常设批准已停用")
	}

	return nil
}

func (s *Service) onStanding(
	ctx context.Context,
	actor access.Actor,
	id int64,
	do func(tx pg.Tx, now time.Time, standing Standing) error,
) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := lockStanding(ctx, tx, id); err != nil {
			return err
		}
		standing, err := findStanding(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		now := s.now()
		if err := do(tx, now, standing); err != nil {
			return err
		}

		return todo.ResolveTx(ctx, tx, now, standing.Ref(), actor.UserID)
	})
}

func (s *Service) noteStanding(ctx context.Context, act access.Act, what audit.Act, standing Standing) error {
	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor: act.Actor, At: act.Now, Action: what, Subject: standing.Ref(), UnitPath: standing.UnitPath,
		Detail: map[string]any{
			"account": "@" + standing.Handle, "column": standing.ColumnName, "until": standing.Until,
		},
	})
}

// carryStanding carries the tasks for which two people said beforehand that they may go by themselves. One
// that cannot stays on its people's lists.
func (s *Service) carryStanding(ctx context.Context, id int64) error {
	relay, err := findAny(ctx, s.db.Gorm(ctx), id)
	if err != nil || relay.Status() != Open || relay.Kind != Repost {
		return err
	}
	tasks, err := tasksOf(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	standings, err := standingsOf(ctx, s.db.Gorm(ctx), accountsOf(tasks), relay.ColumnID)
	if err != nil {
		return err
	}

	var failed []error

	for _, task := range tasks {
		for _, standing := range standings {
			if !standing.Covers(relay, task, s.now()) || relay.MayConfirm(task, s.now()) != nil {
				continue
			}
			err := s.byStanding(ctx, relay, task, standing)
			failed = append(failed, s.leave(ctx, task, err))
		}
	}

	return errors.Join(failed...)
}

// byStanding carries one task in the name of who asked for the approval, while that person may write.
func (s *Service) byStanding(ctx context.Context, relay Relay, task Task, standing Standing) error {
	actor, _, err := s.opt.People(ctx, standing.AskedBy)
	if err != nil {
		return err
	}

	return s.carry(ctx, actor, relay, task, carried{
		words: standing.Words, kind: ByStanding, cover: standing.cover(), standing: &standing.ID,
	})
}
