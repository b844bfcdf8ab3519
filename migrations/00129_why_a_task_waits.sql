-- +goose Up
-- Why what was confirmed beforehand, or by a standing approval, waits for people: a text with its parameters.
ALTER TABLE relay_tasks ADD COLUMN stuck jsonb;

-- +goose Down
ALTER TABLE relay_tasks DROP COLUMN stuck;
