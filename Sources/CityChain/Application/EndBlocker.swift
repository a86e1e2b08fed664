// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What happens after a block's transactions: the acknowledgements that applications owed are
/// written.
struct EndBlocker {
    let ports: [String: CityPort]

    func run(
        on state: consuming CachedStore, block: BlockContext
    ) -> (state: CachedStore, events: [ChainEvent]) {
        let context = ExecutionContext(state, block: block, mode: .deliver)
        for name in ports.keys.sorted() {
            guard let port = ports[name] else { continue }
            for due in port.takeDue(in: context) {
                var host = IBCHost(context: context, ports: ports)
                // A packet that cannot be acknowledged any more must not stop the chain.
                try? PacketHandler.writeAcknowledgement(
                    Acknowledgement([due.acknowledgement]), client: WireText(due.client),
                    sequence: due.sequence, on: &host)
            }
        }
        let events = context.events.map { event in
            var event = event
            event.attributes.append(ChainEvent.Attribute("mode", "EndBlock"))
            return event
        }
        return (context.state, events)
    }
}
