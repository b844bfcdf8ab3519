-- +goose Up
-- What one administrator asks and a second person confirms: nobody makes people, or people's rights, alone.
CREATE TABLE user_changes (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text   NOT NULL CHECK (kind IN ('create', 'update', 'grant', 'reset', 'enable')),
    state         text   NOT NULL CHECK (state IN ('asked', 'confirmed', 'stopped', 'expired', 'undone')),
    user_id       bigint REFERENCES users (id),          -- null: the confirmation makes the user
    unit_id       bigint NOT NULL REFERENCES units (id), -- the lowest unit above all that the change is about
    what          jsonb  NOT NULL,                       -- identity.Order
    password_hash text   NOT NULL,                       -- of the initial password; '' where there is none, and once it was taken
    why           text   NOT NULL,
    asked_by      bigint NOT NULL REFERENCES users (id),
    asked_at      timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    confirmed_by  bigint REFERENCES users (id),          -- null with confirmed_at: on the machine
    confirmed_at  timestamptz,
    stopped_by    bigint REFERENCES users (id),          -- null with stopped_at: on the machine
    stopped_at    timestamptz,
    stop_why      text   NOT NULL DEFAULT '',
    CONSTRAINT user_changes_second_person CHECK (confirmed_by <> asked_by)
);
CREATE UNIQUE INDEX user_changes_asked_once ON user_changes (user_id, kind) WHERE state = 'asked' AND kind IN ('update', 'reset', 'enable');
CREATE UNIQUE INDEX user_changes_name_asked_once ON user_changes ((what ->> 'username')) WHERE state = 'asked' AND kind = 'create';
CREATE INDEX user_changes_by_unit ON user_changes (unit_id, id DESC);
CREATE INDEX user_changes_of_user ON user_changes (user_id, id DESC);
CREATE INDEX user_changes_asked ON user_changes (expires_at) WHERE state = 'asked';
CREATE INDEX user_changes_by_asker ON user_changes (asked_by, id DESC);

-- change_id: the confirmed change that made it; null beside a created_by: somebody made it alone, before this was asked for.
ALTER TABLE grants ADD COLUMN change_id bigint REFERENCES user_changes (id);
ALTER TABLE users
    ADD COLUMN created_by  bigint REFERENCES users (id), -- null: made on the machine
    ADD COLUMN change_id   bigint REFERENCES user_changes (id),
    ADD COLUMN first_hash  bytea,                        -- of the one-time code that the first own password needs
    ADD COLUMN first_until timestamptz;
UPDATE users u SET created_by = e.actor_id FROM audit_entries e
 WHERE e.action = 'user.create' AND e.subject_type = 'user' AND e.subject_id = u.id::text
   AND EXISTS (SELECT FROM users a WHERE a.id = e.actor_id);

-- +goose Down
ALTER TABLE users DROP COLUMN created_by, DROP COLUMN change_id, DROP COLUMN first_hash, DROP COLUMN first_until;
ALTER TABLE grants DROP COLUMN change_id;
DROP TABLE user_changes;
