-- What a rule did besides choosing an audience.
alter table campaigns
  add column errors      bigint not null default 0,    -- customers for whom it raised an error
  add column first_error text   not null default '',   -- of those, with the customer's id
  add column warnings    jsonb  not null default '[]'; -- texts
