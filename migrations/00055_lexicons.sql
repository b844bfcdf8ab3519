-- +goose Up
-- Word lists: what must not stand in a post, or stands there wrong. A list holds for its unit and all below it.
CREATE TABLE lexicons (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id         bigint  NOT NULL REFERENCES units (id),
    kind            text    NOT NULL CHECK (kind IN ('grave', 'names', 'typo', 'sensitive', 'environment', 'links')),
    name            text    NOT NULL,
    state           text    NOT NULL CHECK (state IN ('on', 'off')),
    version         integer NOT NULL,                 -- of its entries and its state, counted from 1
    entries         integer NOT NULL,                 -- that are looked for in this version
    shipped         text    NOT NULL DEFAULT '',      -- the key of a list that comes with the program
    shipped_version integer NOT NULL DEFAULT 0,       -- of the program's list, as far as it was taken over
    created_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX lexicons_one_name ON lexicons (unit_id, name);
CREATE UNIQUE INDEX lexicons_shipped_once ON lexicons (shipped) WHERE shipped <> '';

CREATE TABLE lexicon_versions (
    lexicon_id bigint  NOT NULL REFERENCES lexicons (id),
    version    integer NOT NULL,
    at         timestamptz NOT NULL,
    made_by    bigint REFERENCES users (id),          -- null: the program
    confirmed_by bigint REFERENCES users (id),        -- where two people were needed
    what       text    NOT NULL CHECK (what IN ('create', 'entries', 'import', 'on', 'off', 'shipped')),
    added      integer NOT NULL,
    changed    integer NOT NULL,
    PRIMARY KEY (lexicon_id, version)
);

-- A row is never changed: what replaces it is a row of a later version.
CREATE TABLE lexicon_entries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lexicon_id bigint  NOT NULL REFERENCES lexicons (id),
    word       text    NOT NULL,
    level      text    NOT NULL CHECK (level IN ('', 'block', 'second', 'hint')), -- '': as its kind has it
    suggestion text    NOT NULL,
    note       text    NOT NULL,
    from_day   date,                                  -- Beijing days, both inclusive
    until_day  date,
    exceptions text[]  NOT NULL,                      -- longer words and names in which it is no finding
    state      text    NOT NULL CHECK (state IN ('on', 'off')),
    since      integer NOT NULL,                      -- the first version that has it
    until      integer                                -- the first version that has it no more
);
CREATE UNIQUE INDEX lexicon_entries_one_word ON lexicon_entries (lexicon_id, word) WHERE until IS NULL;
CREATE INDEX lexicon_entries_past ON lexicon_entries (lexicon_id, until) WHERE until IS NOT NULL;

-- What one person asks about a list and a second one confirms.
CREATE TABLE lexicon_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lexicon_id bigint NOT NULL REFERENCES lexicons (id),
    kind       text   NOT NULL CHECK (kind IN ('entries', 'import', 'on', 'off')),
    state      text   NOT NULL CHECK (state IN ('asked', 'confirmed', 'stopped', 'expired')),
    entries    integer NOT NULL,                      -- rows of lexicon_change_entries
    why        text   NOT NULL,
    asked_by   bigint NOT NULL REFERENCES users (id),
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by bigint REFERENCES users (id),
    decided_at timestamptz,
    decide_why text   NOT NULL DEFAULT '',
    CONSTRAINT lexicon_changes_second_person CHECK (state <> 'confirmed' OR decided_by <> asked_by)
);
CREATE INDEX lexicon_changes_of_list ON lexicon_changes (lexicon_id, id DESC);
CREATE INDEX lexicon_changes_asked ON lexicon_changes (expires_at) WHERE state = 'asked';

CREATE TABLE lexicon_change_entries (
    change_id  bigint  NOT NULL REFERENCES lexicon_changes (id) ON DELETE CASCADE,
    position   integer NOT NULL,
    was        bigint  NOT NULL,                      -- the entry that it replaces, 0: none
    word       text    NOT NULL,
    level      text    NOT NULL,
    suggestion text    NOT NULL,
    note       text    NOT NULL,
    from_day   date,
    until_day  date,
    exceptions text[]  NOT NULL,
    state      text    NOT NULL,
    PRIMARY KEY (change_id, position)
);

-- +goose Down
DROP TABLE lexicon_change_entries, lexicon_changes, lexicon_entries, lexicon_versions, lexicons;
