/** Shopify as a sales channel: webhooks in, GraphQL Admin API out. */
import type { Connector } from '../ports.ts'
import { fulfil } from './client/fulfil.ts'
import { poll } from './client/poll.ts'
import { contentsMax, publishContent, readContent } from './client/publish-content.ts'
import { pricesMax, publishPrices, readPrices } from './client/publish-prices.ts'
import { publicationsMax, publishStock } from './client/publish-stock.ts'
import { readStock } from './client/read-stock.ts'
import { identify } from './identify.ts'
import { translate } from './translate.ts'
import { verify } from './verify.ts'

export const shopify: Connector = {
  partner: 'shopify',
  account: { roles: ['channel'], needs: ['webhook'] },
  inbound: { verify, identify, translate },
  outbound: { channel_fulfil: fulfil },
  poll,
  publishers: {
    stock: { itemsMax: publicationsMax, compares: true, publish: publishStock, read: readStock },
    content: { itemsMax: contentsMax, compares: false, publish: publishContent, read: readContent },
    price: { itemsMax: pricesMax, compares: false, publish: publishPrices, read: readPrices },
  },
  settleMs: 5_000,
}
