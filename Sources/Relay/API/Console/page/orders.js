// SPDX-License-Identifier: Apache-2.0
// What a person may order, and the question for the reason.
import { show } from './dom.js'

export const orders = {
  park: {
    title: 'Park this packet',
    text: 'It stays where it is until somebody releases it. Nothing is lost.',
  },
  release: {
    title: 'Release this packet', text: 'It goes on from the step at which it was parked.',
  },
  retry: {
    title: 'Retry now', text: 'The present step is tried at once instead of after its pause.',
  },
  replay: {
    title: 'Replay this packet',
    text: 'What it was parked for is mended: it goes on from the step at which it was parked.',
  },
  discard: {
    title: 'Put this packet aside',
    text: 'Nobody is called for it any more. Nothing is deleted, and what holds money is refused.',
  },
  restore: {
    title: 'Take this packet back', text: 'It is listed again among those that wait for a person.',
  },
  'pause-queue': {
    title: 'Pause our queue towards this city',
    text: 'Nothing of ours is handed over; all else goes on. It survives a restart.',
  },
  'resume-queue': {
    title: 'Resume our queue towards this city', text: 'What waits is handed over.',
  },
  'pause-peer': {
    title: 'Pause the exchange with this city',
    text: 'Nothing goes in either direction. It survives a restart.',
  },
  'resume-peer': {
    title: 'Resume the exchange with this city', text: 'Both directions go on.',
  },
  'refresh-client': {
    title: 'Refresh this client', text: 'A newer header is fetched and verified.',
  },
  undo: { title: 'Undo this action', text: 'Its opposite is done, and kept beside it.' },
}

/** Asks for the reason of an order; null: the person thought better of it. */
export function askReason(order) {
  const dialog = document.getElementById('reason-dialog')
  show('reason-title', order.title)
  show('reason-text', order.text)
  document.getElementById('reason').value = ''
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'go' ? document.getElementById('reason').value : null)
    }, { once: true })
  })
}
