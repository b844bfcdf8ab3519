-- +goose Up
-- A notice in the transaction of a mark makes all commits wait for one another: the server lets one at a time put its notices into
-- the queue, and holds the others up for as long as that one takes to reach the disk. Five hundred marks a second became 50 ms late by it.
-- The sender's marks and records say that they are quiet (juzhen.quiet, for their transaction), and the process tells of them a moment later, of many
-- at once.

-- live_deliveries tells of deliveries and of their posts; of more than twenty, that much has changed.
-- +goose StatementBegin
CREATE FUNCTION live_deliveries(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(ids) > 20 THEN
        PERFORM live_tell('*');
    ELSIF cardinality(ids) > 0 THEN
        PERFORM live_tell(coalesce(string_agg(DISTINCT line, E'\n'), ''))
        FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units au ON au.id = a.unit_id
        JOIN posts p ON p.id = d.post_id JOIN units pu ON pu.id = p.unit_id
        CROSS JOIN LATERAL (VALUES ('delivery/' || d.id || ' ' || au.path), ('post/' || p.id || ' ' || pu.path)) AS l(line)
        WHERE d.id = ANY (ids);
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION live_delivery_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('juzhen.quiet', true) = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM live_deliveries((SELECT array_agg(delivery_id) FROM (SELECT delivery_id FROM fresh LIMIT 21) few));
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION live_delivery_events() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION live_deliveries(bigint[]);
