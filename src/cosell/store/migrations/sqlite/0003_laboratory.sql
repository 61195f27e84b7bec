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
