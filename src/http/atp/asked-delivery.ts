/**
 * What a promise asks of locations and carriers beside stock. Days and services are looked up only where the question
 * names a date or a destination: every other answer stays within one hop.
 */
import type { DeliverySite, DeliveryTerms } from '../../domain/atp/deliver-at.ts'
import type { Account, Config } from '../../domain/config/config.ts'
import type { Env } from '../../env.ts'
import { calendarSites, deliverySites } from '../../sourcing/delivery-sites.ts'
import type { AtpQuery } from '../wire/atp-query.ts'
import type { AskedSku } from './asked-sku.ts'

type Asked = { readonly config: Config; readonly account: Account | null; readonly query: AtpQuery }

/** `places`: where there is anything to be promised from. */
export async function askedSites(
  env: Env,
  { config, query }: Asked,
  asked: readonly AskedSku[],
  places: ReadonlySet<string>,
  nowMs: number,
): Promise<readonly DeliverySite[]> {
  const locations = config.locations.filter(({ id }) => places.has(id))
  const wanted = query.quantity !== undefined || query.by !== undefined
  if (!wanted || (query.by === undefined && query.shipTo === undefined)) return calendarSites(locations)
  const { country = null, region = null, postalCode = null } = query.shipTo ?? {}
  return await deliverySites(env, config, {
    locations,
    shipTo: country === null ? null : { country, region, postalCode },
    deliveryMethod: methodOf(query),
    gramsMax: Math.max(0, ...asked.map((sku) => gramsOf(sku) * quantityOf(query))),
    maxStalenessMs: query.maxStalenessMs,
    nowMs,
  })
}

export function deliveryTerms({ config, account, query }: Asked, asked: AskedSku): DeliveryTerms {
  const entity = config.entities.find(({ id }) => account === null || id === account.entity)
  const currency = account?.currencies[0] ?? entity?.currencies[0] ?? ''
  const quantity = quantityOf(query)
  const units = asked.parts.reduce((most, part) => Math.max(most, part.units * quantity), 1)
  return { currency, service: null, grams: gramsOf(asked) * quantity, units, byMs: query.by ?? null }
}

const quantityOf = ({ quantity = 1 }: AtpQuery) => quantity
const methodOf = ({ deliveryMethod: [first, ...others] = [] }: AtpQuery) =>
  first === undefined || others.includes('ship') ? 'ship' : first

/** Of one of what is asked for, as far as it is known. */
const gramsOf = ({ parts }: AskedSku) =>
  parts.reduce((sum, { entry, units }) => sum + (entry.weightGrams ?? 0) * units, 0)
