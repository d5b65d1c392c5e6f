-- A script's segment knows its script, so that one whose file is gone can be told from the others.
-- It is kept all the same, for the campaigns that it was for.
alter table segments
  add column script     text,          -- within the scripts folder: "segment/champions.lua"
  add column retired_at timestamptz;   -- since when the script is gone; nobody may use it until it is back

-- Those that are here already are known by the version of their ids. Which scripts they are the
-- next start says; '' is the script of none.
update segments set script = '' where substr(id::text, 15, 1) = '8';
