-- +goose Up
-- What people did. body holds the canonical bytes that are hashed, exactly as written; the columns beside it are for finding.
-- seq, prev and hash are filled later by one sequencer, so that acts never queue for the head of the chain.
CREATE TABLE audit_entries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    actor_id     bigint,
    actor_name   text   NOT NULL,
    action       text   NOT NULL,
    subject_type text   NOT NULL,
    subject_id   text   NOT NULL,
    unit_path    text   NOT NULL,                  -- where it happened, for the scope of the reader
    ip           text   NOT NULL,
    body         bytea  NOT NULL,
    seq          bigint UNIQUE,
    prev         bytea,
    hash         bytea
);
CREATE INDEX audit_unchained ON audit_entries (id) WHERE seq IS NULL;
CREATE INDEX audit_by_time ON audit_entries (at DESC, id DESC);
CREATE INDEX audit_by_subject ON audit_entries (subject_type, subject_id, id DESC);
CREATE INDEX audit_by_actor ON audit_entries (actor_id, id DESC);
CREATE INDEX audit_by_unit ON audit_entries (unit_path text_pattern_ops, id DESC);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
       AND (to_jsonb(NEW) - 'seq' - 'prev' - 'hash') = (to_jsonb(OLD) - 'seq' - 'prev' - 'hash') THEN
        RETURN NEW; -- the sequencer links an entry into the chain, once
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- The end of the chain at the end of each day (Asia/Shanghai). Retention may one day take old entries away; the roots stay.
CREATE TABLE audit_days (
    day      date   PRIMARY KEY,
    last_seq bigint NOT NULL,
    hash     bytea  NOT NULL,
    made_at  timestamptz NOT NULL
);
CREATE TRIGGER audit_days_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_days
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- +goose Down
DROP TABLE audit_days;
DROP TABLE audit_entries;
DROP FUNCTION audit_append_only;
