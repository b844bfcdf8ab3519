-- +goose Up
-- The view "deliveries" knows no answers: the page of a matter was not told what became of the one it shows.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION live_deliveries(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(ids) > 20 THEN
        PERFORM live_tell('*');
    ELSIF cardinality(ids) > 0 THEN
        PERFORM live_tell(coalesce(string_agg(DISTINCT line, E'\n'), '')) FROM (
            SELECT line FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units au ON au.id = a.unit_id
            JOIN posts p ON p.id = d.post_id JOIN units pu ON pu.id = p.unit_id
            CROSS JOIN LATERAL (VALUES ('delivery/' || d.id || ' ' || au.path), ('post/' || p.id || ' ' || pu.path)) AS l(line)
            WHERE d.id = ANY (ids)
            UNION ALL
            SELECT 'inbox/' || m.id || ' ' || u.path FROM inbox_answers w JOIN inbox_matters m ON m.id = w.matter_id
            JOIN units u ON u.id = m.unit_id WHERE w.delivery_id = ANY (ids)) lines;
    END IF;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION live_deliveries(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
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
