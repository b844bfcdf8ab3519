-- +goose Up
-- Lists and calendars over a large matrix: each is read in the order in which it is shown, and text is found by index.

-- The matrix in its order, for filters and the landing page.
CREATE INDEX accounts_in_order ON accounts (position, id);

-- Posts by their last change; by author (and who wrote at all); by time, with all a calendar counts by in the index itself;
-- by the time a filter asks for.
CREATE INDEX posts_by_change ON posts (updated_at DESC, id DESC);
CREATE INDEX posts_by_author ON posts (author_id, unit_id, updated_at DESC, id DESC);
DROP INDEX posts_by_due;
CREATE INDEX posts_by_due ON posts (due_at, id) INCLUDE (unit_id, phase) WHERE due_at IS NOT NULL;
CREATE INDEX posts_by_when ON posts ((coalesce(due_at, updated_at)));

-- Deliveries in the order of their list. In the place of another index: a record of a call must not have one more to write.
DROP INDEX deliveries_by_time;
CREATE INDEX deliveries_in_order ON deliveries ((coalesce(due_at, created_at)) DESC, id DESC);

-- text_grams gives all pairs of neighbouring characters of a text, in small letters: a text that contains another has all
-- of its pairs. Pairs serve Chinese, whose words are mostly of two characters; trigrams do not, and in the C locale they
-- see no Chinese at all. The cost is what it takes, so that no plan computes the pairs of a whole table.
-- +goose StatementBegin
CREATE FUNCTION text_grams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 4000 AS $$
SELECT coalesce(array_agg(DISTINCT c || n), '{}')
FROM (SELECT c, lead(c) OVER (ORDER BY i) AS n FROM unnest(string_to_array(lower(t), NULL)) WITH ORDINALITY AS l (c, i)) AS pairs
WHERE n IS NOT NULL
$$;
-- +goose StatementEnd
CREATE INDEX post_versions_text ON post_versions USING gin (text_grams(text));
CREATE INDEX version_targets_text ON version_targets USING gin (text_grams(variant)) WHERE variant IS NOT NULL;

-- +goose Down
DROP INDEX version_targets_text;
DROP INDEX post_versions_text;
DROP FUNCTION text_grams(text);
DROP INDEX deliveries_in_order;
CREATE INDEX deliveries_by_time ON deliveries (due_at DESC, id DESC);
DROP INDEX posts_by_when;
DROP INDEX posts_by_due;
CREATE INDEX posts_by_due ON posts (due_at, id) WHERE due_at IS NOT NULL;
DROP INDEX posts_by_author;
DROP INDEX posts_by_change;
DROP INDEX accounts_in_order;
