-- Keyset pages, composed by pages.py: identifiers come from a view's record, values from the call.

-- branch: one ordered run of a view's rows.
select {sort}, seq, {shown} from {table} {hint}
where {lead}{predicates} and ({sort}, seq) {beyond} (:after, :after_seq)
order by {sort} {order}, seq {order} limit :limit

-- found: a run of few rows, in any order, for a database to which no index can be named: an order
-- would lure it into a walk of the whole list. `offset 0` keeps it from looking at what is outside.
select {sort}, seq, {shown} from (
  select * from {table} {hint} where {lead}{predicates}{sorted} offset 0
) as found
where ({sort}, seq) {beyond} (:after, :after_seq){fixed}

-- run: one of several ordered runs.
select * from ({run}) as run_{number}

-- merged: several ordered runs as one.
select * from ({branches}) as rows order by 1 {order}, 2 {order} limit :limit

-- summary: what a page shows of a row: nothing if another renderer made it.
case when renderer = :renderer then summary end

-- live: a condition of a row: its time is not over.
(expires_at is null or expires_at > :now)

-- overdue: a condition of a row: its time is over.
expires_at <= :now
