/** Whom the order is from and where it goes, within the canonical limits. */
import type { Address, CanonicalOrder } from '../../domain/order/canonical-order.ts'
import { cleanText } from './clean-text.ts'
import type { AddressPayload, OrderPayload } from './order-payload.ts'

/** Email and phone belong to the order in Shopify; an address without its own phone takes the order's. */
export function canonicalAddress(address: AddressPayload | null | undefined, order: OrderPayload): Address | null {
  if (!address) return null
  return {
    name: cleanText(fullName(address), 200),
    company: cleanText(address.company, 200),
    line1: cleanText(address.address1, 300),
    line2: cleanText(address.address2, 300),
    city: cleanText(address.city, 200),
    region: cleanText(address.province_code ?? address.province, 100),
    postalCode: cleanText(address.zip, 32),
    country: countryCode(address.country_code),
    phone: cleanText(address.phone ?? order.phone, 64),
    email: cleanText(order.email ?? order.contact_email, 320),
  }
}

export function canonicalCustomer(order: OrderPayload): CanonicalOrder['customer'] {
  const email = cleanText(order.customer?.email ?? order.email ?? order.contact_email, 320)
  const name = order.customer ? cleanText(fullName(order.customer), 200) : null
  const externalId = order.customer?.id ?? null
  return externalId === null && name === null && email === null ? null : { externalId, name, email }
}

type Named = {
  readonly name?: string | null | undefined
  readonly first_name?: string | null | undefined
  readonly last_name?: string | null | undefined
}

function fullName(person: Named): string {
  return person.name || [person.first_name, person.last_name].filter(Boolean).join(' ')
}

/** A withheld or unreadable country holds the order at the address check; it does not refuse it. */
function countryCode(value: string | null | undefined): string | null {
  const code = value?.trim().toUpperCase() ?? ''
  return /^[A-Z]{2}$/.test(code) ? code : null
}
