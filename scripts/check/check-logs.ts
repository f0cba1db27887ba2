/** I10: nothing that a process wrote holds a secret, or anything by which a buyer could be told. */
import type { ConfigFile } from '../../src/domain/config/config.ts'
import type { CanonicalOrder } from '../../src/domain/order/canonical-order.ts'
import type { Instance } from './read-instance.ts'

/** Shorter texts (a first name, a house number) appear in ids and numbers by chance. */
const tellingLengthMin = 6

export function checkLogs(instance: Instance, output: string, config: ConfigFile): readonly string[] {
  const secrets = [
    ...Object.values(config.secrets),
    ...config.apiKeys.flatMap((entry) => ('key' in entry ? [entry.key] : [])),
    ...(config.devToken === undefined ? [] : [config.devToken]),
  ]
  const personal = [...instance.orders.values()].flatMap(({ document }) => personalTexts(document.order))
  // A breach must not repeat what it is about.
  return [
    ...secrets
      .filter((secret) => output.includes(secret))
      .map((secret) => `I10 a secret of ${secret.length} characters`),
    ...[...new Set(personal)]
      .filter((text) => output.includes(text))
      .map((text) => `I10 personal data in the logs: ${text.slice(0, 2)}…`),
  ]
}

function personalTexts({ customer, shipTo, billTo }: CanonicalOrder): string[] {
  const addresses = [shipTo, billTo].flatMap((address) =>
    address === null ? [] : [address.name, address.company, address.line1, address.line2, address.phone, address.email],
  )
  return [customer?.name, customer?.email, ...addresses].filter(
    (text): text is string => typeof text === 'string' && text.length >= tellingLengthMin,
  )
}
