-- +goose Up
CREATE TABLE users (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username            text   NOT NULL CHECK (btrim(username) <> ''),
    display_name        text   NOT NULL CHECK (btrim(display_name) <> ''),
    unit_id             bigint NOT NULL REFERENCES units (id),
    password_hash       text   NOT NULL,
    must_change         boolean NOT NULL,          -- set by a reset: the next sign-in leads to a new password first
    password_changed_at timestamptz NOT NULL,
    lang                text   NOT NULL CHECK (lang IN ('zh', 'en')),
    theme               text   NOT NULL CHECK (theme IN ('auto', 'light', 'dark')),
    created_at          timestamptz NOT NULL,
    disabled_at         timestamptz
);
CREATE UNIQUE INDEX users_username_unique ON users (lower(username));

-- A grant is one role over one unit and all below it, with an optional end. Rows are never deleted: they are evidence.
CREATE TABLE grants (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id),
    role        text   NOT NULL CHECK (role IN ('press_officer', 'reviewer', 'supervisor', 'administrator', 'auditor')),
    unit_id     bigint NOT NULL REFERENCES units (id),
    valid_until timestamptz,
    created_by  bigint REFERENCES users (id),      -- null: made by the command line
    created_at  timestamptz NOT NULL,
    revoked_by  bigint REFERENCES users (id),
    revoked_at  timestamptz
);
CREATE UNIQUE INDEX grants_in_force_once ON grants (user_id, role, unit_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_by_unit ON grants (unit_id) WHERE revoked_at IS NULL;

-- The session row is the truth; the token a browser holds only points at it.
CREATE TABLE sessions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES users (id),
    kind         text   NOT NULL CHECK (kind IN ('browser', 'api')),
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    ip           text   NOT NULL,
    user_agent   text   NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id) WHERE revoked_at IS NULL;

-- Failures slow down the next try of the same name from the same address, and never lock out anybody else.
CREATE TABLE signin_failures (
    username text        NOT NULL,                 -- lower case, as typed
    ip       text        NOT NULL,
    count    int         NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (username, ip)
);

-- +goose Down
DROP TABLE signin_failures, sessions, grants, users;
