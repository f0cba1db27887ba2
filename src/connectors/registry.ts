/** Every partner we speak to: one import and one line each. */
import type { Connector } from './ports.ts'
import { shopify } from './shopify/index.ts'
import { tryton } from './tryton/index.ts'

const connectors: readonly Connector[] = [shopify, tryton]

const byPartner: ReadonlyMap<string, Connector> = new Map(connectors.map((connector) => [connector.partner, connector]))

export function connectorOf(partner: string): Connector | null {
  return byPartner.get(partner) ?? null
}
