/**
 * One document and one commit before the answer; behind it every line is held at its position, all lines or none. What
 * died half-way is finished by the alarm, which is set in the same commit.
 */
import { DurableObject } from 'cloudflare:workers'
import { type Env, type Line, stockOf } from './env.ts'
import { skuOf } from './sku.ts'

type Kept = { readonly body: string; readonly status: 'accepted' | 'reserved' | 'short' }
type Order = {
  readonly externalOrderId: string
  readonly lines: readonly { readonly lineId: string; readonly externalSku: string; readonly quantity: number }[]
}

export class MinimalOrder extends DurableObject<Env> {
  async capture(document: string): Promise<boolean> {
    const { sql } = this.ctx.storage
    const isNew = this.ctx.storage.transactionSync(() => {
      sql.exec('CREATE TABLE IF NOT EXISTS document (id INTEGER PRIMARY KEY, body TEXT, status TEXT)')
      const insert = "INSERT OR IGNORE INTO document (id, body, status) VALUES (1, ?, 'accepted')"
      return sql.exec(insert, document).rowsWritten > 0
    })
    if (isNew) await this.ctx.storage.setAlarm(Date.now())
    return isNew
  }

  override async alarm(): Promise<void> {
    const { body, status } = this.ctx.storage.sql.exec<Kept>('SELECT body, status FROM document').one()
    if (status !== 'accepted') return
    const { externalOrderId: orderId, lines } = JSON.parse(body) as Order
    const ask = async (type: 'hold' | 'release', line: Line & { readonly lineId: string }) => {
      const asked = { type, id: `${orderId}/${line.lineId}`, quantity: line.quantity }
      return (await stockOf(this.env, line.sku).apply([asked]))[0]?.granted ?? 0
    }
    const wanted = lines.map(({ lineId, externalSku, quantity }) => ({ lineId, sku: externalSku, quantity }))
    const held = await Promise.all(wanted.map((line) => ask('hold', line)))
    const isWhole = held.every((units) => units > 0)
    if (!isWhole) {
      await Promise.all(wanted.map(({ sku, quantity }) => skuOf(this.env, sku).want(orderId, quantity)))
      await Promise.all(wanted.filter((_, at) => held[at] !== 0).map((line) => ask('release', line)))
    }
    this.ctx.storage.sql.exec('UPDATE document SET status = ?', isWhole ? 'reserved' : 'short')
  }
}
