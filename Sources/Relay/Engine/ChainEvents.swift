// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// News of our own chain. The cursor and everything that its blocks held go into one commit.
extension RelayEngine {
    mutating func chainAdvanced(_ advance: ChainAdvance) {
        chain.unreachableCode = ""
        for block in advance.blocks {
            if let cursor = chain.cursor {
                if block.height.height <= cursor { continue }
                guard block.height.height == cursor &+ 1 else {
                    note(.warning, "chain/gap", "block \(block.height.height) came after \(cursor)")
                    effects.append(.follow(from: cursor &+ 1))
                    break
                }
            }
            read(block)
        }
        if advance.tip > chain.tip {
            chain.tip = advance.tip
            chain.tipTime = max(chain.tipTime, advance.tipTime)
            tipMoved()
        }
    }

    mutating func chainUnreachable(_ code: String, _ detail: String) {
        if chain.unreachableCode.isEmpty { note(.alarm, code, "our chain: \(detail)") }
        chain.unreachableCode = code
    }

    /// Blocks that nobody can show any more are passed over. What they held is found by comparing
    /// the store with the chain, which is begun as soon as later blocks are read.
    mutating func blocksLost(through height: UInt64, _ detail: String) {
        let cursor = chain.cursor ?? 0
        guard height > cursor else { return }
        note(.alarm, "chain/blocks-pruned", "\(cursor &+ 1) to \(height) are unread: \(detail)")
        count("chain/blocks-lost", Int(clamping: height - cursor))
        chain.cursor = height
        chain.isCursorDirty = true
        for route in routes.indices {
            routes[route].hosted.mustRead = true
            routes[route].reconcileDue = clock &+ configuration.timing.careInterval
        }
    }

    private mutating func read(_ block: BlockSummary) {
        chain.cursor = block.height.height
        chain.isCursorDirty = true
        chain.time = max(chain.time, block.time)
        for update in block.clientUpdates { hostedUpdated(update) }
        for event in block.events { read(event, at: block.height) }
        for transaction in block.transactions { included(transaction) }
        let seconds = chain.time.unixSeconds
        for route in routes.indices { routes[route].received.close(destinationSeconds: seconds) }
    }

    private mutating func read(_ event: PacketEvent, at height: Height) {
        let packet = event.packet
        switch event.kind {
        case .send:
            guard let route = routeOfLocalClient[packet.sourceClient] else { return }
            sendSeen(packet, route: route, at: height)
        case .receive:
            guard let route = routeOfLocalClient[packet.destinationClient] else { return }
            receiveSeen(packet, route: route, at: height)
        case .writeAcknowledgement:
            guard let route = routeOfLocalClient[packet.destinationClient] else { return }
            acknowledgementSeen(packet, event.acknowledgement, route: route, at: height)
        case .acknowledge:
            guard let route = routeOfLocalClient[packet.sourceClient] else { return }
            acknowledgeSeen(packet, route: route)
        case .timeout:
            guard let route = routeOfLocalClient[packet.sourceClient] else { return }
            timeoutSeen(packet, route: route)
        }
    }

    /// A header at the tip proves the state below it: packets that waited for one can be proven.
    private mutating func tipMoved() {
        var waiting: [(height: UInt64, ref: PacketRef, stage: Stage)] = []
        for entry in awaitingTip where packets.isCurrent(entry.ref) {
            if entry.height < chain.tip.height {
                enqueue(Int(entry.ref.slot), entry.stage)
            } else {
                waiting.append(entry)
            }
        }
        awaitingTip = waiting
    }
}
