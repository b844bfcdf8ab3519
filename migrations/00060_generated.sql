-- +goose Up
-- What a picture says of itself (GB 45438-2025): the label as JSON, '' for none; unread: one that could not be read.
ALTER TABLE media ADD COLUMN label text NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN label_unread boolean NOT NULL DEFAULT false;
-- What the author declares of a version.
ALTER TABLE post_versions ADD COLUMN generated_text boolean NOT NULL DEFAULT false;
ALTER TABLE post_versions ADD COLUMN generated_pictures boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE post_versions DROP COLUMN generated_pictures;
ALTER TABLE post_versions DROP COLUMN generated_text;
ALTER TABLE media DROP COLUMN label_unread;
ALTER TABLE media DROP COLUMN label;
