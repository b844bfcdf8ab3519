-- +goose Up
-- The addresses that stand in what was published, and what became of them. They are looked at once a week, bounded by the day.
CREATE TABLE published_addresses (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address    text   NOT NULL UNIQUE CHECK (octet_length(address) BETWEEN 1 AND 2048), -- normalised, as of links
    state      text   NOT NULL DEFAULT 'unseen'
        CHECK (state IN ('unseen', 'open', 'elsewhere', 'certificate', 'dead', 'unclear')),
    why        text   NOT NULL DEFAULT '',
    status     int    NOT NULL DEFAULT 0,
    led_to     text   NOT NULL DEFAULT '',
    looked_at  timestamptz,
    next_at    timestamptz NOT NULL,  -- not looked at again before
    first_dead timestamptz,           -- the first look of those in a row that found it dead
    dead_at    timestamptz            -- a look a day later or more found it dead again; null: it counts as open
);
CREATE INDEX published_addresses_due ON published_addresses (next_at);

CREATE TABLE published_links (
    platform_post_id bigint NOT NULL REFERENCES platform_posts (id) ON DELETE CASCADE,
    address_id       bigint NOT NULL REFERENCES published_addresses (id),
    account_id       bigint NOT NULL REFERENCES accounts (id),
    posted_at        timestamptz NOT NULL,
    PRIMARY KEY (platform_post_id, address_id)
);
CREATE INDEX published_links_by_address ON published_links (address_id, posted_at);
CREATE INDEX published_links_of ON published_links (account_id, posted_at);

ALTER TABLE inspection_rules DROP CONSTRAINT inspection_rules_kind, DROP CONSTRAINT inspection_rules_days;
ALTER TABLE inspection_rules ADD CONSTRAINT inspection_rules_kind CHECK (kind IN ('silence', 'wording', 'link_dead')),
    ADD CONSTRAINT inspection_rules_days CHECK (CASE WHEN kind IN ('wording', 'link_dead') THEN days = 0 AND warn_days = 0
        ELSE days BETWEEN 1 AND 366 AND warn_days >= 0 AND warn_days < days END);
INSERT INTO inspection_rules (code, kind, days, warn_days, source, from_day, created_at)
VALUES ('link_dead', 'link_dead', 0, 0, '国办秘函〔2019〕19号', '2019-04-01', now());

-- +goose Down
DELETE FROM inspection_rules WHERE kind = 'link_dead';
ALTER TABLE inspection_rules DROP CONSTRAINT inspection_rules_kind, DROP CONSTRAINT inspection_rules_days;
ALTER TABLE inspection_rules ADD CONSTRAINT inspection_rules_kind CHECK (kind IN ('silence', 'wording')),
    ADD CONSTRAINT inspection_rules_days CHECK (CASE kind WHEN 'wording' THEN days = 0 AND warn_days = 0
        ELSE days BETWEEN 1 AND 366 AND warn_days >= 0 AND warn_days < days END);
DROP TABLE published_links, published_addresses;
