-- +goose Up
-- The tree of units. path is the materialised way from the root ("/1/4/"), so that a subtree is one prefix.
CREATE TABLE units (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id  bigint REFERENCES units (id),
    name       text   NOT NULL CHECK (btrim(name) <> ''),
    kind       text   NOT NULL CHECK (kind IN ('bureau', 'centre', 'district', 'zone', 'department')),
    path       text   NOT NULL UNIQUE,
    position   int    NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT units_name_in_parent UNIQUE NULLS NOT DISTINCT (parent_id, name)
);
CREATE INDEX units_path_prefix ON units (path text_pattern_ops);

-- +goose Down
DROP TABLE units;
