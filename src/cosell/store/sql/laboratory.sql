-- Statements of whole namespaces: listed, copied, kept in files, behind their own time. See
-- engine.sql for the notation; `{columns}` are a table's own, as the database names them.

-- page_namespaces: namespaces by name, after one.
select name, offset_ms, frozen_at, pace, step_ms, profile, lag_ms, created_at, used_at
from namespace where name > :after order by name limit :limit;

-- read_traits: what a namespace's row says of it.
select {columns} from namespace where ns = :ns;

-- write_traits: let a namespace's row say it.
update namespace set {assignments} where ns = :ns;

-- read_rows: all that a namespace has in a table.
select {columns} from {table} where ns = :ns;

-- copy_rows: all that a namespace has in a table, for another one as well.
insert into {table} (ns, {columns}) select :to, {columns} from {table} where ns = :ns;

-- list_counters: how far the numbers of the whole database have come.
select name, next from counter where name <> 'ns' order by name;

-- raise_numbers: numbers of a counter begin there at least.
insert into counter (name, next) values (:name, :least)
on conflict (name) do update set
  next = case when counter.next > excluded.next then counter.next else excluded.next end;

-- put_lag: how far a namespace's lists are behind.
update namespace set lag_ms = :lag_ms where ns = :ns;

-- shadow_rows: lists begin to lag: they show a second row for each that there is.
insert into {table} (ns, {lead}, {columns})
select ns, :mark || {lead}, {columns} from {table} where ns = :ns and {lead} < :mark;

-- delete_shadows: lists lag no more.
delete from {table} where ns = :ns and {lead} >= :mark;

-- forget_lagging: nothing is to be shown later.
delete from lagging where ns = :ns;

-- insert_lagging: a row was written that lists show later.
insert into lagging (ns, seq, written_at, view, lead, id, body)
values (:ns, :seq, :written_at, :view, :lead, :id, :body);

-- next_lagging: when the first row was written that lists do not show yet.
select written_at from lagging where ns = :ns order by seq limit 1;

-- list_lagging: the first rows that lists do not show yet, in order.
select seq, written_at, view, lead, id, body from lagging where ns = :ns order by seq limit :limit;

-- delete_lagging: lists show a row now.
delete from lagging where ns = :ns and seq <= :seq;

-- read_view: a row as an account lists it.
select {columns} from {table} where ns = :ns and account = :account and id = :id;
