/**
 * A promise as it travels: everything an order has to remember of it, written into the id that the caller is given.
 * Pure text; whether it was really given is for the signature to say.
 */
import { z } from 'zod'
import type { QuotedPromise } from './promise-date.ts'

/** An order takes it within a day: what it rests on is older than that by then. */
export const claimValidMs = 86_400_000
/** Places a plan may name and still be carried: an order of more says when, not from where. */
const placesMax = 12

const epochMs = z.int().min(0).max(8_640_000_000_000_000)
const units = z.int().min(1).max(1_000_000_000_000)
const text = z.string().min(1).max(64)

const claimSchema = z.strictObject({
  v: z.literal(1),
  sku: text,
  channel: text.nullable(),
  quantity: units,
  /** When the units were promised for. */
  byMs: epochMs,
  /** A claim from before there was a choice speaks of the departure. */
  dateOf: z.enum(['departure', 'delivery']).default('departure'),
  confidencePercent: z.int().min(0).max(100),
  plan: z.array(z.tuple([text, text, units])).max(placesMax),
  /** The versions of the positions that it rests on, place by place. */
  basis: z.array(z.int().min(0)).max(placesMax),
  config: text,
  issuedAtMs: epochMs,
})
export type PromiseClaim = z.infer<typeof claimSchema>

/** What a promise is given for. */
export type ClaimContext = Pick<PromiseClaim, 'sku' | 'channel' | 'quantity' | 'config' | 'issuedAtMs' | 'dateOf'> & {
  /** The later of what was asked and what can be done; null: what can be done. */
  readonly wantedByMs: number | null
  readonly versionOf: (sku: string, location: string) => number
}

export function claimOf({ wantedByMs, versionOf, ...given }: ClaimContext, promise: QuotedPromise): PromiseClaim {
  const carried = promise.plan.length <= placesMax ? promise.plan : []
  return {
    v: 1,
    ...given,
    byMs: Math.max(promise.dateMs, wantedByMs ?? 0),
    confidencePercent: promise.confidencePercent,
    plan: carried.map(({ sku, location, quantity }) => [sku, location, quantity]),
    basis: carried.map(({ sku, location }) => versionOf(sku, location)),
  }
}

/** URL-safe. Every text in a claim is ASCII. */
export function writeClaim(claim: PromiseClaim): string {
  return btoa(JSON.stringify(claim)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Null for anything that is no claim. */
export function readClaim(text: string): PromiseClaim | null {
  try {
    const json: unknown = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
    const parsed = claimSchema.safeParse(json)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** A promise id is `<claim>.<signature>`; the claim of one whose signature was checked where it came in. */
export const claimInPromiseId = (promiseId: string): PromiseClaim | null => readClaim(promiseId.split('.')[0] ?? '')
