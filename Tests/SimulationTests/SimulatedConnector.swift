// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// The city's connector: a node that may lag, be silent, or lose its answers.
extension SimulatedCity {
    private var delay: Int64 { world.between(1_000_000, 60_000_000) }
    private var nodeFails: Bool { faults.isOn && world.chance(faults.node) }

    func follow(_ from: UInt64?) { followed = from.map { $0 - 1 } ?? chain.height }

    /// Reads new blocks, one to a few at a time, as a poll does.
    func pollChain() {
        later(world.between(200_000_000, 900_000_000)) { [unowned self] in
            defer { pollChain() }
            if nodeFails {
                post(.chainUnreachable(code: "connector/unreachable", detail: "simulated"))
                return
            }
            let tip = chain.height
            var blocks: [BlockSummary] = []
            // Nothing is reported before the engine has said from where.
            while followed < tip, blocks.count < 20, followed > 0 {
                followed += 1
                if let block = chain.blocks[followed] { blocks.append(block) }
            }
            post(
                .chainAdvanced(
                    ChainAdvance(
                        blocks: blocks, tip: chain.tip,
                        tipTime: Timestamp(unixNanoseconds: chain.time))))
        }
    }

    private func fail(_ job: JobID, _ code: String = "connector/unreachable") {
        later(delay) { [unowned self] in
            post(.jobFailed(job, JobFailure(code: code, detail: "simulated")))
        }
    }

    func prove(_ job: JobID, _ request: ProofRequest) {
        later(delay) { [unowned self] in
            guard !nodeFails, chain.tip >= request.minimumProofHeight else {
                fail(job, "connector/behind")
                return
            }
            let items = request.items.compactMap { id -> ProvedItem? in
                let key =
                    id.direction == .outgoing
                    ? Key.commitment(id.client, id.sequence)
                    : Key.acknowledgement(id.client, id.sequence)
                guard let proven = chain.prove(key, against: chain.height) else { return nil }
                return ProvedItem(id: id, value: proven.value ?? [], proof: proven.proof)
            }
            post(.proved(job, proofHeight: chain.tip, items: items))
        }
    }

    func readAccount(_ job: JobID) {
        later(delay) { [unowned self] in
            if nodeFails { return fail(job) }
            post(
                .accountRead(
                    job,
                    AccountState(address: account, sequence: chain.state.sequences[account] ?? 0)))
        }
    }

    func readHostedClient(_ id: String) {
        later(delay) { [unowned self] in
            if nodeFails { return }
            guard let client = chain.state.clients[id] else {
                post(
                    .hostedClient(
                        HostedClient(client: id, status: .unknown, states: [], counterparty: "")))
                return
            }
            let newest = client.states[client.latest]?.time ?? 0
            let status: HostedClient.Status =
                client.isFrozen
                ? .frozen : newest + client.trustingPeriod > chain.time ? .active : .expired
            let states = client.states.sorted { $0.key < $1.key }.map { entry in
                HostedClient.State(
                    height: Height(revision: 1, height: entry.key),
                    timestamp: Timestamp(unixNanoseconds: entry.value.time))
            }
            post(
                .hostedClient(
                    HostedClient(
                        client: id, status: status, states: states,
                        counterparty: client.counterparty)))
        }
    }

    /// Builds and "signs": the bytes name the transaction, whose content the federation keeps.
    func build(_ job: JobID, _ submission: Submission) {
        later(delay) { [unowned self] in
            if nodeFails { return fail(job) }
            var messages = submission.updates.map {
                SimulatedMessage.update(client: submission.localClient, message: $0.message)
            }
            switch submission.content {
            case .packets(let items):
                for item in items { messages.append(message(item)) }
            case .createClient(let header):
                messages.append(
                    .createClient(
                        chainID: submission.counterpartyChain, height: header.height.height,
                        hash: header.hash, time: header.timestamp.unixNanoseconds))
            case .registerCounterparty(let remote):
                messages.append(.register(client: submission.localClient, remote: remote))
            case .updateClient: break
            case .misbehaviour(let evidence, let bases):
                guard !bases.isEmpty, let body = try? EvidenceBody(reading: evidence) else {
                    return fail(job, "connector/no-shared-state")
                }
                messages.append(
                    .misbehave(
                        client: submission.localClient, first: body.first, second: body.second))
            }
            let hash = SHA256.hash(Array("\(id)/\(world.random.next())".utf8)).bytes
            let timeoutHeight = chain.height + 10
            transactions[hash] = SimulatedTransaction(
                hash: hash, account: account, sequence: submission.sequence,
                timeoutHeight: timeoutHeight, messages: messages,
                wantsMoreGas: submission.gasRaises == 0 && faults.isOn && world.chance(faults.gas))
            post(
                .transactionPrepared(
                    job,
                    TransactionRecord(
                        hash: hash, account: account, sequence: submission.sequence, bytes: hash,
                        timeoutHeight: timeoutHeight, packets: submission.packets,
                        createdAt: clock, purpose: submission.purpose,
                        counterpartyChain: submission.counterpartyChain)))
        }
    }

    private func message(_ item: Submission.Item) -> SimulatedMessage {
        let height = item.proofHeight.height
        return switch item.kind {
        case .receive: .receive(packet: item.packet, proof: item.proof, height: height)
        case .acknowledge:
            .acknowledge(
                packet: item.packet, acknowledgement: item.acknowledgement, proof: item.proof,
                height: height)
        case .timeout: .timeout(packet: item.packet, proof: item.proof, height: height)
        }
    }

    func broadcast(_ hash: [UInt8]) {
        guard let transaction = transactions[hash] else { return }
        later(delay) { [unowned self] in
            let isLost = faults.isOn && world.chance(faults.broadcastLost)
            if isLost && world.chance(0.5) {
                // Never reached the node.
                post(
                    .broadcastAnswered(hash: hash, .unknown(code: "transport/timeout", detail: "")))
                return
            }
            if faults.isOn && world.chance(faults.foreignSequence) { chain.useSequence(account) }
            let failure = chain.broadcast(transaction)
            if isLost {
                post(
                    .broadcastAnswered(hash: hash, .unknown(code: "transport/timeout", detail: "")))
            } else if let failure {
                let result = TransactionResult(
                    codespace: failure.codespace, code: failure.code, log: failure.log)
                post(.broadcastAnswered(hash: hash, .refused(result)))
            } else {
                post(.broadcastAnswered(hash: hash, .accepted))
            }
        }
    }

    func resolve(_ hash: [UInt8]) {
        later(delay) { [unowned self] in
            if nodeFails {
                post(.resolved(hash: hash, .unknown))
            } else if let included = chain.included[hash] {
                post(.resolved(hash: hash, .included(included)))
            } else {
                post(.resolved(hash: hash, .absent(through: chain.height)))
            }
        }
    }

    func lookUp(_ job: JobID, _ ids: [PacketID]) {
        later(delay) { [unowned self] in
            if nodeFails { return fail(job) }
            post(.lookedUp(job, ids.map { fact($0) }))
        }
    }

    private func fact(_ id: PacketID) -> PacketFact {
        let state = chain.state
        let commitment = Key.commitment(id.client, id.sequence)
        if id.direction == .outgoing {
            let sent = state.sent[commitment]
            var ending: PacketFact.Ending?
            var acknowledgement: [UInt8] = []
            switch state.endings[commitment] {
            case .acknowledged(let bytes):
                ending = .acknowledged
                acknowledgement = bytes
            case .timedOut: ending = .timedOut
            case nil: break
            }
            return PacketFact(
                id: id, packet: sent?.packet.summary,
                hasCommitment: state.value(commitment, at: chain.height) != nil, hasReceipt: false,
                acknowledgement: acknowledgement, ending: ending,
                committedHeight: Height(revision: 1, height: sent?.height ?? chain.height),
                asOf: chain.tip)
        }
        let receipt = Key.receipt(id.client, id.sequence)
        let written = state.acknowledgements[Key.acknowledgement(id.client, id.sequence)]
        return PacketFact(
            id: id, packet: state.received[receipt]?.summary, hasCommitment: false,
            hasReceipt: state.values[receipt] != nil, acknowledgement: written?.bytes ?? [],
            ending: nil,
            committedHeight: Height(
                revision: 1,
                height: written?.height ?? state.receiptHeights[receipt] ?? chain.height),
            asOf: chain.tip)
    }

    func reconcile(_ job: JobID, _ request: ReconcileRequest) {
        later(delay) { [unowned self] in
            if nodeFails { return fail(job) }
            let height = min(request.height.height, chain.height)
            let open = chain.state.openCommitments(request.client, at: height)
                .filter { $0 >= request.from }
            let page = Array(open.prefix(request.limit))
            let isLast = page.count == open.count
            let upper = isLast ? UInt64.max : page.last ?? UInt64.max
            post(
                .reconciled(
                    job,
                    ReconcilePage(
                        client: request.client, height: Height(revision: 1, height: height),
                        range: request.from...upper, commitments: page)))
        }
    }
}
