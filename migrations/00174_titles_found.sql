-- +goose Up
-- Posts are found by their working title, under which lists show them; few have one.
CREATE INDEX posts_working_title ON posts USING gin (text_grams(working_title)) WHERE working_title <> '';

-- +goose Down
DROP INDEX posts_working_title;
