/** The customer of a sale: found by a code that is ours, or made. Safe to repeat: Tryton keeps party codes unique. */
import type { Address, CanonicalOrder } from '../../domain/order/canonical-order.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import { sha256Hex } from '../transport/hmac.ts'
import { findCountry, findSubdivision } from './find-records.ts'
import type { RpcFailure } from './json-rpc.ts'
import type { Tryton } from './open-tryton.ts'
import { createdSchema, createRecords, recordIdsSchema } from './wire-values.ts'

/** Within one attempt: beyond it the ERP is ill, and the whole attempt comes again later. */
const creationsMax = 3

export type SaleParty = { readonly party: number; readonly invoiceAddress: number; readonly shipmentAddress: number }

export async function ensureParty(tryton: Tryton, order: CanonicalOrder): Promise<Result<SaleParty, RpcFailure>> {
  const party = await ensureCustomer(tryton, order)
  if (!party.ok) return party
  const shipTo = order.shipTo ?? order.billTo
  const shipment = await ensureAddress(tryton, party.value, shipTo)
  if (!shipment.ok) return shipment
  const billTo = order.billTo ?? shipTo
  const invoice = billTo === shipTo ? shipment : await ensureAddress(tryton, party.value, billTo)
  if (!invoice.ok) return invoice
  return ok({ party: party.value, invoiceAddress: invoice.value, shipmentAddress: shipment.value })
}

/** Guests with the same e-mail address are one customer; a buyer who gave nothing is the channel's guest. */
async function partyCodeOf(order: CanonicalOrder): Promise<string> {
  const { account, customer } = order
  if (customer?.externalId) return `${account}:${customer.externalId}`
  const email = customer?.email?.trim().toLowerCase()
  return email ? `${account}:mail-${(await sha256Hex(email)).slice(0, 16)}` : `${account}:guest`
}

async function ensureCustomer(tryton: Tryton, order: CanonicalOrder): Promise<Result<number, RpcFailure>> {
  const code = await partyCodeOf(order)
  const email = order.customer?.email
  const record = {
    code,
    name: customerName(order),
    ...(email ? { contact_mechanisms: [createRecords([{ type: 'email', value: email }])] } : {}),
  }
  // Another order of the same customer may come first: the code is taken then, and found.
  return findOrCreate(tryton, 'party.party', [['code', '=', code]], () =>
    tryton.invoke({ method: 'model.party.party.create', params: [[record]], answer: createdSchema }),
  )
}

/**
 * Looks again after a failed creation: perhaps only its answer was lost, or somebody else was first. What is still
 * missing then is made again, unless Tryton refuses it.
 */
async function findOrCreate(
  tryton: Tryton,
  model: string,
  domain: readonly unknown[],
  create: () => Promise<Result<readonly [number], RpcFailure>>,
): Promise<Result<number, RpcFailure>> {
  let failure: RpcFailure | null = null
  for (let creations = 0; ; creations++) {
    const params = [domain, 0, 1, null]
    const found = await tryton.invoke({ method: `model.${model}.search`, params, answer: recordIdsSchema })
    if (!found.ok) return found
    const [known] = found.value
    if (known !== undefined) return ok(known)
    if (failure !== null && (!failure.retryable || creations >= creationsMax)) return err(failure)
    const created = await create()
    if (created.ok) return ok(created.value[0])
    failure = created.error
  }
}

function customerName(order: CanonicalOrder): string {
  const { customer, billTo, shipTo } = order
  return billTo?.company || shipTo?.company || customer?.name || shipTo?.name || billTo?.name || 'Guest'
}

/** An equal address of the party is used again; two orders at once may write it twice, which harms nobody. */
async function ensureAddress(
  tryton: Tryton,
  party: number,
  address: Address | null,
): Promise<Result<number, RpcFailure>> {
  const country = address?.country ? await findCountry(tryton, address.country) : ok(null)
  if (!country.ok) return country
  const values = {
    party,
    party_name: address?.company ?? address?.name ?? null,
    street: [address?.line1, address?.line2].filter(Boolean).join('\n') || null,
    postal_code: address?.postalCode ?? null,
    city: address?.city ?? null,
    country: country.value,
  }
  const domain = Object.entries(values).map(([field, value]) => [field, '=', value])
  return findOrCreate(tryton, 'party.address', domain, () => createAddress(tryton, values, address))
}

async function createAddress(
  tryton: Tryton,
  values: { readonly country: number | null },
  address: Address | null,
): Promise<Result<readonly [number], RpcFailure>> {
  const code = `${address?.country}-${address?.region}`
  const subdivision =
    values.country !== null && address?.region ? await findSubdivision(tryton, values.country, code) : ok(null)
  if (!subdivision.ok) return subdivision
  const create = (record: object) =>
    tryton.invoke({ method: 'model.party.address.create', params: [[record]], answer: createdSchema })
  const created = await create({ ...values, subdivision: subdivision.value })
  // Tryton admits only certain kinds of subdivision per country; an address without one still delivers.
  const refused = !created.ok && created.error.class === 'value' && subdivision.value !== null
  return refused ? create(values) : created
}
