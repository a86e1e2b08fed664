// SPDX-License-Identifier: Apache-2.0
// One packet: its why, its way so far, and what may be done by hand.
import { age, badge, call, element, moment, show } from './dom.js'
import { kindOf, mayAct, mayAdminister } from './words.js'

/** Names of packets whose way is shown in both relays' words. */
const asked = new Set()

function whyOf(why, kind) {
  return element('div', { class: `why ${kind}` },
    element('strong', {}, why.sentence),
    why.saidBy ? element('p', { class: 'quiet word' }, `The word of ${why.saidBy}; not proven.`)
      : null,
    why.evidence.map((fact) => element('p', {}, fact)),
    element('p', {}, `Next: ${why.next}`),
    element('p', { class: 'quiet' }, `Whose turn: ${why.turn}. Look at: ${why.cause}. `,
      element('span', { class: 'code' }, why.code)))
}

/** Steps that only repeat the one before are counted, not listed. */
function folded(steps) {
  const list = []
  for (const step of steps) {
    const last = list.at(-1)
    if (last && last.code !== 'ok' && ['city', 'step', 'code', 'detail'].every(
      (name) => last[name] === step[name])) {
      last.times += 1
      last.until = step.at
    } else list.push({ ...step, times: 1 })
  }
  return list
}

function timeline(steps) {
  const isOfTwo = new Set(steps.map((step) => step.city)).size > 1
  return element('ol', { class: 'timeline' },
    folded(steps).map((step) => element('li', {},
      element('time', { class: 'quiet', datetime: step.at }, moment(step.at)),
      element('span', {},
        `${step.step} `,
        step.code === 'ok' ? null : element('span', { class: 'code' }, step.code),
        step.times > 1
          ? element('span', { class: 'quiet' }, ` ${step.times} times, last ${moment(step.until)}`)
          : null,
        isOfTwo ? element('div', { class: 'quiet' }, step.city) : null,
        step.detail ? element('div', { class: 'quiet' }, step.detail) : null))))
}

const ended = new Set(['acknowledged', 'refused', 'timed-out', 'acknowledgement-delivered',
  'expired'])

/** What ended without what was wanted, and what was parked, may be put aside; the relay knows which
 * of them still hold money. */
const dead = new Set(['parked', 'refused', 'timed-out', 'expired'])

/** Shows a packet in the side sheet; `act` asks for a reason and carries an action out. */
export function showPacket(packet, act) {
  const button = (action, title) => element('button', {
    type: 'button', id: `action-${action}`, 'data-key': action,
    onclick: () => act(action, { packet: packet.packet }),
  }, title)
  const isParked = packet.state === 'parked'
  const isOpen = !isParked && !ended.has(packet.state)
  const kind = isOpen && packet.why.cause === 'nothing is wrong' ? 'good'
    : ended.has(packet.state) ? kindOf(packet.state) : 'warn'
  show('packet',
    element('h2', { class: 'code' }, packet.packet),
    element('p', {},
      badge(packet.state, kindOf(packet.state)), ' ',
      element('span', { class: 'quiet' },
        `with ${packet.chain}, first seen `, age(packet.ageSeconds), ' ago')),
    whyOf(packet.why, kind),
    mayAct() ? element('div', { class: 'actions' },
      isOpen ? button('park', 'Park') : null,
      isParked ? button('release', 'Release') : null,
      isParked ? button('replay', 'Replay') : null,
      isOpen ? button('retry', 'Retry now') : null,
      mayAdminister() && dead.has(packet.state) && !packet.isDiscarded
        ? button('discard', 'Put aside') : null,
      mayAdminister() && packet.isDiscarded ? button('restore', 'Take back') : null) : null,
    packet.isDiscarded ? element('p', { class: 'quiet' }, 'A person has put it aside.') : null,
    element('div', { class: 'headed' },
      element('h3', {}, 'Its way so far'),
      packet.note ? element('span', { class: 'quiet' }, packet.note) : element('button', {
        type: 'button', id: 'ask-other', 'data-key': 'ask-other', onclick: async () => {
          asked.add(packet.packet)
          showPacket(await loadPacket(packet.packet), act)
        },
      }, 'Ask the other relay')),
    timeline(packet.steps))
}

/** The packet, with a why that has heard the chains' words, and with the other relay's part of its
 * way where a person asked for that. */
export async function loadPacket(name) {
  const base = '/v1/operations'
  const [packet, why, trace] = await Promise.all([
    call(`${base}/packets/${name}`), call(`${base}/why/packet/${name}`),
    asked.has(name) ? call(`${base}/packets/${name}/trace`) : null,
  ])
  const told = trace ? {
    steps: trace.steps,
    note: trace.peerAnswered ? 'in both relays’ words' : 'the other relay did not answer',
  } : {}
  return { ...packet, why: why.reason, ...told }
}
