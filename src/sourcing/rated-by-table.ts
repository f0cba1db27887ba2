/** Without a carrier's own API, shipments are rated by the table. */
import type { Config } from '../domain/config/config.ts'
import type { RateShipments } from '../domain/sourcing/ports/rate-shipments.ts'
import { ratesOfTable } from '../domain/sourcing/rates-of-table.ts'

export const ratedByTable =
  ({ rates }: Pick<Config, 'rates'>): RateShipments =>
  async (request) =>
    ratesOfTable(rates, request)
