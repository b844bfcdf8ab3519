-- +goose Up
-- A post may have a title by which its writers know it. It is not published, and no approval covers it.
ALTER TABLE posts ADD COLUMN working_title text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE posts DROP COLUMN working_title;
