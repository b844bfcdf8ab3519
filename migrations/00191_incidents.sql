-- +goose Up
-- Hot events (热点事件): what happened, which clocks run since when, what is said of it, who speaks.
CREATE TABLE incidents (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id        bigint NOT NULL REFERENCES units (id),
    state          text   NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    revision       int    NOT NULL DEFAULT 1,
    title          text   NOT NULL CHECK (btrim(title) <> ''),
    grade          text   NOT NULL CHECK (grade IN ('grave', 'other')),
    t0             timestamptz NOT NULL,                -- since when the clocks run; each change has its reason in the steps
    owner_id       bigint NOT NULL REFERENCES users (id),
    keywords       jsonb  NOT NULL,                     -- [words by which comments and planned posts are found]
    source         text   NOT NULL DEFAULT '',          -- what it was opened from; '': by hand
    stage          text   NOT NULL DEFAULT 'none' CHECK (stage IN ('none', 'draft', 'signing', 'signed')),
    version        int    NOT NULL DEFAULT 0,           -- of what is said, the last that was written
    signed_version int    NOT NULL DEFAULT 0,           -- that is in force; 0: none was signed yet
    asked_by       bigint REFERENCES users (id),        -- for a signature of the last version
    returned_why   text   NOT NULL DEFAULT '',
    next_at        timestamptz,                         -- when somebody is to look again
    opened_by      bigint NOT NULL REFERENCES users (id),
    opened_at      timestamptz NOT NULL,
    end_asked_by   bigint REFERENCES users (id),
    end_asked_at   timestamptz,
    summary        text   NOT NULL DEFAULT '',          -- what is left to learn from it
    ended_by       bigint REFERENCES users (id),
    ended_at       timestamptz,
    updated_at     timestamptz NOT NULL,
    CHECK (signed_version <= version),
    CHECK ((stage = 'none') = (version = 0)),
    CHECK ((stage = 'signed') <= (signed_version = version)),
    CHECK ((stage = 'signing') <= (asked_by IS NOT NULL)),
    CHECK ((state = 'open') <= (end_asked_by IS NULL AND ended_by IS NULL)),
    CHECK ((state = 'closing') <= (end_asked_by IS NOT NULL)),
    CHECK ((state = 'closed') = (ended_by IS NOT NULL)),
    CHECK (ended_by <> end_asked_by)
);
CREATE INDEX incidents_by_change ON incidents (updated_at DESC, id DESC);
CREATE INDEX incidents_open ON incidents (id) WHERE state <> 'closed';

-- What is said of an event, each time that somebody wrote it anew.
CREATE TABLE incident_statements (
    incident_id bigint NOT NULL REFERENCES incidents (id),
    number      int    NOT NULL,
    text        text   NOT NULL CHECK (btrim(text) <> ''),
    why         text   NOT NULL DEFAULT '',             -- why it takes the place of a signed one
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL,
    PRIMARY KEY (incident_id, number)
);

-- Who signed which version; a version is signed once.
CREATE TABLE incident_signatures (
    incident_id bigint NOT NULL,
    number      int    NOT NULL,
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL,
    PRIMARY KEY (incident_id, number),
    FOREIGN KEY (incident_id, number) REFERENCES incident_statements (incident_id, number)
);

-- Which accounts are to speak; place 0 speaks first.
CREATE TABLE incident_accounts (
    incident_id bigint NOT NULL REFERENCES incidents (id),
    account_id  bigint NOT NULL REFERENCES accounts (id),
    place       int    NOT NULL CHECK (place >= 0),
    PRIMARY KEY (incident_id, account_id)
);

-- The posts by which they speak.
CREATE TABLE incident_posts (
    incident_id bigint NOT NULL REFERENCES incidents (id),
    post_id     bigint NOT NULL REFERENCES posts (id),
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL,
    PRIMARY KEY (incident_id, post_id)
);
CREATE INDEX incident_posts_by_post ON incident_posts (post_id);

-- What met a clock outside of the console.
CREATE TABLE incident_marks (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents (id),
    due         text   NOT NULL CHECK (due IN ('speak', 'meet', 'answer')),
    done_at     timestamptz NOT NULL,
    note        text   NOT NULL,
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL
);
CREATE INDEX incident_marks_of ON incident_marks (incident_id, id);

-- What was done with an event; detail says what changed from what to what.
CREATE TABLE incident_steps (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents (id),
    act         text   NOT NULL,                        -- '': it was opened
    note        text   NOT NULL DEFAULT '',
    detail      jsonb  NOT NULL DEFAULT '{}',
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL
);
CREATE INDEX incident_steps_of ON incident_steps (incident_id, id);

-- +goose StatementBegin
CREATE FUNCTION incident_story_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was written and done about incident % stays as it is', OLD.incident_id;
END $$;
-- +goose StatementEnd
CREATE TRIGGER incident_statements_stay BEFORE UPDATE OR DELETE ON incident_statements
    FOR EACH ROW EXECUTE FUNCTION incident_story_stays();
CREATE TRIGGER incident_signatures_stay BEFORE UPDATE OR DELETE ON incident_signatures
    FOR EACH ROW EXECUTE FUNCTION incident_story_stays();
CREATE TRIGGER incident_marks_stay BEFORE UPDATE OR DELETE ON incident_marks
    FOR EACH ROW EXECUTE FUNCTION incident_story_stays();
CREATE TRIGGER incident_steps_stay BEFORE UPDATE OR DELETE ON incident_steps
    FOR EACH ROW EXECUTE FUNCTION incident_story_stays();

-- What was said in the last hour is compared, and counted by hour.
CREATE INDEX inbox_items_said ON inbox_items (said_at) WHERE purged_at IS NULL;

-- An open board hears of each change.
CREATE TRIGGER live_incidents_new AFTER INSERT ON incidents REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('incident');
CREATE TRIGGER live_incidents AFTER UPDATE ON incidents REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('incident');

-- +goose Down
DROP INDEX inbox_items_said;
DROP TABLE incident_steps, incident_marks, incident_posts, incident_accounts, incident_signatures, incident_statements, incidents;
DROP FUNCTION incident_story_stays;
