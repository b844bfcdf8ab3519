-- +goose Up
SET LOCAL maintenance_work_mem = '256MB';
-- A search walks back through blocks of 1, 8, 64 and 512 days: each text is marked with the ones in which it went out last, and with whether it
-- went out more than once (internal/library/grams.go). The mark of the month in which it did so last is given up.
DROP INDEX library_texts_grams;
UPDATE library_texts SET grams = ARRAY(SELECT g FROM unnest(grams) AS g WHERE g NOT BETWEEN 1073741824 AND 1342177279)
    || ARRAY[1073741824 + n.day, 1090519040 + n.day / 8, 1107296256 + n.day / 64, 1124073472 + n.day / 512]
    || CASE WHEN times > 1 THEN ARRAY[1610612736] ELSE '{}' END
FROM (SELECT id, floor(extract(epoch FROM at) / 86400)::int AS day FROM library_texts) n WHERE n.id = library_texts.id;
CREATE INDEX library_texts_grams ON library_texts USING gin (grams) WITH (fastupdate = off);

-- +goose Down
DROP INDEX library_texts_grams;
UPDATE library_texts SET grams = ARRAY(SELECT g FROM unnest(grams) AS g WHERE g NOT BETWEEN 1073741824 AND 1342177279 AND g <> 1610612736)
    || ARRAY[1073741824 + floor(extract(epoch FROM at) / 2592000)::int];
CREATE INDEX library_texts_grams ON library_texts USING gin (grams) WITH (fastupdate = off);
