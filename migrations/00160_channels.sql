-- +goose Up
-- The ways by which notices leave the console. A channel belongs to a unit and holds for all below it. What lets one speak
-- there (the address of a robot with its key, the password of a mail box) is sealed; what is shown stands beside it.
CREATE TABLE channels (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint  NOT NULL REFERENCES units (id),
    kind       text    NOT NULL CHECK (kind IN ('mail', 'dingtalk', 'wecom', 'feishu')),
    name       text    NOT NULL,
    place      text    NOT NULL,                    -- host of a robot, host:port of a mail server; '': the installation's own
    login      text    NOT NULL,                    -- of a mail server; '': nobody signs in
    sender     text    NOT NULL,                    -- address of the sender of mail
    security   text    NOT NULL,                    -- of mail: tls, starttls, none
    hint       text    NOT NULL,                    -- last signs of a robot's address
    key_id     text    NOT NULL,
    sealed     bytea   NOT NULL,
    secret_at  timestamptz NOT NULL,                -- when what is sealed was set
    active     boolean NOT NULL,
    version    int     NOT NULL,
    created_by bigint  NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    failures   int     NOT NULL DEFAULT 0,          -- attempts in a row that were not taken
    sent_at    timestamptz,                         -- the last that was taken
    failed_at  timestamptz,                         -- the last that was not, and why
    reason     text    NOT NULL DEFAULT '',
    code       text    NOT NULL DEFAULT '',         -- the other side's
    said       text    NOT NULL DEFAULT '',
    CONSTRAINT channels_name UNIQUE (unit_id, name)
);

-- +goose Down
DROP TABLE channels;
