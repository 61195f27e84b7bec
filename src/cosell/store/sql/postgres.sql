-- What is said to PostgreSQL alone. See engine.sql for the notation.

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

-- clear_woken: somebody looks at a namespace now; whoever plans something calls somebody anew.
update namespace set woken_at = null where name = :name and woken_at <= :wall;

-- overlooked: namespaces in which something has been due for a while, and at which nobody was to
-- look lately.
select name from (
  select n.name, n.woken_at, coalesce(n.frozen_at, :wall + n.offset_ms) as now,
    (select a.due_at from agenda a where a.ns = n.ns order by a.due_at, a.seq limit 1) as due_at
  from namespace n
) waiting
where due_at < now - :late and (woken_at is null or woken_at < :wall - :patience);

-- sweep_some: delete at most so many of the rows that a namespace has in a table.
delete from {table} where ctid = any (array(
  select ctid from {table} where ns = :ns limit :batch for update skip locked));
