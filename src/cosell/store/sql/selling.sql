-- Statements of the selling service. See engine.sql for the notation. Where a few rows of a view are
-- wanted their index is named, since the planner would rather walk all that the account has.

-- insert_member: an account joins an engagement.
insert into member (ns, engagement, account, seq, company, website, joined_at)
values (:ns, :engagement, :account, :seq, :company, :website, :joined_at);

-- list_members: who is in an engagement, in order of joining; the company as the desk says by now,
-- else as it was when the account joined.
select m.account,
  coalesce((select company from partner where ns = m.ns and account = m.account), m.company),
  coalesce((select website from partner where ns = m.ns and account = m.account), m.website),
  m.joined_at
from member m where m.ns = :ns and m.engagement = :engagement order by m.seq;

-- creators: who made the engagements of an account's catalog, one step in the index for each.
with recursive creator (name) as (
  select (select created_by from engagement_view
    where ns = :ns and account = :account and catalog = :catalog and created_by > ''
    order by created_by limit 1)
  union all
  select (select v.created_by from engagement_view v
    where v.ns = :ns and v.account = :account and v.catalog = :catalog
      and v.created_by > creator.name
    order by v.created_by limit 1)
  from creator where creator.name is not null
)
select name from creator where name is not null limit :limit;

-- find_snapshot: one revision.
select revision, created_at, created_by, body from snapshot
where ns = :ns and engagement = :engagement and resource = :resource and template = :template
  and revision = :revision;

-- latest_snapshot: the newest revision.
select revision, created_at, created_by, body from snapshot
where ns = :ns and engagement = :engagement and resource = :resource and template = :template
order by revision desc limit 1;

-- latest_digest: what the newest revision is compared by, without its body.
select revision, digest from snapshot
where ns = :ns and engagement = :engagement and resource = :resource and template = :template
order by revision desc limit 1;

-- insert_snapshot: a revision, for ever.
insert into snapshot
  (ns, engagement, resource, template, revision, seq, created_at, created_by, digest, body)
values
  (:ns, :engagement, :resource, :template, :revision, :seq, :created_at, :created_by, :digest,
   :body);

-- latest_snapshotted_by: the resource that an account shared last in an engagement.
select resource from snapshot
where ns = :ns and engagement = :engagement and created_by = :account
order by seq desc limit 1;

-- engagements_of: where an account's resource is shown, with the number of its newest revision.
select engagement,
  (select s.seq from snapshot s
   where s.ns = a.ns and s.engagement = a.engagement and s.resource = a.resource
     and s.template = :template
   order by s.revision desc limit 1)
from association_view a indexed by association_view_by_resource
where ns = :ns and account = :account and catalog = :catalog and resource = :resource
order by a.created_at, a.seq;

-- undecided_in: of what an account lists as shown in an engagement, whoever's, that on which AWS
-- has yet to decide.
select a.resource from association_view a indexed by association_view_by_engagement
join opportunity_view o on o.ns = a.ns and o.account = a.created_by and o.id = a.resource
where a.ns = :ns and a.account = :account and a.catalog = :catalog and a.engagement = :engagement
  and o.review_status in ('Submitted', 'In review', 'Action Required');

-- submitted_for: an account's opportunities for a company that AWS knows of.
select id from opportunity_view indexed by opportunity_view_by_company
where ns = :ns and account = :account and catalog = :catalog and company = :company
  and review_status not in ('Pending Submission', 'Rejected')
order by modified_at, seq;

-- follow: the review of an opportunity follows that of another.
insert into follower (ns, leader, follower) values (:ns, :leader, :follower);

-- followers_of: the opportunities whose review follows that of another.
select follower from follower where ns = :ns and leader = :leader order by follower;

-- insert_job_target: what a snapshot job that somebody asked for is about.
insert into job_target (ns, engagement, resource, template, job)
values (:ns, :engagement, :resource, :template, :job);

-- find_job_target: the job that somebody asked for, for an engagement, a resource and a template.
select job from job_target
where ns = :ns and engagement = :engagement and resource = :resource and template = :template;

-- delete_job_target: the job that somebody asked for is no more; another may be asked for.
delete from job_target
where ns = :ns and engagement = :engagement and resource = :resource and template = :template
  and job = :job;

-- any_solution: whether an account has a solution in a catalog.
select 1 from solution_view
where ns = :ns and account = :account and catalog = :catalog and number >= 0
order by number limit 1;

-- find_solution: a solution of an account, by catalog and identifier.
select seq, name, status, category, created_at, offering from solution_view
where ns = :ns and account = :account and id = :id;

-- put_tag: set a tag of a resource.
insert into tag (ns, arn, key, value) values (:ns, :arn, :key, :value)
on conflict (ns, arn, key) do update set value = excluded.value;

-- delete_tag: take a tag of a resource away.
delete from tag where ns = :ns and arn = :arn and key = :key;

-- delete_tags: a resource is no more, and neither are its tags.
delete from tag where ns = :ns and arn = :arn;

-- list_tags: the tags of a resource, by key.
select key, value from tag where ns = :ns and arn = :arn order by key;

-- tasks_on: an account's task of a kind that is still at work on something, and the one that failed
-- and left something to go on with.
select status, id from task_view
where ns = :ns and account = :account and kind = :kind and subject = :subject
  and status = 'IN_PROGRESS'
union all
select status, id from task_view
where ns = :ns and account = :account and kind = :kind and subject = :subject
  and status = 'FAILED';

-- unfinished_tasks: every task of a namespace that is still at work, in order of start; not the
-- second rows of lists that lag.
select kind, id from task_view indexed by task_view_by_state
where ns = :ns and status = 'IN_PROGRESS' and account < '~' order by start_at, seq;

-- unfinished_prospecting: every prospecting task of a namespace that is still at work; not the
-- second rows of lists that lag.
select 'prospecting-from-engagement-task', id
from prospecting_view indexed by prospecting_view_at_work
where ns = :ns and status in ('PENDING', 'IN_PROGRESS') and account < '~' order by start_at, seq;

-- count_tasks: how many tasks of a kind are at work, counted in each namespace by the index of what
-- is in a state there, so that no database walks what has ended; not the second rows of lists that
-- lag.
select cast(coalesce(sum((
  select count(*) from task_view t indexed by task_view_by_state
  where t.ns = n.ns and t.status = :state and t.kind = :kind and t.account < '~')), 0) as bigint)
from namespace n;

-- count_prospecting: how many prospecting tasks are in a state at work; as count_tasks.
select cast(coalesce(sum((
  select count(*) from prospecting_view p indexed by prospecting_view_by_state
  where p.ns = n.ns and p.status = :state and p.account < '~')), 0) as bigint)
from namespace n;

-- find_settings: the role of an account's snapshot jobs in a catalog.
select role from selling_settings where ns = :ns and account = :account and catalog = :catalog;

-- put_settings: set it.
insert into selling_settings (ns, account, catalog, role)
values (:ns, :account, :catalog, :role)
on conflict (ns, account, catalog) do update set role = excluded.role;

-- delete_settings: clear it.
delete from selling_settings where ns = :ns and account = :account and catalog = :catalog;

-- find_partner: what the desk said of an account.
select company, website, in_aws, in_sandbox from partner where ns = :ns and account = :account;

-- put_partner: say it.
insert into partner (ns, account, company, website, in_aws, in_sandbox)
values (:ns, :account, :company, :website, :in_aws, :in_sandbox)
on conflict (ns, account) do update set company = excluded.company, website = excluded.website,
  in_aws = excluded.in_aws, in_sandbox = excluded.in_sandbox;

-- add_shut_out: of the namespace's accounts one more, or one fewer, is one that a catalog does not
-- know.
update namespace set shut_out = shut_out + :change where ns = :ns;

-- jobs_in: an account's jobs that share an opportunity in an engagement, in order of their making.
select id from job_view indexed by job_view_by_resource
where ns = :ns and account = :account and catalog = :catalog and resource = :resource
  and engagement = :engagement order by created_at, seq;

-- running_jobs: an account's jobs that share an opportunity, in order of their making.
select id from job_view indexed by job_view_by_resource
where ns = :ns and account = :account and catalog = :catalog and resource = :resource
  and status = 'Running' order by created_at, seq;

-- invite: an account is asked into an engagement; an invitation whose time is over gives way, and
-- one that can still be answered does not: then nothing changes.
insert into invited (ns, engagement, account, invitation, expires_at)
values (:ns, :engagement, :account, :invitation, :expires_at)
on conflict (ns, engagement, account) do update set invitation = excluded.invitation,
  expires_at = excluded.expires_at
where invited.expires_at <= :now;

-- answer_invitation: an account that was asked into an engagement has answered, or cannot any more.
delete from invited
where ns = :ns and engagement = :engagement and account = :account and invitation = :invitation;

-- list_invited: who is asked into an engagement and can still answer.
select account, invitation from invited
where ns = :ns and engagement = :engagement and (expires_at is null or expires_at > :now);

-- invitations_of: what an account of a namespace, AWS mostly, was asked and can still answer, unless
-- its time is over.
select invitation from invited where ns = :ns and account = :account;

-- awaiting_review: the opportunities of a namespace, whoever's, that AWS has to look at, one step in
-- the index for each account; not the second rows of lists that lag.
with recursive owner (name) as (
  select (select account from opportunity_view
    where ns = :ns and account < '~' order by account limit 1)
  union all
  select (select v.account from opportunity_view v
    where v.ns = :ns and v.account > owner.name and v.account < '~' order by v.account limit 1)
  from owner where owner.name is not null
)
select o.id from owner
cross join opportunity_view o indexed by opportunity_view_by_review_status
where o.ns = :ns and o.account = owner.name and o.catalog in ('AWS', 'Sandbox')
  and o.review_status in ('Submitted', 'In review');

-- copy_associations: a new member of an engagement sees what is shown there.
insert into association_view
  (ns, account, catalog, created_at, seq, id, engagement, resource, created_by, renderer, summary)
select ns, :account, catalog, created_at, seq, id, engagement, resource, created_by, renderer,
  summary
from association_view indexed by association_view_by_engagement
where ns = :ns and account = :member and catalog = :catalog and engagement = :engagement
order by created_at, seq;

-- associations_in: what an account lists as shown in an engagement.
select id from association_view indexed by association_view_by_engagement
where ns = :ns and account = :account and catalog = :catalog and engagement = :engagement
order by created_at, seq;

-- put_desk_rule: what the desk says of a kind, under a name; said again, it keeps its place.
insert into desk_rule (ns, kind, name, seq, body) values (:ns, :kind, :name, :seq, :body)
on conflict (ns, kind, name) do update set body = excluded.body;

-- find_desk_rule: what the desk says of a kind, under a name.
select body from desk_rule where ns = :ns and kind = :kind and name = :name;

-- list_desk_rules: all that the desk says of a kind, in order.
select body from desk_rule where ns = :ns and kind = :kind order by seq;

-- delete_desk_rule: the desk takes it back.
delete from desk_rule where ns = :ns and kind = :kind and name = :name;

-- delete_desk_rules: the desk takes back all of a kind.
delete from desk_rule where ns = :ns and kind = :kind;
