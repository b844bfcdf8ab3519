-- +goose Up
-- Every post the platform shows for an account of the matrix: ours and those written elsewhere or earlier.
CREATE TABLE platform_posts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES accounts (id),
    platform    text   NOT NULL,
    remote_id   text   NOT NULL,
    delivery_id bigint REFERENCES deliveries (id), -- null: not sent by this console
    origin      text   NOT NULL CHECK (origin IN ('console', 'past', 'elsewhere', 'unsure')),
    posted_at   timestamptz NOT NULL,
    text        text   NOT NULL,                   -- as approved, else as the platform shows it
    shown       text,                              -- what the platform last showed, to compare with; null: not seen yet
    was_text    text,                              -- before it was changed there
    original    boolean NOT NULL,
    pictures    int    NOT NULL,
    state       text   NOT NULL CHECK (state IN ('live', 'changed', 'hidden', 'removed')),
    state_at    timestamptz NOT NULL,
    seen_at     timestamptz,                       -- when the platform last showed it; null: not yet
    reposts     bigint NOT NULL,
    comments    bigint NOT NULL,
    likes       bigint NOT NULL,
    reads       bigint,                            -- null: the contract does not return reads
    read_at     timestamptz,                       -- when the counts were taken; null: not yet
    next_read_at timestamptz,                      -- when they are taken again; null: never
    noted_by    bigint REFERENCES users (id),      -- who took note of a post of others, a change or a removal
    noted_at    timestamptz,
    UNIQUE (platform, remote_id),
    CHECK ((origin = 'console') = (delivery_id IS NOT NULL))
);
CREATE INDEX platform_posts_of ON platform_posts (account_id, posted_at DESC, id DESC);
CREATE INDEX platform_posts_next ON platform_posts (next_read_at) WHERE next_read_at IS NOT NULL;
CREATE INDEX platform_posts_unsure ON platform_posts (account_id) WHERE origin = 'unsure';
CREATE INDEX platform_posts_noticed ON platform_posts (account_id, posted_at DESC)
    WHERE noted_at IS NULL AND (origin = 'elsewhere' OR state <> 'live');
-- What was sent and is not yet among the posts is found by it.
CREATE INDEX deliveries_sent ON deliveries (updated_at) WHERE state = 'sent' AND remote_id IS NOT NULL;

CREATE TABLE post_readings (
    platform_post_id bigint NOT NULL REFERENCES platform_posts (id),
    taken_at  timestamptz NOT NULL,
    reposts   bigint NOT NULL,
    comments  bigint NOT NULL,
    likes     bigint NOT NULL,
    reads     bigint,
    PRIMARY KEY (platform_post_id, taken_at)
);

CREATE TABLE account_readings (
    account_id bigint NOT NULL REFERENCES accounts (id),
    taken_at   timestamptz NOT NULL,
    followers  bigint NOT NULL,
    friends    bigint NOT NULL,
    statuses   bigint NOT NULL,
    PRIMARY KEY (account_id, taken_at)
);

-- One row per account and day of Asia/Shanghai. Counts of interactions belong to the posts of that day.
CREATE TABLE account_days (
    account_id bigint NOT NULL REFERENCES accounts (id),
    day        date   NOT NULL,
    followers  bigint,                             -- at the end of the day; null: not read that day
    posts      int    NOT NULL,
    originals  int    NOT NULL,
    reposts    bigint NOT NULL,
    comments   bigint NOT NULL,
    likes      bigint NOT NULL,
    reads      bigint,                             -- null: not available
    read_posts int    NOT NULL,                    -- how many of the posts have reads
    PRIMARY KEY (account_id, day)
);

-- The regular look at an account's newest posts. A post written after since that no delivery sent is somebody else's.
CREATE TABLE account_watches (
    account_id bigint PRIMARY KEY REFERENCES accounts (id),
    since      timestamptz NOT NULL,
    next_at    timestamptz NOT NULL,
    looked_at  timestamptz,
    reason     text   NOT NULL DEFAULT '',         -- code of why the last look failed; '' when it did not
    has_reads  boolean,                            -- whether the contract returns reads; null: not asked yet
    asked_at   timestamptz                         -- when it was last asked for them
);
CREATE INDEX account_watches_next ON account_watches (next_at);

CREATE TABLE backfills (
    account_id  bigint PRIMARY KEY REFERENCES accounts (id),
    state       text   NOT NULL CHECK (state IN ('running', 'done', 'partial', 'failed')),
    max_id      text   NOT NULL,                   -- go on below this platform id; '' from the newest
    found       int    NOT NULL,
    total       int    NOT NULL,                   -- what the platform says there are; 0: it does not say
    reason      text   NOT NULL,                   -- code, for partial and failed
    started_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- The interface's call budget: what was used in which window, shared by all processes.
CREATE TABLE call_usage (
    scope     text NOT NULL,                       -- 'public', 'commercial', 'account/7'
    period    timestamptz NOT NULL,                -- start of the hour or day
    calls     int  NOT NULL,
    PRIMARY KEY (scope, period)
);

-- +goose Down
DROP INDEX deliveries_sent;
DROP TABLE call_usage, backfills, account_watches, account_days, account_readings, post_readings, platform_posts;
