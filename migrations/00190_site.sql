-- +goose Up
-- The public site reads this schema and nothing else: what everybody may see, copied here once it is public and taken away in the
-- transaction that withdraws it (docs/site.md). Nothing in it leads back: its numbers are random, and what belongs to which number
-- stands in tables outside of it.
CREATE SCHEMA site;

-- How the site looks, as two people made it public.
CREATE TABLE site.settings (
    single     boolean PRIMARY KEY DEFAULT true CHECK (single),
    open       boolean NOT NULL,
    name       text    NOT NULL,
    name_en    text    NOT NULL,
    footer     text    NOT NULL,
    filing     text    NOT NULL,              -- 备案号
    accent     text    NOT NULL,              -- #rrggbb, on white
    accent_dark text   NOT NULL,              -- the same on a dark ground
    changed_at timestamptz NOT NULL
);
INSERT INTO site.settings (open, name, name_en, footer, filing, accent, accent_dark, changed_at)
VALUES (false, '', '', '', '', '#1f5f8b', '#94b3c8', now());

CREATE TABLE site.accounts (
    number       bigint PRIMARY KEY,
    handle       text   NOT NULL,
    name         text   NOT NULL,
    district     text   NOT NULL,             -- name of the unit below the root that it belongs to
    place        text   NOT NULL,             -- orders districts
    position     int    NOT NULL,
    link         text   NOT NULL,
    confirmed    boolean NOT NULL,            -- the platform confirmed whose account it is
    closed       boolean NOT NULL,
    followers    bigint,
    followers_at timestamptz,
    looked_at    timestamptz                  -- when its posts were last looked at on the platform
);

CREATE TABLE site.columns (
    number   bigint PRIMARY KEY,
    name     text   NOT NULL,
    position int    NOT NULL
);

CREATE TABLE site.posts (
    number     bigint PRIMARY KEY,
    account    bigint NOT NULL REFERENCES site.accounts (number),
    col        bigint REFERENCES site.columns (number),
    posted_at  timestamptz NOT NULL,
    text       text   NOT NULL,
    hash       bytea  NOT NULL,               -- SHA-256 of the text
    past       boolean NOT NULL,              -- written before this console was there
    link       text   NOT NULL,               -- on the platform
    corrects   bigint,                        -- number of the post that it corrects
    folded     text   NOT NULL,
    grams      int[]  NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX site_posts_newest ON site.posts (posted_at DESC, number DESC);
CREATE INDEX site_posts_of_account ON site.posts (account, posted_at DESC, number DESC);
CREATE INDEX site_posts_of_column ON site.posts (col, posted_at DESC, number DESC) WHERE col IS NOT NULL;
CREATE INDEX site_posts_corrects ON site.posts (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX site_posts_grams ON site.posts USING gin (grams) WITH (fastupdate = off);

CREATE TABLE site.pictures (
    post       bigint NOT NULL REFERENCES site.posts (number) ON DELETE CASCADE,
    position   int    NOT NULL,
    alt        text   NOT NULL,
    mime       text   NOT NULL,
    width      int    NOT NULL,
    height     int    NOT NULL,
    expires_at timestamptz,                   -- the licence to show it ends; a condition of each read
    bytes      bytea  NOT NULL CHECK (octet_length(bytes) <= 204800),
    PRIMARY KEY (post, position)
);

-- What was withdrawn: feeds tell it to those who have it already.
CREATE TABLE site.withdrawn (
    number  bigint PRIMARY KEY,
    account bigint NOT NULL,
    col     bigint,
    at      timestamptz NOT NULL
);
CREATE INDEX site_withdrawn_newest ON site.withdrawn (at DESC);

-- Which number belongs to what. A number stays with its thing, also when that is withdrawn and comes back.
CREATE TABLE site_numbers (
    kind   text   NOT NULL CHECK (kind IN ('account', 'column', 'post')),
    id     bigint NOT NULL,                   -- of accounts, columns or platform_posts
    number bigint NOT NULL UNIQUE,
    PRIMARY KEY (kind, id)
);

-- What changed on the platform or of its delivery waits here until it is looked at again. No key is unique: whoever adds a row waits for
-- nobody, so that a trigger cannot tie two transactions up that change a post and its delivery in different order.
CREATE TABLE site_unread (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform_post_id bigint NOT NULL
);
INSERT INTO site_unread (platform_post_id) SELECT id FROM platform_posts;

-- The draft of the settings, and who asked that it becomes public.
CREATE TABLE site_drafts (
    single    boolean PRIMARY KEY DEFAULT true CHECK (single),
    name      text NOT NULL,
    name_en   text NOT NULL,
    footer    text NOT NULL,
    filing    text NOT NULL,
    accent    text NOT NULL,
    revision  int  NOT NULL,
    saved_by  bigint REFERENCES users (id),
    saved_at  timestamptz NOT NULL,
    asked_by  bigint REFERENCES users (id),
    asked_at  timestamptz,
    opened_by bigint REFERENCES users (id),
    CHECK ((asked_by IS NULL) = (asked_at IS NULL))
);
INSERT INTO site_drafts (name, name_en, footer, filing, accent, revision, saved_at) VALUES ('', '', '', '', '#1f5f8b', 1, now());

-- site_withdraw takes a post off the site in the transaction that makes it private, and tells every process to forget its pages. A row that
-- another transaction holds is left to the queue.
-- +goose StatementBegin
CREATE FUNCTION site_withdraw(post bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone site.posts;
BEGIN
    SELECT p.* INTO gone FROM site.posts p JOIN site_numbers n ON n.number = p.number
        WHERE n.kind = 'post' AND n.id = post FOR UPDATE OF p SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    DELETE FROM site.posts WHERE number = gone.number;
    INSERT INTO site.withdrawn VALUES (gone.number, gone.account, gone.col, now())
        ON CONFLICT (number) DO UPDATE SET at = EXCLUDED.at;
    PERFORM pg_notify('juzhen_site', '*');
END $$;

CREATE FUNCTION site_post_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site_unread (platform_post_id) SELECT id FROM written;
    RETURN NULL;
END $$;

CREATE FUNCTION site_post_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'live' OR NEW.origin NOT IN ('console', 'past') OR NEW.text <> OLD.text THEN
        PERFORM site_withdraw(NEW.id);
    END IF;
    INSERT INTO site_unread (platform_post_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION site_post_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM site_withdraw(OLD.id);
    RETURN NULL;
END $$;

CREATE FUNCTION site_delivery_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found_id bigint;
BEGIN
    SELECT id INTO found_id FROM platform_posts WHERE platform = NEW.platform AND remote_id = NEW.remote_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF NEW.live IS DISTINCT FROM 'live' THEN
        PERFORM site_withdraw(found_id);
    END IF;
    INSERT INTO site_unread (platform_post_id) VALUES (found_id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER site_post_new AFTER INSERT ON platform_posts
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION site_post_new();
CREATE TRIGGER site_post_changed AFTER UPDATE OF state, origin, text, delivery_id, seen_at ON platform_posts FOR EACH ROW
    WHEN ((OLD.state, OLD.origin, OLD.text, OLD.delivery_id, OLD.seen_at IS NULL)
        IS DISTINCT FROM (NEW.state, NEW.origin, NEW.text, NEW.delivery_id, NEW.seen_at IS NULL))
    EXECUTE FUNCTION site_post_changed();
CREATE TRIGGER site_post_gone AFTER DELETE ON platform_posts FOR EACH ROW EXECUTE FUNCTION site_post_gone();
CREATE TRIGGER site_delivery_changed AFTER UPDATE OF live ON deliveries FOR EACH ROW
    WHEN (OLD.live IS DISTINCT FROM NEW.live) EXECUTE FUNCTION site_delivery_changed();

-- What the application may do with the tables, as in 00042, and in this schema.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION juzhen_grant(application name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public, site TO %I', application);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, site TO %I', application);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public, site GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO %I', application);

    -- The version of the schema is read, never written.
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM %I', application);
    IF to_regclass('river_migration') IS NOT NULL THEN
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON river_migration FROM %I', application);
    END IF;

    -- The audit trail grows and is linked; nothing of it changes or goes.
    EXECUTE format('REVOKE UPDATE, DELETE ON audit_entries, audit_days, audit_closings FROM %I', application);
    EXECUTE format('GRANT UPDATE (seq, prev, hash, link_key, link_mac) ON audit_entries TO %I', application);
END $$;

-- What the public site may do: read this schema.
CREATE FUNCTION juzhen_grant_site(reader name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA site TO %I', reader);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA site TO %I', reader);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA site GRANT SELECT ON TABLES TO %I', reader);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION juzhen_grant_site(name) FROM PUBLIC;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION juzhen_grant(application name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', application);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', application);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO %I', application);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM %I', application);
    IF to_regclass('river_migration') IS NOT NULL THEN
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON river_migration FROM %I', application);
    END IF;
    EXECUTE format('REVOKE UPDATE, DELETE ON audit_entries, audit_days, audit_closings FROM %I', application);
    EXECUTE format('GRANT UPDATE (seq, prev, hash, link_key, link_mac) ON audit_entries TO %I', application);
END $$;
-- +goose StatementEnd
DROP FUNCTION juzhen_grant_site(name);
DROP TRIGGER site_delivery_changed ON deliveries;
DROP TRIGGER site_post_gone ON platform_posts;
DROP TRIGGER site_post_changed ON platform_posts;
DROP TRIGGER site_post_new ON platform_posts;
DROP FUNCTION site_delivery_changed, site_post_gone, site_post_changed, site_post_new, site_withdraw(bigint);
DROP TABLE site_drafts, site_unread, site_numbers;
DROP SCHEMA site CASCADE;
