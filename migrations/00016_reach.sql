-- +goose Up
-- The most interactions one post of the day has; null: no post. The best posts of a period lie in its best days.
ALTER TABLE account_days ADD COLUMN best bigint;
UPDATE account_days d SET best = p.best
FROM (SELECT account_id, (posted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, max(reposts + comments + likes) AS best
      FROM platform_posts WHERE state <> 'removed' GROUP BY 1, 2) p
WHERE p.account_id = d.account_id AND p.day = d.day;
-- A page of figures reads the days of a period of all accounts, whatever their history.
CREATE INDEX account_days_by_day ON account_days (day, account_id);
-- Readings come in the order of time and are dropped in it.
CREATE INDEX post_readings_by_age ON post_readings USING brin (taken_at);
CREATE INDEX account_readings_by_age ON account_readings USING brin (taken_at);

-- +goose Down
DROP INDEX account_readings_by_age, post_readings_by_age, account_days_by_day;
ALTER TABLE account_days DROP COLUMN best;
