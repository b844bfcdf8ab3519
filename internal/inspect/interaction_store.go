package inspect

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// selectLooks reads the latest checklist of each account that was written before an instant, with what it
// answers by "no" and since when those in a row do.
func selectLooks(ctx context.Context, db *pg.DB, ids []int64, at time.Time) (map[int64]*look, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT c.account_id, c.checked_on, c.next_on, c.at, u.display_name, coalesce(a.question, ''),
    (SELECT min(e.checked_on) FROM interaction_checks e
    WHERE a.question IS NOT NULL AND e.account_id = c.account_id AND e.number <= c.number
        AND e.number > coalesce((
        SELECT max(g.number) FROM interaction_checks g
        WHERE g.account_id = c.account_id AND g.number < c.number AND NOT EXISTS (
            SELECT FROM interaction_answers x
            WHERE x.check_id = g.id AND x.question = a.question AND x.given = 'no')), 0))
FROM unnest(@ids::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT * FROM interaction_checks c WHERE c.account_id = asked.id AND c.at <= @at
    ORDER BY c.number DESC LIMIT 1) c
JOIN users u ON u.id = c.by_user
LEFT JOIN interaction_answers a ON a.check_id = c.id AND a.given = 'no'`,
		pgx.NamedArgs{"ids": ids, "at": at})
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	looks := map[int64]*look{}
	found := map[int64]map[string]time.Time{}

	for rows.Next() {
		var (
			id       int64
			one      look
			question string
			since    *time.Time
		)
		if err := rows.Scan(&id, &one.On, &one.Next, &one.At, &one.By, &question, &since); err != nil {
			return nil, err
		}
		if looks[id] == nil {
			one.On, one.Next = dayOf(one.On), dayOf(one.Next)
			looks[id], found[id] = &one, map[string]time.Time{}
		}
		if since != nil {
			found[id][question] = dayOf(*since)
		}
	}

	for id, one := range looks {
		for _, question := range questions {
			if since, ok := found[id][question.Key]; ok {
				one.Bad = append(one.Bad, bad{question, since})
			}
		}
	}

	return looks, rows.Err()
}

// seenAccount is an account that the actor sees by reach.view.
func seenAccount(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Account, error) {
	scope, args := access.Scope(actor, access.ReachView, "u.path")
	type row struct {
		ID        int64
		Handle    string
		State     account.State
		Connector account.Connector
		UnitID    int64
		UnitName  string
		UnitPath  string
		CreatedAt time.Time
	}
	found, err := gorm.G[row](db).Raw(`
SELECT a.id, a.handle, a.state, a.connector, a.unit_id, u.name AS unit_name, u.path AS unit_path, a.created_at
FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id = ? AND `+scope, append([]any{id}, args...)...).
		Take(ctx)

	return Account{
		ID: found.ID, Handle: found.Handle, State: found.State, Connector: found.Connector,
		UnitID: found.UnitID, UnitName: found.UnitName, UnitPath: found.UnitPath, Since: found.CreatedAt,
	}, pg.OrNotFound(err, errNoAccount())
}

func errNoAccount() error {
	return fault.NotFound("没有找到账号，或不在您的管辖范围内")
}

// selectChecks reads the checklists of an account, the latest first, with their answers in the order of the
// questions.
func selectChecks(ctx context.Context, db *pg.DB, accountID int64, most int) ([]Check, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT c.id, c.number, c.checked_on, c.next_on, c.note, u.display_name, c.at, a.question, a.given, a.evidence,
    a.link, coalesce(a.media_id, 0)
FROM (SELECT * FROM interaction_checks WHERE account_id = @account_id ORDER BY number DESC LIMIT @most) c
    JOIN users u ON u.id = c.by_user JOIN interaction_answers a ON a.check_id = c.id
ORDER BY c.number DESC, array_position(@codes_asked::text[], a.question), a.question`,
		pgx.NamedArgs{"account_id": accountID, "most": most, "codes_asked": codesAsked()})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Check

	for rows.Next() {
		var (
			one    Check
			answer Answer
		)
		err := rows.Scan(&one.ID, &one.Number, &one.On, &one.Next, &one.Note, &one.By, &one.At,
			&answer.Question, &answer.Given, &answer.Evidence, &answer.Link, &answer.MediaID)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 || list[len(list)-1].ID != one.ID {
			one.On, one.Next = dayOf(one.On), dayOf(one.Next)
			list = append(list, one)
		}
		last := &list[len(list)-1]
		last.Answers = append(last.Answers, answer)
	}

	for i := range max(len(list)-1, 0) {
		list[i].Changes = list[i].changes(list[i+1])
	}

	return list, rows.Err()
}

func codesAsked() (codes []string) {
	for _, question := range questions {
		codes = append(codes, question.Key)
	}

	return codes
}

// lastCheck is the number and the day of the last checklist of an account; 0 where there is none.
func lastCheck(ctx context.Context, tx pg.Tx, accountID int64) (Check, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT id, number, checked_on FROM interaction_checks
    WHERE account_id = @account_id ORDER BY number DESC LIMIT 1`,
		pgx.NamedArgs{"account_id": accountID})
	if err != nil {
		return Check{}, err
	}
	defer rows.Close()

	var last Check
	if rows.Next() {
		err = rows.Scan(&last.ID, &last.Number, &last.On)
		last.On = dayOf(last.On)
	}

	return last, err
}

// answersOf are what a checklist says to each question.
func answersOf(ctx context.Context, tx pg.Tx, checkID int64) ([]Answer, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		"SELECT question, given FROM interaction_answers WHERE check_id = @check_id",
		pgx.NamedArgs{"check_id": checkID},
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Answer, err error) {
		return a, row.Scan(&a.Question, &a.Given)
	})
}

// insertCheck writes a checklist; 0 where somebody else wrote that number.
func insertCheck(
	ctx context.Context, tx pg.Tx, accountID int64, made kept, by int64, at time.Time,
) (id int64, err error) {
	rows, err := tx.Pgx.Query(ctx, `
INSERT INTO interaction_checks (account_id, number, checked_on, next_on, note, by_user, at)
VALUES (@account_id, @number, @on, @next, @note, @by, @at) ON CONFLICT (account_id,
    number) DO NOTHING RETURNING id`,
		pgx.NamedArgs{
			"account_id": accountID,
			"number":     made.Number + 1,
			"on":         beijing.Date(made.on),
			"next":       beijing.Date(made.next),
			"note":       made.Note,
			"by":         by,
			"at":         at,
		})
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return 0, err
	}

	for _, answer := range made.Answers {
		_, err := tx.Pgx.Exec(ctx, `
INSERT INTO interaction_answers (check_id, question, given, evidence, link, media_id)
VALUES (@check_id, @question, @given, @evidence, @link, nullif(@media_id, 0))`,
			pgx.NamedArgs{
				"check_id": ids[0],
				"question": answer.Question,
				"given":    answer.Given,
				"evidence": answer.Evidence,
				"link":     answer.Link,
				"media_id": answer.MediaID,
			})
		if err != nil {
			return 0, err
		}
	}

	return ids[0], nil
}

// pictureOf is the picture that shows an answer of a checklist; 0 where there is none.
func pictureOf(
	ctx context.Context,
	tx pg.Tx,
	accountID, checkID int64,
	question string,
) (id int64, err error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT coalesce(a.media_id, 0) FROM interaction_answers a JOIN interaction_checks c ON c.id = a.check_id
WHERE c.account_id = @account_id AND c.id = @check_id AND a.question = @question`,
		pgx.NamedArgs{"account_id": accountID, "check_id": checkID, "question": question})
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return 0, err
	}

	return ids[0], nil
}
