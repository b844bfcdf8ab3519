-- +goose Up
-- An address that answers in JSON, and what is made of its answer: drafts from a template, for people to look at.
CREATE TABLE sources (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id       bigint NOT NULL REFERENCES units (id),  -- whose posts it begins
    name          text   NOT NULL,
    kind          text   NOT NULL,                 -- of template
    url           text   NOT NULL,
    mapping       jsonb  NOT NULL,                 -- paths in the document, by field of the template
    every         int    NOT NULL CHECK (every > 0), -- minutes between two pulls
    at            text   NOT NULL,                 -- "15:04" in Beijing, from which they are counted
    author_id     bigint NOT NULL REFERENCES users (id), -- in whose name the drafts are
    active        boolean NOT NULL,
    version       int    NOT NULL,                 -- optimistic lock of the form
    next_at       timestamptz,                     -- null while it is switched off
    pulling_until timestamptz,                     -- a pull is under way, until then at the latest
    failures      int    NOT NULL DEFAULT 0,       -- in a row
    digest        bytea,                           -- of the readings of the last draft
    created_by    bigint REFERENCES users (id),
    created_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX sources_name ON sources (unit_id, name);
CREATE INDEX sources_due ON sources (next_at) WHERE active;

-- What came of each pull; the last two hundred of a source are kept.
CREATE TABLE source_pulls (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id bigint NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    at        timestamptz NOT NULL,
    by_user   bigint REFERENCES users (id),        -- null: by the schedule
    result    text   NOT NULL CHECK (result IN ('drafted', 'same', 'failed')),
    post_id   bigint REFERENCES posts (id) ON DELETE SET NULL, -- the draft that was made
    took_ms   int    NOT NULL,
    reasons   jsonb  NOT NULL                      -- why it failed: texts with their parameters
);
CREATE INDEX source_pulls_by_source ON source_pulls (source_id, id DESC);
CREATE INDEX source_pulls_by_post ON source_pulls (post_id) WHERE post_id IS NOT NULL;

-- +goose Down
DROP TABLE source_pulls, sources;
