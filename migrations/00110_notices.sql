-- +goose Up
-- What people are told of. An event stands once, whoever hears of it; a notice is one person's copy of it. Both are written in the
-- transaction of what happened.
CREATE TABLE notice_events (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          text    NOT NULL UNIQUE,           -- makes an event one, however often its cause is repeated
    kind         text    NOT NULL,
    code         text    NOT NULL,                  -- the words, as a code with parameters; texts are made when shown
    args         jsonb   NOT NULL,
    urgent       boolean NOT NULL,
    permission   text    NOT NULL,                  -- who may read of it, and is told
    unit_id      bigint  NOT NULL REFERENCES units (id),
    subject_type text    NOT NULL,
    subject_id   bigint  NOT NULL,
    todo_id      bigint,                            -- the matter it tells of; it is over with it
    role         text,                              -- who is told holds such a grant ('' any), at the unit itself when here
    here         boolean NOT NULL,
    not_users    bigint[] NOT NULL,
    only_users   bigint[],
    to_users     bigint[],                          -- whose own matter it is: nobody else is told
    raised_at    timestamptz NOT NULL,
    told_at      timestamptz NOT NULL,              -- when somebody was told last
    watched      boolean NOT NULL,                  -- it goes on to the next unless somebody opens it
    settled_at   timestamptz
);
CREATE INDEX notice_events_of_todo ON notice_events (todo_id) WHERE settled_at IS NULL AND todo_id IS NOT NULL;
CREATE INDEX notice_events_watched ON notice_events (told_at) WHERE watched;
CREATE INDEX notice_events_by_age ON notice_events (raised_at);

CREATE TABLE notices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id   bigint  NOT NULL REFERENCES notice_events (id) ON DELETE CASCADE,
    user_id    bigint  NOT NULL REFERENCES users (id),
    kind       text    NOT NULL,
    counts     boolean NOT NULL,                    -- at the bell
    raised_at  timestamptz NOT NULL,
    read_at    timestamptz,
    settled_at timestamptz,                         -- the event's, so that what counts is found by one index
    mail_due   timestamptz,                         -- null: it does not leave that way, or has left
    robot_due  timestamptz,
    xact       xid8    NOT NULL DEFAULT pg_current_xact_id(), -- a stream goes on where a snapshot of it ended
    UNIQUE (event_id, user_id)
);
CREATE INDEX notices_of_user ON notices (user_id, raised_at DESC, id DESC);
CREATE INDEX notices_that_count ON notices (user_id) WHERE read_at IS NULL AND settled_at IS NULL AND counts;
CREATE INDEX notices_streamed ON notices (user_id, xact);
CREATE INDEX notices_to_mail ON notices (mail_due) WHERE mail_due IS NOT NULL;
CREATE INDEX notices_to_robot ON notices (robot_due) WHERE robot_due IS NOT NULL;

-- How a person wants to be told; no row: as the program comes.
CREATE TABLE notice_settings (
    user_id        bigint PRIMARY KEY REFERENCES users (id),
    quiet_from     int   NOT NULL CHECK (quiet_from BETWEEN 0 AND 1439), -- minutes of the day in Asia/Shanghai; equal: none
    quiet_to       int   NOT NULL CHECK (quiet_to BETWEEN 0 AND 1439),
    digest_at      int   NOT NULL CHECK (digest_at BETWEEN 0 AND 1439),
    choices        jsonb NOT NULL,
    mail           text  NOT NULL,
    mail_confirmed boolean NOT NULL,
    code_hash      bytea,                           -- of the code that was sent to the address
    code_until     timestamptz,
    code_tries     int   NOT NULL,
    version        int   NOT NULL
);

-- Whose notices changed is told to their open pages, by the person's number.
-- +goose StatementBegin
CREATE FUNCTION live_notices_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg(DISTINCT 'notice/' || n.user_id || ' ', E'\n'), '')) FROM fresh n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION live_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg(DISTINCT 'notice/' || n.user_id || ' ', E'\n'), ''))
    FROM fresh n JOIN stale o ON o.id = n.id WHERE (n.read_at, n.settled_at) IS DISTINCT FROM (o.read_at, o.settled_at);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_notices_new AFTER INSERT ON notices REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_notices_new();
CREATE TRIGGER live_notices AFTER UPDATE ON notices REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_notices();

-- +goose Down
DROP TABLE notices, notice_settings, notice_events;
DROP FUNCTION live_notices;
DROP FUNCTION live_notices_new;
