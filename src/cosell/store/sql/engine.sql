-- The engine's own statements. `-- name: what it is for`; `:name` is a value, `{name}` an identifier
-- that a view's record supplies (never input).

-- find_setting: a value of the whole database.
select value from setting where name = :name;

-- put_setting: bind a value of the whole database once.
insert into setting (name, value) values (:name, :value) on conflict (name) do nothing;

-- take_numbers: reserve a block of a counter; answers the first number after it.
insert into counter (name, next) values (:name, 1 + :size)
on conflict (name) do update set next = counter.next + :size returning next;

-- find_namespace: what a name stands for at present.
select ns, offset_ms, frozen_at, pace, step_ms, faults, used_at, profile, shut_out, lag_ms,
  quotas
from namespace
where name = :name;

-- insert_namespace: give a name its first integer.
insert into namespace
  (name, ns, offset_ms, frozen_at, pace, step_ms, faults, created_at, used_at)
values (:name, :ns, 0, null, :pace, :step_ms, 0, :wall, :wall);

-- delete_namespace: a name stands for nothing any more.
delete from namespace where name = :name;

-- retire_namespace: hand an integer's rows to the sweep.
insert into retired (ns, retired_at) values (:ns, :wall);

-- touch_namespace: remember that a namespace is in use.
update namespace set used_at = :wall where name = :name;

-- put_clock: move or freeze a namespace's clock.
update namespace set offset_ms = :offset_ms, frozen_at = :frozen_at where ns = :ns;

-- put_pace: how tasks that start from now on advance.
update namespace set pace = :pace, step_ms = :step_ms where ns = :ns;

-- put_profile: which of two readings a namespace follows.
update namespace set profile = :profile where ns = :ns;

-- put_quotas: whether calls over a quota are refused.
update namespace set quotas = :mode where ns = :ns;

-- namespace_is_empty: whether anything was ever made in a namespace.
select not exists (select 1 from document where ns = :ns)
  and not exists (select 1 from outbox where ns = :ns);

-- due_namespaces: for each namespace that has an agenda, when its first entry is due.
select n.name, n.offset_ms, n.frozen_at,
  (select a.due_at from agenda a where a.ns = n.ns order by a.due_at, a.seq limit 1) as due_at
from namespace n
where exists (select 1 from agenda a where a.ns = n.ns);

-- agenda_lag: for how long the first entry has been due, in the running namespace where that is
-- longest.
select max(:wall + n.offset_ms
  - (select a.due_at from agenda a where a.ns = n.ns order by a.due_at, a.seq limit 1))
from namespace n where n.frozen_at is null;

-- first_due: the entry of a namespace's agenda that comes first, if it is due.
select due_at, seq, kind, ref from agenda
where ns = :ns and due_at <= :until order by due_at, seq limit 1;

-- due_of: when something is due for a thing next.
select due_at from agenda where ns = :ns and kind = :kind and ref = :ref order by due_at limit 1;

-- insert_agenda: something is due at an instant.
insert into agenda (ns, due_at, seq, kind, ref) values (:ns, :due_at, :seq, :kind, :ref);

-- take_due: the entry of a namespace's agenda that comes first is done, if it is due; answers it.
delete from agenda
where ns = :ns and (due_at, seq) = (
  select due_at, seq from agenda
  where ns = :ns and due_at <= :until order by due_at, seq limit 1)
returning due_at, seq, kind, ref;

-- due_ahead: the entries of a namespace's agenda that come first, of those that are due.
select due_at, seq, kind, ref from agenda
where ns = :ns and due_at <= :until order by due_at, seq limit :limit;

-- done: an entry of a namespace's agenda is done.
delete from agenda where ns = :ns and due_at = :due_at and seq = :seq;

-- forget_agenda: what was due for a thing is so no more.
delete from agenda where ns = :ns and kind = :kind and ref = :ref;

-- move_agenda: what was due in a while is due in as long a while on a clock that was put.
update agenda set due_at = due_at + :by_ms where ns = :ns;

-- move_faults: what ends in a while ends in as long a while on a clock that was put.
update fault set expires_at = expires_at + :by_ms where ns = :ns and expires_at is not null;

-- move_lagging: what was written a while ago was so on a clock that was put.
update lagging set written_at = written_at + :by_ms where ns = :ns;

-- find_document: a resource's truth, by its key.
select catalog, owner, revision, seq, body from document
where ns = :ns and kind = :kind and id = :id;

-- insert_document: a resource comes to be.
insert into document (ns, kind, id, catalog, owner, revision, seq, body)
values (:ns, :kind, :id, :catalog, :owner, :after, :seq, :body);

-- replace_document: a resource changes, unless somebody else changed it.
update document set body = :body, owner = :owner, revision = :after
where ns = :ns and kind = :kind and id = :id and revision = :revision;

-- delete_document: a resource is no more, unless somebody else changed it.
delete from document where ns = :ns and kind = :kind and id = :id and revision = :revision;

-- find_visible: a resource's truth, if the account has a view row of it.
select d.catalog, d.owner, d.revision, d.seq, d.body from {table} v
join document d on d.ns = v.ns and d.kind = :kind and d.id = v.id
where v.ns = :ns and v.account = :account and v.id = :id and v.catalog = :catalog limit 1;

-- insert_view: an account may list a resource from now on.
insert into {table} ({columns}) values ({values});

-- update_view: what an account sees of a resource changes.
update {table} set {assignments} where ns = :ns and account = :account and id = :id;

-- delete_view: an account may see a resource no more.
delete from {table} where ns = :ns and account = :account and id = :id;

-- recall: what a client token made.
select digest, answer, bound_at, bound_wall from ledger
where ns = :ns and account = :account and catalog = :catalog and operation = :operation
  and token = :token;

-- record: bind a client token to what it made; an outlived binding gives way.
insert into ledger
  (ns, account, catalog, operation, token, digest, answer, bound_at, bound_wall)
values
  (:ns, :account, :catalog, :operation, :token, :digest, :answer, :bound_at, :bound_wall)
on conflict (ns, account, catalog, operation, token) do update set digest = excluded.digest,
  answer = excluded.answer, bound_at = excluded.bound_at, bound_wall = excluded.bound_wall;

-- span_end: when a binding was made before which so many were made since an instant.
select bound_wall from ledger where bound_wall >= :since and bound_wall < :until
order by bound_wall limit 1 offset :many;

-- outlived: some bindings of a span of real time whose day is over also by their namespace's clock,
-- from the oldest on.
select l.ns, l.account, l.catalog, l.operation, l.token, l.bound_wall from ledger l
join namespace n on n.ns = l.ns
where l.bound_wall >= :since and l.bound_wall < :until
  and l.bound_at < coalesce(n.frozen_at, :wall + n.offset_ms) - :remembered
order by l.bound_wall limit :limit;

-- take_outlived: as outlived, for who forgets them.
select l.ns, l.account, l.catalog, l.operation, l.token, l.bound_wall from ledger l
join namespace n on n.ns = l.ns
where l.bound_wall >= :since and l.bound_wall < :until
  and l.bound_at < coalesce(n.frozen_at, :wall + n.offset_ms) - :remembered
order by l.bound_wall limit :limit;

-- unbind: forget what a client token made.
delete from ledger
where ns = :ns and account = :account and catalog = :catalog and operation = :operation and
  token = :token;

-- next_token_scope: the account, catalog and operation that come next among a namespace's tokens.
select account, catalog, operation from ledger
where ns = :ns and (account, catalog, operation) > (:account, :catalog, :operation)
order by account, catalog, operation limit 1;

-- page_tokens: tokens of an account, a catalog and an operation that are remembered.
select token, answer, bound_at, bound_wall from ledger
where ns = :ns and account = :account and catalog = :catalog and operation = :operation
  and token > :after
  and (bound_at >= :now - :remembered or bound_wall >= :wall - :remembered)
order by token limit :limit;

-- emit: an event for one receiver.
insert into outbox (ns, seq, account, body) values (:ns, :seq, :account, :body);

-- page_events: a namespace's events, oldest first.
select seq, account, body from outbox
where ns = :ns and seq > :after order by seq limit :limit;

-- page_events_of_account: one receiver's events, oldest first.
select seq, account, body from outbox
where ns = :ns and account = :account and seq > :after order by seq limit :limit;

-- insert_fault: calls meet something from now on.
insert into fault (ns, seq, operation, account, effect, error, said, moment, delay_ms, remaining,
  share, seed, expires_at, drawn, fired, live)
values (:ns, :seq, :operation, :account, :effect, :error, :said, :moment, :delay_ms, :remaining,
  :share, :seed, :expires_at, :drawn, :fired, :live);

-- delete_faults_of: what was asked for an operation is taken back.
delete from fault
where ns = :ns and coalesce(operation, '') = coalesce(cast(:operation as text), '')
  and (cast(:account as text) is null or account = :account);

-- delete_task_faults_of: what was asked for a step is taken back.
delete from task_fault
where ns = :ns and step = :step and (cast(:task as text) is null or task = :task);

-- delete_fault: one fault of calls is taken back.
delete from fault where ns = :ns and seq = :seq;

-- forget_fault: one that acts no more gives way to others.
delete from fault where ns = :ns and seq = :seq and live = 0;

-- delete_task_fault: one fault of tasks is taken back.
delete from task_fault where ns = :ns and seq = :seq;

-- count_faults: keep the namespace's number of faults that may still act true.
update namespace set faults = (select count(*) from fault where ns = :ns and live = 1)
  + (select count(*) from task_fault where ns = :ns and remaining > 0)
where ns = :ns;

-- live_faults: what may act on a call, in the order in which it was put.
select seq, operation, account, effect, error, said, moment, delay_ms, remaining, share, seed,
  expires_at, drawn, fired, live
from fault
where ns = :ns and live = 1 and (operation is null or operation = :operation)
  and (account is null or account = :account)
order by seq;

-- list_faults: every fault of calls, in the order in which it was put.
select seq, operation, account, effect, error, said, moment, delay_ms, remaining, share, seed,
  expires_at, drawn, fired, live
from fault where ns = :ns order by seq;

-- fault_numbers: which faults of calls there are, and whether they may still act.
select seq, live from fault where ns = :ns order by seq;

-- replace_fault: what a call left of a fault.
update fault set remaining = :remaining, drawn = :drawn, fired = :fired, live = :live
where ns = :ns and seq = :seq;

-- insert_task_fault: the next tasks fail at a step.
insert into task_fault (ns, seq, task, step, reason, message, remaining, fired)
values (:ns, :seq, :task, :step, :reason, :message, :remaining, :fired);

-- find_task_fault: the fault that the next task meets at a step.
select seq, reason, message, remaining from task_fault
where ns = :ns and step = :step and (task is null or task = :task) and remaining > 0
order by seq limit 1;

-- list_task_faults: every fault of tasks, in the order in which it was put.
select seq, task, step, reason, message, remaining, fired from task_fault
where ns = :ns order by seq;

-- task_fault_numbers: which faults of tasks there are, and whether they may still act.
select seq, remaining > 0 from task_fault where ns = :ns order by seq;

-- spend_task_fault: one task fewer to fail.
update task_fault set remaining = remaining - 1, fired = fired + 1
where ns = :ns and seq = :seq and remaining > 0;

-- sweepable: an integer whose rows are to be deleted.
select ns from retired where retired_at <= :before order by ns limit 1;

-- count_retired: integers whose rows are yet to be deleted.
select count(*) from retired;

-- forget_retired: nothing is left of an integer.
delete from retired where ns = :ns;
