-- PostgreSQL giving the same guarantees: one stored function per operation, one round trip and one commit each. Rows
-- are locked in the order of their SKUs, so that carts of several lines cannot deadlock. `sku` names a position: the
-- SKU where there is one location, `<sku>@<location>` where there are several.

CREATE TABLE position (sku text PRIMARY KEY, received bigint NOT NULL, reserved bigint NOT NULL DEFAULT 0,
  CHECK (reserved >= 0 AND reserved <= received)) WITH (fillfactor = 50);
-- What was asked under an id and whether it was granted: the lines are in the row, as nothing else asks for them.
CREATE TABLE reservation (id text PRIMARY KEY, skus text[] NOT NULL, quantities bigint[] NOT NULL,
  granted boolean NOT NULL, expires_at timestamptz NOT NULL);
CREATE TABLE stock_event (id text PRIMARY KEY, sku text NOT NULL, quantity bigint NOT NULL);
-- What accepted orders want that no position could give.
CREATE TABLE wanted (sku text, order_id text, quantity bigint NOT NULL, PRIMARY KEY (sku, order_id));

-- The first verdict about an id that is known: 'existing' or 'short', or 'conflict' when it asked for something else.
CREATE FUNCTION known_verdict(p_id text, p_skus text[], p_quantities bigint[]) RETURNS text
LANGUAGE sql AS $$
  SELECT CASE WHEN skus <> p_skus OR quantities <> p_quantities THEN 'conflict'
    WHEN granted THEN 'existing' ELSE 'short' END FROM reservation WHERE id = p_id
$$;

-- 'created', or the verdict as above. The primary key makes a second request wait for the first one's commit.
CREATE FUNCTION reserve_one(p_id text, p_sku text, p_quantity bigint, p_seconds int) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reservation VALUES (p_id, ARRAY[p_sku], ARRAY[p_quantity], true, now() + make_interval(secs => p_seconds))
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN known_verdict(p_id, ARRAY[p_sku], ARRAY[p_quantity]); END IF;
  UPDATE position SET reserved = reserved + p_quantity WHERE sku = p_sku AND received - reserved >= p_quantity;
  IF FOUND THEN RETURN 'created'; END IF;
  UPDATE reservation SET granted = false WHERE id = p_id;
  RETURN 'short';
END $$;

-- All lines or none.
CREATE FUNCTION reserve_lines(p_id text, p_skus text[], p_quantities bigint[], p_seconds int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE served int;
BEGIN
  INSERT INTO reservation VALUES (p_id, p_skus, p_quantities, true, now() + make_interval(secs => p_seconds))
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN known_verdict(p_id, p_skus, p_quantities); END IF;
  PERFORM 1 FROM position WHERE sku = ANY (p_skus) ORDER BY sku FOR UPDATE;
  SELECT count(*) INTO served FROM unnest(p_skus, p_quantities) AS line (sku, quantity)
    JOIN position USING (sku) WHERE received - reserved >= line.quantity;
  IF served < cardinality(p_skus) THEN
    UPDATE reservation SET granted = false WHERE id = p_id;
    RETURN 'short';
  END IF;
  UPDATE position SET reserved = reserved + line.quantity
    FROM unnest(p_skus, p_quantities) AS line (sku, quantity) WHERE position.sku = line.sku;
  RETURN 'created';
END $$;

CREATE FUNCTION available_to_promise(p_skus text[]) RETURNS TABLE (sku text, available bigint)
LANGUAGE sql STABLE AS $$
  SELECT sku, greatest(0, received - reserved
    - coalesce((SELECT sum(quantity) FROM wanted WHERE wanted.sku = position.sku), 0)::bigint)
  FROM position WHERE sku = ANY (p_skus)
$$;

-- How many of the events count, now or before; the others have other content under an id that is known.
CREATE FUNCTION apply_stock_events(p_ids text[], p_skus text[], p_quantities bigint[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE applied bigint; repeated bigint := 0;
BEGIN
  WITH fresh AS (
    INSERT INTO stock_event SELECT * FROM unnest(p_ids, p_skus, p_quantities) ON CONFLICT DO NOTHING RETURNING *
  ), moved AS (
    INSERT INTO position AS held (sku, received) SELECT sku, sum(quantity) FROM fresh GROUP BY sku ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET received = held.received + excluded.received
  )
  SELECT count(*) INTO applied FROM fresh;
  IF applied < cardinality(p_ids) THEN
    SELECT count(*) - applied INTO repeated FROM unnest(p_ids, p_skus, p_quantities) AS event (id, sku, quantity)
      JOIN stock_event USING (id, sku, quantity);
  END IF;
  RETURN applied + repeated;
END $$;
