-- What a laboratory in a test suite keeps. See 0001 for the rules of the schema.

-- How far a namespace's lists are behind what was written, in its own time; 0: not at all.
alter table namespace add column lag_ms integer not null default 0;

-- What lists do not show yet: rows of views as they were written, in order. Where lists lag, they
-- show rows of their own, whose account (or engagement) has '~' in front, and which follow these.
create table lagging (
  ns integer not null,
  seq integer not null,
  written_at integer not null,     -- in the namespace's time
  view text not null,
  lead text not null,              -- whose row: the account, or the engagement
  id text not null,
  body text,                       -- the row as JSON, a blob as text; null: it was taken away
  primary key (ns, seq)
) without rowid;

-- What calls meet. Faults stay, with what became of them, until they are deleted or the namespace
-- is reset; `live` ones may still act, and namespace.faults counts those.
alter table fault rename to plain_fault;
create table fault (
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
insert into fault
select ns, seq, operation, null, 'Error', error, null, 'Before', 0, remaining, null, null, null, 0, 0, 1
from plain_fault;
drop table plain_fault;
alter table task_fault add column fired integer not null default 0;

-- Whether calls over AWS's quotas are refused (Documented) or only counted (Relaxed).
alter table namespace add column quotas text not null default 'Relaxed';

-- Tasks by their state, whoever's, for the desk.
drop index task_view_at_work;
create index task_view_by_state on task_view (ns, status, start_at, seq);
create index prospecting_view_by_state on prospecting_view (ns, status, start_at, seq);
