-- +goose Up
-- A request that ended without an answer, by a failure of ours: nobody knows whether it was done, and that is said at once.
ALTER TABLE replays ADD COLUMN lost_at timestamptz;

-- +goose Down
ALTER TABLE replays DROP COLUMN lost_at;
