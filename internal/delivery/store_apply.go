package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/decision"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

var applySQL = `
UPDATE all_deliveries
    SET state = @to::text, reason = @code::text, reason_args = @args::jsonb, updated_at = @now::timestamptz,
       attempts = attempts + @attempts::int, looks = CASE WHEN @to::text <> 'unknown' THEN 0
           ELSE looks + @looked::int END, next_look_at = @next_look::timestamptz,
       call_ended_at = coalesce(@call_ended::timestamptz, call_ended_at),
           not_before = @not_before::timestamptz,
       due_at = coalesce(@due::timestamptz, due_at),
       not_after = CASE WHEN @due::timestamptz IS NULL THEN not_after ELSE coalesce(
           ` + post.UntilSQL("@due::timestamptz", "version_id") + `,
           @due::timestamptz + (not_after - due_at)) END,
       plan = plan + CASE WHEN @due::timestamptz IS NULL THEN 0 ELSE 1 END,
       remote_id = coalesce(nullif(@remote::text, ''), remote_id),
           sent_at = coalesce(@sent_at::timestamptz, sent_at),
       live = coalesce(nullif(@live::text, ''), live), live_at = CASE WHEN @live::text = '' THEN live_at
           ELSE @now::timestamptz END, live_text = coalesce(@live_text::text, live_text),
       wish = CASE WHEN @drop_wish::bool THEN NULL ELSE wish END, wish_due_at = CASE
           WHEN @drop_wish::bool THEN NULL ELSE wish_due_at END,
       owner = CASE WHEN @to::text IN ('sending', 'preparing', 'unknown') THEN owner END
WHERE id = @id AND state = @from
RETURNING plan`

// ApplyTx does to a delivery what a rule decided: state, event, to-dos, the account's turn and rests,
// in the caller's transaction. It fails with fault.Conflict when the delivery is no longer as d says.
// by is the person who acts, 0 the machine.
func ApplyTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	delivery Delivery,
	change Change,
	by int64,
) (err error) {
	defer fault.Step(&err, "delivery.ApplyTx")

	if change.To != delivery.State && !CanGo(delivery.State, change.To) {
		return fmt.Errorf("delivery %d: %s → %s is no arrow", delivery.ID, delivery.State, change.To)
	}
	args, err := json.Marshal(orEmpty(change.Args))
	if err != nil {
		return err
	}
	named := pgx.NamedArgs{
		"id":         delivery.ID,
		"from":       string(delivery.State),
		"to":         string(change.To),
		"code":       string(change.Code),
		"args":       string(args),
		"now":        now,
		"attempts":   count(change.Attempt),
		"looked":     count(change.Looked),
		"next_look":  change.NextLook,
		"call_ended": change.CallEnded,
		"not_before": change.NotBefore,
		"due":        change.DueAt,
		"remote":     change.RemoteID,
		"sent_at":    change.SentAt,
		"live":       string(change.Live),
		"live_text":  change.LiveText,
		"drop_wish":  change.DropWish,
	}
	var plan int
	if err := tx.Pgx.QueryRow(ctx, applySQL, named).Scan(&plan); err != nil {
		return pg.OrNotFound(err, errMoved())
	}
	story, err := json.Marshal(change.eventArgs(delivery))
	if err != nil {
		return err
	}
	if err := noteTx(ctx, tx, now, delivery, change, plan, by, string(story)); err != nil {
		return err
	}
	if err := applyTurn(ctx, tx, delivery, change); err != nil {
		return err
	}

	return applyTodos(ctx, tx, now, delivery, change, by)
}

// errMoved says that somebody or something was faster.
func errMoved() *fault.Error {
	return fault.Conflict("发送状态刚刚变化，请刷新后再看").WithCode("state_changed")
}

func orEmpty(args Args) Args {
	if args == nil {
		return Args{}
	}

	return args
}

func count(yes bool) int {
	if yes {
		return 1
	}

	return 0
}

// noteTx writes the event of a change.
func noteTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	delivery Delivery,
	change Change,
	plan int,
	by int64,
	args string,
) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, owner, by_user, code,
    args)
VALUES (@delivery_id, @now, @state, @to, @plan, @attempt_id, @owner, nullif(@by, 0), @code, @args)`,
		pgx.NamedArgs{
			"delivery_id": delivery.ID,
			"now":         now,
			"state":       string(delivery.State),
			"to":          string(change.To),
			"plan":        plan,
			"attempt_id":  delivery.AttemptID,
			"owner":       delivery.Owner,
			"by":          by,
			"code":        string(change.Code),
			"args":        args,
		})

	return err
}

// applyTurn gives the account's turn on and writes down rests.
func applyTurn(ctx context.Context, tx pg.Tx, delivery Delivery, change Change) error {
	if change.Turn != TurnKept {
		if err := freeTurn(ctx, tx, delivery, change.Turn); err != nil {
			return err
		}
	}
	if change.AccountRest != nil {
		if _, err := tx.Pgx.Exec(
			ctx,
			`
			UPDATE account_turns SET rest_until = greatest(rest_until,
			    @account_rest) WHERE account_id = @account_id AND kind = @kind`,
			pgx.NamedArgs{
				"account_id":   delivery.AccountID,
				"account_rest": *change.AccountRest,
				"kind":         delivery.Kind,
			},
		); err != nil {
			return err
		}
	}
	if change.SharedRest == nil {
		return nil
	}
	_, err := tx.Pgx.Exec(
		ctx,
		`
INSERT INTO shared_rests (scope, until, code) VALUES (@connector, @shared_rest, @rest_code)
ON CONFLICT (scope) DO UPDATE SET until = greatest(shared_rests.until, excluded.until), code = excluded.code`,
		pgx.NamedArgs{
			"connector":   delivery.Connector,
			"shared_rest": *change.SharedRest,
			"rest_code":   change.RestCode,
		},
	)

	return err
}

func freeTurn(ctx context.Context, tx pg.Tx, delivery Delivery, turn Turn) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE account_turns t SET
    delivery_id = CASE WHEN t.delivery_id = @delivery_id THEN NULL ELSE t.delivery_id END,
    allowance = CASE WHEN @bounded THEN coalesce(t.allowance, @follow)
                     WHEN @settled AND NOT EXISTS (SELECT FROM all_deliveries o
                         WHERE o.account_id = @account_id AND o.kind = @kind AND o.state = 'unknown'
                             AND o.id <> @delivery_id) THEN NULL
                     ELSE t.allowance END
WHERE t.account_id = @account_id AND t.kind = @kind`,
		pgx.NamedArgs{
			"account_id":  delivery.AccountID,
			"delivery_id": delivery.ID,
			"bounded":     turn == TurnBounded,
			"follow":      Settings{}.Filled().Follow,
			"settled":     turn == TurnSettled,
			"kind":        delivery.Kind,
		})

	return err
}

// todoKey is the key of a to-do about one delivery.
func todoKey(id int64, kind TodoKind) string { return fmt.Sprintf("delivery/%d/%s", id, kind) }

// applyTodos raises what a person must know and closes what has settled itself.
func applyTodos(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	delivery Delivery,
	change Change,
	by int64,
) error {
	if change.Resolve != "" {
		if err := todo.ResolveTx(ctx, tx, now, todoKey(delivery.ID, change.Resolve), by); err != nil {
			return err
		}
	}
	// settled: nobody needs to confirm that nothing went out any more
	if delivery.State == Unknown && change.To != Unknown {
		if err := decision.OvertakenTx(ctx, tx, now, delivery.ID); err != nil {
			return err
		}
	}
	if change.To != delivery.State && (change.To.Final() || change.To == Waiting || change.To == Planned) {
		if err := todo.ResolveSubjectTx(ctx, tx, now, delivery.subject(), delivery.ID, by); err != nil {
			return err
		}
	}
	if change.Raise == "" {
		if change.To != delivery.State && (change.To == Sent || change.To == Cancelled) {
			return TellOutTx(ctx, tx, now, delivery.ID)
		}

		return nil
	}

	return RaiseTx(ctx, tx, now, delivery, change)
}

// RaiseTx tells the people of the account's unit about a change.
func RaiseTx(ctx context.Context, tx pg.Tx, now time.Time, delivery Delivery, change Change) (err error) {
	defer fault.Step(&err, "delivery.RaiseTx")

	items := []todo.Item{itemOf(delivery, change)}
	if err := post.OwnItemsTx(ctx, tx, []int64{delivery.PostID}, items); err != nil {
		return err
	}

	return todo.RaiseManyTx(ctx, tx, now, items)
}

// itemOf is the to-do about a change.
func itemOf(delivery Delivery, change Change) todo.Item {
	return todo.Item{
		Matter:    matterOf(delivery, change),
		Key:       todoKey(delivery.ID, change.Raise),
		UnitPath:  delivery.UnitPath,
		SubjectID: delivery.ID,
		DueAt:     delivery.DueAt,
		Args: map[string]any{
			"account":              "@" + delivery.AccountHandle,
			"reason":               change.Code.Label(),
			"reason" + i18n.ArgsOf: change.Args,
		},
	}
}

// raised are the matters of what a change raises, where nothing more is to be told apart.
var raised = map[TodoKind]todo.Matter{
	TodoProblem: todoProblem,
	TodoUnknown: todoUnknown,
	TodoMissed:  todoMissed,
	TodoHandoff: todoHandoff,
	TodoLive:    todoLive,
	TodoTwice:   todoTwice,
}

// matterOf is the reason for which a change puts something on the list.
func matterOf(delivery Delivery, change Change) todo.Matter {
	switch {
	case delivery.Kind == post.Reply:
		return replyMatterOf(change)
	case change.Raise == TodoTwice:
		return todoTwice
	case change.Raise == TodoProblem && change.To == Failed:
		return todoFailed
	case change.Raise == TodoLive && change.Code == LateConfirmation:
		return todoLate
	case change.Raise == TodoLive && change.Live == LiveRemoved:
		return todoRemoved
	case change.Raise == TodoLive && change.Live == LiveChanged:
		return todoChanged
	case change.Raise == TodoLive && change.Code == TakedownFailed:
		return todoTakedown
	case change.Raise == TodoLive:
		return todoHidden
	}

	return raised[change.Raise]
}

// expiredKey is the key of the to-do about a post that came due without an approval.
func expiredKey(postID int64) string { return fmt.Sprintf("post/%d/expired", postID) }

// title is the beginning of a text, for to-dos.
func title(text string) string { return post.Title(text) }
