-- +goose Up
-- Who writes the trail vouches for it with a key that is not in the database: for each entry when it is written (its number and its
-- bytes), and for each link when it is linked (the hash, which covers everything before). Entries from before have neither.
ALTER TABLE audit_entries
    ADD COLUMN key_id   text  NOT NULL DEFAULT '', -- of the entry's own mac
    ADD COLUMN mac      bytea,
    ADD COLUMN link_key text  NOT NULL DEFAULT '',
    ADD COLUMN link_mac bytea;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
       AND (to_jsonb(NEW) - 'seq' - 'prev' - 'hash' - 'link_key' - 'link_mac') = (to_jsonb(OLD) - 'seq' - 'prev' - 'hash' - 'link_key' - 'link_mac') THEN
        RETURN NEW; -- the sequencer links an entry into the chain, once
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd

-- A closing vouches for the whole chain up to an entry as it stood then: at the upgrade for the entries without macs, and when an
-- operator says so, before a key goes out of the key file.
CREATE TABLE audit_closings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    last_seq bigint NOT NULL,
    hash     bytea  NOT NULL,
    key_id   text   NOT NULL,
    mac      bytea  NOT NULL,
    made_at  timestamptz NOT NULL
);
CREATE TRIGGER audit_closings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_closings
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- +goose Down
DROP TABLE audit_closings;
ALTER TABLE audit_entries DROP COLUMN key_id, DROP COLUMN mac, DROP COLUMN link_key, DROP COLUMN link_mac;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
       AND (to_jsonb(NEW) - 'seq' - 'prev' - 'hash') = (to_jsonb(OLD) - 'seq' - 'prev' - 'hash') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
