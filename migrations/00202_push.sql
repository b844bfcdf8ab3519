-- +goose Up
-- Where the platform pushes to: one address an account, known by the hash of a token alone.
CREATE TABLE push_addresses (
    account_id  bigint PRIMARY KEY REFERENCES accounts (id),
    token_hash  bytea UNIQUE,                        -- null: revoked
    sealed      bytea NOT NULL DEFAULT ''::bytea,    -- the secret of the fans service; empty: none
    key_id      text  NOT NULL DEFAULT '',
    revision    int   NOT NULL DEFAULT 1,
    made_at     timestamptz NOT NULL,
    made_by     bigint REFERENCES users (id),        -- null: the console
    verified_at timestamptz,                         -- when the platform last tried the address
    taken_at    timestamptz,                         -- when the fans service last pushed
    taken       bigint NOT NULL DEFAULT 0,
    hinted_at   timestamptz,                         -- when the partner push last pushed
    hinted      bigint NOT NULL DEFAULT 0
);

-- What was refused: how often and when last, no row each.
CREATE TABLE push_refusals (
    account_id bigint NOT NULL REFERENCES push_addresses (account_id),
    reason     text   NOT NULL,
    n          bigint NOT NULL,
    last_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, reason)
);

-- The signatures that were used, so that none is used for two things. They are dropped once they are too old.
CREATE TABLE push_seen (
    account_id bigint NOT NULL REFERENCES push_addresses (account_id),
    stamp      bigint NOT NULL,                      -- milliseconds, as the platform wrote them
    nonce      text   NOT NULL,
    body       bytea  NOT NULL,                      -- its hash
    at         timestamptz NOT NULL,
    PRIMARY KEY (account_id, stamp, nonce)
);
CREATE INDEX push_seen_at ON push_seen (at);

-- What the partner push sent: nobody has told us its form. Kept for some days, to learn from.
CREATE TABLE push_hints (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES push_addresses (account_id),
    at         timestamptz NOT NULL,
    body       bytea NOT NULL
);
CREATE INDEX push_hints_of ON push_hints (account_id, id DESC);
CREATE INDEX push_hints_at ON push_hints (at);

-- +goose Down
DROP TABLE push_hints, push_seen, push_refusals, push_addresses;
