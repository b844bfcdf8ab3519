-- +goose Up
-- Linked publishing: a post asks other accounts to pass it on, or to say the same in a post of their own. What became of
-- each account's task follows from its post and its delivery; kept here is what people said about it.
CREATE TABLE relays (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id         bigint      NOT NULL UNIQUE REFERENCES posts (id),
    kind            text        NOT NULL CHECK (kind IN ('repost', 'own')),
    lead_account_id bigint      NOT NULL REFERENCES accounts (id),
    words           text        NOT NULL,
    spread_seconds  integer     NOT NULL CHECK (spread_seconds BETWEEN 0 AND 86400),
    deadline        timestamptz NOT NULL,
    reason          text        NOT NULL DEFAULT '',
    revision        integer     NOT NULL DEFAULT 1,
    lead_version    bigint,                 -- the version of the post for which the accounts were asked
    covered         boolean     NOT NULL DEFAULT false, -- its approval covers the words
    asked_at        timestamptz,
    withdrawn_at    timestamptz,
    withdrawn_why   text        NOT NULL DEFAULT '',
    closed_at       timestamptz,
    closed_by       bigint      REFERENCES users (id),
    statement       text        NOT NULL DEFAULT '',
    created_by      bigint      NOT NULL REFERENCES users (id),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CHECK ((asked_at IS NULL) = (lead_version IS NULL))
);

-- Two people of a unit let one of its accounts pass on posts of a column with fixed words, for a year at most.
CREATE TABLE relay_standings (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id   bigint      NOT NULL REFERENCES accounts (id),
    column_id    bigint      NOT NULL REFERENCES columns (id),
    words        text        NOT NULL,
    until        timestamptz NOT NULL,
    asked_by     bigint      NOT NULL REFERENCES users (id),
    asked_at     timestamptz NOT NULL,
    confirmed_by bigint      REFERENCES users (id),
    confirmed_at timestamptz,
    ended_by     bigint      REFERENCES users (id),
    ended_at     timestamptz,
    CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    CHECK (confirmed_by <> asked_by),
    CHECK (until <= asked_at + interval '366 days')
);
CREATE UNIQUE INDEX relay_standings_open ON relay_standings (account_id, column_id) WHERE ended_at IS NULL;

CREATE TABLE relay_tasks (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relay_id     bigint      NOT NULL REFERENCES relays (id),
    account_id   bigint      NOT NULL REFERENCES accounts (id),
    place        integer     NOT NULL,
    stage        text        NOT NULL CHECK (stage IN ('planned', 'asked', 'confirmed', 'declined', 'missed', 'withdrawn')),
    words        text        NOT NULL DEFAULT '' CHECK (words IN ('', 'suggested', 'own', 'standing')),
    post_id      bigint      UNIQUE REFERENCES posts (id),
    standing_id  bigint      REFERENCES relay_standings (id),
    answered_by  bigint      REFERENCES users (id),
    answered_at  timestamptz,
    why          text        NOT NULL DEFAULT '',
    reminded     integer     NOT NULL DEFAULT 0,
    reminded_at  timestamptz,
    UNIQUE (relay_id, account_id),
    CHECK (stage <> 'confirmed' OR post_id IS NOT NULL),
    CHECK ((post_id IS NULL) = (words = '')),
    CHECK ((words = 'standing') = (standing_id IS NOT NULL))
);
CREATE INDEX relay_tasks_by_account ON relay_tasks (account_id, relay_id);
CREATE INDEX relays_open ON relays (deadline) WHERE closed_at IS NULL AND withdrawn_at IS NULL;

-- An open board hears of each answer; of what becomes of the posts it hears as of any.
-- +goose StatementBegin
CREATE FUNCTION live_relay_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg(DISTINCT 'relay/' || n.relay_id || ' ' || u.path, E'\n'), ''))
    FROM fresh n JOIN relays r ON r.id = n.relay_id JOIN posts p ON p.id = r.post_id JOIN units u ON u.id = p.unit_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_relay_tasks AFTER UPDATE ON relay_tasks REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_relay_tasks();

-- +goose Down
DROP TRIGGER live_relay_tasks ON relay_tasks;
DROP FUNCTION live_relay_tasks;
DROP TABLE relay_tasks;
DROP TABLE relay_standings;
DROP TABLE relays;
