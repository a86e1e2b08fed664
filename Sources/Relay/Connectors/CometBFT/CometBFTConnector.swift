// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine
package import RelayTransport

/// Our own side's chain, when it is a CometBFT chain with ibc-go's modules: follows its blocks,
/// proves what it holds, builds updates of it for others, and takes our transactions to it.
///
/// `@unchecked Sendable`, because everything but the immutable values is touched on the loop's
/// thread alone: entry points called from elsewhere post themselves there.
package final class CometBFTConnector: @unchecked Sendable {
    package typealias Answer<Value> = (Result<Value, NodeError>) -> Void

    package let loop: EventLoop
    private let configuration: ConnectorConfiguration
    private let rpc: NodeRPC
    private let revision: UInt64
    private let headers: HeaderSource
    private let proofs: ProofSource
    private let queries: StateQueries
    private let transactions: TransactionSource
    private let submitter: Submitter
    private let facts: PacketFacts
    private let consensus: ConsensusSource
    private let emit: @Sendable (EngineEvent) -> Void
    private var follower: ChainFollower?
    private var hints: NodeWebSocket?
    private var isStopped = false
    /// Hosted clients that are being read, and whether they were asked for again meanwhile.
    private var readingClients: [String: Bool] = [:]

    /// Throws when the chain id's revision does not fit or the loop has stopped.
    package init(
        loop: EventLoop, configuration: ConnectorConfiguration,
        now: @escaping @Sendable () -> Timestamp,
        emit: @escaping @Sendable (EngineEvent) -> Void
    ) throws {
        self.loop = loop
        self.configuration = configuration
        self.emit = emit
        revision = try configuration.chainID.revision()
        rpc = try NodeRPC(
            loop: loop, addresses: configuration.nodes, chainID: configuration.chainID,
            authorityFile: configuration.nodeAuthorities, limits: configuration.nodeLimits)
        let reader = BlockReader(account: configuration.account.address.description)
        headers = HeaderSource(
            rpc: rpc, revision: revision, threshold: configuration.trustThreshold)
        proofs = ProofSource(rpc: rpc)
        queries = StateQueries(rpc: rpc)
        transactions = TransactionSource(
            rpc: rpc, reader: reader, revision: revision,
            lifetimeBlocks: configuration.lifetimeBlocks)
        submitter = Submitter(configuration: configuration, rpc: rpc, now: now)
        facts = PacketFacts(
            proofs: proofs, transactions: transactions, reader: reader, revision: revision)
        consensus = ConsensusSource(rpc: rpc, now: now)
        follower = ChainFollower(
            rpc: rpc, reader: reader, chainID: configuration.chainID, revision: revision,
            limits: configuration.followerLimits, lagBlocks: configuration.nodeLimits.lagBlocks,
            identify: { [unowned self] height, own, then in identify(height, own, then) },
            emit: emit)
    }

    /// JSON-RPC calls made so far.
    package var callCount: Int { rpc.callCount }
    /// The same by method.
    package var callsByMethod: [String: Int] { rpc.callsByMethod }

    /// Carries out an effect of the engine that concerns our chain. True when it was one. Any
    /// thread.
    package func perform(_ effect: EngineEffect) -> Bool {
        switch effect {
        case .follow, .prove, .readAccount, .readHostedClient, .submit, .broadcast, .resolve,
            .lookUp,
            .reconcile:
            return loop.post { [self] in carryOut(effect) }
        default: return false
        }
    }

    /// Client messages of our chain from a height that the asker trusts to a target; zero trusts
    /// nothing and gets the anchor itself. Target zero: the latest provable height. Any thread;
    /// answers on the loop.
    package func updates(
        from trusted: Height, to target: Height,
        then: @escaping @Sendable (Result<[[UInt8]], NodeError>) -> Void
    ) {
        onLoop(then) { [self] in
            // No block has height zero, whatever the revision beside it says.
            let height = target.height == 0 ? (follower?.tip?.height ?? 0) : target.height
            guard height > 0 else { return then(.failure(notYet("no block is known yet"))) }
            trusted.height == 0
                ? headers.anchor(at: height, then: { then($0) })
                : headers.update(from: trusted.height, to: height, then: { then($0) })
        }
    }

    /// Proofs of keys of one store against the latest header whose time is not before a moment
    /// (seconds since 1970; zero: any). Any thread; answers on the loop.
    package func prove(
        keys: [[UInt8]], store: String = "ibc", notBefore: UInt64,
        then:
            @escaping @Sendable (Result<(height: Height, proofs: [StoreProof]), NodeError>) -> Void
    ) {
        onLoop(then) { [self] in
            guard let tip = follower?.tip, tip.height > 1, tip.time.unixSeconds >= notBefore else {
                return then(.failure(notYet("the chain's time has not reached \(notBefore) s")))
            }
            proofs.prove(keys, store: store, state: tip.height - 1) { [self] answer in
                then(answer.map { (Height(revision: revision, height: tip.height), $0) })
            }
        }
    }

    /// Acknowledgements that our chain wrote, by packet, where its index still finds them; empty
    /// where not.
    package func acknowledgements(
        of ids: [PacketID], then: @escaping @Sendable ([PacketFact]) -> Void
    ) {
        let posted = loop.post { [self] in
            guard let tip = follower?.tip, tip.height > 1 else { return then([]) }
            facts.lookUp(ids, state: tip.height - 1) { then((try? $0.get()) ?? []) }
        }
        if !posted { then([]) }
    }

    /// Who signs our chain's headers, in its nodes' words. Any thread; answers on the loop.
    package func standing(then: @escaping @Sendable (ChainStanding) -> Void) {
        onLoop({ (result: Result<ChainStanding, NodeError>) in
            if case .failure(let error) = result {
                then(ChainStanding(trouble: error.code.rawValue))
            }
        }) { [self] in consensus.standing { then($0) } }
    }

    /// Transactions of an earlier process whose outcome is still open. Any thread.
    package func remember(_ transactions: [TransactionRecord]) {
        _ = loop.post { [self] in
            for transaction in transactions { submitter.remember(transaction.bytes) }
        }
    }

    /// The other chains as the members' list has them now. Any thread.
    package func setCounterparties(
        _ counterparties: [String: ConnectorConfiguration.Counterparty]
    ) {
        loop.postAlways { [self] in submitter.setCounterparties(counterparties) }
    }

    package func stop() {
        _ = loop.post { [self] in
            isStopped = true
            follower?.stop()
            hints?.close()
            rpc.close()
        }
    }

    // MARK: On the loop

    private func onLoop<Value>(
        _ then: @escaping @Sendable (Result<Value, NodeError>) -> Void,
        _ work: @escaping @Sendable () -> Void
    ) {
        if loop.isOnLoop { return work() }
        if !loop.post(work) { then(.failure(notYet("the connector is overloaded or stopping"))) }
    }

    private func notYet(_ detail: String) -> NodeError {
        NodeError(.notExecutedYet, node: "our chain", method: "-", detail: detail)
    }

    private func carryOut(_ effect: EngineEffect) {
        switch effect {
        case .follow(let height):
            follower?.follow(from: height)
            if configuration.usesWebSocket { openHints() }
        case .prove(let job, let request): prove(job, request)
        case .readAccount(let job): readAccount(job)
        case .readHostedClient(let client): readHostedClient(client)
        case .submit(let job, let submission): submit(job, submission)
        case .broadcast(let hash, let bytes):
            submitter.remember(bytes)
            submitter.broadcast(bytes) { [self] in emit(.broadcastAnswered(hash: hash, $0)) }
        case .resolve(let hash, let timeoutHeight):
            let executed = max(follower?.tip?.height ?? 1, 1) - 1
            transactions.resolve(hash: hash, timeoutHeight: timeoutHeight, executed: executed) {
                [self] in emit(.resolved(hash: hash, $0))
            }
        case .lookUp(let job, let ids): lookUp(job, ids)
        case .reconcile(let job, let request):
            queries.commitments(request) { [self] answer in
                report(job, answer) { .reconciled(job, $0) }
            }
        default: break
        }
    }

    private func prove(_ job: JobID, _ request: ProofRequest) {
        guard let tip = follower?.tip, tip.height >= request.minimumProofHeight.height,
            tip.height > 1
        else {
            return fail(job, notYet("height \(request.minimumProofHeight) is not there yet"))
        }
        let keys = request.items.map { id in
            switch id.direction {
            case .outgoing: PacketKey.commitment(WireText(id.client), id.sequence)
            case .incoming: PacketKey.acknowledgement(WireText(id.client), id.sequence)
            }
        }
        let height = Height(revision: revision, height: tip.height)
        proofs.prove(keys, state: tip.height - 1) { [self] answer in
            report(job, answer) { proven in
                .proved(
                    job, proofHeight: height,
                    items: zip(request.items, proven).map { id, proof in
                        ProvedItem(id: id, value: proof.value, proof: proof.proof)
                    })
            }
        }
    }

    private func readAccount(_ job: JobID) {
        let address = configuration.account.address.description
        queries.account(address) { [self] answer in
            report(job, answer) {
                .accountRead(job, AccountState(address: address, sequence: $0.sequence))
            }
        }
    }

    /// Milliseconds before a hosted client that could not be read is asked for again.
    private static let rereadMilliseconds = 1_000

    /// The engine asks once and waits, so a question that failed is asked again until it is
    /// answered.
    private func readHostedClient(_ client: String) {
        guard !isStopped else { return }
        guard readingClients[client] == nil else {
            readingClients[client] = true
            return
        }
        readingClients[client] = false
        queries.hostedClient(client) { [self] answer in
            let isAskedAgain = readingClients.removeValue(forKey: client) ?? false
            switch answer {
            case .success(let hosted):
                emit(.hostedClient(hosted))
                if isAskedAgain { readHostedClient(client) }
            case .failure:
                loop.schedule(afterMilliseconds: CometBFTConnector.rereadMilliseconds) {
                    [weak self] in self?.readHostedClient(client)
                }
            }
        }
    }

    private func submit(_ job: JobID, _ submission: Submission) {
        guard let tip = follower?.tip else { return fail(job, notYet("no block is known yet")) }
        submitter.prepare(submission, tip: tip.height) { [self] prepared in
            switch prepared {
            case .ready(let record): emit(.transactionPrepared(job, record))
            case .refused(let result): emit(.submissionRefused(job, result))
            case .failed(let failure): emit(.jobFailed(job, failure))
            }
        }
    }

    private func lookUp(_ job: JobID, _ ids: [PacketID]) {
        guard let tip = follower?.tip, tip.height > 1 else {
            return fail(job, notYet("no block is known yet"))
        }
        facts.lookUp(ids, state: tip.height - 1) { [self] answer in
            report(job, answer) { .lookedUp(job, $0) }
        }
    }

    private func identify(
        _ height: UInt64, _ own: [BlockReader.OwnTransaction],
        _ then: @escaping ([[UInt8]?]) -> Void
    ) {
        let known = own.map { submitter.hash(ofSignature: $0.signature) }
        guard known.contains(nil) else { return then(known) }
        transactions.hashes(in: height, at: own.map(\.index), then: then)
    }

    private func report<Value>(
        _ job: JobID, _ answer: Result<Value, NodeError>, _ event: (Value) -> EngineEvent
    ) {
        switch answer {
        case .success(let value): emit(event(value))
        case .failure(let error): fail(job, error)
        }
    }

    private func fail(_ job: JobID, _ error: NodeError) {
        emit(.jobFailed(job, error.jobFailure))
    }

    // MARK: Hints

    /// Milliseconds before a lost websocket is opened again: the follower polls meanwhile.
    private static let reopenMilliseconds = 3_000

    private func openHints() {
        // One at a time: the engine may ask to follow again while one is open.
        guard !isStopped, hints == nil else { return }
        let url =
            rpc.currentAddress.replacingScheme()
            + (rpc.currentAddress.hasSuffix("/") ? "websocket" : "/websocket")
        hints = try? NodeWebSocket(
            loop: loop, url: url, authorityFile: configuration.nodeAuthorities
        ) { [weak self] event in
            self?.take(event)
        }
        if hints == nil { reopenHints() }
    }

    private func reopenHints() {
        loop.schedule(afterMilliseconds: CometBFTConnector.reopenMilliseconds) {
            [weak self] in self?.openHints()
        }
    }

    private func take(_ event: NodeWebSocket.Event) {
        switch event {
        case .opened:
            hints?.send(
                text: Array(
                    RPCCall("subscribe", [("query", "tm.event='NewBlockHeader'")]).json(1).utf8))
        case .text(let bytes):
            // A refused subscription brings no hints: only an event shows that they come.
            if String(decoding: bytes.prefix(400), as: UTF8.self).contains("tendermint/event/") {
                follower?.hasHints = true
            }
            follower?.look()
        case .closed:
            follower?.hasHints = false
            hints = nil
            if !isStopped { reopenHints() }
        }
    }
}

extension String {
    /// http → ws, https → wss.
    fileprivate func replacingScheme() -> String {
        hasPrefix("https://")
            ? "wss://" + dropFirst(8)
            : hasPrefix("http://") ? "ws://" + dropFirst(7) : self
    }
}
