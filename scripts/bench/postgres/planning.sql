-- Sourcing in one stored function: every way to send each line whole from one place that keeps it, and the best of them
-- by carriage (the cheapest service by zone and weight), parcels beyond the first and the places' priority, each from
-- 0 to 1 over all plans.

CREATE TABLE place (id text PRIMARY KEY, rank int NOT NULL UNIQUE, priority int NOT NULL);
CREATE TABLE item (sku text PRIMARY KEY, grams int NOT NULL);
CREATE TABLE zone_rule (country text, postal_prefix text, origin text, zone int NOT NULL,
  PRIMARY KEY (country, origin, postal_prefix));
CREATE TABLE price (zone int, service text, grams_max int, cost bigint NOT NULL,
  PRIMARY KEY (zone, service, grams_max));
CREATE TABLE weight (ship float8 NOT NULL, split float8 NOT NULL, priority float8 NOT NULL);

CREATE FUNCTION load_planning(p_network jsonb, p_grams jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO place SELECT value ->> 'id', ordinality - 1, (value ->> 'priority')::int
    FROM jsonb_array_elements(p_network -> 'places') WITH ORDINALITY;
  INSERT INTO zone_rule SELECT country, "postalPrefix", origin, zone FROM jsonb_to_recordset(p_network -> 'zones')
    AS rule (country text, "postalPrefix" text, origin text, zone int);
  INSERT INTO price SELECT zone, service, "gramsMax", "costMinor" FROM jsonb_to_recordset(p_network -> 'prices')
    AS price (zone int, service text, "gramsMax" int, "costMinor" bigint);
  INSERT INTO weight SELECT ship, split, priority FROM jsonb_to_record(p_network -> 'weights')
    AS weight (ship float8, split float8, priority float8);
  INSERT INTO item SELECT key, value::int FROM jsonb_each_text(p_grams);
  ANALYZE;
END $$;

-- Six decimals: equal plans are told apart by their places and not by how their terms were added up.
CREATE FUNCTION six(p_value float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT floor(p_value * 1e6 + 0.5) / 1e6 $$;

-- A term from 0 to 1 between the least and the most of it, times its weight.
CREATE FUNCTION weighed(p_raw float8, p_least float8, p_most float8, p_weight float8) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
  SELECT six(p_weight * CASE WHEN p_most > p_least THEN six((p_raw - p_least) / (p_most - p_least)) ELSE 0 END)
$$;

-- {score, looked, allocations}; null when no plan sends everything.
CREATE FUNCTION choose_plan(p_country text, p_postal text, p_line_ids text[], p_skus text[], p_quantities bigint[])
RETURNS jsonb LANGUAGE sql STABLE AS $$
  WITH RECURSIVE asked AS MATERIALIZED (
    SELECT line_id, sku, quantity, grams * quantity AS grams
    FROM unnest(p_line_ids, p_skus, p_quantities) AS line (line_id, sku, quantity) JOIN item USING (sku)
  ), choice AS MATERIALIZED (
    SELECT line_id, place.rank, count(*) OVER (PARTITION BY line_id) AS choices
    FROM asked CROSS JOIN place JOIN position ON position.sku = asked.sku || '@' || place.id
    WHERE received - reserved >= asked.quantity
  ), line AS MATERIALIZED ( -- What has least choice is placed first: the order decides between plans of the same score.
    SELECT row_number() OVER (ORDER BY coalesce(choices, 0), line_id)::int AS at, asked.*
    FROM asked LEFT JOIN (SELECT DISTINCT line_id, choices FROM choice) AS counted USING (line_id)
  ), option AS MATERIALIZED (
    SELECT line.at, choice.rank, line.quantity, line.grams, place.priority
    FROM line JOIN choice USING (line_id) JOIN place USING (rank)
  ), bracket AS MATERIALIZED (
    SELECT place.rank, grams_max, cost
    FROM place JOIN zone_rule ON origin = place.id AND country = p_country AND starts_with(p_postal, postal_prefix)
    JOIN price USING (zone)
  ), partial AS (
    SELECT 0 AS at, '{}'::int[] AS ranks
    UNION ALL
    SELECT option.at, ranks || option.rank FROM partial JOIN option ON option.at = partial.at + 1
  ), plan AS MATERIALIZED (
    SELECT row_number() OVER () AS id, ranks FROM partial WHERE at = cardinality(p_line_ids)
  ), piece AS MATERIALIZED (
    SELECT plan.id, chosen.rank, option.quantity, option.grams, option.priority
    FROM plan CROSS JOIN unnest(plan.ranks) WITH ORDINALITY AS chosen (rank, at)
    JOIN option ON option.at = chosen.at AND option.rank = chosen.rank
  ), parcel AS MATERIALIZED (
    SELECT id, rank, sum(grams) AS grams, sum(quantity) AS units, sum(quantity * priority) AS priority
    FROM piece GROUP BY id, rank
  ), carriage AS MATERIALIZED ( -- Few weights, many plans: each is priced once.
    SELECT rank, grams, (SELECT min(cost) FROM bracket WHERE bracket.rank = sent.rank AND grams_max >= sent.grams) AS cost
    FROM (SELECT DISTINCT rank, grams FROM parcel) AS sent
  ), term AS MATERIALIZED (
    SELECT id, sum(cost)::float8 AS ship, count(*) - 1 AS split, six((sum(priority) / sum(units))::float8) AS priority,
      array_agg(rank ORDER BY rank) AS places
    FROM parcel JOIN carriage USING (rank, grams) GROUP BY id HAVING count(cost) = count(*)
  ), scored AS (
    SELECT term.id, term.split, places,
      six(-weighed(term.ship, min(term.ship) OVER (), max(term.ship) OVER (), weight.ship)
        - weighed(term.split, min(term.split) OVER (), max(term.split) OVER (), weight.split)
        - weighed(term.priority, min(term.priority) OVER (), max(term.priority) OVER (), weight.priority)) AS score,
      count(*) OVER () AS looked
    FROM term CROSS JOIN weight
  ), best AS (
    SELECT score, looked, ranks FROM scored JOIN plan USING (id) ORDER BY score DESC, split, places, ranks LIMIT 1
  )
  SELECT jsonb_build_object('score', score, 'looked', looked, 'allocations', (
    SELECT jsonb_agg(jsonb_build_object('lineId', line_id, 'location', place.id, 'quantity', line.quantity))
    FROM unnest(best.ranks) WITH ORDINALITY AS chosen (rank, at) JOIN line USING (at) JOIN place USING (rank)
  )) FROM best
$$;
