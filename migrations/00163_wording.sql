-- +goose Up
-- What was published is looked through again whenever a word list changes. What came or changed waits in wording_unread; no key of it
-- is unique, so that whoever reads a post from the platform waits for nobody.
CREATE TABLE wording_unread (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform_post_id bigint NOT NULL
);
-- The one pass through all posts that is under way, or the last one: after_id is how far it has come.
CREATE TABLE wording_pass (
    single     boolean PRIMARY KEY DEFAULT true CHECK (single),
    print      text   NOT NULL, -- of the lists, levels and exceptions of all units that it goes by
    after_id   bigint NOT NULL,
    until_id   bigint NOT NULL,
    going      boolean NOT NULL,
    ended_at   timestamptz      -- when one came to its end last
);
INSERT INTO wording_pass (print, after_id, until_id, going) VALUES ('', 0, 0, true);

-- By which lists each post was looked through last: nothing is looked through twice by the same ones.
CREATE TABLE wording_scans (
    platform_post_id bigint PRIMARY KEY REFERENCES platform_posts (id) ON DELETE CASCADE,
    print            text   NOT NULL,
    excepted         bigint NOT NULL  -- how many exceptions held then; they matter where something was found
);

-- A word that lists in force take seriously, in a post that stands on the platform.
CREATE TABLE wording_findings (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform_post_id bigint NOT NULL REFERENCES platform_posts (id) ON DELETE CASCADE,
    account_id       bigint NOT NULL REFERENCES accounts (id),
    rule             text   NOT NULL,                                     -- the kind of the list
    level            text   NOT NULL CHECK (level IN ('block', 'second')),
    lexicon_id       bigint NOT NULL REFERENCES lexicons (id),
    word             text   NOT NULL,
    found            text   NOT NULL,                                     -- what stands there
    passage          text   NOT NULL,                                     -- and around it
    listed_at        timestamptz NOT NULL,                                -- when the version of the list was made
    found_at         timestamptz NOT NULL,
    ended_at         timestamptz                                          -- no list has it any more, or two people excepted it
);
CREATE UNIQUE INDEX wording_findings_open ON wording_findings (platform_post_id, lexicon_id, word, level) WHERE ended_at IS NULL;
CREATE INDEX wording_findings_of ON wording_findings (account_id, found_at);

-- +goose StatementBegin
CREATE FUNCTION wording_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wording_unread (platform_post_id) SELECT id FROM written;
    RETURN NULL;
END
$$;
CREATE FUNCTION wording_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wording_unread (platform_post_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER wording_new AFTER INSERT ON platform_posts
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION wording_new();
CREATE TRIGGER wording_changed AFTER UPDATE OF text, delivery_id ON platform_posts FOR EACH ROW
    WHEN ((OLD.text, OLD.delivery_id) IS DISTINCT FROM (NEW.text, NEW.delivery_id)) EXECUTE FUNCTION wording_changed();

-- The rule of inspections that goes by it. It has no days: one word is enough.
ALTER TABLE inspection_rules DROP CONSTRAINT inspection_rules_kind_check, DROP CONSTRAINT inspection_rules_days_check,
    DROP CONSTRAINT inspection_rules_check;
ALTER TABLE inspection_rules ADD CONSTRAINT inspection_rules_kind CHECK (kind IN ('silence', 'wording')),
    ADD CONSTRAINT inspection_rules_days CHECK (CASE kind WHEN 'wording' THEN days = 0 AND warn_days = 0
        ELSE days BETWEEN 1 AND 366 AND warn_days >= 0 AND warn_days < days END);
INSERT INTO inspection_rules (code, kind, days, warn_days, source, from_day, created_at)
VALUES ('wording', 'wording', 0, 0, '国办秘函〔2019〕19号', '2019-04-01', now());

-- +goose Down
DELETE FROM inspection_rules WHERE kind = 'wording';
ALTER TABLE inspection_rules DROP CONSTRAINT inspection_rules_kind, DROP CONSTRAINT inspection_rules_days;
ALTER TABLE inspection_rules ADD CONSTRAINT inspection_rules_kind_check CHECK (kind IN ('silence')),
    ADD CONSTRAINT inspection_rules_days_check CHECK (days BETWEEN 1 AND 366),
    ADD CONSTRAINT inspection_rules_check CHECK (warn_days >= 0 AND warn_days < days);
DROP TRIGGER wording_changed ON platform_posts;
DROP TRIGGER wording_new ON platform_posts;
DROP FUNCTION wording_changed, wording_new;
DROP TABLE wording_findings, wording_scans, wording_pass, wording_unread;
