-- +goose Up
-- What a person submitted, the newest first, for the desk.
CREATE INDEX post_versions_submitted ON post_versions (submitted_by, submitted_at DESC) WHERE submitted_by IS NOT NULL;

-- +goose Down
DROP INDEX post_versions_submitted;
