/** Looks up what a sale refers to. A name that Tryton does not know is a refusal that a person can act on. */
import { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { RpcFailure } from './json-rpc.ts'
import type { Tryton } from './open-tryton.ts'
import { recordIdSchema, recordIdsSchema } from './wire-values.ts'

export type Product = { readonly id: number; readonly unit: number }

const productSchema = z.array(
  z.object({
    id: recordIdSchema,
    code: z.string(),
    default_uom: recordIdSchema,
    sale_uom: recordIdSchema.nullish(),
  }),
)

const absent = (failureClass: 'missing' | 'duplicate', message: string): RpcFailure => ({
  mayHaveRun: false,
  class: failureClass,
  retryable: false,
  message,
})

/** By code, each exactly once: Tryton lets two products carry the same code, and then nobody knows which is meant. */
export async function findProducts(
  tryton: Tryton,
  codes: readonly string[],
): Promise<Result<ReadonlyMap<string, Product>, RpcFailure>> {
  const wanted = [...new Set(codes)]
  const found = await tryton.invoke({
    method: 'model.product.product.search_read',
    params: [[['code', 'in', wanted]], 0, null, null, ['code', 'default_uom', 'sale_uom']],
    answer: productSchema,
  })
  if (!found.ok) return found
  const products = new Map<string, Product>()
  for (const row of found.value) {
    if (products.has(row.code)) return err(absent('duplicate', `Tryton has several products with code ${row.code}`))
    products.set(row.code, { id: row.id, unit: row.sale_uom ?? row.default_uom })
  }
  const missing = wanted.filter((code) => !products.has(code))
  if (missing.length > 0) return err(absent('missing', `Tryton has no product with code ${missing.join(', ')}`))
  return ok(products)
}

export async function findCurrency(tryton: Tryton, code: string): Promise<Result<number, RpcFailure>> {
  return findOne(tryton, 'currency.currency', [['code', '=', code]], `currency ${code}`)
}

export async function findCountry(tryton: Tryton, code: string): Promise<Result<number, RpcFailure>> {
  return findOne(tryton, 'country.country', [['code', '=', code]], `country ${code}`)
}

export async function findPaymentTerm(tryton: Tryton, name: string): Promise<Result<number, RpcFailure>> {
  return findOne(tryton, 'account.invoice.payment_term', [['name', '=', name]], `payment term ${name}`)
}

export async function findWarehouse(tryton: Tryton, code: string): Promise<Result<number, RpcFailure>> {
  const domain = [
    ['code', '=', code],
    ['type', '=', 'warehouse'],
  ]
  return findOne(tryton, 'stock.location', domain, `warehouse ${code}`)
}

/** Null when Tryton does not list the subdivision: addresses are readable without it. */
export async function findSubdivision(
  tryton: Tryton,
  country: number,
  code: string,
): Promise<Result<number | null, RpcFailure>> {
  const domain = [
    ['country', '=', country],
    ['code', '=', code],
  ]
  const found = await searchOne(tryton, 'country.subdivision', domain)
  return found.ok ? ok(found.value[0] ?? null) : found
}

async function findOne(
  tryton: Tryton,
  model: string,
  domain: readonly unknown[],
  what: string,
): Promise<Result<number, RpcFailure>> {
  return tryton.remembered(what, async () => {
    const found = await searchOne(tryton, model, domain)
    if (!found.ok) return found
    const [id] = found.value
    return id === undefined ? err(absent('missing', `Tryton has no ${what}`)) : ok(id)
  })
}

async function searchOne(tryton: Tryton, model: string, domain: readonly unknown[]) {
  const params = [domain, 0, 1, null]
  return tryton.invoke({ method: `model.${model}.search`, params, answer: recordIdsSchema })
}
