-- +goose Up
-- What is not written to the end and has a time already, for accounts by days: found by its time, however many posts have gone out.
CREATE INDEX posts_unfinished_by_due ON posts (due_at, id) WHERE due_at IS NOT NULL AND phase IN ('draft', 'returned');

-- +goose Down
DROP INDEX posts_unfinished_by_due;
