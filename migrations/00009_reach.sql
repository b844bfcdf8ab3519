-- +goose Up
-- Every post the platform shows for an account of the matrix: ours and those written elsewhere or earlier.
CREATE TABLE platform_posts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES accounts (id),
    platform    text   NOT NULL,
    remote_id   text   NOT NULL,
    delivery_id bigint REFERENCES deliveries (id), -- null: not sent by this console
    posted_at   timestamptz NOT NULL,
    text        text   NOT NULL,
    original    boolean NOT NULL,
    pictures    int    NOT NULL,
    state       text   NOT NULL CHECK (state IN ('live', 'changed', 'hidden', 'removed')),
    seen_at     timestamptz NOT NULL,
    reposts     bigint NOT NULL,
    comments    bigint NOT NULL,
    likes       bigint NOT NULL,
    reads       bigint,                            -- null: the contract does not return reads
    read_at     timestamptz NOT NULL,              -- when the counts were taken
    next_read_at timestamptz,                      -- when they are taken again; null: never
    UNIQUE (platform, remote_id)
);
CREATE INDEX platform_posts_of ON platform_posts (account_id, posted_at DESC, id DESC);
CREATE INDEX platform_posts_next ON platform_posts (next_read_at) WHERE next_read_at IS NOT NULL;

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
    PRIMARY KEY (account_id, day)
);

CREATE TABLE backfills (
    account_id  bigint PRIMARY KEY REFERENCES accounts (id),
    state       text   NOT NULL CHECK (state IN ('running', 'done', 'partial', 'failed')),
    max_id      text   NOT NULL,                   -- go on below this platform id
    found       int    NOT NULL,
    total       int    NOT NULL,                   -- what the platform says there are; 0: it does not say
    reason      text   NOT NULL,
    started_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- The interface's call budget: what was used in which window, shared by all processes.
CREATE TABLE call_usage (
    scope     text NOT NULL,                       -- 'ip', 'account/7', ...
    period    timestamptz NOT NULL,                -- start of the hour or day
    calls     int  NOT NULL,
    PRIMARY KEY (scope, period)
);

-- +goose Down
DROP TABLE call_usage, backfills, account_days, account_readings, post_readings, platform_posts;
