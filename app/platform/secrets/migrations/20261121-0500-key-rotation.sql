-- A change of the master key puts the check of the new one in the place of the former.
grant update on server_facts to mainspring_engine;
