-- +goose Up
-- What went wrong is counted for the days that a calendar shows, however much went wrong in the years before.
CREATE INDEX deliveries_troubled_by_due ON all_deliveries (due_at) WHERE troubled;

-- +goose Down
DROP INDEX deliveries_troubled_by_due;
