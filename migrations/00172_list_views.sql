-- +goose Up
-- A list of the console narrowed by a filter and kept under a name: of one person, or of a unit and all below it.
CREATE TABLE list_views (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint REFERENCES units (id) ON DELETE CASCADE, -- whose it is; null: the person's
    user_id    bigint      NOT NULL REFERENCES users (id),     -- who saved it last
    list       text        NOT NULL,
    name       text        NOT NULL,
    filter     text        NOT NULL,                           -- as a query: account=3&state=draft
    revision   int         NOT NULL DEFAULT 1,                 -- one higher with each change
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX list_views_own ON list_views (user_id, list, name) WHERE unit_id IS NULL;
CREATE UNIQUE INDEX list_views_of_unit ON list_views (unit_id, list, name) WHERE unit_id IS NOT NULL;

-- +goose Down
DROP TABLE list_views;
