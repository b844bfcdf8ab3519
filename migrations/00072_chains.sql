-- +goose Up
-- A review chain (审核流程): steps, and for which posts of its unit and all below it is taken. A change is a version of its own; it is in force when
-- a second person has confirmed it. What was shipped is the root's, and there is no root yet when a new installation is migrated.
CREATE TABLE chains (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint REFERENCES units (id),
    shipped    text   UNIQUE,
    created_by bigint REFERENCES users (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX chains_of_unit ON chains (unit_id);
CREATE TABLE chain_versions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id    bigint  NOT NULL REFERENCES chains (id),
    number      int     NOT NULL CHECK (number >= 1),
    name        text    NOT NULL,
    active      boolean NOT NULL,                   -- it is taken for posts
    column_ids  bigint[] NOT NULL,                  -- empty: whatever the column
    risks       text[]  NOT NULL,                   -- of which one must be; empty with no accounts: whatever the risk
    account_ids bigint[] NOT NULL,
    steps       jsonb   NOT NULL,
    state       text    NOT NULL CHECK (state IN ('asked', 'in_force', 'past', 'stopped')),
    asked_by    bigint REFERENCES users (id),       -- null: shipped
    asked_at    timestamptz NOT NULL,
    decided_by  bigint REFERENCES users (id),
    decided_at  timestamptz,
    why         text    NOT NULL,
    UNIQUE (chain_id, number)
);
CREATE UNIQUE INDEX chain_versions_one_asked ON chain_versions (chain_id) WHERE state = 'asked';
CREATE UNIQUE INDEX chain_versions_one_in_force ON chain_versions (chain_id) WHERE state = 'in_force';

WITH shipped (shipped, name, active, steps) AS (VALUES
 ('single', '一审', true, '[{"name":"一审","relation":"line","at_once":true}]'::jsonb),
 ('three', '三审三校', false, '[
   {"name":"初审一校","relation":"section","limit":1440,"remind":240,"items":["错别字、语法、标点","内容完整，格式规范"]},
   {"name":"复审二校","role":"reviewer","relation":"unit","limit":1440,"remind":240,"items":["事实与数据有依据","时间、地点、名称准确"]},
   {"name":"终审三校","role":"supervisor","relation":"unit","limit":1440,"remind":240,"items":["导向与社会影响","政策法规依据"],"at_once":true}]'),
 ('affairs', '宣传事务', false, '[
   {"name":"科室负责人签发","relation":"section","limit":1440,"remind":240},
   {"name":"宣传中心审核发布","role":"reviewer","relation":"unit","limit":1440,"remind":240,"at_once":true}]'),
 ('complaint', '投诉答复', false, '[
   {"name":"办理部门负责人审签","relation":"section","limit":480,"remind":60,"items":["已核实办理情况"]},
   {"name":"宣传中心审核发布","role":"reviewer","relation":"unit","limit":480,"remind":60,"items":["不含投诉人的个人信息"],"at_once":true}]'),
 ('incident', '突发环境事件', false, '[
   {"name":"科室负责人审签","relation":"section","limit":60,"remind":15},
   {"name":"局领导签发","role":"supervisor","relation":"unit","limit":60,"remind":15},
   {"name":"宣传中心审核发布","role":"reviewer","relation":"unit","limit":60,"remind":15,"at_once":true}]'),
 ('warning', '预警快速通道', false, '[
   {"name":"值班审核","relation":"line","limit":10,"remind":5,"items":["颜色、级别、起止时间"]},
   {"name":"值班领导签发","role":"supervisor","relation":"line","limit":10,"remind":5,"at_once":true}]')),
made AS (INSERT INTO chains (shipped, created_at) SELECT shipped, now() FROM shipped RETURNING id, shipped)
INSERT INTO chain_versions (chain_id, number, name, active, column_ids, risks, account_ids, steps, state, asked_at, why)
SELECT m.id, 1, s.name, s.active, '{}', '{}', '{}', s.steps, 'in_force', now(), ''
FROM shipped s JOIN made m USING (shipped);

ALTER TABLE review_runs ADD COLUMN chain_version_id bigint REFERENCES chain_versions (id);
UPDATE review_runs SET chain_version_id = (SELECT v.id FROM chain_versions v JOIN chains c ON c.id = v.chain_id WHERE c.shipped = 'single');

-- Stand-ins (代审): who decides the steps of another person that are past their limit, while it is so.
CREATE TABLE stand_ins (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id),
    stand_in_id bigint NOT NULL REFERENCES users (id) CHECK (stand_in_id <> user_id),
    from_at     timestamptz NOT NULL,
    until_at    timestamptz NOT NULL CHECK (until_at > from_at),
    set_by      bigint NOT NULL REFERENCES users (id),
    set_at      timestamptz NOT NULL,
    ended_by    bigint REFERENCES users (id),
    ended_at    timestamptz
);
CREATE INDEX stand_ins_of ON stand_ins (user_id, until_at) WHERE ended_at IS NULL;
CREATE INDEX stand_ins_by ON stand_ins (stand_in_id, until_at) WHERE ended_at IS NULL;

-- To whom a step went when it was past its limit, and for whom: by round, so that a return begins anew.
CREATE TABLE review_step_stand_ins (
    step_id  bigint NOT NULL REFERENCES review_steps (id),
    round    int    NOT NULL,
    user_id  bigint NOT NULL REFERENCES users (id),
    for_user bigint NOT NULL REFERENCES users (id),
    PRIMARY KEY (step_id, round, user_id)
);

-- A step names people more narrowly than a permission at a unit does.
ALTER TABLE todos ADD COLUMN role text,                 -- of a grant that is needed; '': any; null: the permission is enough
                  ADD COLUMN here boolean NOT NULL DEFAULT false, -- a grant at the unit itself, none above it
                  ADD COLUMN not_users bigint[] NOT NULL DEFAULT '{}',
                  ADD COLUMN only_users bigint[];

-- +goose Down
ALTER TABLE todos DROP COLUMN role, DROP COLUMN here, DROP COLUMN not_users, DROP COLUMN only_users;
DROP TABLE review_step_stand_ins;
DROP TABLE stand_ins;
ALTER TABLE review_runs DROP COLUMN chain_version_id;
DROP TABLE chain_versions;
DROP TABLE chains;
