/** Topic to translation. Pure, total: any body ends in events or in a typed refusal, never in a throw. */
import type { Account } from '../../domain/config/config.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, StoredDelivery, TranslateRefusal, Translation } from '../ports.ts'
import { driftOf, type KnownFields } from '../transport/drift.ts'
import { parseJson } from '../transport/json.ts'
import { fulfilmentFields, inventoryLevelFields, orderFields, productFields, refundFields } from './known-fields.ts'
import { type TopicFamily, topicOf } from './topics.ts'
import { translateFulfilment } from './translate-fulfilment.ts'
import { translateInventoryLevel } from './translate-inventory.ts'
import { translatePrivacy, translateUninstalled } from './translate-lifecycle.ts'
import { translateOrder } from './translate-order.ts'
import { translateProduct } from './translate-product.ts'
import { translateRefund } from './translate-refund.ts'

type Family = {
  readonly translate: (
    payload: unknown,
    delivery: StoredDelivery,
    account: Account,
  ) => Result<readonly CanonicalEvent[], TranslateRefusal>
  /** Null where the payload is not ours to look at: the shop's settings, a person's data. */
  readonly known: KnownFields | null
}

const families: Readonly<Record<TopicFamily, Family>> = {
  order: {
    translate: (payload, delivery, account) => translateOrder(payload, delivery.topic, account),
    known: orderFields,
  },
  fulfilment: { translate: translateFulfilment, known: fulfilmentFields },
  refund: { translate: (payload, _delivery, account) => translateRefund(payload, account), known: refundFields },
  inventory_level: {
    translate: (payload, delivery) => translateInventoryLevel(payload, delivery.topic, delivery.receivedAtMs),
    known: inventoryLevelFields,
  },
  product: {
    translate: (payload, delivery, account) =>
      translateProduct(payload, delivery.topic, delivery.receivedAtMs, account),
    known: productFields,
  },
  uninstalled: {
    translate: (payload, delivery) => translateUninstalled(payload, delivery.receivedAtMs),
    known: null,
  },
  privacy: {
    translate: (payload, delivery) => translatePrivacy(payload, delivery.topic, delivery.receivedAtMs),
    known: null,
  },
}

export function translate(delivery: StoredDelivery, account: Account): Result<Translation, TranslateRefusal> {
  const topic = topicOf(delivery.topic)
  if (!topic) return err({ reason: 'unsupported_topic', field: null, detail: 'no translation for this topic' })
  const parsed = parseJson(delivery.body)
  if (!parsed.ok) return err({ reason: 'malformed_json', field: null, detail: parsed.error.reason })
  const { translate: translateFamily, known } = families[topic.family]
  const events = translateFamily(parsed.value, delivery, account)
  if (!events.ok) return events
  return ok({ events: events.value, drift: known ? driftOf(parsed.value, known) : [] })
}
