-- migrate:up

-- Lots that may run out soon and were not announced yet; few, for each is announced once.
CREATE INDEX lot_to_announce ON lot (expires_at) WHERE open AND NOT noticed;
