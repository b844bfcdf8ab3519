-- +goose Up
-- What the application may do with the tables, which belong to the role that migrates. It is asked anew after each migration; a later
-- one that adds a table with narrower rights replaces this function.
-- +goose StatementBegin
CREATE FUNCTION juzhen_grant(application name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', application);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', application);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', application);
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
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION juzhen_grant(name) FROM PUBLIC;

-- +goose Down
DROP FUNCTION juzhen_grant(name);
