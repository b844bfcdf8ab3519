-- +goose Up
-- What rules found and what was not entered into the register by itself, because it came all at once: how many of each
-- code in each unit, as the last sweep counted.
CREATE TABLE faults_held (
    code    text        NOT NULL,
    unit_id bigint      NOT NULL REFERENCES units (id), -- the accounts'
    n       int         NOT NULL CHECK (n > 0),
    at      timestamptz NOT NULL,                       -- when it was counted
    PRIMARY KEY (code, unit_id)
);
CREATE INDEX faults_by_rules ON faults (opened_at) WHERE source = 'rule' AND opened_by IS NULL;

-- +goose Down
DROP INDEX faults_by_rules;
DROP TABLE faults_held;
