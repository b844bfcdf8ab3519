// Package migrations holds the SQL of the schema, one file per feature, in the order of their numbers.
// It runs nothing: internal/pg does. The queue's own tables come from River's migrations in the same
// command.
package migrations

import "embed"

// FS holds the goose migrations.
//
//go:embed *.sql
var FS embed.FS
