-- +goose Up
-- What a reviewer approves is more than the requests: form 2 of the approval hash also covers the column, what the
-- author declared, the descriptions of pictures, the findings that were accepted, the chain and the instant it is for.
-- form 1 stays as it was and valid. wording_hash is of accounts and requests alone: by it the same post, submitted
-- twice, is known. due_from is the instant for which the version was submitted; null: as soon as approved.
ALTER TABLE post_versions
    ADD COLUMN hash_form    smallint CHECK (hash_form IN (1, 2)),
    ADD COLUMN wording_hash bytea,
    ADD COLUMN due_from     timestamptz;
UPDATE post_versions SET hash_form = 1, wording_hash = hash WHERE hash IS NOT NULL;
ALTER TABLE post_versions ADD CONSTRAINT post_versions_hash_has_form CHECK ((hash IS NULL) = (hash_form IS NULL));
DROP INDEX post_versions_hash;
CREATE INDEX post_versions_by_wording ON post_versions (wording_hash) WHERE wording_hash IS NOT NULL;

-- Kept when it was approved, because two people excepted it since: not in the hash, which is older.
ALTER TABLE version_findings ADD COLUMN later boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE version_findings DROP COLUMN later;
CREATE INDEX post_versions_hash ON post_versions (hash) WHERE hash IS NOT NULL;
ALTER TABLE post_versions DROP COLUMN hash_form, DROP COLUMN wording_hash, DROP COLUMN due_from;
