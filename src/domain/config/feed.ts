/** How a channel is told of its stock: what is kept back because it learns late, and how what it shows is checked. */
import { z } from 'zod'

const units = z.int().min(0).max(1_000_000_000)

export const bufferSchema = z.strictObject({
  /** Units always kept back from the channel. */
  static: units.default(0),
  /** Standard deviations kept back beyond what is expected to be sold unseen; the higher, the rarer an oversell. */
  z: z.number().min(0).max(6).default(1),
  /** Below this chance of any unseen sale within the lag nothing is kept back for it. */
  riskPercent: z.number().min(0).max(100).default(5),
  /** The measured part never exceeds this. */
  unitsMax: units.default(10_000),
  /** False: the channel goes on showing what it sold itself until it is told. */
  seesOwnSales: z.boolean().default(true),
  /** Lag that is assumed until enough was measured. */
  lagSeconds: z.number().min(0).max(21_600).default(30),
})

export const feedSchema = z.strictObject({
  buffer: bufferSchema.default(bufferSchema.parse({})),
  /** Figures up to this are low: entering or leaving them goes out before everything else. */
  lowStock: units.default(3),
  /** How long an order may be under way before a figure that the channel lowered itself is raised again. */
  raiseDelaySeconds: z.int().min(0).max(86_400).default(60),
  /** Listings whose shown figure is looked at although nothing is wrong with them. */
  checksPerMinute: z.int().min(0).max(10_000).default(50),
})
export const feedDefault = feedSchema.parse({})
