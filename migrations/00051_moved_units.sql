-- +goose Up
-- A unit's move changes who may do what below it: it needs a second person, as people do.
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check,
    ADD CONSTRAINT user_changes_kind_check CHECK (kind IN ('create', 'update', 'grant', 'reset', 'enable', 'move'));
CREATE UNIQUE INDEX user_changes_move_asked_once ON user_changes ((what ->> 'moved_id')) WHERE state = 'asked' AND kind = 'move';

-- +goose Down
DROP INDEX user_changes_move_asked_once;
DELETE FROM user_changes WHERE kind = 'move';
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check,
    ADD CONSTRAINT user_changes_kind_check CHECK (kind IN ('create', 'update', 'grant', 'reset', 'enable'));
