/** The invariants over the sandbox company: everything it was sent, everything it wrote, and D1 rebuilt from nothing. */
import { checkInvariants } from '../check/check-invariants.ts'
import { projectedRows } from '../check/projected-rows.ts'
import type { ReceivedStock } from './load-stock.ts'
import type { SandboxCompany } from './sandbox-company.ts'
import type { SentStream } from './send-stream.ts'

export async function checkCompany(
  { api, config, crossdock, partners }: SandboxCompany,
  sent: Pick<SentStream, 'deliveries' | 'refused'>,
  acknowledged: readonly string[],
  positions: readonly ReceivedStock[],
  lines: readonly string[],
): Promise<readonly string[]> {
  const { carrier, east, west, erp, store } = partners
  const acknowledgedOf = (messages: readonly { readonly acknowledged: boolean }[]) =>
    messages.filter((message) => message.acknowledged).length
  const checked = {
    api,
    config,
    acknowledged,
    positions,
    partners: {
      erp,
      warehouses: [
        { location: 'east', floor: east.floor },
        { location: 'west', floor: west.floor },
      ],
      stores: [{ account: 'shopify-us', records: store.records }],
    },
    // The poll may bring orders in as well, and a warehouse repeats itself: how many arrived has no upper bound here.
    deliveries: [
      { account: 'shopify-us', acknowledged: sent.deliveries - sent.refused, attempted: null },
      { account: 'wh-east', acknowledged: acknowledgedOf(east.messages), attempted: null },
      { account: 'wh-west', acknowledged: acknowledgedOf(west.messages), attempted: null },
      { account: 'easypost', acknowledged: acknowledgedOf(carrier.messages), attempted: null },
    ],
    output: lines.join('\n'),
    readRows: async () => projectedRows(await crossdock.miniflare.getD1Database('DB')),
  }
  return checkInvariants(checked)
}
