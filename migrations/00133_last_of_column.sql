-- +goose Up
-- The last post of a column is found by its newest version.
CREATE INDEX post_versions_in_column ON post_versions (column_id, id DESC) WHERE column_id IS NOT NULL;
DROP INDEX post_versions_by_column;

-- +goose Down
CREATE INDEX post_versions_by_column ON post_versions (column_id) WHERE column_id IS NOT NULL;
DROP INDEX post_versions_in_column;
