-- The tables of Tidings. Each says by which column a sharded PostgreSQL would distribute it; every
-- unique key contains that column, and there is no foreign key and no sequence.

-- Customers. Distributed by id.
-- Totals follow the orders exactly: opening_* is what the customer brought along from elsewhere, the
-- triggers below add and take away what orders say. No index on a total (it would forbid HOT updates).
create table customers (
  id                uuid primary key,
  external_id       text,
  name              text not null default '',
  email             text,                      -- lower case, trimmed
  phone             text,                      -- digits with a leading + where it was given
  city              text not null default '',
  attributes        jsonb not null default '{}',
  tags              text[] not null default '{}',
  status            text not null default 'active',
  opening_spend     numeric(18,4) not null default 0,
  opening_visit     bigint not null default 0,
  opening_last_order_date timestamptz,
  total_spend       numeric(18,4) not null default 0 check (total_spend <> 'NaN'),
  visit             bigint not null default 0, -- opening_visit + counted orders
  order_count       bigint not null default 0, -- counted orders
  last_order_date   timestamptz,               -- of the latest counted order, or the opening one
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
) with (fillfactor = 70);

-- Which customer a natural key belongs to: one row for each external_id and each e-mail; a phone
-- only where the customer came with neither. It makes keys unique, and finds them by prefix.
-- Distributed by value.
create table customer_keys (
  value       text collate "C" not null,
  kind        smallint not null,               -- 1 external_id, 2 email, 3 phone
  customer_id uuid not null,
  primary key (value, kind)
);

-- Orders. Distributed by customer_id. An order's id is derived from its external id where it has one
-- (crm/order_store), so the same order coming again meets itself.
create table orders (
  customer_id uuid not null,
  id          uuid not null,
  external_id text,
  order_date  timestamptz not null,
  amount      numeric(18,4) not null check (amount <> 'NaN'),
  status      text not null check (status in ('PENDING', 'COMPLETED', 'CANCELLED', 'REFUNDED')),
  attributes  jsonb not null default '{}',
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (customer_id, id)
) with (fillfactor = 90);
create index orders_id on orders (id);

-- The lines of an order. Distributed by customer_id.
create table order_items (
  customer_id uuid not null,
  order_id    uuid not null,
  position    int not null,
  name        text not null,
  sku         text,
  quantity    numeric(18,4) not null,
  unit_price  numeric(18,4) not null,
  total       numeric(18,4) not null,
  primary key (customer_id, order_id, position)
);

-- A COMPLETED order counts: its amount into total_spend, itself into order_count and visit, its date
-- into last_order_date. The triggers run once a statement, over all of its rows, and each adds the
-- difference that its own rows make.
--
-- The customers are locked first, in the order of their ids, so that two statements never wait for
-- each other. The latest date is looked up again only where an order with that date went away, and
-- by a statement after the lock: it sees what others have committed while it waited, and what they
-- have not yet committed they add themselves once they get the lock.
--
-- INSERT ... ON CONFLICT DO UPDATE runs two of the triggers, each for customers of its own. Who
-- writes orders of several customers so calls lock_customers first, in the same transaction.
create function lock_customers(ids uuid[]) returns void language plpgsql as $$
begin
  perform from customers where id = any (ids) order by id for no key update;
end $$;

create function add_to_totals(ids uuid[], spend numeric[], orders bigint[], come timestamptz[],
                              gone timestamptz[]) returns void language plpgsql as $$
begin
  perform lock_customers(ids);
  update customers c
     set total_spend = c.total_spend + d.spend,
         visit = c.visit + d.orders,
         order_count = c.order_count + d.orders,
         last_order_date = case
           when d.gone >= c.last_order_date then
             greatest(c.opening_last_order_date,
                      (select max(o.order_date) from orders o
                        where o.customer_id = c.id and o.status = 'COMPLETED'))
           else greatest(c.last_order_date, d.come) end
    from unnest(ids, spend, orders, come, gone) as d(id, spend, orders, come, gone)
   where c.id = d.id;
end $$;

create function orders_inserted() returns trigger language plpgsql as $$
begin
  perform add_to_totals(array_agg(customer_id), array_agg(spend), array_agg(orders),
                        array_agg(come), null)
    from (select customer_id, sum(amount) as spend, count(*) as orders, max(order_date) as come
            from new_orders where status = 'COMPLETED' group by customer_id) d
  having count(*) > 0;
  return null;
end $$;

-- Orders that count as they did before are left out, and so are their customers.
create function orders_updated() returns trigger language plpgsql as $$
begin
  perform add_to_totals(array_agg(customer_id), array_agg(spend), array_agg(orders),
                        array_agg(come), array_agg(gone))
    from (select customer_id, sum(amount * sign) as spend, sum(sign)::bigint as orders,
                 max(order_date) filter (where sign > 0) as come,
                 max(order_date) filter (where sign < 0) as gone
            from (select customer_id, id, amount, order_date, sum(sign) as sign
                    from (select 1 as sign, * from new_orders where status = 'COMPLETED'
                          union all
                          select -1, * from old_orders where status = 'COMPLETED') both_states
                   group by customer_id, id, amount, order_date
                  having sum(sign) <> 0) changes
           group by customer_id) d
  having count(*) > 0;
  return null;
end $$;

create function orders_deleted() returns trigger language plpgsql as $$
begin
  perform add_to_totals(array_agg(customer_id), array_agg(spend), array_agg(orders), null,
                        array_agg(gone))
    from (select customer_id, -sum(amount) as spend, -count(*) as orders, max(order_date) as gone
            from old_orders where status = 'COMPLETED' group by customer_id) d
  having count(*) > 0;
  return null;
end $$;

create trigger orders_inserted after insert on orders
  referencing new table as new_orders for each statement execute function orders_inserted();
create trigger orders_updated after update on orders
  referencing old table as old_orders new table as new_orders
  for each statement execute function orders_updated();
create trigger orders_deleted after delete on orders
  referencing old table as old_orders for each statement execute function orders_deleted();

-- Saved audiences. `source` is the authored text and the truth; other views are made from it.
-- Small: a reference table, copied to every shard.
create table segments (
  id          uuid primary key,
  name        text not null,
  language    text not null check (language in ('json', 'lua')),
  source      text not null,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

-- Campaigns. Distributed by id. delivered + failed = audience means complete; counters always equal
-- the communication log.
create table campaigns (
  id            uuid primary key,
  name          text not null,
  segment_id    uuid,                          -- null for an inline rule
  language      text not null,                 -- of the rule, as it was at launch
  rule          text not null,
  rule_now      timestamptz not null,          -- the clock reading the rule was run with
  channel       text not null default 'email',
  subject       text not null default '',
  message       text not null,                 -- the template
  html          text not null default '',
  intent        text not null default '',
  deliver_queue text not null default '',      -- "pipeline/stage" of its chunks and retries
  summarize_queue text not null default '',    -- where its end puts one chunk; '' nowhere
  status        text not null check (status in ('preparing', 'running', 'completed', 'cancelled')),
  audience      bigint not null default 0,
  sent          bigint not null default 0,     -- accepted by a vendor
  delivered     bigint not null default 0,     -- a receipt said so
  failed        bigint not null default 0,     -- refused by the vendor, or a receipt said so
  summary       text,
  summarized_by text,                          -- the plugin or script that wrote the summary
  created_at    timestamptz not null default now(),
  launched_at   timestamptz,
  completed_at  timestamptz
) with (fillfactor = 50);

-- The communication log: one row a message. Distributed by campaign_id. Inserted once with the
-- audience and changed at most once or twice by its outcome (HOT: no index on what changes). A
-- vendor's yes writes nothing here: in a chunk that is done, a pending row that does not wait in
-- retries was taken.
create table messages (
  campaign_id uuid not null,
  n           int not null,                    -- 1 .. audience; "<campaign_id>.<n>" is its id outside
  customer_id uuid not null,
  status      smallint not null default 0,     -- 0 pending, 1 sent, 2 delivered, 3 failed
  facts       smallint not null default 0,     -- which receipts stand below: 1 sent, 2 delivered, 4 failed
  reason      text,                            -- why it failed
  done_at     timestamptz,
  primary key (campaign_id, n)
) with (fillfactor = 70);

-- What vendors said, each fact once, however often and in whatever order it came.
-- Distributed by campaign_id.
create table receipts (
  campaign_id uuid not null,
  n           int not null,
  status      smallint not null,               -- 1 sent, 2 delivered, 3 failed
  reason      text,
  vendor      text not null default '',        -- the receipt stage's plugin or script
  reference   text,                            -- the vendor's own id
  occurred_at timestamptz,                     -- as the vendor says
  received_at timestamptz not null default now(),
  primary key (campaign_id, n, status)
);

-- Durable work: a chunk is a range lo..hi of a source's rows for one queue. Inserted with its rows,
-- leased and finished by one UPDATE each. Distributed by source.
create table chunks (
  source      uuid not null,                   -- the campaign the rows belong to
  queue       text not null,                   -- "pipeline/stage"
  no          int not null,
  lo          int not null,
  hi          int not null,
  state       smallint not null default 0,     -- 0 ready, 1 leased, 2 done
  owner       text,
  lease_until timestamptz,                     -- by the database's clock
  epoch       int not null default 0,          -- rises with every lease; fences off the dead
  attempt     int not null default 0,
  created_at  timestamptz not null default now(),
  done_at     timestamptz,
  primary key (source, queue, no)
) with (fillfactor = 50);
create index chunks_open on chunks (queue, no, source) where state < 2;

-- Which vendor took which range, at which attempt, under which version of the stage: one row a batch.
-- Distributed by campaign_id.
create table dispatches (
  campaign_id uuid not null,
  lo          int not null,
  hi          int not null,
  attempt     int not null,
  vendor      text not null,
  version     text not null,
  accepted    int not null,
  retried     int not null,
  rejected    int not null,
  sent_at     timestamptz not null default now()
);
create index dispatches_campaign on dispatches (campaign_id, lo);

-- Messages that wait for another attempt. A row is leased by moving next_at on and raising epoch.
-- Distributed by source.
create table retries (
  source      uuid not null,
  queue       text not null,
  n           int not null,
  attempt     int not null,                    -- attempts made so far
  next_at     timestamptz not null,
  epoch       int not null default 0,
  error       text not null,
  primary key (source, queue, n)
);
create index retries_due on retries (queue, next_at);

-- What was given up, with all that is needed to understand it and do it again.
-- Distributed by source.
create table dead_letters (
  source      uuid not null,
  queue       text not null,
  n           int not null,
  attempt     int not null,
  error       text not null,
  payload     jsonb not null default '{}',
  created_at  timestamptz not null default now(),
  primary key (source, queue, n)
);
create index dead_letters_queue on dead_letters (queue, created_at);
