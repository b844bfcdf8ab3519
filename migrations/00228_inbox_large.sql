-- +goose Up
-- Lists of a million things that citizens said. Each is walked in its order, and only as far as the page goes: the expression is that
-- of internal/inbox/store_list.go, to the letter.
DROP INDEX inbox_matters_due;
CREATE INDEX inbox_matters_all ON inbox_matters ((coalesce(due_at, TIMESTAMPTZ '9000-01-01 00:00:00Z')), (-id));
CREATE INDEX inbox_matters_state ON inbox_matters (state, (coalesce(due_at, TIMESTAMPTZ '9000-01-01 00:00:00Z')), (-id));
CREATE INDEX inbox_matters_waiting ON inbox_matters ((coalesce(due_at, TIMESTAMPTZ '9000-01-01 00:00:00Z')), (-id))
    WHERE state IN ('open', 'assigned', 'referred', 'reopened');
CREATE INDEX inbox_matters_waiting_kind ON inbox_matters (kind, (coalesce(due_at, TIMESTAMPTZ '9000-01-01 00:00:00Z')), (-id))
    WHERE state IN ('open', 'assigned', 'referred', 'reopened');
CREATE INDEX inbox_matters_waiting_account ON inbox_matters (account_id, (coalesce(due_at, TIMESTAMPTZ '9000-01-01 00:00:00Z')), (-id))
    WHERE state IN ('open', 'assigned', 'referred', 'reopened');
CREATE INDEX inbox_matters_unit ON inbox_matters (unit_id);
CREATE INDEX inbox_matters_snoozed ON inbox_matters (snoozed_until)
    WHERE snoozed_until IS NOT NULL AND state IN ('open', 'assigned', 'referred', 'reopened');
-- Matters of a source that is none of the many.
CREATE INDEX inbox_items_source ON inbox_items (source, matter_id) WHERE source IN ('mention', 'naming', 'message');

-- What was said is found by its letters and pairs of neighbouring letters, in small letters: pairs serve Chinese, whose words are
-- mostly of two, and are half as dear so as those of text_grams. The index is of the text itself, so that what is purged is found no
-- more. What waits to be sorted into it is kept short, because each search reads through it.
-- +goose StatementBegin
CREATE FUNCTION inbox_grams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 4000 AS $$
SELECT a || ARRAY(SELECT c || n FROM unnest(a, a[2:]) AS pairs (c, n) WHERE n IS NOT NULL)
FROM string_to_array(lower(t), NULL) AS l (a)
$$;
-- +goose StatementEnd
-- What a text has in which a word stands: its pairs, which are rarer than its letters; of a single letter that one.
-- +goose StatementBegin
CREATE FUNCTION inbox_wanted(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT CASE WHEN length(t) > 1 THEN ARRAY(SELECT g FROM unnest(inbox_grams(t)) AS u (g) WHERE length(g) > 1)
    ELSE ARRAY[lower(t)] END
$$;
-- +goose StatementEnd
CREATE INDEX inbox_items_grams ON inbox_items USING gin (inbox_grams(text)) WITH (gin_pending_list_limit = 1024);

-- +goose Down
DROP INDEX inbox_items_grams, inbox_items_source;
DROP FUNCTION inbox_wanted(text);
DROP FUNCTION inbox_grams(text);
DROP INDEX inbox_matters_snoozed, inbox_matters_unit, inbox_matters_waiting_account, inbox_matters_waiting_kind, inbox_matters_waiting,
    inbox_matters_state, inbox_matters_all;
CREATE INDEX inbox_matters_due ON inbox_matters (due_at, id DESC) WHERE state <> 'closed';
