-- +goose Up
-- How the days of a year are worked in China, as the State Council's office announces it late in the year before. A year that is not
-- in holiday_years is unknown: nobody may take its days for ordinary ones. Seeded from chinese-days 1.5.7 (MIT), whose days of 2026
-- were compared with the announcement.
CREATE TABLE holiday_years (
    year    int  PRIMARY KEY CHECK (year BETWEEN 2000 AND 2100),
    version int  NOT NULL,                          -- one higher with each change
    source  text NOT NULL,                          -- the announcement, in the words of who entered it
    set_by  bigint REFERENCES users (id),           -- null: shipped
    set_at  timestamptz NOT NULL
);
CREATE TABLE holidays (
    day  date PRIMARY KEY,
    year int  NOT NULL REFERENCES holiday_years (year) ON DELETE CASCADE CHECK (year = extract(year FROM day)),
    name text NOT NULL,
    off  boolean NOT NULL                           -- false: a Saturday or Sunday that is worked
);
CREATE INDEX holidays_of ON holidays (year, day);
INSERT INTO holiday_years (year, version, source, set_at)
SELECT y, 1, '随附（国务院办公厅关于' || y || '年部分节假日安排的通知）', now() FROM generate_series(2024, 2026) y;
INSERT INTO holidays (day, year, name, off)
SELECT day, extract(year FROM day), name, off FROM (VALUES
    (date '2024-01-01', '元旦', true), (date '2024-02-04', '春节', false), (date '2024-02-10', '春节', true),
    (date '2024-02-11', '春节', true), (date '2024-02-12', '春节', true), (date '2024-02-13', '春节', true),
    (date '2024-02-14', '春节', true), (date '2024-02-15', '春节', true), (date '2024-02-16', '春节', true),
    (date '2024-02-17', '春节', true), (date '2024-02-18', '春节', false), (date '2024-04-04', '清明节', true),
    (date '2024-04-05', '清明节', true), (date '2024-04-06', '清明节', true), (date '2024-04-07', '清明节', false),
    (date '2024-04-28', '劳动节', false), (date '2024-05-01', '劳动节', true), (date '2024-05-02', '劳动节', true),
    (date '2024-05-03', '劳动节', true), (date '2024-05-04', '劳动节', true), (date '2024-05-05', '劳动节', true),
    (date '2024-05-11', '劳动节', false), (date '2024-06-10', '端午节', true), (date '2024-09-14', '中秋节', false),
    (date '2024-09-15', '中秋节', true), (date '2024-09-16', '中秋节', true), (date '2024-09-17', '中秋节', true),
    (date '2024-09-29', '国庆节', false), (date '2024-10-01', '国庆节', true), (date '2024-10-02', '国庆节', true),
    (date '2024-10-03', '国庆节', true), (date '2024-10-04', '国庆节', true), (date '2024-10-05', '国庆节', true),
    (date '2024-10-06', '国庆节', true), (date '2024-10-07', '国庆节', true), (date '2024-10-12', '国庆节', false),
    (date '2025-01-01', '元旦', true), (date '2025-01-26', '春节', false), (date '2025-01-28', '春节', true),
    (date '2025-01-29', '春节', true), (date '2025-01-30', '春节', true), (date '2025-01-31', '春节', true),
    (date '2025-02-01', '春节', true), (date '2025-02-02', '春节', true), (date '2025-02-03', '春节', true),
    (date '2025-02-04', '春节', true), (date '2025-02-08', '春节', false), (date '2025-04-04', '清明节', true),
    (date '2025-04-05', '清明节', true), (date '2025-04-06', '清明节', true), (date '2025-04-27', '劳动节', false),
    (date '2025-05-01', '劳动节', true), (date '2025-05-02', '劳动节', true), (date '2025-05-03', '劳动节', true),
    (date '2025-05-04', '劳动节', true), (date '2025-05-05', '劳动节', true), (date '2025-05-31', '端午节', true),
    (date '2025-06-01', '端午节', true), (date '2025-06-02', '端午节', true), (date '2025-09-28', '国庆节', false),
    (date '2025-10-01', '国庆节', true), (date '2025-10-02', '国庆节', true), (date '2025-10-03', '国庆节', true),
    (date '2025-10-04', '国庆节', true), (date '2025-10-05', '国庆节', true), (date '2025-10-06', '中秋节', true),
    (date '2025-10-07', '国庆节', true), (date '2025-10-08', '国庆节', true), (date '2025-10-11', '国庆节', false),
    (date '2026-01-01', '元旦', true), (date '2026-01-02', '元旦', true), (date '2026-01-03', '元旦', true),
    (date '2026-01-04', '元旦', false), (date '2026-02-14', '春节', false), (date '2026-02-15', '春节', true),
    (date '2026-02-16', '春节', true), (date '2026-02-17', '春节', true), (date '2026-02-18', '春节', true),
    (date '2026-02-19', '春节', true), (date '2026-02-20', '春节', true), (date '2026-02-21', '春节', true),
    (date '2026-02-22', '春节', true), (date '2026-02-23', '春节', true), (date '2026-02-28', '春节', false),
    (date '2026-04-04', '清明节', true), (date '2026-04-05', '清明节', true), (date '2026-04-06', '清明节', true),
    (date '2026-05-01', '劳动节', true), (date '2026-05-02', '劳动节', true), (date '2026-05-03', '劳动节', true),
    (date '2026-05-04', '劳动节', true), (date '2026-05-05', '劳动节', true), (date '2026-05-09', '劳动节', false),
    (date '2026-06-19', '端午节', true), (date '2026-06-20', '端午节', true), (date '2026-06-21', '端午节', true),
    (date '2026-09-20', '国庆节', false), (date '2026-09-25', '中秋节', true), (date '2026-09-26', '中秋节', true),
    (date '2026-09-27', '中秋节', true), (date '2026-10-01', '国庆节', true), (date '2026-10-02', '国庆节', true),
    (date '2026-10-03', '国庆节', true), (date '2026-10-04', '国庆节', true), (date '2026-10-05', '国庆节', true),
    (date '2026-10-06', '国庆节', true), (date '2026-10-07', '国庆节', true), (date '2026-10-10', '国庆节', false)
) AS shipped (day, name, off);

-- +goose Down
DROP TABLE holidays, holiday_years;
