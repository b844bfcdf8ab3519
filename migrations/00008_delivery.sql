-- +goose Up
-- Every start of a program is a process of its own. Liveness: an advisory lock (lock_key) and a lease, both must be looked at.
CREATE TABLE processes (
    id          uuid   PRIMARY KEY,
    lock_key    bigint NOT NULL UNIQUE,
    host        text   NOT NULL,
    pid         int    NOT NULL,
    version     text   NOT NULL,
    started_at  timestamptz NOT NULL,              -- the database's clock, as is lease_until
    lease_until timestamptz NOT NULL,
    stopped_at  timestamptz
);

-- A pause of one unit's subtree, or of one account.
CREATE TABLE pauses (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint NOT NULL REFERENCES units (id),
    account_id bigint REFERENCES accounts (id),
    reason     text   NOT NULL CHECK (btrim(reason) <> ''),
    paused_by  bigint NOT NULL REFERENCES users (id),
    paused_at  timestamptz NOT NULL,
    resumed_by bigint REFERENCES users (id),
    resumed_at timestamptz
);
CREATE INDEX pauses_open ON pauses (unit_id) WHERE resumed_at IS NULL;

-- One post to one account. All conditions of the mark lie on this row. No index and no condition of an index holds a column
-- that the mark changes (state, attempt_id, marked_at, hard_end), and pages are left a third empty: so a mark stays on its
-- page and touches no index at all. "settled" is what the indexes may know of the state.
CREATE TABLE deliveries (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id       bigint NOT NULL REFERENCES posts (id),
    version_id    bigint NOT NULL REFERENCES post_versions (id),
    account_id    bigint NOT NULL REFERENCES accounts (id),
    platform      text   NOT NULL,
    connector     text   NOT NULL,
    state         text   NOT NULL CHECK (state IN ('planned', 'waiting', 'preparing', 'sending', 'unknown', 'held', 'handoff',
                                                   'sent', 'failed', 'missed', 'cancelled', 'expired')),
    plan          int    NOT NULL,                 -- higher with each new plan; a job of an older plan does nothing
    urgent        boolean NOT NULL,
    due_at        timestamptz,                     -- null: as soon as approved, until it is
    not_after     timestamptz,                     -- past it the delivery is missed
    not_before    timestamptz,                     -- a rest the platform asked for
    approved      boolean NOT NULL,
    payload_hash  bytea  NOT NULL,                 -- of the request that would be sent
    approved_hash bytea,                           -- of the request that was approved
    mark_key      bytea  NOT NULL CHECK (length(mark_key) = 16), -- random; goes out as annotation where the interface takes one
    pause_id      bigint REFERENCES pauses (id),
    owner         uuid   REFERENCES processes (id),
    attempt_id    uuid,                            -- of the last mark
    attempts      int    NOT NULL DEFAULT 0,       -- marks after which a byte was written
    marked_at     timestamptz,
    call_ended_at timestamptz,                     -- the owner's own record that the call is over
    hard_end      timestamptz,
    sent_at       timestamptz,                     -- the platform's own time
    remote_id     text,
    remote_url    text,
    reason        text   NOT NULL DEFAULT '',      -- a code; texts are made when shown
    reason_args   jsonb  NOT NULL DEFAULT '{}',
    wish          text   CHECK (wish IN ('cancel', 'hold', 'replan', 'revise')),
    wish_due_at   timestamptz,
    wish_by       bigint REFERENCES users (id),
    looks         int    NOT NULL DEFAULT 0,
    next_look_at  timestamptz,                     -- unknown: decide; sent: find the id, or read back
    uploads       jsonb  NOT NULL DEFAULT '[]',    -- picture ids got while preparing
    taken_by      bigint REFERENCES users (id),    -- the officer who took a hand-off
    taken_at      timestamptz,
    live          text   CHECK (live IN ('live', 'changed', 'hidden', 'removed', 'taken_down')),
    live_at       timestamptz,
    live_text     text,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    settled       boolean NOT NULL GENERATED ALWAYS AS (state IN ('sent', 'failed', 'missed', 'cancelled', 'expired')) STORED,
    UNIQUE (post_id, account_id),
    CONSTRAINT deliveries_remote_unique UNIQUE (platform, remote_id)
) WITH (fillfactor = 65);
CREATE INDEX deliveries_due ON deliveries (due_at, id) WHERE NOT settled;
CREATE INDEX deliveries_by_account ON deliveries (account_id, due_at DESC, id DESC);
CREATE INDEX deliveries_by_time ON deliveries (due_at DESC, id DESC);
CREATE INDEX deliveries_looks ON deliveries (next_look_at) WHERE next_look_at IS NOT NULL;

-- The machine's steps, in the transaction of the step. delivery_id and by_user name rows that are never deleted; they carry
-- no foreign key, and one index serves, because thousands of these rows are written at the instant of a burst.
CREATE TABLE delivery_events (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    delivery_id bigint NOT NULL,
    at          timestamptz NOT NULL,
    from_state  text   NOT NULL,
    to_state    text   NOT NULL,
    plan        int    NOT NULL,
    attempt_id  uuid,
    owner       uuid,
    by_user     bigint,
    code        text   NOT NULL,
    args        jsonb  NOT NULL DEFAULT '{}',
    PRIMARY KEY (delivery_id, id)                  -- the only index
);

-- Whose turn it is on an account, and when it last began to post.
CREATE TABLE account_turns (
    account_id  bigint PRIMARY KEY REFERENCES accounts (id),
    delivery_id bigint,                            -- a call under way, or an unknown before its first look
    last_mark   timestamptz,
    rest_until  timestamptz,                       -- a rest the platform asked of this account
    allowance   int                                -- marks left while an unknown is open; null: no bound
) WITH (fillfactor = 50);

-- A rest that all accounts behind one address share, by interface.
CREATE TABLE shared_rests (
    scope  text PRIMARY KEY,
    until  timestamptz NOT NULL,
    code   int  NOT NULL
);

-- An act that needs a second person: "not sent" and take-down.
CREATE TABLE delivery_decisions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id  bigint NOT NULL REFERENCES deliveries (id),
    kind         text   NOT NULL CHECK (kind IN ('not_sent', 'takedown')),
    state        text   NOT NULL CHECK (state IN ('awaiting_second', 'confirmed', 'refused', 'done', 'failed')),
    reason       text   NOT NULL,
    asked_by     bigint NOT NULL REFERENCES users (id),
    asked_at     timestamptz NOT NULL,
    answered_by  bigint REFERENCES users (id),
    answered_at  timestamptz,
    snapshot     jsonb,                            -- what the platform showed before a take-down
    outcome      text   NOT NULL DEFAULT '',       -- a reason code, when it could not be carried out
    done_at      timestamptz,
    CHECK (answered_by IS NULL OR answered_by <> asked_by)
);
CREATE UNIQUE INDEX delivery_decisions_open ON delivery_decisions (delivery_id, kind) WHERE state IN ('awaiting_second', 'confirmed');

-- +goose Down
DROP TABLE delivery_decisions, shared_rests, account_turns, delivery_events, deliveries, pauses, processes;
