-- +goose Up
-- Pages follow what happens: whatever changes says so on the channel juzhen_live, in the transaction of the change. A notice
-- holds lines "name path": what changed and the path of its unit, by which listeners drop what a reader may not see; a line
-- without a path is for those who look at the thing itself. "*" is "much of everything": a statement that changes more than
-- twenty rows names none of them, so that a burst of thousands costs one notice a statement and no look-up.

-- +goose StatementBegin
CREATE FUNCTION live_tell(lines text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF lines <> '' THEN
        PERFORM pg_notify('juzhen_live', CASE WHEN octet_length(lines) > 7000 THEN '*' ELSE lines END);
    END IF;
END $$;
-- +goose StatementEnd

-- Every step of a delivery writes an event: these rows are narrow, and the marks and records of a burst write them grouped.
-- +goose StatementBegin
CREATE FUNCTION live_delivery_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    SELECT array_agg(delivery_id) INTO ids FROM (SELECT delivery_id FROM fresh LIMIT 21) few;
    IF cardinality(ids) > 20 THEN
        PERFORM live_tell('*');
    ELSIF ids IS NOT NULL THEN
        PERFORM live_tell(coalesce(string_agg(DISTINCT line, E'\n'), ''))
        FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units au ON au.id = a.unit_id
        JOIN posts p ON p.id = d.post_id JOIN units pu ON pu.id = p.unit_id
        CROSS JOIN LATERAL (VALUES ('delivery/' || d.id || ' ' || au.path), ('post/' || p.id || ' ' || pu.path)) AS l(line)
        WHERE d.id = ANY (ids);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_delivery_events AFTER INSERT ON delivery_events REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_delivery_events();

-- The text of a draft changes with every pause of its writer: that is told to those who look at this post, not to every list.
-- +goose StatementBegin
CREATE FUNCTION live_posts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM fresh LIMIT 21) few) > 20 THEN
        PERFORM live_tell('*');
        RETURN NULL;
    END IF;
    PERFORM live_tell(coalesce(string_agg(line, E'\n'), ''))
    FROM (SELECT 'post/' || n.id || ' ' || CASE
              WHEN (n.phase, n.due_at, n.due_now, n.urgent, n.unit_id, n.version_id) IS DISTINCT FROM (o.phase, o.due_at, o.due_now, o.urgent, o.unit_id, o.version_id)
              THEN u.path ELSE '' END AS line
          FROM fresh n JOIN stale o ON o.id = n.id JOIN units u ON u.id = n.unit_id
          WHERE n.revision <> o.revision OR n.version_id IS DISTINCT FROM o.version_id OR n.due_at IS DISTINCT FROM o.due_at) lines;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_posts AFTER UPDATE ON posts REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_posts();

-- What has a unit of its own: TG_ARGV[0] is the name of its kind.
-- +goose StatementBegin
CREATE FUNCTION live_of_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM fresh LIMIT 21) few) > 20 THEN
        PERFORM live_tell('*');
        RETURN NULL;
    END IF;
    PERFORM live_tell(coalesce(string_agg(TG_ARGV[0] || '/' || n.id || ' ' || u.path, E'\n'), ''))
    FROM fresh n JOIN units u ON u.id = n.unit_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_todos_new AFTER INSERT ON todos REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('todo');
CREATE TRIGGER live_todos AFTER UPDATE ON todos REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('todo');
CREATE TRIGGER live_pauses_new AFTER INSERT ON pauses REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('pause');
CREATE TRIGGER live_pauses AFTER UPDATE ON pauses REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('pause');

-- An account is told of when its own state or that of its token changes, not with each reading of its figures.
-- +goose StatementBegin
CREATE FUNCTION live_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg('account/' || a.id || ' ' || u.path, E'\n'), ''))
    FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.id = CASE TG_TABLE_NAME WHEN 'accounts' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'account_id')::bigint END;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_accounts AFTER UPDATE OF state, unit_id ON accounts FOR EACH ROW
    WHEN ((OLD.state, OLD.unit_id) IS DISTINCT FROM (NEW.state, NEW.unit_id)) EXECUTE FUNCTION live_account();
CREATE TRIGGER live_credentials AFTER UPDATE OF state ON credentials FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION live_account();

-- What needs a second person is shown with its delivery.
-- +goose StatementBegin
CREATE FUNCTION live_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM fresh LIMIT 21) few) > 20 THEN
        PERFORM live_tell('*');
        RETURN NULL;
    END IF;
    PERFORM live_tell(coalesce(string_agg('delivery/' || d.id || ' ' || u.path, E'\n'), ''))
    FROM fresh n JOIN deliveries d ON d.id = n.delivery_id JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_decisions_new AFTER INSERT ON delivery_decisions REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_decisions();
CREATE TRIGGER live_decisions AFTER UPDATE ON delivery_decisions REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_decisions();

-- A session that ends, ends the streams it opened, in every process.
-- +goose StatementBegin
CREATE FUNCTION live_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell('session/' || NEW.id || ' ');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_sessions AFTER UPDATE OF revoked_at ON sessions FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION live_sessions();

-- +goose Down
DROP TRIGGER live_sessions ON sessions;
DROP FUNCTION live_sessions;
DROP TRIGGER live_decisions ON delivery_decisions;
DROP TRIGGER live_decisions_new ON delivery_decisions;
DROP FUNCTION live_decisions;
DROP TRIGGER live_credentials ON credentials;
DROP TRIGGER live_accounts ON accounts;
DROP FUNCTION live_account;
DROP TRIGGER live_pauses ON pauses;
DROP TRIGGER live_pauses_new ON pauses;
DROP TRIGGER live_todos ON todos;
DROP TRIGGER live_todos_new ON todos;
DROP FUNCTION live_of_unit;
DROP TRIGGER live_posts ON posts;
DROP FUNCTION live_posts;
DROP TRIGGER live_delivery_events ON delivery_events;
DROP FUNCTION live_delivery_events;
DROP FUNCTION live_tell;
