package pg

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Constraint is the name of the constraint that err says was violated; empty for any other error.
func Constraint(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.ConstraintName
	}

	return ""
}

// Fault puts the fault that a feature holds ready for a violated constraint in the place of err; every
// other error stays as it is. The statement's own error is logged with it, never shown.
func Fault(err error, byConstraint map[string]error) error {
	name := Constraint(err)
	if name == "" {
		return err
	}
	f, ok := byConstraint[name]
	if !ok {
		return err
	}

	return errors.Join(f, err)
}
