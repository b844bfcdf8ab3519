-- +goose Up
-- Accounts of other bureaus with which a unit compares its own, in groups; what the platform counts of them in public,
-- or what was imported, by day. A group is never deleted: it is given up, and its days go with their time.
CREATE TABLE peer_groups (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint NOT NULL REFERENCES units (id),
    name       text   NOT NULL,
    revision   int    NOT NULL CHECK (revision > 0),
    made_by    bigint REFERENCES users (id),
    made_at    timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE UNIQUE INDEX peer_groups_one_name ON peer_groups (unit_id, name) WHERE retired_at IS NULL;

CREATE TABLE peers (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint NOT NULL REFERENCES peer_groups (id),
    uid      text   NOT NULL CHECK (uid ~ '^[0-9]{5,20}$'),
    name     text   NOT NULL,
    bureau   text   NOT NULL,
    added_at timestamptz NOT NULL,
    asked_at timestamptz,                    -- when the platform was last asked for its counts
    UNIQUE (group_id, uid)
);

-- One row per account and day of Asia/Shanghai; null: not known. What the platform said wins over a file.
CREATE TABLE peer_days (
    peer_id   bigint NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
    day       date   NOT NULL,
    followers bigint CHECK (followers >= 0),
    posts     bigint CHECK (posts >= 0),     -- of the account altogether
    source    text   NOT NULL CHECK (source IN ('read', 'file')),
    PRIMARY KEY (peer_id, day),
    CHECK (followers IS NOT NULL OR posts IS NOT NULL)
);

-- +goose Down
DROP TABLE peer_days, peers, peer_groups;
