-- +goose Up
-- A copy says which post it was made of.
ALTER TABLE posts ADD COLUMN copied_from bigint REFERENCES posts (id) ON DELETE SET NULL;
CREATE INDEX posts_copied_from ON posts (copied_from) WHERE copied_from IS NOT NULL;

-- +goose Down
ALTER TABLE posts DROP COLUMN copied_from;
