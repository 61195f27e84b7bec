-- What the operations beyond the founding story keep. See 0001 for the rules of the schema.

-- A namespace's profile, and how many accounts it shuts out of a catalog (rows of `partner`).
alter table namespace add column profile text not null default 'observed';
alter table namespace add column shut_out integer not null default 0;

-- Tasks of the other kinds. `subject` is what a task about one thing has to itself: while it is at
-- work, and after it failed and left something to go on with.
alter table task_view add column engagement text;
alter table task_view add column context text;
alter table task_view add column subject text;
update task_view set subject = invitation
where status = 'IN_PROGRESS' or status = 'FAILED' and id = (
  select json_extract(cast(d.body as text), '$.accepted_by') from document d
  where d.ns = task_view.ns and d.kind = 'engagement-invitation' and d.id = task_view.invitation);
drop index task_view_unfinished;
create unique index task_view_unfinished on task_view (ns, account, kind, subject)
  where status = 'IN_PROGRESS' and subject is not null;
create unique index task_view_left on task_view (ns, account, kind, subject)
  where status = 'FAILED' and subject is not null;
-- The agenda says of which kind the task is whose step is due.
update agenda set ref = 'engagement-by-accepting-invitation-task/' || ref where kind = 'task-step';
-- A fault may wait for tasks that one operation started; null: for any.
alter table task_fault add column task text;
create index task_view_by_engagement on task_view
  (ns, account, catalog, kind, engagement, start_at, seq);
create index task_view_by_context on task_view
  (ns, account, catalog, kind, context, start_at, seq);

create table prospecting_view (
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
create unique index prospecting_view_by_id on prospecting_view (ns, account, id);
create index prospecting_view_by_name on prospecting_view
  (ns, account, catalog, name, start_at, seq);
create index prospecting_view_in_name on prospecting_view (ns, account, catalog, name, seq);
create index prospecting_view_in_failed on prospecting_view (ns, account, catalog, failed, seq);
create index prospecting_view_at_work on prospecting_view (ns, start_at, seq)
  where status in ('PENDING', 'IN_PROGRESS');

-- Engagements by who made them and by the types of their contexts: a sum of 1 CustomerProject,
-- 2 Lead, 4 ProspectingResult.
alter table engagement_view add column created_by text not null default '';
alter table engagement_view add column contexts integer not null default 0;
update engagement_view set
  created_by = (
    select json_extract(cast(d.body as text), '$.CreatedBy') from document d
    where d.ns = engagement_view.ns and d.kind = 'engagement' and d.id = engagement_view.id),
  contexts = (
    select coalesce(max(json_extract(c.value, '$.Type') = 'CustomerProject'), 0)
      + 2 * coalesce(max(json_extract(c.value, '$.Type') = 'Lead'), 0)
      + 4 * coalesce(max(json_extract(c.value, '$.Type') = 'ProspectingResult'), 0)
    from document d, json_each(cast(d.body as text), '$.Contexts') c
    where d.ns = engagement_view.ns and d.kind = 'engagement' and d.id = engagement_view.id);
create index engagement_view_by_created_by on engagement_view
  (ns, account, catalog, created_by, created_at, seq);
create index engagement_view_by_contexts on engagement_view
  (ns, account, catalog, contexts, created_at, seq);

-- Accounts that are asked into an engagement and have not answered: one invitation each.
create table invited (
  ns integer not null,
  engagement text not null,
  account text not null,
  invitation text not null,
  expires_at integer,              -- null: never
  primary key (ns, engagement, account)
) without rowid;
insert or ignore into invited (ns, engagement, account, invitation, expires_at)
select ns, engagement, account, id, expires_at from invitation_view
where participant = 'RECEIVER' and status = 'PENDING' order by seq desc;

-- Jobs of one opportunity.
alter table job_view add column resource text not null default '';
update job_view set resource = (
  select json_extract(cast(d.body as text), '$.ResourceId') from document d
  where d.ns = job_view.ns and d.kind = 'resource-snapshot-job' and d.id = job_view.id);
create index job_view_by_resource on job_view (ns, account, catalog, resource, created_at, seq);

-- The revisions of an engagement in the order of their making. `audience` is '' for what every
-- member sees, else the only account that does; `id` is the snapshot's ARN.
create table snapshot_view (
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
create index snapshot_view_by_resource on snapshot_view
  (ns, engagement, audience, resource, created_at, seq);
create index snapshot_view_by_created_by on snapshot_view
  (ns, engagement, audience, created_by, created_at, seq);
create index snapshot_view_by_template on snapshot_view
  (ns, engagement, audience, template, created_at, seq);
insert into snapshot_view
  (ns, engagement, audience, created_at, seq, id, resource, template, created_by, renderer, summary)
select s.ns, s.engagement, '', s.created_at, s.seq, a.arn, s.resource, s.template, s.created_by, 1,
  cast(json_object('Arn', a.arn, 'CreatedBy', s.created_by, 'ResourceId', s.resource,
    'ResourceSnapshotTemplateName', s.template, 'ResourceType', 'Opportunity',
    'Revision', s.revision) as blob)
from snapshot s
join document d on d.ns = s.ns and d.kind = 'engagement' and d.id = s.engagement
join (
  select ns, seq, (select 'arn:aws:partnercentral:us-east-1::catalog/' || e.catalog
      from document e where e.ns = i.ns and e.kind = 'engagement' and e.id = i.engagement)
    || '/engagement/' || engagement || '/resource/Opportunity/' || resource || '/template/'
    || template || '/snapshot/' || revision as arn
  from snapshot i
) a on a.ns = s.ns and a.seq = s.seq;

-- Which resources are shown in which engagements, for each member.
create table association_view (
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
create unique index association_view_by_id on association_view (ns, account, id);
create index association_view_by_engagement on association_view
  (ns, account, catalog, engagement, created_at, seq);
create index association_view_by_resource on association_view
  (ns, account, catalog, resource, created_at, seq);
create index association_view_by_created_by on association_view
  (ns, account, catalog, created_by, created_at, seq);
insert into association_view
  (ns, account, catalog, created_at, seq, id, engagement, resource, created_by, renderer, summary)
select s.ns, m.account, d.catalog, s.created_at, s.seq, s.engagement || '/' || s.resource,
  s.engagement, s.resource, s.created_by, 1,
  cast(json_object('Catalog', d.catalog, 'CreatedBy', s.created_by, 'EngagementId', s.engagement,
    'ResourceId', s.resource, 'ResourceType', 'Opportunity') as blob)
from snapshot s
join document d on d.ns = s.ns and d.kind = 'engagement' and d.id = s.engagement
join member m on m.ns = s.ns and m.engagement = s.engagement and m.account <> 'aws'
where s.revision = 1 and s.template = 'OpportunitySummaryView';

-- Solutions of an account that has others than a new account's.
create table solution_view (
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
create unique index solution_view_by_id on solution_view (ns, account, id);
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

-- Opportunities whose review follows another account's.
create table follower (
  ns integer not null,
  leader text not null,
  follower text not null,
  primary key (ns, leader, follower)
) without rowid;

-- PutSellingSystemSettings.
create table selling_settings (
  ns integer not null,
  account text not null,
  catalog text not null,
  role text not null,
  primary key (ns, account, catalog)
) without rowid;

-- What the desk says of an account (PutPartner): its company, and whether a catalog knows it.
create table partner (
  ns integer not null,
  account text not null,
  company text,
  website text,
  in_aws integer not null,
  in_sandbox integer not null,
  primary key (ns, account)
) without rowid;

-- What AWS does by itself (PutAutopilot), what prospecting finds (PutProspectingResult), and what
-- an estimate's address is worth (PutEstimate): each a JSON document under a name.
create table desk_rule (
  ns integer not null,
  kind text not null,
  name text not null,
  seq integer not null,
  body blob not null,
  primary key (ns, kind, name)
) without rowid;
create index desk_rule_in_order on desk_rule (ns, kind, seq);
