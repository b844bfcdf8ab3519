-- +goose Up
-- What of a person's notices the robot of a group says as well. No row: what is urgent.
ALTER TABLE notice_settings ADD COLUMN outside text[] NOT NULL DEFAULT '{urgent}'; -- kinds, and "urgent" for what is urgent of any kind

-- When the robot of a group says nothing that is not urgent: minutes of the day in Asia/Shanghai; equal: never.
ALTER TABLE channels
    ADD COLUMN quiet_from int NOT NULL DEFAULT 1320 CHECK (quiet_from BETWEEN 0 AND 1439),
    ADD COLUMN quiet_to   int NOT NULL DEFAULT 420  CHECK (quiet_to BETWEEN 0 AND 1439);

-- What leaves by a channel: once for each channel and telling. Its words are made of these columns alone.
CREATE TABLE channel_messages (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id bigint  NOT NULL REFERENCES channels (id),
    key        text    NOT NULL,                    -- makes it one
    event_id   bigint  NOT NULL,                    -- of the notices
    kind       text    NOT NULL,                    -- of the notices
    urgent     boolean NOT NULL,
    unit_id    bigint  NOT NULL REFERENCES units (id), -- of the event
    user_ids   bigint[] NOT NULL,                   -- whom it is for: one of them must still be able to read of it
    state      text    NOT NULL CHECK (state IN ('waiting', 'calling', 'sent', 'failed', 'unknown', 'dropped')),
    due_at     timestamptz NOT NULL,
    called_at  timestamptz,                         -- the last try
    tries      int     NOT NULL DEFAULT 0,
    reason     text    NOT NULL DEFAULT '',         -- of the last try, or why it was dropped
    code       text    NOT NULL DEFAULT '',
    said       text    NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    done_at    timestamptz,
    UNIQUE (channel_id, key)
);
CREATE INDEX channel_messages_of_channel ON channel_messages (channel_id, id DESC);
CREATE INDEX channel_messages_of_people ON channel_messages USING gin (user_ids);
CREATE INDEX channel_messages_called ON channel_messages (channel_id, called_at);
CREATE INDEX channel_messages_open ON channel_messages (due_at) WHERE state IN ('waiting', 'calling');
CREATE INDEX channel_messages_by_age ON channel_messages (created_at);

-- The open page of a channel follows what leaves by it.
-- +goose StatementBegin
CREATE FUNCTION live_channel_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg(DISTINCT 'channel/' || c.id || ' ' || u.path, E'\n'), ''))
    FROM fresh n JOIN channels c ON c.id = n.channel_id JOIN units u ON u.id = c.unit_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_channel_messages_new AFTER INSERT ON channel_messages REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_channel_messages();
CREATE TRIGGER live_channel_messages AFTER UPDATE ON channel_messages REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_channel_messages();

-- +goose Down
DROP TABLE channel_messages;
DROP FUNCTION live_channel_messages;
ALTER TABLE channels DROP COLUMN quiet_from, DROP COLUMN quiet_to;
ALTER TABLE notice_settings DROP COLUMN outside;
