/** What came in and what we made of it, side by side. */
import { Card } from '../design/card.tsx'
import { Payload, payloadText } from '../design/payload.tsx'
import { RevealLink } from './order-header.tsx'
import { deliveryPath, type OrderView } from './order-view.ts'

export const OrderPayloads = ({ view }: { view: OrderView }) => (
  <Card id="payloads" title="Payloads" right={<RevealLink view={view} />}>
    <details class="body" open>
      <summary>As received, and the canonical order</summary>
      <div class="payloads">
        <Raw view={view} />
        <Payload
          id="canonical"
          title="Canonical"
          text={payloadText(JSON.stringify(view.state.order), view.personalShown)}
        />
      </div>
    </details>
  </Card>
)

const Raw = ({ view: { raw, personalShown } }: { view: OrderView }) => {
  if (raw.kind === 'missing') {
    return (
      <div class="payload">
        <h3>As received</h3>
        <p class="soft">{raw.why}</p>
      </div>
    )
  }
  return (
    <Payload
      id="raw"
      title="As received"
      note={<a href={deliveryPath(raw.deliveryId)}>{raw.deliveryId}</a>}
      text={payloadText(raw.body, personalShown)}
      whole={deliveryPath(raw.deliveryId)}
    />
  )
}
