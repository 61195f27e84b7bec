-- The founding schema. Every table that holds a namespace's rows is led by its integer `ns`;
-- instants are milliseconds since 1970; `body` and `summary` are JSON as bytes.

create table setting (
  name text primary key,
  value blob not null
) without rowid;

-- Numbers that never repeat, handed out in blocks: `seq`, `ns`, `opportunity`.
create table counter (
  name text primary key,
  next integer not null
) without rowid;

create table namespace (
  name text primary key,
  ns integer not null unique,
  offset_ms integer not null,      -- the namespace's clock minus real time
  frozen_at integer,               -- or the instant at which it stands still
  pace text not null,
  step_ms integer not null,
  faults integer not null,         -- how many rows of `fault` it has
  created_at integer not null,
  used_at integer not null         -- both in real time
) without rowid;

-- Integers that lost their name; their rows are swept in small batches.
create table retired (
  ns integer primary key,
  retired_at integer not null      -- in real time
);

-- Truth: one row per resource, without nulls.
create table document (
  ns integer not null,
  kind text not null,
  id text not null,
  catalog text not null,
  owner text not null,
  revision integer not null,
  seq integer not null,
  body blob not null
);
create unique index document_by_id on document (ns, kind, id);

-- Views: for each account that may list a resource, one row as that account sees it.
create table task_view (
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
  summary blob not null,
  primary key (ns, account, catalog, kind, start_at, seq)
) without rowid;
create unique index task_view_by_id on task_view (ns, account, id);
-- Carries the summary: a rare status costs a page what no filter costs.
create index task_view_by_status on task_view
  (ns, account, catalog, kind, status, start_at, seq, id, renderer, summary);
create index task_view_by_invitation on task_view
  (ns, account, catalog, kind, invitation, start_at, seq);
create index task_view_by_opportunity on task_view
  (ns, account, catalog, kind, opportunity, start_at, seq);
create index task_view_at_work on task_view (ns, start_at, seq) where status = 'IN_PROGRESS';
-- One unfinished task per account and invitation.
create unique index task_view_unfinished on task_view (ns, account, invitation)
  where status = 'IN_PROGRESS' and invitation is not null;

create table invitation_view (
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
create unique index invitation_view_by_id on invitation_view (ns, account, id);
create index invitation_view_by_status on invitation_view
  (ns, account, catalog, participant, status, invited_at, seq);
create index invitation_view_by_engagement on invitation_view
  (ns, account, catalog, participant, engagement, invited_at, seq);
create index invitation_view_by_payload_type on invitation_view
  (ns, account, catalog, participant, payload_type, invited_at, seq);
create index invitation_view_by_sender on invitation_view
  (ns, account, catalog, participant, sender, invited_at, seq);

create table opportunity_view (
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
create unique index opportunity_view_by_id on opportunity_view (ns, account, id);
create index opportunity_view_by_company on opportunity_view
  (ns, account, catalog, company, modified_at, seq);
create index opportunity_view_by_stage on opportunity_view
  (ns, account, catalog, stage, modified_at, seq);
create index opportunity_view_by_review_status on opportunity_view
  (ns, account, catalog, review_status, modified_at, seq);
create index opportunity_view_in_number on opportunity_view (ns, account, catalog, number, seq);
create index opportunity_view_in_company on opportunity_view (ns, account, catalog, company, seq);
create index opportunity_view_in_created on opportunity_view
  (ns, account, catalog, created_at, seq);
create index opportunity_view_in_close_date on opportunity_view
  (ns, account, catalog, close_date, seq);

create table engagement_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  created_at integer not null,
  seq integer not null,
  id text not null,
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, created_at, seq)
) without rowid;
create unique index engagement_view_by_id on engagement_view (ns, account, id);

create table job_view (
  ns integer not null,
  account text not null,
  catalog text not null,
  created_at integer not null,
  seq integer not null,
  id text not null,
  engagement text not null,
  status text not null,
  renderer integer not null,
  summary blob not null,
  primary key (ns, account, catalog, created_at, seq)
) without rowid;
create unique index job_view_by_id on job_view (ns, account, id);
create index job_view_by_engagement on job_view
  (ns, account, catalog, engagement, created_at, seq);
create index job_view_by_status on job_view (ns, account, catalog, status, created_at, seq);

-- What hangs below an engagement; seen through the account's row in engagement_view.
create table member (
  ns integer not null,
  engagement text not null,
  account text not null,
  seq integer not null,
  company text not null,
  website text not null,
  joined_at integer not null,
  primary key (ns, engagement, account)
) without rowid;

create table snapshot (
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
create index snapshot_by_owner on snapshot (ns, engagement, created_by, seq);

-- What the jobs are about that somebody asked for: of those there is one for each target. Jobs that
-- tasks make for themselves do not count.
create table job_target (
  ns integer not null,
  engagement text not null,
  resource text not null,
  template text not null,
  job text not null,
  primary key (ns, engagement, resource, template)
) without rowid;

create table tag (
  ns integer not null,
  arn text not null,
  key text not null,
  value text not null,
  primary key (ns, arn, key)
) without rowid;

-- Idempotency: what a client token made.
create table ledger (
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
create index ledger_by_age on ledger (bound_wall);

-- What is due and when, in the namespace's time.
create table agenda (
  ns integer not null,
  due_at integer not null,
  seq integer not null,
  kind text not null,
  ref text not null,
  primary key (ns, due_at, seq)
) without rowid;
create index agenda_by_ref on agenda (ns, kind, ref);

-- Events, one row per receiver.
create table outbox (
  ns integer not null,
  seq integer not null,
  account text not null,
  body blob not null,
  primary key (ns, account, seq)
) without rowid;
create index outbox_in_order on outbox (ns, seq);

create table fault (
  ns integer not null,
  seq integer not null,
  operation text not null,
  error text not null,
  remaining integer not null,
  primary key (ns, seq)
) without rowid;

create table task_fault (
  ns integer not null,
  seq integer not null,
  step text not null,
  reason text not null,
  message text not null,
  remaining integer not null,
  primary key (ns, seq)
) without rowid;
