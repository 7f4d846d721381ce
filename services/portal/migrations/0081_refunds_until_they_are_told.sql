-- migrate:up

-- What the services are to be told of an act, until the broker has it: it is told again till then.
ALTER TABLE operator_act ADD COLUMN untold bytea;
CREATE INDEX operator_act_untold ON operator_act (id) WHERE untold IS NOT NULL;
