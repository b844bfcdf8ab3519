-- +goose Up
-- A matter that is dealt with in another one of the same citizen.
ALTER TABLE inbox_matters ADD COLUMN merged_into bigint REFERENCES inbox_matters (id);
ALTER TABLE inbox_matters DROP CONSTRAINT inbox_matters_result_check;
ALTER TABLE inbox_matters ADD CONSTRAINT inbox_matters_result_check
    CHECK (result IN ('', 'solved', 'answered', 'referred', 'unneeded', 'merged')),
    ADD CONSTRAINT inbox_matters_merged CHECK (result <> 'merged' OR merged_into IS NOT NULL AND merged_into <> id);
CREATE INDEX inbox_matters_merged_into ON inbox_matters (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX inbox_matters_citizen ON inbox_matters (citizen) WHERE state <> 'closed';

-- +goose Down
DROP INDEX inbox_matters_citizen;
ALTER TABLE inbox_matters DROP CONSTRAINT inbox_matters_merged, DROP CONSTRAINT inbox_matters_result_check;
UPDATE inbox_matters SET result = 'unneeded' WHERE result = 'merged';
ALTER TABLE inbox_matters ADD CONSTRAINT inbox_matters_result_check
    CHECK (result IN ('', 'solved', 'answered', 'referred', 'unneeded'));
ALTER TABLE inbox_matters DROP COLUMN merged_into;
