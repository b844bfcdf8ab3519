-- +goose Up
-- phase is where the text stands; what became of it is read from its deliveries.
CREATE TABLE posts (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint NOT NULL REFERENCES units (id),
    author_id  bigint NOT NULL REFERENCES users (id),
    phase      text   NOT NULL CHECK (phase IN ('draft', 'submitted', 'returned', 'approved', 'withdrawn')),
    version_id bigint,                             -- the current version
    due_at     timestamptz,                        -- null while undecided; with due_now: the approval
    due_now    boolean NOT NULL,                   -- "as soon as approved"
    urgent     boolean NOT NULL,
    corrects   bigint REFERENCES posts (id),       -- a correction names the post it corrects
    revision   int    NOT NULL,                    -- optimistic lock of the form: one higher with each save
    created_at timestamptz NOT NULL,
    updated_by bigint NOT NULL REFERENCES users (id),
    updated_at timestamptz NOT NULL
);
CREATE INDEX posts_by_unit ON posts (unit_id, updated_at DESC, id DESC);
CREATE INDEX posts_by_due ON posts (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX posts_by_phase ON posts (phase, id DESC);

-- A version is frozen when it is submitted: its text, targets and pictures never change afterwards.
CREATE TABLE post_versions (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id        bigint NOT NULL REFERENCES posts (id),
    number         int    NOT NULL,
    state          text   NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'returned', 'void')),
    text           text   NOT NULL,
    visible        int    NOT NULL CHECK (visible IN (0, 1)),
    repost_of      text   NOT NULL,                -- platform id of the post that is reposted, or ''
    hash           bytea,                          -- approval hash, set when submitted
    editors        bigint[] NOT NULL,              -- everybody who worked on this wording: none of them may approve it
    created_at     timestamptz NOT NULL,
    submitted_by   bigint REFERENCES users (id),
    submitted_at   timestamptz,
    UNIQUE (post_id, number)
);
ALTER TABLE posts ADD CONSTRAINT posts_version FOREIGN KEY (version_id) REFERENCES post_versions (id);

CREATE TABLE version_targets (
    version_id   bigint NOT NULL REFERENCES post_versions (id) ON DELETE CASCADE,
    account_id   bigint NOT NULL REFERENCES accounts (id),
    variant      text,                             -- wording of its own; null: the common text
    payload_hash bytea,                            -- set when submitted
    PRIMARY KEY (version_id, account_id)
);
CREATE INDEX version_targets_by_account ON version_targets (account_id);

CREATE TABLE version_media (
    version_id bigint NOT NULL REFERENCES post_versions (id) ON DELETE CASCADE,
    position   int    NOT NULL,
    media_id   bigint NOT NULL REFERENCES media (id),
    alt        text   NOT NULL,
    PRIMARY KEY (version_id, position)
);

-- +goose Down
ALTER TABLE posts DROP CONSTRAINT posts_version;
DROP TABLE version_media, version_targets, post_versions, posts;
