/**
 * When an order whose units are held and not released yet moves to a better plan. Looking costs what planning costs and
 * moving costs a hold and a release, so both are bounded.
 */
import { z } from 'zod'

export const betterPlanSchema = z.strictObject({
  /**
   * How much better the other plan has to be, in percent: the change of each term against the larger of the two
   * figures, by its share in the weights of the strategy. 0: whatever scores higher.
   */
  marginPercent: z.number().min(0).max(100).default(10),
  /** Times an order moves, in all its life; 0 switches it off. */
  movesMax: z.int().min(0).max(20).default(2),
  /** Between two looks, at least; each that finds nothing doubles the pause to the next, up to six hours. */
  intervalMinutes: z
    .int()
    .min(1)
    .max(60 * 24 * 7)
    .default(30),
  /** Nothing moves from or to a location that takes orders of the day for less than this any more. */
  minutesBeforeCutOff: z
    .int()
    .min(0)
    .max(60 * 24)
    .default(60),
})
export type BetterPlanRules = z.infer<typeof betterPlanSchema>
export const betterPlanDefault: BetterPlanRules = betterPlanSchema.parse({})
