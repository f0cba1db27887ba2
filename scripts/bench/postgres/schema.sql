-- PostgreSQL doing the same work as a position and its reservations: one stored function per operation, one round trip
-- and one commit each. Rows are locked in the order of their SKUs, so that carts of several lines cannot deadlock.

CREATE TABLE position (sku text PRIMARY KEY, received bigint NOT NULL, reserved bigint NOT NULL DEFAULT 0,
  CHECK (reserved >= 0 AND reserved <= received)) WITH (fillfactor = 50);
CREATE TABLE reservation (id text, sku text, quantity bigint NOT NULL, expires_at timestamptz NOT NULL,
  PRIMARY KEY (id, sku));
CREATE TABLE stock_event (id text PRIMARY KEY, sku text NOT NULL, quantity bigint NOT NULL);

-- Units held by this id, asked now or before; zero when there are not enough.
CREATE FUNCTION reserve_one(p_id text, p_sku text, p_quantity bigint, p_seconds int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE held bigint;
BEGIN
  UPDATE position SET reserved = reserved + p_quantity WHERE sku = p_sku AND received - reserved >= p_quantity
    AND NOT EXISTS (SELECT 1 FROM reservation WHERE id = p_id AND reservation.sku = p_sku);
  IF NOT FOUND THEN
    SELECT quantity INTO held FROM reservation WHERE id = p_id AND sku = p_sku;
    RETURN coalesce(held, 0);
  END IF;
  INSERT INTO reservation VALUES (p_id, p_sku, p_quantity, now() + make_interval(secs => p_seconds));
  RETURN p_quantity;
END $$;

-- All lines or none.
CREATE FUNCTION reserve_lines(p_id text, p_skus text[], p_quantities bigint[], p_seconds int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE wanted int := cardinality(p_skus); served int; held bigint;
BEGIN
  SELECT sum(quantity) INTO held FROM reservation WHERE id = p_id;
  IF held IS NOT NULL THEN RETURN held; END IF;
  PERFORM 1 FROM position WHERE sku = ANY (p_skus) ORDER BY sku FOR UPDATE;
  SELECT count(*) INTO served FROM unnest(p_skus, p_quantities) AS line (sku, quantity)
    JOIN position USING (sku) WHERE received - reserved >= line.quantity;
  IF served < wanted THEN RETURN 0; END IF;
  UPDATE position SET reserved = reserved + line.quantity
    FROM unnest(p_skus, p_quantities) AS line (sku, quantity) WHERE position.sku = line.sku;
  INSERT INTO reservation SELECT p_id, sku, quantity, now() + make_interval(secs => p_seconds)
    FROM unnest(p_skus, p_quantities) AS line (sku, quantity);
  SELECT sum(quantity) INTO held FROM unnest(p_quantities) AS line (quantity);
  RETURN held;
END $$;

CREATE FUNCTION available_to_promise(p_skus text[]) RETURNS TABLE (sku text, available bigint)
LANGUAGE sql STABLE AS $$
  SELECT sku, received - reserved FROM position WHERE sku = ANY (p_skus)
$$;

-- How many of the events are new; one that was applied before changes nothing.
CREATE FUNCTION apply_stock_events(p_ids text[], p_skus text[], p_quantities bigint[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE applied bigint;
BEGIN
  WITH fresh AS (
    INSERT INTO stock_event SELECT * FROM unnest(p_ids, p_skus, p_quantities) ON CONFLICT DO NOTHING RETURNING *
  ), moved AS (
    INSERT INTO position AS held (sku, received) SELECT sku, sum(quantity) FROM fresh GROUP BY sku ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET received = held.received + excluded.received
  )
  SELECT count(*) INTO applied FROM fresh;
  RETURN applied;
END $$;
