-- +goose Up
-- To whom what citizens say goes by itself: of the rules of the account's unit, then of the units above it, each
-- unit's in order of position, the first that fits a new matter is followed.
CREATE TABLE inbox_rules (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint NOT NULL REFERENCES units (id),          -- for accounts of it and of the units below
    name       text   NOT NULL CHECK (name <> ''),
    position   int    NOT NULL CHECK (position BETWEEN 1 AND 999),
    account_id bigint REFERENCES accounts (id),                -- null: any
    column_id  bigint REFERENCES columns (id),                 -- of the post that was commented on; null: any
    kinds      text[] NOT NULL DEFAULT '{}',                   -- empty: any
    words      text[] NOT NULL DEFAULT '{}',                   -- one of them is in what the citizen said first; empty: any
    begins     int    CHECK (begins BETWEEN 0 AND 1439),       -- minutes after midnight in Shanghai; null: all day
    ends       int    CHECK (ends BETWEEN 1 AND 1440),         -- before begins: over midnight
    to_unit    bigint REFERENCES units (id),                   -- null: it is not assigned
    to_user    bigint REFERENCES users (id),                   -- null: to the unit
    to_kind    text   NOT NULL DEFAULT '',                     -- '': the kind stays
    revision   int    NOT NULL DEFAULT 1,
    changed_by bigint NOT NULL REFERENCES users (id),
    changed_at timestamptz NOT NULL,
    retired_at timestamptz,
    CHECK ((begins IS NULL) = (ends IS NULL)),
    CHECK (to_user IS NULL OR to_unit IS NOT NULL),
    CHECK (to_unit IS NOT NULL OR to_kind <> '')
);
CREATE INDEX inbox_rules_standing ON inbox_rules (unit_id, position, id) WHERE retired_at IS NULL;

-- +goose Down
DROP TABLE inbox_rules;
