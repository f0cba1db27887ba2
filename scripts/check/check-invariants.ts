/**
 * The invariants I1 to I10 over a running instance that has come to rest, judged from outside: over its API, at its
 * sandbox partners, in its output. The end-to-end tests and `npm start -- --exit` run it after everything they do.
 */
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { type ApiClient, eventually } from '../client/api-client.ts'
import { checkAudit } from './check-audit.ts'
import { checkAvailability } from './check-availability.ts'
import { checkContent } from './check-content.ts'
import { checkDeliveries, type SentDeliveries } from './check-deliveries.ts'
import { checkLogs } from './check-logs.ts'
import { checkOrders } from './check-orders.ts'
import { checkPartners, type PartnerStates } from './check-partners.ts'
import { checkLists, checkRebuild, type ProjectedRows } from './check-projection.ts'
import { checkPublication } from './check-publication.ts'
import { checkStock, type ReceivedStock } from './check-stock.ts'
import { readInstance } from './read-instance.ts'

export type CheckedInstance = {
  /** A key with every scope and no account of its own. */
  readonly api: ApiClient
  readonly config: ConfigFile
  /** Order ids that were answered with 2xx. */
  readonly acknowledged: readonly string[]
  /** Every position that stock was told of, with what it was told. */
  readonly positions: readonly ReceivedStock[]
  readonly partners: PartnerStates
  readonly deliveries: readonly SentDeliveries[]
  /** Everything the process wrote. */
  readonly output: string
  /** Reads D1 where it can be reached, for a full rebuild; null compares the lists only. */
  readonly readRows: (() => Promise<ProjectedRows>) | null
}

/**
 * D1 follows the actors within moments, and a copy that a fault or a kill cut off is asked for again after a minute.
 * Orders that are held look again from time to time, so on a busy machine it takes some tries to find all at rest.
 */
const restWithinMs = 180_000
const lookAgainMs = 500

/** Every breach in a sentence that begins with its invariant; empty when all hold within `patienceMs`. */
export async function checkInvariants(checked: CheckedInstance, patienceMs = restWithinMs): Promise<readonly string[]> {
  let breaches: readonly string[] = []
  const looked = async () => {
    // An instance that cannot be read has not been found in order.
    breaches = await look(checked).catch((error: unknown) => [`it does not answer: ${String(error)}`])
    return breaches.length === 0 ? true : null
  }
  await eventually(looked, patienceMs, lookAgainMs)
  if (breaches.length > 0 || checked.readRows === null) return breaches
  return checkRebuild(checked.api, checked.readRows)
}

async function look(checked: CheckedInstance): Promise<readonly string[]> {
  const { api, acknowledged, positions } = checked
  const instance = await readInstance(api, acknowledged, positions)
  return [
    ...checkStock(instance, positions),
    ...checkOrders(instance, acknowledged),
    ...checkPartners(instance, checked.partners),
    ...(await checkAudit(api, instance)),
    ...(await checkDeliveries(api, instance, checked.deliveries)),
    ...(await checkLists(api, instance)),
    ...(await checkAvailability(api, instance, positions, checked.config)),
    ...(await checkPublication(api, instance, checked.partners.stores, positions, checked.config)),
    ...(await checkContent(api, checked.partners.stores, checked.config)),
    ...checkLogs(instance, checked.output, checked.config),
  ]
}
