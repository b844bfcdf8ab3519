-- +goose Up
CREATE TABLE accounts (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id         bigint NOT NULL REFERENCES units (id),
    platform        text   NOT NULL CHECK (platform IN ('weibo')),
    handle          text   NOT NULL CHECK (btrim(handle) <> ''),   -- name on the platform, without @
    display_name    text   NOT NULL,
    seat            text   NOT NULL CHECK (seat IN ('main', 'affiliated', 'district')),
    state           text   NOT NULL CHECK (state IN ('preparing', 'live', 'suspended', 'closed')),
    connector       text   NOT NULL CHECK (connector IN ('commercial', 'public', 'manual')),
    remote_uid      text,                                          -- the platform's id of the account, once connected
    late_limit      interval NOT NULL,                             -- later than this after the due time a delivery is missed
    min_gap         interval NOT NULL,                             -- least time between two posts (platform code 20016)
    auto_resend     boolean  NOT NULL,                             -- docs/delivery.md: only where the platform returns our mark
    tested_at       timestamptz,                                   -- last successful connection test
    position        int    NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    CONSTRAINT accounts_handle_unique UNIQUE (platform, handle),
    CONSTRAINT accounts_remote_unique UNIQUE (platform, remote_uid)
);
CREATE INDEX accounts_by_unit ON accounts (unit_id);

CREATE TABLE account_names (
    account_id   bigint NOT NULL REFERENCES accounts (id),
    display_name text   NOT NULL,
    handle       text   NOT NULL,
    since        timestamptz NOT NULL,
    changed_by   bigint REFERENCES users (id),
    PRIMARY KEY (account_id, since)
);

-- The token of an account, sealed; bind = "credential/<account id>".
CREATE TABLE credentials (
    account_id  bigint PRIMARY KEY REFERENCES accounts (id),
    sealed      bytea  NOT NULL,
    key_id      text   NOT NULL,
    remote_uid  text   NOT NULL,
    app_key     text   NOT NULL,
    origin      text   NOT NULL CHECK (origin IN ('oauth', 'import')),
    state       text   NOT NULL CHECK (state IN ('valid', 'expired', 'revoked', 'unreadable')),
    expires_at  timestamptz,
    obtained_at timestamptz NOT NULL,
    obtained_by bigint REFERENCES users (id),
    checked_at  timestamptz,
    warned_days int                                -- the last step of the expiry (14, 7, 3, 1, 0) people were told of; null: none
);
CREATE INDEX credentials_expiry ON credentials (expires_at) WHERE state = 'valid';

CREATE TABLE oauth_states (
    state_hash  bytea PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES accounts (id),
    user_id     bigint NOT NULL REFERENCES users (id),
    session_id  bigint NOT NULL,
    expires_at  timestamptz NOT NULL
);

-- Facts about the installation itself: check value of the key, epoch of a restore, ...
CREATE TABLE installation (
    name  text PRIMARY KEY,
    value bytea NOT NULL,
    at    timestamptz NOT NULL
);

-- +goose Down
DROP TABLE installation, oauth_states, credentials, account_names, accounts;
