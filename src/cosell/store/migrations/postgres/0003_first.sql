-- The schema of format 3, for a database in which nothing is yet. The tables and their columns are
-- those of migrations/sqlite, which say what each is for; instants are milliseconds since 1970;
-- `body` and `summary` are JSON as bytes. Texts are compared by their bytes, as SQLite does.
-- The order of a table's indexes matters: while the planner knows nothing of the rows, of two that
-- seem to cost the same it takes the one that was made last. So that by which one row is found is.

-- Numbers in the order of commits of a namespace: drawn by who has its row, some at a time.
create sequence seq as bigint increment by 64 minvalue 1 start with 1;

create table setting (
  name text collate "C" primary key,
  value bytea not null
);

create table counter (
  name text collate "C" primary key,
  next bigint not null
);

create table namespace (
  name text collate "C" primary key,
  ns bigint not null unique,
  offset_ms bigint not null,
  frozen_at bigint,
  pace text collate "C" not null,
  step_ms bigint not null,
  faults bigint not null,
  created_at bigint not null,
  used_at bigint not null,
  profile text collate "C" not null default 'observed',
  shut_out bigint not null default 0,
  lag_ms bigint not null default 0,
  quotas text collate "C" not null default 'Relaxed',
  woken_at bigint                  -- when a worker looks at it next, in real time; null: not planned
) with (fillfactor = 50);

create table retired (
  ns bigint primary key,
  retired_at bigint not null
);

create table document (
  ns bigint not null,
  kind text collate "C" not null,
  id text collate "C" not null,
  catalog text collate "C" not null,
  owner text collate "C" not null,
  revision bigint not null,
  seq bigint not null,
  body bytea not null
) with (toast_tuple_target = 8160);
alter table document alter column body set storage main;
create unique index document_by_id on document (ns, kind, id);

create table task_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  kind text collate "C" not null,
  start_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  status text collate "C" not null,
  invitation text collate "C",
  opportunity text collate "C",
  renderer bigint not null,
  summary bytea not null,
  engagement text collate "C",
  context text collate "C",
  subject text collate "C",
  primary key (ns, account, catalog, kind, start_at, seq)
) with (toast_tuple_target = 8160);
alter table task_view alter column summary set storage main;
create index task_view_by_state on task_view (ns, status, start_at, seq);
create index task_view_by_status on task_view
  (ns, account, catalog, kind, status, start_at, seq);
create index task_view_by_invitation on task_view
  (ns, account, catalog, kind, invitation, start_at, seq);
create index task_view_by_opportunity on task_view
  (ns, account, catalog, kind, opportunity, start_at, seq);
create unique index task_view_unfinished on task_view (ns, account, kind, subject)
  where status = 'IN_PROGRESS' and subject is not null;
create unique index task_view_left on task_view (ns, account, kind, subject)
  where status = 'FAILED' and subject is not null;
create index task_view_by_engagement on task_view
  (ns, account, catalog, kind, engagement, start_at, seq);
create index task_view_by_context on task_view
  (ns, account, catalog, kind, context, start_at, seq);
create unique index task_view_by_id on task_view (ns, account, id);

create table invitation_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  participant text collate "C" not null,
  invited_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  status text collate "C" not null,
  expires_at bigint,
  engagement text collate "C" not null,
  payload_type text collate "C" not null,
  sender text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  primary key (ns, account, catalog, participant, invited_at, seq)
) with (toast_tuple_target = 8160);
alter table invitation_view alter column summary set storage main;
create index invitation_view_by_status on invitation_view
  (ns, account, catalog, participant, status, invited_at, seq);
create index invitation_view_by_engagement on invitation_view
  (ns, account, catalog, participant, engagement, invited_at, seq);
create index invitation_view_by_payload_type on invitation_view
  (ns, account, catalog, participant, payload_type, invited_at, seq);
create index invitation_view_by_sender on invitation_view
  (ns, account, catalog, participant, sender, invited_at, seq);
create unique index invitation_view_by_id on invitation_view (ns, account, id);

create table opportunity_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  modified_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  number bigint not null,
  created_at bigint not null,
  company text collate "C" not null,
  stage text collate "C" not null,
  review_status text collate "C" not null,
  close_date text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  primary key (ns, account, catalog, modified_at, seq)
) with (toast_tuple_target = 8160);
alter table opportunity_view alter column summary set storage main;
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
create unique index opportunity_view_by_id on opportunity_view (ns, account, id);

create table engagement_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  created_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  created_by text collate "C" not null default '',
  contexts bigint not null default 0,
  primary key (ns, account, catalog, created_at, seq)
) with (toast_tuple_target = 8160);
alter table engagement_view alter column summary set storage main;
create index engagement_view_by_created_by on engagement_view
  (ns, account, catalog, created_by, created_at, seq);
create index engagement_view_by_contexts on engagement_view
  (ns, account, catalog, contexts, created_at, seq);
create unique index engagement_view_by_id on engagement_view (ns, account, id);

create table job_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  created_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  engagement text collate "C" not null,
  status text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  resource text collate "C" not null default '',
  primary key (ns, account, catalog, created_at, seq)
) with (toast_tuple_target = 8160);
alter table job_view alter column summary set storage main;
create index job_view_by_engagement on job_view
  (ns, account, catalog, engagement, created_at, seq);
create index job_view_by_status on job_view (ns, account, catalog, status, created_at, seq);
create index job_view_by_resource on job_view (ns, account, catalog, resource, created_at, seq);
create unique index job_view_by_id on job_view (ns, account, id);

create table member (
  ns bigint not null,
  engagement text collate "C" not null,
  account text collate "C" not null,
  seq bigint not null,
  company text collate "C" not null,
  website text collate "C" not null,
  joined_at bigint not null,
  primary key (ns, engagement, account)
);

create table snapshot (
  ns bigint not null,
  engagement text collate "C" not null,
  resource text collate "C" not null,
  template text collate "C" not null,
  revision bigint not null,
  seq bigint not null,
  created_at bigint not null,
  created_by text collate "C" not null,
  digest bytea not null,
  body bytea not null
) with (toast_tuple_target = 8160);
alter table snapshot alter column body set storage main;
create index snapshot_by_owner on snapshot (ns, engagement, created_by, seq);
alter table snapshot add primary key (ns, engagement, resource, template, revision);

create table job_target (
  ns bigint not null,
  engagement text collate "C" not null,
  resource text collate "C" not null,
  template text collate "C" not null,
  job text collate "C" not null,
  primary key (ns, engagement, resource, template)
);

create table tag (
  ns bigint not null,
  arn text collate "C" not null,
  key text collate "C" not null,
  value text collate "C" not null,
  primary key (ns, arn, key)
);

create table ledger (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  operation text collate "C" not null,
  token text collate "C" not null,
  digest bytea not null,
  answer bytea not null,
  bound_at bigint not null,
  bound_wall bigint not null,
  primary key (ns, account, catalog, operation, token)
);
create index ledger_by_age on ledger (bound_wall);

create table agenda (
  ns bigint not null,
  due_at bigint not null,
  seq bigint not null,
  kind text collate "C" not null,
  ref text collate "C" not null,
  primary key (ns, due_at, seq)
);
create index agenda_by_ref on agenda (ns, kind, ref, due_at);

create table outbox (
  ns bigint not null,
  seq bigint not null,
  account text collate "C" not null,
  body bytea not null
) with (toast_tuple_target = 8160);
alter table outbox alter column body set storage main;
create index outbox_in_order on outbox (ns, seq);
alter table outbox add primary key (ns, account, seq);

create table task_fault (
  ns bigint not null,
  seq bigint not null,
  step text collate "C" not null,
  reason text collate "C" not null,
  message text collate "C" not null,
  remaining bigint not null,
  task text collate "C",
  fired bigint not null default 0,
  primary key (ns, seq)
);

create table prospecting_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  start_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  name text collate "C" not null,
  status text collate "C" not null,
  failed bigint not null,
  renderer bigint not null,
  summary bytea not null,
  primary key (ns, account, catalog, start_at, seq)
) with (toast_tuple_target = 8160);
alter table prospecting_view alter column summary set storage main;
create index prospecting_view_by_state on prospecting_view (ns, status, start_at, seq);
create index prospecting_view_by_name on prospecting_view
  (ns, account, catalog, name, start_at, seq);
create index prospecting_view_in_name on prospecting_view (ns, account, catalog, name, seq);
create index prospecting_view_in_failed on prospecting_view (ns, account, catalog, failed, seq);
create index prospecting_view_at_work on prospecting_view (ns, start_at, seq)
  where status in ('PENDING', 'IN_PROGRESS');
create unique index prospecting_view_by_id on prospecting_view (ns, account, id);

create table invited (
  ns bigint not null,
  engagement text collate "C" not null,
  account text collate "C" not null,
  invitation text collate "C" not null,
  expires_at bigint,
  primary key (ns, engagement, account)
);

create table snapshot_view (
  ns bigint not null,
  engagement text collate "C" not null,
  audience text collate "C" not null,
  created_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  resource text collate "C" not null,
  template text collate "C" not null,
  created_by text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  primary key (ns, engagement, audience, created_at, seq)
) with (toast_tuple_target = 8160);
alter table snapshot_view alter column summary set storage main;
create index snapshot_view_by_resource on snapshot_view
  (ns, engagement, audience, resource, created_at, seq);
create index snapshot_view_by_created_by on snapshot_view
  (ns, engagement, audience, created_by, created_at, seq);
create index snapshot_view_by_template on snapshot_view
  (ns, engagement, audience, template, created_at, seq);

create table association_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  created_at bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  engagement text collate "C" not null,
  resource text collate "C" not null,
  created_by text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  primary key (ns, account, catalog, created_at, seq)
) with (toast_tuple_target = 8160);
alter table association_view alter column summary set storage main;
create index association_view_by_engagement on association_view
  (ns, account, catalog, engagement, created_at, seq);
create index association_view_by_resource on association_view
  (ns, account, catalog, resource, created_at, seq);
create index association_view_by_created_by on association_view
  (ns, account, catalog, created_by, created_at, seq);
create unique index association_view_by_id on association_view (ns, account, id);

create table solution_view (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  number bigint not null,
  seq bigint not null,
  id text collate "C" not null,
  identifier text collate "C" not null,
  name text collate "C" not null,
  status text collate "C" not null,
  category text collate "C" not null,
  created_at bigint not null,
  offering text collate "C" not null,
  renderer bigint not null,
  summary bytea not null,
  primary key (ns, account, catalog, number, seq)
) with (toast_tuple_target = 8160);
alter table solution_view alter column summary set storage main;
create index solution_view_by_identifier on solution_view
  (ns, account, catalog, identifier, number, seq);
create index solution_view_by_status on solution_view
  (ns, account, catalog, status, number, seq);
create index solution_view_by_category on solution_view
  (ns, account, catalog, category, number, seq);
create index solution_view_by_offering on solution_view
  (ns, account, catalog, offering, number, seq);
create index solution_view_in_name on solution_view (ns, account, catalog, name, seq);
create index solution_view_in_status on solution_view (ns, account, catalog, status, seq);
create index solution_view_in_category on solution_view (ns, account, catalog, category, seq);
create index solution_view_in_created on solution_view (ns, account, catalog, created_at, seq);
create unique index solution_view_by_id on solution_view (ns, account, id);

create table follower (
  ns bigint not null,
  leader text collate "C" not null,
  follower text collate "C" not null,
  primary key (ns, leader, follower)
);

create table selling_settings (
  ns bigint not null,
  account text collate "C" not null,
  catalog text collate "C" not null,
  role text collate "C" not null,
  primary key (ns, account, catalog)
);

create table partner (
  ns bigint not null,
  account text collate "C" not null,
  company text collate "C",
  website text collate "C",
  in_aws bigint not null,
  in_sandbox bigint not null,
  primary key (ns, account)
);

create table desk_rule (
  ns bigint not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  seq bigint not null,
  body bytea not null
) with (toast_tuple_target = 8160);
alter table desk_rule alter column body set storage main;
create index desk_rule_in_order on desk_rule (ns, kind, seq);
alter table desk_rule add primary key (ns, kind, name);

create table lagging (
  ns bigint not null,
  seq bigint not null,
  written_at bigint not null,
  view text collate "C" not null,
  lead text collate "C" not null,
  id text collate "C" not null,
  body text collate "C",
  primary key (ns, seq)
) with (toast_tuple_target = 8160);

create table fault (
  ns bigint not null,
  seq bigint not null,
  operation text collate "C",
  account text collate "C",
  effect text collate "C" not null,
  error text collate "C",
  said text collate "C",
  moment text collate "C" not null,
  delay_ms bigint not null,
  remaining bigint,
  share bigint,
  seed bigint,
  expires_at bigint,
  drawn bigint not null,
  fired bigint not null,
  live bigint not null,
  primary key (ns, seq)
);



-- However many namespaces there are, one may have most of the rows: that a row is in a namespace
-- says nothing to the planner.
alter table document alter column ns set (n_distinct = 1);
alter table task_view alter column ns set (n_distinct = 1);
alter table invitation_view alter column ns set (n_distinct = 1);
alter table opportunity_view alter column ns set (n_distinct = 1);
alter table engagement_view alter column ns set (n_distinct = 1);
alter table job_view alter column ns set (n_distinct = 1);
alter table member alter column ns set (n_distinct = 1);
alter table snapshot alter column ns set (n_distinct = 1);
alter table job_target alter column ns set (n_distinct = 1);
alter table tag alter column ns set (n_distinct = 1);
alter table ledger alter column ns set (n_distinct = 1);
alter table agenda alter column ns set (n_distinct = 1);
alter table outbox alter column ns set (n_distinct = 1);
alter table task_fault alter column ns set (n_distinct = 1);
alter table prospecting_view alter column ns set (n_distinct = 1);
alter table invited alter column ns set (n_distinct = 1);
alter table snapshot_view alter column ns set (n_distinct = 1);
alter table association_view alter column ns set (n_distinct = 1);
alter table solution_view alter column ns set (n_distinct = 1);
alter table follower alter column ns set (n_distinct = 1);
alter table selling_settings alter column ns set (n_distinct = 1);
alter table partner alter column ns set (n_distinct = 1);
alter table desk_rule alter column ns set (n_distinct = 1);
alter table lagging alter column ns set (n_distinct = 1);
alter table fault alter column ns set (n_distinct = 1);
