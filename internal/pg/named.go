package pg

import (
	"maps"

	"github.com/jackc/pgx/v5"
)

// Named are the arguments of a statement that is put together: its own and those of the part that was handed
// to it. Both must be used, and nothing else may be named: pgx would take a name without a value for NULL.
func Named(own, of pgx.NamedArgs) pgx.StrictNamedArgs {
	all := pgx.StrictNamedArgs(maps.Clone(own))
	maps.Copy(all, of)

	return all
}
