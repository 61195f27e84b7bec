-- What a laboratory in a test suite keeps. See 0001 for the rules of the schema.

-- How far a namespace's lists are behind what was written, in its own time; 0: not at all.
alter table namespace add column lag_ms integer not null default 0;
