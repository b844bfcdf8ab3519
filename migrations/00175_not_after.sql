-- +goose Up
-- The instant after which a post is not to go out any more, as its writer asks and its reviewers approve; NULL: each account's limit.
ALTER TABLE post_versions ADD COLUMN not_after timestamptz;

-- +goose Down
ALTER TABLE post_versions DROP COLUMN not_after;
