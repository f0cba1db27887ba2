/** How Tryton writes what JSON has no word for, and how one2many changes are written. */
import { z } from 'zod'
import { decimalOf } from '../transport/money.ts'

export type WireDecimal = { readonly __class__: 'Decimal'; readonly decimal: string }

/** Minor units as Tryton's exact decimal. The currency must have an ISO 4217 exponent. */
export function wireMoney(amountMinor: number, currency: string): WireDecimal {
  return { __class__: 'Decimal', decimal: decimalOf(amountMinor, currency) }
}

export const createRecords = (records: readonly object[]) => ['create', records] as const
export const writeRecord = (id: number, values: object) => ['write', [id], values] as const
export const deleteRecords = (ids: readonly number[]) => ['delete', ids] as const
export const addRecords = (ids: readonly number[]) => ['add', ids] as const

export const recordIdSchema = z.int().min(1)
export const recordIdsSchema = z.array(recordIdSchema)
/** What `create` answers when it was given one record. */
export const createdSchema = z.tuple([recordIdSchema])
/** What a workflow button answers: nothing, or a client action that concerns only the desktop client. */
export const ignoredSchema = z.unknown()
