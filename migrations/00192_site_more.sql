-- +goose Up
-- The public site gains districts with addresses of their own, what was said of the air, rebuttals and an emblem (docs/site.md).

-- site_draw gives 16 random digits that do not begin with 0, of 60 random bits of a UUID: its version and its variant are left out.
-- +goose StatementBegin
CREATE FUNCTION site_draw() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT 1000000000000000 + ('x' || substr(hex, 1, 12) || substr(hex, 18, 3))::bit(60)::bigint % 9000000000000000
    FROM (SELECT replace(gen_random_uuid()::text, '-', '') AS hex) drawn
$$;

-- site_number is the public number of a thing, which is drawn the first time.
CREATE FUNCTION site_number(kind text, id bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    INSERT INTO site_numbers AS n (kind, id, number) VALUES (kind, id, site_draw())
    ON CONFLICT ON CONSTRAINT site_numbers_pkey DO UPDATE SET id = EXCLUDED.id RETURNING n.number
$$;
-- +goose StatementEnd
ALTER TABLE site_numbers DROP CONSTRAINT site_numbers_kind_check;
ALTER TABLE site_numbers ADD CONSTRAINT site_numbers_kind_check
    CHECK (kind IN ('account', 'column', 'district', 'post', 'rebuttal', 'writing'));

-- A district is a unit below the root; what belongs to the root itself stands under the root.
CREATE TABLE site.districts (
    number bigint PRIMARY KEY,
    name   text   NOT NULL,
    place  text   NOT NULL                    -- orders them
);
ALTER TABLE site.accounts RENAME COLUMN district TO district_name;
ALTER TABLE site.accounts ADD COLUMN district bigint REFERENCES site.districts (number);
ALTER TABLE site.posts ADD COLUMN district bigint REFERENCES site.districts (number);
ALTER TABLE site.withdrawn ADD COLUMN district bigint;

INSERT INTO site.districts (number, name, place)
SELECT site_number('district', t.id), t.name, lpad(t.position::text, 6, '0') || t.path
FROM units t WHERE t.id IN (SELECT w.id FROM accounts a JOIN units u ON u.id = a.unit_id
    JOIN units w ON w.path = substring(u.path FROM '^/[0-9]+/[0-9]*/?'));
UPDATE site.accounts s SET district = d.number
FROM site_numbers n JOIN accounts a ON a.id = n.id JOIN units u ON u.id = a.unit_id
JOIN units w ON w.path = substring(u.path FROM '^/[0-9]+/[0-9]*/?')
JOIN site_numbers d ON d.kind = 'district' AND d.id = w.id
WHERE n.kind = 'account' AND n.number = s.number;
UPDATE site.posts p SET district = a.district FROM site.accounts a WHERE a.number = p.account;
UPDATE site.withdrawn p SET district = a.district FROM site.accounts a WHERE a.number = p.account;

ALTER TABLE site.accounts ALTER COLUMN district SET NOT NULL, DROP COLUMN district_name, DROP COLUMN place;
ALTER TABLE site.posts ALTER COLUMN district SET NOT NULL;
CREATE INDEX site_posts_of_district ON site.posts (district, posted_at DESC, number DESC);
CREATE INDEX site_accounts_of_district ON site.accounts (district, position, number);

-- The posts of an account go with it to another district.
-- +goose StatementBegin
CREATE FUNCTION site_account_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE site.posts SET district = NEW.district WHERE account = NEW.number;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER site_account_moved AFTER UPDATE OF district ON site.accounts FOR EACH ROW
    WHEN (OLD.district <> NEW.district) EXECUTE FUNCTION site_account_moved();

-- What a post that a template wrote says of the air, and until when it is of use. A writing is one filling of a template: its text may
-- stand on several accounts.
CREATE TABLE site.air (
    post       bigint PRIMARY KEY REFERENCES site.posts (number) ON DELETE CASCADE,
    writing    bigint NOT NULL,
    supersedes bigint,                        -- the writing of the warning that it changes or lifts
    kind       text   NOT NULL CHECK (kind IN ('live', 'daily', 'forecast', 'warning', 'change', 'lift', 'tip')),
    concerns   timestamptz NOT NULL,          -- the hour, the day, or the first moment it speaks of
    until      timestamptz NOT NULL,          -- a condition of each read
    standard   text   NOT NULL                -- by which its numbers were made; '': its words were changed by hand
);
CREATE INDEX site_air_in_use ON site.air (until);
CREATE INDEX site_air_supersedes ON site.air (supersedes) WHERE supersedes IS NOT NULL;

-- Rebuttals as they were signed. One that is withdrawn stays, with what corrected it.
CREATE TABLE site.rebuttals (
    number       bigint PRIMARY KEY,
    unit_name    text   NOT NULL,             -- of who says so
    claim        text   NOT NULL,
    truth        text   NOT NULL,
    area         text   NOT NULL,
    evidence     jsonb  NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz NOT NULL,        -- a condition of each read
    signed_at    timestamptz NOT NULL,
    hash         bytea  NOT NULL,             -- SHA-256 of claim, a line feed, truth
    withdrawn_at timestamptz,
    correction   text   NOT NULL              -- where it was corrected in public
);
CREATE INDEX site_rebuttals_newest ON site.rebuttals (signed_at DESC, number DESC);

-- site_rebuttal copies what was signed in the transaction that signs, withdraws or corrects it.
-- +goose StatementBegin
CREATE FUNCTION site_put_rebuttal(r rebuttals) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO site.rebuttals AS s (number, unit_name, claim, truth, area, evidence, valid_from, valid_until, signed_at, hash, withdrawn_at,
        correction)
    SELECT site_number('rebuttal', r.id), u.name, v.claim, v.truth, v.area,
        (SELECT coalesce(jsonb_agg(e ORDER BY at) FILTER (WHERE e ->> 'source' ~* '^https?://'), '[]')
            FROM jsonb_array_elements(v.evidence) WITH ORDINALITY x (e, at)),
        v.valid_from, v.valid_until, r.signed_at, sha256(convert_to(v.claim || E'\n' || v.truth, 'UTF8')), r.withdrawn_at, r.correction
    FROM rebuttal_versions v, units u
    WHERE v.rebuttal_id = r.id AND v.number = r.signed_version AND u.id = r.unit_id
    ON CONFLICT (number) DO UPDATE SET unit_name = EXCLUDED.unit_name, claim = EXCLUDED.claim, truth = EXCLUDED.truth, area = EXCLUDED.area,
        evidence = EXCLUDED.evidence, valid_from = EXCLUDED.valid_from, valid_until = EXCLUDED.valid_until, hash = EXCLUDED.hash,
        signed_at = EXCLUDED.signed_at, withdrawn_at = EXCLUDED.withdrawn_at, correction = EXCLUDED.correction;
    PERFORM pg_notify('juzhen_site', '*');
END $$;

CREATE FUNCTION site_rebuttal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM site_put_rebuttal(NEW);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER site_rebuttal AFTER UPDATE OF state, signed_version, correction ON rebuttals FOR EACH ROW
    WHEN (NEW.signed_version > 0 AND (OLD.state, OLD.signed_version, OLD.correction)
        IS DISTINCT FROM (NEW.state, NEW.signed_version, NEW.correction))
    EXECUTE FUNCTION site_rebuttal();
SELECT site_put_rebuttal(r) FROM rebuttals r WHERE r.signed_version > 0;

-- A picture of the bureau's emblem in the head of each page; NULL: none.
ALTER TABLE site.settings ADD COLUMN emblem bytea CHECK (octet_length(emblem) <= 65536);
ALTER TABLE site_drafts ADD COLUMN emblem bytea CHECK (octet_length(emblem) <= 65536);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION site_withdraw(post bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone site.posts;
BEGIN
    SELECT p.* INTO gone FROM site.posts p JOIN site_numbers n ON n.number = p.number
        WHERE n.kind = 'post' AND n.id = post FOR UPDATE OF p SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    DELETE FROM site.posts WHERE number = gone.number;
    INSERT INTO site.withdrawn (number, account, col, district, at) VALUES (gone.number, gone.account, gone.col, gone.district, now())
        ON CONFLICT (number) DO UPDATE SET at = EXCLUDED.at;
    PERFORM pg_notify('juzhen_site', '*');
END $$;
-- +goose StatementEnd

-- What was copied before says nothing of the air yet.
INSERT INTO site_unread (platform_post_id)
SELECT n.id FROM site_numbers n JOIN site.posts p ON p.number = n.number WHERE n.kind = 'post';

-- +goose Down
DROP TRIGGER site_rebuttal ON rebuttals;
DROP TRIGGER site_account_moved ON site.accounts;
DROP FUNCTION site_rebuttal, site_put_rebuttal, site_account_moved;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION site_withdraw(post bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone site.posts;
BEGIN
    SELECT p.* INTO gone FROM site.posts p JOIN site_numbers n ON n.number = p.number
        WHERE n.kind = 'post' AND n.id = post FOR UPDATE OF p SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    DELETE FROM site.posts WHERE number = gone.number;
    INSERT INTO site.withdrawn (number, account, col, at) VALUES (gone.number, gone.account, gone.col, now())
        ON CONFLICT (number) DO UPDATE SET at = EXCLUDED.at;
    PERFORM pg_notify('juzhen_site', '*');
END $$;
-- +goose StatementEnd
ALTER TABLE site.settings DROP COLUMN emblem;
ALTER TABLE site_drafts DROP COLUMN emblem;
DROP TABLE site.rebuttals, site.air;
ALTER TABLE site.accounts ADD COLUMN district_name text NOT NULL DEFAULT '', ADD COLUMN place text NOT NULL DEFAULT '';
UPDATE site.accounts a SET district_name = d.name, place = d.place FROM site.districts d WHERE d.number = a.district;
ALTER TABLE site.accounts ALTER COLUMN district_name DROP DEFAULT, ALTER COLUMN place DROP DEFAULT, DROP COLUMN district;
ALTER TABLE site.accounts RENAME COLUMN district_name TO district;
ALTER TABLE site.posts DROP COLUMN district;
ALTER TABLE site.withdrawn DROP COLUMN district;
DROP TABLE site.districts;
DELETE FROM site_numbers WHERE kind IN ('district', 'rebuttal', 'writing');
ALTER TABLE site_numbers DROP CONSTRAINT site_numbers_kind_check;
ALTER TABLE site_numbers ADD CONSTRAINT site_numbers_kind_check CHECK (kind IN ('account', 'column', 'post'));
DROP FUNCTION site_number, site_draw;
