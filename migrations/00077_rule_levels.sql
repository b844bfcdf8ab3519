-- +goose Up
-- Levels of the rules of the check that a unit has set for itself; they hold for all below it that have set none.
CREATE TABLE rule_levels (
    unit_id    bigint  NOT NULL REFERENCES units (id),
    rule       text    NOT NULL,
    level      text    NOT NULL CHECK (level IN ('', 'block', 'second', 'hint', 'off')), -- '': as above it
    version    integer NOT NULL,                      -- higher with each change
    changed_by bigint  NOT NULL REFERENCES users (id),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, rule)
);

-- What one person asks about a level and a second one confirms.
CREATE TABLE rule_level_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint  NOT NULL REFERENCES units (id),
    rule       text    NOT NULL,
    level      text    NOT NULL CHECK (level IN ('', 'block', 'second', 'hint', 'off')),
    version    integer NOT NULL,                      -- that it is to take the place of
    state      text    NOT NULL CHECK (state IN ('asked', 'confirmed', 'stopped', 'expired')),
    why        text    NOT NULL,
    asked_by   bigint  NOT NULL REFERENCES users (id),
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by bigint REFERENCES users (id),
    decided_at timestamptz,
    decide_why text    NOT NULL DEFAULT '',
    CONSTRAINT rule_level_changes_second_person CHECK (state <> 'confirmed' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX rule_level_changes_open ON rule_level_changes (unit_id, rule) WHERE state = 'asked';

-- +goose Down
DROP TABLE rule_level_changes, rule_levels;
