// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport
import Synchronization

package struct PeerTiming: Hashable, Sendable {
    /// Milliseconds for one call, its verification and commit on the other side included.
    package var callMilliseconds = 20_000
    /// Milliseconds between handshakes with a peer that answers: bounds how late we see that it is
    /// gone.
    package var greetMilliseconds = 10_000
    /// Milliseconds between handshakes with a peer that does not.
    package var regreetMilliseconds = 1_000

    package init() {}
}

/// The client side of the peer protocol, towards one peer: carries out the engine's effects and
/// turns answers into events. What carries proof is verified before the decider hears of it.
///
/// `@unchecked Sendable`, because everything that changes is touched on the loop's thread alone.
final class PeerCaller: @unchecked Sendable {
    let loop: EventLoop
    private let known: Mutex<PeerChain>
    let context: PeerContext
    private let timing: PeerTiming
    private let lines: PeerLines
    var isExchangingManifests = false
    var isExchangingPapers = false
    var wantsPapers = false
    private var isGreeting = false
    private var wantsGreeting = false
    private var greetTimer: LoopTimer?
    var isStopped = false

    init(
        loop: EventLoop, peer: PeerChain, context: PeerContext, tls: TLSContext,
        limits: TransportLimits, timing: PeerTiming
    ) {
        self.loop = loop
        known = Mutex(peer)
        self.context = context
        self.timing = timing
        lines = PeerLines(
            loop: loop, tls: tls, limits: limits, onEvent: { context.certificates.see($0) })
    }

    var peer: PeerChain { known.withLock { $0 } }

    /// The peer's chain.
    var chainID: String { peer.chainID }

    func start() {
        loop.postAlways { [self] in
            lines.set(peer, grace: timing.callMilliseconds)
            greet()
        }
    }

    func stop() {
        loop.postAlways { [self] in
            isStopped = true
            if let greetTimer { loop.cancel(greetTimer) }
            lines.close()
        }
    }

    /// The member is the same, its addresses, keys or terms are others. Open calls go on while the
    /// key that they are answered with stays pinned.
    func update(_ peer: PeerChain) {
        known.withLock { $0 = peer }
        loop.postAlways { [self] in
            if !isStopped { lines.set(peer, grace: timing.callMilliseconds) }
        }
    }

    /// New connections begin with the certificate as it is now; open calls finish on the old ones.
    func renew() {
        loop.postAlways { [self] in lines.renew() }
    }

    /// Carries out one effect for this peer. Any thread.
    func perform(_ effect: EngineEffect) {
        switch effect {
        case .deliver(let job, let delivery): deliver(job, delivery)
        case .acknowledge(let job, let delivery): acknowledge(job, delivery)
        case .ask(let job, let questions): ask(job, questions)
        case .fetchHeaders(let job, let request): fetchHeaders(job, request)
        case .report(let job, let report): self.report(job, report)
        case .greet: _ = loop.post { [self] in greet() }
        default: break
        }
    }

    /// One call that is no work of the engine's. Any thread; completes on the loop.
    func ask(
        _ method: PeerMethod, _ message: [UInt8],
        then: @escaping @Sendable (Result<[UInt8], JobFailure>) -> Void
    ) {
        call(method, message, then: then)
    }

    // MARK: Handshake, on the loop

    private func greet() {
        guard !isStopped else { return }
        guard !isGreeting else {
            wantsGreeting = true
            return
        }
        guard let hello = context.shared.hello(to: peer.chainID) else { return greetLater(false) }
        isGreeting = true
        let request = HandshakeRequest(hello, clock: context.now())
        call(.handshake, request.encoded) { [self] answer in
            isGreeting = false
            switch answer {
            case .success(let bytes):
                guard let response = try? HandshakeResponse(reading: bytes),
                    response.chainID == peer.chainID
                else {
                    lost("peer/bad-answer")
                    return greetLater(false)
                }
                context.submit([.peerConnected(PeerHello(response))])
                compareManifests(response)
                if context.proposals?.isEmpty == false { exchangePapers() }
                greetLater(true)
            case .failure(let failure):
                lost(failure.code)
                greetLater(false)
            }
        }
    }

    private func greetLater(_ isWell: Bool) {
        guard !isStopped else { return }
        if wantsGreeting, isWell {
            wantsGreeting = false
            return greet()
        }
        wantsGreeting = false
        if let greetTimer { loop.cancel(greetTimer) }
        greetTimer = loop.schedule(
            afterMilliseconds: isWell ? timing.greetMilliseconds : timing.regreetMilliseconds
        ) { [weak self] in self?.greet() }
    }

    private func lost(_ code: String) {
        context.submit([.peerLost(chainID: peer.chainID, code: code)])
        lines.turn()
    }

    // MARK: Effects

    private func deliver(_ job: JobID, _ delivery: Delivery) {
        withUpdate(job, from: delivery.trustedHeight, to: delivery.proofHeight) { [self] headers in
            let request = DeliverRequest(
                chainID: context.ownChainID, update: ClientUpdate(headers: headers),
                proofHeight: delivery.proofHeight,
                packets: delivery.items.map {
                    PacketWithProof(packet: $0.packet, proof: $0.proof)
                })
            send(job, .deliver, request.encoded) { [self] bytes in
                guard let response = try? DeliverResponse(reading: bytes) else { return nil }
                return outcomes(response.outcomes).map {
                    .delivered(job, outcomes: $0, trustedHeight: response.trustedHeight)
                }
            }
        }
    }

    private func acknowledge(_ job: JobID, _ delivery: AcknowledgementDelivery) {
        withUpdate(job, from: delivery.trustedHeight, to: delivery.proofHeight) { [self] headers in
            let request = AcknowledgeRequest(
                chainID: context.ownChainID, update: ClientUpdate(headers: headers),
                proofHeight: delivery.proofHeight,
                acknowledgements: delivery.items.map {
                    AcknowledgementWithProof(
                        packet: $0.packet, acknowledgement: $0.acknowledgement, proof: $0.proof)
                })
            send(job, .acknowledge, request.encoded) { [self] bytes in
                guard let response = try? AcknowledgeResponse(reading: bytes) else { return nil }
                return outcomes(response.outcomes).map {
                    .acknowledged(job, outcomes: $0, trustedHeight: response.trustedHeight)
                }
            }
        }
    }

    private func ask(_ job: JobID, _ questions: PeerQuestions) {
        let request = ProveRequest(
            chainID: peer.chainID, trustedHeight: questions.trustedHeight,
            notBeforeUnixSeconds: questions.notBeforeSeconds,
            questions: questions.questions.map {
                Question(
                    subject: ProofSubject($0.subject), clientID: $0.remoteClient,
                    sequence: $0.id.sequence)
            })
        call(.prove, request.encoded) { [self] answer in
            switch answer {
            case .failure(let failure): context.submit([.jobFailed(job, failure)])
            case .success(let bytes):
                guard let response = try? ProveResponse(reading: bytes) else {
                    return badAnswer(job)
                }
                guard response.retryAfterMilliseconds == 0 else {
                    return fail(
                        job, "peer/not-yet", "its chain has not reached the moment asked for",
                        response.retryAfterMilliseconds)
                }
                guard response.answers.count == questions.questions.count else {
                    return badAnswer(job)
                }
                verify(job) { verification, state in
                    .answered(job, verification.answers(to: questions.questions, response, &state))
                }
            }
        }
    }

    private func fetchHeaders(_ job: JobID, _ request: HeaderRequest) {
        guard let anchor = peer.chain.anchor else {
            return fail(job, "connector/no-anchor", "the topology has no anchor of this chain", 0)
        }
        let anchorHeight = Height(
            revision: (try? peer.chain.id.revision()) ?? 0, height: anchor.height)
        let target = request.trustedHeight.isZero ? anchorHeight : request.targetHeight
        let question = FetchHeadersRequest(
            chainID: peer.chainID, trustedHeight: request.trustedHeight, targetHeight: target)
        call(.fetchHeaders, question.encoded) { [self] answer in
            switch answer {
            case .failure(let failure): context.submit([.jobFailed(job, failure)])
            case .success(let bytes):
                guard let response = try? FetchHeadersResponse(reading: bytes) else {
                    return badAnswer(job)
                }
                let messages = response.update.headers
                request.trustedHeight.isZero
                    ? verifyAnchor(job, messages, anchor) : verifyHeaders(job, messages)
            }
        }
    }

    // MARK: Verification

    private func verifyHeaders(_ job: JobID, _ messages: [[UInt8]]) {
        verify(job) { [peer] verification, state in
            do throws(ClientError) {
                let headers = try verification.headers(messages, &state)
                return .headersFetched(job, chainID: peer.chainID, headers: headers)
            } catch {
                return .jobFailed(
                    job, JobFailure(code: "verify/\(error.code)", detail: "\(error)"))
            }
        }
    }

    /// The first header: nothing is trusted yet but the hash that the topology names.
    private func verifyAnchor(_ job: JobID, _ messages: [[UInt8]], _ anchor: TrustAnchor) {
        guard messages.count == 1 else { return badAnswer(job) }
        let isTaken = context.verifiers.run { [peer, context] state in
            let event: EngineEvent
            do throws(ClientError) {
                let header = try Families.verifyAnchor(
                    messages[0], family: peer.chain.family, parameters: peer.chain.parameters,
                    hash: anchor.headerHash, signatures: &state.signatures)
                event = .headersFetched(
                    job, chainID: peer.chainID,
                    headers: [
                        VerifiedHeader(
                            height: header.height, timestamp: header.timestamp,
                            hash: anchor.headerHash.bytes, consensusState: header.consensusState,
                            message: [], trustedHeight: .zero)
                    ])
            } catch {
                event = .jobFailed(
                    job, JobFailure(code: "verify/\(error.code)", detail: "\(error)"))
            }
            context.submit([event])
        }
        if !isTaken { fail(job, "peer/verifiers-busy", "too many verifications wait", 500) }
    }

    private func verify(
        _ job: JobID,
        _ work: @escaping @Sendable (PeerVerification, inout VerifierState) -> EngineEvent
    ) {
        guard let client = context.shared.client(of: peer.chainID) else {
            return fail(job, "verify/no-client", "our client of this chain is not made yet", 0)
        }
        let verification = PeerVerification(peer: peer, client: client, now: context.now())
        let isTaken = context.verifiers.run { [context] state in
            context.submit([work(verification, &state)])
        }
        if !isTaken { fail(job, "peer/verifiers-busy", "too many verifications wait", 500) }
    }

    // MARK: Calls

    /// Headers of our own chain from the height that the peer trusts to the proofs' height.
    private func withUpdate(
        _ job: JobID, from trusted: Height, to target: Height,
        then: @escaping @Sendable ([[UInt8]]) -> Void
    ) {
        context.connector.updates(from: trusted, to: target) { [self] answer in
            switch answer {
            case .success(let headers): then(headers)
            case .failure(let error): context.submit([.jobFailed(job, error.jobFailure)])
            }
        }
    }

    private func send(
        _ job: JobID, _ method: PeerMethod, _ message: [UInt8],
        read: @escaping @Sendable ([UInt8]) -> EngineEvent?
    ) {
        call(method, message) { [self] answer in
            switch answer {
            case .failure(let failure): context.submit([.jobFailed(job, failure)])
            case .success(let bytes):
                guard let event = read(bytes) else { return badAnswer(job) }
                context.submit([event])
            }
        }
    }

    func call(
        _ method: PeerMethod, _ message: [UInt8],
        then: @escaping @Sendable (Result<[UInt8], JobFailure>) -> Void
    ) {
        // The lines belong to the loop; effects and headers arrive on other threads.
        guard loop.isOnLoop else {
            let isPosted = loop.post { [self] in call(method, message, then: then) }
            if !isPosted {
                then(
                    .failure(
                        JobFailure(
                            code: "transport/queue-full", detail: "our peer loop takes no more work"
                        )))
            }
            return
        }
        guard let grpc = lines.current else {
            return then(
                .failure(
                    JobFailure(
                        code: "transport/no-address",
                        detail: "the topology names no address of \(peer.name)'s relay")))
        }
        let request = GRPCRequest(method: method.path, message: message)
        grpc.call(
            [request], deadlineMilliseconds: timing.callMilliseconds
        ) { [self] outcomes in
            guard let outcome = outcomes.first else { return }
            let result = PeerCaller.result(outcome)
            then(result)
            // A call that found nobody is worth a handshake now: it tries the next address.
            if case .failed = outcome, method != .handshake { greet() }
        }
    }

    private static func result(_ outcome: GRPCOutcome) -> Result<[UInt8], JobFailure> {
        switch outcome {
        case .message(let bytes, _): .success(bytes)
        case .status(let status):
            .failure(
                JobFailure(
                    code: status.code == .resourceExhausted ? "peer/busy" : "peer/\(status.code)",
                    detail: status.message,
                    retryAfterMilliseconds: UInt32(clamping: status.retryAfterMilliseconds ?? 0)))
        case .failed(let failure):
            .failure(
                JobFailure(
                    code: "transport/\(failure.error.code.rawValue)",
                    detail: failure.error.description))
        }
    }

    private func outcomes(_ list: [PacketOutcome]) -> [PeerOutcome]? {
        let read = list.compactMap(PeerOutcome.init)
        return read.count == list.count ? read : nil
    }

    func badAnswer(_ job: JobID) {
        fail(job, "peer/bad-answer", "its answer is not one of this protocol", 0)
    }

    func fail(_ job: JobID, _ code: String, _ detail: String, _ retryAfter: UInt32) {
        context.submit([
            .jobFailed(
                job, JobFailure(code: code, detail: detail, retryAfterMilliseconds: retryAfter))
        ])
    }
}
