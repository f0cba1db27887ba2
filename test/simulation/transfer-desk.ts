/**
 * Transfers between locations with the pure core inside: a document that is stored before a position hears of it, and
 * flights that may be cut off at every call. The shape of TransferActor without its platform.
 */
import { commandId, type LocationId, type Sku } from '../../src/domain/shared/ids.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { decideTransfer } from '../../src/domain/transfer/decide-transfer.ts'
import type { Transfer } from '../../src/domain/transfer/transfer.ts'
import { conservationBreaches, transferBreaches } from '../../src/domain/transfer/transfer-breaches.ts'
import {
  effectAnswers,
  type TransferCall,
  transferCalls,
  transferClaimId,
  transferSupplyId,
} from '../../src/domain/transfer/transfer-calls.ts'
import type { TransferCommand, TransferRefusal } from '../../src/domain/transfer/transfer-command.ts'
import { Crash, type Faults } from './faults.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import type { StockShell } from './stock-shell.ts'
import type { VirtualClock } from './virtual-clock.ts'

const trust = { confidencePercent: 95, overdueDelayMs: 600_000 }
const resumeMs = 2_000

export class TransferDesk {
  readonly transfers = new Map<string, Transfer>()
  readonly #flying = new Set<string>()
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #position: (sku: Sku, location: LocationId) => StockShell
  readonly #plant: Plant | null

  constructor(
    clock: VirtualClock,
    random: Random,
    faults: () => Faults,
    position: (sku: Sku, location: LocationId) => StockShell,
    plant: Plant | null,
  ) {
    this.#clock = clock
    this.#random = random
    this.#faults = faults
    this.#position = position
    this.#plant = plant
  }

  execute(transferId: string, command: TransferCommand): 'done' | TransferRefusal {
    const before = this.transfers.get(transferId) ?? null
    const decided = decideTransfer(command, before, { transferId, nowMs: this.#clock.nowMs() })
    if (!decided.ok) return decided.error
    this.transfers.set(transferId, decided.value.transfer)
    this.#clock.after(1, () => this.#fly(transferId))
    return 'done'
  }

  /** Once nothing is under way: no unit was lost or made on the way, as the transfer and both positions tell it. */
  breachesAtRest(): string[] {
    return [...this.transfers.values()].flatMap((transfer) => {
      const { transferId, pending, lines, status } = transfer
      const isOver = pending.length === 0 && ['closed', 'cancelled', 'refused'].includes(status)
      const open = isOver ? [] : [`I5: transfer ${transferId} came to rest at ${status}`]
      const lost = lines.flatMap((line) => conservationBreaches(line, this.#bookedOf(transfer, line.sku)))
      const breaches = [...transferBreaches(transfer), ...lost]
      return [...open, ...breaches.map((breach) => `I1: transfer ${transferId} ${breach}`)]
    })
  }

  /** One flight at a time; one that was cut off is taken up by the alarm. */
  async #fly(transferId: string): Promise<void> {
    if (this.#flying.has(transferId)) return
    this.#flying.add(transferId)
    try {
      for (let transfer = this.#pendingOf(transferId); transfer !== null; transfer = this.#pendingOf(transferId)) {
        const calls = transferCalls(transfer, trust).map((call) => this.#tell(call))
        const answers = (await Promise.all(calls)).flat()
        const { version } = transfer
        this.execute(transferId, { type: 'record', answers })
        if (this.transfers.get(transferId)?.version === version) throw new Crash('a position has no room for now')
      }
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.#clock.after(resumeMs, () => this.#fly(transferId))
    } finally {
      this.#flying.delete(transferId)
    }
  }

  #pendingOf(transferId: string): Transfer | null {
    const transfer = this.transfers.get(transferId)
    return transfer === undefined || transfer.pending.length === 0 ? null : transfer
  }

  async #tell({ sku, location, effects }: TransferCall) {
    await this.#boundary()
    const commands = effects.flatMap((effect) => effect.commands)
    const verdicts = this.#inOneCall(this.#position(sku, location), commands)
    if (this.#plant === 'I1-receives-a-transfer-twice')
      for (const command of commands) this.#again(sku, location, command)
    await this.#boundary()
    return effectAnswers(effects, verdicts)
  }

  /** What stands behind a command that waits for shards waits with it. */
  #inOneCall(position: StockShell, commands: readonly StockCommand[]): readonly StockVerdict[] {
    const verdicts: StockVerdict[] = []
    for (const command of commands) {
      const last = verdicts.at(-1)
      const waits = last !== undefined && !last.ok && last.error.reason === 'overloaded'
      verdicts.push(waits ? last : position.apply(command))
    }
    return verdicts
  }

  #again(sku: Sku, location: LocationId, command: StockCommand): void {
    if (command.type !== 'receive_supply') return
    const receiptId = `${command.receiptId}/again`
    this.#position(sku, location).apply({ ...command, receiptId, commandId: commandId(receiptId) })
  }

  async #boundary(): Promise<void> {
    await this.#clock.sleep(this.#random.between(0, 500))
    if (this.#random.chance(this.#faults().crash)) throw new Crash('the transfer died')
  }

  #bookedOf({ transferId, from, to }: Transfer, sku: Sku) {
    const [source, destination] = [this.#position(sku, from), this.#position(sku, to)]
    const supplyId = transferSupplyId(transferId)
    const row = destination.position.supplies.find((supply) => supply.supplyId === supplyId)
    return {
      left: source.leftFor(transferId),
      arrived: destination.receivedOf(supplyId),
      announced: row?.units ?? 0,
      claimed: source.claimedBy(transferClaimId(transferId)),
    }
  }
}
