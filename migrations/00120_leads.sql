-- +goose Up
-- A post can pass on another post of this console before that one is out: it names the other's delivery, which the
-- approval covers, and waits for its platform id. No foreign key: taking one locks the lead's row for a moment, and its
-- mark would pass it over.
ALTER TABLE deliveries
    ADD COLUMN lead_id      bigint,
    ADD COLUMN lead_version bigint,
    ADD COLUMN lead_until   timestamptz,
    ADD CONSTRAINT deliveries_lead_whole CHECK ((lead_id IS NULL) = (lead_version IS NULL)
        AND (lead_id IS NULL) = (lead_until IS NULL) AND lead_id <> id);

-- What a post asks of other accounts is approved with it: a digest of the accounts, the words and the times.
ALTER TABLE post_versions ADD COLUMN relay_digest bytea;

-- A version can be approved without steps of its own, because another approval covers its words: that of the post it
-- passes on, or one that two people of its unit gave beforehand. cover_people names them as they were then called.
ALTER TABLE review_runs
    ADD COLUMN cover        text NOT NULL DEFAULT '' CHECK (cover IN ('', 'lead', 'standing')),
    ADD COLUMN cover_id     bigint,
    ADD COLUMN cover_people text NOT NULL DEFAULT '',
    ADD CONSTRAINT review_runs_cover_whole CHECK ((cover = '') = (cover_id IS NULL));

-- +goose Down
ALTER TABLE review_runs DROP COLUMN cover, DROP COLUMN cover_id, DROP COLUMN cover_people;
ALTER TABLE post_versions DROP COLUMN relay_digest;
ALTER TABLE deliveries DROP COLUMN lead_id, DROP COLUMN lead_version, DROP COLUMN lead_until;
