-- +goose Up
-- Nothing leaves by mail or robot: what was kept for that is taken away. A person chooses what the bell does not count.
DROP INDEX notices_to_mail;
DROP INDEX notices_to_robot;
ALTER TABLE notices DROP COLUMN mail_due, DROP COLUMN robot_due;

ALTER TABLE notice_settings ADD COLUMN silent text[] NOT NULL DEFAULT '{}'; -- kinds that the bell does not count
UPDATE notice_settings SET silent = ARRAY(
    SELECT key FROM jsonb_each(choices) WHERE value ->> 'console' = 'false' ORDER BY key);
ALTER TABLE notice_settings ALTER COLUMN silent DROP DEFAULT,
    DROP COLUMN quiet_from, DROP COLUMN quiet_to, DROP COLUMN digest_at, DROP COLUMN choices,
    DROP COLUMN mail, DROP COLUMN mail_confirmed, DROP COLUMN code_hash, DROP COLUMN code_until, DROP COLUMN code_tries;

-- +goose Down
ALTER TABLE notice_settings
    ADD COLUMN quiet_from int NOT NULL DEFAULT 1320 CHECK (quiet_from BETWEEN 0 AND 1439),
    ADD COLUMN quiet_to int NOT NULL DEFAULT 420 CHECK (quiet_to BETWEEN 0 AND 1439),
    ADD COLUMN digest_at int NOT NULL DEFAULT 510 CHECK (digest_at BETWEEN 0 AND 1439),
    ADD COLUMN choices jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN mail text NOT NULL DEFAULT '',
    ADD COLUMN mail_confirmed boolean NOT NULL DEFAULT false,
    ADD COLUMN code_hash bytea,
    ADD COLUMN code_until timestamptz,
    ADD COLUMN code_tries int NOT NULL DEFAULT 0;
UPDATE notice_settings SET choices = (
    SELECT coalesce(jsonb_object_agg(kind, '{"console": false, "mail": "off", "robot": false}'::jsonb), '{}')
    FROM unnest(silent) AS kind);
ALTER TABLE notice_settings DROP COLUMN silent;
ALTER TABLE notices ADD COLUMN mail_due timestamptz, ADD COLUMN robot_due timestamptz;
CREATE INDEX notices_to_mail ON notices (mail_due) WHERE mail_due IS NOT NULL;
CREATE INDEX notices_to_robot ON notices (robot_due) WHERE robot_due IS NOT NULL;
