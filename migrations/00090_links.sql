-- +goose Up
-- What is known of the addresses that stand in posts. A job looks at them; nothing waits for it.
CREATE TABLE links (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address   text   NOT NULL UNIQUE CHECK (octet_length(address) BETWEEN 1 AND 2048), -- normalised
    state     text   NOT NULL DEFAULT 'unseen'
        CHECK (state IN ('unseen', 'open', 'elsewhere', 'certificate', 'dead', 'unclear')),
    why       text   NOT NULL DEFAULT '',          -- outward's kind of failure; '' where something answered
    status    int    NOT NULL DEFAULT 0,           -- of the last answer
    led_to    text   NOT NULL DEFAULT '',          -- where redirects ended, if elsewhere
    failures  int    NOT NULL DEFAULT 0,           -- in a row
    made_at   timestamptz NOT NULL,
    looked_at timestamptz,
    next_at   timestamptz NOT NULL                 -- not looked at again before
);
CREATE INDEX links_due ON links (next_at);

-- Which posts an address stands in, as they were last saved.
CREATE TABLE post_links (
    post_id bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    link_id bigint NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    PRIMARY KEY (post_id, link_id)
);
CREATE INDEX post_links_by_link ON post_links (link_id);

-- Domains to which links of a unit and of all below it may lead; a unit without a row has set none.
CREATE TABLE link_domains (
    unit_id    bigint PRIMARY KEY REFERENCES units (id),
    hosts      text[] NOT NULL,                    -- names in ASCII, in order; their subdomains are meant too
    version    integer NOT NULL,                   -- higher with each change
    changed_by bigint NOT NULL REFERENCES users (id),
    changed_at timestamptz NOT NULL
);

-- Whoever looks at a post hears that one of its links was looked at.
-- +goose StatementBegin
CREATE FUNCTION live_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg('post/' || post_id || ' ', E'\n'), ''))
    FROM (SELECT post_id FROM post_links WHERE link_id = NEW.id ORDER BY post_id DESC LIMIT 20) newest;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_links AFTER UPDATE OF looked_at ON links FOR EACH ROW EXECUTE FUNCTION live_links();

-- +goose Down
DROP TABLE link_domains, post_links, links;
DROP FUNCTION live_links;
