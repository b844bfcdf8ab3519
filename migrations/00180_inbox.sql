-- +goose Up
-- When an account's comments and mentions are asked for, and what the platform says of them.
CREATE TABLE inbox_watches (
    account_id      bigint PRIMARY KEY REFERENCES accounts (id),
    since           timestamptz NOT NULL,            -- what was said before is not taken in
    next_at         timestamptz NOT NULL,
    asked_at        timestamptz,                     -- when the platform last answered; null: not yet
    checked_at      timestamptz,                     -- when it was last asked which comments are still there
    reason          text NOT NULL DEFAULT '',        -- why the next time is put off; '' when the last went well
    comments        bigint NOT NULL DEFAULT 0,       -- unread, as the platform counted at asked_at
    mentions        bigint NOT NULL DEFAULT 0,
    naming          bigint NOT NULL DEFAULT 0,
    messages        bigint NOT NULL DEFAULT 0
);

-- How far each list of an account is taken in, by the numbers of the platform.
CREATE TABLE inbox_feeds (
    account_id bigint NOT NULL REFERENCES inbox_watches (account_id),
    feed       text   NOT NULL CHECK (feed IN ('comments', 'mentions', 'comment_mentions')),
    top        bigint NOT NULL,                      -- the highest that is taken in
    below      bigint NOT NULL,                      -- that of the time before, from which the next one asks again
    read_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, feed)
);

-- What one citizen wants of one account under one post, until it is closed.
CREATE TABLE inbox_matters (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id    bigint NOT NULL REFERENCES accounts (id),
    citizen       text   NOT NULL,                   -- the platform's number of the person; '' once it is purged
    thread        text   NOT NULL,                   -- the post under which it is said
    thread_uid    text   NOT NULL DEFAULT '',        -- whose post that is
    state         text   NOT NULL
        CHECK (state IN ('open', 'assigned', 'referred', 'answered', 'closed', 'reopened')),
    kind          text   NOT NULL
        CHECK (kind IN ('ask', 'complaint', 'report', 'proposal', 'praise', 'rumour', 'none')),
    unit_id       bigint NOT NULL REFERENCES units (id), -- who deals with it; the account's unit until it is assigned
    owner_id      bigint REFERENCES users (id),
    opened_at     timestamptz NOT NULL,              -- when it was first said, by the platform
    asked_at      timestamptz NOT NULL,              -- when the citizen last said something
    waits_since   timestamptz,                       -- the first of what is not answered; null: answered
    due_at        timestamptz,                       -- null: no clock, or it stands
    answered_at   timestamptz,                       -- the last answer; null: none yet
    snoozed_until timestamptz,
    result        text   NOT NULL DEFAULT '' CHECK (result IN ('', 'solved', 'answered', 'referred', 'unneeded')),
    referred_to   text   NOT NULL DEFAULT '',        -- outside, with its number
    last_item_id  bigint NOT NULL DEFAULT 0,         -- the last that the citizen said
    revision      int    NOT NULL DEFAULT 1,
    updated_at    timestamptz NOT NULL,
    reopened_at   timestamptz,                       -- when a person last opened it again
    closed_at     timestamptz,                       -- when it was last closed
    purged_at     timestamptz
);
CREATE UNIQUE INDEX inbox_matters_one_open ON inbox_matters (account_id, citizen, thread) WHERE state <> 'closed';
CREATE INDEX inbox_matters_of ON inbox_matters (account_id, citizen, thread, id DESC);
CREATE INDEX inbox_matters_due ON inbox_matters (due_at, id DESC) WHERE state <> 'closed';
CREATE INDEX inbox_matters_owner ON inbox_matters (owner_id) WHERE state <> 'closed';

-- What was said, each once however it came. Texts and names go when they are purged, the row stays.
CREATE TABLE inbox_items (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    matter_id   bigint NOT NULL REFERENCES inbox_matters (id),
    account_id  bigint NOT NULL REFERENCES accounts (id),
    thing       text   NOT NULL CHECK (thing IN ('comment', 'post', 'hand')),
    remote_id   text   NOT NULL,                     -- the platform's; of 'hand' our own
    source      text   NOT NULL CHECK (source IN ('comment', 'mention', 'naming', 'answer', 'hand')),
    contract    text   NOT NULL CHECK (contract IN ('public', 'commercial', 'hand')), -- under which it was read
    said_at     timestamptz NOT NULL,                -- by the platform
    author      text   NOT NULL,                     -- the platform's number
    name        text   NOT NULL,
    text        text   NOT NULL,
    reply_to    text   NOT NULL DEFAULT '',
    link        text   NOT NULL DEFAULT '',          -- of an answer that a person recorded
    way         text   NOT NULL DEFAULT '',          -- how that was given
    by_user     bigint REFERENCES users (id),        -- who recorded it; null: read on the platform
    taken_at    timestamptz NOT NULL,
    keep_until  timestamptz NOT NULL,
    gone_at     timestamptz,                         -- its author took it away, as far as was seen
    purged_at   timestamptz,
    UNIQUE (account_id, thing, remote_id)
);
CREATE INDEX inbox_items_of ON inbox_items (matter_id, said_at, id);
CREATE INDEX inbox_items_keep ON inbox_items (keep_until) WHERE purged_at IS NULL;

-- What was done with a matter.
CREATE TABLE inbox_steps (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    matter_id  bigint NOT NULL REFERENCES inbox_matters (id),
    act        text   NOT NULL,
    from_state text   NOT NULL,
    to_state   text   NOT NULL,
    note       text   NOT NULL DEFAULT '',           -- goes with the texts
    by_user    bigint REFERENCES users (id),         -- null: the console did
    at         timestamptz NOT NULL
);
CREATE INDEX inbox_steps_of ON inbox_steps (matter_id, id);

-- When a matter was with somebody outside, while its clock stood.
CREATE TABLE inbox_pauses (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    matter_id  bigint NOT NULL REFERENCES inbox_matters (id),
    from_at    timestamptz NOT NULL,
    until_at   timestamptz CHECK (until_at >= from_at)
);
CREATE UNIQUE INDEX inbox_pauses_one_open ON inbox_pauses (matter_id) WHERE until_at IS NULL;

-- +goose Down
DROP TABLE inbox_pauses, inbox_steps, inbox_items, inbox_matters, inbox_feeds, inbox_watches;
