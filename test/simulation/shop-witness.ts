/**
 * Counts by himself what a shop may show. A figure that was right becomes too high by what is sold elsewhere before the
 * shop is told, and by what somebody adds there by hand; what is kept back covers that much of it. Anything beyond is
 * a unit that the feed itself offered twice.
 */
type Seen = {
  /** Units that the shop shows, and units that lie there, of the SKU at all places. */
  readonly shown: number
  readonly units: number
  /** The shop shows exactly what it should, and nothing is on its way there. */
  readonly isQuiet: () => boolean
}
/** Since it was quiet: units that nobody told the shop of; when it was quiet: units kept back. */
type Account = { untold: number; kept: number; onTheWay: number }

export class ShopWitness {
  readonly #keptBack: number
  readonly #accounts = new Map<string, Account>()

  constructor(keptBack: number) {
    this.#keptBack = keptBack
  }

  /** The shop sold a unit and took it off its figure; the order is on its way to us. */
  ordered(sku: string): void {
    this.#of(sku).onTheWay += 1
  }

  arrived(sku: string): void {
    this.#of(sku).onTheWay -= 1
  }

  fell(sku: string, units: number): void {
    this.#of(sku).untold += units
  }

  /** In the shop, by somebody else. What is taken away there may come back later and gives no credit. */
  raised(sku: string, by: number): void {
    this.#of(sku).untold += Math.max(0, by)
  }

  /** Null, or what is shown too much. */
  look(sku: string, { shown, units, isQuiet }: Seen): string | null {
    const account = this.#of(sku)
    const tooMany = shown - (units - account.onTheWay)
    const promised = account.untold - account.kept
    const fault = tooMany > promised ? `${sku} shows ${tooMany} too many, at most ${promised} explained` : null
    const kept = Math.min(this.#keptBack, units)
    const isOpen = account.untold > 0 || account.kept !== kept
    if (isOpen && account.onTheWay === 0 && isQuiet()) {
      account.untold = 0
      account.kept = kept
    }
    return fault
  }

  #of(sku: string): Account {
    const known = this.#accounts.get(sku) ?? { untold: 0, kept: 0, onTheWay: 0 }
    this.#accounts.set(sku, known)
    return known
  }
}
