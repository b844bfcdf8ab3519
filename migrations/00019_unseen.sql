-- +goose Up
-- Posts that the platform counts and no look has shown are believed only when they stay: how many, at least, in every look since when.
ALTER TABLE post_totals ADD COLUMN doubt bigint NOT NULL DEFAULT 0 CHECK (doubt >= 0), ADD COLUMN doubt_since timestamptz;

-- +goose Down
ALTER TABLE post_totals DROP COLUMN doubt_since, DROP COLUMN doubt;
