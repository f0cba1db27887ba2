/** Every partner we speak to: one import and one line each. */
import { canonical } from './canonical/index.ts'
import { easypost } from './easypost/index.ts'
import type { Connector } from './ports.ts'
import { shopify } from './shopify/index.ts'
import { tryton } from './tryton/index.ts'
import { warehouse } from './warehouse/index.ts'

const connectors: readonly Connector[] = [canonical, easypost, shopify, tryton, warehouse]

const byPartner: ReadonlyMap<string, Connector> = new Map(connectors.map((connector) => [connector.partner, connector]))

export const partners: readonly string[] = [...byPartner.keys()]

export function connectorOf(partner: string): Connector | null {
  return byPartner.get(partner) ?? null
}
