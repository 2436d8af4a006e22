-- Which attempt of the step started the child: the end of one that was given up must not answer the next.
alter table runs add column parent_attempt int;
alter table run_history add column parent_attempt int;
