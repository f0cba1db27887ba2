/**
 * How the availability of a SKU judges what it hears of a position. Summaries are absolute, so whatever was lost
 * between two of them heals with the newer one; versions alone decide which that is.
 */

export type Judgement = {
  /** `confirmed`: it is what is held, and is known to be true again. `ignored`: something newer is held. */
  readonly effect: 'taken' | 'confirmed' | 'ignored'
  /** Something between what is held and this never arrived, or the position lost what it had already told. */
  readonly anomaly: 'gap' | 'rewound' | null
}

/** Zero stands for a position of which nothing is held. `previousVersion` is the one that was pushed before. */
export function judgePush(heldVersion: number, version: number, previousVersion: number): Judgement {
  if (version < heldVersion) return { effect: 'ignored', anomaly: null }
  if (version === heldVersion) return { effect: 'confirmed', anomaly: null }
  return { effect: 'taken', anomaly: previousVersion > heldVersion ? 'gap' : null }
}

/**
 * An answer of the position itself. It knows best, even when it has fallen behind what it said before it was asked;
 * what it was overtaken by while the answer was on its way is newer still.
 */
export function judgeAnswer(heldVersion: number, heldWhenAsked: number, version: number): Judgement {
  if (version === heldVersion) return { effect: 'confirmed', anomaly: null }
  if (version > heldVersion) return { effect: 'taken', anomaly: null }
  if (version < heldWhenAsked && heldVersion === heldWhenAsked) return { effect: 'taken', anomaly: 'rewound' }
  return { effect: 'ignored', anomaly: null }
}

/** Between two looks at positions that were not confirmed by themselves: longer each time nobody asked meanwhile. */
export const healDelayMinMs = 600_000
const healDelayMaxMs = 86_400_000

export function healDelayMs(quietRounds: number): number {
  return Math.min(healDelayMaxMs, healDelayMinMs * 2 ** Math.min(quietRounds, 16))
}
