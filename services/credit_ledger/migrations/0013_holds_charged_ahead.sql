-- migrate:up

-- What the end of a lease charged as metered, and no capture has told of since (T29); by which
-- command `metered` was told last; what the vendor bears of the hold (T26). The defaults are
-- constants, so that no row is written: a hold that lapsed before this file has nothing to deduct.
ALTER TABLE hold
ADD COLUMN metered_by uuid,
ADD COLUMN charged_ahead bigint NOT NULL DEFAULT 0,
ADD COLUMN absorbed bigint NOT NULL DEFAULT 0;
