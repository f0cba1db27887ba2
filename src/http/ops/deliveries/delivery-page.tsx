/** One inbound message: what it said, what became of it, what it touched. */
import type { DeliveryWithSubjects } from '../../../db/queries/delivery-row.ts'
import type { Config } from '../../../domain/config/config.ts'
import type { Delivery } from '../../../domain/inbox/delivery.ts'
import { Card, Empty, Notice } from '../design/card.tsx'
import { DeliveryChip } from '../design/chip.tsx'
import { Icon } from '../design/icon.tsx'
import { NoticeOf } from '../design/notices.tsx'
import { Payload, payloadText } from '../design/payload.tsx'
import { Confirm } from '../design/post-form.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { masked, maskPersonal } from '../mask-personal.ts'
import { accountName, deliveryPath, orderPath } from '../order/order-view.ts'

export type DeliveryView = {
  readonly row: DeliveryWithSubjects
  /** Null when the inbox no longer keeps the body. */
  readonly delivery: Delivery | null
  readonly notice: string | undefined
  readonly personalShown: boolean
  readonly config: Config
  readonly formToken: string
  readonly nowMs: number
}

export const DeliveryPage = ({ view }: { view: DeliveryView }) => (
  <>
    <div class="page-head">
      <h1 class="mono">{view.row.deliveryId}</h1>
      <DeliveryChip status={view.row.status} />
      <span class="sub mono">{view.row.topic}</span>
      <Replay view={view} />
    </div>
    <NoticeOf code={view.notice} />
    <Outcome view={view} />
    <div class="cols">
      <Facts view={view} />
      <Touched subjects={view.row.subjects} />
    </div>
    <Body view={view} />
  </>
)

const Replay = ({ view }: { view: DeliveryView }) =>
  view.row.status === 'received' ? null : (
    <div class="right actions">
      <Confirm
        id="replay"
        open={
          <>
            <Icon name="repeat" />
            Replay…
          </>
        }
        title="Replay this delivery"
        action={`${deliveryPath(view.row.deliveryId)}/replay`}
        token={view.formToken}
        confirm="Replay"
      >
        <p>It is translated and applied again with today's mapping and configuration.</p>
        <p class="soft">What it already did is not done twice: orders ignore what they know.</p>
      </Confirm>
    </div>
  )

const Outcome = ({ view: { row } }: { view: DeliveryView }) => {
  if (row.reason === null && row.message === null) return null
  const refused = row.status === 'rejected' || row.status === 'dead_lettered'
  return (
    <Notice tone={refused ? 'bad' : 'info'}>
      <Icon name={refused ? 'ban' : 'info'} />
      <span class="wrap">
        {row.reason !== null && <strong>{words(row.reason)}. </strong>}
        {row.message}
        {row.status === 'received' && ' It waits for that, and is looked at again by itself.'}
      </span>
    </Notice>
  )
}

const Facts = ({ view: { row, delivery, config, nowMs, personalShown } }: { view: DeliveryView }) => (
  <Card id="facts" title="Message" live>
    <dl class="facts body">
      <dt>Account</dt>
      <dd>
        {accountName(config, row.account)}{' '}
        {accountName(config, row.account) !== row.account && <span class="faint mono">{row.account}</span>}
      </dd>
      <dt>Received</dt>
      <dd>
        <Time atMs={row.receivedAtMs} nowMs={nowMs} />
      </dd>
      <dt>Settled</dt>
      <dd>{row.settledAtMs === null ? 'not yet' : <Time atMs={row.settledAtMs} nowMs={nowMs} />}</dd>
      <dt>Attempts</dt>
      <dd>
        {row.attempts}
        {delivery !== null && delivery.repeats > 0 && `, ${count(delivery.repeats, 'repeat')} recognised at the door`}
      </dd>
      <dt>Size</dt>
      <dd>{count(row.bodyBytes, 'byte')}</dd>
      <dt>Inbox</dt>
      <dd class="mono">{row.inbox}</dd>
      <dt>Correlation</dt>
      <dd class="mono">{row.correlationId}</dd>
      {Object.entries(delivery?.headers ?? {}).map(([name, value]) => (
        <>
          <dt class="mono">{name}</dt>
          <dd class="mono">{personalShown ? value : String(maskPersonal(value))}</dd>
        </>
      ))}
    </dl>
  </Card>
)

const Touched = ({ subjects }: { subjects: readonly string[] }) => (
  <Card id="touched" title="What it touched" note={subjects.length > 0 ? String(subjects.length) : undefined} live>
    {subjects.length === 0 ? (
      <Empty title="Nothing">A delivery that is refused or only repeats another one changes nothing.</Empty>
    ) : (
      <ul class="body plain-list">
        {subjects.map((subject) => (
          <li class="mono wrap">{isOrderId(subject) ? <a href={orderPath(subject)}>{subject}</a> : subject}</li>
        ))}
      </ul>
    )}
  </Card>
)

/** Order ids are `<account>:<external id>`; positions are `<sku>@<location>`. */
const isOrderId = (subject: string): boolean => /^[a-z0-9-]+:[^/@]+$/.test(subject)

const Body = ({ view: { row, delivery, personalShown } }: { view: DeliveryView }) => {
  const path = deliveryPath(row.deliveryId)
  const reveal = (
    <a href={personalShown ? path : `${path}?personal=shown`}>
      {personalShown ? 'Hide personal data' : 'Show personal data'}
    </a>
  )
  const shown = delivery === null ? masked : payloadText(delivery.body, personalShown)
  return (
    <Card id="body" title="Payload" right={delivery === null ? undefined : reveal}>
      {delivery === null ? (
        <Empty title="The body is no longer kept">
          Bodies of settled deliveries are deleted after their retention time.
        </Empty>
      ) : (
        <div class="body">
          {shown === masked && <p class="soft">Not JSON, so it is shown whole or not at all.</p>}
          <Payload id="raw" title={personalShown ? 'As received' : 'Masked'} text={shown} whole={`${path}/body`} />
        </div>
      )}
    </Card>
  )
}
