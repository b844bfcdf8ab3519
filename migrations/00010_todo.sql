-- +goose Up
-- What waits for a person. key makes a matter appear once while it is open; permission and unit say who sees it.
CREATE TABLE todos (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text   NOT NULL,
    key          text   NOT NULL,
    permission   text   NOT NULL,
    unit_id      bigint NOT NULL REFERENCES units (id), -- not its path: units move
    not_user     bigint,                           -- whoever may not deal with it (the author of what is reviewed)
    subject_type text   NOT NULL,
    subject_id   bigint NOT NULL,
    code         text   NOT NULL,                  -- the reason, as a code with parameters; texts are made when shown
    args         jsonb  NOT NULL,
    due_at       timestamptz,
    raised_at    timestamptz NOT NULL,
    resolved_at  timestamptz,
    resolved_by  bigint REFERENCES users (id)
);
CREATE UNIQUE INDEX todos_open_once ON todos (key) WHERE resolved_at IS NULL;
CREATE INDEX todos_open_by_unit ON todos (unit_id) WHERE resolved_at IS NULL;

-- +goose Down
DROP TABLE todos;
