-- +goose Up
-- The last connection test tells: one that failed takes the place of an older one that passed, and says when and where.
ALTER TABLE accounts ADD COLUMN test_failed_at timestamptz;
ALTER TABLE accounts ADD COLUMN test_failed text NOT NULL DEFAULT '';  -- the step at which it ended; '' : none

-- +goose Down
ALTER TABLE accounts DROP COLUMN test_failed, DROP COLUMN test_failed_at;
