-- +goose Up
-- Drafts of many at once are made of a file or of another week.
ALTER TABLE plan_imports ADD COLUMN kind text NOT NULL DEFAULT 'file' CHECK (kind IN ('file', 'week'));

-- +goose Down
ALTER TABLE plan_imports DROP COLUMN kind;
