-- Statements of the selling service. See engine.sql for the notation.

-- insert_member: an account joins an engagement.
insert into member (ns, engagement, account, seq, company, website, joined_at)
values (:ns, :engagement, :account, :seq, :company, :website, :joined_at);

-- list_members: who is in an engagement, in order of joining.
select account, company, website, joined_at from member
where ns = :ns and engagement = :engagement order by seq;

-- find_snapshot: one revision.
select revision, created_at, created_by, digest, body from snapshot
where ns = :ns and engagement = :engagement and resource = :resource and template = :template
  and revision = :revision;

-- latest_snapshot: the newest revision.
select revision, created_at, created_by, digest, body from snapshot
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

-- insert_job_target: what a snapshot job that somebody asked for is about.
insert into job_target (ns, engagement, resource, template, job)
values (:ns, :engagement, :resource, :template, :job);

-- find_job_target: the job that somebody asked for, for an engagement, a resource and a template.
select job from job_target
where ns = :ns and engagement = :engagement and resource = :resource and template = :template;

-- put_tag: set a tag of a resource.
insert into tag (ns, arn, key, value) values (:ns, :arn, :key, :value)
on conflict (ns, arn, key) do update set value = excluded.value;

-- list_tags: the tags of a resource, by key.
select key, value from tag where ns = :ns and arn = :arn order by key;

-- unfinished_task: the task that is still at work on an invitation for an account.
select id from task_view
where ns = :ns and account = :account and invitation = :invitation and status = 'IN_PROGRESS';

-- unfinished_tasks: every task of a namespace that is still at work, in order of start.
select account, id from task_view where ns = :ns and status = 'IN_PROGRESS'
order by start_at, seq;
