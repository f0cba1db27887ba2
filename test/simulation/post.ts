/**
 * Whoever asks asks until he is answered: a message gets lost, doubled, delayed and overtaken on the way, its bearer
 * dies before or after it arrived, and it is brought again.
 */
import { Crash, type Faults } from './faults.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Letter<Answer> = {
  readonly id: string
  /** `copy` tells one bringing of it from another; null is no answer. */
  readonly arrive: (copy: number) => Answer | null | Promise<Answer | null>
  readonly answered: (answer: Answer) => void
  settled: boolean
}

const bringAgainMs = 60_000
/** Late on purpose: a figure of now and a movement of ten minutes ago have to meet in either order. */
const lateness = 20

export class Post {
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #letters: Pick<Letter<never>, 'id' | 'settled'>[] = []
  #copies = 0

  constructor(clock: VirtualClock, random: Random, faults: () => Faults) {
    this.#clock = clock
    this.#random = random
    this.#faults = faults
  }

  send<Answer>(id: string, arrive: Letter<Answer>['arrive'], answered: Letter<Answer>['answered'] = () => {}): void {
    const letter = { id, arrive, answered, settled: false }
    this.#letters.push(letter)
    this.#bring(letter)
  }

  unanswered(): string[] {
    return this.#letters.flatMap(({ id, settled }) => (settled ? [] : [id]))
  }

  #bring<Answer>(letter: Letter<Answer>): void {
    if (letter.settled) return
    const faults = this.#faults()
    this.#clock.after(bringAgainMs, () => this.#bring(letter))
    if (this.#random.chance(faults.drop)) return
    const copies = this.#random.chance(faults.duplicate) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = this.#random.chance(faults.duplicate)
      const delayMaxMs = faults.delayMaxMs * (isLate ? lateness : 1)
      this.#clock.after(this.#random.between(1, delayMaxMs), () => this.#arrive(letter))
    }
  }

  async #arrive<Answer>(letter: Letter<Answer>): Promise<void> {
    if (this.#random.chance(this.#faults().crash)) return
    this.#copies += 1
    const answer = await answerOf(letter, this.#copies)
    // Whoever brought it dies before the answer is seen: it comes again.
    if (answer === null || isBusy(answer) || this.#random.chance(this.#faults().crash) || letter.settled) return
    letter.settled = true
    letter.answered(answer)
  }
}

/** No answer about anything. */
function isBusy(answer: unknown): boolean {
  const { error } = Object(answer) as { readonly error?: { readonly reason?: unknown } }
  return error?.reason === 'overloaded'
}

async function answerOf<Answer>({ arrive }: Letter<Answer>, copy: number): Promise<Answer | null> {
  try {
    return await arrive(copy)
  } catch (error) {
    if (error instanceof Crash) return null
    throw error
  }
}
