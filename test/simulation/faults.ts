/** What goes wrong, how often; `calm` is the world after it has been healed. */
export type Faults = {
  /** A message is brought again, up to five times in all. */
  readonly duplicate: number
  /** A message is lost; its sender's own timer brings it again later. */
  readonly drop: number
  /** Longest time a message or an answer takes. */
  readonly delayMaxMs: number
  /** A process dies at a boundary: before the call, or after the call took effect and before its answer was seen. */
  readonly crash: number
  /** A partner fails without having done anything. */
  readonly refuse: number
  /** A partner says no for good, until a person asks again. */
  readonly refuseForGood: number
  /** A partner does what was asked, and the answer is lost. */
  readonly loseAnswer: number
  /** A partner answers nothing in time, and does what was asked afterwards. */
  readonly slowEffect: number
  readonly throttle: number
  /** A figure read for planning shows units that are gone already. */
  readonly staleFigure: number
  /** A warehouse rejects, ships short, ships in parts. */
  readonly reject: number
  readonly short: number
  readonly partial: number
}

export const stormy: Faults = {
  duplicate: 0.25,
  drop: 0.1,
  delayMaxMs: 20_000,
  crash: 0.04,
  refuse: 0.15,
  refuseForGood: 0.02,
  loseAnswer: 0.1,
  slowEffect: 0.05,
  throttle: 0.05,
  staleFigure: 0.2,
  reject: 0.1,
  short: 0.1,
  partial: 0.3,
}

export const calm: Faults = {
  duplicate: 0,
  drop: 0,
  delayMaxMs: 50,
  crash: 0,
  refuse: 0,
  refuseForGood: 0,
  loseAnswer: 0,
  slowEffect: 0,
  throttle: 0,
  staleFigure: 0,
  reject: 0,
  short: 0,
  partial: 0.2,
}

/** A process that died: whatever it was about to do next does not happen. */
export class Crash extends Error {}
