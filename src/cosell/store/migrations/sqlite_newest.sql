-- What the steps in sqlite/ lead to, for an empty file. Written by tools/newest_format.py.
CREATE TABLE setting (
  name text primary key,
  value blob not null
) without rowid;
CREATE TABLE counter (
  name text primary key,
  next integer not null
) without rowid;
CREATE TABLE namespace (
  name text primary key,
  ns integer not null unique,
  offset_ms integer not null,      -- the namespace's clock minus real time
  frozen_at integer,               -- or the instant at which it stands still
  pace text not null,
  step_ms integer not null,
  faults integer not null,         -- how many rows of `fault` it has
  created_at integer not null,
  used_at integer not null         -- both in real time
, profile text not null default 'observed', shut_out integer not null default 0, lag_ms integer not null default 0, quotas text not null default 'Relaxed') without rowid;
CREATE TABLE retired (
  ns integer primary key,
  retired_at integer not null      -- in real time
);
CREATE TABLE document (
  ns integer not null,
  kind text not null,
  id text not null,
  catalog text not null,
  owner text not null,
  revision integer not null,
  seq integer not null,
  body blob not null
);
CREATE UNIQUE INDEX document_by_id on document (ns, kind, id);
CREATE TABLE task_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  kind text not null,
  start_at integer not null,
  seq integer not null,
  id text not null,
  status text not null,
  invitation text,
  opportunity text,
  renderer integer not null,
  summary blob not null, engagement text, context text, subject text,
  primary key (ns, account, catalog, kind, start_at, seq)
) without rowid;
CREATE UNIQUE INDEX task_view_by_id on task_view (ns, account, id);
CREATE INDEX task_view_by_status on task_view
  (ns, account, catalog, kind, status, start_at, seq, id, renderer, summary);
CREATE INDEX task_view_by_invitation on task_view
  (ns, account, catalog, kind, invitation, start_at, seq);
CREATE INDEX task_view_by_opportunity on task_view
  (ns, account, catalog, kind, opportunity, start_at, seq);
CREATE TABLE invitation_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  participant text not null,
  invited_at integer not null,
  seq integer not null,
  id text not null,
  status text not null,
  expires_at integer,
  engagement text not null,
  payload_type text not null,
  sender text not null,
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, participant, invited_at, seq)
) without rowid;
CREATE UNIQUE INDEX invitation_view_by_id on invitation_view (ns, account, id);
CREATE INDEX invitation_view_by_status on invitation_view
  (ns, account, catalog, participant, status, invited_at, seq);
CREATE INDEX invitation_view_by_engagement on invitation_view
  (ns, account, catalog, participant, engagement, invited_at, seq);
CREATE INDEX invitation_view_by_payload_type on invitation_view
  (ns, account, catalog, participant, payload_type, invited_at, seq);
CREATE INDEX invitation_view_by_sender on invitation_view
  (ns, account, catalog, participant, sender, invited_at, seq);
CREATE TABLE opportunity_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  modified_at integer not null,
  seq integer not null,
  id text not null,
  number integer not null,         -- the digits of the id, for order
  created_at integer not null,
  company text not null,
  stage text not null,
  review_status text not null,
  close_date text not null,        -- '' while there is none
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, modified_at, seq)
) without rowid;
CREATE UNIQUE INDEX opportunity_view_by_id on opportunity_view (ns, account, id);
CREATE INDEX opportunity_view_by_company on opportunity_view
  (ns, account, catalog, company, modified_at, seq);
CREATE INDEX opportunity_view_by_stage on opportunity_view
  (ns, account, catalog, stage, modified_at, seq);
CREATE INDEX opportunity_view_by_review_status on opportunity_view
  (ns, account, catalog, review_status, modified_at, seq);
CREATE INDEX opportunity_view_in_number on opportunity_view (ns, account, catalog, number, seq);
CREATE INDEX opportunity_view_in_company on opportunity_view (ns, account, catalog, company, seq);
CREATE INDEX opportunity_view_in_created on opportunity_view
  (ns, account, catalog, created_at, seq);
CREATE INDEX opportunity_view_in_close_date on opportunity_view
  (ns, account, catalog, close_date, seq);
CREATE TABLE engagement_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  created_at integer not null,
  seq integer not null,
  id text not null,
  renderer integer not null,
  summary blob not null, created_by text not null default '', contexts integer not null default 0,
  primary key (ns, account, catalog, created_at, seq)
) without rowid;
CREATE UNIQUE INDEX engagement_view_by_id on engagement_view (ns, account, id);
CREATE TABLE job_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  created_at integer not null,
  seq integer not null,
  id text not null,
  engagement text not null,
  status text not null,
  renderer integer not null,
  summary blob not null, resource text not null default '',
  primary key (ns, account, catalog, created_at, seq)
) without rowid;
CREATE UNIQUE INDEX job_view_by_id on job_view (ns, account, id);
CREATE INDEX job_view_by_engagement on job_view
  (ns, account, catalog, engagement, created_at, seq);
CREATE INDEX job_view_by_status on job_view (ns, account, catalog, status, created_at, seq);
CREATE TABLE member (
  ns integer not null,
  engagement text not null,
  account text not null,
  seq integer not null,
  company text not null,
  website text not null,
  joined_at integer not null,
  primary key (ns, engagement, account)
) without rowid;
CREATE TABLE snapshot (
  ns integer not null,
  engagement text not null,
  resource text not null,
  template text not null,
  revision integer not null,
  seq integer not null,
  created_at integer not null,
  created_by text not null,
  digest blob not null,            -- of the payload: equal means nothing changed
  body blob not null,
  primary key (ns, engagement, resource, template, revision)
);
CREATE INDEX snapshot_by_owner on snapshot (ns, engagement, created_by, seq);
CREATE TABLE job_target (
  ns integer not null,
  engagement text not null,
  resource text not null,
  template text not null,
  job text not null,
  primary key (ns, engagement, resource, template)
) without rowid;
CREATE TABLE tag (
  ns integer not null,
  arn text not null,
  key text not null,
  value text not null,
  primary key (ns, arn, key)
) without rowid;
CREATE TABLE ledger (
  ns integer not null,
  account text not null,
  catalog text not null,
  operation text not null,
  token text not null,
  digest blob not null,
  answer blob not null,
  bound_at integer not null,       -- in the namespace's time
  bound_wall integer not null,     -- in real time
  primary key (ns, account, catalog, operation, token)
) without rowid;
CREATE INDEX ledger_by_age on ledger (bound_wall);
CREATE TABLE agenda (
  ns integer not null,
  due_at integer not null,
  seq integer not null,
  kind text not null,
  ref text not null,
  primary key (ns, due_at, seq)
) without rowid;
CREATE INDEX agenda_by_ref on agenda (ns, kind, ref);
CREATE TABLE outbox (
  ns integer not null,
  seq integer not null,
  account text not null,
  body blob not null,
  primary key (ns, account, seq)
) without rowid;
CREATE INDEX outbox_in_order on outbox (ns, seq);
CREATE TABLE task_fault (
  ns integer not null,
  seq integer not null,
  step text not null,
  reason text not null,
  message text not null,
  remaining integer not null, task text, fired integer not null default 0,
  primary key (ns, seq)
) without rowid;
CREATE UNIQUE INDEX task_view_unfinished on task_view (ns, account, kind, subject)
  where status = 'IN_PROGRESS' and subject is not null;
CREATE UNIQUE INDEX task_view_left on task_view (ns, account, kind, subject)
  where status = 'FAILED' and subject is not null;
CREATE INDEX task_view_by_engagement on task_view
  (ns, account, catalog, kind, engagement, start_at, seq);
CREATE INDEX task_view_by_context on task_view
  (ns, account, catalog, kind, context, start_at, seq);
CREATE TABLE prospecting_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  start_at integer not null,
  seq integer not null,
  id text not null,
  name text not null,
  status text not null,
  failed integer not null,         -- how many engagements of it failed
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, start_at, seq)
) without rowid;
CREATE UNIQUE INDEX prospecting_view_by_id on prospecting_view (ns, account, id);
CREATE INDEX prospecting_view_by_name on prospecting_view
  (ns, account, catalog, name, start_at, seq);
CREATE INDEX prospecting_view_in_name on prospecting_view (ns, account, catalog, name, seq);
CREATE INDEX prospecting_view_in_failed on prospecting_view (ns, account, catalog, failed, seq);
CREATE INDEX prospecting_view_at_work on prospecting_view (ns, start_at, seq)
  where status in ('PENDING', 'IN_PROGRESS');
CREATE INDEX engagement_view_by_created_by on engagement_view
  (ns, account, catalog, created_by, created_at, seq);
CREATE INDEX engagement_view_by_contexts on engagement_view
  (ns, account, catalog, contexts, created_at, seq);
CREATE TABLE invited (
  ns integer not null,
  engagement text not null,
  account text not null,
  invitation text not null,
  expires_at integer,              -- null: never
  primary key (ns, engagement, account)
) without rowid;
CREATE INDEX job_view_by_resource on job_view (ns, account, catalog, resource, created_at, seq);
CREATE TABLE snapshot_view (
  ns integer not null,
  engagement text not null,
  audience text not null,
  created_at integer not null,
  seq integer not null,
  id text not null,
  resource text not null,
  template text not null,
  created_by text not null,
  renderer integer not null,
  summary blob not null,
  primary key (ns, engagement, audience, created_at, seq)
) without rowid;
CREATE INDEX snapshot_view_by_resource on snapshot_view
  (ns, engagement, audience, resource, created_at, seq);
CREATE INDEX snapshot_view_by_created_by on snapshot_view
  (ns, engagement, audience, created_by, created_at, seq);
CREATE INDEX snapshot_view_by_template on snapshot_view
  (ns, engagement, audience, template, created_at, seq);
CREATE TABLE association_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  created_at integer not null,
  seq integer not null,
  id text not null,                -- engagement and resource
  engagement text not null,
  resource text not null,
  created_by text not null,
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, created_at, seq)
) without rowid;
CREATE UNIQUE INDEX association_view_by_id on association_view (ns, account, id);
CREATE INDEX association_view_by_engagement on association_view
  (ns, account, catalog, engagement, created_at, seq);
CREATE INDEX association_view_by_resource on association_view
  (ns, account, catalog, resource, created_at, seq);
CREATE INDEX association_view_by_created_by on association_view
  (ns, account, catalog, created_by, created_at, seq);
CREATE TABLE solution_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  number integer not null,         -- the digits of the solution's id, for order
  seq integer not null,
  id text not null,                -- catalog and id: two catalogs have the same ones
  identifier text not null,
  name text not null,
  status text not null,
  category text not null,
  created_at integer not null,
  offering text not null,          -- its AWS Marketplace solution's ARN, '' while there is none
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, number, seq)
) without rowid;
CREATE UNIQUE INDEX solution_view_by_id on solution_view (ns, account, id);
CREATE INDEX solution_view_by_identifier on solution_view
  (ns, account, catalog, identifier, number, seq);
CREATE INDEX solution_view_by_status on solution_view
  (ns, account, catalog, status, number, seq);
CREATE INDEX solution_view_by_category on solution_view
  (ns, account, catalog, category, number, seq);
CREATE INDEX solution_view_by_offering on solution_view
  (ns, account, catalog, offering, number, seq);
CREATE INDEX solution_view_in_name on solution_view (ns, account, catalog, name, seq);
CREATE INDEX solution_view_in_status on solution_view (ns, account, catalog, status, seq);
CREATE INDEX solution_view_in_category on solution_view (ns, account, catalog, category, seq);
CREATE INDEX solution_view_in_created on solution_view (ns, account, catalog, created_at, seq);
CREATE TABLE follower (
  ns integer not null,
  leader text not null,
  follower text not null,
  primary key (ns, leader, follower)
) without rowid;
CREATE TABLE selling_settings (
  ns integer not null,
  account text not null,
  catalog text not null,
  role text not null,
  primary key (ns, account, catalog)
) without rowid;
CREATE TABLE partner (
  ns integer not null,
  account text not null,
  company text,
  website text,
  in_aws integer not null,
  in_sandbox integer not null,
  primary key (ns, account)
) without rowid;
CREATE TABLE desk_rule (
  ns integer not null,
  kind text not null,
  name text not null,
  seq integer not null,
  body blob not null,
  primary key (ns, kind, name)
) without rowid;
CREATE INDEX desk_rule_in_order on desk_rule (ns, kind, seq);
CREATE TABLE lagging (
  ns integer not null,
  seq integer not null,
  written_at integer not null,     -- in the namespace's time
  view text not null,
  lead text not null,              -- whose row: the account, or the engagement
  id text not null,
  body text,                       -- the row as JSON, a blob as text; null: it was taken away
  primary key (ns, seq)
) without rowid;
CREATE TABLE fault (
  ns integer not null,
  seq integer not null,
  operation text,                  -- null: any
  account text,                    -- null: any
  effect text not null,
  error text,
  said text,                       -- what else the error says, as JSON; null: as AWS would
  moment text not null,            -- before or after the call's effect
  delay_ms integer not null,
  remaining integer,               -- calls to come; null: a share of all
  share integer,                   -- in millionths
  seed integer,
  expires_at integer,              -- in the namespace's time
  drawn integer not null,          -- calls for which the share was drawn
  fired integer not null,
  live integer not null,
  primary key (ns, seq)
) without rowid;
CREATE INDEX task_view_by_state on task_view (ns, status, start_at, seq);
CREATE INDEX prospecting_view_by_state on prospecting_view (ns, status, start_at, seq);
