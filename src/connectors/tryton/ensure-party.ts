/** The customer of a sale: found by a code that is ours, or made. Safe to repeat: Tryton keeps party codes unique. */
import type { Address, CanonicalOrder } from '../../domain/order/canonical-order.ts'
import { ok, type Result } from '../../domain/shared/result.ts'
import { sha256Hex } from '../transport/hmac.ts'
import { findCountry, findSubdivision } from './find-records.ts'
import type { RpcFailure } from './json-rpc.ts'
import type { Tryton } from './open-tryton.ts'
import { createdSchema, createRecords, recordIdsSchema } from './wire-values.ts'

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
  const find = () =>
    tryton.invoke({
      method: 'model.party.party.search',
      params: [[['code', '=', code]], 0, 1, null],
      answer: recordIdsSchema,
    })
  const found = await find()
  if (!found.ok) return found
  const [known] = found.value
  if (known !== undefined) return ok(known)
  const email = order.customer?.email
  const created = await tryton.invoke({
    method: 'model.party.party.create',
    params: [
      [
        {
          code,
          name: customerName(order),
          ...(email ? { contact_mechanisms: [createRecords([{ type: 'email', value: email }])] } : {}),
        },
      ],
    ],
    answer: createdSchema,
  })
  if (created.ok) return ok(created.value[0])
  // Another order of the same customer may have come first: the code is taken then, and found.
  const again = await find()
  const [winner] = again.ok ? again.value : []
  return winner === undefined ? created : ok(winner)
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
  const found = await tryton.invoke({
    method: 'model.party.address.search',
    params: [Object.entries(values).map(([field, value]) => [field, '=', value]), 0, 1, null],
    answer: recordIdsSchema,
  })
  if (!found.ok) return found
  const [known] = found.value
  if (known !== undefined) return ok(known)
  return createAddress(tryton, values, address)
}

async function createAddress(
  tryton: Tryton,
  values: { readonly country: number | null },
  address: Address | null,
): Promise<Result<number, RpcFailure>> {
  const code = `${address?.country}-${address?.region}`
  const subdivision =
    values.country !== null && address?.region ? await findSubdivision(tryton, values.country, code) : ok(null)
  if (!subdivision.ok) return subdivision
  const create = (record: object) =>
    tryton.invoke({ method: 'model.party.address.create', params: [[record]], answer: createdSchema })
  const created = await create({ ...values, subdivision: subdivision.value })
  // Tryton admits only certain kinds of subdivision per country; an address without one still delivers.
  const refused = !created.ok && created.error.class === 'value' && subdivision.value !== null
  const settled = refused ? await create(values) : created
  return settled.ok ? ok(settled.value[0]) : settled
}
