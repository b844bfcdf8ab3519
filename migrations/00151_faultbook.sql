-- +goose Up
-- What inspections, readings and people found wrong, until it is closed out. Of an account, a code and a subject one
-- row is open at a time.
CREATE TABLE faults (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id   bigint NOT NULL REFERENCES accounts (id),
    unit_id      bigint NOT NULL REFERENCES units (id), -- who puts it right; the account's unit until it is assigned
    code         text   NOT NULL,
    subject      text   NOT NULL DEFAULT '',            -- what of the account it is about, such as "post/41"
    source       text   NOT NULL CHECK (source IN ('rule', 'post', 'person')),
    description  text   NOT NULL CHECK (btrim(description) <> ''),
    evidence     text   NOT NULL DEFAULT '',
    state        text   NOT NULL CHECK (state IN ('open', 'assigned', 'corrected', 'checked', 'closed', 'reopened')),
    deadline     date,                                  -- the last day; null until it is assigned
    correction   text   NOT NULL DEFAULT '',
    corrected_by bigint REFERENCES users (id),          -- who says that it is put right: neither checks it nor closes it
    checked_by   bigint REFERENCES users (id),
    revision     int    NOT NULL DEFAULT 1,
    opened_by    bigint REFERENCES users (id),          -- null: a rule did
    opened_at    timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    closed_at    timestamptz
);
CREATE UNIQUE INDEX faults_one_open ON faults (account_id, code, subject) WHERE state <> 'closed';
CREATE INDEX faults_by_change ON faults (updated_at DESC, id DESC);
CREATE INDEX faults_due ON faults (deadline) WHERE state = 'assigned';

-- The steps of a fault as they were taken.
CREATE TABLE fault_steps (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fault_id   bigint NOT NULL REFERENCES faults (id),
    act        text   NOT NULL,
    from_state text   NOT NULL,
    to_state   text   NOT NULL,
    note       text   NOT NULL DEFAULT '',
    by_user    bigint REFERENCES users (id),            -- null: a rule did
    at         timestamptz NOT NULL
);
CREATE INDEX fault_steps_of ON fault_steps (fault_id, id);

-- +goose Down
DROP TABLE fault_steps, faults;
