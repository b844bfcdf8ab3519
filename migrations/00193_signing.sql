-- +goose Up
-- What is said of a hot event and a rebuttal pass the steps of a review chain (docs/incident.md, docs/rumour.md). A round is kept with what
-- is signed, as internal/signing writes it; {}: nobody asked for a signature yet.
ALTER TABLE incidents ADD COLUMN signing jsonb NOT NULL DEFAULT '{}';
ALTER TABLE rebuttals ADD COLUMN signing jsonb NOT NULL DEFAULT '{}';

-- What waits already waits for one person, as it did.
-- +goose StatementBegin
CREATE FUNCTION signing_single(unit bigint, people bigint[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('Chain', '一审', 'At', 0, 'Not', to_jsonb(people), 'Steps', jsonb_build_array(jsonb_build_object(
        'Name', '一审', 'Role', '', 'Relation', 'line', 'UnitID', u.id, 'UnitName', u.name, 'UnitPath', u.path)))
    FROM units u WHERE u.id = unit
$$;
-- +goose StatementEnd
UPDATE incidents i SET signing = signing_single(i.unit_id, ARRAY[s.by_user, i.asked_by]) FROM incident_statements s
WHERE i.stage = 'signing' AND s.incident_id = i.id AND s.number = i.version;
UPDATE rebuttals r SET signing = signing_single(r.unit_id, ARRAY[v.by_user, r.asked_by]) FROM rebuttal_versions v
WHERE r.state = 'signing' AND v.rebuttal_id = r.id AND v.number = r.version;
DROP FUNCTION signing_single;

-- A version may have a signature of each step; the final one puts it in force.
ALTER TABLE incident_signatures DROP CONSTRAINT incident_signatures_pkey;
ALTER TABLE incident_signatures ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE incident_signatures ADD COLUMN step int NOT NULL DEFAULT 1, ADD COLUMN final boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX incident_signatures_once ON incident_signatures (incident_id, number) WHERE final;
ALTER TABLE incident_signatures ALTER COLUMN step DROP DEFAULT, ALTER COLUMN final DROP DEFAULT;

-- +goose Down
ALTER TABLE incident_signatures DISABLE TRIGGER incident_signatures_stay;
DELETE FROM incident_signatures WHERE NOT final;
ALTER TABLE incident_signatures ENABLE TRIGGER incident_signatures_stay;
ALTER TABLE incident_signatures DROP COLUMN final, DROP COLUMN step, DROP COLUMN id;
ALTER TABLE incident_signatures ADD PRIMARY KEY (incident_id, number);
ALTER TABLE incidents DROP COLUMN signing;
ALTER TABLE rebuttals DROP COLUMN signing;
