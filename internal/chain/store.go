package chain

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

func errNotFound() error {
	return fault.NotFound("没有找到审核流程，或不在您的管辖范围内")
}

// selectChains reads chains with the unit whose they are. What was shipped is the root's.
const selectChains = `
SELECT c.id, coalesce(u.id, 0), coalesce(u.name, ''), coalesce(u.path, '/'), coalesce(c.shipped, ''),
    coalesce((SELECT max(number) FROM chain_versions l WHERE l.chain_id = c.id), 0)
FROM chains c LEFT JOIN units u
    ON u.id = coalesce(c.unit_id, (SELECT min(id) FROM units WHERE parent_id IS NULL))
WHERE `

// inOrder is the order of every list: from the top of the tree down, as they were added.
const inOrder = " ORDER BY length(coalesce(u.path, '/')), u.id, c.id"

const selectVersions = `
SELECT v.id, v.chain_id, v.number, v.name, v.active, v.column_ids, v.risks, v.account_ids, v.steps, v.state,
    coalesce(v.asked_by, 0), coalesce(a.display_name, ''), v.asked_at, coalesce(d.display_name, ''),
        v.decided_at, v.why
FROM chain_versions v LEFT JOIN users a ON a.id = v.asked_by LEFT JOIN users d ON d.id = v.decided_by WHERE `

func chains(ctx context.Context, tx pg.Tx, where string, args pgx.NamedArgs) ([]Chain, error) {
	rows, err := tx.Pgx.Query(ctx, selectChains+where+inOrder, args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Chain, err error) {
		err = row.Scan(&c.ID, &c.UnitID, &c.UnitName, &c.UnitPath, &c.Shipped, &c.Last)
		return c, err
	})
	if err != nil {
		return nil, err
	}

	at, ids := map[int64]*Chain{}, make([]int64, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	versions, err := versionsOf(ctx, tx, "v.chain_id = ANY (@chains) AND v.state IN ('asked', 'in_force')",
		pgx.NamedArgs{"chains": ids})
	if err != nil {
		return nil, err
	}

	for i, version := range versions {
		if version.State == InForce {
			at[version.ChainID].Now = &versions[i]
		} else {
			at[version.ChainID].Asked = &versions[i]
		}
	}

	return list, nil
}

func versionsOf(ctx context.Context, tx pg.Tx, where string, args pgx.NamedArgs) ([]Version, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		selectVersions+where+" ORDER BY v.chain_id, v.number DESC LIMIT 2000",
		args,
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		err = row.Scan(
			&v.ID,
			&v.ChainID,
			&v.Number,
			&v.Name,
			&v.Active,
			&v.When.Columns,
			&v.When.Risks,
			&v.When.Accounts,
			&v.Steps,
			&v.State,
			&v.AskedBy,
			&v.AskedByName,
			&v.AskedAt,
			&v.DecidedBy,
			&v.DecidedAt,
			&v.Why,
		)

		return v, err
	})
}

// seen are the chains of the units that the actor sees, and those of units above, which hold there.
func seen(ctx context.Context, tx pg.Tx, actor access.Actor) ([]Chain, error) {
	if actor.IsSystem() {
		return chains(ctx, tx, "TRUE", nil)
	}

	paths := make([]string, len(actor.Grants))
	for i, grant := range actor.Grants {
		paths[i] = grant.Path
	}

	return chains(ctx, tx, `EXISTS (SELECT FROM unnest(@paths::text[]) AS p (path)
		WHERE starts_with(p.path, coalesce(u.path, '/')) OR starts_with(u.path, p.path))`,
		pgx.NamedArgs{"paths": paths})
}

// holding are the active chains of the unit at path and of those above.
func holding(ctx context.Context, tx pg.Tx, path string) ([]Chain, error) {
	return chains(ctx, tx, `starts_with(@path, coalesce(u.path, '/')) AND EXISTS (
		SELECT FROM chain_versions v WHERE v.chain_id = c.id AND v.state = 'in_force' AND v.active)`,
		pgx.NamedArgs{"path": path})
}

func find(ctx context.Context, tx pg.Tx, id int64) (Chain, error) {
	list, err := chains(ctx, tx, "c.id = @id", pgx.NamedArgs{"id": id})
	if err != nil {
		return Chain{}, err
	}
	if len(list) == 0 {
		return Chain{}, errNotFound()
	}

	return list[0], nil
}

// lock keeps others from changing the chain until the transaction ends.
func lock(ctx context.Context, tx pg.Tx, id int64) (Chain, error) {
	if _, err := tx.Pgx.Exec(ctx, `
SELECT FROM chains WHERE id = @id FOR UPDATE`, pgx.NamedArgs{"id": id}); err != nil {
		return Chain{}, err
	}

	return find(ctx, tx, id)
}

func insertChain(ctx context.Context, tx pg.Tx, unitID, by int64, at time.Time) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO chains (unit_id, created_by, created_at) VALUES (@unit_id, nullif(@by::bigint, 0),
    @created_at) RETURNING id`,
		pgx.NamedArgs{"unit_id": unitID, "by": by, "created_at": at}).Scan(&id)

	return id, err
}

func countOwn(ctx context.Context, tx pg.Tx, unitID int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM chains WHERE unit_id = @unit_id`, pgx.NamedArgs{"unit_id": unitID}).Scan(&n)
	return n, err
}

func insertAsked(ctx context.Context, tx pg.Tx, chain Chain, draft Draft, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO chain_versions (chain_id, number, name, active, column_ids, risks, account_ids, steps, state,
    asked_by, asked_at,
    why)
VALUES (@chain, @number, @name, @active, @columns, @risks, @accounts, @steps, 'asked', nullif(@by::bigint, 0), @at, '')`,
		pgx.NamedArgs{
			"chain": chain.ID, "number": chain.Last + 1, "name": draft.Name, "active": draft.Active,
			"columns": numbers(draft.When.Columns), "risks": texts(draft.When.Risks),
			"accounts": numbers(draft.When.Accounts), "steps": draft.Steps, "by": by, "at": at,
		})

	return err
}

func numbers(list []int64) []int64 { return append([]int64{}, list...) }

func texts(risks []Risk) []string {
	list := []string{}
	for _, risk := range risks {
		list = append(list, string(risk))
	}

	return list
}

// putInForce makes the asked version the one in force; the one before is past.
func putInForce(ctx context.Context, tx pg.Tx, chain Chain, by int64, at time.Time) error {
	if _, err := tx.Pgx.Exec(ctx, `
		UPDATE chain_versions SET state = 'past' WHERE chain_id = @chain_id AND state = 'in_force'`,
		pgx.NamedArgs{"chain_id": chain.ID}); err != nil {
		return err
	}

	return decideAsked(ctx, tx, chain, InForce, by, at, "")
}

func decideAsked(
	ctx context.Context,
	tx pg.Tx,
	chain Chain,
	to State,
	by int64,
	at time.Time,
	why string,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE chain_versions SET state = @to, decided_by = nullif(@by::bigint, 0), decided_at = @decided_at,
    why = @why
    WHERE id = @id AND state = 'asked'`, pgx.NamedArgs{
		"id":         chain.Asked.ID,
		"to":         string(to),
		"by":         by,
		"decided_at": at,
		"why":        why,
	})
	if err == nil && done.RowsAffected() != 1 {
		return fault.Conflict("没有等待确认的修改").WithCode("decided")
	}

	return err
}

// writersUnits are the units at and below path at which people write: for them a chain must be passable.
func unitsBelow(ctx context.Context, tx pg.Tx, path string) (paths []string, err error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT u.path FROM units u WHERE starts_with(u.path, @path) ORDER BY length(u.path), u.id LIMIT 500`,
		pgx.NamedArgs{"path": path})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}
