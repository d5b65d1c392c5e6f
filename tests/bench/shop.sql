-- A shop of 1,000,000 customers and 3,000,000 orders for the benchmarks of rules: random, but the
-- same every time. Ids rise with time as UUIDv7 does; orders lie in the order of their dates, so a
-- customer's are spread over the table. Triggers are off while it is filled; the totals are added
-- at the end as the triggers would have.
set session_replication_role = replica;
set synchronous_commit = off;
truncate customers, customer_keys, orders, order_items;
-- A whole number under `below`, which `what` and `n` decide.
create or replace function pg_temp.pick(what text, n bigint, below int) returns int
  language sql immutable as $$ select abs(hashint8extended(n, hashtext(what)) % below)::int $$;
create or replace function pg_temp.uuid7(milliseconds bigint, n bigint) returns uuid
  language sql immutable as $$
    select (lpad(to_hex(milliseconds), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
            || substr(md5(n::text), 4, 15))::uuid $$;

create temporary table people as
  select i, timestamptz '2026-03-01Z' - (1000000 - i) * interval '2 minutes' as created_at,
         pg_temp.uuid7(1700000000000 + i, i) as id,
         (array[0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 11])[1 + pg_temp.pick('orders', i, 12)] as orders
    from generate_series(1, 1000000) i;

create temporary table bought as
  select p.id as customer_id, pg_temp.pick('order', i * 16 + j, 2147483647) as dice,
         timestamptz '2026-03-01Z' - interval '1 minute' *
             (pg_temp.pick('last', i, 900000) + (j - 1) * (1000 + pg_temp.pick('pace', i, 90000)))
             as order_date
    from people p, generate_series(1, 11) j where j <= p.orders;

insert into orders (customer_id, id, order_date, amount, status)
  select customer_id, pg_temp.uuid7(1800000000000 + row_number() over (), dice), order_date,
         20 + dice % 1000 * (dice % 7) + dice % 100 / 100.0,
         (array['COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED',
                'COMPLETED', 'CANCELLED', 'REFUNDED', 'PENDING'])[1 + dice % 10]
    from (select * from bought order by order_date) b;

insert into order_items (customer_id, order_id, position, name, sku, quantity, unit_price, total)
  select customer_id, id, position,
         (array['Assam Tea', 'Teapot', 'Sugar', 'Samovar', 'Coffee', 'Milk', 'Earl Grey Tea', 'Cup',
                'Honey', 'Biscuits', 'Darjeeling Tea', 'Tray', 'Spoon', 'Filter', 'Jam',
                'Candle'])[1 + pg_temp.pick('item', hashtext(id::text) + position, 16)],
         'SKU-' || pg_temp.pick('sku', hashtext(id::text) + position, 500), 1, amount, amount
    from orders, generate_series(1, 2) position
   where position = 1 or get_byte(uuid_send(id), 10) % 3 = 0;

insert into customers (id, name, email, phone, city, attributes, tags, status, total_spend, visit,
                       order_count, last_order_date, created_at)
  select p.id, 'Person Number ' || i,
         case when i % 20 > 0 then 'person' || i || '@example.com' end,
         case when i % 3 = 0 then '+91' || (7000000000 + i) end,
         (array['Mumbai', 'Delhi', 'Bengaluru', 'Pune', 'Chennai', 'Kolkata', 'Satara', ''])
             [1 + pg_temp.pick('city', i, 8)],
         case pg_temp.pick('attribute', i, 4)
           when 0 then jsonb_build_object('birthday', (date '1960-01-01' + i * 37 % 15000)::text)
           when 1 then '{"vip": false, "plan": "basic"}' when 2 then '{"plan": "gold"}' else '{}'
         end,
         case when pg_temp.pick('tag', i, 12) = 0 then array['no-mail']
              when pg_temp.pick('tag', i, 12) = 1 then array['vip', 'no-praise'] else '{}' end,
         case when pg_temp.pick('status', i, 50) = 0 then 'deleted' else 'active' end,
         coalesce(o.spend, 0), coalesce(o.orders, 0), coalesce(o.orders, 0), o.latest, created_at
    from people p left join
         (select customer_id, sum(amount) as spend, count(*) as orders, max(order_date) as latest
            from orders where status = 'COMPLETED' group by customer_id) o on o.customer_id = p.id
   order by i;

drop table people, bought;
reset session_replication_role;
reset synchronous_commit;
vacuum analyze customers;
vacuum analyze orders;
vacuum analyze order_items;
