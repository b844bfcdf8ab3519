-- +goose Up
-- A unit's wording of a shipped template, or a template of its own. It holds for the unit and those below it.
CREATE TABLE templates (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint NOT NULL REFERENCES units (id),
    kind       text   NOT NULL CHECK (kind IN ('live', 'forecast', 'warning', 'warning_change', 'warning_lift',
                                               'ozone', 'dust', 'ranking', 'digest', 'own')),
    name       text   NOT NULL,                    -- of one of the unit's own; else ''
    version    int    NOT NULL CHECK (version >= 1), -- the current one
    retired_at timestamptz
);
CREATE UNIQUE INDEX templates_wording ON templates (unit_id, kind) WHERE kind <> 'own' AND retired_at IS NULL;
CREATE UNIQUE INDEX templates_name ON templates (unit_id, name) WHERE kind = 'own' AND retired_at IS NULL;

CREATE TABLE template_versions (
    template_id bigint NOT NULL REFERENCES templates (id),
    number      int    NOT NULL,
    text        text   NOT NULL,
    written_by  bigint NOT NULL REFERENCES users (id),
    written_at  timestamptz NOT NULL,
    PRIMARY KEY (template_id, number)
);

-- Which post was begun from which template, with what was filled in.
CREATE TABLE template_uses (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id    bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    unit_id    bigint NOT NULL REFERENCES units (id),
    kind       text   NOT NULL,
    wording    text   NOT NULL,
    filled     jsonb  NOT NULL,                    -- values by field
    supersedes bigint REFERENCES template_uses (id) ON DELETE SET NULL, -- the warning it changes or lifts
    used_by    bigint NOT NULL REFERENCES users (id),
    used_at    timestamptz NOT NULL
);
CREATE INDEX template_uses_by_unit ON template_uses (unit_id, id DESC);
CREATE UNIQUE INDEX template_uses_supersedes ON template_uses (supersedes);
CREATE INDEX template_uses_by_post ON template_uses (post_id);

-- +goose Down
DROP TABLE template_uses, template_versions, templates;
