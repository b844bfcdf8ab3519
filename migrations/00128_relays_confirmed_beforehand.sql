-- +goose Up
-- In a hurry whoever asks confirms beforehand, for all accounts that he or she writes for; the approval covers that.
ALTER TABLE relays ADD COLUMN at_once_by bigint REFERENCES users (id);

-- +goose Down
ALTER TABLE relays DROP COLUMN at_once_by;
