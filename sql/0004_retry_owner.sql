-- Who has a retry leased, so that it can be given back when that host is gone.
alter table retries
  add column owner  text,                    -- null: nobody
  add column losses int not null default 0;  -- hosts that went with it, since a vendor last answered
