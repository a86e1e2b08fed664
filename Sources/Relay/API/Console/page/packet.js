// SPDX-License-Identifier: Apache-2.0
// One packet: its why, its way so far, and what may be done by hand.
import { badge, call, duration, element, moment, show } from './dom.js'
import { kindOf } from './words.js'

function whyOf({ why }) {
  return element('div', { class: 'why' },
    element('strong', {}, why.sentence),
    why.evidence.map((fact) => element('p', {}, fact)),
    element('p', {}, `Next: ${why.next}`),
    element('p', { class: 'quiet' }, `Whose turn: ${why.turn}. `,
      element('span', { class: 'code' }, why.code)))
}

function timeline(steps) {
  return element('ol', { class: 'timeline' },
    steps.map((step) => element('li', {},
      element('span', { class: 'quiet', title: step.at }, moment(step.at)),
      element('span', {},
        `${step.step} `,
        step.code === 'ok' ? null : element('span', { class: 'code' }, step.code),
        step.detail ? element('div', { class: 'quiet' }, step.detail) : null))))
}

const ended = new Set(['acknowledged', 'refused', 'timed-out', 'acknowledgement-delivered',
  'expired'])

/** Shows a packet in the side sheet; `act` asks for a reason and carries an action out. */
export function showPacket(packet, act) {
  const button = (action, title) => element('button', {
    type: 'button', id: `action-${action}`, onclick: () => act(action, { packet: packet.packet }),
  }, title)
  const isParked = packet.state === 'parked'
  const isOpen = !isParked && !ended.has(packet.state)
  show('packet',
    element('h2', { class: 'code' }, packet.packet),
    element('p', {},
      badge(packet.state, kindOf(packet.state)), ' ',
      element('span', { class: 'quiet' },
        `with ${packet.chain}, first seen ${duration(packet.ageSeconds)} ago`)),
    whyOf(packet),
    element('div', { class: 'actions' },
      isOpen ? button('park', 'Park') : null,
      isParked ? button('release', 'Release') : null,
      isOpen ? button('retry', 'Retry now') : null),
    element('h3', {}, 'Its way so far'),
    timeline(packet.steps))
}

export async function loadPacket(name) {
  return call(`/v1/operations/packets/${name}`)
}
