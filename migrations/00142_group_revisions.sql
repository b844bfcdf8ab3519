-- +goose Up
-- One higher with each change: who replaces a group of accounts names the one that was shown.
ALTER TABLE account_groups ADD COLUMN revision int NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE account_groups DROP COLUMN revision;
