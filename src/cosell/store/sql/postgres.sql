-- What is said to PostgreSQL alone, or otherwise than to SQLite. See engine.sql for the notation.
-- Nobody can name an index here; an order that only one index gives leaves the planner no choice.

-- lock_namespace: what a name stands for, for who writes there and lets nobody else write meanwhile;
-- a block of `seq` that is drawn when that is so, and so follows those of all who wrote before.
with held as materialized (
  select ns, offset_ms, frozen_at, pace, step_ms, faults, used_at, profile, shut_out, lag_ms,
    quotas, woken_at
  from namespace where name = :name for no key update
)
select held.*, nextval('seq') from held;

-- take_seq: a block of `seq` for who writes in no namespace, or has used one up.
select nextval('seq');

-- raise_seq: `seq` goes on beyond a number, and beyond what may be drawn meanwhile.
select setval('seq', greatest(:least, last_value + :margin), false) from seq
where last_value < :least;

-- wait_for: only one at a time goes on, until its transaction ends.
select pg_advisory_xact_lock(:lock);

-- lock_number: wait for who writes in a namespace, and write there alone, when its name is not known.
select 1 from namespace where ns = :ns for no key update;

-- put_woken: when a worker looks at a namespace next.
update namespace set woken_at = :woken_at where name = :name;

-- clear_woken: who was to look at a namespace at an instant, or before, does so now; whoever plans
-- something calls somebody anew.
update namespace set woken_at = null where name = :name and woken_at <= :at;

-- unplanned: namespaces in which something is due soon, and at which nobody is to look, or should
-- have looked a while ago. Where the clock stands nothing comes nearer: what is due there counts.
select n.name from namespace n
where (n.woken_at is null or n.woken_at < :wall - :patience)
  and (select a.due_at from agenda a where a.ns = n.ns order by a.due_at, a.seq limit 1)
    <= coalesce(n.frozen_at, :wall + n.offset_ms + :soon);

-- be_impatient: wait no longer than that for anybody's lock, until the transaction ends.
select set_config('lock_timeout', :limit, true);

-- insert_rows: rows of a table, column by column; or what a statement inserts, for many rows.
insert into {table} ({columns}) select * from unnest({arrays});

-- update_rows: what a statement changes, for many rows.
update {table} t set {assignments} from unnest({arrays}) r ({names}) where {conditions};

-- delete_rows: what a statement deletes, for many rows.
delete from {table} t using unnest({arrays}) r ({names}) where {conditions};

-- sweepable: as in engine.sql; whoever sweeps holds it, so that nobody else takes it for swept
-- while rows of it can come back.
select ns from retired where retired_at <= :before order by ns limit 1 for update skip locked;

-- sweep_some: delete at most so many of the rows that a namespace has in a table.
delete from {table} where ctid = any (array(
  select ctid from {table} where ns = :ns limit :batch for update));

-- take_outlived: as in engine.sql; those that somebody else forgets, or binds anew, are left to him.
select l.ns, l.account, l.catalog, l.operation, l.token, l.bound_wall from ledger l
join namespace n on n.ns = l.ns
where l.bound_wall >= :since and l.bound_wall < :until
  and l.bound_at < coalesce(n.frozen_at, :wall + n.offset_ms) - :remembered
order by l.bound_wall limit :limit
for update of l skip locked;

-- awaiting_review: as in selling.sql; in the order of its index.
with recursive owner (name) as (
  select (select account from opportunity_view
    where ns = :ns and account < '~' order by account limit 1)
  union all
  select (select v.account from opportunity_view v
    where v.ns = :ns and v.account > owner.name and v.account < '~' order by v.account limit 1)
  from owner where owner.name is not null
)
select o.id from owner
cross join (values ('AWS'), ('Sandbox')) c (catalog)
cross join (values ('Submitted'), ('In review')) s (status)
cross join lateral (
  select id from opportunity_view
  where ns = :ns and account = owner.name and catalog = c.catalog and review_status = s.status
  order by modified_at, seq
) o;

-- undecided_in: as in selling.sql; each is looked up by itself.
select a.resource from association_view a
cross join lateral (
  select review_status from opportunity_view
  where ns = a.ns and account = a.created_by and id = a.resource limit 1
) o
where a.ns = :ns and a.account = :account and a.catalog = :catalog and a.engagement = :engagement
  and o.review_status in ('Submitted', 'In review', 'Action Required')
order by a.created_at, a.seq;

-- idle_backends: for how many seconds each backend has had nothing to do; 0 for one that is at work,
-- or of which nothing is told.
select pid, case
    when state in ('idle', 'idle in transaction', 'idle in transaction (aborted)')
    then extract(epoch from clock_timestamp() - state_change)
    else 0
  end
from pg_stat_get_activity(null) where pid = any(:pids);

-- missing_rights: what this role may not do with each table and sequence of whoever migrated; of the
-- formats it needs to know only.
select case c.relkind when 'S' then 'sequence' else 'table' end, quote_ident(c.relname),
  array_to_string(missing, ', ')
from pg_class f
join pg_class c on c.relnamespace = f.relnamespace and c.relowner = f.relowner
  and c.relkind in ('r', 'S')
cross join lateral (select array(
  select needed from unnest(case
      when c.relkind = 'S' then array['SELECT', 'USAGE', 'UPDATE']
      when c.oid = f.oid then array['SELECT']
      else array['SELECT', 'INSERT', 'UPDATE', 'DELETE']
    end) needed
  where not case
      when c.relkind = 'S' then has_sequence_privilege(c.oid, needed)
      else has_table_privilege(c.oid, needed)
    end
)) lacking (missing)
where f.oid = to_regclass('cosell_format') and missing <> '{}';
